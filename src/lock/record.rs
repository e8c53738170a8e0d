//! What the journal remembers of a lock, and what can be read from it when the lock is taken back.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::protection::AttributeChange;
use crate::{
    journal::{RunId, RunRecord, RunStatus},
    plan::Step,
};

/// What is about to be done, with what undoing it needs. Values of environment variables are never in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Intent {
    /// The app is marked.
    MarkApp { app: String, environment: String },
    /// The stack policy is set.
    DenyUpdates {
        stack: String,
        previous: Option<String>,
        policy: String,
    },
    /// A stack's resources are protected.
    Protect {
        stack: String,
        /// Template before, as it was written.
        template: String,
        changes: Vec<AttributeChange>,
        /// Live protection of the stack's tables before; null when it could not be read.
        tables: IndexMap<String, Option<bool>>,
    },
    /// Protection is taken out of a stack.
    Unprotect { stack: String },
    /// The stack policy is put back.
    RestorePolicy { stack: String, policy: String },
    /// The mark is removed.
    UnmarkApp { app: String },
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub(super) enum Outcome {
    Done,
}

/// A stateful resource as it was when the environment was locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LockedResource {
    pub(super) stack: String,
    pub(super) logical_id: String,
    pub(super) resource_type: String,
    pub(super) physical_id: String,
}

/// What a lock run is about, beside its operations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LockContext {
    /// Every stateful resource of the environment.
    pub(super) resources: Vec<LockedResource>,
}

/// What was recorded about one stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ProtectedStack {
    /// Templates before, oldest first.
    pub(super) templates: Vec<String>,
    pub(super) changes: Vec<AttributeChange>,
    pub(super) tables: IndexMap<String, Option<bool>>,
}

/// Everything since the environment was last unlocked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LockHistory {
    /// The environment was locked from this machine.
    pub(super) is_known: bool,
    /// Policy before: recorded, and whether there was one.
    pub(super) policy: Option<Option<String>>,
    /// By plain stack name.
    pub(super) stacks: IndexMap<String, ProtectedStack>,
    /// By stack name and logical id.
    pub(super) resources: IndexMap<(String, String), LockedResource>,
}

impl LockHistory {
    /// Reads the runs of the journal, oldest first, that were about this root stack.
    pub(super) fn of(runs: &[RunRecord], root: &str) -> Self {
        let mut history = Self::default();
        for run in runs
            .iter()
            .filter(|run| run.header.step == Step::Lock && run.header.gen1_root == root)
        {
            if run.header.rollback {
                history.take_back(run);
            } else {
                history.take_in(run);
            }
        }
        history
    }

    fn take_in(&mut self, run: &RunRecord) {
        self.is_known = true;
        let context: LockContext = serde_json::from_value(run.header.context.clone()).unwrap_or_default();
        for resource in context.resources {
            let key = (resource.stack.clone(), resource.logical_id.clone());
            self.resources.entry(key).or_insert(resource);
        }
        for intent in intents(run) {
            match intent {
                // Written only while the stack is not locked: the latest is what was there before the lock.
                Intent::DenyUpdates { previous, .. } => self.policy = Some(previous),
                Intent::Protect {
                    stack,
                    template,
                    changes,
                    tables,
                } => self.stacks.entry(stack).or_default().add(template, changes, tables),
                _ => {}
            }
        }
    }

    fn take_back(&mut self, run: &RunRecord) {
        if run.finished == Some(RunStatus::Done) {
            *self = Self::default();
            return;
        }
        for record in run.operations.values().filter(|record| !record.results.is_empty()) {
            for intent in record.intents.iter().filter_map(read) {
                match intent {
                    Intent::RestorePolicy { .. } => self.policy = None,
                    Intent::Unprotect { stack } => {
                        self.stacks.shift_remove(&stack);
                    }
                    _ => {}
                }
            }
        }
    }
}

impl ProtectedStack {
    fn add(&mut self, template: String, changes: Vec<AttributeChange>, tables: IndexMap<String, Option<bool>>) {
        if !self.templates.contains(&template) {
            self.templates.push(template);
        }
        for change in changes {
            // An attribute is recorded only when it did not protect: the latest record is what to go back to.
            self.changes
                .retain(|known| (&known.logical_id, known.attribute) != (&change.logical_id, change.attribute));
            self.changes.push(change);
        }
        for (table, protected) in tables {
            let known = self.tables.entry(table).or_default();
            // A table that is protected when a lock is resumed may be so because of that lock.
            *known = match (*known, protected) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (known, found) => known.or(found),
            };
        }
    }
}

/// Stacks whose change was intended and has no result, in the runs since the last one that ended well.
pub(super) fn unfinished_stacks(runs: &[RunRecord], root: &str, current: &RunId) -> Vec<String> {
    let mut found = Vec::new();
    let earlier = runs
        .iter()
        .rev()
        .filter(|run| run.header.step == Step::Lock && run.header.gen1_root == root && run.id != *current)
        .take_while(|run| run.finished != Some(RunStatus::Done));
    for run in earlier {
        for record in run.operations.values().filter(|record| record.results.is_empty()) {
            for intent in record.intents.iter().filter_map(read) {
                if let Intent::Protect { stack, .. } | Intent::Unprotect { stack } = intent
                    && !found.contains(&stack)
                {
                    found.push(stack);
                }
            }
        }
    }
    found
}

fn intents(run: &RunRecord) -> impl Iterator<Item = Intent> {
    run.operations
        .values()
        .flat_map(|record| record.intents.iter())
        .filter_map(read)
}

/// What a later version wrote and this one does not know is left out: the live state decides anyhow.
fn read(intent: &Value) -> Option<Intent> {
    serde_json::from_value(intent.clone()).ok()
}
