use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use async_trait::async_trait;

use super::{
    cancelled,
    operations::{self, PlannedWrite, number, planned},
    working_directory::listed,
};
use crate::{
    backend::finding::Finding,
    error::Result,
    generate::write::{LocalDisk, RollbackPlan, write_output},
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, OperationView, Step, StepPlan, Validation, ValidationReport,
        ValidationStatus,
    },
};

/// A planned rollback of generate: what was there before comes back.
pub struct GenerateRollbackStep {
    plan: RollbackPlan,
    writes: Vec<PlannedWrite>,
    backup: PathBuf,
}

impl GenerateRollbackStep {
    /// Plans it from the newest backup of the project. Changes nothing.
    ///
    /// # Errors
    /// `BACKUP_NOT_FOUND`, `WRITE_STATE_UNREADABLE`, `WRITE_FAILED`.
    pub fn new(project_dir: &Path) -> Result<Self> {
        let plan = RollbackPlan::new(project_dir)?;
        let backup = plan.backup().to_path_buf();
        let amplify = if plan.has_amplify() {
            "Put the Gen 1 amplify/ back in place of the generated one"
        } else {
            "Remove the generated amplify/: there was none before"
        };
        let mut writes = vec![planned(
            "replace-folder",
            "Project".into(),
            amplify.into(),
            Vec::new(),
            true,
        )];
        for (path, is_restored) in plan.files() {
            let (kind, description, files) = if is_restored {
                ("edit-file", format!("Put {path} back"), vec![path.to_owned()])
            } else {
                (
                    "remove-file",
                    format!("Remove {path}: there was none before"),
                    Vec::new(),
                )
            };
            writes.push(planned(kind, "Project".into(), description, files, true));
        }
        number(&mut writes);
        Ok(Self { plan, writes, backup })
    }

    fn unchanged_files(&self) -> Validation {
        let changed = self.plan.changed();
        Validation {
            name: "Unchanged Files".into(),
            description: "Verifies that nobody changed the generated files since: the rollback would take the changes away."
                .into(),
            status: if changed.is_empty() {
                ValidationStatus::Passed
            } else {
                ValidationStatus::Failed
            },
            report: (!changed.is_empty()).then(|| format!("Changed or added since:\n{}", listed(changed))),
            resolution: (!changed.is_empty()).then(|| {
                "Keep a copy of these files elsewhere, put back or remove them, then run the command again. With --skip-validations the rollback goes on; the files are then kept in .amplify/gen2-migration/.".into()
            }),
        }
    }
}

#[async_trait]
impl StepPlan for GenerateRollbackStep {
    fn step(&self) -> Step {
        Step::Generate
    }

    fn rollback(&self) -> bool {
        true
    }

    fn operations(&self) -> Vec<OperationView> {
        self.writes.iter().map(|write| write.view.clone()).collect()
    }

    fn implications(&self) -> Vec<String> {
        vec![
            format!(
                "amplify/ and the project's files return to what they were before generate ({}).",
                self.backup.display()
            ),
            "The generated files are kept in .amplify/gen2-migration/ until you remove them.".into(),
            "Nothing that is deployed changes.".into(),
        ]
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }

    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport> {
        let validation = self.unchanged_files();
        events.emit(Event::Validated {
            validation: validation.clone(),
        });
        Ok(ValidationReport {
            validations: vec![validation],
        })
    }

    fn write_operations(&self, directory: &Path) -> Result<Vec<String>> {
        let tree = self.plan.contents()?;
        write_output(directory, &tree, &LocalDisk)?;
        Ok(tree.paths().map(str::to_owned).collect())
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        if cancel.is_cancelled() {
            return Ok(cancelled());
        }
        let started = Instant::now();
        operations::emit_started(&self.writes, events);
        let applied = self.plan.apply(&LocalDisk)?;
        operations::emit_left_over(&applied, events);
        let mut report = operations::emit_finished(&self.writes, started, events);
        report.next_steps = vec![
            "Install the packages again.".into(),
            "To let the environment change again: amplify gen2-migration lock --rollback".into(),
        ];
        Ok(report)
    }
}
