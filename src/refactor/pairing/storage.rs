//! Pairing of the storage category: buckets and tables.

use serde_json::Value;

use super::{Pair, Pairing, candidate::Candidates};
use crate::refactor::{RefactorError, state::StackState};

const BUCKET: &str = "AWS::S3::Bucket";
const TABLE: &str = "AWS::DynamoDB::Table";

pub(super) fn pair_bucket(
    pairing: &Pairing<'_>,
    candidates: &mut Candidates,
    pairs: &mut Vec<Pair>,
) -> Result<(), RefactorError> {
    let stack = pairing.source_stack()?;
    let sources = pairing.sources(stack, BUCKET);
    for source in &sources {
        let free = candidates.free(BUCKET);
        let friendly_name = parameter(stack, "bucketName");
        let remaining = pairing.narrow(free, |candidate, name| candidate.mentions(name), friendly_name);
        let chosen = candidates.choose(
            pairing,
            &stack.stack.name,
            source,
            "no bucket is left to take its place",
            remaining,
        )?;
        pairs.push(candidates.take(pairing, &stack.stack.name, source, &chosen)?);
    }
    pairing.take_moved(candidates, stack, BUCKET, sources.is_empty(), "its bucket", pairs)
}

pub(super) fn pair_table(
    pairing: &Pairing<'_>,
    candidates: &mut Candidates,
    pairs: &mut Vec<Pair>,
) -> Result<(), RefactorError> {
    let stack = pairing.source_stack()?;
    let sources = pairing.sources(stack, TABLE);
    for source in &sources {
        let keys = table_keys(pairing.evaluated_properties(stack, source).as_ref());
        let free = candidates
            .free(TABLE)
            .into_iter()
            .filter(|candidate| table_keys(candidate.definition.get("Properties")) == keys)
            .collect();
        let remaining = pairing.narrow(
            free,
            |candidate, name| candidate.is_named(name),
            parameter(stack, "tableName"),
        );
        let wanted = "no table with the same keys is left to take its place";
        let chosen = candidates.choose(pairing, &stack.stack.name, source, wanted, remaining)?;
        pairs.push(candidates.take(pairing, &stack.stack.name, source, &chosen)?);
    }
    pairing.take_moved(candidates, stack, TABLE, sources.is_empty(), "its table", pairs)
}

/// Key attributes with role and type: what a table can never change.
fn table_keys(properties: Option<&Value>) -> Vec<(String, String, String)> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |key: &str| {
        properties
            .and_then(|properties| properties.get(key))
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let types = list("AttributeDefinitions");
    let mut keys: Vec<(String, String, String)> = list("KeySchema")
        .iter()
        .map(|key| {
            let name = text(key, "AttributeName");
            let attribute_type = types
                .iter()
                .find(|definition| text(definition, "AttributeName") == name)
                .map(|definition| text(definition, "AttributeType"))
                .unwrap_or_default();
            (text(key, "KeyType"), name, attribute_type)
        })
        .collect();
    keys.sort();
    keys
}

/// Value of a parameter of the deployed stack.
fn parameter<'s>(stack: &'s StackState, key: &str) -> Option<&'s str> {
    stack
        .parameters
        .iter()
        .find(|parameter| parameter.parameter_key == key)?
        .parameter_value
        .as_deref()
}
