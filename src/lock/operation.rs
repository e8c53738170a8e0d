//! The operations of a lock and of taking it back.

use indexmap::IndexMap;

use super::protection::AttributeChange;
use crate::{cloudformation::Template, plan::OperationView};

/// An operation with its place in the plan.
#[derive(Clone, Debug)]
pub(super) struct LockOperation {
    /// The same in every run, so that the journal of several runs can be read together.
    pub(super) id: String,
    /// `Project`, or a resource.
    pub(super) group: String,
    pub(super) action: Action,
}

/// One effect.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// The app gets the variable that names the environment.
    MarkApp,
    /// The root stack refuses updates.
    DenyUpdates,
    /// Resources of a stack are protected.
    Protect(StackChange),
    /// The protection of a stack's resources is taken back.
    Unprotect(StackChange),
    /// The root stack gets this policy.
    RestorePolicy { policy: String },
    /// The variable is removed.
    UnmarkApp,
}

/// Another template for a stack, which differs in the protection of resources alone.
#[derive(Clone, Debug)]
pub(super) struct StackChange {
    /// Plain name.
    pub(super) name: String,
    /// ARN, what calls are made with.
    pub(super) id: String,
    pub(super) parameter_keys: Vec<String>,
    pub(super) before: Template,
    /// The same as it was written.
    pub(super) before_text: String,
    pub(super) after: Template,
    /// What is sent.
    pub(super) after_text: String,
    pub(super) changes: Vec<AttributeChange>,
    /// Tables by name with their own protection.
    pub(super) tables: IndexMap<String, TableProtection>,
    /// User pools of the stack: an update must not touch their settings.
    pub(super) user_pools: Vec<String>,
}

/// Deletion protection of a table, the live one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableProtection {
    /// Now; absent when it could not be read.
    pub(super) before: Option<bool>,
    /// What it must be in the end; absent when it is left to the template.
    pub(super) after: Option<bool>,
}

impl LockOperation {
    pub(super) fn view(&self, app: &str, root: &str) -> OperationView {
        let (kind, description) = match &self.action {
            Action::MarkApp => (
                "mark-app",
                format!("Set the variable {} of app {app}", super::MARKER_VARIABLE),
            ),
            Action::DenyUpdates => (
                "set-stack-policy",
                format!("Add a statement to the stack policy of '{root}' that denies every update"),
            ),
            Action::Protect(change) => ("update-stack", change.describe("Protect", "in")),
            Action::Unprotect(change) => ("update-stack", change.describe("Take back the protection of", "in")),
            Action::RestorePolicy { .. } => (
                "set-stack-policy",
                format!("Give stack '{root}' the stack policy that it had before it was locked"),
            ),
            Action::UnmarkApp => (
                "unmark-app",
                format!("Remove the variable {} of app {app}", super::MARKER_VARIABLE),
            ),
        };
        OperationView {
            id: self.id.clone(),
            kind: kind.into(),
            group: self.group.clone(),
            description,
            moves: Vec::new(),
            files: self.files(root).into_iter().map(|(name, _)| name).collect(),
        }
    }

    /// The files that show the operation: name and content.
    pub(super) fn files(&self, root: &str) -> Vec<(String, String)> {
        match &self.action {
            Action::Protect(change) | Action::Unprotect(change) if !change.changes.is_empty() => {
                let parameters: Vec<serde_json::Value> = change
                    .parameter_keys
                    .iter()
                    .map(|key| serde_json::json!({ "ParameterKey": key, "UsePreviousValue": true }))
                    .collect();
                let parameters = serde_json::to_string_pretty(&parameters).unwrap_or_default();
                vec![
                    (
                        format!("update.{}.template.json", change.name),
                        change.after.to_pretty(),
                    ),
                    (format!("update.{}.parameters.json", change.name), parameters),
                ]
            }
            Action::RestorePolicy { policy } => vec![(format!("policy.{root}.json"), policy.clone())],
            _ => Vec::new(),
        }
    }
}

impl StackChange {
    fn describe(&self, verb: &str, preposition: &str) -> String {
        let mut resources: Vec<&str> = Vec::new();
        for change in &self.changes {
            if !resources.contains(&change.logical_id.as_str()) {
                resources.push(&change.logical_id);
            }
        }
        if resources.is_empty() {
            let tables: Vec<&str> = self.tables.keys().map(String::as_str).collect();
            return format!("{verb} {} {preposition} stack '{}'", tables.join(", "), self.name);
        }
        format!("{verb} {} {preposition} stack '{}'", resources.join(", "), self.name)
    }
}
