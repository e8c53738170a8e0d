use std::{fs, path::Path};

use async_trait::async_trait;

use super::{
    LockRequest,
    execution::Execution,
    operation::LockOperation,
    record::LockContext,
    validation::{drift, environment_status},
};
use crate::{
    backend::finding::Finding,
    error::Result,
    journal::JournalError,
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationView, Step, StepPlan, Validation,
        ValidationReport, ValidationStatus,
    },
};

/// A planned lock, or a planned rollback of one.
pub struct LockPlan {
    request: LockRequest,
    rollback: bool,
    operations: Vec<LockOperation>,
    implications: Vec<String>,
    findings: Vec<Finding>,
    context: LockContext,
    integrity: Option<Validation>,
}

impl LockPlan {
    pub(super) fn new(
        request: LockRequest,
        rollback: bool,
        operations: Vec<LockOperation>,
        implications: Vec<String>,
        findings: Vec<Finding>,
        context: LockContext,
    ) -> Self {
        Self {
            request,
            rollback,
            operations,
            implications,
            findings,
            context,
            integrity: None,
        }
    }

    pub(super) fn with_integrity(mut self, integrity: Validation) -> Self {
        self.integrity = Some(integrity);
        self
    }

    fn next_steps(&self, status: ExecutionStatus) -> Vec<String> {
        let environment = &self.request.environment;
        let step = match (status, self.rollback) {
            (ExecutionStatus::Cancelled, _) => "Run the same command again: it goes on where it stopped.".to_owned(),
            (_, false) => format!("Environment {environment} is locked. Create a branch for Gen 2 and run `generate`."),
            (_, true) => format!(
                "Environment {environment} is unlocked. Run `amplify push` when its stacks were changed by a refactor that was rolled back."
            ),
        };
        vec![step]
    }
}

#[async_trait]
impl StepPlan for LockPlan {
    fn step(&self) -> Step {
        Step::Lock
    }

    fn rollback(&self) -> bool {
        self.rollback
    }

    fn operations(&self) -> Vec<OperationView> {
        let root = &self.request.root.stack.name;
        self.operations
            .iter()
            .map(|operation| operation.view(&self.request.app_id, root))
            .collect()
    }

    fn implications(&self) -> Vec<String> {
        self.implications.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport> {
        let mut validations = vec![environment_status(&self.request.root)];
        if self.rollback {
            // When it fails, it is among the safety violations.
            let intact = |integrity: &&Validation| integrity.status != ValidationStatus::Failed;
            validations.extend(self.integrity.iter().filter(intact).cloned());
        } else {
            validations.push(drift());
        }
        for validation in &validations {
            events.emit(Event::Validated {
                validation: validation.clone(),
            });
        }
        Ok(ValidationReport { validations })
    }

    fn safety_violations(&self) -> Vec<Validation> {
        let broken = |integrity: &&Validation| integrity.status == ValidationStatus::Failed;
        self.integrity.iter().filter(broken).cloned().collect()
    }

    fn write_operations(&self, directory: &Path) -> Result<Vec<String>> {
        let refused = |path: &Path, action, source| JournalError::Io {
            path: path.to_owned(),
            action,
            source,
        };
        fs::create_dir_all(directory).map_err(|source| refused(directory, "created", source))?;
        let mut names = Vec::new();
        for operation in &self.operations {
            for (name, content) in operation.files(&self.request.root.stack.name) {
                let path = directory.join(&name);
                fs::write(&path, content).map_err(|source| refused(&path, "written", source))?;
                names.push(name);
            }
        }
        Ok(names)
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        let execution = Execution::begin(&self.request, self.rollback, &self.context, events, cancel).await?;
        let mut report = execution.run(&self.operations).await?;
        report.next_steps = self.next_steps(report.status);
        Ok(report)
    }
}
