//! What is deployed, as plain serialisable data. AWS fills it (`cloud`), and so can a file: offline runs and tests.

mod hosted_ui;
mod stack;

pub use hosted_ui::{HostedUi, LiveIdentityProvider, LiveResourceServer, ProviderSetting, UserPoolDomain, is_secret};
pub use stack::{Output, Parameter, Stack, StackResource, StackTree, plain_stack_name};

use serde::{Deserialize, Serialize};

/// What is deployed of a Gen 1 environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The root stack with everything below it.
    pub root: StackTree,
}
