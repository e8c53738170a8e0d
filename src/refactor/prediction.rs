//! What the next deployment of Gen 2 will do to the resources that move.
//!
//! After the refactor the Gen 2 stack has the definitions of Gen 1, literally. The next deployment submits the definitions
//! of the Gen 2 code again, which are the ones that are deployed now; wherever they name Gen 2's own resources they will
//! mean the resources that took their place. What differs then is changed, refused or replaced, by rules that
//! CloudFormation's schemas and the services tell.

mod comparable;
mod effect;

use serde_json::{Map, Value};

use super::{candidate::Candidate, inventory};
use crate::{
    backend::finding::Finding,
    cloudformation::{SettingDifference, setting_differences},
    plan::{ChangeEffect, PredictedChange},
};
use comparable::comparable;
use effect::Comparison;

/// A Gen 1 resource and the Gen 2 resource whose definition it gets.
#[derive(Clone, Debug)]
pub(super) struct Successor {
    /// For people, for example `auth/myapp (Cognito)`.
    pub(super) group: String,
    /// The Gen 1 resource.
    pub(super) source: Candidate,
    /// The Gen 2 resource.
    pub(super) target: Candidate,
}

/// What the next deployment changes, the weightiest of a resource first. `superseded` has physical ids of Gen 2's own
/// resources, each with that of the resource that has taken its place already.
pub(super) fn predict(successors: &[Successor], superseded: &[(String, String)]) -> Vec<PredictedChange> {
    let renamed = Renamed::of(successors, superseded);
    let mut changes: Vec<PredictedChange> = Vec::new();
    // What an earlier run released has been predicted by that run.
    for successor in successors.iter().filter(|successor| !successor.target.is_partial) {
        let mut of_one = changes_of(successor, &renamed);
        of_one.sort_by_key(|change| std::cmp::Reverse(change.effect));
        changes.extend(of_one);
    }
    changes
}

/// Findings about the changes that ask for something, one for each resource and kind.
pub(super) fn findings(changes: &[PredictedChange]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for change in changes {
        let resource = (change.stack.as_str(), change.logical_id.as_str());
        if seen.contains(&resource) {
            continue;
        }
        seen.push(resource);
        let of_one: Vec<&PredictedChange> = changes
            .iter()
            .filter(|other| (other.stack.as_str(), other.logical_id.as_str()) == resource)
            .collect();
        let properties = |wanted: &dyn Fn(&PredictedChange) -> bool| -> Vec<String> {
            of_one
                .iter()
                .filter(|change| wanted(change))
                .map(|change| described(change))
                .collect()
        };
        let avoided = properties(&|change| change.effect >= ChangeEffect::Refused && change.avoided_by_post_refactor);
        let unprotected = properties(&|change| change.effect == ChangeEffect::Unprotected);
        let unknown = properties(&|change| change.effect == ChangeEffect::Unknown);
        let interrupting = properties(&|change| change.effect == ChangeEffect::Interrupt);
        if !avoided.is_empty() {
            findings.push(inventory::needs_post_refactor(change, &avoided));
        }
        if !unprotected.is_empty() {
            findings.push(inventory::loses_protection(change, &unprotected));
        }
        if !unknown.is_empty() {
            findings.push(inventory::unknown_changes(change, &unknown));
        }
        if !interrupting.is_empty() {
            findings.push(inventory::noticed_changes(change, &interrupting));
        }
    }
    findings
}

/// `BucketName: a -> b`
pub(super) fn described(change: &PredictedChange) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".into());
    format!(
        "{}: {} -> {}",
        change.property,
        shown(&change.before),
        shown(&change.after)
    )
}

fn changes_of(successor: &Successor, renamed: &Renamed) -> Vec<PredictedChange> {
    let Successor { group, source, target } = successor;
    let resource_type = source.id.resource_type.as_str();
    let before = comparable(resource_type, &source.properties);
    let after = comparable(resource_type, &renamed.properties(resource_type, &target.properties));
    let comparison = Comparison {
        resource_type,
        before: &before,
        after: &after,
    };
    let change = |property: String, before, after| PredictedChange {
        group: group.clone(),
        resource_type: resource_type.into(),
        physical_id: source.id.physical_id.clone(),
        stack: target.id.stack.clone(),
        logical_id: target.id.logical_id.clone(),
        property,
        before,
        after,
        effect: ChangeEffect::Unprotected,
        avoided_by_post_refactor: false,
        note: None,
    };
    let mut changes: Vec<PredictedChange> = setting_differences(&before, &after)
        .into_iter()
        .map(|difference| {
            let (effect, note) = comparison.effect(&difference);
            let SettingDifference { path, left, right } = difference;
            let shown = |value: Option<Value>| value.map(|value| shown(&path, &value));
            PredictedChange {
                effect,
                avoided_by_post_refactor: left.is_some() && is_name(resource_type, &path),
                note,
                ..change(path.join("."), shown(left), shown(right))
            }
        })
        .collect();
    for (policy, value) in [
        ("DeletionPolicy", &target.deletion_policy),
        ("UpdateReplacePolicy", &target.update_replace_policy),
    ] {
        let value = value.as_deref().unwrap_or("Delete");
        if !value.starts_with("Retain") {
            changes.push(PredictedChange {
                note: Some("the resource goes with its stack, or when it is replaced".into()),
                ..change(policy.into(), Some("Retain".into()), Some(value.into()))
            });
        }
    }
    changes
}

