//! `generate --rollback`: the Gen 1 project as it was.

use std::{path::{Path, PathBuf}, time::Instant};

use async_trait::async_trait;

use super::write::{self, Backup, WriteError};
use crate::{
    backend::finding::Finding,
    error::Result,
    journal::MigrationFolder,
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationOutcome, OperationView, Step, StepPlan,
        ValidationReport,
    },
};

const OPERATION: &str = "generate-rollback-001";

/// The plan of the rollback.
pub struct GenerateRollbackPlan {
    project: PathBuf,
    backup: Backup,
}

impl GenerateRollbackPlan {
    /// Finds the newest backup.
    ///
    /// # Errors
    /// `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`.
    pub fn new(project: &Path) -> Result<Self> {
        let backup = write::latest_backup(project)?.ok_or_else(|| WriteError::NoBackup {
            path: MigrationFolder::of(project).path().to_owned(),
        })?;
        Ok(Self {
            project: project.to_owned(),
            backup,
        })
    }

    fn files(&self) -> Vec<String> {
        self.backup.contents.held.clone()
    }

    fn description(&self) -> String {
        let mut description = format!("Put back {}", self.backup.contents.held.join(", "));
        if !self.backup.contents.absent.is_empty() {
            description.push_str(&format!("; remove {}", self.backup.contents.absent.join(", ")));
        }
        description
    }
}

#[async_trait]
impl StepPlan for GenerateRollbackPlan {
    fn step(&self) -> Step {
        Step::Generate
    }

    fn rollback(&self) -> bool {
        true
    }

    fn operations(&self) -> Vec<OperationView> {
        vec![OperationView {
            id: OPERATION.to_owned(),
            kind: "restore-files".to_owned(),
            group: "Project".to_owned(),
            description: self.description(),
            moves: Vec::new(),
            files: Vec::new(),
        }]
    }

    fn implications(&self) -> Vec<String> {
        vec![
            format!("The files are again as they were before generate; they come from {}.", self.backup.path.display()),
            "The Gen 2 backend, with what you changed in it, is kept beside that backup.".to_owned(),
            "Nothing in the cloud is changed.".to_owned(),
        ]
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }

    async fn validate(&self, _events: &dyn EventSink) -> Result<ValidationReport> {
        // A rollback must always be possible: what is replaced is kept.
        Ok(ValidationReport::default())
    }

    fn write_operations(&self, _directory: &Path) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        if cancel.is_cancelled() {
            return Ok(ExecutionReport {
                status: ExecutionStatus::Cancelled,
                executed: Vec::new(),
                skipped: Vec::new(),
                files: Vec::new(),
                next_steps: vec!["Nothing was put back. Run the same command again.".to_owned()],
            });
        }
        events.emit(Event::OperationStarted {
            operation: OPERATION.to_owned(),
            index: 1,
            total: 1,
            message: self.description(),
        });
        let started = Instant::now();
        let replaced = write::restore(&self.project, &self.backup)?;
        events.emit(Event::OperationFinished {
            operation: OPERATION.to_owned(),
            outcome: OperationOutcome::Done,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        Ok(ExecutionReport {
            status: ExecutionStatus::Done,
            executed: vec![OPERATION.to_owned()],
            skipped: Vec::new(),
            files: self.files(),
            next_steps: vec![format!(
                "Install the packages of the Gen 1 project again. What was generated is in {}.",
                replaced.path.display()
            )],
        })
    }
}
