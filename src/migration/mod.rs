//! The engine as its callers see it: one project and environment, opened once, and the steps on it.

mod error;
mod open;
mod options;

use serde_json::Value;

pub use error::MigrationError;
pub use open::MARKER;
pub use options::{MigrationContext, OpenOptions, PlanRequest};

use self::open::Connection;
use crate::{
    assess::Assessment,
    cloud,
    error::Result,
    plan::{Event, EventSink, Plan, Step},
    project::{Environment, Project, check_marked},
};

/// Object in the deployment bucket with the files of the deployed backend.
const BACKEND_ARCHIVE: &str = "#current-cloud-backend.zip";

/// The IAM policy document that covers every call of every step.
pub fn required_iam_policy() -> Value {
    cloud::policy()
}

/// One Gen 1 environment of one project.
pub struct Migration {
    context: MigrationContext,
    environment: Environment,
    connection: Option<Connection>,
}

impl Migration {
    /// Finds the project and the environment. Changes nothing.
    ///
    /// # Errors
    /// No Gen 1 project, an environment that does not exist, credentials that do not work or belong to another account.
    pub async fn open(options: OpenOptions, events: &dyn EventSink) -> Result<Self> {
        let opened = open::open(&options, events).await?;
        Ok(Self {
            context: opened.context,
            environment: opened.environment,
            connection: opened.connection,
        })
    }

    /// What is known of the environment after opening.
    pub fn context(&self) -> &MigrationContext {
        &self.context
    }

    /// What can be migrated. Changes nothing.
    ///
    /// # Errors
    /// Files that cannot be read as what they are, or AWS reads that fail for good.
    pub async fn assess(&self, events: &dyn EventSink) -> Result<Assessment> {
        let _project = self.read_project(events).await?;
        Err(MigrationError::StepNotAvailable { step: Step::Assess }.into())
    }

    /// Plans a step: reads everything, changes nothing.
    ///
    /// # Errors
    /// Whatever keeps the step from being planned; nothing has been changed then.
    pub async fn plan(&self, request: PlanRequest, _events: &dyn EventSink) -> Result<Plan> {
        if let Some(connection) = &self.connection {
            check_marked(&self.environment.name, connection.marker.environment())?;
        } else if matches!(request.step, Step::Lock | Step::Refactor | Step::Decommission) {
            return Err(MigrationError::OfflineImpossible { step: request.step }.into());
        }
        Err(MigrationError::StepNotAvailable { step: request.step }.into())
    }

    /// The project: with the backend as it was deployed, when the deployment bucket has it.
    async fn read_project(&self, events: &dyn EventSink) -> Result<Project> {
        events.emit(Event::Phase {
            name: "read-project".to_owned(),
            message: "Reading the Gen 1 backend".to_owned(),
        });
        let archive = self.read_backend_archive().await?;
        let project = Project::open_environment(&self.context.project_dir, &self.environment.name, archive)?;
        Ok(project)
    }

    async fn read_backend_archive(&self) -> Result<Option<Vec<u8>>> {
        let (Some(connection), Some(bucket)) = (&self.connection, &self.environment.deployment_bucket) else {
            return Ok(None);
        };
        match connection.cloud.objects.get(bucket, BACKEND_ARCHIVE).await {
            Ok(archive) => Ok(archive),
            // The local copy of the deployed backend serves as well; whether it is current is a validation of its own.
            Err(error) if error.is_unavailable() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
