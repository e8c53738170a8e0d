use serde::{Deserialize, Serialize};

/// One planned operation as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    /// Stable id within the plan, for example `refactor-003`.
    pub id: String,
    /// Kind of operation, for example `move-resources`, `update-stack`, `write-file`, `set-stack-policy`.
    pub kind: String,
    /// What it belongs to: `Project`, or a resource as `category/name (service)`.
    pub group: String,
    /// What is done, in one sentence that names stacks, files and resources.
    pub description: String,
    /// Resources that change owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<MoveView>,
    /// Names of the files that `--plan-out` writes for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A resource that moves from one stack to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MoveView {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id, the same before and after.
    pub physical_id: String,
    /// Plain name of the stack it leaves.
    pub source_stack: String,
    /// Logical id there.
    pub source_logical_id: String,
    /// Plain name of the stack it enters.
    pub target_stack: String,
    /// Logical id there.
    pub target_logical_id: String,
}

/// What the next deployment of Gen 2 does to a setting of a resource that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeEffect {
    /// Changed in place; nobody notices.
    Harmless,
    /// Changed in place; users of the resource notice.
    Interrupt,
    /// Nothing happens at once, but the resource or its data goes when its stack is deleted.
    Unprotected,
    /// Not known. Never to be taken for harmless.
    Unknown,
    /// The service refuses it: the deployment fails.
    Refused,
    /// A new, empty resource takes its place.
    Replace,
}

/// A setting of a moved resource that the next deployment of Gen 2 changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PredictedChange {
    /// What it belongs to: a resource as `category/name (service)`.
    pub group: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id of the resource that moves.
    pub physical_id: String,
    /// Plain name of the Gen 2 stack that will own it.
    pub stack: String,
    /// Logical id there.
    pub logical_id: String,
    /// Property, with the names below it after dots, or the name of a policy such as `DeletionPolicy`.
    pub property: String,
    /// The value that it has; `None` when it is not set. Secrets are not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value that it gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What that does.
    pub effect: ChangeEffect,
    /// It does not happen once `postRefactor()` is called in `amplify/backend.ts`.
    pub avoided_by_post_refactor: bool,
    /// What users notice, or why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl PredictedChange {
    /// It costs the resource, or the deployment, and no switch of the generated backend avoids it.
    pub fn blocks(&self) -> bool {
        self.effect >= ChangeEffect::Refused && !self.avoided_by_post_refactor
    }
}

/// What became of a validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValidationStatus {
    /// Checked, and in order.
    Passed,
    /// Checked, and not in order.
    Failed,
    /// Not checked: neither good nor bad.
    NotChecked,
}

/// A validation and its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// Name as in the migration guide, for example `Lock Status`.
    pub name: String,
    /// What is checked.
    pub description: String,
    /// Outcome.
    pub status: ValidationStatus,
    /// Why it failed or was not checked; everything that was found, one line each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
}

/// All validations of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationReport {
    /// In the order of the migration guide.
    pub validations: Vec<Validation>,
}

impl ValidationReport {
    /// At least one failed.
    pub fn failed(&self) -> bool {
        self.validations
            .iter()
            .any(|validation| validation.status == ValidationStatus::Failed)
    }
}

/// How an execution ended (errors apart).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutionStatus {
    /// Everything was done.
    #[default]
    Done,
    /// Stopped between two mutations, on request; the same command goes on.
    Cancelled,
}

/// What an execution did; at its beginning nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionReport {
    /// How it ended.
    pub status: ExecutionStatus,
    /// Ids of the operations that were carried out in this run, in order.
    pub executed: Vec<String>,
    /// Ids of the operations that needed nothing: done before, or nothing to change.
    pub skipped: Vec<String>,
    /// Files that were written, relative to the project or the output folder.
    pub files: Vec<String>,
    /// What the user should do next, line by line.
    pub next_steps: Vec<String>,
}
