//! The domain behind models with `@searchable`.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Interpretation, id_of, index::main_resource, typing};
use crate::{
    backend::model::Search,
    cloudformation::evaluate::EvaluatedTree,
    project::{GraphqlFolder, MetaResource},
};

/// The transformer of either generation makes the domain as one of Elasticsearch.
const DOMAIN_TYPE: &str = "AWS::Elasticsearch::Domain";
const DOMAIN: &str = "OpenSearchDomain";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const FUNCTION: &str = "OpenSearchStreamingLambdaFunction";

pub(super) fn read(
    interpretation: &Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
) -> Option<Search> {
    let models: Vec<String> = folder
        .schema
        .iter()
        .flat_map(|file| &file.document.types)
        .filter(|ty| ty.directive("searchable").is_some())
        .map(|ty| ty.name.clone())
        .collect();
    if models.is_empty() {
        return None;
    }
    let Some(stack) = search_stack(interpretation, resource) else {
        return Some(Search {
            models,
            is_known: false,
            domain: Map::new(),
            function: Map::new(),
            streams: IndexMap::new(),
        });
    };
    let owner = id_of(resource);
    let own = |kind: &str, logical_id: &str, generated: &[(&str, Value)]| -> Map<String, Value> {
        let properties = main_resource(stack, kind, logical_id).and_then(|found| found.properties());
        let properties = properties
            .into_iter()
            .flatten()
            .filter(|(name, value)| {
                let known = generated.iter().find(|(known, _)| known == name);
                known.is_none_or(|(_, default)| !default.is_null() && !same_scalar(default, value))
            })
            .map(|(name, value)| (name.clone(), interpretation.decoder.property(value, &owner)))
            .collect();
        typing::typed(properties)
    };
    let streams = models
        .iter()
        .filter_map(|model| {
            let prefix = format!("Searchable{model}LambdaMapping");
            let mapping = stack
                .template
                .resources()
                .find(|found| found.resource_type() == MAPPING && found.logical_id.starts_with(&prefix))?;
            let settings = own(MAPPING, mapping.logical_id, &of_streams());
            (!settings.is_empty()).then(|| (model.clone(), settings))
        })
        .collect();
    Some(Search {
        is_known: true,
        domain: own(DOMAIN_TYPE, DOMAIN, &of_domains()),
        function: own("AWS::Lambda::Function", FUNCTION, &of_functions()),
        streams,
        models,
    })
}

/// What Gen 2 sets on a domain: `null` where its own value is right whatever Gen 1's is.
fn of_domains() -> Vec<(&'static str, Value)> {
    let off = || json!({ "Enabled": false });
    vec![
        ("CognitoOptions", off()),
        ("DomainEndpointOptions", Value::Null),
        ("DomainName", Value::Null),
        ("ElasticsearchVersion", json!("7.10")),
        ("EncryptionAtRestOptions", off()),
        ("LogPublishingOptions", json!({})),
        ("NodeToNodeEncryptionOptions", off()),
        ("Tags", Value::Null),
    ]
}

/// The same for the function, whose code is Gen 2's.
fn of_functions() -> Vec<(&'static str, Value)> {
    [
        "Code",
        "Description",
        "Environment",
        "FunctionName",
        "Handler",
        "Layers",
        "Role",
        "Runtime",
        "Tags",
    ]
    .map(|name| (name, Value::Null))
    .to_vec()
}

/// The same for the mapping of a table's stream.
fn of_streams() -> Vec<(&'static str, Value)> {
    vec![
        ("BatchSize", json!(100)),
        ("Enabled", json!(true)),
        ("EventSourceArn", Value::Null),
        ("FunctionName", Value::Null),
        ("MaximumBatchingWindowInSeconds", json!(1)),
        ("StartingPosition", Value::Null),
        ("Tags", Value::Null),
    ]
}

/// Equal, whatever the scalar's type: parameters are texts.
fn same_scalar(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|other| same_scalar(value, other)))
        }
        _ => text(one) == text(other),
    }
}

fn search_stack<'p>(interpretation: &Interpretation<'p>, resource: &MetaResource) -> Option<&'p EvaluatedTree> {
    interpretation
        .symbolic_stack(resource)?
        .nested
        .values()
        .find(|stack| main_resource(stack, DOMAIN_TYPE, DOMAIN).is_some())
}
