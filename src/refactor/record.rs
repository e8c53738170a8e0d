//! What a rollback needs to know of a refactor. It is journaled before the first effect.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::operation::{MoveKind, StackRef};
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
        self
    }
}
