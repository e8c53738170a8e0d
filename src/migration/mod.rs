//! The engine as its callers see it: one project and environment, opened once, and the steps on it.

mod branch;
mod checks;
mod environment;
mod error;
mod open;
mod options;
mod undo;

use std::{path::Path, sync::Arc};

use serde_json::Value;

pub use error::MigrationError;
pub use options::{MigrationContext, OpenOptions, PlanRequest};

use self::{environment::OpenedEnvironment, undo::UndoOnFailure};
use crate::{
    assess::Assessment,
    cloud,
    error::{Error, Result},
    generate::step::GenerateRollbackStep,
    plan::{EventSink, Plan, Step},
};

/// The IAM policy document that covers every call of every step.
pub fn required_iam_policy() -> Value {
    cloud::policy()
}

/// One Gen 1 environment of one project.
pub struct Migration {
    options: OpenOptions,
    state: State,
}

enum State {
    Open(Arc<OpenedEnvironment>),
    /// Gen 2 code has taken the place of the Gen 1 backend: it can be brought back, and nothing else can be done here.
    Replaced(MigrationContext),
}

impl Migration {
    /// Finds the project and the environment. Changes nothing, but for repairing a replacement of `amplify/` that was
    /// interrupted.
    ///
    /// # Errors
    /// No Gen 1 project, an environment that does not exist, credentials that do not work or belong to another account.
    pub async fn open(options: OpenOptions, events: &dyn EventSink) -> Result<Self> {
        let state = match open::open(&options, events).await {
            Ok(environment) => State::Open(Arc::new(environment)),
            Err(error) if is_replaced(&error, &options.project_dir) => State::Replaced(MigrationContext {
                project_dir: options.project_dir.clone(),
                offline: options.offline,
                region: options.region.clone(),
                ..MigrationContext::default()
            }),
            Err(error) => return Err(error),
        };
        Ok(Self { options, state })
    }

    /// What is known of the environment after opening.
    pub fn context(&self) -> &MigrationContext {
        match &self.state {
            State::Open(environment) => &environment.context,
            State::Replaced(context) => context,
        }
    }

    /// What can be migrated. Changes nothing.
    ///
    /// # Errors
    /// Files that cannot be read as what they are, or AWS reads that fail for good.
    pub async fn assess(&self, events: &dyn EventSink) -> Result<Assessment> {
        self.environment(events).await?.assess(events).await
    }

    /// Plans a step: reads everything, changes nothing.
    ///
    /// # Errors
    /// Whatever keeps the step from being planned; nothing has been changed then.
    pub async fn plan(&self, request: PlanRequest, events: &dyn EventSink) -> Result<Plan> {
        if request.step == Step::Generate && request.rollback {
            return Ok(Plan::new(GenerateRollbackStep::new(&self.options.project_dir)?));
        }
        let environment = self.environment(events).await?;
        let plan = environment.plan(&request, events).await?;
        let undo = request.rollback_on_failure && !request.rollback && environment::is_undone_on_failure(request.step);
        Ok(if undo {
            Plan::new(UndoOnFailure::new(plan, environment, request))
        } else {
            Plan::from(plan)
        })
    }

    /// The opened environment; of a project whose backend was replaced, the reason why it cannot be opened.
    async fn environment(&self, events: &dyn EventSink) -> Result<Arc<OpenedEnvironment>> {
        match &self.state {
            State::Open(environment) => Ok(Arc::clone(environment)),
            State::Replaced(_) => Ok(Arc::new(open::open(&self.options, events).await?)),
        }
    }
}

/// There is no Gen 1 backend, and there is one to bring back.
fn is_replaced(error: &Error, project_dir: &Path) -> bool {
    matches!(
        error.code(),
        "PROJECT_IS_GEN2" | "PROJECT_NOT_FOUND" | "PROJECT_INCOMPLETE"
    ) && GenerateRollbackStep::new(project_dir).is_ok()
}
