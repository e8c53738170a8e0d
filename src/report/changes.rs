//! What the first Gen 2 deployment after the refactor changes about the resources that were moved. The generated code gives
//! them the settings that they have; what it cannot keep, because it belongs to Gen 1's own functions, roles and addresses,
//! is here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ReportInput;
use crate::backend::model::{Auth, Bucket, Category, FeatureKind, ResourceId, Trigger};

/// A setting of a moved resource that Gen 2 changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportChange {
    /// The Gen 1 resource, `category/name`.
    pub resource: String,
    /// CloudFormation type of what is changed.
    pub resource_type: String,
    /// CloudFormation property.
    pub property: String,
    /// What it is in Gen 1, in words.
    pub gen1: String,
    /// What it becomes, in words.
    pub gen2: String,
}

/// None of these properties replaces a resource or interrupts it.
pub(super) fn changes(input: ReportInput<'_>) -> Vec<ReportChange> {
    let backend = input.backend;
    let own = backend.auth.iter().filter(|auth| auth.imported.is_none());
    let mut changes: Vec<ReportChange> = own.flat_map(|auth| of_auth(input, auth)).collect();
    for bucket in backend.buckets.iter().filter(|bucket| !bucket.imported) {
        changes.extend(of_bucket(input, bucket));
    }
    for table in backend.tables.iter().filter(|table| !table.imported) {
        let id = ResourceId::new(Category::storage(), &table.name);
        changes.push(tags(&id, "AWS::DynamoDB::Table", "Tags"));
    }
    if let Some(data) = backend.data.as_ref().filter(|data| !data.models.is_empty()) {
        changes.push(ReportChange {
            resource: ResourceId::new(Category::api(), &data.name).to_string(),
            resource_type: "AWS::DynamoDB::Table".to_owned(),
            property: "DeletionProtectionEnabled".to_owned(),
            gen1: "as it is".to_owned(),
            gen2: "on, for the tables of all models".to_owned(),
        });
    }
    for stream in &backend.streams {
        let id = ResourceId::new(Category::analytics(), &stream.name);
        changes.push(tags(&id, "AWS::Kinesis::Stream", "Tags"));
    }
    changes
}

fn of_auth(input: ReportInput<'_>, auth: &Auth) -> Vec<ReportChange> {
    let id = ResourceId::new(Category::auth(), &auth.name);
    let change = |resource_type: &str, property: &str, gen1: String, gen2: String| ReportChange {
        resource: id.to_string(),
        resource_type: resource_type.to_owned(),
        property: property.to_owned(),
        gen1,
        gen2,
    };
    let features = &input.backend.features;
    let mut changes = Vec::new();
    if auth.user_pool.is_some() {
        changes.push(tags(&id, "AWS::Cognito::UserPool", "UserPoolTags"));
    }
    for trigger in &auth.triggers {
        changes.push(change(
            "AWS::Cognito::UserPool",
            &format!("LambdaConfig.{}", trigger.event),
            format!("function {} of Gen 1", trigger.function),
            format!("function {} of Gen 2", trigger.function),
        ));
    }
    let hosted_ui = features.iter().any(|feature| feature.kind == FeatureKind::AuthOauth);
    let address = input.backend.app.hosting_address(input.branch);
    if let Some(address) = address.filter(|_| hosted_ui) {
        for property in ["CallbackURLs", "LogoutURLs"] {
            if redirects(auth, property).contains(&address) {
                continue;
            }
            changes.push(change(
                "AWS::Cognito::UserPoolClient",
                property,
                "the addresses of Gen 1".to_owned(),
                format!("these, and {address}"),
            ));
        }
    }
    if auth.identity_pool.is_some() {
        changes.push(tags(&id, "AWS::Cognito::IdentityPool", "IdentityPoolTags"));
        changes.push(change(
            "AWS::Cognito::IdentityPoolRoleAttachment",
            "Roles",
            "the roles of Gen 1".to_owned(),
            "the roles of Gen 2, with the permissions compared above".to_owned(),
        ));
    }
    for group in &auth.groups {
        changes.push(change(
            "AWS::Cognito::UserPoolGroup",
            "RoleArn",
            format!("the role of group {} in Gen 1", group.name),
            "its role in Gen 2, with the permissions compared above".to_owned(),
        ));
    }
    changes
}

/// Addresses that Gen 1 redirects to, from the template or, where the CLI set them itself, from the wizard's file.
fn redirects(auth: &Auth, property: &str) -> Vec<String> {
    let wizard: Value = match auth.cognito_config.get("oAuthMetadata") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    let client = auth.web_client.as_ref();
    let own = client.and_then(|client| client.properties.get(property));
    let urls = own.or_else(|| wizard.get(property)).and_then(Value::as_array);
    let texts = urls.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn of_bucket(input: ReportInput<'_>, bucket: &Bucket) -> Vec<ReportChange> {
    let id = ResourceId::new(Category::storage(), &bucket.name);
    let functions: Vec<&str> = input
        .backend
        .triggers
        .iter()
        .filter_map(|trigger| match trigger {
            Trigger::Bucket {
                bucket: of, function, ..
            } if *of == bucket.name => Some(function.as_str()),
            _ => None,
        })
        .collect();
    let mut changes = vec![tags(&id, "AWS::S3::Bucket", "Tags")];
    if !functions.is_empty() {
        changes.push(ReportChange {
            resource: id.to_string(),
            resource_type: "AWS::S3::Bucket".to_owned(),
            property: "NotificationConfiguration".to_owned(),
            gen1: format!("starts {} of Gen 1", functions.join(", ")),
            gen2: format!("starts {} of Gen 2", functions.join(", ")),
        });
    }
    changes
}

fn tags(id: &ResourceId, resource_type: &str, property: &str) -> ReportChange {
    ReportChange {
        resource: id.to_string(),
        resource_type: resource_type.to_owned(),
        property: property.to_owned(),
        gen1: "your tags".to_owned(),
        gen2: "these, and Amplify's tags for the Gen 2 branch".to_owned(),
    }
}
