use serde::{Deserialize, Serialize};

use crate::{backend::finding::Finding, cloudformation::Template};

/// A stack by name and id (the ARN, or the plain name where none is known).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StackRef {
    /// Plain name.
    pub name: String,
    /// ARN or plain name, as the service gave it; what calls are made with.
    pub id: String,
}

/// Everything that a refactor or its rollback will do, in order, as data.
#[derive(Clone, Debug)]
pub struct RefactorPlan {
    /// Operations in order. Each one starts from the state that those before it leave.
    pub operations: Vec<PlannedOperation>,
    /// Every pair of the migration, done or not, for the journal and for reports.
    pub pairs: Vec<super::pairing::Pair>,
    /// The stacks that take part as they are before the first operation: what a rollback restores.
    pub before: Vec<super::StackState>,
    /// The same stacks after the last operation.
    pub after: Vec<super::StackState>,
    /// What was seen while planning.
    pub findings: Vec<Finding>,
}

/// An operation with its place in the plan.
#[derive(Clone, Debug)]
pub struct PlannedOperation {
    /// `refactor-001` ...
    pub id: String,
    /// `category/name (service)` of the resources it serves, joined by `, `.
    pub group: String,
    /// What is done.
    pub operation: RefactorOperation,
}

/// One effect on CloudFormation.
#[derive(Clone, Debug)]
pub enum RefactorOperation {
    /// A stack gets another template that means the same.
    Update(StackUpdate),
    /// Resources change owner.
    Move(StackMove),
    /// A holding stack goes: a shell without resources, or one that holds nothing but the placeholder.
    DeleteHolding(HoldingDeletion),
}

/// Why a stack is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdatePurpose {
    /// References to resources that leave become literal, and they get the Retain policies.
    ResolveReferences,
    /// A holding stack gets the placeholder, so that it is not empty when its resources leave.
    AddPlaceholder,
    /// The template as it was before the refactor.
    RestoreTemplate,
}

/// A stack gets another template that means the same: no property of any resource changes. Parameters keep their values.
#[derive(Clone, Debug)]
pub struct StackUpdate {
    /// Stack.
    pub stack: StackRef,
    /// Why.
    pub purpose: UpdatePurpose,
    /// Parameters, all with their previous value.
    pub parameter_keys: Vec<String>,
    /// Template that the stack must have when the operation begins.
    pub before: Template,
    /// Template that it has afterwards.
    pub after: Template,
}

/// Direction and purpose of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveKind {
    /// Gen 2's own resources into the holding stack.
    Park,
    /// Gen 1's resources into Gen 2.
    Move,
    /// Gen 1's resources back into Gen 1.
    MoveBack,
    /// Gen 2's own resources out of the holding stack.
    Unpark,
}

/// Resources change owner; nothing else changes.
#[derive(Clone, Debug)]
pub struct StackMove {
    /// Purpose.
    pub kind: MoveKind,
    /// Stack they leave.
    pub source: StackRef,
    /// Stack they enter. When it is created by the operation, `id` is its name.
    pub target: StackRef,
    /// The target stack is created.
    pub creates_target: bool,
    /// What moves.
    pub moves: Vec<ResourceMove>,
    /// Template of the source when the operation begins.
    pub source_before: Template,
    /// Template of the source afterwards.
    pub source_after: Template,
    /// Template of the target when the operation begins; absent when it is created.
    pub target_before: Option<Template>,
    /// Template of the target afterwards.
    pub target_after: Template,
}

/// A resource that changes owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceMove {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id, the same before and after.
    pub physical_id: String,
    /// Logical id in the stack it leaves.
    pub source_logical_id: String,
    /// Logical id in the stack it enters.
    pub target_logical_id: String,
}

/// A holding stack goes.
#[derive(Clone, Debug)]
pub struct HoldingDeletion {
    /// Holding stack.
    pub stack: StackRef,
    /// It is a shell that a failed refactor left: no resource, status `REVIEW_IN_PROGRESS`.
    pub is_shell: bool,
}

/// The most resources that one stack refactor moves: larger ones have left both stacks broken.
pub(super) const MOVES_PER_REFACTOR: usize = 25;

impl StackMove {
    /// Text for `Description` of the stack refactor, at most `limit` bytes.
    pub fn description(&self, limit: usize) -> String {
        let ids: Vec<&str> = self
            .moves
            .iter()
            .map(|moved| moved.source_logical_id.as_str())
            .collect();
        let text = |ids: &str| format!("Move [{ids}] from {} to {}", self.source.name, self.target.name);
        let full = text(&ids.join(", "));
        if full.len() <= limit {
            full
        } else {
            text(&format!("{} resources", ids.len()))
        }
    }
}
