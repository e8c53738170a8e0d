//! The refactor as a step of the migration.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use futures::future::join_all;

use super::{
    baseline::Baseline,
    history::{History, history},
    next_deployment,
    output::write_files,
    run::Run,
    stack_policies::StackPolicies,
};
use crate::{
    backend::finding::Finding,
    cloud::{Cloud, remove_leftover},
    cloudformation::Place,
    error::Result,
    journal::{CopyPlace, Journal, JournalPlace, MigrationFolder, RunHeader},
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationEvents, OperationView,
        PredictedChange, Step, StepPlan, Validation, ValidationCheck, ValidationReport, ValidationStatus,
    },
    refactor::{RefactorPlan, inventory::PARKED_LOST},
};

/// What a refactor works on.
#[derive(Clone, Debug)]
pub struct RefactorTarget {
    /// The user's project.
    pub project_dir: PathBuf,
    /// Gen 1 environment.
    pub environment: String,
    /// Account and region.
    pub place: Place,
    /// Gen 1 root stack.
    pub gen1_root: String,
    /// Gen 2 root stack.
    pub gen2_root: String,
    /// Deployment bucket of the environment: for the copy of the journal, and for templates that are too large for a request.
    pub deployment_bucket: String,
    /// Parameters and tags of all stacks when the plan was made.
    pub baseline: Baseline,
}

/// A planned refactor or rollback.
pub struct RefactorStep {
    pub(super) plan: RefactorPlan,
    pub(super) is_rollback: bool,
    pub(super) target: RefactorTarget,
    pub(super) cloud: Cloud,
    pub(super) checks: Vec<ValidationCheck>,
    /// Those that were read while planning.
    pub(super) policies: StackPolicies,
    /// A lease of somebody else is no obstacle.
    pub(super) take_over: bool,
}

/// Where the journal of an environment lies.
pub(super) fn journal_place(
    cloud: &Cloud,
    project_dir: &Path,
    environment: &str,
    deployment_bucket: &str,
) -> JournalPlace {
    JournalPlace {
        project_directory: project_dir.to_owned(),
        environment: environment.to_owned(),
        copy: Some(CopyPlace {
            objects: Arc::clone(&cloud.objects),
            bucket: deployment_bucket.to_owned(),
        }),
    }
}

#[async_trait]
impl StepPlan for RefactorStep {
    fn step(&self) -> Step {
        Step::Refactor
    }

    fn rollback(&self) -> bool {
        self.is_rollback
    }

    fn operations(&self) -> Vec<OperationView> {
        self.plan.views()
    }

    fn implications(&self) -> Vec<String> {
        if self.is_rollback {
            return vec![
                format!(
                    "Your Gen 1 stateful resources return to the stacks of {}.",
                    self.target.gen1_root
                ),
                format!(
                    "The resources of {} come out of the holding stacks.",
                    self.target.gen2_root
                ),
                "No resource is created, changed or deleted, except the emptied holding stacks.".into(),
            ];
        }
        let mut implications = vec![
            format!("Your Gen 1 stateful resources will be owned by the stacks of {}.", self.target.gen2_root),
            "No resource is created, changed or deleted: only their owner changes. Gen 2's own, empty ones are kept in holding stacks.".into(),
            format!("{} must not be deployed any more: it stays locked.", self.target.gen1_root),
            "Until the next Gen 2 deployment (Step 8 of the guide) the Gen 2 app still uses its own resources: new sign-ups there land in the parked user pool.".into(),
            "Gen 1's IAM access to the GraphQL API ends with that deployment, unless custom-roles.json names the Gen 2 roles.".into(),
        ];
        if self.plan.releases() {
            implications.push(
                "Gen 2's stack takes over the sign-in domain and the identity providers of the Gen 1 user pool. Its own stay alive with its parked user pool, where no stack owns them until a rollback takes them back.".into(),
            );
        }
        implications
    }

    fn findings(&self) -> Vec<Finding> {
        self.plan.findings.clone()
    }

    fn next_deployment(&self) -> Vec<PredictedChange> {
        self.plan.next_deployment.clone()
    }

    async fn validate(&self, events: &dyn EventSink) -> Result<ValidationReport> {
        let mut report = ValidationReport::default();
        for outcome in join_all(self.checks.iter().map(|check| check())).await {
            report.validations.push(outcome?);
        }
        // A refactor has read them to plan around them; a rollback has not.
        let mut policies = self.policies.clone();
        policies.read(&self.cloud, &self.plan).await?;
        report.validations.push(policies.validation(&self.plan));
        if self.is_rollback {
            report.validations.push(self.parked_resources());
        }
        for validation in &report.validations {
            events.emit(Event::Validated {
                validation: validation.clone(),
            });
        }
        Ok(report)
    }

