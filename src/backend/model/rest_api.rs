use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

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
    /// cli-inputs.json, or the template where that is missing.
    pub location: SourceLocation,
}

/// A path of a REST API. Gen 1 serves the path and everything below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestPath {
    /// For example `/items/{id}`.
    pub path: String,
    /// Resource name of the function behind it.
    pub function: String,
    /// Who may call it.
    pub access: RestAccess,
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
