//! Somebody deploys Gen 2 while its resources are parked: new, empty ones are made in their place.

use std::collections::BTreeSet;

use super::fixture::{FILES, STORAGE2, World, shop};
use crate::{
    cloudformation::same_template,
    error::CodedError,
    refactor::{
        Existence, KnownAttributes, MigrationRecord, MoveKind, PlanError, RefactorOperation, UpdatePurpose, UpdateStack,
    },
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

/// What a deployment without postRefactor() does: resources of these types of a stack are replaced, the old ones retained.
fn replace(world: &mut World, stack: &str, types: &[&str]) -> Vec<String> {
    let mut replaced = Vec::new();
    let deployed = shop().gen2_stack(stack).clone();
    let stack = world.gen2_stack(stack);
    stack.template_body = deployed.template_body;
    stack
        .resources
        .retain(|logical_id, _| deployed.resources.contains_key(logical_id));
    for resource in stack.resources.values_mut() {
        if types.contains(&resource.resource_type.as_str()) {
            let id = resource.physical_id.as_mut().unwrap();
            replaced.push(id.clone());
            id.push_str("-anew");
        }
    }
    replaced
}

/// What somebody finds who looks for the resources.
fn looked_for(world: &World, record: &MigrationRecord, found: &Existence) -> KnownAttributes {
    let mut known = KnownAttributes::default();
    let Err(PlanError::ExistenceNeeded(requests)) = (World {
        known: Some(known.clone()),
        ..world.clone()
    })
    .rollback(Some(record)) else {
        panic!("nobody has looked for them");
    };
    for request in &requests {
        known.insert_existence(request, found.clone());
    }
    known
}

const AUTH_TYPES: [&str; 5] = [
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::IdentityPoolRoleAttachment",
];

#[test]
fn what_a_deployment_has_replaced_is_given_back_to_gen1_by_an_import() {
    for (stack, types) in [
        (
            "storage0EC3F24A",
            ["AWS::S3::Bucket", "AWS::DynamoDB::Table"].as_slice(),
        ),
        ("storageordersA346F297", &["AWS::DynamoDB::Table"]),
        ("analytics5794DE4A", &["AWS::Kinesis::Stream"]),
        ("auth179371D7", &AUTH_TYPES),
    ] {
        let (mut world, record) = moved();
        let lost = replace(&mut world, stack, types);
        assert!(!lost.is_empty());
        world.known = Some(looked_for(&world, &record, &Existence::Exists));
        let successors: Vec<(String, String, String)> = world
            .owners()
            .into_iter()
            .filter(|(id, ..)| id.ends_with("-anew"))
            .collect();
        let plan = world.rollback(Some(&record)).unwrap();
        assert_eq!(plan.violations, [], "{stack}");
        let mut imported: Vec<String> = plan
            .operations
            .iter()
            .filter_map(|planned| match &planned.operation {
                RefactorOperation::UpdateStack(update) if update.purpose == UpdatePurpose::GiveBack => Some(update),
                _ => None,
            })
            .flat_map(UpdateStack::imports)
            .map(|import| import.resource_identifier.values().last().unwrap().clone())
            .collect();
        imported.sort();
        let mut expected = lost.clone();
        expected.sort();
        assert_eq!(imported, expected, "{stack}");
        for id in &lost {
            let told = plan
                .findings
                .iter()
                .find(|finding| finding.id == "refactor-given-back" && finding.message.contains(id))
                .unwrap();
            assert!(told.message.contains(&format!("{id}-anew")), "{}", told.message);
            assert!(told.remedy.contains(&format!("{id}-anew")), "{}", told.remedy);
        }
        // Broken off anywhere, the next run finishes.
        for length in 0..=plan.operations.len() {
            let mut broken_off = world.clone();
            apply_all(&mut broken_off, &plan.operations[..length]);
            let rest = broken_off.rollback(Some(&record)).unwrap();
            assert_eq!(rest.violations, [], "{stack} after {length}");
            apply_all(&mut broken_off, &rest.operations);
            assert_eq!(of_gen1(&broken_off), of_gen1(&shop()), "{stack} after {length}");
            let templates = broken_off.templates();
            for (name, original) in shop().templates() {
                assert!(
                    !name.starts_with("amplify-shop") || same_template(&original, &templates[&name]),
                    "{name} after {length}"
                );
            }
            for successor in &successors {
                assert!(broken_off.owners().contains(successor), "Gen 2 keeps {successor:?}");
            }
            // And the migration can begin again.
            let again = broken_off.forward_again(&record).unwrap();
            assert_eq!(again.violations, [], "{stack} after {length}");
        }
    }
}

#[test]
fn clients_and_groups_are_imported_by_their_own_user_pool() {
    let (mut world, record) = moved();
    replace(&mut world, "auth179371D7", &AUTH_TYPES);
    world.known = Some(looked_for(&world, &record, &Existence::Exists));
    let plan = world.rollback(Some(&record)).unwrap();
    let imports = plan.operations.iter().filter_map(|planned| match &planned.operation {
        RefactorOperation::UpdateStack(update) => Some(update.imports()),
        _ => None,
    });
    let of_pool: Vec<(String, String)> = imports
        .flatten()
        .filter_map(|import| {
            let pool = import.resource_identifier.get("UserPoolId")?;
            Some((import.logical_resource_id, pool.clone()))
        })
        .collect();
    let pool = "amplify-shop-dev-1a2b3-authshop-AAA.UserPool";
    let expected = [
        "UserPool",
        "UserPoolClientWeb",
        "UserPoolClient",
        "AdminGroup",
        "AdminSuperGroup",
    ];
    assert_eq!(of_pool, expected.map(|id| (id.to_owned(), pool.to_owned())));
}

#[test]
fn what_cannot_be_given_back_is_named_with_the_reason_and_the_way_out() {
    let (mut world, record) = moved();
    let [bucket] = replace(&mut world, "storage0EC3F24A", &["AWS::S3::Bucket"])
        .try_into()
        .unwrap();
    let gone = World {
        known: Some(looked_for(&world, &record, &Existence::Gone)),
        ..world.clone()
    };
    let error = gone.rollback(Some(&record)).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_LOST");
    let message = error.to_string();
    for part in [&bucket, &format!("{bucket}-anew"), STORAGE2, "does not exist any more"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(error.resolution().contains("Restore"), "{}", error.resolution());
    assert_eq!(error.details()["replacedBy"], format!("{bucket}-anew"));

    // Somebody has put it into a stack of their own meanwhile: an import would be refused after other moves.
    let taken = Existence::Owned("somebody-else".into());
    let owned = World {
        known: Some(looked_for(&world, &record, &taken)),
        ..world.clone()
    };
    let error = owned.rollback(Some(&record)).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_LOST");
    assert!(error.to_string().contains("somebody-else"), "{error}");
    assert!(
        error.resolution().contains("somebody-else without it"),
        "{}",
        error.resolution()
    );

    // The stack that it came from is no more: nothing can be imported into it.
    let mut without_source = world.clone();
    without_source.gen1.nested.retain(|_, tree| tree.stack.name != FILES);
    let error = without_source.rollback(Some(&record)).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_SOURCE_GONE");
    for part in [&bucket, &format!("{FILES} does not exist any more")] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    assert!(
        error.resolution().contains("no stack owns it"),
        "{}",
        error.resolution()
    );
    // Gen 2 still owns it where nothing was deployed since.
    let (mut undisturbed, record_before) = moved();
    undisturbed.gen1.nested.retain(|_, tree| tree.stack.name != FILES);
    let error = undisturbed.rollback(Some(&record_before)).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_SOURCE_GONE");
    let stays = format!("{bucket} stays in {STORAGE2}");
    assert!(error.resolution().contains(&stays), "{}", error.resolution());

    // Nobody knows how it was defined: neither a journal nor the bucket from which its stack was deployed.
    let error = world.rollback(None).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_LOST");
    for part in ["IMPORT", "S3Bucket", FILES, &bucket] {
        assert!(error.resolution().contains(part), "{part}: {}", error.resolution());
    }

    // Who may not look leaves it to the import, and says so.
    let unknown = Existence::Unknown("access denied".into());
    world.known = Some(looked_for(&world, &record, &unknown));
    let plan = world.rollback(Some(&record)).unwrap();
    let told = plan
        .findings
        .iter()
        .find(|finding| finding.id == "refactor-given-back")
        .unwrap();
    assert!(
        told.message.contains("could not be checked (access denied)"),
        "{}",
        told.message
    );
}

#[test]
fn without_a_journal_the_pushed_template_tells_how_it_was_defined() {
    let (mut world, record) = moved();
    let [bucket] = replace(&mut world, "storage0EC3F24A", &["AWS::S3::Bucket"])
        .try_into()
        .unwrap();
    world.known = Some(looked_for(&world, &record, &Existence::Exists));
    world.pushed.insert(FILES.into(), shop().templates()[FILES].clone());
    let plan = world.rollback(None).unwrap();
    assert_eq!(plan.violations, []);
    apply_all(&mut world, &plan.operations);
    assert!(world.owners().contains(&(bucket, FILES.into(), "S3Bucket".into())));
}
