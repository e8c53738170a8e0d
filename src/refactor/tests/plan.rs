//! Forward and back on a made-up app, from every state in which a run can end.

use super::{
    fixture::{done, proven, shop},
    interruption,
};
use crate::{
    cloudformation::ReferenceGraph,
    refactor::{
        MoveKind, PLACEHOLDER, PlannedOperation, RefactorOperation, RefactorPlan, StackRefactor, operation_files,
    },
};

fn refactors(plan: &RefactorPlan) -> Vec<&StackRefactor> {
    plan.operations
        .iter()
        .filter_map(|operation| match &operation.operation {
            RefactorOperation::CreateAndExecuteStackRefactor(refactor) => Some(refactor),
            _ => None,
        })
        .collect()
}

#[test]
fn resources_are_paired_by_identity() {
    let plan = proven(shop().forward().unwrap());
    let mut moves: Vec<(String, String)> = refactors(&plan)
        .into_iter()
        .filter(|refactor| refactor.kind == MoveKind::Move)
        .flat_map(|refactor| &refactor.moves)
        .map(|moved| {
            (
                moved.physical_id.rsplit('.').next().unwrap().to_owned(),
                moved.target_logical_id.clone(),
            )
        })
        .collect();
    moves.sort();
    let expected = [
        ("AdminGroup", "amplifyAuthAdminGroupCC42FF04"),
        ("AdminSuperGroup", "amplifyAuthAdminSuperGroup11111111"),
        ("IdentityPool", "amplifyAuthIdentityPool3FDE84CC"),
        ("IdentityPoolRoleMap", "amplifyAuthIdentityPoolRoleAttachment045F17C8"),
        ("UserPool", "amplifyAuthUserPool4BA7F805"),
        ("UserPoolClient", "amplifyAuthUserPoolNativeAppClient79534448"),
        ("UserPoolClientWeb", "amplifyAuthUserPoolAppClient2626C6F8"),
        ("carts-dev", "carts1E902D9C"),
        ("clicks-dev", "clicksD5E97047"),
        ("orders-dev", "orders7D0A1B2C"),
        ("shopfiles1a2b3-dev", "filesBucket71D6AA65"),
    ];
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
    assert_eq!(moves, expected);
}

#[test]
fn one_park_for_each_gen2_stack() {
    let plan = shop().forward().unwrap();
    let parks: Vec<(&str, usize)> = refactors(&plan)
        .into_iter()
        .filter(|refactor| refactor.kind == MoveKind::Park)
        .map(|refactor| {
            (
                refactor.source.stack.name.rsplit('-').nth(1).unwrap(),
                refactor.moves.len(),
            )
        })
        .collect();
    assert_eq!(
        parks,
        [
            ("auth179371D7", 7),
            ("storageordersA346F297", 1),
            ("storage0EC3F24A", 2),
            ("analytics5794DE4A", 1)
        ]
    );
    assert!(
        refactors(&plan)
            .iter()
            .all(|refactor| refactor.create_target == (refactor.kind == MoveKind::Park))
    );
}

#[test]
fn stacks_that_would_become_empty_get_a_placeholder_before() {
    let plan = shop().forward().unwrap();
    for (stack, wanted) in [
        ("amplify-shop-dev-1a2b3-storageorders-AAA", true),
        ("amplify-shop-dev-1a2b3-analyticsclicks-AAA", true),
        ("amplify-shop-dev-1a2b3-authshop-AAA", false),
        ("amplify-shop-dev-1a2b3-storagefiles-AAA", false),
        // Its CDK metadata is not deployed in this region.
        ("amplify-d1shop-main-branch-0123456789-storage0EC3F24A-BBB", true),
        ("amplify-d1shop-main-branch-0123456789-storageordersA346F297-BBB", true),
        ("amplify-d1shop-main-branch-0123456789-auth179371D7-BBB", false),
    ] {
        let update = plan.operations.iter().find_map(|operation| match &operation.operation {
            RefactorOperation::UpdateStack(update) if update.stack.name == stack => Some(update),
            _ => None,
        });
        let update = update.unwrap_or_else(|| panic!("{stack} is not updated"));
        assert_eq!(update.after.resource(PLACEHOLDER).is_some(), wanted, "{stack}");
        assert_eq!(!update.allowed_changes.added.is_empty(), wanted, "{stack}");
    }
}

#[test]
fn every_submitted_template_is_closed_and_retains_what_moves() {
    let plan = shop().forward().unwrap();
    for refactor in refactors(&plan) {
        for template in [&refactor.source.after, &refactor.target.after] {
            let dangling: Vec<_> = ReferenceGraph::of(template).dangling().cloned().collect();
            assert_eq!(dangling, []);
        }
        for moved in &refactor.moves {
            let resource = refactor.target.after.resource(&moved.target_logical_id).unwrap();
            assert_eq!(
                (resource.deletion_policy(), resource.update_replace_policy()),
                (Some("Retain"), Some("Retain"))
            );
            assert_eq!(resource.condition(), None);
            // Nothing but the place may be symbolic.
            let names = crate::cloudformation::names_in(&serde_json::json!(resource.definition));
            assert!(names.iter().all(|name| name == "AWS::Region"), "{names:?}");
        }
    }
}

