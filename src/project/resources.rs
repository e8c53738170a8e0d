//! Entries of `amplify-meta.json`.

use serde_json::{Map, Value};

/// A resource as `amplify-meta.json` (or `backend-config.json`) tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct MetaResource {
    /// Category, for example `auth`.
    pub category: String,
    /// Name.
    pub name: String,
    /// Service; absent in broken entries.
    pub service: Option<String>,
    /// `serviceType` is `imported`.
    pub imported: bool,
    /// What it depends on.
    pub depends_on: Vec<Dependency>,
    /// Outputs of its deployed stack; empty before the first push.
    pub output: Map<String, Value>,
    /// Logical id of its nested stack in the root stack.
    pub logical_id: String,
    /// The whole entry.
    pub entry: Map<String, Value>,
}

/// An entry of `dependsOn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Category.
    pub category: String,
    /// Name.
    pub resource: String,
    /// Outputs of it that become parameters.
    pub attributes: Vec<String>,
    /// `Cognito` for a function that the user pool calls.
    pub trigger_provider: Option<String>,
}

impl MetaResource {
    /// A text among the outputs.
    pub fn output_text(&self, name: &str) -> Option<&str> {
        self.output.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// `category/name`
    pub fn path(&self) -> String {
        format!("{}/{}", self.category, self.name)
    }

    fn read(category: &str, name: &str, entry: &Map<String, Value>) -> Self {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let depends_on = entry
            .get("dependsOn")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Dependency::read)
            .collect();
        let logical_id = entry
            .get("providerMetadata")
            .and_then(|metadata| metadata["logicalId"].as_str())
            .map_or_else(|| format!("{category}{name}"), str::to_owned);
        Self {
            category: category.to_owned(),
            name: name.to_owned(),
            service: text("service").filter(|service| !service.is_empty()),
            imported: text("serviceType").as_deref() == Some("imported"),
            depends_on,
            output: entry
                .get("output")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            logical_id,
            entry: entry.clone(),
        }
    }
}

impl Dependency {
    fn read(entry: &Value) -> Option<Self> {
        Some(Self {
            category: entry["category"].as_str()?.to_owned(),
            resource: entry["resourceName"].as_str()?.to_owned(),
            attributes: texts(&entry["attributes"]),
            trigger_provider: entry["triggerProvider"].as_str().map(str::to_owned),
        })
    }
}

/// The texts of a list; a single text is a list of one; anything else is empty.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// Keys of the file beside the categories.
pub(super) fn is_no_category(key: &str) -> bool {
    key == "providers" || key == "parameters"
}

/// Every resource, in the order of the file.
pub(super) fn resources_of(meta: &Value) -> Vec<MetaResource> {
    meta.as_object()
        .into_iter()
        .flatten()
        .filter(|(category, _)| !is_no_category(category))
        .filter_map(|(category, entries)| Some((category, entries.as_object()?)))
        .flat_map(|(category, entries)| {
            entries
                .iter()
                .filter_map(move |(name, entry)| Some(MetaResource::read(category, name, entry.as_object()?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_entry_is_listed_whatever_it_lacks() {
        let resources = resources_of(&json!({
            "providers": {"awscloudformation": {"StackName": "s"}},
            "auth": {"a": {"service": "Cognito", "serviceType": "imported"}},
            "odd": "text",
            "function": {
                "f": {"dependsOn": [{"category": "storage", "resourceName": "t", "attributes": ["Name"]}, {"category": 1}, "x"]},
                "broken": 3
            },
            "parameters": {"AMPLIFY_x": {"usedBy": []}},
        }));
        let told: Vec<(String, Option<&str>)> = resources
            .iter()
            .map(|resource| (resource.path(), resource.service.as_deref()))
            .collect();
        assert_eq!(
            told,
            [("auth/a".to_owned(), Some("Cognito")), ("function/f".to_owned(), None)]
        );
        assert!(resources[0].imported);
        assert_eq!(resources[1].depends_on.len(), 1);
        assert_eq!(resources[1].logical_id, "functionf");
    }
}
