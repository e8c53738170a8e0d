//! The engine as its callers see it: one project and environment, opened once, and the steps on it.

mod error;
mod options;

pub use error::MigrationError;
pub use options::{MigrationContext, OpenOptions, PlanRequest};

use serde_json::Value;

use crate::{
    assess::Assessment,
    error::Result,
    plan::{EventSink, Plan, Step},
};

/// The IAM policy document that covers every call of every step.
///
/// # Errors
/// `STEP_NOT_AVAILABLE` while the list of calls is not known.
pub fn required_iam_policy() -> Result<Value> {
    Err(MigrationError::StepNotAvailable { step: Step::Assess }.into())
}

/// One Gen 1 environment of one project.
#[derive(Debug)]
pub struct Migration {
    context: MigrationContext,
}

impl Migration {
    /// Finds the project and the environment. Changes nothing.
    ///
    /// # Errors
    /// No Gen 1 project, an environment that does not exist, credentials that do not work or belong to another account.
    pub async fn open(options: OpenOptions, _events: &dyn EventSink) -> Result<Self> {
        if !options.project_dir.join("amplify").is_dir() {
            return Err(MigrationError::ProjectNotFound {
                project: options.project_dir,
            }
            .into());
        }
        Ok(Self {
            context: MigrationContext {
                project_dir: options.project_dir,
                offline: options.offline,
                app_id: None,
                app_name: None,
                environment: options.environment.unwrap_or_default(),
                region: options.region,
                root_stack: None,
            },
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
    pub async fn assess(&self, _events: &dyn EventSink) -> Result<Assessment> {
        Err(MigrationError::StepNotAvailable { step: Step::Assess }.into())
    }

    /// Plans a step: reads everything, changes nothing.
    ///
    /// # Errors
    /// Whatever keeps the step from being planned; nothing has been changed then.
    pub async fn plan(&self, request: PlanRequest, _events: &dyn EventSink) -> Result<Plan> {
        Err(MigrationError::StepNotAvailable { step: request.step }.into())
    }
}
