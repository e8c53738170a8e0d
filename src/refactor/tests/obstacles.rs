//! What cannot take part is left out by name, and the rest moves.

use serde_json::{Value, json};

use super::fixture::{ORDERS, STORAGE2, World, edit, shop};
use crate::refactor::{Obstacle, RefactorOperation, RefactorPlan};

fn moved(plan: &RefactorPlan) -> Vec<String> {
    assert_eq!(plan.violations, []);
    plan.operations
        .iter()
        .filter_map(|planned| match &planned.operation {
            RefactorOperation::CreateAndExecuteStackRefactor(refactor) => Some(&refactor.moves),
            _ => None,
        })
        .flatten()
        .map(|moved| moved.physical_id.clone())
        .collect()
}

/// Findings about what stays: what and why.
fn left_out(plan: &RefactorPlan) -> Vec<String> {
    plan.findings
        .iter()
        .filter(|finding| finding.id == "refactor-cannot-move")
        .map(|finding| {
            assert!(!finding.remedy.is_empty());
            finding.message.clone()
        })
        .collect()
}

fn around(change: impl FnOnce(&mut World)) -> RefactorPlan {
    let mut world = shop();
    change(&mut world);
    world.forward_around().unwrap()
}

#[test]
fn a_stack_with_a_policy_stays_as_it_is() {
    let plan = around(|world| {
        let policy = Obstacle::StackPolicy { stack: STORAGE2.into() };
        assert!(world.obstacles.insert_stack(STORAGE2, policy.clone()));
        assert!(!world.obstacles.insert_stack(STORAGE2, policy));
    });
    let left = left_out(&plan);
    assert_eq!(left.len(), 2, "bucket and one table: {left:?}");
    assert!(
        left.iter()
            .all(|text| text.contains(STORAGE2) && text.contains("stack policy"))
    );
    let moved = moved(&plan);
    assert!(moved.iter().any(|id| id == "orders-dev") && moved.iter().any(|id| id == "clicks-dev"));
    assert!(!moved.iter().any(|id| id == "carts-dev" || id == "shopfiles1a2b3-dev"));
    let touched = |plan: &RefactorPlan, stack: &str| {
        plan.operations
            .iter()
            .any(|planned| planned.before.iter().any(|expected| expected.stack.name == stack))
    };
    assert!(!touched(&plan, STORAGE2) && touched(&plan, ORDERS));
    assert!(
        !plan
            .next_deployment
            .iter()
            .any(|change| change.physical_id == "carts-dev")
    );
}

#[test]
fn a_stack_that_is_made_by_a_macro_stays() {
    let plan = around(|world| {
        edit(world.gen1_stack("analyticsclicks"), |template| {
            template["Transform"] = json!("AWS::LanguageExtensions");
        });
    });
    let left = left_out(&plan);
    assert!(
        left[0].contains("clicks-dev") && left[0].contains("AWS::LanguageExtensions"),
        "{left:?}"
    );
    assert_eq!(left.len(), 1);
    assert!(moved(&plan).iter().any(|id| id == "carts-dev"));
}

#[test]
fn what_needs_something_that_stays_stays_too() {
    let secret = |resource: &str| {
        let resource = resource.to_owned();
        around(move |world| {
            edit(world.gen1_stack("authshop"), |template| {
                template["Resources"][&resource]["Properties"]["Extra"] = json!({"Ref": "hostedUIProviderCreds"});
            });
        })
    };
    // Everything of the category hangs on the pool, the groups of another stack as well.
    let plan = secret("UserPool");
    let left = left_out(&plan);
    assert_eq!(left.len(), 7, "{left:?}");
    assert!(left[0].contains("NoEcho parameter hostedUIProviderCreds"), "{left:?}");
    assert_eq!(
        left.iter()
            .filter(|text| text.contains("it needs AWS::Cognito::"))
            .count(),
        6
    );
    assert!(!moved(&plan).iter().any(|id| id.contains("auth")));
    // A client takes with it what names it, and nothing else.
    let plan = secret("UserPoolClient");
    let left = left_out(&plan);
    assert!(
        left.iter()
            .any(|text| text.contains("UserPoolClient (") && text.contains("NoEcho")),
        "{left:?}"
    );
    assert!(left.iter().any(|text| text.contains("IdentityPool (")), "{left:?}");
    assert!(moved(&plan).iter().any(|id| id.ends_with(".UserPool")));
    assert!(!serde_json::to_string(&plan.operations).unwrap().contains("****"));
}

#[test]
fn an_expression_that_only_the_service_can_evaluate_keeps_its_resource() {
    for expression in [
        json!({"Fn::ImportValue": "other"}),
        json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {}}}),
        json!({"Fn::GetAZs": ""}),
        json!({"Ref": "AWS::NotificationARNs"}),
        json!({"Fn::Invented": 1}),
        json!({"Fn::GetAtt": ["DynamoDBTable", "StreamArn"]}),
    ] {
        let value: Value = expression.clone();
        let plan = around(move |world| {
            edit(world.gen1_stack("storageorders"), |template| {
                template["Resources"]["DynamoDBTable"]["Properties"]["Tags"] = json!([{"Key": "k", "Value": value}]);
            });
        });
        let left = left_out(&plan);
        assert_eq!(left.len(), 1, "{expression}");
        assert!(left[0].contains("orders-dev"), "{left:?}");
        assert!(moved(&plan).iter().any(|id| id == "carts-dev"), "{expression}");
    }
}

#[test]
fn other_errors_are_no_obstacles() {
    let mut world = shop();
    world.gen1_stack("storageorders").template_body = "{".into();
    assert!(world.forward_around().is_err());
    assert_eq!(left_out(&shop().forward_around().unwrap()), Vec::<String>::new());
}
