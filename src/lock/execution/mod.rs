//! Carries out the operations of a lock or of its rollback: intent before effect, effects decided by the live state.

mod app;
mod stack;
mod stack_policy;

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Instant,
};

use futures::{
    StreamExt,
    future::{BoxFuture, join_all},
    stream,
};

use super::{
    LockError, LockRequest,
    operation::{Action, LockOperation},
    record::{Intent, LockContext, Outcome, leftovers},
};
use crate::{
    cloud::remove_leftover,
    error::{Error, Result},
    journal::{Journal, RunHeader, RunId, RunStatus},
    plan::{CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationEvents, OperationOutcome, Step},
};

/// Stacks that are updated at the same time.
const STACKS_AT_ONCE: usize = 4;

pub(super) struct Execution<'a> {
    request: &'a LockRequest,
    journal: Journal,
    run: RunId,
    rollback: bool,
    events: &'a dyn EventSink,
    cancel: &'a CancelToken,
}

impl<'a> Execution<'a> {
    pub(super) async fn begin(
        request: &'a LockRequest,
        rollback: bool,
        context: &LockContext,
        events: &'a dyn EventSink,
        cancel: &'a CancelToken,
    ) -> Result<Self> {
        let header = RunHeader {
            step: Step::Lock,
            rollback,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            account_id: request.account_id.clone(),
            region: request.cloud.region.clone(),
            gen1_root: request.root.stack.name.clone(),
            gen2_root: None,
            context: serde_json::to_value(context).unwrap_or_default(),
        };
        let journal = Journal::begin(&request.journal(), header, request.take_over, events).await?;
        Ok(Self {
            request,
            run: journal.run().clone(),
            journal,
            rollback,
            events,
            cancel,
        })
    }

    /// Carries out the operations while the journal's copy and the lease are kept.
    pub(super) async fn run(&self, operations: &[LockOperation]) -> Result<ExecutionReport> {
        self.journal.alongside(self.events, self.carry_out(operations)).await
    }

    /// Operations on the app and the root stack one after another, those on other stacks side by side.
    async fn carry_out(&self, operations: &[LockOperation]) -> Result<ExecutionReport> {
        self.remove_leftovers().await;
        let progress = Progress {
            total: u32::try_from(operations.len()).unwrap_or(u32::MAX),
            begun: AtomicU32::new(0),
            failed: AtomicBool::new(false),
        };
        let mut outcomes: Vec<(&LockOperation, Attempt)> = Vec::new();
        let mut rest = operations;
        while let Some(first) = rest.first() {
            let together = rest
                .iter()
                .take_while(|operation| operation.is_on_nested_stack())
                .count()
                .max(1);
            let batch = if first.is_on_nested_stack() {
                &rest[..together]
            } else {
                &rest[..1]
            };
            rest = &rest[batch.len()..];
            let mut running: Vec<BoxFuture<'_, (usize, Attempt)>> = Vec::new();
            for (index, operation) in batch.iter().enumerate() {
                running.push(Box::pin(self.one(index, operation, &progress)));
            }
            let mut done: Vec<(usize, Attempt)> =
                stream::iter(running).buffer_unordered(STACKS_AT_ONCE).collect().await;
            done.sort_by_key(|(index, _)| *index);
            outcomes.extend(done.into_iter().map(|(index, outcome)| (&batch[index], outcome)));
        }
        self.report(outcomes)
    }

    /// Removes what runs that ended amid an operation left: a change set that was not executed, a template in the bucket.
    async fn remove_leftovers(&self) {
        let bucket = self.request.deployment_bucket.as_deref();
        let found = leftovers(&self.journal.earlier_runs(), &self.request.root.stack.name);
        join_all(found.iter().map(|leftover| {
            let events = self.events_of(&leftover.operation);
            remove_leftover(&self.request.cloud, bucket, leftover, events)
        }))
        .await;
    }

