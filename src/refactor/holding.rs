use serde_json::{Value, json};

use super::{PLACEHOLDER_LOGICAL_ID, pairing::Pair};
use crate::cloudformation::Template;

/// Longest name of a stack.
const STACK_NAME_LIMIT: usize = 128;

/// Key in the holding stack's metadata that says where the parked resources' places are taken from.
const FORWARD_MAPPINGS: &str = "ForwardMappings";

/// Name of the holding stack of a Gen 2 category stack: its name with the suffix `-holding`, shortened before the last
/// dash where it would be too long.
pub fn holding_stack_name(stack_name: &str) -> String {
    let (prefix, hash) = stack_name.rsplit_once('-').unwrap_or((stack_name, ""));
    let suffix = if hash.is_empty() {
        "-holding".to_owned()
    } else {
        format!("-{hash}-holding")
    };
    let room = STACK_NAME_LIMIT.saturating_sub(suffix.len());
    let prefix: String = prefix.chars().take(room).collect();
    format!("{prefix}{suffix}")
}

/// The template of a holding stack before anything is parked in it.
pub(super) fn empty_template(pairs: &[&Pair]) -> Template {
    let mut template = Template::empty();
    let document = template.document_mut();
    document.insert("AWSTemplateFormatVersion".into(), json!("2010-09-09"));
    document.insert(
        "Description".into(),
        json!("Temporary holding stack for Gen2 migration"),
    );
    document.insert("Metadata".into(), json!({ FORWARD_MAPPINGS: forward_mappings(pairs) }));
    document.insert("Resources".into(), json!({}));
    document.insert("Outputs".into(), json!({}));
    template
}

fn forward_mappings(pairs: &[&Pair]) -> Value {
    pairs
        .iter()
        .map(|pair| {
            json!({
                "Source": { "StackName": pair.gen1_stack, "LogicalResourceId": pair.gen1_logical_id },
                "Destination": { "StackName": pair.gen2_stack, "LogicalResourceId": pair.gen2_logical_id },
            })
        })
        .collect()
}

/// Gen 1 stack and logical id by Gen 2 logical id, as the holding stack's metadata tells.
pub(super) fn recorded_mappings(template: &Template) -> Vec<(String, String, String)> {
    let recorded = template
        .document()
        .get("Metadata")
        .and_then(|metadata| metadata.get(FORWARD_MAPPINGS));
    let text = |entry: &Value, side: &str, key: &str| entry.get(side)?.get(key)?.as_str().map(str::to_owned);
    recorded
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            Some((
                text(entry, "Destination", "LogicalResourceId")?,
                text(entry, "Source", "StackName")?,
                text(entry, "Source", "LogicalResourceId")?,
            ))
        })
        .collect()
}

/// A resource that costs nothing and keeps a stack from being empty.
pub(super) fn add_placeholder(template: &mut Template) {
    template.insert(
        "Resources",
        PLACEHOLDER_LOGICAL_ID,
        json!({ "Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {} }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_keep_the_hash() {
        assert_eq!(
            holding_stack_name("amplify-d1-main-branch-abc-auth1-XYZ"),
            "amplify-d1-main-branch-abc-auth1-XYZ-holding"
        );
        assert_eq!(holding_stack_name("plain"), "plain-holding");
        let long = format!("{}-HASH", "x".repeat(123));
        let name = holding_stack_name(&long);
        assert_eq!(name.len(), 128);
        assert!(name.ends_with("x-HASH-holding"));
    }
}
