//! Generate as a step of the migration: what was generated goes onto the disk.

mod operations;
mod rollback;
mod working_directory;

use std::{path::PathBuf, time::Instant};

use async_trait::async_trait;

pub use rollback::GenerateRollbackStep;

use self::{
    operations::{PlannedWrite, planned_writes},
    working_directory::working_directory,
};
use super::{
    FileTree,
    project_files::{PackageManager, ProjectFile},
    write::{LocalDisk, WritePlan, check_output, check_outside_amplify},
};
use crate::{
    backend::finding::{Finding, Severity},
    error::Result,
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationOutcome, OperationView, Step,
        StepPlan, Validation, ValidationCheck, ValidationReport,
    },
    report::REPORT_PAGE,
};

/// What the step works on.
pub struct GenerateStepInput {
    /// Folder that holds `amplify/`.
    pub project_dir: PathBuf,
    /// Write there instead of replacing `amplify/`.
    pub out_dir: Option<PathBuf>,
    /// Gen 2 branch.
    pub branch: String,
    /// The new `amplify/`.
    pub tree: FileTree,
    /// Every other file that is written: the project's own, with edits of the app's source on request, and the report.
    pub files: Vec<ProjectFile>,
    /// What installs the packages.
    pub package_manager: PackageManager,
    /// Everything that was seen.
    pub findings: Vec<Finding>,
    /// The environment is locked; offline: not checked.
    pub lock_status: ValidationCheck,
    /// Outcome of the assessment for this step.
    pub assessment: Validation,
}

/// A planned generate.
pub struct GenerateStep {
    project_dir: PathBuf,
    out_dir: Option<PathBuf>,
    branch: String,
    write: WritePlan,
    writes: Vec<PlannedWrite>,
    findings: Vec<Finding>,
    package_manager: PackageManager,
    lock_status: ValidationCheck,
    assessment: Validation,
}

impl GenerateStep {
    /// Plans it; changes nothing.
    ///
    /// # Errors
    /// `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`, `OUTPUT_INSIDE_AMPLIFY`, `GENERATED_PATH_UNSAFE`, `WRITE_FAILED`.
    pub fn new(input: GenerateStepInput) -> Result<Self> {
        if let Some(directory) = &input.out_dir {
            check_outside_amplify(directory, &input.project_dir)?;
            check_output(directory)?;
        }
        let write = WritePlan::new(&input.project_dir, input.tree, input.files)?;
        let writes = planned_writes(&write, input.out_dir.as_deref());
        Ok(Self {
            project_dir: input.project_dir,
            out_dir: input.out_dir,
            branch: input.branch,
            write,
            writes,
            findings: input.findings,
            package_manager: input.package_manager,
            lock_status: input.lock_status,
            assessment: input.assessment,
        })
    }

    fn next_steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        let manual = self
            .findings
            .iter()
            .filter(|finding| finding.severity <= Severity::Manual)
            .count();
        if manual > 0 {
            steps.push(format!(
                "Look at the {manual} finding(s) above that need a decision or a change by hand."
            ));
        }
        if let Some(directory) = &self.out_dir {
            steps.push(format!(
                "Compare {} with the project: nothing was changed there.",
                directory.display()
            ));
            steps.push(format!("What became what: {}", directory.join(REPORT_PAGE).display()));
            return steps;
        }
        steps.push(format!("What became what, and what is left to do: {REPORT_PAGE}"));
        steps.extend(self.package_manager.fresh_install().into_iter().map(str::to_owned));
        steps.extend([
            "git add . && git commit -m \"feat: migrate to gen2\"".to_owned(),
            format!("git push origin {}", shell_word(&self.branch)),
            format!(
                "Connect the branch {} to your app: Amplify console, App settings, Branch settings, Add branch. Wait for the deployment, then test the app.",
                self.branch
            ),
            "To take everything back instead: amplify gen2-migration generate --rollback".to_owned(),
        ]);
        steps
    }
}

#[async_trait]
impl StepPlan for GenerateStep {
    fn step(&self) -> Step {
        Step::Generate
    }

    fn rollback(&self) -> bool {
        false
    }

    fn operations(&self) -> Vec<OperationView> {
        self.writes.iter().map(|write| write.view.clone()).collect()
    }

    fn implications(&self) -> Vec<String> {
        if let Some(directory) = &self.out_dir {
            return vec![
                format!("The Gen 2 backend will be written to {}.", directory.display()),
                "Nothing in the project changes.".into(),
            ];
        }
        let mut implications = Vec::new();
        if self.write.replaced_files().is_some() {
            implications.push("Your amplify/ folder will be replaced by the Gen 2 backend. It is kept, with the project's other changed files, in .amplify/gen2-migration/ until you remove it; git ignores that folder.".into());
            implications.push(
                "Commands of the Gen 1 CLI (amplify push, amplify pull, ...) will not work on this branch any more. The deployed environment does not change."
                    .into(),
            );
        } else {
            implications.push("An amplify/ folder with the Gen 2 backend will be written.".into());
        }
        implications.push("Packages must be installed anew afterwards.".into());
        implications
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport> {
        let mut validations = vec![(self.lock_status)().await?];
        if self.out_dir.is_none() {
            validations.push(working_directory(&self.project_dir).await);
        }
        validations.push(self.assessment.clone());
        for validation in &validations {
            events.emit(Event::Validated {
                validation: validation.clone(),
            });
        }
        Ok(ValidationReport { validations })
    }

    fn write_operations(&self, directory: &std::path::Path) -> Result<Vec<String>> {
        self.write.write_to(directory, &LocalDisk)
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        if cancel.is_cancelled() {
            return Ok(cancelled());
        }
        let started = Instant::now();
        operations::emit_started(&self.writes, events);
        if let Some(directory) = &self.out_dir {
            self.write.write_to(directory, &LocalDisk)?;
        } else {
            let applied = self.write.apply(&LocalDisk)?;
            operations::emit_left_over(&applied, events);
        }
        let mut report = operations::emit_finished(&self.writes, started, events);
        report.next_steps = self.next_steps();
        Ok(report)
    }
}

/// A word of a POSIX shell.
fn shell_word(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_alphanumeric() || "-_./@+".contains(character));
    if is_plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Nothing was begun.
fn cancelled() -> ExecutionReport {
    ExecutionReport {
        status: ExecutionStatus::Cancelled,
        executed: Vec::new(),
        skipped: Vec::new(),
        files: Vec::new(),
        next_steps: vec!["Nothing was changed. Run the same command again.".into()],
    }
}

/// What an operation comes to.
fn outcome(is_changed: bool) -> OperationOutcome {
    if is_changed {
        OperationOutcome::Done
    } else {
        OperationOutcome::Unchanged
    }
}

#[cfg(test)]
mod tests;
