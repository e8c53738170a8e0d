use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{edge::Principal, resource::SourceLocation};

/// What `awscloudformation/override.ts` does to the role of signed-in users or of guests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleOverride {
    /// Whose role it is.
    pub principal: Principal,
    /// Properties of the deployed role beyond its name, its trust and its inline policies, evaluated.
    pub properties: Map<String, Value>,
    /// `override.ts`, else the root template.
    pub location: SourceLocation,
}
