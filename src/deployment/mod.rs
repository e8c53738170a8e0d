//! What is deployed, as plain serialisable data. AWS fills it (`cloud`), and so can a file: offline runs and tests.

mod hosted_ui;
mod stack;
mod user_pool;

pub use hosted_ui::{HostedUi, LiveIdentityProvider, LiveResourceServer, ProviderSetting, UserPoolDomain, is_secret};
pub use stack::{Output, Parameter, Stack, StackResource, StackTree, plain_stack_name};
pub use user_pool::{ListedClient, UserPoolContents};

use serde::{Deserialize, Serialize};

/// What is deployed of a Gen 1 environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The root stack with everything below it.
    pub root: StackTree,
    /// What is in the user pool; absent when there is none, or when nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_pool: Option<UserPoolContents>,
}