/// Names that the generated backend gives to the moved resources in `postRefactor()`.
fn is_name(resource_type: &str, path: &[String]) -> bool {
    let [property] = path else { return false };
    name_property(resource_type).is_some_and(|name| name == property)
}

fn name_property(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        "AWS::S3::Bucket" => "BucketName",
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::Kinesis::Stream" => "Name",
        "AWS::Cognito::UserPool" => "UserPoolName",
        "AWS::Cognito::UserPoolClient" => "ClientName",
        "AWS::Cognito::IdentityPool" => "IdentityPoolName",
        "AWS::Cognito::UserPoolDomain" => "Domain",
        _ => return None,
    })
}

/// Longest text of a value.
const LONGEST: usize = 160;

fn shown(path: &[String], value: &Value) -> String {
    let text = match without_secrets(path.last().map_or("", String::as_str), value) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

fn without_secrets(name: &str, value: &Value) -> Value {
    const SECRETS: [&str; 6] = [
        "clientsecret",
        "privatekey",
        "secretstring",
        "masteruserpassword",
        "password",
        "apikey",
    ];
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    if SECRETS.contains(&plain.as_str()) {
        return "(secret)".into();
    }
    match value {
        Value::Array(items) => items.iter().map(|item| without_secrets("", item)).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), without_secrets(name, value)))
            .collect(),
        scalar => scalar.clone(),
    }
}

/// Physical ids of Gen 2's own resources, and those of the resources that take their place.
struct Renamed {
    ids: Vec<(String, String)>,
}

impl Renamed {
    fn of(successors: &[Successor], superseded: &[(String, String)]) -> Self {
        let moving: Vec<(String, String)> = successors
            .iter()
            .map(|successor| {
                (
                    successor.target.id.physical_id.clone(),
                    successor.source.id.physical_id.clone(),
                )
            })
            .collect();
        // What is there now may give its place up in its turn.
        let moved = superseded.iter().map(|(own, now)| {
            let next = moving.iter().find(|(target, _)| target == now);
            (own.clone(), next.map_or(now, |(_, source)| source).clone())
        });
        let mut ids: Vec<(String, String)> = moving
            .iter()
            .cloned()
            .chain(moved)
            .filter(|(own, new)| own != new && !own.is_empty())
            .collect();
        // One id can be the beginning of another.
        ids.sort_by_key(|(own, _)| std::cmp::Reverse(own.len()));
        Self { ids }
    }

    /// The properties with the new ids, but for the property that names the resource itself: that one is no reference.
    fn properties(&self, resource_type: &str, properties: &Map<String, Value>) -> Map<String, Value> {
        properties
            .iter()
            .map(|(name, value)| {
                let value = if Some(name.as_str()) == name_property(resource_type) {
                    value.clone()
                } else {
                    self.value(value)
                };
                (name.clone(), value)
            })
            .collect()
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(entries) => entries
                .iter()
                .map(|(name, value)| (self.text(name), self.value(value)))
                .collect(),
            scalar => scalar.clone(),
        }
    }

    /// Whole ids only: `photos` in `arn:aws:s3:::photos/*`, not in `photos-old`.
    fn text(&self, text: &str) -> String {
        let mut result = String::new();
        let mut rest = text;
        'text: while !rest.is_empty() {
            let starts = !result.ends_with(is_of_a_name);
            for (own, new) in self.ids.iter().filter(|_| starts) {
                if let Some(after) = after_id(rest, own) {
                    result.push_str(new);
                    rest = after;
                    continue 'text;
                }
            }
            let mut characters = rest.chars();
            result.extend(characters.next());
            rest = characters.as_str();
        }
        result
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// What follows an id that the text begins with.
fn after_id<'t>(text: &'t str, id: &str) -> Option<&'t str> {
    text.strip_prefix(id).filter(|after| !after.starts_with(is_of_a_name))
}

/// An id stands anywhere in the properties, as a whole.
pub(super) fn mentions(properties: &Map<String, Value>, id: &str) -> bool {
    fn in_value(value: &Value, id: &str) -> bool {
        match value {
            Value::String(text) => in_text(text, id),
            Value::Array(items) => items.iter().any(|item| in_value(item, id)),
            Value::Object(entries) => entries
                .iter()
                .any(|(name, value)| in_text(name, id) || in_value(value, id)),
            _ => false,
        }
    }
    fn in_text(text: &str, id: &str) -> bool {
        text.match_indices(id)
            .any(|(at, _)| !text[..at].ends_with(is_of_a_name) && after_id(&text[at..], id).is_some())
    }
    !id.is_empty() && properties.values().any(|value| in_value(value, id))
}

#[cfg(test)]
mod tests;
