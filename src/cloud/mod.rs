//! AWS: one client set, pagination, retry and a bound on calls in flight. Fills `deployment`, performs mutations, decides nothing.
//!
//! Reads are retried with exponential back-off and jitter, and calls in flight are bounded; mutations carry a client request token where the service takes one. The two
//! calls that take none (creating and executing a stack refactor) are tried once: whoever calls them reconciles.

mod amplify;
mod call;
mod cloudformation;
mod configuration;
mod error;
mod hosted_ui;
mod identity;
mod live;
mod pace;
mod permissions;
mod pushed;
mod read;
mod s3;
mod stack_update;
mod user_pool_contents;

pub use amplify::{AmplifyApi, AmplifyApp};
pub use cloudformation::{
    Change, ChangeDetail, ChangeSet, ChangeSetRequest, CloudFormationApi, RefactorAction, ResourceImport,
    StackDescription, StackRefactorDefinition, StackRefactorRequest, StackRefactorState, TemplateSource,
};
pub use configuration::CloudOptions;
pub use error::{CloudError, OptionKind};
pub use hosted_ui::HostedUiApi;
pub use identity::IdentityApi;
pub use live::{LiveConfiguration, LiveConfigurationApi, RecordedConfiguration};
pub use pace::{Pace, settled_stack};
pub use permissions::{Access, STEP_CALLS, policy};
pub use pushed::pushed_templates;
pub use read::{Depth, read_nested, read_stack, read_tree};
pub use s3::{ConditionalWrite, ObjectStoreApi, ObjectVersion, StoredObject, WriteCondition};
pub use stack_update::{
    Leftover, StackUpdateError, StackUpdateFailure, StackUpdateOutcome, StackUpdateRequest, TemplateHandOver,
    remove_leftover, short_hash, update_stack,
};
pub use user_pool_contents::UserPoolContentsApi;

use std::sync::Arc;

use self::{
    amplify::AmplifyClient, cloudformation::CloudFormationClient, configuration::SharedConfiguration,
    hosted_ui::HostedUiClient, identity::IdentityClient, live::LiveConfigurationClient, s3::S3Client,
    user_pool_contents::UserPoolContentsClient,
};

/// The services of one account and region.
#[derive(Clone)]
pub struct Cloud {
    /// CloudFormation.
    pub cloudformation: Arc<dyn CloudFormationApi>,
    /// Amplify.
    pub amplify: Arc<dyn AmplifyApi>,
    /// S3 objects.
    pub objects: Arc<dyn ObjectStoreApi>,
    /// Live configuration of the resources that move.
    pub live: Arc<dyn LiveConfigurationApi>,
    /// Domains and identity providers of user pools.
    pub hosted_ui: Arc<dyn HostedUiApi>,
    /// What is in user pools.
    pub user_pools: Arc<dyn UserPoolContentsApi>,
    /// Region of all clients.
    pub region: String,
    /// Who is calling.
    pub identity: Arc<dyn IdentityApi>,
}

impl Cloud {
    /// Makes the clients and checks that there are credentials. No call is made to AWS, unless the credentials themselves
    /// come from there.
    ///
    /// # Errors
    /// `CREDENTIALS_MISSING` when the chain finds none, `CREDENTIALS_EXPIRED` when they are past their time.
    pub async fn connect(options: CloudOptions) -> Result<Self, CloudError> {
        let shared = SharedConfiguration::load(options).await?;
        Ok(Self {
            cloudformation: Arc::new(CloudFormationClient::new(&shared)),
            amplify: Arc::new(AmplifyClient::new(&shared)),
            objects: Arc::new(S3Client::new(&shared)),
            live: Arc::new(LiveConfigurationClient::new(&shared)),
            hosted_ui: Arc::new(HostedUiClient::new(&shared)),
            user_pools: Arc::new(UserPoolContentsClient::new(&shared)),
            region: shared.region.clone(),
            identity: Arc::new(IdentityClient::new(&shared)),
        })
    }

    /// Id of the account that the credentials belong to.
    ///
    /// # Errors
    /// When the call is refused or cannot be made.
    pub async fn account_id(&self) -> Result<String, CloudError> {
        self.identity.account_id().await
    }
}