#[test]
fn secrets_are_never_written() {
    let plan = shop().forward().unwrap();
    let files = operation_files(&plan.operations);
    assert!(!files.is_empty());
    for file in files {
        assert!(!file.contents.contains("****"), "{}", file.name);
        assert!(!file.contents.contains("ParameterValue"), "{}", file.name);
        assert!(!file.contents.ends_with('\n'));
    }
}

#[test]
fn names_frozen_from_the_stack_name_do_not_change() {
    let plan = shop().forward().unwrap();
    let bucket = refactors(&plan)
        .into_iter()
        .find_map(|refactor| {
            refactor
                .target
                .after
                .resource("filesBucket71D6AA65")
                .filter(|_| refactor.kind == MoveKind::Move)
        })
        .and_then(|bucket| bucket.property("BucketName").cloned());
    assert_eq!(bucket, Some("shopfiles1a2b3-dev".into()));
    let parked = refactors(&plan)
        .into_iter()
        .find_map(|refactor| {
            refactor
                .target
                .after
                .resource("orders7D0A1B2C")
                .filter(|_| refactor.kind == MoveKind::Park)
        })
        .and_then(|table| table.property("TableName").cloned());
    assert_eq!(
        parked,
        Some("amplify-d1shop-main-branch-0123456789-storageordersA346F297-BBB-orders".into())
    );
}

#[test]
fn what_does_not_move_is_told() {
    let plan = shop().forward().unwrap();
    let told = |id: &str, name: &str| {
        plan.findings
            .iter()
            .any(|finding| finding.id == id && finding.message.contains(name))
    };
    assert!(told("refactor-left-behind", "HostedUI"), "{:#?}", plan.findings);
    assert!(told("refactor-not-moved", "geo/map"));
    assert!(!told("refactor-not-moved", "function/worker"));
}

#[test]
fn everything_is_prepared_before_anything_moves_and_what_shares_no_stack_goes_side_by_side() {
    let plan = shop().forward().unwrap();
    let is_preparation = |operation: &&PlannedOperation| operation.operation.is_preparation();
    let preparations: Vec<&str> = plan
        .operations
        .iter()
        .filter(is_preparation)
        .map(|operation| operation.id.as_str())
        .collect();
    assert!(preparations.len() > 3, "{preparations:?}");
    let last = plan.operations.last().unwrap();
    assert_eq!(last.group, "analytics/clicks (Kinesis)");
    for operation in &plan.operations {
        let waits_for = |id: &&str| operation.after.iter().any(|after| after == id);
        if is_preparation(&operation) {
            assert_eq!(operation.after, Vec::<String>::new(), "{}", operation.id);
        } else {
            assert!(preparations.iter().all(waits_for), "{}", operation.id);
        }
        for other in plan.operations.iter().filter(|other| waits_for(&other.id.as_str())) {
            let stacks = |operation: &PlannedOperation| -> Vec<String> {
                operation
                    .before
                    .iter()
                    .map(|expected| expected.stack.name.clone())
                    .collect()
            };
            let shares = stacks(operation).iter().any(|stack| stacks(other).contains(stack));
            assert!(shares || is_preparation(&other), "{} after {}", operation.id, other.id);
        }
    }
}

#[test]
fn a_run_that_ended_anywhere_is_finished_by_the_next() {
    interruption::finished_by_the_next(&shop());
}

#[test]
fn a_run_that_ended_anywhere_can_be_taken_back() {
    interruption::taken_back(&shop());
}

#[test]
fn a_rollback_that_ended_anywhere_is_finished_by_the_next() {
    interruption::rollback_finished_by_the_next(&shop());
}

#[test]
fn forward_works_again_after_a_rollback() {
    let before = shop();
    let plan = before.forward().unwrap();
    let there = done(&before, &plan);
    let back = done(&there, &there.rollback(Some(&plan.record)).unwrap());
    let again = proven(back.forward().unwrap());
    assert_eq!(done(&back, &again).owners(), there.owners());
    // Without record the Gen 1 templates stayed literal; that must not matter.
    let blind = done(&there, &there.rollback(None).unwrap());
    let again = proven(blind.forward().unwrap());
    assert_eq!(done(&blind, &again).owners(), there.owners());
}

#[test]
fn planning_is_deterministic() {
    let (one, other) = (shop().forward().unwrap(), shop().forward().unwrap());
    assert_eq!(operation_files(&one.operations), operation_files(&other.operations));
    assert_eq!(one.operations, other.operations);
}
