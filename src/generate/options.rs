use serde::{Deserialize, Serialize};

/// What the user asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GenerateOptions {
    /// Gen 2 branch that takes over the resources.
    pub branch: String,
}
