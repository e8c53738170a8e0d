//! What Cognito tells of a user pool's domains, identity providers and resource servers.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::Client;
use futures::future::try_join_all;

use super::{call, configuration::SharedConfiguration, error::CloudError, user_pool_contents::identity_provider_names};
use crate::deployment::{HostedUi, LiveIdentityProvider, LiveResourceServer, ProviderSetting, UserPoolDomain};

const SERVICE: &str = "cognito-idp";

/// Entries in a page of `ListResourceServers`: the service's limit.
const RESOURCE_SERVERS: i32 = 50;

/// What the engine asks of Cognito about signing in.
#[async_trait]
pub trait HostedUiApi: Send + Sync {
    /// Domains, identity providers and resource servers of a user pool, all pages.
    async fn hosted_ui(&self, user_pool_id: &str) -> Result<HostedUi, CloudError>;
}

pub(super) struct HostedUiClient {
    client: Client,
}

impl HostedUiClient {
    pub(super) fn new(shared: &SharedConfiguration) -> Self {
        Self {
            client: shared.cognito(),
        }
    }

    /// The names of the domains: prefix, and custom domain.
    async fn domains(&self, pool: &str) -> Result<[Option<UserPoolDomain>; 2], CloudError> {
        let request = self.client.describe_user_pool().user_pool_id(pool);
        let answer = call::read(SERVICE, "DescribeUserPool", Some(pool), request.send()).await?;
        let Some(pool) = answer.user_pool else {
            return Ok([None, None]);
        };
        let (domain, custom_domain) = tokio::try_join!(self.domain(pool.domain), self.domain(pool.custom_domain))?;
        Ok([domain, custom_domain])
    }

    async fn domain(&self, name: Option<String>) -> Result<Option<UserPoolDomain>, CloudError> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let request = self.client.describe_user_pool_domain().domain(&name);
        let answer = call::read(SERVICE, "DescribeUserPoolDomain", Some(&name), request.send()).await?;
        let description = answer.domain_description;
        Ok(Some(UserPoolDomain {
            managed_login_version: description
                .as_ref()
                .and_then(|domain| domain.managed_login_version)
                .map(i64::from),
            certificate_arn: description
                .and_then(|domain| domain.custom_domain_config)
                .map(|custom| custom.certificate_arn)
                .filter(|arn| !arn.is_empty()),
            name,
        }))
    }

    async fn providers(&self, pool: &str) -> Result<Vec<(String, LiveIdentityProvider)>, CloudError> {
        let names = identity_provider_names(&self.client, pool).await?;
        try_join_all(names.into_iter().map(|name| self.provider(pool, name))).await
    }

    async fn provider(&self, pool: &str, name: String) -> Result<(String, LiveIdentityProvider), CloudError> {
        let request = self
            .client
            .describe_identity_provider()
            .user_pool_id(pool)
            .provider_name(&name);
        let answer = call::read(SERVICE, "DescribeIdentityProvider", Some(&name), request.send()).await?;
        let Some(provider) = answer.identity_provider else {
            return Ok((name, LiveIdentityProvider::default()));
        };
        let details = provider.provider_details.unwrap_or_default();
        let provider = LiveIdentityProvider {
            details: details
                .iter()
                .map(|(key, value)| (key.clone(), ProviderSetting::of(key, value)))
                .collect(),
            attribute_mapping: provider.attribute_mapping.unwrap_or_default().into_iter().collect(),
            identifiers: provider.idp_identifiers.unwrap_or_default(),
        };
        Ok((name, provider))
    }

    async fn resource_servers(&self, pool: &str) -> Result<Vec<(String, LiveResourceServer)>, CloudError> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self
                .client
                .list_resource_servers()
                .user_pool_id(pool)
                .max_results(RESOURCE_SERVERS)
                .set_next_token(token);
            let answer = call::read(SERVICE, "ListResourceServers", Some(pool), request.send()).await?;
            found.extend(answer.resource_servers.into_iter().filter_map(|server| {
                let live = LiveResourceServer {
                    name: server.name.unwrap_or_default(),
                    scopes: server
                        .scopes
                        .unwrap_or_default()
                        .into_iter()
                        .map(|scope| (scope.scope_name, scope.scope_description))
                        .collect(),
                };
                Some((server.identifier?, live))
            }));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                found.sort_by(|(one, _), (other, _)| one.cmp(other));
                return Ok(found);
            }
        }
    }
}

#[async_trait]
impl HostedUiApi for HostedUiClient {
    async fn hosted_ui(&self, user_pool_id: &str) -> Result<HostedUi, CloudError> {
        let ([domain, custom_domain], providers, resource_servers) = tokio::try_join!(
            self.domains(user_pool_id),
            self.providers(user_pool_id),
            self.resource_servers(user_pool_id)
        )?;
        Ok(HostedUi {
            domain,
            custom_domain,
            providers: providers.into_iter().collect(),
            resource_servers: resource_servers.into_iter().collect(),
        })
    }
}
