//! What a rollback needs to know of a refactor. It is journaled before the first effect.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operation::{AttachedResource, MoveKind, StackRef};
use crate::cloudformation::Template;

/// Original templates and planned moves of a migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationRecord {
    /// Gen 1 root stack.
    pub gen1_root: StackRef,
    /// Gen 2 root stack.
    pub gen2_root: StackRef,
    /// Templates before the migration, by plain stack name.
    pub stacks: IndexMap<String, RecordedStack>,
    /// All moves.
    pub moves: Vec<RecordedMove>,
    /// What Gen 2 stacks let go of their user pools' hosted UI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<ReleasedResource>,
}

/// A resource that a Gen 2 stack let go, with all that is needed to take it over again. It lives on with the parked user pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleasedResource {
    /// Plain name of the stack.
    pub stack: String,
    /// The resource.
    #[serde(flatten)]
    pub resource: AttachedResource,
    /// It is a domain of the app's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub custom_domain: bool,
    /// The user pool that moved in has a counterpart, which took its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_replaced: bool,
    /// Its definition in the template, symbolic as it was.
    pub definition: Value,
}

impl ReleasedResource {
    /// It is the same resource of the same stack.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.stack == other.stack && self.resource.logical_id == other.resource.logical_id
    }
}

/// A stack as it was before the migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedStack {
    /// Which stack.
    pub stack: StackRef,
    /// Its template, symbolic as it was deployed.
    pub original: Template,
}

/// A move of the migration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedMove {
    /// What for.
    pub kind: MoveKind,
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id.
    pub physical_id: String,
    /// Where it was.
    pub source: RecordedAddress,
    /// Where it went.
    pub target: RecordedAddress,
}

/// A resource by stack and logical id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedAddress {
    /// Plain name of the stack.
    pub stack: String,
    /// Logical id.
    pub logical_id: String,
}

impl MigrationRecord {
    /// Adds what a later plan of the same migration knows. What the first plan recorded stays: it saw the originals.
    #[must_use]
    pub fn merge(mut self, later: MigrationRecord) -> Self {
        for (name, stack) in later.stacks {
            self.stacks.entry(name).or_insert(stack);
        }
        for moved in later.moves {
            if !self.moves.contains(&moved) {
                self.moves.push(moved);
            }
        }
        for released in later.released {
            if !self.released.iter().any(|known| known.is(&released)) {
                self.released.push(released);
            }
        }
        self
    }
}
