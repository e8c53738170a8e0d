use serde::{Deserialize, Serialize};

use crate::backend::finding::Finding;

/// What can be migrated: the two tables of the migration guide, and everything else that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// Name of the Amplify app, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
    /// Name of the Gen 1 environment.
    pub environment: String,
    /// Every resource of the app, in the order of `amplify-meta.json`.
    pub resources: Vec<ResourceSupport>,
    /// Advanced features: overrides, custom policies, ...
    pub features: Vec<FeatureSupport>,
    /// What was seen and is not a cell of the tables.
    pub findings: Vec<Finding>,
}

/// Support of one resource per step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceSupport {
    /// Category, for example `storage`.
    pub category: String,
    /// Service as in `amplify-meta.json`, for example `S3`.
    pub service: String,
    /// Name of the resource.
    pub resource: String,
    /// Support by the generate step.
    pub generate: Support,
    /// Support by the refactor step.
    pub refactor: Support,
}

/// Support of one advanced feature per step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureSupport {
    /// Name, for example `overrides`.
    pub name: String,
    /// File it was found in, relative to `amplify/backend`, with forward slashes.
    pub path: String,
    /// Support by the generate step.
    pub generate: Support,
    /// Support by the refactor step.
    pub refactor: Support,
}

/// A cell of the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Support {
    /// Mark of the cell.
    pub status: SupportStatus,
    /// Why it is not supported, or what has to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Mark of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportStatus {
    /// The step carries it over.
    Supported,
    /// The step leaves it out; a human has to do it.
    Unsupported,
    /// The step has nothing to do for it.
    NotNeeded,
}
