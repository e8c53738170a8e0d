//! Somebody deploys Gen 2 while its resources are parked: new, empty ones are made in their place.

use std::collections::BTreeSet;

use super::fixture::{STORAGE2, World, shop};
use crate::{
    error::CodedError,
    refactor::{MigrationRecord, MoveKind, RefactorOperation},
};

/// Where a run stops.
fn is_move(operation: &RefactorOperation, kind: MoveKind) -> bool {
    matches!(operation, RefactorOperation::CreateAndExecuteStackRefactor(moved)
        if moved.kind == kind && [&moved.source.stack.name, &moved.target.stack.name].contains(&&STORAGE2.to_owned()))
}

fn moved() -> (World, MigrationRecord) {
    let mut world = shop();
    let plan = world.forward().unwrap();
    for operation in &plan.operations {
        world.apply(operation);
    }
    (world, plan.record)
}

/// A rollback that ends before the parked resources of the storage stack return.
fn half_back(record: &MigrationRecord, mut world: World) -> World {
    let plan = world.rollback(Some(record)).unwrap();
    for operation in &plan.operations {
        if is_move(&operation.operation, MoveKind::Restore) {
            break;
        }
        world.apply(operation);
    }
    world
}

/// What CloudFormation does when the template of the branch is deployed again: what the stack does not own it makes, and
/// what is not in the template, as the placeholder, it removes.
fn deploy(world: &mut World, generation: &str) {
    let original = shop().gen2.nested["storage0EC3F24A"].stack.clone();
    let stack = world.gen2_stack("storage0EC3F24A");
    stack.template_body = original.template_body;
    stack
        .resources
        .retain(|logical_id, _| original.resources.contains_key(logical_id));
    for (logical_id, resource) in original.resources {
        let mut made = resource.clone();
        made.physical_id = made.physical_id.map(|id| format!("{id}-{generation}"));
        stack.resources.entry(logical_id).or_insert(made);
    }
}

fn apply_all(world: &mut World, operations: &[crate::refactor::PlannedOperation]) {
    for operation in operations {
        world.apply(operation);
    }
}

fn of_gen1(world: &World) -> Vec<(String, String, String)> {
    let mut owners = world.owners();
    owners.retain(|(_, stack, _)| stack.starts_with("amplify-shop"));
    owners
}

fn everything(world: &World) -> BTreeSet<String> {
    world.owners().into_iter().map(|(id, ..)| id).collect()
}

#[test]
fn a_rollback_leaves_what_is_parked_where_new_resources_have_its_place_and_says_so() {
    let (world, record) = moved();
    let mut world = half_back(&record, world);
    deploy(&mut world, "new");
    let before = everything(&world);
    for known in [Some(&record), None] {
        let mut world = world.clone();
        let plan = world.rollback(known).unwrap();
        assert_eq!(plan.violations, []);
        let told: Vec<&str> = plan
            .findings
            .iter()
            .filter(|finding| finding.id == "refactor-parked-superseded")
            .map(|finding| finding.message.as_str())
            .collect();
        assert!(!told.is_empty());
        for message in &told {
            assert!(
                message.contains("-new has its place") && message.contains(&format!("{STORAGE2}-holding")),
                "{message}"
            );
        }
        apply_all(&mut world, &plan.operations);
        assert_eq!(of_gen1(&world), of_gen1(&shop()));
        assert_eq!(everything(&world), before, "nothing is gone");
        assert!(world.holdings.contains_key(&format!("{STORAGE2}-holding")));
        // It is over: nothing is left to be done.
        assert_eq!(world.rollback(known).unwrap().operations, []);
    }
}

#[test]
fn a_refactor_parks_the_new_resources_beside_the_old_ones_and_can_be_taken_back() {
    let (done, record) = moved();
    let mut world = half_back(&record, done.clone());
    deploy(&mut world, "new");
    let before = everything(&world);
    let plan = world.forward_again(&record).unwrap();
    assert_eq!(plan.violations, []);
    // Broken off anywhere, with the journal and without, the next run finishes or takes back.
    for length in 0..=plan.operations.len() {
        let mut broken_off = world.clone();
        apply_all(&mut broken_off, &plan.operations[..length]);
        let record = record.clone().merge(plan.record.clone());
        let mut finished = broken_off.clone();
        let rest = finished.forward_again(&record).unwrap();
        assert_eq!(rest.violations, [], "after {length}");
        apply_all(&mut finished, &rest.operations);
        assert_eq!(everything(&finished), before);
        assert_eq!(of_gen1(&finished), of_gen1(&done), "after {length}");
        for known in [Some(&record), None] {
            let mut back = broken_off.clone();
            let rollback = back.rollback(known).unwrap();
            assert_eq!(rollback.violations, [], "after {length}");
            apply_all(&mut back, &rollback.operations);
            assert_eq!(of_gen1(&back), of_gen1(&shop()), "after {length}");
            assert_eq!(everything(&back), before);
            let storage = back.gen2_stack("storage0EC3F24A").resources.clone();
            let is_new = |id: &str| storage[id].physical_id.as_ref().unwrap().ends_with("-new");
            let movable = storage
                .keys()
                .filter(|id| id.contains("Bucket") || id.contains("carts"));
            assert!(movable.clone().count() > 0);
            for id in movable {
                assert!(
                    is_new(id),
                    "after {length}: Gen 2 keeps what its last deployment made, {id}"
                );
            }
        }
    }
}

#[test]
fn a_resource_that_a_deployment_replaced_is_named_with_its_successor_and_the_way_out() {
    let (mut world, record) = moved();
    let stack = world.gen2_stack("storage0EC3F24A");
    let (logical_id, replaced) = stack
        .resources
        .iter_mut()
        .find(|(_, resource)| resource.resource_type == "AWS::S3::Bucket")
        .unwrap();
    let production = replaced.physical_id.replace("made-anew".into()).unwrap();
    let logical_id = logical_id.clone();
    let error = world.rollback(Some(&record)).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_LOST");
    let message = error.to_string();
    for part in [
        &production,
        "made-anew",
        &logical_id,
        STORAGE2,
        "without postRefactor()",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let way_out = error.resolution();
    for part in [
        "--change-set-type IMPORT",
        &format!(r#"{{"BucketName":"{production}"}}"#),
        "S3Bucket",
    ] {
        assert!(way_out.contains(part), "{part}: {way_out}");
    }
    assert_eq!(error.details()["replacedBy"], "made-anew");
}
