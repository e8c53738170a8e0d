use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{expression::Expression, resource::SourceLocation};

/// A Lambda layer of this project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LambdaLayer {
    /// Resource name.
    pub name: String,
    /// `LayerName` of the deployed layer, without version.
    pub deployed_name: Option<String>,
    /// `Description`
    pub description: Option<String>,
    /// `CompatibleRuntimes`
    pub runtimes: Vec<String>,
    /// `LicenseInfo`
    pub license: Option<String>,
    /// Who else may use the current version.
    pub permissions: Vec<LayerPermission>,
    /// The layer's folder, relative to the project.
    pub directory: String,
    /// Files in `lib` and `opt`, relative to the folder, sorted, without installed packages.
    pub files: Vec<String>,
    /// `dependencies` of `lib/nodejs/package.json`.
    pub dependencies: IndexMap<String, String>,
    /// The template.
    pub location: SourceLocation,
}

/// `AWS::Lambda::LayerVersionPermission`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerPermission {
    /// `Action`
    pub action: String,
    /// `Principal`: an account, or `*`.
    pub principal: Expression,
    /// `OrganizationId`
    pub organization: Option<String>,
}
