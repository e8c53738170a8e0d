//! Resources of Gen 1 that no stack owns any more: a deployment of Gen 2 has put others in their place, or has none of them,
//! and they were retained. No refactor can move them; a rollback gives them back to Gen 1 by an import.

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    error::{LostCause, PlanError},
    input::{Existence, ExistenceRequest},
    inventory,
    landscape::Landscape,
    literal::retain,
    operation::ReturnedResource,
    record::{MigrationRecord, RecordedMove},
};
use crate::{backend::finding::Finding, cloudformation::Template};

const USER_POOL: &str = "AWS::Cognito::UserPool";

/// A resource that was moved and that no stack owns.
pub(super) struct Lost {
    /// Where it was, and where it went.
    pub(super) moved: RecordedMove,
    /// Physical id of what has its logical id in the Gen 2 stack now.
    pub(super) successor: Option<String>,
}

impl Lost {
    pub(super) fn new(moved: RecordedMove, present: Option<&str>) -> Self {
        let successor = present.filter(|present| *present != moved.physical_id);
        Self {
            successor: successor.map(Into::into),
            moved,
        }
    }

    pub(super) fn error(&self, cause: LostCause) -> PlanError {
        PlanError::lost(&self.moved, self.successor.clone(), cause)
    }
}

/// A resource that its Gen 1 stack gets back.
pub(super) struct GiveBack {
    /// Plain name of the stack.
    pub(super) stack: String,
    /// What is imported.
    pub(super) resource: ReturnedResource,
    /// Its definition, with the policies that an import asks for.
    pub(super) definition: Value,
}

/// How all of them return. They must exist, and their Gen 1 stack's own template must be known.
///
/// # Errors
/// [`PlanError::ExistenceNeeded`] when nobody has looked for them yet; [`PlanError::Lost`] for the first that cannot return.
pub(super) fn plan(
    landscape: &Landscape<'_>,
    lost: &[Lost],
    record: Option<&MigrationRecord>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<GiveBack>, PlanError> {
    let mut planned = Vec::new();
    let mut unasked = Vec::new();
    for one in lost {
        let moved = &one.moved;
        let user_pool = user_pool_of(landscape, moved, record);
        let identifier = identifier(moved, user_pool.as_deref()).ok_or_else(|| one.error(LostCause::NotImportable))?;
        let mut definition = definition(landscape, moved, record).ok_or_else(|| one.error(LostCause::NotImportable))?;
        match landscape
            .input
            .attributes
            .existence(&moved.resource_type, &moved.physical_id)
        {
            None => unasked.push(ExistenceRequest {
                resource_type: moved.resource_type.clone(),
                physical_id: moved.physical_id.clone(),
                user_pool_id: user_pool,
            }),
            Some(Existence::Gone) => return Err(one.error(LostCause::Gone)),
            Some(Existence::Owned(stack)) => return Err(one.error(LostCause::Owned(stack.clone()))),
            Some(existence) => {
                if let Value::Object(definition) = &mut definition {
                    retain(definition);
                }
                findings.push(inventory::given_back(moved, one.successor.as_deref(), existence));
                planned.push(GiveBack {
                    stack: moved.source.stack.clone(),
                    resource: ReturnedResource {
                        logical_id: moved.source.logical_id.clone(),
                        resource_type: moved.resource_type.clone(),
                        physical_id: moved.physical_id.clone(),
                        identifier,
                    },
                    definition,
                });
            }
        }
    }
    if unasked.is_empty() {
        Ok(planned)
    } else {
        Err(PlanError::ExistenceNeeded(unasked))
    }
}

/// The definition in the stack's own template, as the journal or the bucket from which it was deployed has it.
fn definition(landscape: &Landscape<'_>, moved: &RecordedMove, record: Option<&MigrationRecord>) -> Option<Value> {
    let recorded = record.and_then(|record| record.stacks.get(&moved.source.stack));
    let original: &Template = match recorded {
        Some(recorded) => &recorded.original,
        None => landscape.input.pushed.get(&moved.source.stack)?,
    };
    let resource = original.resource(&moved.source.logical_id)?;
    (resource.resource_type() == moved.resource_type).then(|| Value::Object(resource.definition.clone()))
}

/// The user pool that a client or group belongs to: the one that was moved with it.
fn user_pool_of(landscape: &Landscape<'_>, moved: &RecordedMove, record: Option<&MigrationRecord>) -> Option<String> {
    if !matches!(moved.resource_type.as_str(), CLIENT | GROUP) {
        return None;
    }
    let into_stack = landscape.moves_into(&moved.target.stack);
    let moves = record.map_or(&into_stack, |record| &record.moves);
    let mut pools: Vec<&str> = moves
        .iter()
        .filter(|one| one.resource_type == USER_POOL && one.target.stack == moved.target.stack)
        .filter(|one| one.kind == moved.kind)
        .map(|one| one.physical_id.as_str())
        .collect();
    pools.dedup();
    match pools.as_slice() {
        [pool] => Some((*pool).to_owned()),
        _ => None,
    }
}

const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const GROUP: &str = "AWS::Cognito::UserPoolGroup";

/// What names the resource to an import; `None` for types whose primary identifier is not known here.
fn identifier(moved: &RecordedMove, user_pool: Option<&str>) -> Option<IndexMap<String, String>> {
    let id = moved.physical_id.as_str();
    let members = match moved.resource_type.as_str() {
        "AWS::S3::Bucket" => vec![("BucketName", id)],
        "AWS::DynamoDB::Table" => vec![("TableName", id)],
        "AWS::Kinesis::Stream" => vec![("Name", id)],
        USER_POOL => vec![("UserPoolId", id)],
        "AWS::Cognito::IdentityPool" | "AWS::Cognito::IdentityPoolRoleAttachment" => vec![("Id", id)],
        CLIENT => vec![("UserPoolId", user_pool?), ("ClientId", id)],
        GROUP => vec![("UserPoolId", user_pool?), ("GroupName", id)],
        _ => return None,
    };
    let members = members.into_iter();
    Some(
        members
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}
