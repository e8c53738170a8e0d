//! One run over the operations of a plan.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
    time::Instant,
};

use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::{Value, json};

use super::{
    configuration, deletion, error::ExecutionError, history::UncomparedConfiguration, moves, step::RefactorTarget,
    update,
};
use crate::{
    cloud::{Cloud, CloudError, StackUpdateError, TemplateHandOver},
    cloudformation::{Template, same_template},
    error::{Error, Result},
    journal::{Journal, RunId, RunStatus},
    plan::{CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationEvents, OperationOutcome},
    refactor::{PlannedOperation, RefactorOperation, RefactorPlan},
};

/// Name of the change sets of this step. One that a crash left behind is found by it and removed.
pub(super) const CHANGE_SET: &str = "amplify-gen2-migration-refactor";

/// Operations at a time. CloudFormation throttles an account's writes and queries of changes: more would wait for each other.
const SIDE_BY_SIDE: usize = 5;

/// What the operations of a run share.
pub(super) struct Run<'a> {
    pub(super) cloud: &'a Cloud,
    pub(super) target: &'a RefactorTarget,
    pub(super) journal: &'a Journal,
    pub(super) events: &'a dyn EventSink,
    pub(super) id: RunId,
    /// Templates that are live although the plan expects another of the same meaning: CloudFormation saw nothing to change.
    equivalent: Mutex<HashMap<String, Template>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        cloud: &'a Cloud,
        target: &'a RefactorTarget,
        journal: &'a Journal,
        events: &'a dyn EventSink,
        id: RunId,
    ) -> Self {
        Self {
            cloud,
            target,
            journal,
            events,
            id,
            equivalent: Mutex::default(),
        }
    }

    /// Carries out the operations, side by side where they touch different stacks. Begins none any more once the token is
    /// cancelled or an operation has failed; what has begun is always brought to its end.
    pub(super) async fn carry_out(
        &self,
        plan: &RefactorPlan,
        uncompared: &[UncomparedConfiguration],
        describe: impl Fn(usize) -> String,
        cancel: &CancelToken,
    ) -> Result<ExecutionReport> {
        configuration::compare_later(self, uncompared).await?;
        let before = configuration::Snapshot::take(self, plan).await?;
        before.record(self, plan).await?;
        let mut waiting: Vec<(usize, &PlannedOperation)> = plan.operations.iter().enumerate().collect();
        let mut running = FuturesUnordered::new();
        let mut outcomes: BTreeMap<usize, (&str, OperationOutcome)> = BTreeMap::new();
        let mut failure: Option<Error> = None;
        loop {
            while failure.is_none() && !cancel.is_cancelled() && running.len() < SIDE_BY_SIDE {
                let is_done = |id: &String| outcomes.values().any(|(done, _)| done == id);
                let Some(ready) = waiting
                    .iter()
                    .position(|(_, planned)| planned.after.iter().all(is_done))
                else {
                    break;
                };
                let (index, planned) = waiting.remove(ready);
                self.events.emit(Event::OperationStarted {
                    operation: planned.id.clone(),
                    index: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    total: u32::try_from(plan.operations.len()).unwrap_or(u32::MAX),
                    message: describe(index),
                });
                let before = &before;
                running.push(async move { (index, planned, self.carry_out_one(planned, before).await) });
            }
            match running.next().await {
                None => break,
                Some((index, planned, Ok(outcome))) => {
                    outcomes.insert(index, (planned.id.as_str(), outcome));
                }
                // The first cause is what the user is told; what failed beside it is told with it.
                Some((_, _, Err(error))) => {
                    failure = Some(match failure.take() {
                        None => error,
                        Some(first) => first.with_suppressed(error),
                    });
                }
            }
        }
        if let Some(error) = failure {
            // The journal's own failure must not hide the first cause.
            return Err(match self.journal.finish(&self.id, RunStatus::Failed) {
                Ok(()) => error,
                Err(later) => error.with_suppressed(later),
            });
        }
        let mut report = ExecutionReport::default();
        for (id, outcome) in outcomes.into_values() {
            match outcome {
                OperationOutcome::Done => report.executed.push(id.to_owned()),
                OperationOutcome::AlreadyDone | OperationOutcome::Unchanged => report.skipped.push(id.to_owned()),
            }
        }
        if waiting.is_empty() {
            self.journal.finish(&self.id, RunStatus::Done)?;
        } else {
            self.journal.finish(&self.id, RunStatus::Cancelled)?;
            report.status = ExecutionStatus::Cancelled;
        }
        Ok(report)
    }

    async fn carry_out_one(
        &self,
        planned: &PlannedOperation,
        before: &configuration::Snapshot,
    ) -> Result<OperationOutcome> {
        let began = Instant::now();
        self.journal.confirm(self.events).await?;
        let outcome = match &planned.operation {
            RefactorOperation::UpdateStack(operation) => update::carry_out(self, &planned.id, operation, before).await,
            RefactorOperation::CreateAndExecuteStackRefactor(operation) => {
                moves::carry_out(self, &planned.id, operation, before).await
            }
            RefactorOperation::DeleteStack(operation) => deletion::carry_out(self, &planned.id, operation).await,
        }?;
        self.journal
            .result(&self.id, &planned.id, json!({ "outcome": outcome }))?;
        self.events.emit(Event::OperationFinished {
            operation: planned.id.clone(),
            outcome,
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        Ok(outcome)
    }

    /// Writes an intent to the journal. On return it is on disk, the lease is held, and the effect may be tried.
    pub(super) async fn intend(&self, operation: &str, intent: Value) -> Result<()> {
        self.journal.confirm(self.events).await?;
        self.intend_now(operation, intent)
    }

    /// The same where nothing can be waited for: a lease that has not been confirmed for long is not renewed first.
    pub(super) fn intend_now(&self, operation: &str, intent: Value) -> Result<()> {
        self.journal.intent(&self.id, operation, intent)
    }

    pub(super) fn failed(&self, operation: &str, source: CloudError) -> ExecutionError {
        ExecutionError::Cloud {
            operation: operation.to_owned(),
            source,
        }
    }

    /// Where an operation tells how it gets on.
    pub(super) fn events_of<'o>(&'o self, operation: &'o str) -> OperationEvents<'o> {
        OperationEvents::new(self.events, operation)
    }

    /// A token for the calls of an operation of this run: the same whenever a call is repeated, and no other operation's.
    pub(super) fn token(&self, operation: &str) -> String {
        format!("{}-{operation}", self.id)
    }

    /// How a template gets to CloudFormation.
    pub(super) fn hand_over(&self, stack: &str, template: &Template) -> Result<TemplateHandOver, StackUpdateError> {
        TemplateHandOver::of(stack, template.to_compact(), Some(&self.target.deployment_bucket))
    }

    /// The live template.
    pub(super) async fn template(&self, operation: &str, stack: &str) -> Result<Template> {
        let body = self
            .cloud
            .cloudformation
            .template(stack)
            .await
            .map_err(|error| self.failed(operation, error))?;
        Ok(Template::parse(&body, &format!("stack {stack}"))?)
    }

    /// Records that the live template means what the plan expects.
    pub(super) fn accept(&self, stack: &str, live: Template) {
        self.equivalents().insert(stack.to_owned(), live);
    }

    /// The live template is the expected one, or was found to mean the same.
    pub(super) fn is_expected(&self, stack: &str, live: &Template, expected: Option<&Template>) -> bool {
        expected.is_some_and(|expected| same_template(live, expected))
            || self
                .equivalents()
                .get(stack)
                .is_some_and(|accepted| same_template(live, accepted))
    }

    fn equivalents(&self) -> std::sync::MutexGuard<'_, HashMap<String, Template>> {
        self.equivalent
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
