use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::resource::SourceLocation;

/// A REST API of API Gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestApi {
    /// Resource name.
    pub name: String,
    /// API id, when known.
    pub api_id: Option<String>,
    /// `ApiName` output, the name that frontends use.
    pub api_name: Option<String>,
    /// Paths in the order of cli-inputs.json.
    pub paths: Vec<RestPath>,
    /// It is the API of the CLI's admin queries, authorized by the user pool.
    pub admin_queries: bool,
    /// Properties of the deployed API beyond those that the CLI writes, evaluated: what `override.ts` sets.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// Answers of the gateway itself, where they are others than the CLI's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateway_responses: Vec<GatewayResponse>,
    /// cli-inputs.json, or the template where that is missing.
    pub location: SourceLocation,
}

/// A path of a REST API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestPath {
    /// For example `/items/{id}`.
    pub path: String,
    /// Resource name of the function behind it.
    pub function: String,
    /// What the path asks of its callers.
    #[serde(default)]
    pub protection: RestProtection,
    /// What everything below the path asks, where the API serves it with the same function.
    #[serde(default)]
    pub below: Option<RestProtection>,
    /// Who may call it.
    pub access: RestAccess,
}

/// What a method asks of its callers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestProtection {
    /// Who checks them.
    pub authorizer: RestAuthorizer,
    /// Calls carry an API key.
    pub api_key_required: bool,
}

/// Who checks the callers of a method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestAuthorizer {
    /// Nobody: the path is open.
    None,
    /// IAM, by the signature.
    #[default]
    Iam,
    /// The user pool, by its token.
    UserPool {
        /// OAuth scopes, one of which the token must have; any token does when there is none.
        scopes: Vec<String>,
    },
    /// An authorizer that is not known, by its name.
    Other(String),
}

/// An answer of the gateway itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayResponse {
    /// For example `DEFAULT_4XX`.
    pub response_type: String,
    /// Status code, where it is not the service's.
    pub status_code: Option<String>,
    /// Headers by name.
    pub headers: IndexMap<String, String>,
    /// Bodies by content type.
    pub templates: IndexMap<String, String>,
}

/// Who may call a path, with HTTP methods as the deployed policies name them (`GET`, `POST`, `PUT`, `PATCH`, `DELETE`, ...).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestAccess {
    /// No authorizer: anybody.
    pub open: bool,
    /// Methods of signed-in users.
    pub authenticated: Vec<String>,
    /// Methods of guests.
    pub guest: Vec<String>,
    /// Methods of groups, by group name.
    pub groups: IndexMap<String, Vec<String>>,
}
