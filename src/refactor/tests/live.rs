//! Deciding by what is live, and the files of operations.

use super::fixture::{World, shop};
use crate::{
    cloudformation::Template,
    refactor::{
        LiveStack, LiveState, PlannedOperation, RefactorOperation, StackRef, live_state, may_delete, operation_files,
    },
};

fn live(world: &World, stack: &StackRef) -> Option<LiveStack> {
    let trees = world.gen1.walk().into_iter().chain(world.gen2.walk());
    let stack = trees
        .chain(world.holdings.values())
        .find(|known| known.name == stack.name)?;
    Some(LiveStack {
        status: stack.status.clone(),
        template: Template::parse(&stack.template_body, &stack.name).unwrap(),
        resources: stack.resources.clone(),
    })
}

fn state(world: &World, operation: &PlannedOperation) -> LiveState {
    live_state(operation, &|stack| live(world, stack))
}

#[test]
fn operations_are_pending_before_and_done_after() {
    let mut world = shop();
    let there = world.forward().unwrap();
    let both_ways = |world: &mut World, operations: &[PlannedOperation]| {
        for (index, operation) in operations.iter().enumerate() {
            assert_eq!(state(world, operation), LiveState::Pending, "{}", operation.id);
            world.apply(operation);
            assert_eq!(state(world, operation), LiveState::Done, "{}", operation.id);
            // What was done before is still recognised while its stacks have not changed again.
            for earlier in &operations[..index] {
                assert_ne!(
                    state(world, earlier),
                    LiveState::Pending,
                    "{} after {}",
                    earlier.id,
                    operation.id
                );
            }
        }
    };
    both_ways(&mut world, &there.operations);
    let back = world.rollback(Some(&there.record)).unwrap();
    both_ways(&mut world, &back.operations);
}

#[test]
fn stacks_in_motion_are_waited_for() {
    let mut world = shop();
    let plan = world.forward().unwrap();
    let name = plan.operations[0].before[0].stack.name.clone();
    world.stack_mut(&name).status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS".into();
    assert_eq!(state(&world, &plan.operations[0]), LiveState::Busy(vec![name]));
}

#[test]
fn what_others_changed_is_named() {
    let world = shop();
    let plan = world.forward().unwrap();
    let operation = &plan.operations[0];
    let name = operation.before[0].stack.name.clone();
    let messages = |world: &World| match state(world, operation) {
        LiveState::Diverged(found) => found
            .into_iter()
            .map(|found| format!("{}: {}", found.stack, found.message))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let mut changed = world.clone();
    let stack = changed.stack_mut(&name);
    stack.template_body = stack.template_body.replace("native", "renamed");
    assert_eq!(
        messages(&changed),
        [format!("{name}: the template is not the one that was planned for")]
    );
    let mut changed = world.clone();
    changed.stack_mut(&name).resources["UserPool"].physical_id = Some("another".into());
    assert_eq!(messages(&changed), [format!("{name}: it is another now")]);
    let mut changed = world.clone();
    let owned = changed.stack_mut(&name).resources.shift_remove("UserPool").unwrap();
    assert_eq!(
        messages(&changed),
        [format!("{name}: the resource is not in the stack")]
    );
    changed
        .stack_mut(&name)
        .resources
        .insert("UserPool".into(), owned.clone());
    changed.stack_mut(&name).resources.insert("New".into(), owned);
    assert_eq!(
        messages(&changed),
        [format!("{name}: the resource was not there before")]
    );
}

/// A deletion is allowed only of what owns nothing, whatever the plan says.
#[test]
fn deletions_look_again() {
    let mut world = shop();
    let there = world.forward().unwrap();
    for operation in &there.operations {
        world.apply(operation);
    }
    let back = world.rollback(Some(&there.record)).unwrap();
    let delete = back.operations.iter().find_map(|operation| match &operation.operation {
        RefactorOperation::DeleteStack(delete) => Some(delete),
        _ => None,
    });
    let delete = delete.unwrap();
    assert!(!may_delete(delete.reason, &live(&world, &delete.stack).unwrap()));
}

#[test]
fn files_of_a_second_operation_on_the_same_stacks_are_numbered() {
    let world = shop();
    let plan = world.forward().unwrap();
    let twice: Vec<PlannedOperation> = plan.operations.iter().chain(&plan.operations).cloned().collect();
    let files = operation_files(&twice);
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.contains(&"update.amplify-shop-dev-1a2b3-authshop-AAA.template.json"));
    assert!(names.contains(&"update.amplify-shop-dev-1a2b3-authshop-AAA.2.parameters.json"));
    let moved = "refactor.__from__.amplify-shop-dev-1a2b3-authshop-AAA.__to__.amplify-d1shop-main-branch-0123456789-auth179371D7-BBB";
    assert!(names.contains(&format!("{moved}.mappings.json").as_str()));
    assert!(names.contains(&format!("{moved}.2.source.template.json").as_str()));
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "every name is unique");
    let views: Vec<String> = plan.views().into_iter().flat_map(|view| view.files).collect();
    let once: Vec<String> = operation_files(&plan.operations)
        .into_iter()
        .map(|file| file.name)
        .collect();
    let mapping_aside: Vec<&String> = once.iter().filter(|name| *name != "filename-mapping.json").collect();
    assert_eq!(views.iter().collect::<Vec<_>>(), mapping_aside);
}

#[test]
fn long_names_become_hashes_that_are_listed() {
    let world = shop();
    let mut plan = world.forward().unwrap();
    for operation in &mut plan.operations {
        if let RefactorOperation::UpdateStack(update) = &mut operation.operation {
            update.stack.name = format!("ü{}", "n".repeat(230));
        }
    }
    let files = operation_files(&plan.operations);
    assert!(files.iter().all(|file| file.name.len() <= 200));
    let mapping = files.last().unwrap();
    assert_eq!(mapping.name, "filename-mapping.json");
    let names: indexmap::IndexMap<String, String> = serde_json::from_str(&mapping.contents).unwrap();
    for (hashed, full) in names {
        assert!(files.iter().any(|file| file.name == hashed));
        assert!(full.len() > 200);
    }
}

/// A resource that is in neither stack has not been moved: it is lost, and nothing must go on.
#[test]
fn a_lost_resource_is_not_a_finished_move() {
    let mut world = shop();
    let plan = world.forward().unwrap();
    let position = plan
        .operations
        .iter()
        .position(|operation| matches!(&operation.operation, RefactorOperation::CreateAndExecuteStackRefactor(refactor) if refactor.kind == crate::refactor::MoveKind::Move))
        .unwrap();
    for operation in &plan.operations[..position] {
        world.apply(operation);
    }
    let operation = &plan.operations[position];
    let RefactorOperation::CreateAndExecuteStackRefactor(refactor) = &operation.operation else {
        panic!("it is a move");
    };
    for moved in &refactor.moves {
        world
            .stack_mut(&refactor.source.stack.name)
            .resources
            .shift_remove(&moved.source_logical_id);
    }
    assert!(matches!(state(&world, operation), LiveState::Diverged(_)));
    // Owned by both is not finished either.
    world.apply(operation);
    let moved = &refactor.moves[0];
    let twice = world.stack_mut(&refactor.target.stack.name).resources[&moved.target_logical_id].clone();
    world
        .stack_mut(&refactor.source.stack.name)
        .resources
        .insert(moved.source_logical_id.clone(), twice);
    assert!(matches!(state(&world, operation), LiveState::Diverged(_)));
}
