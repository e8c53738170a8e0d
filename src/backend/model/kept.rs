use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::resource::{ResourceId, SourceLocation};

/// The stack of an entry that nothing is generated for: hosting, and services that are not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignStack {
    /// Category and name.
    pub id: ResourceId,
    /// Types of its resources by logical id.
    pub resources: IndexMap<String, String>,
}

/// A service of Gen 1 that Gen 2 goes on using as it is: Pinpoint, Lex, the AI services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptService {
    /// Category and name.
    pub id: ResourceId,
    /// `service`
    pub service: String,
    /// What kind of prediction it is, for example `identifyLabels` or `translateText`.
    pub prediction: Option<String>,
    /// Outputs of the deployed stack.
    pub outputs: Map<String, Value>,
    /// Deployed values of what other templates may refer to, by `<logical id>` or `<logical id>.<attribute>`.
    pub values: IndexMap<String, String>,
    /// The template.
    pub location: SourceLocation,
}
