//! Progress events as JavaScript sees them, and their way to the callback.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicUsize, Ordering},
};

use napi::{
    Status,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue},
};
use napi_derive::napi;
use tokio::sync::Notify;

use super::report::{OperationOutcome, Validation};
use crate::plan::{Event, EventSink};

/// Progress of a step. `type` is the stable code of the event; more codes and more properties may be added.
#[napi(discriminant = "type", discriminant_case = "kebab-case", object_from_js = false)]
pub enum MigrationEvent {
    /// A part of the work begins.
    Phase {
        /// Stable name of the part, for example `read-stacks`.
        name: String,
        /// What is done, for people.
        message: String,
    },
    /// A validation was run.
    Validated {
        /// Its outcome.
        validation: Validation,
    },
    /// An operation begins.
    OperationStarted {
        /// Id of the operation in the plan.
        operation: String,
        /// Position of the operation, from 1.
        index: u32,
        /// Number of operations.
        total: u32,
        /// What is done, for people.
        message: String,
    },
    /// An operation ended.
    OperationFinished {
        /// Id of the operation in the plan.
        operation: String,
        /// What became of it.
        outcome: OperationOutcome,
        /// Milliseconds it took.
        elapsed_ms: f64,
    },
    /// A stack, stack refactor or change set is being waited for.
    Waiting {
        /// Id of the operation in the plan.
        operation: String,
        /// Stack, refactor or change set.
        target: String,
        /// Status as AWS names it.
        status: String,
        /// Milliseconds since the wait began.
        elapsed_ms: f64,
    },
    /// Something that deserves attention but does not stop the step.
    Warning {
        /// Stable code of the warning.
        code: String,
        /// For people.
        message: String,
    },
    /// A file was written.
    FileWritten {
        /// Path relative to the project or the output folder.
        path: String,
    },
}

impl From<Event> for MigrationEvent {
    #[allow(clippy::cast_precision_loss)] // milliseconds stay far below 2^53
    fn from(event: Event) -> Self {
        match event {
            Event::Phase { name, message } => Self::Phase { name, message },
            Event::Validated { validation } => Self::Validated {
                validation: validation.into(),
            },
            Event::OperationStarted {
                operation,
                index,
                total,
                message,
            } => Self::OperationStarted {
                operation,
                index,
                total,
                message,
            },
            Event::OperationFinished {
                operation,
                outcome,
                elapsed_ms,
            } => Self::OperationFinished {
                operation,
                outcome: outcome.into(),
                elapsed_ms: elapsed_ms as f64,
            },
            Event::Waiting {
                operation,
                target,
                status,
                elapsed_ms,
            } => Self::Waiting {
                operation,
                target,
                status,
                elapsed_ms: elapsed_ms as f64,
            },
            Event::Warning { code, message } => Self::Warning { code, message },
            Event::FileWritten { path } => Self::FileWritten { path },
        }
    }
}

/// Events that may wait for JavaScript; more are counted and reported instead of delivered.
const QUEUE_SIZE: usize = 4096;

/// The callback of the caller. Weak: it never keeps the process alive.
pub type EventCallback =
    ThreadsafeFunction<MigrationEvent, UnknownReturnValue, MigrationEvent, Status, false, true, QUEUE_SIZE>;

/// Hands events to JavaScript without blocking the engine.
pub struct EventForwarder {
    callback: Option<EventCallback>,
    delivery: Arc<Delivery>,
}

#[derive(Default)]
struct Delivery {
    pending: AtomicUsize,
    dropped: AtomicU32,
    all_delivered: Notify,
}

/// One event on its way; it has arrived (or was given up) when this is dropped.
struct InFlight(Arc<Delivery>);

impl InFlight {
    fn new(delivery: &Arc<Delivery>) -> Self {
        delivery.pending.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(delivery))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.0.pending.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.all_delivered.notify_waiters();
        }
    }
}

impl EventForwarder {
    pub fn new(callback: Option<EventCallback>) -> Self {
        Self {
            callback,
            delivery: Arc::default(),
        }
    }

    /// Returns when JavaScript has seen every event, so that none arrives after the promise of its step is settled.
    pub async fn flush(&self) {
        self.report_dropped();
        loop {
            let delivered = self.delivery.all_delivered.notified();
            if self.delivery.pending.load(Ordering::SeqCst) == 0 {
                return;
            }
            delivered.await;
        }
    }

    fn send(&self, event: Event) -> Status {
        let Some(callback) = &self.callback else {
            return Status::Ok;
        };
        let in_flight = InFlight::new(&self.delivery);
        callback.call_with_return_value(
            event.into(),
            ThreadsafeFunctionCallMode::NonBlocking,
            move |_returned, _env| {
                drop(in_flight);
                Ok(())
            },
        )
    }

    fn report_dropped(&self) {
        let dropped = self.delivery.dropped.swap(0, Ordering::SeqCst);
        if dropped == 0 {
            return;
        }
        let status = self.send(Event::Warning {
            code: "EVENTS_DROPPED".to_owned(),
            message: format!("{dropped} progress events were not delivered: the program was too busy to take them."),
        });
        if status == Status::QueueFull {
            self.delivery.dropped.fetch_add(dropped, Ordering::SeqCst);
        }
    }
}

impl EventSink for EventForwarder {
    fn emit(&self, event: Event) {
        self.report_dropped();
        if self.send(event) == Status::QueueFull {
            self.delivery.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}
