//! A run that ended after any number of its operations: what the next run, or a rollback, must make of it.

use super::fixture::{World, done, proven};
use crate::{cloudformation::same_template, refactor::RefactorPlan};

/// The states in which a run of the plan can end, with the number of operations that it carried out.
fn states<'a>(start: &World, plan: &'a RefactorPlan) -> impl Iterator<Item = (usize, World)> + 'a {
    let mut world = start.clone();
    (0..=plan.operations.len()).map(move |count| {
        if let Some(operation) = count.checked_sub(1).and_then(|last| plan.operations.get(last)) {
            world.apply(operation);
        }
        (count, world.clone())
    })
}

fn assert_templates(found: &World, expected: &World, count: usize) {
    let templates = found.templates();
    for (name, original) in expected.templates() {
        assert!(
            same_template(&original, &templates[&name]),
            "after {count} operations: {name}\n{}",
            templates[&name].to_pretty()
        );
    }
}

/// Planning again, with the journal and without, finishes the migration; nothing is done twice.
pub(super) fn finished_by_the_next(before: &World) {
    let plan = proven(before.forward().unwrap());
    let end = done(before, &plan);
    for (count, world) in states(before, &plan) {
        for (has_record, again) in [(true, world.forward_again(&plan.record)), (false, world.forward())] {
            let again = proven(again.unwrap_or_else(|error| panic!("after {count} operations: {error}")));
            let finished = done(&world, &again);
            let case = format!("after {count} operations, record: {has_record}");
            assert_eq!(finished.owners(), end.owners(), "{case}");
            assert_eq!(again.operations.len(), plan.operations.len() - count, "{case}");
            let mut expected = end.clone();
            if !has_record {
                // What an earlier run took from a definition that is released, such as its dependencies, nobody remembers.
                expected.holdings.clear();
            }
            assert_templates(&finished, &expected, count);
        }
    }
}

/// With the record everything is as it was, without it everything is where it was.
pub(super) fn taken_back(before: &World) {
    let plan = proven(before.forward().unwrap());
    for (count, world) in states(before, &plan) {
        for record in [Some(&plan.record), None] {
            let back = world.rollback(record);
            let back = proven(back.unwrap_or_else(|error| panic!("after {count} operations: {error}")));
            let restored = done(&world, &back);
            let case = format!("after {count} operations, record: {}", record.is_some());
            assert_eq!(restored.owners(), before.owners(), "{case}");
            assert!(restored.holdings.is_empty(), "{case}");
            if record.is_some() {
                assert_templates(&restored, before, count);
            }
        }
    }
}

/// Taking back goes on where it ended, and so does the migration from there.
pub(super) fn rollback_finished_by_the_next(before: &World) {
    let plan = proven(before.forward().unwrap());
    let end = done(before, &plan);
    let back = proven(end.rollback(Some(&plan.record)).unwrap());
    for (count, world) in states(&end, &back) {
        let again = world.rollback(Some(&plan.record));
        let again = proven(again.unwrap_or_else(|error| panic!("after {count} operations: {error}")));
        let restored = done(&world, &again);
        assert_eq!(restored.owners(), before.owners(), "after {count} operations");
        assert!(restored.holdings.is_empty(), "after {count} operations");
        assert_templates(&restored, before, count);
        let forward = world.forward_again(&plan.record);
        let forward = proven(forward.unwrap_or_else(|error| panic!("forward after {count} operations: {error}")));
        assert_eq!(
            done(&world, &forward).owners(),
            end.owners(),
            "forward after {count} operations"
        );
    }
}
