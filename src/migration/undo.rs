//! A step that takes back what it did when it fails.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;

use serde_json::{Map, Value};

use super::{environment::OpenedEnvironment, options::PlanRequest};
use crate::{
    backend::finding::Finding,
    error::{CodedError, Error, Result},
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationView, Plan, PredictedChange, Step,
        StepPlan, Validation, ValidationReport,
    },
    refactor::execute::GO_ON,
};

/// The plan of a step, followed by the rollback of the same step when executing it fails.
pub(super) struct UndoOnFailure {
    plan: Arc<dyn StepPlan>,
    environment: Arc<OpenedEnvironment>,
    request: PlanRequest,
}

impl UndoOnFailure {
    pub(super) fn new(plan: Arc<dyn StepPlan>, environment: Arc<OpenedEnvironment>, request: PlanRequest) -> Self {
        Self {
            plan,
            environment,
            request,
        }
    }

    /// The rollback is planned from what is there now. The step's validations are left out: they ask whether it may
    /// begin. What keeps data safe is checked.
    async fn undo(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<Option<ExecutionStatus>> {
        let request = PlanRequest {
            rollback: true,
            ..self.request.clone()
        };
        let plan = Plan::from(self.environment.plan(&request, events).await?);
        let (_, Some(executable)) = plan.skip_validations() else {
            return Ok(None);
        };
        Ok(Some(executable.execute(events, cancel).await?.status))
    }
}

#[async_trait]
impl StepPlan for UndoOnFailure {
    fn step(&self) -> Step {
        self.plan.step()
    }

    fn rollback(&self) -> bool {
        self.plan.rollback()
    }

    fn operations(&self) -> Vec<OperationView> {
        self.plan.operations()
    }

    fn implications(&self) -> Vec<String> {
        self.plan.implications()
    }

    fn findings(&self) -> Vec<Finding> {
        self.plan.findings()
    }

    fn next_deployment(&self) -> Vec<PredictedChange> {
        self.plan.next_deployment()
    }

    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport> {
        self.plan.validate(events).await
    }

    fn safety_violations(&self) -> Vec<Validation> {
        self.plan.safety_violations()
    }

    fn write_operations(&self, directory: &Path) -> Result<Vec<String>> {
        self.plan.write_operations(directory)
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        let failure = match self.plan.execute(events, cancel).await {
            Ok(report) => return Ok(report),
            Err(failure) => failure,
        };
        events.emit(Event::Warning {
            code: failure.code().to_owned(),
            message: format!("{} What was done is taken back now.", sentence(&failure)),
        });
        match self.undo(events, cancel).await {
            Ok(Some(ExecutionStatus::Done)) => {
                events.emit(Event::Phase {
                    name: "undone".to_owned(),
                    message: "What was done has been taken back".to_owned(),
                });
                Err(undone(failure))
            }
            Ok(Some(ExecutionStatus::Cancelled)) => Err(failure.with_suppressed(UndoError::Stopped.into())),
            Ok(None) => Err(failure.with_suppressed(UndoError::Unsafe.into())),
            Err(later) => Err(failure.with_suppressed(later)),
        }
    }
}

/// The message of an error, with the full stop that it needs before another sentence.
fn sentence(error: &Error) -> String {
    let message = error.to_string();
    let ends = message.trim_end().ends_with(['.', '!', '?']);
    format!("{}{}", message.trim_end(), if ends { "" } else { "." })
}

fn undone(mut failure: Error) -> Error {
    let suppressed = std::mem::take(&mut failure.suppressed);
    let mut error = Error::from(Undone(failure));
    error.suppressed = suppressed;
    error
}

/// The failure of a step whose effects have been taken back: its own advice to go on, or to roll back, is out of date.
#[derive(Debug, thiserror::Error)]
#[error("{} What the step had done before has been taken back.", sentence(.0))]
struct Undone(Error);

impl CodedError for Undone {
    fn code(&self) -> &'static str {
        self.0.code()
    }

    fn resolution(&self) -> String {
        let advice = self.0.resolution().replace(GO_ON, "");
        let again = if advice.contains("again") {
            ""
        } else {
            " Then run the same command again."
        };
        format!("Everything is as it was before the step. {}{again}", advice.trim())
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = self.0.details();
        details.insert("undone".to_owned(), true.into());
        details
    }

    fn link(&self) -> Option<String> {
        self.0.link()
    }
}

/// Why taking back did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum UndoError {
    #[error("Taking back what was done was stopped before its end.")]
    Stopped,
    #[error("What was done cannot be taken back safely from the state that is there now.")]
    Unsafe,
}

impl CodedError for UndoError {
    fn code(&self) -> &'static str {
        match self {
            Self::Stopped => "UNDO_STOPPED",
            Self::Unsafe => "UNDO_UNSAFE",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Stopped => "Run the step with --rollback to take back the rest, or without it to go on.",
            Self::Unsafe => {
                "Nothing more was changed. `--rollback --validations-only --skip-validations` shows what keeps it from being safe."
            }
        }
        .to_owned()
    }
}