    fn report(&self, outcomes: Vec<(&LockOperation, Attempt)>) -> Result<ExecutionReport> {
        let mut report = ExecutionReport::default();
        let mut failure: Option<Error> = None;
        for (operation, outcome) in outcomes {
            match outcome {
                Ok(Some(OperationOutcome::Done)) => report.executed.push(operation.id.clone()),
                Ok(Some(_)) => report.skipped.push(operation.id.clone()),
                Ok(None) => report.status = ExecutionStatus::Cancelled,
                Err(error) => {
                    failure = Some(match failure {
                        Some(first) => first.with_suppressed(error),
                        None => error,
                    });
                }
            }
        }
        let status = match (&failure, report.status) {
            (Some(_), _) => RunStatus::Failed,
            (None, ExecutionStatus::Cancelled) => RunStatus::Cancelled,
            (None, ExecutionStatus::Done) => RunStatus::Done,
        };
        let finished = self.journal.finish(&self.run, status);
        match failure {
            Some(error) => Err(match finished {
                Ok(()) => error,
                Err(later) => error.with_suppressed(later),
            }),
            None => finished.map(|()| report),
        }
    }

    async fn one(&self, index: usize, operation: &LockOperation, progress: &Progress) -> (usize, Attempt) {
        (index, self.attempt(operation, progress).await)
    }

    async fn attempt(&self, operation: &LockOperation, progress: &Progress) -> Attempt {
        if self.cancel.is_cancelled() || progress.failed.load(Ordering::SeqCst) {
            return Ok(None);
        }
        self.journal.confirm(self.events).await?;
        let began = Instant::now();
        let view = operation.view(&self.request.app_id, &self.request.root.stack.name);
        self.events.emit(Event::OperationStarted {
            operation: operation.id.clone(),
            index: progress.begun.fetch_add(1, Ordering::SeqCst) + 1,
            total: progress.total,
            message: view.description,
        });
        let id = operation.id.as_str();
        let outcome = match &operation.action {
            Action::MarkApp => self.mark_app(id).await,
            Action::UnmarkApp => self.unmark_app(id).await,
            Action::DenyUpdates => self.deny_updates(id).await,
            Action::RestorePolicy { policy } => self.restore_policy(id, policy).await,
            Action::Protect(change) | Action::Unprotect(change) => self.change_stack(id, change).await,
        };
        let outcome = outcome.inspect_err(|_| progress.failed.store(true, Ordering::SeqCst))?;
        self.events.emit(Event::OperationFinished {
            operation: operation.id.clone(),
            outcome,
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        Ok(Some(outcome))
    }

    /// The intents of a lock hold what undoing it needs: the copy has them before the effect.
    async fn intend(&self, operation: &str, intent: &Intent) -> Result<()> {
        let intent = serde_json::to_value(intent).unwrap_or_default();
        self.journal.intent(&self.run, operation, intent)?;
        self.journal.secure(self.events).await
    }

    fn done(&self, operation: &str) -> Result<()> {
        let outcome = serde_json::to_value(Outcome::Done).unwrap_or_default();
        self.journal.result(&self.run, operation, outcome)
    }

    /// Where an operation tells how it gets on.
    fn events_of<'o>(&'o self, operation: &'o str) -> OperationEvents<'o> {
        OperationEvents::new(self.events, operation)
    }
}

/// What became of an operation; `None`: it was not begun, because another failed or somebody asked to stop.
type Attempt = Result<Option<OperationOutcome>>;

/// How far the run has come.
struct Progress {
    total: u32,
    begun: AtomicU32,
    failed: AtomicBool,
}

impl LockOperation {
    fn is_on_nested_stack(&self) -> bool {
        matches!(self.action, Action::Protect(_) | Action::Unprotect(_))
    }
}

fn without_effect(what: &'static str, target: &str) -> Error {
    LockError::WithoutEffect {
        what,
        target: target.to_owned(),
    }
    .into()
}
