use serde_json::{Map, Value, json};

use super::access::Access;
use crate::{
    backend::{construct_names::construct_id, finding::Severity, model::Bucket},
    generate::{
        context::Context,
        findings::Findings,
        reference::Referrer,
        tags::{self, TAGS},
        typescript::{Code, Statement, camel_case},
        wiring::EventKind,
    },
};

/// Set after the refactor.
const NOT_SET: [&str; 1] = ["BucketName"];

/// The properties of `defineStorage`.
pub(super) fn definition(
    context: &Context<'_>,
    bucket: &Bucket,
    is_default: Option<bool>,
    access: &Access<'_>,
    triggers: &[(EventKind, String)],
) -> Code {
    let mut properties = vec![("name", Code::text(construct_id("storage", &bucket.name)))];
    if let Some(is_default) = is_default {
        properties.push(("isDefault", Code::Boolean(is_default)));
    }
    if is_versioned(bucket) {
        properties.push(("versioned", Code::Boolean(true)));
    }
    properties.push(("keepOnDelete", Code::Boolean(true)));
    if !triggers.is_empty() {
        let entries = triggers.iter().filter_map(|(kind, identifier)| {
            let name = context
                .names
                .functions
                .values()
                .find(|name| name.identifier == *identifier)?;
            let module = format!("../function/{}/resource", name.folder);
            Some((kind.key(), Code::import(module, identifier)))
        });
        properties.push(("triggers", Code::object(entries)));
    }
    if let Some(callback) = access.callback() {
        properties.push(("access", callback));
    }
    Code::object(properties)
}

fn is_versioned(bucket: &Bucket) -> bool {
    bucket
        .properties
        .get("VersioningConfiguration")
        .is_some_and(|value| value["Status"] == "Enabled")
}

/// What Gen 2 makes of a bucket.
fn built_in(bucket: &Bucket) -> Map<String, Value> {
    let mut properties = Map::from_iter([(
        "CorsConfiguration".to_owned(),
        json!({ "CorsRules": [{
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
            "AllowedOrigins": ["*"],
            "ExposedHeaders": ["x-amz-server-side-encryption", "x-amz-request-id", "x-amz-id-2", "ETag"],
            "MaxAge": 3000,
        }] }),
    )]);
    if is_versioned(bucket) {
        properties.insert("VersioningConfiguration".to_owned(), json!({ "Status": "Enabled" }));
    }
    properties
}

/// Everything in which the bucket would differ from Gen 1.
pub(super) fn overrides(
    referrer: &mut Referrer<'_>,
    bucket: &Bucket,
    identifier: &str,
    findings: &mut Findings,
) -> Vec<Statement> {
    let target = construct(identifier);
    let built_in = built_in(bucket);
    let mut statements = Vec::new();
    for (property, value) in &bucket.properties {
        if NOT_SET.contains(&property.as_str()) || built_in.get(property) == Some(value) {
            continue;
        }
        let overriding = match property.as_str() {
            TAGS => tags::statements(&target, value, referrer),
            _ => referrer
                .property(property, value)
                .map(|code| vec![Statement::Assign(target.clone().member(camel_case(property)), code)]),
        };
        match overriding {
            Ok(overriding) => statements.extend(overriding),
            Err(unresolved) => findings.add(
                "bucket-property-unresolved",
                Severity::Manual,
                format!(
                    "{property} of bucket {} names {}, which has no counterpart in the generated backend",
                    bucket.name, unresolved.what
                ),
                &bucket.location,
                "Set the property in amplify/storage/overrides.ts.",
            ),
        }
    }
    if bucket.tells_event_bridge {
        let construct = Code::name("backend").member(identifier).path(&["resources", "bucket"]);
        statements.push(Statement::Expression(
            construct.method("enableEventBridgeNotification", vec![]),
        ));
    }
    for property in built_in.keys() {
        if !bucket.properties.contains_key(property) {
            statements.push(Statement::Assign(
                target.clone().member(camel_case(property)),
                Code::Undefined,
            ));
        }
    }
    statements
}

/// The name that the moved bucket bears.
pub(super) fn post_refactor(bucket: &Bucket, identifier: &str) -> Option<Statement> {
    let name = bucket.bucket_name.as_deref()?;
    Some(Statement::Assign(
        construct(identifier).member("bucketName"),
        Code::text(name),
    ))
}

fn construct(identifier: &str) -> Code {
    Code::name("backend")
        .member(identifier)
        .path(&["resources", "cfnResources", "cfnBucket"])
}
