//! The operations of a refactor, as data.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{
    backend::finding::Finding,
    cloud::ResourceImport,
    cloudformation::{
        Template,
        simulate::{LogicalAddress, ResourceMapping, Violation},
    },
    plan::PredictedChange,
};

use super::{hosted_ui::name_property, record::MigrationRecord};

/// A stack as operations name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StackRef {
    /// Plain name.
    pub name: String,
    /// ARN where it is known, else the plain name: what calls of the service are given.
    pub id: String,
}

/// Everything that is planned. It says what will be done, what must hold before and after, and whether it is proven.
#[derive(Clone, Debug)]
pub struct RefactorPlan {
    /// It takes a refactor back.
    pub rollback: bool,
    /// In an order that is valid when they are carried out one after another.
    pub operations: Vec<PlannedOperation>,
    /// What was seen while planning.
    pub findings: Vec<Finding>,
    /// What the next deployment of Gen 2 does to the resources that move.
    pub next_deployment: Vec<PredictedChange>,
    /// What a rollback needs; to be journaled before the first effect.
    pub record: MigrationRecord,
    /// Rules and invariants that the simulated plan breaks; empty when it is proven. Never to be waived.
    pub violations: Vec<Violation>,
}

impl RefactorPlan {
    /// A stack lets resources go that no stack owns afterwards.
    pub fn releases(&self) -> bool {
        self.operations.iter().any(|planned| {
            matches!(&planned.operation, RefactorOperation::UpdateStack(update) if update.purpose == UpdatePurpose::Release)
        })
    }
}

/// An operation and its place in the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedOperation {
    /// Stable id within the plan, for example `refactor-003`.
    pub id: String,
    /// What it belongs to, for example `auth/myapp (Cognito)`.
    pub group: String,
    /// Ids of the operations that must be done before: those that touch one of its stacks, and all preparations unless it is one.
    /// Operations that do not depend on each other touch different stacks and may be carried out side by side.
    pub after: Vec<String>,
    /// What is done.
    pub operation: RefactorOperation,
    /// Every stack it touches, before.
    pub before: Vec<StackExpectation>,
    /// Every stack it touches, afterwards.
    pub afterwards: Vec<StackExpectation>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum RefactorOperation {
    /// `UpdateStack`, through a change set that is proven before it is executed.
    UpdateStack(UpdateStack),
    /// `CreateStackRefactor`, and `ExecuteStackRefactor` when the service's preview equals the plan.
    CreateAndExecuteStackRefactor(StackRefactor),
    /// `DeleteStack` of a stack that owns nothing real.
    DeleteStack(DeleteStack),
}

impl RefactorOperation {
    /// An update that makes a stack ready for moves.
    pub fn is_preparation(&self) -> bool {
        matches!(self, Self::UpdateStack(update) if update.purpose == UpdatePurpose::Prepare)
    }
}

/// Why a stack is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdatePurpose {
    /// References become literal and moved resources are retained, so that the refactor itself changes nothing.
    Prepare,
    /// The placeholder is added, because the stack is about to lose its last resource.
    Placeholder,
    /// The stack gets its original template back, or loses the placeholder.
    RestoreTemplate,
    /// The stack lets retained resources go: they stay alive, and no stack owns them.
    Release,
    /// The stack takes over resources that exist and that no stack owns.
    Adopt,
    /// The stack gets resources of its own back that exist and that no stack owns.
    GiveBack,
}

/// An update that changes no resource. It may let retained ones go, or take over those that exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStack {
    /// Which stack.
    pub stack: StackRef,
    /// Why.
    pub purpose: UpdatePurpose,
    /// Template that is live before.
    pub before: Template,
    /// Template that is live afterwards.
    pub after: Template,
    /// Parameters, all to be sent with `UsePreviousValue`.
    pub parameters: Vec<String>,
    /// Capabilities to acknowledge.
    pub capabilities: Vec<String>,
    /// Differences that the service may report.
    pub allowed_changes: AllowedChanges,
    /// Resources that are let go or taken over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<AttachedResource>,
    /// Resources that the stack gets back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<ReturnedResource>,
}

impl UpdateStack {
    /// `ResourcesToImport` of the change set.
    pub fn imports(&self) -> Vec<ResourceImport> {
        match self.purpose {
            UpdatePurpose::Adopt => self.resources.iter().map(AttachedResource::import).collect(),
            UpdatePurpose::GiveBack => self.returned.iter().map(ReturnedResource::import).collect(),
            _ => Vec::new(),
        }
    }
}

/// A resource that a stack owned before the migration, and owns again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnedResource {
    /// Logical id.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id.
    pub physical_id: String,
    /// What names it to CloudFormation, for example `TableName`.
    pub identifier: IndexMap<String, String>,
}

