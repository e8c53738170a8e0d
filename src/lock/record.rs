//! What the journal remembers of a lock, and what can be read from it when the lock is taken back.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::protection::AttributeChange;
use crate::{
    cloud::Leftover,
    journal::{RunRecord, RunStatus},
    plan::Step,
};

/// Name of the change sets of this step. One that a crash left behind is found by it and removed.
pub(super) const CHANGE_SET: &str = "amplify-gen2-migration-lock";

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
        /// Key in the deployment bucket under which a large template is handed over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uploaded: Option<String>,
        /// Template before, as it was written.
        template: String,
        changes: Vec<AttributeChange>,
        /// Live protection of the stack's tables before; null when it could not be read.
        tables: IndexMap<String, Option<bool>>,
    },
    /// Protection is taken out of a stack.
    Unprotect {
        stack: String,
        /// As above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uploaded: Option<String>,
    },
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
                    ..
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
                    Intent::Unprotect { stack, .. } => {
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

/// What changes of stacks that were intended and have no result may have left, in earlier runs that did not end well.
pub(super) fn leftovers(runs: &[RunRecord], root: &str) -> Vec<Leftover> {
    let earlier = runs.iter().filter(|run| {
        let is_lock = run.header.step == Step::Lock && run.header.gen1_root == root;
        is_lock && run.finished != Some(RunStatus::Done)
    });
    earlier
        .flat_map(|run| &run.operations)
        .filter(|(_, record)| record.results.is_empty())
        .flat_map(|(operation, record)| {
            record
                .intents
                .iter()
                .filter_map(read)
                .map(move |intent| (operation, intent))
        })
        .filter_map(|(operation, intent)| match intent {
            Intent::Protect { stack, uploaded, .. } | Intent::Unprotect { stack, uploaded } => Some(Leftover {
                operation: operation.clone(),
                change_sets: vec![(stack, CHANGE_SET.to_owned())],
                templates: uploaded.into_iter().collect(),
            }),
            _ => None,
        })
        .collect()
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
