//! What is in a user pool besides its users, whoever made it.

use serde::{Deserialize, Serialize};

/// Groups, app clients and identity providers of a user pool, as the service lists them. Names only: no secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserPoolContents {
    /// Names of the groups.
    pub groups: Vec<String>,
    /// App clients.
    pub clients: Vec<ListedClient>,
    /// Names of the identity providers.
    pub identity_providers: Vec<String>,
}

/// An app client as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedClient {
    /// Client id.
    pub id: String,
    /// Name.
    pub name: String,
}
