//! What a difference does to the resource.

use serde_json::{Map, Value};

use super::comparable::is_standard_attribute;
use crate::{
    cloudformation::{
        SettingDifference, UpdateBehaviour,
        evaluate::{is_literal, same_value},
        is_write_only, update_behaviour, update_note,
    },
    plan::ChangeEffect,
};

/// All properties of a resource now and after the next deployment, in comparable form.
pub(super) struct Comparison<'c> {
    pub(super) resource_type: &'c str,
    pub(super) before: &'c Map<String, Value>,
    pub(super) after: &'c Map<String, Value>,
}

type Outcome = (ChangeEffect, Option<String>);

impl Comparison<'_> {
    /// What it does when this setting changes, and why.
    pub(super) fn effect(&self, difference: &SettingDifference) -> Outcome {
        let (effect, note) = self.known_effect(difference);
        let is_known = |value: Option<&Value>| value.is_none_or(is_literal);
        if effect >= ChangeEffect::Refused
            && !(is_known(difference.left.as_ref()) && is_known(difference.right.as_ref()))
        {
            return (
                ChangeEffect::Unknown,
                Some(
                    "the value is only known when it is deployed, and a change of this property costs the resource"
                        .into(),
                ),
            );
        }
        (effect, note)
    }

    fn known_effect(&self, difference: &SettingDifference) -> Outcome {
        let path: Vec<&str> = difference.path.iter().map(String::as_str).collect();
        let Some((property, below)) = path.split_first() else {
            return (ChangeEffect::Unknown, None);
        };
        let special = match (self.resource_type, *property) {
            ("AWS::Cognito::UserPool", "Schema") => below.first().map(|name| self.attribute(name, below, difference)),
            ("AWS::Cognito::UserPool", "DeletionProtection") => Some(protection(
                difference.right.as_ref().is_some_and(|value| value == "ACTIVE"),
            )),
            ("AWS::DynamoDB::Table", "DeletionProtectionEnabled") => {
                let is_on = difference
                    .right
                    .as_ref()
                    .is_some_and(|value| same_value(value, &true.into()));
                Some(protection(is_on))
            }
            ("AWS::DynamoDB::Table", "KeySchema") => {
                Some((ChangeEffect::Replace, Some("the keys of a table are fixed".into())))
            }
            ("AWS::DynamoDB::Table", "AttributeDefinitions") => {
                below.first().map(|name| self.key_attribute(name, difference))
            }
            ("AWS::DynamoDB::Table", "GlobalSecondaryIndexes") => Some(self.index(below)),
            ("AWS::Cognito::UserPoolClient", _) if is_extended(difference) => {
                Some((ChangeEffect::Harmless, Some("more is allowed than before".into())))
            }
            (_, property) if property.ends_with("Tags") => Some(tag(below, difference)),
            _ => None,
        };
        special.unwrap_or_else(|| self.by_schema(property))
    }

    /// What CloudFormation's schema and the service's documentation say of a top-level property.
    fn by_schema(&self, property: &str) -> Outcome {
        let note = update_note(self.resource_type, property).map(ToOwned::to_owned);
        match update_behaviour(self.resource_type, property) {
            UpdateBehaviour::InPlace => {
                let note = is_write_only(self.resource_type, property)
                    .then(|| "the service does not tell its value, so what is live cannot be compared".to_owned());
                (ChangeEffect::Harmless, note)
            }
            UpdateBehaviour::Interrupt => (ChangeEffect::Interrupt, note),
            UpdateBehaviour::Unknown => (
                ChangeEffect::Unknown,
                Some("the table of CloudFormation's schemas does not have this property".into()),
            ),
            UpdateBehaviour::Refused => (ChangeEffect::Refused, note),
            UpdateBehaviour::MayReplace | UpdateBehaviour::Replace => (
                ChangeEffect::Replace,
                Some("a new, empty resource is made, and the app uses that one".into()),
            ),
        }
    }

    /// An attribute of users: more can be added, for ever; none can be changed or removed, and none can become required.
    fn attribute(&self, name: &str, below: &[&str], difference: &SettingDifference) -> Outcome {
        let is_new = below.len() == 1 && difference.left.is_none();
        let is_required = difference
            .right
            .as_ref()
            .and_then(|attribute| attribute.get("Required"))
            .is_some_and(|required| same_value(required, &true.into()));
        if is_new && !is_standard_attribute(name) && !is_required {
            return (
                ChangeEffect::Harmless,
                Some("the attribute is added, and can never be removed".into()),
            );
        }
        self.by_schema("Schema")
    }

    /// The type of an attribute of a table. One that is in no key of the table belongs to an index, and comes or goes with it.
    fn key_attribute(&self, name: &str, difference: &SettingDifference) -> Outcome {
        if difference.left.is_none() || difference.right.is_none() {
            return (ChangeEffect::Harmless, Some("it comes or goes with an index".into()));
        }
        let is_key = |properties: &Map<String, Value>| {
            let keys = properties.get("KeySchema").and_then(Value::as_object);
            keys.is_some_and(|keys| keys.values().any(|key| key == name))
        };
        if is_key(self.before) || is_key(self.after) {
            (ChangeEffect::Replace, Some("the keys of a table are fixed".into()))
        } else {
            (ChangeEffect::Refused, Some("the keys of an index are fixed".into()))
        }
    }

    /// One index may be made or removed in an update, and none changed but for its capacity.
    fn index(&self, below: &[&str]) -> Outcome {
        let indexes = |properties: &Map<String, Value>| -> Vec<String> {
            properties
                .get("GlobalSecondaryIndexes")
                .and_then(Value::as_object)
                .map(|indexes| indexes.keys().cloned().collect())
                .unwrap_or_default()
        };
        let (before, after) = (indexes(self.before), indexes(self.after));
        let changed = before.iter().filter(|name| !after.contains(name)).count()
            + after.iter().filter(|name| !before.contains(name)).count();
        let stays = below.first().is_some_and(|name| {
            [&before, &after]
                .iter()
                .all(|names| names.iter().any(|one| one == name))
        });
        let note = |text: &str| Some(text.to_owned());
        match below.get(1) {
            Some(&"ProvisionedThroughput" | &"OnDemandThroughput" | &"WarmThroughput") => {
                (ChangeEffect::Interrupt, note("requests above the capacity are refused"))
            }
            _ if stays => (
                ChangeEffect::Refused,
                note("keys and projection of an index are fixed; give it another name"),
            ),
            _ if changed > 1 => (
                ChangeEffect::Refused,
                note("DynamoDB makes or removes one index in each update"),
            ),
            _ => self.by_schema("GlobalSecondaryIndexes"),
        }
    }
}

fn protection(is_on: bool) -> Outcome {
    if is_on {
        (ChangeEffect::Harmless, Some("it is protected from deletion".into()))
    } else {
        (
            ChangeEffect::Unprotected,
            Some("it is not protected from deletion any more".into()),
        )
    }
}

fn tag(below: &[&str], difference: &SettingDifference) -> Outcome {
    let is_on = difference
        .right
        .as_ref()
        .is_some_and(|value| same_value(value, &true.into()));
    if below == ["aws-cdk:auto-delete-objects"] && is_on {
        return (
            ChangeEffect::Unprotected,
            Some("the bucket is emptied when its stack is deleted".into()),
        );
    }
    (ChangeEffect::Harmless, None)
}

/// A list of what is allowed that has everything it had before.
fn is_extended(difference: &SettingDifference) -> bool {
    match (&difference.left, &difference.right) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => before.iter().all(|one| after.contains(one)),
        _ => false,
    }
}
