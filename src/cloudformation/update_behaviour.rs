//! What a change of a property does to the resource, for the types that a refactor moves.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

/// What happens to a resource when a property changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateBehaviour {
    /// It is changed in place, and nobody notices.
    InPlace,
    /// It is changed in place, and its users notice.
    Interrupt,
    /// It is not known: the type or the property is not in the table. Never to be taken for harmless.
    Unknown,
    /// The service refuses the change, so that the deployment fails, or the resource is replaced.
    Refused,
    /// It is replaced depending on the values.
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
    refused: IndexMap<String, String>,
    interrupt: IndexMap<String, String>,
    write_only: Vec<String>,
    properties: Vec<String>,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/update-behaviour.json")).ok());

fn known(resource_type: &str) -> Option<&'static ResourceType> {
    TABLE.as_ref()?.types.get(resource_type)
}

/// What a change of a top-level property of a type does.
pub fn update_behaviour(resource_type: &str, property: &str) -> UpdateBehaviour {
    let Some(known) = known(resource_type) else {
        return UpdateBehaviour::Unknown;
    };
    let is_in = |names: &[String]| names.iter().any(|name| name == property);
    if is_in(&known.replace) {
        UpdateBehaviour::Replace
    } else if is_in(&known.may_replace) {
        UpdateBehaviour::MayReplace
    } else if known.refused.contains_key(property) {
        UpdateBehaviour::Refused
    } else if known.interrupt.contains_key(property) {
        UpdateBehaviour::Interrupt
    } else if is_in(&known.properties) {
        UpdateBehaviour::InPlace
    } else {
        UpdateBehaviour::Unknown
    }
}

/// Why a change of the property is refused, or what its users notice.
pub fn update_note(resource_type: &str, property: &str) -> Option<&'static str> {
    let known = known(resource_type)?;
    let note = known.refused.get(property).or_else(|| known.interrupt.get(property))?;
    Some(note)
}

/// The service does not tell the value of the property, so that nobody can compare what is live with a template.
pub fn is_write_only(resource_type: &str, property: &str) -> bool {
    known(resource_type).is_some_and(|known| known.write_only.iter().any(|name| name == property))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_of_moved_resources_replace() {
        use UpdateBehaviour::{InPlace, Interrupt, MayReplace, Refused, Replace, Unknown};
        for (resource_type, property, expected) in [
            ("AWS::S3::Bucket", "BucketName", Replace),
            ("AWS::S3::Bucket", "CorsConfiguration", Interrupt),
            ("AWS::DynamoDB::Table", "TableName", Replace),
            ("AWS::DynamoDB::Table", "KeySchema", MayReplace),
            ("AWS::DynamoDB::Table", "LocalSecondaryIndexes", Refused),
            ("AWS::Kinesis::Stream", "Name", Replace),
            ("AWS::Cognito::UserPoolClient", "GenerateSecret", Replace),
            ("AWS::Cognito::UserPoolClient", "UserPoolId", Replace),
            ("AWS::Cognito::UserPoolGroup", "GroupName", Replace),
            ("AWS::Cognito::UserPoolDomain", "Domain", Replace),
            ("AWS::Cognito::UserPoolIdentityProvider", "ProviderType", Replace),
            ("AWS::Cognito::UserPoolResourceServer", "Identifier", Replace),
            ("AWS::Cognito::UserPool", "UsernameAttributes", Refused),
            ("AWS::Cognito::UserPool", "Schema", Refused),
            ("AWS::Cognito::UserPool", "LambdaConfig", Interrupt),
            ("AWS::Cognito::UserPool", "UserPoolName", InPlace),
            ("AWS::Cognito::UserPool", "NotAProperty", Unknown),
            ("AWS::Unknown::Type", "Name", Unknown),
            ("AWS::SQS::Queue", "QueueName", Replace),
        ] {
            assert_eq!(
                update_behaviour(resource_type, property),
                expected,
                "{resource_type} {property}"
            );
        }
    }

    #[test]
    fn what_is_named_by_hand_is_a_property_of_its_type_and_has_a_reason() {
        for (name, known) in &TABLE.as_ref().unwrap().types {
            for (property, note) in known.refused.iter().chain(&known.interrupt) {
                assert!(known.properties.contains(property), "{name} {property}");
                assert_eq!(update_note(name, property), Some(note.as_str()));
                assert!(!note.is_empty());
            }
        }
        assert_eq!(update_note("AWS::Cognito::UserPool", "UserPoolName"), None);
        assert!(is_write_only("AWS::S3::Bucket", "AccessControl"));
        assert!(!is_write_only("AWS::S3::Bucket", "BucketName"));
    }
}