impl ReturnedResource {
    /// As a move that changes no logical id: what is compared before and after is the same.
    pub(super) fn in_place(&self) -> ResourceMove {
        ResourceMove {
            source_logical_id: self.logical_id.clone(),
            target_logical_id: self.logical_id.clone(),
            resource_type: self.resource_type.clone(),
            physical_id: self.physical_id.clone(),
        }
    }

    fn import(&self) -> ResourceImport {
        ResourceImport {
            resource_type: self.resource_type.clone(),
            logical_resource_id: self.logical_id.clone(),
            resource_identifier: self.identifier.clone(),
        }
    }
}

/// A resource of a user pool for signing in, that a stack lets go or takes over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachedResource {
    /// Logical id.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// User pool that it belongs to.
    pub user_pool_id: String,
    /// Its name within the user pool: domain, provider name or identifier.
    pub name: String,
    /// Physical id, where it is known.
    pub physical_id: Option<String>,
}

impl AttachedResource {
    /// What names it to CloudFormation.
    pub fn import(&self) -> ResourceImport {
        let identifier = [
            ("UserPoolId", &self.user_pool_id),
            (name_property(&self.resource_type), &self.name),
        ];
        ResourceImport {
            resource_type: self.resource_type.clone(),
            logical_resource_id: self.logical_id.clone(),
            resource_identifier: identifier
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .collect(),
        }
    }
}

/// What the change set of an [`UpdateStack`] may contain. Anything else stops the refactor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowedChanges {
    /// Logical ids whose deletion or update-replace policy changes.
    pub policies: Vec<String>,
    /// Logical id of the placeholder, when it is added.
    pub added: Vec<String>,
    /// Logical id of the placeholder, when it is removed.
    pub removed: Vec<String>,
    /// Logical ids of resources that are let go: the service must say that it retains them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<String>,
    /// Logical ids of resources that are taken over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adopted: Vec<String>,
}

/// What a stack refactor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveKind {
    /// Resources of Gen 2 go to the holding stack.
    Park,
    /// Resources of Gen 1 go to Gen 2.
    Move,
    /// Resources of Gen 1 go back from Gen 2.
    MoveBack,
    /// Resources of Gen 2 come back from the holding stack.
    Restore,
}

/// Resources change owner; nothing else changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackRefactor {
    /// What for.
    pub kind: MoveKind,
    /// `Description` of the refactor, at most 1,024 characters.
    pub description: String,
    /// The stack that resources leave.
    pub source: StackTransition,
    /// The stack that they enter.
    pub target: StackTransition,
    /// `EnableStackCreation`: the target does not exist yet.
    pub create_target: bool,
    /// The moves.
    pub moves: Vec<ResourceMove>,
}

impl StackRefactor {
    /// `ResourceMappings` of the call.
    pub fn mappings(&self) -> Vec<ResourceMapping> {
        let address = |stack: &StackRef, logical_id: &str| LogicalAddress {
            stack_name: stack.name.clone(),
            logical_resource_id: logical_id.into(),
        };
        self.moves
            .iter()
            .map(|moved| ResourceMapping {
                source: address(&self.source.stack, &moved.source_logical_id),
                destination: address(&self.target.stack, &moved.target_logical_id),
            })
            .collect()
    }
}

/// A stack before and after a refactor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackTransition {
    /// Which stack.
    pub stack: StackRef,
    /// Template before; `None` when the refactor creates the stack.
    pub before: Option<Template>,
    /// Template that is submitted.
    pub after: Template,
}

/// A resource that changes owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceMove {
    /// Logical id in the source.
    pub source_logical_id: String,
    /// Logical id in the target.
    pub target_logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id, the same before and after.
    pub physical_id: String,
}

/// Why a stack may be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeleteReason {
    /// `REVIEW_IN_PROGRESS` without resources: what a failed refactor leaves of a stack that it was to create.
    Shell,
    /// A holding stack with nothing but the placeholder.
    EmptyHolding,
}

/// A stack that owns nothing real goes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteStack {
    /// Which stack.
    pub stack: StackRef,
    /// Why it may.
    pub reason: DeleteReason,
}

/// A stack as it must be at some point of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackExpectation {
    /// Which stack.
    pub stack: StackRef,
    /// How it must be.
    pub presence: Presence,
}

/// How a stack must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "presence", rename_all = "kebab-case")]
pub enum Presence {
    /// It does not exist (or is deleted).
    Absent,
    /// `REVIEW_IN_PROGRESS` without resources.
    Shell,
    /// It exists and rests.
    Present {
        /// Its template.
        template: Template,
        /// Its resources by logical id.
        resources: IndexMap<String, ExpectedResource>,
    },
}

/// A resource that a stack must own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedResource {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id; `None` for the placeholder, whose id the service chooses.
    pub physical_id: Option<String>,
}
