//! What earlier runs moved still belongs to a stack.

use crate::{
    deployment::Stack,
    refactor::{LostCause, MigrationRecord, MoveKind, PlanError},
};

/// A resource of Gen 1 that earlier runs moved, or were about to move, must be owned by one of these stacks. A deployment
/// between two runs can leave it to nobody: a run that only looked at what Gen 1 still owns would call that done.
///
/// # Errors
/// The first resource that no stack owns.
pub(super) fn nothing_is_lost<'s>(
    record: &MigrationRecord,
    stacks: impl Iterator<Item = &'s Stack> + Clone,
) -> Result<(), PlanError> {
    let lost = record
        .moves
        .iter()
        .filter(|moved| moved.kind == MoveKind::Move)
        .find(|moved| {
            !stacks.clone().any(|stack| {
                stack.resources.values().any(|owned| {
                    owned.resource_type == moved.resource_type
                        && owned.physical_id.as_deref() == Some(moved.physical_id.as_str())
                })
            })
        });
    match lost {
        None => Ok(()),
        Some(moved) => {
            let successor = stacks
                .clone()
                .find(|stack| stack.name == moved.target.stack)
                .and_then(|stack| stack.resources.get(&moved.target.logical_id)?.physical_id.clone());
            Err(PlanError::lost(moved, successor, LostCause::NotInStacks))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::CodedError;

    fn stack(name: &str, physical_id: &str) -> Stack {
        serde_json::from_value(json!({
            "name": name, "id": name, "status": "UPDATE_COMPLETE", "templateBody": "{}", "parameters": [], "outputs": [],
            "tags": {}, "resources": {
                "B": { "resourceType": "AWS::S3::Bucket", "physicalId": physical_id, "status": "UPDATE_COMPLETE" }
            }
        }))
        .unwrap()
    }

    fn record(kind: &str) -> MigrationRecord {
        serde_json::from_value(json!({
            "gen1Root": { "name": "g1", "id": "g1" }, "gen2Root": { "name": "g2", "id": "g2" }, "stacks": {},
            "moves": [{
                "kind": kind, "resourceType": "AWS::S3::Bucket", "physicalId": "photos",
                "source": { "stack": "g1-storage", "logicalId": "S3Bucket" },
                "target": { "stack": "g2-storage", "logicalId": "photosBucket" }
            }]
        }))
        .unwrap()
    }

    #[test]
    fn a_moved_resource_that_no_stack_owns_is_named() {
        let owners = [stack("g1-storage", "other"), stack("g2-storage", "photos")];
        assert!(nothing_is_lost(&record("move"), owners.iter()).is_ok());
        let error = nothing_is_lost(&record("move"), owners[..1].iter()).unwrap_err();
        assert_eq!(error.code(), "REFACTOR_RESOURCE_LOST");
        assert!(error.to_string().contains("photos"), "{error}");
    }

    #[test]
    fn what_was_only_parked_is_not_looked_for() {
        assert!(nothing_is_lost(&record("park"), [].iter()).is_ok());
    }
}
