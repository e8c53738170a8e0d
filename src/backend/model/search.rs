use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The search domain behind models with `@searchable`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Models with `@searchable`, in schema order.
    pub models: Vec<String>,
    /// The template of the domain is known.
    pub is_known: bool,
    /// Properties of the deployed domain that Gen 2 does not set for itself, evaluated.
    pub domain: Map<String, Value>,
    /// Properties of the deployed function that fills it which Gen 2 does not set for itself, evaluated.
    pub function: Map<String, Value>,
    /// By model, how the stream of its table starts the function, where that is not as Gen 2 does it.
    pub streams: IndexMap<String, Map<String, Value>>,
}
