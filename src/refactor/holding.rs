//! Holding stacks: where Gen 2's own resources wait while those of Gen 1 take their place.

use serde_json::{Value, json};

use super::{
    operation::StackRef,
    record::{RecordedMove, ReleasedResource},
};
use crate::{
    cloudformation::Template,
    deployment::{Stack, plain_stack_name},
};

/// Key in the metadata of a holding stack's template under which the moves of the refactor are kept, so that a rollback
/// is possible without a journal.
const METADATA_KEY: &str = "Amplify::Gen2Migration";
const SUFFIX: &str = "-holding";
const MAXIMUM_NAME: usize = 128;

/// Names of the holding stacks that a refactor to this Gen 2 root may use, its own and those of its category stacks: ask
/// whether they exist before planning.
pub fn holding_names(gen2_root: &Stack) -> Vec<String> {
    let categories = gen2_root.nested_ids().map(|(_, id)| plain_stack_name(id));
    [gen2_root.name.as_str()]
        .into_iter()
        .chain(categories)
        .map(holding_name)
        .collect()
}

/// Name of the holding stack of a Gen 2 stack: its name, cut so that the hash at its end and the suffix fit.
pub fn holding_name(stack_name: &str) -> String {
    let (prefix, hash) = match stack_name.rsplit_once('-') {
        Some((prefix, hash)) => (prefix, format!("-{hash}{SUFFIX}")),
        None => (stack_name, SUFFIX.to_owned()),
    };
    let room = MAXIMUM_NAME.saturating_sub(hash.len());
    let prefix: String = prefix.chars().take(room).collect();
    format!("{prefix}{hash}")
}

/// A new holding stack without resources.
pub(super) fn empty_template(moves: &[RecordedMove], released: &[ReleasedResource]) -> Template {
    let mut memory = json!({ "Moves": moves });
    if !released.is_empty() {
        memory["Released"] = json!(released);
    }
    let document = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": DESCRIPTION,
        "Metadata": { METADATA_KEY: memory },
        "Resources": {},
        "Outputs": {},
    });
    Template::from_value(document, "holding stack").unwrap_or_else(|_| Template::empty())
}

/// The description that holding stacks have, those of Amplify's own migration tool as well.
const DESCRIPTION: &str = "Temporary holding stack for Gen2 migration";

/// The template is that of a holding stack, and not of some stack that happens to have the name of one.
pub(super) fn is_holding(template: &Template) -> bool {
    let document = template.document();
    let has_metadata = document
        .get("Metadata")
        .is_some_and(|metadata| metadata.get(METADATA_KEY).is_some());
    has_metadata || document.get("Description").and_then(Value::as_str) == Some(DESCRIPTION)
}

/// The moves that a holding stack remembers.
pub(super) fn remembered_moves(template: &Template) -> Vec<RecordedMove> {
    remembered(template, "Moves")
}

/// What a holding stack remembers to have been released.
pub(super) fn remembered_releases(template: &Template) -> Vec<ReleasedResource> {
    remembered(template, "Released")
}

fn remembered<T: serde::de::DeserializeOwned>(template: &Template, list: &str) -> Vec<T> {
    let entries = template
        .document()
        .get("Metadata")
        .and_then(|metadata| metadata.get(METADATA_KEY)?.get(list));
    entries
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| serde_json::from_value(entry.clone()).ok())
        .collect()
}

/// Ends the logical id of a resource that is parked while an earlier one of the same logical id still is.
const AGAIN: &str = "Again";

/// The logical id under which a resource is parked: its own, unless that is taken. A deployment of Gen 2 while resources are
/// parked makes new ones in their place, which may have to be parked as well.
pub(super) fn parking_id(holding: Option<&Template>, logical_id: &str) -> String {
    let is_free = |id: &str| holding.is_none_or(|holding| holding.resource(id).is_none());
    if is_free(logical_id) {
        return logical_id.to_owned();
    }
    (2..)
        .map(|number| format!("{logical_id}{AGAIN}{number}"))
        .find(|id| is_free(id))
        .unwrap_or_else(|| logical_id.to_owned())
}

/// Logical id in the Gen 2 stack of what is parked under this one, and how many were parked for the same place before it.
pub(super) fn place_of(holding: &Template, logical_id: &str) -> (String, u32) {
    let again = logical_id.rsplit_once(AGAIN).and_then(|(place, number)| {
        let number: u32 = number.parse().ok()?;
        let same_type = |other: &str| {
            let of = |id: &str| holding.resource(id).map(|resource| resource.resource_type().to_owned());
            of(other) == of(logical_id)
        };
        (number > 1 && same_type(place)).then(|| (place.to_owned(), number - 1))
    });
    again.unwrap_or_else(|| (logical_id.to_owned(), 0))
}

/// How a holding stack is named in operations: by its ARN when it exists.
pub(super) fn reference(name: &str, existing: Option<&Stack>) -> StackRef {
    StackRef {
        name: name.into(),
        id: existing.map_or_else(|| name.into(), |stack| stack.id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_parked_twice_for_one_place_has_an_id_that_tells_the_place() {
        let holding = |ids: &[(&str, &str)]| {
            let resources: serde_json::Map<String, Value> = ids
                .iter()
                .map(|(id, kind)| ((*id).to_owned(), json!({ "Type": kind })))
                .collect();
            Template::from_value(json!({ "Resources": resources }), "holding").unwrap()
        };
        assert_eq!(parking_id(None, "Pool"), "Pool");
        let once = holding(&[("Pool", "P")]);
        assert_eq!(parking_id(Some(&once), "Bucket"), "Bucket");
        assert_eq!(parking_id(Some(&once), "Pool"), "PoolAgain2");
        let twice = holding(&[
            ("Pool", "P"),
            ("PoolAgain2", "P"),
            ("BucketAgain2", "B"),
            ("Bucket", "Other"),
        ]);
        assert_eq!(parking_id(Some(&twice), "Pool"), "PoolAgain3");
        assert_eq!(place_of(&twice, "PoolAgain2"), ("Pool".to_owned(), 1));
        assert_eq!(place_of(&twice, "Pool"), ("Pool".to_owned(), 0));
        assert_eq!(
            place_of(&twice, "BucketAgain2"),
            ("BucketAgain2".to_owned(), 0),
            "an id of Gen 2's own"
        );
    }

    #[test]
    fn names_keep_hash_and_suffix() {
        assert_eq!(
            holding_name("amplify-a-b-branch-123-auth1-XYZ"),
            "amplify-a-b-branch-123-auth1-XYZ-holding"
        );
        assert_eq!(holding_name("plain"), "plain-holding");
        let long = format!("{}-HASH", "x".repeat(123));
        let name = holding_name(&long);
        assert_eq!(name.len(), 128);
        assert!(name.ends_with("x-HASH-holding"));
    }
}
