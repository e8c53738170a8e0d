//! What keeps a resource alive when its stack or its definition goes, written into a template and taken out again.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    cloud::{Change, ChangeSet},
    cloudformation::Template,
    deployment::StackResource,
};

pub(super) const TABLE: &str = "AWS::DynamoDB::Table";
pub(super) const USER_POOL: &str = "AWS::Cognito::UserPool";

/// Types whose deletion loses data, identities or names that cannot be had again. (`Custom::S3AutoDeleteObjects` holds no
/// data, but its deletion empties a bucket.)
const STATEFUL_TYPES: &[&str] = &[
    "AWS::Backup::BackupVault",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    USER_POOL,
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolIdentityProvider",
    "AWS::DocDB::DBCluster",
    "AWS::DocDB::DBInstance",
    "AWS::DynamoDB::GlobalTable",
    TABLE,
    "AWS::EC2::Volume",
    "AWS::EFS::FileSystem",
    "AWS::EMR::Cluster",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Location::GeofenceCollection",
    "AWS::Location::Tracker",
    "AWS::Logs::LogGroup",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::OpenSearchService::Domain",
    "AWS::Organizations::Account",
    "AWS::Pinpoint::App",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
    "AWS::SDB::Domain",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "Custom::S3AutoDeleteObjects",
];

/// Custom resources of the Amplify CLI whose deletion takes the domain and the identity providers of the user pool along.
const STATEFUL_LOGICAL_IDS: &[&str] = &["HostedUICustomResourceInputs", "HostedUIProvidersCustomResourceInputs"];

/// The resource must survive whatever happens to its stack.
pub(super) fn is_stateful(logical_id: &str, resource: &StackResource) -> bool {
    is_stateful_type(logical_id, &resource.resource_type)
}

/// The same, by type.
pub(super) fn is_stateful_type(logical_id: &str, resource_type: &str) -> bool {
    STATEFUL_TYPES.contains(&resource_type) || STATEFUL_LOGICAL_IDS.contains(&logical_id)
}

/// Where protection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Attribute {
    /// What happens when the resource leaves the template, or the stack is deleted.
    DeletionPolicy,
    /// What happens to the old one when the resource is replaced.
    UpdateReplacePolicy,
    /// The table's own protection, a property.
    DeletionProtectionEnabled,
}

impl Attribute {
    fn name(self) -> &'static str {
        match self {
            Self::DeletionPolicy => "DeletionPolicy",
            Self::UpdateReplacePolicy => "UpdateReplacePolicy",
            Self::DeletionProtectionEnabled => "DeletionProtectionEnabled",
        }
    }

    fn protecting_value(self) -> Value {
        match self {
            Self::DeletionPolicy | Self::UpdateReplacePolicy => "Retain".into(),
            Self::DeletionProtectionEnabled => true.into(),
        }
    }

    /// The object of a resource that holds the attribute.
    fn holder(self, definition: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
        match self {
            Self::DeletionPolicy | Self::UpdateReplacePolicy => Some(definition),
            Self::DeletionProtectionEnabled => definition.get_mut("Properties")?.as_object_mut(),
        }
    }

    fn of_type(resource_type: &str) -> &'static [Self] {
        if resource_type == TABLE {
            &[
                Self::DeletionPolicy,
                Self::UpdateReplacePolicy,
                Self::DeletionProtectionEnabled,
            ]
        } else {
            &[Self::DeletionPolicy, Self::UpdateReplacePolicy]
        }
    }
}

/// An attribute that protects, and what stood in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttributeChange {
    pub(super) logical_id: String,
    pub(super) attribute: Attribute,
    /// Value before; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Value>,
}

/// The template with every stateful resource that exists protected, and what was changed for that.
pub(super) fn protect(
    template: &Template,
    resources: &IndexMap<String, StackResource>,
) -> (Template, Vec<AttributeChange>) {
    let mut protected = template.clone();
    let mut changes = Vec::new();
    for (logical_id, resource) in resources {
        if resource.physical_id.is_none() || !is_stateful(logical_id, resource) {
            continue;
        }
        for attribute in Attribute::of_type(&resource.resource_type) {
            let Some(holder) =
                definition(&mut protected, logical_id).and_then(|definition| attribute.holder(definition))
            else {
                continue;
            };
            let before = holder.get(attribute.name()).cloned();
            if before.as_ref().is_some_and(|before| is_protecting(*attribute, before)) {
                continue;
            }
            holder.insert(attribute.name().to_owned(), attribute.protecting_value());
            changes.push(AttributeChange {
                logical_id: logical_id.clone(),
                attribute: *attribute,
                before,
            });
        }
    }
    (protected, changes)
}

