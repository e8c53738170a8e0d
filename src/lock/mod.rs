//! Locks a Gen 1 environment for the time of its migration, and takes that back.
//!
//! Locked means: the app is marked with the environment's name, the root stack refuses every update, and whatever holds
//! data survives the loss of its stack. Taking it back restores what was there before, from the journal, and as far as it
//! can be told without one.

mod error;
mod execution;
mod forward;
mod operation;
mod policy;
mod protection;
mod record;
mod rollback;
mod step;
mod validation;

use std::{path::PathBuf, sync::Arc};

pub use error::LockError;
pub use forward::plan_lock;
pub use rollback::plan_unlock;
pub use step::LockPlan;
pub use validation::{environment_status, lock_status, unstable_stacks};

use crate::{
    backend::model::Resource,
    cloud::Cloud,
    deployment::StackTree,
    journal::{CopyPlace, JournalPlace},
};

/// Variable of the Amplify app that names the environment being migrated. One app, one migration at a time.
pub const MARKER_VARIABLE: &str = "GEN2_MIGRATION_ENVIRONMENT_NAME";

/// What planning a lock or its rollback needs.
#[derive(Clone)]
pub struct LockRequest {
    /// The services.
    pub cloud: Cloud,
    /// Folder of the project; the journal lies in it.
    pub project_directory: PathBuf,
    /// Amplify app.
    pub app_id: String,
    /// Gen 1 environment.
    pub environment: String,
    /// Account, when known.
    pub account_id: Option<String>,
    /// Gen 1 root stack with everything below it, as it is now.
    pub root: StackTree,
    /// Entries of amplify-meta.json, by which operations are grouped.
    pub resources: Vec<Resource>,
    /// Bucket of the environment: for the copy of the journal, and where large templates are handed over.
    pub deployment_bucket: Option<String>,
    /// A lease of somebody else is no obstacle.
    pub take_over: bool,
}

impl LockRequest {
    /// Where the journal of the environment lies.
    fn journal(&self) -> JournalPlace {
        JournalPlace {
            project_directory: self.project_directory.clone(),
            environment: self.environment.clone(),
            copy: self.deployment_bucket.as_ref().map(|bucket| CopyPlace {
                objects: Arc::clone(&self.cloud.objects),
                bucket: bucket.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
