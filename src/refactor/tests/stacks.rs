//! Stacks that are missing, of the wrong kind, or not at rest.

use serde_json::json;

use super::fixture::{ORDERS, code, shop, stack};
use crate::{
    deployment::{Stack, StackTree},
    error::CodedError,
    refactor::{DeleteReason, Presence, RefactorOperation, holding_name},
};

#[test]
fn the_target_must_not_be_gen1() {
    let mut world = shop();
    world.gen2 = world.gen1.clone();
    assert_eq!(code(&world), "REFACTOR_TARGET_IS_GEN1");
}

#[test]
fn missing_stacks_are_named_with_what_is_there() {
    let mut world = shop();
    world.gen1.nested.shift_remove("storageorders");
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_SOURCE_STACK_MISSING");
    assert!(
        error.to_string().contains("storageorders") && error.resolution().contains("storagecarts"),
        "{error}"
    );

    let mut world = shop();
    world.gen2.nested.shift_remove("analytics5794DE4A");
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_TARGET_STACK_MISSING");
    assert!(error.to_string().contains("analytics/clicks"), "{error}");
}

#[test]
fn a_shell_is_deleted_first_and_counts_as_absent() {
    let mut world = shop();
    let name = holding_name("amplify-d1shop-main-branch-0123456789-analytics5794DE4A-BBB");
    let shell = Stack {
        status: "REVIEW_IN_PROGRESS".into(),
        template_body: String::new(),
        ..stack(&name, json!({"Resources": {}}), &[], &[])
    };
    world.holdings.insert(name.clone(), shell);
    for plan in [world.forward().unwrap(), world.rollback(None).unwrap()] {
        assert_eq!(plan.violations, []);
        let deletion = plan.operations.iter().find_map(|operation| match &operation.operation {
            RefactorOperation::DeleteStack(delete) => Some((delete, operation)),
            _ => None,
        });
        let (delete, operation) = deletion.unwrap();
        assert_eq!(
            (delete.stack.name.as_str(), delete.reason),
            (name.as_str(), DeleteReason::Shell)
        );
        assert_eq!(operation.before[0].presence, Presence::Shell);
        assert_eq!(operation.afterwards[0].presence, Presence::Absent);
    }
}

#[test]
fn a_holding_stack_that_failed_stops_the_plan() {
    for status in [
        "ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_FAILED",
        "CREATE_IN_PROGRESS",
    ] {
        let mut world = shop();
        let name = holding_name("amplify-d1shop-main-branch-0123456789-analytics5794DE4A-BBB");
        let failed = Stack {
            status: status.into(),
            ..stack(
                &name,
                json!({"Resources": {"A": {"Type": "AWS::Kinesis::Stream"}}}),
                &[],
                &[],
            )
        };
        world.holdings.insert(name.clone(), failed);
        let error = world.forward().unwrap_err();
        assert_eq!(error.code(), "REFACTOR_HOLDING_STACK");
        assert!(
            error.to_string().contains(&name) && error.to_string().contains(status),
            "{error}"
        );
        assert_eq!(world.rollback(None).unwrap_err().code(), "REFACTOR_HOLDING_STACK");
    }
}

#[test]
fn stacks_that_are_not_at_rest_leave_the_plan_unproven() {
    let mut world = shop();
    world.gen1_stack("storageorders").status = "UPDATE_ROLLBACK_FAILED".into();
    let plan = world.forward().unwrap();
    assert!(
        plan.violations.iter().any(|violation| violation.stack == ORDERS),
        "{:?}",
        plan.violations
    );
}

#[test]
fn endpoints_may_give_names_or_arns() {
    fn to_arns(tree: &mut StackTree) {
        tree.stack.id = format!(
            "arn:aws:cloudformation:eu-west-1:123456789012:stack/{}/1",
            tree.stack.name
        );
        tree.nested.values_mut().for_each(to_arns);
    }
    let mut world = shop();
    to_arns(&mut world.gen1);
    to_arns(&mut world.gen2);
    let (plan, named) = (world.forward().unwrap(), shop().forward().unwrap());
    assert_eq!(plan.violations, []);
    assert_eq!(
        crate::refactor::operation_files(&plan.operations),
        crate::refactor::operation_files(&named.operations)
    );
    assert!(
        plan.operations
            .iter()
            .all(|operation| operation.before[0].stack.id.starts_with("arn:"))
    );
}
