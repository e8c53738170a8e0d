//! The steps on an opened environment: what each needs is read here and handed to its room.

use std::sync::Arc;

use super::{
    MigrationError,
    checks::assessment_check,
    open::Connection,
    options::{MigrationContext, PlanRequest},
};
use crate::{
    backend::{
        self,
        finding::{Finding, Severity},
        model::Backend,
    },
    cloud::{Depth, read_tree},
    deployment::Deployment,
    error::Result,
    plan::{Event, EventSink, Step, StepPlan},
    project::{Environment, Project, ProjectError, check_marked},
    refactor::execute::{RefactorRequest, plan_refactor},
};

/// Object in the deployment bucket with the files of the deployed backend.
const BACKEND_ARCHIVE: &str = "#current-cloud-backend.zip";

/// An environment of a project, found and connected.
pub(super) struct OpenedEnvironment {
    pub(super) context: MigrationContext,
    pub(super) environment: Environment,
    /// Absent offline.
    pub(super) connection: Option<Connection>,
}

/// The model of a backend, with what was seen while reading it.
pub(super) struct ReadBackend {
    pub(super) model: Backend,
    pub(super) findings: Vec<Finding>,
}

/// Something of an environment that could only be had from AWS, and why it was not.
struct Reading<T> {
    value: Option<T>,
    finding: Option<Finding>,
}

impl<T> Reading<T> {
    fn of(value: Option<T>) -> Self {
        Self { value, finding: None }
    }

    fn unavailable(finding: Finding) -> Self {
        Self {
            value: None,
            finding: Some(finding),
        }
    }
}

/// The step leaves something behind when it fails, and can take it back.
pub(super) fn has_rollback(step: Step) -> bool {
    match step {
        Step::Lock | Step::Refactor => true,
        // Generate replaces the backend in one stroke, or not at all.
        Step::Assess | Step::Generate | Step::Decommission => false,
    }
}

impl OpenedEnvironment {
    /// The plan of a step.
    pub(super) async fn plan(&self, request: &PlanRequest, events: &dyn EventSink) -> Result<Arc<dyn StepPlan>> {
        if let Some(connection) = &self.connection {
            check_marked(&self.environment.name, connection.marker.environment())?;
        }
        match request.step {
            Step::Refactor => Ok(Arc::new(self.plan_refactor(request, events).await?)),
            step @ (Step::Assess | Step::Lock | Step::Generate | Step::Decommission) => {
                self.connection(step)?;
                Err(MigrationError::StepNotAvailable { step }.into())
            }
        }
    }

    async fn plan_refactor(&self, request: &PlanRequest, events: &dyn EventSink) -> Result<impl StepPlan + use<>> {
        let connection = self.connection(Step::Refactor)?;
        let project = Project::open_environment(&self.context.project_dir, &self.environment.name, None)?;
        let model = backend::interpret(&project, None);
        let resources = model.resources.clone();
        let checks = if request.rollback {
            Vec::new()
        } else {
            vec![assessment_check(&model)]
        };
        plan_refactor(
            RefactorRequest {
                cloud: connection.cloud.clone(),
                project_dir: self.context.project_dir.clone(),
                environment: self.environment.name.clone(),
                app_id: self.environment.app_id.clone(),
                expected_account: self.environment.account_id(),
                gen1_root: self.deployed_field(self.environment.stack_name.as_ref(), "StackName")?,
                deployment_bucket: self
                    .deployed_field(self.environment.deployment_bucket.as_ref(), "DeploymentBucketName")?,
                resources,
                gen2_root: request.to.clone(),
                mappings: request.mappings.clone(),
                is_rollback: request.rollback,
                checks,
            },
            events,
        )
        .await
    }

    /// The model of the backend: as it is deployed when online, from the files of the project otherwise.
    pub(super) async fn read_backend(&self, events: &dyn EventSink) -> Result<ReadBackend> {
        events.emit(Event::Phase {
            name: "read-backend".to_owned(),
            message: "Reading the Gen 1 backend".to_owned(),
        });
        let (archive, deployment) = tokio::join!(self.read_archive(), self.read_deployment());
        let (archive, deployment) = (archive?, deployment?);
        let project = Project::open_environment(&self.context.project_dir, &self.environment.name, archive.value)?;
        Ok(ReadBackend {
            model: backend::interpret(&project, deployment.value.as_ref()),
            findings: archive.finding.into_iter().chain(deployment.finding).collect(),
        })
    }

    async fn read_archive(&self) -> Result<Reading<Vec<u8>>> {
        let (Some(connection), Some(bucket)) = (&self.connection, &self.environment.deployment_bucket) else {
            return Ok(Reading::of(None));
        };
        match connection.cloud.objects.get(bucket, BACKEND_ARCHIVE).await {
            Ok(archive) => Ok(Reading::of(archive)),
            Err(error) if error.is_unavailable() => Ok(Reading::unavailable(Finding {
                id: "deployed-files-unreadable".to_owned(),
                severity: Severity::Warning,
                feature: "environment".to_owned(),
                message: format!(
                    "The files of the deployed backend ({bucket}/{BACKEND_ARCHIVE}) cannot be read ({error}); the local copy is used, which may be older."
                ),
                path: String::new(),
                line: None,
                remedy: "Allow s3:GetObject on the deployment bucket, or run `amplify pull` first.".to_owned(),
            })),
            Err(error) => Err(error.into()),
        }
    }

    async fn read_deployment(&self) -> Result<Reading<Deployment>> {
        let (Some(connection), Some(root)) = (&self.connection, &self.environment.stack_name) else {
            return Ok(Reading::of(None));
        };
        match read_tree(connection.cloud.cloudformation.as_ref(), root, Depth::All).await {
            Ok(tree) => Ok(Reading::of(tree.map(|root| Deployment { root }))),
            Err(error) if error.is_unavailable() => Ok(Reading::unavailable(Finding {
                id: "deployed-stacks-unreadable".to_owned(),
                severity: Severity::Warning,
                feature: "environment".to_owned(),
                message: format!(
                    "The deployed stacks below {root} cannot be read ({error}); what is deployed is taken from the files of the project."
                ),
                path: String::new(),
                line: None,
                remedy: "Attach the policy that `assess --print-iam-policy` prints.".to_owned(),
            })),
            Err(error) => Err(error.into()),
        }
    }

    fn connection(&self, step: Step) -> Result<&Connection> {
        self.connection
            .as_ref()
            .ok_or_else(|| MigrationError::OfflineImpossible { step }.into())
    }

    /// What only a deployed environment has.
    fn deployed_field(&self, value: Option<&String>, field: &'static str) -> Result<String> {
        value.cloned().ok_or_else(|| {
            ProjectError::EnvironmentIncomplete {
                environment: self.environment.name.clone(),
                field,
            }
            .into()
        })
    }
}