    fn safety_violations(&self) -> Vec<Validation> {
        let failed = !self.plan.violations.is_empty();
        let lines: Vec<String> = self.plan.violations.iter().map(ToString::to_string).collect();
        let moves_only = Validation {
            name: "Moves Only".into(),
            description: "Proves on the planned templates that resources change owner and nothing else changes.".into(),
            status: if failed {
                ValidationStatus::Failed
            } else {
                ValidationStatus::Passed
            },
            report: failed.then(|| lines.join("\n")),
            resolution: failed.then(|| {
                "This is a safety invariant and cannot be skipped. Please report the plan (--plan-out) as a defect."
                    .into()
            }),
        };
        if self.is_rollback {
            return vec![moves_only];
        }
        vec![moves_only, next_deployment::validation(&self.plan.next_deployment)]
    }

    fn write_operations(&self, directory: &Path) -> Result<Vec<String>> {
        Ok(write_files(&self.plan.operations, directory)?)
    }

    async fn execute(&self, events: &dyn EventSink, cancel: &CancelToken) -> Result<ExecutionReport> {
        let place = journal_place(
            &self.cloud,
            &self.target.project_dir,
            &self.target.environment,
            &self.target.deployment_bucket,
        );
        let journal = Journal::begin(&place, self.header(), self.take_over, events).await?;
        let work = self.carry_out(&journal, events, cancel);
        let mut report = journal.alongside(events, work).await?;
        report.next_steps = self.next_steps(report.status);
        Ok(report)
    }
}

impl RefactorStep {
    async fn carry_out(
        &self,
        journal: &Journal,
        events: &dyn EventSink,
        cancel: &CancelToken,
    ) -> Result<ExecutionReport> {
        let history = history(&journal.earlier_runs());
        self.remove_leftovers(&history, events).await;
        let id = journal.run();
        let run = Run::new(&self.cloud, &self.target, journal, events, id.clone());
        let folder = MigrationFolder::open(&self.target.project_dir)?;
        let operations = folder.path().join("operations").join(id.as_str());
        write_files(&self.plan.operations, &operations)?;
        let views = self.plan.views();
        let describe = |index: usize| {
            views
                .get(index)
                .map(|view| view.description.clone())
                .unwrap_or_default()
        };
        run.carry_out(&self.plan, &history.uncompared, describe, cancel).await
    }

    fn header(&self) -> RunHeader {
        RunHeader {
            step: Step::Refactor,
            rollback: self.is_rollback,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            account_id: Some(self.target.place.account_id.clone()),
            region: self.target.place.region.clone(),
            gen1_root: self.target.gen1_root.clone(),
            gen2_root: Some(self.target.gen2_root.clone()),
            context: serde_json::to_value(&self.plan.record).unwrap_or_default(),
        }
    }

    /// What interrupted runs created and did not remove.
    async fn remove_leftovers(&self, history: &History, events: &dyn EventSink) {
        let bucket = Some(self.target.deployment_bucket.as_str());
        join_all(history.leftovers.iter().map(|leftover| {
            let events = OperationEvents::new(events, &leftover.operation);
            remove_leftover(&self.cloud, bucket, leftover, events)
        }))
        .await;
    }

    /// A rollback that cannot restore everything does not go on by itself.
    fn parked_resources(&self) -> Validation {
        let lost: Vec<&Finding> = self
            .plan
            .findings
            .iter()
            .filter(|finding| finding.id == PARKED_LOST)
            .collect();
        let lines: Vec<&str> = lost.iter().map(|finding| finding.message.as_str()).collect();
        Validation {
            name: "Parked Resources".into(),
            description: "Verifies that what was parked in the holding stacks can return to Gen 2.".into(),
            status: if lost.is_empty() {
                ValidationStatus::Passed
            } else {
                ValidationStatus::Failed
            },
            report: (!lost.is_empty()).then(|| lines.join("\n")),
            resolution: (!lost.is_empty()).then(|| {
                "To bring the resources of Gen 1 back without them, run the same command with --skip-validations."
                    .into()
            }),
        }
    }

    fn next_steps(&self, status: ExecutionStatus) -> Vec<String> {
        if status == ExecutionStatus::Cancelled {
            return vec!["Run the same command again to go on, or with --rollback to take everything back.".into()];
        }
        if self.is_rollback {
            return vec![
                "amplify gen2-migration lock --rollback".into(),
                "amplify push (puts the environment back to normal operation)".into(),
            ];
        }
        vec![
            "In amplify/backend.ts of the Gen 2 branch, change `// postRefactor();` to `postRefactor();`, commit and push.".into(),
            "Wait for the deployment to finish: from then on the Gen 2 app uses your data.".into(),
            "To take everything back instead: amplify gen2-migration refactor --rollback".into(),
        ]
    }
}
