//! Buckets, tables and streams, which are recognised by their names.

use serde_json::Value;

use super::{PairingContext, PairingRule};
use crate::{
    backend::construct_names::stream_stack,
    cloudformation::evaluate::same_value,
    refactor::{
        candidate::Candidate,
        identity::{category_stack, hash_of, nested_stack_hash, normalised, path_hash, without_hash},
    },
};

pub(super) static BUCKET: PairingRule = PairingRule {
    category: "storage",
    service: "S3",
    types: &["AWS::S3::Bucket"],
    attached_types: &[],
    source_keys: |context, bucket| source_keys(context, bucket, generated_bucket(context)),
    target_keys: |bucket| target_keys(bucket, hash_of(&bucket.id.logical_id)),
    essential: |bucket| bucket.id.logical_id == "S3Bucket",
    always_has_resources: true,
    sole_pair: true,
    incompatibility: |_, _| None,
    hint: |_| "Deploy a Gen 2 backend with defineStorage for this bucket.".into(),
};

pub(super) static TABLE: PairingRule = PairingRule {
    category: "storage",
    service: "DynamoDB",
    types: &["AWS::DynamoDB::Table"],
    attached_types: &[],
    source_keys: |context, table| source_keys(context, table, generated_table(context)),
    target_keys: |table| target_keys(table, hash_of(&table.id.logical_id)),
    essential: |table| table.id.logical_id == "DynamoDBTable",
    always_has_resources: true,
    sole_pair: true,
    incompatibility: key_difference,
    hint: |table| {
        format!(
            "Deploy a Gen 2 backend with a table for {} (same partition and sort key).",
            table.id.physical_id
        )
    },
};

pub(super) static STREAM: PairingRule = PairingRule {
    category: "analytics",
    service: "Kinesis",
    types: &["AWS::Kinesis::Stream"],
    attached_types: &[],
    source_keys: |context, stream| source_keys(context, stream, generated_stream(context)),
    // The stream's own id is always the same: its stack tells which one it is.
    target_keys: |stream| target_keys(stream, hash_of(&stream.nested_id)),
    essential: |stream| stream.id.logical_id == "KinesisStream",
    always_has_resources: true,
    sole_pair: true,
    incompatibility: |_, _| None,
    hint: |stream| format!("Deploy a Gen 2 backend with a stream for {}.", stream.id.physical_id),
};

fn generated_bucket(context: &PairingContext<'_>) -> Option<String> {
    let construct = context.constructs.buckets.get(&context.resource.id.name)?;
    Some(path_hash(&[construct, "Bucket", "Resource"]))
}

fn generated_table(context: &PairingContext<'_>) -> Option<String> {
    let construct = context.constructs.tables.get(&context.resource.id.name)?;
    Some(path_hash(&[construct, "Resource"]))
}

fn generated_stream(context: &PairingContext<'_>) -> Option<String> {
    let file = context.constructs.streams.get(&context.resource.id.name)?;
    Some(nested_stack_hash(&stream_stack(file)))
}

/// The construct that `generate` makes for it; then the deployed name, with and without environment, and the name of the
/// resource, of which none is better than the others: a table may be called as another resource is; then the same as CDK
/// normalises them.
fn source_keys(context: &PairingContext<'_>, source: &Candidate, generated: Option<String>) -> Vec<Vec<String>> {
    let physical = source.id.physical_id.as_str();
    // Some physical ids are ARNs.
    let physical = physical.rsplit('/').next().unwrap_or(physical);
    let without_environment = context
        .environment
        .and_then(|environment| physical.strip_suffix(&format!("-{environment}")));
    let resource = context.resource.id.name.as_str();
    let names = [Some(physical), without_environment, Some(resource)];
    let names = || names.iter().flatten();
    vec![
        generated.as_deref().map(constructed).into_iter().collect(),
        names().map(|name| exactly(name)).collect(),
        names().filter_map(|name| like(name)).collect(),
    ]
}

/// Every name that the resource has: property, friendly name (without branch), constructs, logical id, own stack.
fn target_keys(target: &Candidate, hash: Option<&str>) -> Vec<String> {
    let branch = target.tag("amplify:branch-name");
    let without_branch = |name: &str| {
        branch
            .and_then(|branch| name.strip_suffix(&format!("-{branch}")))
            .map(ToOwned::to_owned)
    };
    let mut names = Vec::new();
    for property in ["BucketName", "TableName", "Name"] {
        names.extend(target.text(property).map(ToOwned::to_owned));
    }
    names.extend(target.tag("amplify:friendly-name").map(ToOwned::to_owned));
    // First comes the root, then the nested stack; last `Resource`.
    names.extend(
        target
            .path
            .iter()
            .skip(2)
            .filter(|segment| *segment != "Resource" && *segment != "Bucket")
            .cloned(),
    );
    names.extend(without_hash(&target.id.logical_id).map(ToOwned::to_owned));
    for category in ["storage", "analytics"] {
        let own = category_stack(category, &target.nested_id).map(|stack| stack.name.to_owned());
        names.extend(own.filter(|name| !name.is_empty()));
    }
    let stripped: Vec<String> = names.iter().filter_map(|name| without_branch(name)).collect();
    names.extend(stripped);
    let exact = names.iter().map(|name| exactly(name));
    let alike = names.iter().filter_map(|name| like(name));
    hash.map(constructed).into_iter().chain(exact).chain(alike).collect()
}

/// By the hash of its path.
fn constructed(hash: &str) -> String {
    format!("constructed {hash}")
}

fn exactly(name: &str) -> String {
    format!("exactly {name}")
}

fn like(name: &str) -> Option<String> {
    let name = normalised(name);
    (!name.is_empty()).then(|| format!("like {name}"))
}

/// Keys of a table cannot be changed: a counterpart with other keys would replace it.
fn key_difference(source: &Candidate, target: &Candidate) -> Option<String> {
    let keys = |table: &Candidate| {
        let schema = table.properties.get("KeySchema")?.as_array()?;
        let typed = schema
            .iter()
            .map(|key| {
                let name = key.get("AttributeName").cloned().unwrap_or(Value::Null);
                let definition = table.properties.get("AttributeDefinitions").and_then(Value::as_array);
                let attribute_type = definition.into_iter().flatten().find(|attribute| {
                    attribute
                        .get("AttributeName")
                        .is_some_and(|defined| same_value(defined, &name))
                });
                serde_json::json!([
                    name,
                    key.get("KeyType"),
                    attribute_type.and_then(|found| found.get("AttributeType"))
                ])
            })
            .collect::<Vec<_>>();
        Some(Value::Array(typed))
    };
    let (source, target) = (keys(source)?, keys(target)?);
    (!same_value(&source, &target)).then(|| "KeySchema".into())
}
