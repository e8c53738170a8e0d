//! The life cycle that all steps share: a plan of a step's own operations is validated, and only a validated plan is
//! executed. There is no enum over the operations of all steps: a step keeps its own and shows them as [`OperationView`].

mod cancel;
mod error;
mod event;
mod view;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use cancel::CancelToken;
pub use error::PlanError;
pub use event::{Event, EventSink, NoEvents, OperationEvents, OperationOutcome};
pub use view::{
    ChangeEffect, ExecutionReport, ExecutionStatus, MoveView, OperationView, PredictedChange, Validation,
    ValidationReport, ValidationStatus,
};

use crate::{backend::finding::Finding, error::Result};

/// A step of the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Tells what can be migrated.
    Assess,
    /// Keeps the Gen 1 environment from changing.
    Lock,
    /// Writes the Gen 2 backend.
    Generate,
    /// Moves the stateful resources.
    Refactor,
    /// Removes what is left of Gen 1.
    Decommission,
}

impl Step {
    /// As on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assess => "assess",
            Self::Lock => "lock",
            Self::Generate => "generate",
            Self::Refactor => "refactor",
            Self::Decommission => "decommission",
        }
    }
}

/// A validation that is run when the plan is validated.
pub type ValidationCheck = Arc<dyn Fn() -> BoxFuture<'static, Result<Validation>> + Send + Sync>;

/// What a step hands to the life cycle. Planning has read everything and changed nothing.
#[async_trait]
pub trait StepPlan: Send + Sync {
    /// Which step.
    fn step(&self) -> Step;

    /// It undoes the step.
    fn rollback(&self) -> bool;

    /// What will be done, in order.
    fn operations(&self) -> Vec<OperationView>;

    /// What it means for the user, sentence by sentence.
    fn implications(&self) -> Vec<String>;

    /// What was seen while planning.
    fn findings(&self) -> Vec<Finding>;

    /// What the next deployment of Gen 2 does to the resources of the step, setting by setting.
    fn next_deployment(&self) -> Vec<PredictedChange> {
        Vec::new()
    }

    /// Runs every validation of the step and reports all failures. Changes nothing, but for probes that it removes again.
    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport>;

    /// Invariants that no flag can waive (closed templates, moves only, exclusive ownership); an empty list when they hold.
    fn safety_violations(&self) -> Vec<Validation> {
        Vec::new()
    }

    /// Writes the planned operations as files into an absent or empty folder; the names written, in order.
    fn write_operations(&self, directory: &std::path::Path) -> Result<Vec<String>>;

    /// Does it. Called only through [`ValidatedPlan`]; looks at the token between mutations only.
    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport>;
}

/// A plan that has not been validated.
pub struct Plan {
    inner: Arc<dyn StepPlan>,
}

/// A plan whose validations passed, or were waived on request; its safety invariants hold in either case.
pub struct ValidatedPlan {
    inner: Arc<dyn StepPlan>,
}

impl From<Arc<dyn StepPlan>> for Plan {
    fn from(inner: Arc<dyn StepPlan>) -> Self {
        Self { inner }
    }
}

impl Plan {
    /// Wraps the plan of a step.
    pub fn new(plan: impl StepPlan + 'static) -> Self {
        Self { inner: Arc::new(plan) }
    }

    /// The step's view of itself.
    pub fn view(&self) -> &dyn StepPlan {
        self.inner.as_ref()
    }

    /// Validates; an executable plan comes back only when nothing failed.
    pub async fn validate(&self, events: &dyn EventSink) -> Result<(ValidationReport, Option<ValidatedPlan>)> {
        let mut report = self.inner.validate(events).await?;
        for validation in self.inner.safety_violations() {
            events.emit(Event::Validated {
                validation: validation.clone(),
            });
            report.validations.push(validation);
        }
        let executable = !report.failed();
        Ok((
            report,
            executable.then(|| ValidatedPlan {
                inner: Arc::clone(&self.inner),
            }),
        ))
    }

    /// Leaves out the step's validations, on the user's request. Safety invariants are checked all the same.
    pub fn skip_validations(&self) -> (ValidationReport, Option<ValidatedPlan>) {
        let report = ValidationReport {
            validations: self.inner.safety_violations(),
        };
        let executable = !report.failed();
        (
            report,
            executable.then(|| ValidatedPlan {
                inner: Arc::clone(&self.inner),
            }),
        )
    }
}

impl ValidatedPlan {
    /// Executes. What is cancelled before it begins leaves no trace, in the journal neither.
    pub async fn execute(self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        if cancel.is_cancelled() {
            return Ok(ExecutionReport {
                status: ExecutionStatus::Cancelled,
                ..ExecutionReport::default()
            });
        }
        self.inner.execute(events, cancel).await
    }
}
