use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use napi_derive::napi;

use super::{
    cancel::CancelToken,
    event::{EventCallback, EventForwarder},
    outcome::Outcome,
    report::{ExecutionReport, Finding, Operation, PredictedChange, ValidationReport},
};
use crate::{
    error::Result,
    plan::{self, PlanError, ValidatedPlan},
};

/// What a step will do. Nothing has been changed yet.
///
/// Executing needs `validate` (or `skipValidations`) to have passed, and is possible once.
#[napi]
pub struct Plan {
    plan: plan::Plan,
    progress: Mutex<Progress>,
}

enum Progress {
    Planned,
    Validated(ValidatedPlan),
    Executed,
}

impl Plan {
    pub(super) fn new(plan: plan::Plan) -> Self {
        Self {
            plan,
            progress: Mutex::new(Progress::Planned),
        }
    }

    fn note(&self, validated: Option<ValidatedPlan>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*progress, Progress::Executed) {
            *progress = validated.map_or(Progress::Planned, Progress::Validated);
        }
    }

    fn take_validated(&self) -> Result<ValidatedPlan> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *progress, Progress::Executed) {
            Progress::Validated(validated) => Ok(validated),
            Progress::Planned => {
                *progress = Progress::Planned;
                Err(PlanError::NotValidated.into())
            }
            Progress::Executed => Err(PlanError::AlreadyExecuted.into()),
        }
    }
}

#[napi]
impl Plan {
    /// Name of the step.
    #[napi(getter, catch_unwind, ts_return_type = "Step")]
    pub fn step(&self) -> String {
        self.plan.view().step().as_str().to_owned()
    }

    /// The plan undoes the step.
    #[napi(getter, catch_unwind)]
    pub fn rollback(&self) -> bool {
        self.plan.view().rollback()
    }

    /// What will be done, in order.
    #[napi(getter, catch_unwind)]
    pub fn operations(&self) -> Vec<Operation> {
        self.plan.view().operations().into_iter().map(Into::into).collect()
    }

    /// What it means for the user, sentence by sentence.
    #[napi(getter, catch_unwind)]
    pub fn implications(&self) -> Vec<String> {
        self.plan.view().implications()
    }

    /// What was seen while planning.
    #[napi(getter, catch_unwind)]
    pub fn findings(&self) -> Vec<Finding> {
        self.plan.view().findings().into_iter().map(Into::into).collect()
    }

    /// Refactor: what the next deployment of Gen 2 does to the resources that move, setting by setting; empty for other steps.
    #[napi(getter, catch_unwind)]
    pub fn next_deployment(&self) -> Vec<PredictedChange> {
        self.plan.view().next_deployment().into_iter().map(Into::into).collect()
    }

    /// Runs every validation of the step and reports all failures, not only the first.
    #[napi(
        ts_args_type = "onEvent?: (event: MigrationEvent) => void",
        ts_return_type = "Promise<ValidationReport>"
    )]
    pub async fn validate(&self, on_event: Option<EventCallback>) -> Outcome<ValidationReport> {
        let events = EventForwarder::new(on_event);
        Outcome::of(async {
            let validated = self.plan.validate(&events).await;
            events.flush().await;
            let (report, executable) = validated?;
            self.note(executable);
            Ok(report.into())
        })
        .await
    }

    /// Leaves out the validations of the step. What keeps data safe is checked all the same, and is in the report.
    #[napi(catch_unwind)]
    pub fn skip_validations(&self) -> ValidationReport {
        let (report, executable) = self.plan.skip_validations();
        self.note(executable);
        report.into()
    }

    /// Writes the files of the planned operations (refactor: templates, parameters and mappings of each move) into a
    /// folder that is absent or empty. Returns the names of the files.
    #[napi(ts_return_type = "Promise<string[]>")]
    pub async fn write_operations(&self, directory: String) -> Outcome<Vec<String>> {
        Outcome::of(async { self.plan.view().write_operations(&PathBuf::from(directory)) }).await
    }

    /// Does what was planned. An aborted signal or a cancelled token ends it after the mutation it is at; the report
    /// then has the status `cancelled`.
    #[napi(
        ts_args_type = "onEvent?: (event: MigrationEvent) => void, signal?: AbortSignal | CancelToken",
        ts_return_type = "Promise<ExecutionReport>"
    )]
    pub async fn execute(
        &self,
        on_event: Option<EventCallback>,
        cancel: Option<&CancelToken>,
    ) -> Outcome<ExecutionReport> {
        let token = cancel.map(|cancel| cancel.token.clone()).unwrap_or_default();
        let events = EventForwarder::new(on_event);
        Outcome::of(async {
            let executed = self.take_validated()?.execute(&events, &token).await;
            events.flush().await;
            Ok(executed?.into())
        })
        .await
    }
}
