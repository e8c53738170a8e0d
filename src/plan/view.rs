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
