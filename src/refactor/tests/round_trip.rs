//! Forward, then back, is the identity: on generated landscapes, broken off anywhere in either direction.

use proptest::prelude::*;
use serde_json::json;

use super::fixture::{World, edit, shop};
use crate::{cloudformation::same_template, refactor::RefactorPlan};

/// Gen 1 category stacks: logical id in the root, category and name of the resource.
const PARTS: [(&str, &str); 6] = [
    ("authshop", "auth/shop"),
    ("authuserPoolGroups", "auth/userPoolGroups"),
    ("storageorders", "storage/orders"),
    ("storagecarts", "storage/carts"),
    ("storagefiles", "storage/files"),
    ("analyticsclicks", "analytics/clicks"),
];
const POLICIES: [Option<&str>; 3] = [None, Some("Retain"), Some("Delete")];

/// The shop with only some of its categories, with policies on its resources, and with outputs that somebody added.
fn landscape() -> impl Strategy<Value = World> {
    let kept = proptest::collection::vec(any::<bool>(), PARTS.len());
    let policies = proptest::collection::vec(0..POLICIES.len(), 24);
    let outputs = proptest::collection::vec("[A-Za-z][A-Za-z0-9]{0,8}", 0..3);
    (kept, policies, outputs).prop_map(|(kept, policies, outputs)| {
        let mut world = shop();
        for ((nested_id, resource), _) in PARTS.iter().zip(&kept).filter(|(_, kept)| !**kept) {
            without(&mut world, nested_id, resource);
        }
        let mut policies = policies.iter().cycle();
        let nested = world.gen1.nested.values_mut().chain(world.gen2.nested.values_mut());
        for stack in nested.map(|tree| &mut tree.stack) {
            edit(stack, |template| {
                for resource in template["Resources"]
                    .as_object_mut()
                    .into_iter()
                    .flatten()
                    .map(|(_, one)| one)
                {
                    let policy = policies.next().and_then(|index| POLICIES[*index]);
                    if let (Some(policy), Some(resource)) = (policy, resource.as_object_mut()) {
                        resource.insert("DeletionPolicy".into(), json!(policy));
                    }
                }
                for name in &outputs {
                    template["Outputs"][format!("Added{name}")] = json!({ "Value": name });
                }
            });
        }
        world
    })
}

fn without(world: &mut World, nested_id: &str, resource: &str) {
    world.gen1.nested.shift_remove(nested_id);
    world.gen1.stack.resources.shift_remove(nested_id);
    edit(&mut world.gen1.stack, |template| {
        if let Some(resources) = template["Resources"].as_object_mut() {
            resources.shift_remove(nested_id);
        }
    });
    world
        .resources
        .retain(|one| format!("{}/{}", one.id.category.0, one.id.name) != resource);
}

/// The world after a part of the plan; all of it at 1000.
fn after(world: &World, plan: &RefactorPlan, permille: usize) -> World {
    let mut world = world.clone();
    for operation in plan.operations.iter().take(plan.operations.len() * permille / 1000) {
        world.apply(operation);
    }
    world
}

fn same(world: &World, before: &World) -> Result<(), TestCaseError> {
    prop_assert_eq!(world.owners(), before.owners());
    prop_assert!(world.holdings.is_empty());
    let templates = world.templates();
    for (name, original) in before.templates() {
        prop_assert!(same_template(&original, &templates[&name]), "{} is not as before", name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn forward_then_back_is_the_identity(before in landscape(), there in 0..=1000_usize, back in 0..=1000_usize) {
        let plan = before.forward().unwrap();
        prop_assert_eq!(&plan.violations, &[]);
        let end = after(&before, &plan, 1000);

        // Broken off on the way there, and then on the way back: the next rollback ends where all began.
        let broken = after(&before, &plan, there);
        let rollback = broken.rollback(Some(&plan.record)).unwrap();
        prop_assert_eq!(&rollback.violations, &[]);
        same(&after(&broken, &rollback, 1000), &before)?;
        let broken = after(&broken, &rollback, back);
        let rollback = broken.rollback(Some(&plan.record)).unwrap();
        prop_assert_eq!(&rollback.violations, &[]);
        same(&after(&broken, &rollback, 1000), &before)?;

        // From there forward again: everything is owned as after the run that nobody disturbed.
        let again = broken.forward_again(&plan.record).unwrap();
        prop_assert_eq!(&again.violations, &[]);
        let finished = after(&broken, &again, 1000);
        prop_assert_eq!(finished.owners(), end.owners());
        let rollback = finished.rollback(Some(&plan.record)).unwrap();
        same(&after(&finished, &rollback, 1000), &before)?;
    }
}
