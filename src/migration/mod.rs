//! The engine as its callers see it: one project and environment, opened once, and the steps on it.

mod checks;
mod environment;
mod error;
mod open;
mod options;
mod undo;

use std::sync::Arc;

use serde_json::Value;

pub use error::MigrationError;
pub use open::MARKER;
pub use options::{MigrationContext, OpenOptions, PlanRequest};

use self::{environment::OpenedEnvironment, undo::UndoOnFailure};
use crate::{
    assess::{self, Assessment},
    cloud,
    error::Result,
    plan::{EventSink, Plan},
};

/// The IAM policy document that covers every call of every step.
pub fn required_iam_policy() -> Value {
    cloud::policy()
}

/// One Gen 1 environment of one project.
pub struct Migration {
    environment: Arc<OpenedEnvironment>,
}

impl Migration {
    /// Finds the project and the environment. Changes nothing.
    ///
    /// # Errors
    /// No Gen 1 project, an environment that does not exist, credentials that do not work or belong to another account.
    pub async fn open(options: OpenOptions, events: &dyn EventSink) -> Result<Self> {
        Ok(Self {
            environment: Arc::new(open::open(&options, events).await?),
        })
    }

    /// What is known of the environment after opening.
    pub fn context(&self) -> &MigrationContext {
        &self.environment.context
    }

    /// What can be migrated. Changes nothing.
    ///
    /// # Errors
    /// Files that cannot be read as what they are, or AWS reads that fail for good.
    pub async fn assess(&self, events: &dyn EventSink) -> Result<Assessment> {
        let backend = self.environment.read_backend(events).await?;
        let mut assessment = assess::assess(&backend.model);
        assessment.findings.extend(backend.findings);
        Ok(assessment)
    }

    /// Plans a step: reads everything, changes nothing.
    ///
    /// # Errors
    /// Whatever keeps the step from being planned; nothing has been changed then.
    pub async fn plan(&self, request: PlanRequest, events: &dyn EventSink) -> Result<Plan> {
        let plan = self.environment.plan(&request, events).await?;
        let undo = request.rollback_on_failure && !request.rollback && environment::has_rollback(request.step);
        Ok(if undo {
            Plan::new(UndoOnFailure::new(plan, Arc::clone(&self.environment), request))
        } else {
            Plan::from(plan)
        })
    }
}
