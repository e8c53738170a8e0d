use async_trait::async_trait;

use super::{call, configuration::SharedConfiguration, error::CloudError};

/// What the engine asks of STS.
#[async_trait]
pub trait IdentityApi: Send + Sync {
    /// Id of the account that the credentials belong to.
    async fn account_id(&self) -> Result<String, CloudError>;
}

pub(super) struct IdentityClient {
    client: aws_sdk_sts::Client,
}

impl IdentityClient {
    pub(super) fn new(shared: &SharedConfiguration) -> Self {
        Self { client: shared.sts() }
    }
}

#[async_trait]
impl IdentityApi for IdentityClient {
    async fn account_id(&self) -> Result<String, CloudError> {
        let request = self.client.get_caller_identity();
        let answer = call::read("sts", "GetCallerIdentity", None, request.send()).await?;
        Ok(answer.account.unwrap_or_default())
    }
}
