//! Generate as a step: a plan that is shown, validated and executed.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use async_trait::async_trait;

use super::{
    GenerateOptions, Generated, generate,
    working_directory::{WorkingDirectory, working_directory},
    write,
};
use crate::{
    backend::{
        finding::{Finding, Severity},
        model::Backend,
    },
    error::Result,
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationOutcome, OperationView, Step, StepPlan,
        Validation, ValidationReport, ValidationStatus,
    },
    project::FileSource,
};

/// Whether the Gen 1 environment is locked, as far as it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockStatus {
    /// The stack policy denies every update.
    Locked,
    /// It does not.
    NotLocked,
    /// It was not asked, and why.
    NotChecked(String),
}

/// Where the files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Into the project, in place of the Gen 1 backend.
    Project,
    /// Into a directory of their own, absent or empty. The project is not touched.
    Directory(PathBuf),
}

/// What a plan is made of.
pub struct GenerateInput<'a> {
    /// The project's directory.
    pub project: &'a Path,
    /// The project's files.
    pub files: &'a dyn FileSource,
    /// The model of the Gen 1 backend.
    pub backend: &'a Backend,
    /// What the user asked for.
    pub options: GenerateOptions,
    /// Where to.
    pub destination: Destination,
    /// Whether the environment is locked.
    pub lock_status: LockStatus,
}

/// The plan of the step.
pub struct GeneratePlan {
    project: PathBuf,
    destination: Destination,
    lock_status: LockStatus,
    branch: String,
    environment: String,
    generated: Generated,
    findings: Vec<Finding>,
    replaced: Vec<String>,
    install: Vec<String>,
}

/// A written file or folder as an operation.
const WRITE_FILE: &str = "write-file";
const REPLACE_FOLDER: &str = "replace-folder";
/// More changed files than this are counted instead of listed.
const MOST_LISTED: usize = 20;

impl GeneratePlan {
    /// Plans: generates everything in memory and looks at what would be replaced.
    ///
    /// # Errors
    /// What [`generate`] says, and `OUTPUT_NOT_EMPTY` and the like for an output directory.
    pub fn new(input: GenerateInput<'_>) -> Result<Self> {
        if let Destination::Directory(directory) = &input.destination {
            write::check_output_directory(directory)?;
        }
        let generated = generate(input.backend, input.files, &input.options)?;
        let mut findings = input.backend.findings.clone();
        for finding in &generated.findings {
            if !findings.contains(finding) {
                findings.push(finding.clone());
            }
        }
        let replaced = write::REPLACED
            .into_iter()
            .filter(|name| input.project.join(name).exists())
            .map(str::to_owned)
            .collect();
        Ok(Self {
            project: input.project.to_owned(),
            destination: input.destination,
            lock_status: input.lock_status,
            branch: input.options.branch,
            environment: input.backend.app.environment.clone(),
            install: install_steps(input.project),
            generated,
            findings,
            replaced,
        })
    }

    /// What was generated.
    pub fn generated(&self) -> &Generated {
        &self.generated
    }

    fn lock_validation(&self) -> Validation {
        let (status, report, resolution) = match &self.lock_status {
            LockStatus::Locked => (ValidationStatus::Passed, None, None),
            LockStatus::NotLocked => (
                ValidationStatus::Failed,
                Some(format!("The environment {} is not locked: it may still change.", self.environment)),
                Some("Run the lock step first.".to_owned()),
            ),
            LockStatus::NotChecked(reason) => (ValidationStatus::NotChecked, Some(reason.clone()), None),
        };
        Validation {
            name: "Lock Status".to_owned(),
            description: "Verifies the Gen 1 environment is locked (deny-all stack policy is in place).".to_owned(),
            status,
            report,
            resolution,
        }
    }

    fn working_directory_validation(&self) -> Validation {
        let (status, report, resolution) = match working_directory(&self.project) {
            WorkingDirectory::Clean => (ValidationStatus::Passed, None, None),
            WorkingDirectory::Dirty(paths) => {
                let mut lines: Vec<String> = paths.iter().take(MOST_LISTED).cloned().collect();
                if paths.len() > MOST_LISTED {
                    lines.push(format!("and {} more", paths.len() - MOST_LISTED));
                }
                (
                    ValidationStatus::Failed,
                    Some(lines.join("\n")),
                    Some("Commit or stash the changes, so that git can always take you back.".to_owned()),
                )
            }
            WorkingDirectory::Unknown(reason) => (ValidationStatus::NotChecked, Some(reason), None),
        };
        Validation {
            name: "Working Directory".to_owned(),
            description: "Verifies the git working directory has no uncommitted changes.".to_owned(),
            status,
            report,
            resolution,
        }
    }

