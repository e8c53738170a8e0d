//! Rollbacks without what they would like to have.

use serde_json::{Value, json};

use super::fixture::{World, edit, shop};
use crate::{
    cloudformation::{Template, same_template},
    error::CodedError,
    refactor::{Existence, ExistenceRequest, KnownAttributes},
};

/// The whole migration, the holding stacks deleted by somebody, the journal lost, Gen 2 deployed again.
fn migrated(world: &World) -> (World, crate::refactor::MigrationRecord) {
    let plan = world.forward().unwrap();
    let mut done = world.clone();
    for operation in &plan.operations {
        done.apply(operation);
    }
    (done, plan.record)
}

#[test]
fn a_rollback_without_journal_and_holding_stacks_finds_what_belongs_to_gen1() {
    let before = shop();
    let (mut world, _) = migrated(&before);
    world.holdings.clear();
    let plan = world.rollback(None).unwrap();
    assert_eq!(plan.violations, []);
    for operation in &plan.operations {
        world.apply(operation);
    }
    let gen1 = |world: &World| -> Vec<(String, String, String)> {
        world
            .owners()
            .into_iter()
            .filter(|(_, stack, _)| stack.starts_with("amplify-shop"))
            .collect()
    };
    assert_eq!(gen1(&world), gen1(&before));
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.id == "refactor-rollback-inferred")
    );
}

#[test]
fn without_a_journal_the_templates_that_were_deployed_last_return_where_they_describe_the_same() {
    // The lock has protected everything since it was deployed.
    let mut before = shop();
    let deployed = before.templates();
    let nested = before.gen1.nested.values_mut().chain(before.gen2.nested.values_mut());
    for tree in nested {
        edit(&mut tree.stack, |template| {
            for (_, resource) in template["Resources"].as_object_mut().unwrap() {
                for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                    resource[policy] = "Retain".into();
                }
                if resource["Type"] == "AWS::DynamoDB::Table" {
                    resource["Properties"]["DeletionProtectionEnabled"] = true.into();
                }
            }
        });
    }
    let (mut world, _) = migrated(&before);
    world.pushed = deployed;
    // Somebody has pushed something else since; and an output that others read is not in the pushed template.
    let storage = "amplify-shop-dev-1a2b3-storageorders-AAA";
    let table = world.pushed[storage].document().clone();
    let pushed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut changed = serde_json::Value::Object(table.clone());
        change(&mut changed);
        Template::from_value(changed, storage).unwrap()
    };
    let bare = pushed(&|_| {});
    let other_table =
        pushed(&|template| template["Resources"]["DynamoDBTable"]["Properties"]["TableName"] = "x".into());
    let without_output = pushed(&|template| {
        template.as_object_mut().unwrap().shift_remove("Outputs");
    });
    for (template, returns) in [(bare, true), (other_table, false), (without_output, false)] {
        let mut world = world.clone();
        world.pushed[storage] = template;
        let plan = world.rollback(None).unwrap();
        assert_eq!(plan.violations, []);
        for operation in &plan.operations {
            world.apply(operation);
        }
        for (stack, original) in before.templates() {
            let is_restored = same_template(&world.templates()[&stack], &original);
            assert_eq!(is_restored, returns || stack != storage, "{stack}");
        }
        let told = plan
            .findings
            .iter()
            .find(|finding| finding.id == "refactor-template-literal");
        assert_eq!(told.is_none(), returns, "{told:?}");
        if let Some(told) = told {
            assert!(
                told.feature == storage && told.message.contains("deployed last would change"),
                "{told:?}"
            );
        }
    }
}

#[test]
fn what_was_parked_in_a_deleted_holding_stack_is_told_by_name_and_gen1_gets_its_own_back() {
    let before = shop();
    let (mut world, record) = migrated(&before);
    let (name, holding) = world.holdings.shift_remove_index(0).unwrap();
    let parked: Vec<String> = holding
        .resources
        .values()
        .filter_map(|resource| resource.physical_id.clone())
        .collect();
    assert!(!parked.is_empty());
    for known in [Some(&record), None] {
        let plan = world.rollback(known).unwrap();
        assert_eq!(plan.violations, []);
        let told: Vec<&str> = plan
            .findings
            .iter()
            .filter(|finding| finding.id == "refactor-parked-lost")
            .map(|finding| finding.message.as_str())
            .collect();
        match known {
            Some(_) => assert!(parked.iter().all(|id| told.iter().any(|message| message.contains(id)))),
            None => assert!(told.len() == 1 && told[0].contains(&name), "{told:?}"),
        }
        let mut restored = world.clone();
        for operation in &plan.operations {
            restored.apply(operation);
        }
        let gen1 = |world: &World| -> Vec<(String, String, String)> {
            world
                .owners()
                .into_iter()
                .filter(|(_, stack, _)| stack.starts_with("amplify-shop"))
                .collect()
        };
        assert_eq!(gen1(&restored), gen1(&before));
    }
    let untouched = migrated(&before).0.rollback(Some(&record)).unwrap();
    assert!(
        untouched
            .findings
            .iter()
            .all(|finding| finding.id != "refactor-parked-lost")
    );
}

