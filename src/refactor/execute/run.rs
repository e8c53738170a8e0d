//! One run over the operations of a plan.

use std::{collections::HashMap, sync::Mutex, time::Instant};

use serde_json::{Value, json};

use super::{configuration, deletion, error::ExecutionError, moves, step::RefactorTarget, update};
use crate::{
    cloud::{Cloud, CloudError, StackUpdateError, TemplateHandOver},
    cloudformation::{Template, same_template},
    error::Result,
    journal::{Journal, RunId, RunStatus},
    plan::{CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationEvents, OperationOutcome},
    refactor::{RefactorOperation, RefactorPlan},
};

/// Name of the change sets of this step. One that a crash left behind is found by it and removed.
pub(super) const CHANGE_SET: &str = "amplify-gen2-migration-refactor";

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

    /// Carries out the operations in order. Looks at the token between them only.
    pub(super) async fn carry_out(
        &self,
        plan: &RefactorPlan,
        describe: impl Fn(usize) -> String,
        cancel: &CancelToken,
    ) -> Result<ExecutionReport> {
        let total = u32::try_from(plan.operations.len()).unwrap_or(u32::MAX);
        let mut report = ExecutionReport::default();
        let before = configuration::Snapshot::take(self, plan).await?;
        for (index, planned) in plan.operations.iter().enumerate() {
            if cancel.is_cancelled() {
                self.journal.finish(&self.id, RunStatus::Cancelled)?;
                report.status = ExecutionStatus::Cancelled;
                return Ok(report);
            }
            self.journal.confirm(self.events).await?;
            let began = Instant::now();
            self.events.emit(Event::OperationStarted {
                operation: planned.id.clone(),
                index: u32::try_from(index + 1).unwrap_or(u32::MAX),
                total,
                message: describe(index),
            });
            let outcome = match &planned.operation {
                RefactorOperation::UpdateStack(operation) => update::carry_out(self, &planned.id, operation).await,
                RefactorOperation::CreateAndExecuteStackRefactor(operation) => {
                    moves::carry_out(self, &planned.id, operation, &before).await
                }
                RefactorOperation::DeleteStack(operation) => deletion::carry_out(self, &planned.id, operation).await,
            };
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err(error) => {
                    // The journal's own failure must not hide the first cause.
                    let recorded = self.journal.finish(&self.id, RunStatus::Failed);
                    return Err(match recorded {
                        Ok(()) => error,
                        Err(later) => error.with_suppressed(later),
                    });
                }
            };
            self.journal
                .result(&self.id, &planned.id, json!({ "outcome": outcome }))?;
            self.events.emit(Event::OperationFinished {
                operation: planned.id.clone(),
                outcome,
                elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            });
            match outcome {
                OperationOutcome::Done => report.executed.push(planned.id.clone()),
                OperationOutcome::AlreadyDone | OperationOutcome::Unchanged => report.skipped.push(planned.id.clone()),
            }
        }
        self.journal.finish(&self.id, RunStatus::Done)?;
        Ok(report)
    }

    /// Writes an intent to the journal. On return it is on disk, and the effect may be tried.
    pub(super) fn intend(&self, operation: &str, intent: Value) -> Result<()> {
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