    fn assessment_validation(&self) -> Validation {
        let blockers: Vec<String> = self
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Blocker)
            .map(|finding| format!("{} ({}): {}", finding.feature, finding.path, finding.message))
            .collect();
        let failed = !blockers.is_empty();
        let remedies: Vec<&str> = self
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Blocker)
            .map(|finding| finding.remedy.as_str())
            .collect();
        Validation {
            name: "Assessment".to_owned(),
            description: "Runs the resource and feature assessment for the generate step and fails if something blocks it."
                .to_owned(),
            status: if failed { ValidationStatus::Failed } else { ValidationStatus::Passed },
            report: failed.then(|| blockers.join("\n")),
            resolution: failed.then(|| remedies.join("\n")),
        }
    }

    fn file_operations(&self) -> Vec<OperationView> {
        let mut operations = Vec::new();
        let mut add = |kind: &str, description: String| {
            operations.push(OperationView {
                id: format!("generate-{:03}", operations.len() + 1),
                kind: kind.to_owned(),
                group: "Project".to_owned(),
                description,
                moves: Vec::new(),
                files: Vec::new(),
            });
        };
        let tree = &self.generated.tree;
        let count = tree.paths().filter(|path| path.starts_with("amplify/")).count();
        match &self.destination {
            Destination::Project => add(
                REPLACE_FOLDER,
                format!("Replace amplify/ by the Gen 2 backend ({count} files); the Gen 1 files are kept as a backup"),
            ),
            Destination::Directory(directory) => add(
                REPLACE_FOLDER,
                format!("Write the Gen 2 backend ({count} files) to {}", directory.join("amplify").display()),
            ),
        }
        for name in tree.paths().filter(|path| !path.starts_with("amplify/")) {
            let description = match &self.destination {
                Destination::Directory(directory) => format!("Write {}", directory.join(name).display()),
                Destination::Project if self.replaced.iter().any(|replaced| replaced == name) => format!("Edit {name}"),
                Destination::Project => format!("Create {name}"),
            };
            add(WRITE_FILE, description);
        }
        operations
    }

    fn report(&self, status: ExecutionStatus, next_steps: Vec<String>) -> ExecutionReport {
        let done = status == ExecutionStatus::Done;
        ExecutionReport {
            status,
            executed: if done {
                self.file_operations().into_iter().map(|operation| operation.id).collect()
            } else {
                Vec::new()
            },
            skipped: Vec::new(),
            files: if done { self.generated.tree.paths().map(str::to_owned).collect() } else { Vec::new() },
            next_steps,
        }
    }

    fn next_steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        match &self.destination {
            Destination::Directory(directory) => {
                steps.push(format!("Look over the backend in {}.", directory.display()));
                return steps;
            }
            Destination::Project => steps.extend(self.install.iter().cloned()),
        }
        let manual = self.findings.iter().filter(|finding| finding.severity <= Severity::Manual).count();
        if manual > 0 {
            steps.push(format!("Go through the {manual} findings that need a decision."));
        }
        steps.push(format!(
            "Commit, push to branch {} and connect the branch to the app in the Amplify console.",
            self.branch
        ));
        steps.push("Test the deployed branch, then run the refactor step.".to_owned());
        steps
    }
}

#[async_trait]
impl StepPlan for GeneratePlan {
    fn step(&self) -> Step {
        Step::Generate
    }

    fn rollback(&self) -> bool {
        false
    }

    fn operations(&self) -> Vec<OperationView> {
        self.file_operations()
    }

    fn implications(&self) -> Vec<String> {
        match &self.destination {
            Destination::Directory(directory) => vec![format!(
                "The project is not touched; everything is written to {}.",
                directory.display()
            )],
            Destination::Project => vec![
                format!("amplify/ holds the Gen 2 backend for branch {} afterwards.", self.branch),
                "The Gen 1 files are kept in .amplify/gen2-migration/, and `generate --rollback` puts them back.".to_owned(),
                "Nothing in the cloud is changed.".to_owned(),
            ],
        }
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport> {
        let mut validations = vec![self.lock_validation()];
        if self.destination == Destination::Project {
            validations.push(self.working_directory_validation());
        }
        validations.push(self.assessment_validation());
        for validation in &validations {
            events.emit(Event::Validated {
                validation: validation.clone(),
            });
        }
        Ok(ValidationReport { validations })
    }

    fn write_operations(&self, directory: &Path) -> Result<Vec<String>> {
        write::write_output(directory, &self.generated.tree)?;
        Ok(self.generated.tree.paths().map(str::to_owned).collect())
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        if cancel.is_cancelled() {
            return Ok(self.report(
                ExecutionStatus::Cancelled,
                vec!["Nothing was written. Run the same command again.".to_owned()],
            ));
        }
        let operations = self.file_operations();
        let total = u32::try_from(operations.len()).unwrap_or(u32::MAX);
        for (index, operation) in (1u32..).zip(&operations) {
            events.emit(Event::OperationStarted {
                operation: operation.id.clone(),
                index,
                total,
                message: operation.description.clone(),
            });
        }
        let started = Instant::now();
        // One switch: either all of it happens or nothing.
        match &self.destination {
            Destination::Project => {
                write::replace(&self.project, &self.generated.tree)?;
            }
            Destination::Directory(directory) => write::write_output(directory, &self.generated.tree)?,
        }
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        for path in self.generated.tree.paths() {
            events.emit(Event::FileWritten { path: path.to_owned() });
        }
        for operation in operations {
            events.emit(Event::OperationFinished {
                operation: operation.id,
                outcome: OperationOutcome::Done,
                elapsed_ms,
            });
        }
        Ok(self.report(ExecutionStatus::Done, self.next_steps()))
    }
}

/// How the user installs the new packages, by the lock file.
fn install_steps(project: &Path) -> Vec<String> {
    let has = |name: &str| project.join(name).exists();
    let install = if has("pnpm-lock.yaml") {
        "Run `pnpm install`."
    } else if has("yarn.lock") {
        "Run `yarn install`."
    } else if has("bun.lock") || has("bun.lockb") {
        "Run `bun install`."
    } else {
        "Run `rm -rf node_modules package-lock.json && npm install`."
    };
    vec![install.to_owned()]
}
