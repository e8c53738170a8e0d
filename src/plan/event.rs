use serde::{Deserialize, Serialize};

/// Progress of a step, with typed payload. `type` is the stable code of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A part of the work begins, for example reading stacks.
    Phase {
        /// Stable name of the part.
        name: String,
        /// What is done, for people.
        message: String,
    },
    /// A validation was run.
    Validated {
        /// Its outcome.
        validation: super::Validation,
    },
    /// An operation begins.
    OperationStarted {
        /// Id of the operation in the plan.
        operation: String,
        /// Position from 1.
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
        elapsed_ms: u64,
    },
    /// The state of a stack, stack refactor or change set that is being waited for.
    Waiting {
        /// Id of the operation in the plan.
        operation: String,
        /// Stack, refactor or change set.
        target: String,
        /// Status as AWS names it.
        status: String,
        /// Milliseconds since the wait began.
        elapsed_ms: u64,
    },
    /// Something that deserves attention but does not stop the step.
    Warning {
        /// Stable code.
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

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationOutcome {
    /// Carried out.
    Done,
    /// An earlier run had done it.
    AlreadyDone,
    /// There was nothing to change.
    Unchanged,
}

/// Takes events as they happen.
pub trait EventSink: Send + Sync {
    /// Must not block.
    fn emit(&self, event: Event);

    /// Something deserves attention but does not stop the step.
    fn warn(&self, code: &str, message: String) {
        self.emit(Event::Warning {
            code: code.to_owned(),
            message,
        });
    }
}

/// Tells how one operation gets on.
#[derive(Clone, Copy)]
pub struct OperationEvents<'a> {
    events: &'a dyn EventSink,
    operation: &'a str,
}

impl<'a> OperationEvents<'a> {
    /// Events of the operation with this id in the plan.
    pub fn new(events: &'a dyn EventSink, operation: &'a str) -> Self {
        Self { events, operation }
    }

    /// Something is being waited for, for so many milliseconds by now.
    pub fn waiting(&self, target: &str, status: &str, elapsed_ms: u64) {
        self.events.emit(Event::Waiting {
            operation: self.operation.to_owned(),
            target: target.to_owned(),
            status: status.to_owned(),
            elapsed_ms,
        });
    }

    /// Something deserves attention but does not stop the step.
    pub fn warn(&self, code: &str, message: String) {
        self.events.warn(code, message);
    }
}

/// Drops all events.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoEvents;

impl EventSink for NoEvents {
    fn emit(&self, _event: Event) {}
}
