//! What a change of a property does to the resource, for the types that a refactor moves.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

/// What happens to a resource when a property changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateBehaviour {
    /// It is changed in place.
    InPlace,
    /// It is not known: the type or the property is not in the table. Never to be taken for harmless.
    Unknown,
    /// It is replaced depending on the values, or the service refuses the change.
    MayReplace,
    /// It is replaced.
    Replace,
}

#[derive(Deserialize)]
struct Table {
    types: IndexMap<String, ResourceType>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceType {
    replace: Vec<String>,
    may_replace: Vec<String>,
    properties: Vec<String>,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/update-behaviour.json")).ok());

/// What a change of a top-level property of a type does.
pub fn update_behaviour(resource_type: &str, property: &str) -> UpdateBehaviour {
    let Some(known) = TABLE.as_ref().and_then(|table| table.types.get(resource_type)) else {
        return UpdateBehaviour::Unknown;
    };
    let is_in = |names: &[String]| names.iter().any(|name| name == property);
    if is_in(&known.replace) {
        UpdateBehaviour::Replace
    } else if is_in(&known.may_replace) {
        UpdateBehaviour::MayReplace
    } else if is_in(&known.properties) {
        UpdateBehaviour::InPlace
    } else {
        UpdateBehaviour::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_of_moved_resources_replace() {
        for (resource_type, property, expected) in [
            ("AWS::S3::Bucket", "BucketName", UpdateBehaviour::Replace),
            ("AWS::DynamoDB::Table", "TableName", UpdateBehaviour::Replace),
            ("AWS::DynamoDB::Table", "KeySchema", UpdateBehaviour::MayReplace),
            (
                "AWS::DynamoDB::Table",
                "LocalSecondaryIndexes",
                UpdateBehaviour::MayReplace,
            ),
            ("AWS::Kinesis::Stream", "Name", UpdateBehaviour::Replace),
            (
                "AWS::Cognito::UserPoolClient",
                "GenerateSecret",
                UpdateBehaviour::Replace,
            ),
            ("AWS::Cognito::UserPoolGroup", "GroupName", UpdateBehaviour::Replace),
            (
                "AWS::Cognito::UserPool",
                "UsernameAttributes",
                UpdateBehaviour::MayReplace,
            ),
            ("AWS::Cognito::UserPool", "UserPoolName", UpdateBehaviour::InPlace),
            ("AWS::Cognito::UserPool", "NotAProperty", UpdateBehaviour::Unknown),
            ("AWS::Unknown::Type", "Name", UpdateBehaviour::Unknown),
        ] {
            assert_eq!(
                update_behaviour(resource_type, property),
                expected,
                "{resource_type} {property}"
            );
        }
    }
}
