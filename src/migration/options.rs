use std::path::PathBuf;

use aws_credential_types::provider::SharedCredentialsProvider;

use crate::plan::Step;

/// Where the project is, which of its environments is meant, and how to reach AWS.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Folder that holds `amplify/`.
    pub project_dir: PathBuf,
    /// Name of the Gen 1 environment; `None`: found out.
    pub environment: Option<String>,
    /// Files only: no credentials, no network.
    pub offline: bool,
    /// AWS region; `None`: the region of the environment.
    pub region: Option<String>,
    /// Named profile of the shared AWS configuration files.
    pub profile: Option<String>,
    /// Credentials of the host; `None`: the default chain of the SDK.
    pub credentials: Option<SharedCredentialsProvider>,
    /// One endpoint for all services; `None`: `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, else the real ones.
    pub endpoint_url: Option<String>,
}

/// What is known of an opened environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationContext {
    /// Folder that holds `amplify/`.
    pub project_dir: PathBuf,
    /// Files only.
    pub offline: bool,
    /// Id of the Amplify app.
    pub app_id: Option<String>,
    /// Name of the Amplify app.
    pub app_name: Option<String>,
    /// Name of the Gen 1 environment.
    pub environment: String,
    /// Its region.
    pub region: Option<String>,
    /// Name of its root stack.
    pub root_stack: Option<String>,
}

/// Which step to plan, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRequest {
    /// The step; `Step::Assess` has no plan.
    pub step: Step,
    /// Undo the step.
    pub rollback: bool,
    /// When executing fails, undo what was done (`--no-rollback` turns it off).
    pub rollback_on_failure: bool,
    /// Gen 2 branch; `None`: the current git branch.
    pub branch: Option<String>,
    /// Gen 2 root stack (refactor). A rollback needs it only when there is no journal.
    pub to: Option<String>,
    /// File with explicit resource mappings (refactor).
    pub mappings: Option<PathBuf>,
    /// Write the Gen 2 backend here instead of replacing `amplify/` (generate). Absent or empty.
    pub out_dir: Option<PathBuf>,
    /// Also edit the places in the app's own source that know Gen 1 (generate).
    pub frontend: bool,
    /// Go on from a run of somebody else that did not end (lock, refactor), without waiting for its lease to end by itself.
    pub take_over: bool,
}

impl PlanRequest {
    /// A plan of the step with nothing else asked for.
    pub fn new(step: Step) -> Self {
        Self {
            step,
            rollback: false,
            rollback_on_failure: true,
            branch: None,
            to: None,
            mappings: None,
            out_dir: None,
            frontend: false,
            take_over: false,
        }
    }
}
