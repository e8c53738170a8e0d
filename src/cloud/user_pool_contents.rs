//! What Cognito lists of a user pool: its groups, app clients and identity providers.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::Client;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::{call, configuration::SharedConfiguration, error::CloudError};
use crate::deployment::{ListedClient, UserPoolContents};

const SERVICE: &str = "cognito-idp";

/// Entries in a page: the service's limit.
const PAGE: i32 = 60;

/// Clients asked for at a time.
const AT_ONCE: usize = 5;

/// What the engine asks of Cognito about what is in a user pool.
#[async_trait]
pub trait UserPoolContentsApi: Send + Sync {
    /// Groups, app clients and identity providers of a user pool, all pages, each sorted by name.
    async fn user_pool_contents(&self, user_pool_id: &str) -> Result<UserPoolContents, CloudError>;
}

pub(super) struct UserPoolContentsClient {
    client: Client,
}

impl UserPoolContentsClient {
    pub(super) fn new(shared: &SharedConfiguration) -> Self {
        Self {
            client: shared.cognito(),
        }
    }

    async fn groups(&self, pool: &str) -> Result<Vec<String>, CloudError> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self.client.list_groups().user_pool_id(pool).limit(PAGE);
            let request = request.set_next_token(token);
            let answer = call::read(SERVICE, "ListGroups", Some(pool), request.send()).await?;
            names.extend(answer.groups.into_iter().flatten().filter_map(|group| group.group_name));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                names.sort();
                return Ok(names);
            }
        }
    }

    async fn clients(&self, pool: &str) -> Result<Vec<ListedClient>, CloudError> {
        let mut clients = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self
                .client
                .list_user_pool_clients()
                .user_pool_id(pool)
                .max_results(PAGE);
            let request = request.set_next_token(token);
            let answer = call::read(SERVICE, "ListUserPoolClients", Some(pool), request.send()).await?;
            clients.extend(answer.user_pool_clients.into_iter().flatten().filter_map(|client| {
                Some(ListedClient {
                    id: client.client_id?,
                    name: client.client_name.unwrap_or_default(),
                    identity_providers: Vec::new(),
                })
            }));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                clients.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
                return Ok(clients);
            }
        }
    }

    async fn offered_providers(&self, pool: &str, client: &str) -> Result<Vec<String>, CloudError> {
        let request = self
            .client
            .describe_user_pool_client()
            .user_pool_id(pool)
            .client_id(client);
        let answer = call::read(SERVICE, "DescribeUserPoolClient", Some(client), request.send()).await?;
        let offered = answer
            .user_pool_client
            .and_then(|client| client.supported_identity_providers);
        Ok(offered.unwrap_or_default())
    }
}

/// Names of the identity providers, all pages, sorted: the service gives them by the time of their making.
pub(super) async fn identity_provider_names(client: &Client, pool: &str) -> Result<Vec<String>, CloudError> {
    let mut names = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = client.list_identity_providers().user_pool_id(pool).max_results(PAGE);
        let request = request.set_next_token(token);
        let answer = call::read(SERVICE, "ListIdentityProviders", Some(pool), request.send()).await?;
        let listed = answer.providers.into_iter();
        names.extend(listed.filter_map(|provider| provider.provider_name));
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            names.sort();
            return Ok(names);
        }
    }
}

#[async_trait]
impl UserPoolContentsApi for UserPoolContentsClient {
    async fn user_pool_contents(&self, user_pool_id: &str) -> Result<UserPoolContents, CloudError> {
        let (groups, mut clients, identity_providers) = tokio::try_join!(
            self.groups(user_pool_id),
            self.clients(user_pool_id),
            identity_provider_names(&self.client, user_pool_id)
        )?;
        if !identity_providers.is_empty() {
            let ids: Vec<String> = clients.iter().map(|client| client.id.clone()).collect();
            let offered: Vec<Vec<String>> = stream::iter(ids)
                .map(|id| async move { self.offered_providers(user_pool_id, &id).await })
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            for (client, offered) in clients.iter_mut().zip(offered) {
                client.identity_providers = offered;
            }
        }
        Ok(UserPoolContents {
            groups,
            clients,
            identity_providers,
        })
    }
}
