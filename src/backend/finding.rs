//! Findings: what the tool saw and what it means for the migration. Silence is a defect.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The step must not go on.
    Blocker,
    /// A human has to decide or to do something.
    Manual,
    /// Works, but behaves differently or deserves attention.
    Warning,
    /// Good to know.
    Info,
}

/// One thing that was seen in the Gen 1 app.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable id of the kind of finding, for example `storage-imported`.
    pub id: String,
    /// Weight.
    pub severity: Severity,
    /// Name of the feature, as in the assessment's table of advanced features.
    pub feature: String,
    /// What was seen, naming resource and stack.
    pub message: String,
    /// File it was seen in, relative to the project, with forward slashes.
    pub path: String,
    /// Line in that file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What the user can do about it.
    pub remedy: String,
}
