use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The search domain behind models with `@searchable`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Models with `@searchable`, in schema order.
    pub models: Vec<String>,
    /// Properties of the deployed domain, evaluated; empty when its template is not known.
    pub domain: Map<String, Value>,
    /// Properties of the deployed function that fills it, evaluated.
    pub function: Map<String, Value>,
}