/// The template with what stood there before protection, and the changes that this takes. An attribute that somebody has
/// given another value meanwhile is left alone.
pub(super) fn unprotect(template: &Template, changes: &[AttributeChange]) -> (Template, Vec<AttributeChange>) {
    let mut restored = template.clone();
    let mut made = Vec::new();
    for change in changes {
        let Some(holder) =
            definition(&mut restored, &change.logical_id).and_then(|definition| change.attribute.holder(definition))
        else {
            continue;
        };
        let name = change.attribute.name();
        if !holder
            .get(name)
            .is_some_and(|value| is_protecting(change.attribute, value))
        {
            continue;
        }
        match &change.before {
            Some(before) => holder.insert(name.to_owned(), before.clone()),
            None => holder.shift_remove(name),
        };
        made.push(change.clone());
    }
    (restored, made)
}

/// Stateful resources that exist and that the template does not write out, so that they cannot be protected in it.
pub(super) fn beyond_template(template: &Template, resources: &IndexMap<String, StackResource>) -> Vec<String> {
    resources
        .iter()
        .filter(|(logical_id, resource)| is_stateful(logical_id, resource) && template.resource(logical_id).is_none())
        .map(|(logical_id, _)| logical_id.clone())
        .collect()
}

/// Changes of a change set that go beyond the given attributes, one sentence each.
pub(super) fn unexpected_changes(
    change_set: &ChangeSet,
    expected: &[AttributeChange],
    protecting: bool,
) -> Vec<String> {
    let touched: BTreeSet<&str> = expected.iter().map(|change| change.logical_id.as_str()).collect();
    change_set
        .changes
        .iter()
        .filter_map(|change| objection(change, expected, &touched, protecting))
        .collect()
}

/// Why a change must not be made.
fn objection(
    change: &Change,
    expected: &[AttributeChange],
    touched: &BTreeSet<&str>,
    protecting: bool,
) -> Option<String> {
    let named = format!("{} ({})", change.logical_id, change.resource_type);
    if change.action != "Modify" {
        return Some(format!("{} {named}", change.action));
    }
    if change.replacement.as_deref() == Some("True") {
        return Some(format!("replacement of {named}"));
    }
    if change.details.is_empty() {
        return Some(format!("{named}, without saying what"));
    }
    // What depends on an attribute of a changed resource is listed as well, although no attribute of it changes: neither
    // a policy nor the protection of a table has any effect on ARNs and names.
    let depends_only = change.details.iter().all(|detail| {
        detail.evaluation.as_deref() == Some("Dynamic")
            && matches!(
                detail.change_source.as_deref(),
                Some("ResourceAttribute" | "ResourceReference")
            )
    });
    if depends_only && !touched.contains(change.logical_id.as_str()) {
        let stateful = STATEFUL_TYPES.contains(&change.resource_type.as_str());
        let replaced = change
            .replacement
            .as_deref()
            .is_some_and(|replacement| replacement != "False");
        return (stateful && replaced).then(|| format!("possible replacement of {named}"));
    }
    for detail in &change.details {
        let name = match detail.attribute.as_str() {
            "Properties" => detail.name.as_deref().unwrap_or("an unnamed property"),
            attribute => attribute,
        };
        let wanted = expected
            .iter()
            .find(|wanted| wanted.logical_id == change.logical_id && wanted.attribute.name() == name);
        let Some(wanted) = wanted else {
            return Some(format!("{name} of {named}"));
        };
        if detail
            .requires_recreation
            .as_deref()
            .is_some_and(|needed| needed != "Never")
        {
            return Some(format!("{name} of {named}, which may replace it"));
        }
        if let (true, Some(after)) = (protecting, &detail.after) {
            let value = Value::String(after.trim_matches('"').to_owned());
            if !is_protecting(wanted.attribute, &value) {
                return Some(format!("{name} of {named} to {after}"));
            }
        }
    }
    None
}

fn is_protecting(attribute: Attribute, value: &Value) -> bool {
    match (attribute, value) {
        (Attribute::DeletionProtectionEnabled, Value::String(text)) => text.eq_ignore_ascii_case("true"),
        (attribute, value) => *value == attribute.protecting_value(),
    }
}

fn definition<'a>(template: &'a mut Template, logical_id: &str) -> Option<&'a mut Map<String, Value>> {
    template
        .document_mut()
        .get_mut("Resources")?
        .get_mut(logical_id)?
        .as_object_mut()
}