#[test]
fn a_rollback_finishes_one_category_before_it_begins_the_next() {
    let (world, record) = migrated(&shop());
    let plan = world.rollback(Some(&record)).unwrap();
    let groups: Vec<&str> = plan
        .operations
        .iter()
        .map(|operation| operation.group.as_str())
        .collect();
    let mut runs = groups.clone();
    runs.dedup();
    let distinct: std::collections::HashSet<&str> = groups.iter().copied().collect();
    assert!(distinct.len() > 1);
    assert_eq!(runs.len(), distinct.len(), "{groups:?}");
}

#[test]
fn a_rollback_to_the_wrong_branch_is_refused_loudly() {
    let (mut world, _) = migrated(&shop());
    world.holdings.clear();
    // A branch that has nothing of the app.
    world.gen2 = shop().gen2;
    assert_eq!(world.rollback(None).unwrap_err().code(), "REFACTOR_WHEREABOUTS_UNKNOWN");
}

#[test]
fn something_that_vanished_is_refused_by_name() {
    let (mut world, record) = migrated(&shop());
    world
        .gen2_stack("storageordersA346F297")
        .resources
        .shift_remove("orders7D0A1B2C");
    let request = ExistenceRequest {
        resource_type: "AWS::DynamoDB::Table".into(),
        physical_id: "orders-dev".into(),
        user_pool_id: None,
    };
    let mut known = KnownAttributes::default();
    known.insert_existence(&request, Existence::Gone);
    world.known = Some(known);
    let error = world.rollback(Some(&record)).unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_LOST");
    assert!(error.to_string().contains("orders-dev"), "{error}");
}

#[test]
fn a_rollback_after_a_deployment_makes_gen2_literal_again() {
    let before = shop();
    let (mut world, record) = migrated(&before);
    // The deployment brought the symbolic templates back, around the resources of Gen 1.
    let symbolic = before.gen2.nested["auth179371D7"].stack.template_body.clone();
    world.gen2_stack("auth179371D7").template_body = symbolic;
    for output in &mut world.gen2_stack("auth179371D7").outputs {
        output.output_value = output.output_value.replace(
            "amplify-d1shop-main-branch-0123456789-auth179371D7-BBB.amplifyAuthUserPool4BA7F805",
            "amplify-shop-dev-1a2b3-authshop-AAA.UserPool",
        );
    }
    let plan = world.rollback(Some(&record)).unwrap();
    assert_eq!(plan.violations, []);
    let mut restored = world.clone();
    for operation in &plan.operations {
        restored.apply(operation);
    }
    assert_eq!(restored.owners(), before.owners());
    // Gen 1's pool was changed by that deployment: its original template would change it again, so it is not forced on it.
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.id == "refactor-template-literal" && finding.feature.contains("authshop"))
    );
}

/// An update of metadata alone is an update of the resource.
#[test]
fn metadata_of_a_deployment_stays_with_what_comes_back() {
    let before = shop();
    let (mut world, record) = migrated(&before);
    let path = json!({"aws:cdk:path": "amplify-d1shop/storage/carts/Resource"});
    edit(world.gen2_stack("storage0EC3F24A"), |template| {
        template["Resources"]["carts1E902D9C"]["Metadata"] = path.clone();
    });
    let plan = world.rollback(Some(&record)).unwrap();
    assert_eq!(plan.violations, []);
    for operation in &plan.operations {
        world.apply(operation);
    }
    let template =
        |world: &mut World| -> Value { serde_json::from_str(&world.gen1_stack("storagecarts").template_body).unwrap() };
    let mut expected = template(&mut before.clone());
    expected["Resources"]["DynamoDBTable"]["Metadata"] = path;
    assert_eq!(template(&mut world), expected, "everything else is as it was");
    let again = world.rollback(Some(&record)).unwrap();
    assert!(again.operations.is_empty(), "{:?}", again.operations);
}

#[test]
fn the_record_survives_the_journal() {
    let (_, record) = migrated(&shop());
    let text = serde_json::to_string(&record).unwrap();
    let read: crate::refactor::MigrationRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(read, record);
    let merged = record.clone().merge(read);
    assert_eq!(merged, record, "what the first plan recorded stays");
}
