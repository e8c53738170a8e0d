//! What can be wrong or odd about an app, and what is said about it.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::fixture::{World, shop, stack};
use crate::{
    deployment::{Parameter, Stack, StackTree},
    error::CodedError,
    refactor::{
        AttributeRequest, DeleteReason, KnownAttributes, PlanError, PlanInput, Presence, RefactorOperation,
        ResourceMappings, holding_name, plan_forward,
    },
};

fn code(world: &World) -> &'static str {
    world.forward().unwrap_err().code()
}

fn edit(stack: &mut Stack, change: impl FnOnce(&mut Value)) {
    let mut template: Value = serde_json::from_str(&stack.template_body).unwrap();
    change(&mut template);
    stack.template_body = template.to_string();
}

const ORDERS: &str = "amplify-shop-dev-1a2b3-storageorders-AAA";
const STORAGE2: &str = "amplify-d1shop-main-branch-0123456789-storage0EC3F24A-BBB";

/// The Gen 2 tables no longer say whose they are.
fn anonymous_tables() -> World {
    let mut world = shop();
    let mut storage = world.gen2_stack("storage0EC3F24A").clone();
    let orders = world.gen2.nested.shift_remove("storageordersA346F297").unwrap().stack;
    let moved: Value = serde_json::from_str(&orders.template_body).unwrap();
    edit(&mut storage, |template| {
        let resources = template["Resources"].as_object_mut().unwrap();
        let mut table = resources.shift_remove("carts1E902D9C").unwrap();
        table["Properties"]["TableName"] = json!("t");
        table["Metadata"] = json!({});
        resources.insert("Table1E902D9C".into(), table);
        let mut table = moved["Resources"]["orders7D0A1B2C"].clone();
        table["Properties"]["TableName"] = json!("u");
        table["Metadata"] = json!({});
        resources.insert("Table7D0A1B2C".into(), table);
    });
    let carts = storage.resources.shift_remove("carts1E902D9C").unwrap();
    storage.resources.insert("Table1E902D9C".into(), carts);
    storage
        .resources
        .insert("Table7D0A1B2C".into(), orders.resources["orders7D0A1B2C"].clone());
    *world.gen2_stack("storage0EC3F24A") = storage;
    world
}

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
fn prefixes_are_not_identities() {
    let mut world = shop();
    // A stack of another name that begins alike must not stand in for the one that is missing.
    let stream = world.gen2.nested.shift_remove("analytics5794DE4A").unwrap();
    world.gen2.nested.insert("analyticsxyz".into(), stream);
    assert_eq!(code(&world), "REFACTOR_TARGET_STACK_MISSING");
    let mut world = shop();
    let orders = world.gen1.nested.shift_remove("storageorders").unwrap();
    world.gen1.nested.insert("storageordersarchive".into(), orders);
    assert_eq!(code(&world), "REFACTOR_SOURCE_STACK_MISSING");
}

#[test]
fn tables_that_nothing_tells_apart_need_a_mapping() {
    let world = anonymous_tables();
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_UNPAIRED", "{error}");
    assert!(
        error.to_string().contains("orders-dev") && error.resolution().contains("--mappings"),
        "{error}"
    );
    let pair = |stack: &str, target: &str| {
        json!({"Source": {"StackName": stack, "LogicalResourceId": "DynamoDBTable"},
               "Destination": {"StackName": STORAGE2, "LogicalResourceId": target}})
    };
    let file = json!([
        pair(ORDERS, "Table1E902D9C"),
        pair("amplify-shop-dev-1a2b3-storagecarts-AAA", "Table7D0A1B2C")
    ]);
    let mappings = ResourceMappings::parse(&file.to_string(), "map.json").unwrap();
    let plan = world.forward_with(&mappings).unwrap();
    assert_eq!(plan.violations, []);
    let target = plan
        .record
        .moves
        .iter()
        .find(|moved| moved.physical_id == "orders-dev")
        .unwrap();
    assert_eq!(target.target.logical_id, "Table1E902D9C");
}

#[test]
fn two_counterparts_of_one_name_are_ambiguous() {
    let mut world = shop();
    let mut twin = world.gen2.nested["storageordersA346F297"].clone();
    twin.stack.name.push_str("-twin");
    twin.stack.id.clone_from(&twin.stack.name);
    twin.stack.resources["orders7D0A1B2C"].physical_id = Some("twin".into());
    world.gen2.nested.insert("storageorders00000000".into(), twin);
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_AMBIGUOUS");
    assert!(
        error.to_string().contains("orders-dev") && error.to_string().contains("twin"),
        "{error}"
    );
    assert!(error.resolution().contains("\"LogicalResourceId\""));
}

#[test]
fn mappings_that_make_no_sense_are_refused() {
    let world = shop();
    let parse = |value: Value| ResourceMappings::parse(&value.to_string(), "map.json").unwrap();
    let entry = |source: (&str, &str), target: (&str, &str)| {
        parse(
            json!([{"Source": {"StackName": source.0, "LogicalResourceId": source.1},
                      "Destination": {"StackName": target.0, "LogicalResourceId": target.1}}]),
        )
    };
    for (mappings, message) in [
        (
            entry(("nobody", "A"), (STORAGE2, "B")),
            "the Gen 1 tree has no such stack",
        ),
        (
            entry((ORDERS, "Nobody"), (STORAGE2, "carts1E902D9C")),
            "the stack has no such resource",
        ),
        (
            entry((ORDERS, "DynamoDBTable"), ("nobody", "B")),
            "the Gen 2 tree has no such stack",
        ),
        (
            entry((ORDERS, "DynamoDBTable"), (STORAGE2, "Nobody")),
            "no Gen 2 resource",
        ),
        (
            entry((ORDERS, "DynamoDBTable"), (STORAGE2, "filesBucket71D6AA65")),
            "no Gen 2 resource",
        ),
        (
            entry(
                ("amplify-shop-dev-1a2b3-authshop-AAA", "HostedUI"),
                (STORAGE2, "carts1E902D9C"),
            ),
            "does not move Custom::",
        ),
    ] {
        let error = world.forward_with(&mappings).unwrap_err();
        assert_eq!(error.code(), "REFACTOR_MAPPING", "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    for text in ["", "{}", "[{\"Source\": 1}]", "[{\"Source\": {\"StackName\": \"a\"}}]"] {
        let error = ResourceMappings::parse(text, "dir/map.json").unwrap_err();
        assert_eq!(error.code(), "REFACTOR_MAPPINGS_FILE");
        assert!(error.to_string().starts_with("dir/map.json:"), "{error}");
    }
}

#[test]
fn a_table_with_other_keys_is_refused() {
    let mut world = shop();
    edit(world.gen2_stack("storageordersA346F297"), |template| {
        template["Resources"]["orders7D0A1B2C"]["Properties"]["KeySchema"][1]["AttributeName"] = json!("other");
    });
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_INCOMPATIBLE");
    assert!(
        error.to_string().contains("KeySchema") && error.to_string().contains("orders-dev"),
        "{error}"
    );
    // The type of a key counts too.
    let mut world = shop();
    edit(world.gen2_stack("storageordersA346F297"), |template| {
        template["Resources"]["orders7D0A1B2C"]["Properties"]["AttributeDefinitions"][0]["AttributeType"] = json!("N");
    });
    assert_eq!(code(&world), "REFACTOR_RESOURCE_INCOMPATIBLE");
}

#[test]
fn a_missing_native_client_says_what_it_would_break() {
    let mut world = shop();
    let auth = world.gen2_stack("auth179371D7");
    edit(auth, |template| {
        template["Resources"]
            .as_object_mut()
            .unwrap()
            .shift_remove("amplifyAuthUserPoolNativeAppClient79534448");
    });
    auth.resources
        .shift_remove("amplifyAuthUserPoolNativeAppClient79534448");
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_UNPAIRED");
    assert!(error.resolution().contains("mobile"), "{}", error.resolution());
}

#[test]
fn clients_of_the_users_own_are_paired_by_name_or_stay() {
    let mut world = shop();
    let gen1 = world.gen1_stack("authshop");
    let client = json!({"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ClientName": "partner", "UserPoolId": {"Ref": "UserPool"}}});
    edit(gen1, |template| template["Resources"]["Partner"] = client.clone());
    let owned = gen1.resources["UserPoolClient"].clone();
    gen1.resources.insert(
        "Partner".into(),
        crate::deployment::StackResource {
            physical_id: Some("partner-id".into()),
            ..owned.clone()
        },
    );
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.id == "refactor-unpaired" && finding.message.contains("Partner"))
    );
    // It stays, and its reference to the pool that leaves is literal.
    let update = plan.operations.iter().find_map(|operation| match &operation.operation {
        RefactorOperation::UpdateStack(update) if update.stack.name.contains("authshop") => Some(update),
        _ => None,
    });
    let pool = update
        .unwrap()
        .after
        .resource("Partner")
        .unwrap()
        .property("UserPoolId")
        .cloned();
    assert_eq!(pool, Some(json!("amplify-shop-dev-1a2b3-authshop-AAA.UserPool")));

    let gen2 = world.gen2_stack("auth179371D7");
    edit(gen2, |template| {
        let mut client = client.clone();
        client["Properties"]["UserPoolId"] = json!({"Ref": "amplifyAuthUserPool4BA7F805"});
        template["Resources"]["partnerClient00000000"] = client;
    });
    gen2.resources.insert(
        "partnerClient00000000".into(),
        crate::deployment::StackResource {
            physical_id: Some("partner-2".into()),
            ..owned
        },
    );
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    let moved = plan
        .record
        .moves
        .iter()
        .find(|moved| moved.physical_id == "partner-id")
        .unwrap();
    assert_eq!(moved.target.logical_id, "partnerClient00000000");
}

#[test]
fn attributes_that_cannot_be_derived_are_asked_for_and_only_when_needed() {
    let mut world = shop();
    // Nobody needs the attribute of the role that stays.
    edit(world.gen1_stack("storagefiles"), |template| {
        template["Resources"]["Policy"]["Properties"]["Other"] = json!({"Fn::GetAtt": ["Policy", "Id"]});
    });
    assert_eq!(world.forward().unwrap().violations, []);
    // But what moves and what refers to it must become literal.
    edit(world.gen1_stack("storageorders"), |template| {
        template["Resources"]["Reader"] = json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": {"Fn::GetAtt": ["DynamoDBTable", "StreamArn"]}}});
    });
    let stack = world.gen1_stack("storageorders");
    let reader = crate::deployment::StackResource {
        resource_type: "AWS::Lambda::EventSourceMapping".into(),
        physical_id: Some("reader".into()),
        status: "CREATE_COMPLETE".into(),
    };
    stack.resources.insert("Reader".into(), reader);
    let needed = match world.forward().unwrap_err() {
        PlanError::AttributesNeeded(needed) => needed,
        other => panic!("{other}"),
    };
    let expected = AttributeRequest {
        stack: ORDERS.into(),
        logical_id: "DynamoDBTable".into(),
        resource_type: "AWS::DynamoDB::Table".into(),
        physical_id: "orders-dev".into(),
        attribute: "StreamArn".into(),
    };
    assert_eq!(needed, std::slice::from_ref(&expected));
    let error = PlanError::AttributesNeeded(needed);
    assert!(
        error.to_string().contains("StreamArn of DynamoDBTable") && error.to_string().contains(ORDERS),
        "{error}"
    );
    let mut known = KnownAttributes::default();
    known.insert(&expected, json!("arn:stream"));
    let plan = plan_forward(&PlanInput {
        gen1: &world.gen1,
        gen2: &world.gen2,
        holdings: &IndexMap::new(),
        resources: &world.resources,
        account_id: "123456789012",
        region: "eu-west-1",
        mappings: &ResourceMappings::default(),
        attributes: &known,
    })
    .unwrap();
    assert_eq!(plan.violations, []);
}

#[test]
fn secrets_in_what_moves_are_refused() {
    let mut world = shop();
    edit(world.gen1_stack("authshop"), |template| {
        template["Resources"]["UserPool"]["Properties"]["EmailConfiguration"] =
            json!({"From": {"Ref": "hostedUIProviderCreds"}});
    });
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_SECRET_PARAMETER");
    assert!(
        error.to_string().contains("UserPool") && error.to_string().contains("hostedUIProviderCreds"),
        "{error}"
    );
}

#[test]
fn macros_and_unknown_expressions_are_refused() {
    let mut world = shop();
    edit(world.gen1_stack("storageorders"), |template| {
        template["Transform"] = json!("AWS::LanguageExtensions")
    });
    assert_eq!(code(&world), "REFACTOR_TRANSFORM");
    let mut world = shop();
    edit(world.gen1_stack("storageorders"), |template| {
        template["Resources"]["DynamoDBTable"]["Properties"]["Tags"] =
            json!([{"Key": "k", "Value": {"Fn::ImportValue": "other"}}]);
    });
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_UNRESOLVABLE");
    assert!(
        error
            .to_string()
            .contains("/Resources/DynamoDBTable/Properties/Tags/0/Value"),
        "{error}"
    );
    let mut world = shop();
    world.gen1_stack("storageorders").template_body = "{\"Resources\": {".into();
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "TEMPLATE_SYNTAX");
    assert!(error.to_string().starts_with(ORDERS), "{error}");
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
fn imported_resources_do_not_move() {
    let mut world = shop();
    world
        .resources
        .iter_mut()
        .find(|resource| resource.id.name == "files")
        .unwrap()
        .imported = true;
    world.gen1.nested.shift_remove("storagefiles");
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.id == "refactor-imported" && finding.feature == "storage/files")
    );
    assert!(
        !plan
            .record
            .moves
            .iter()
            .any(|moved| moved.resource_type == "AWS::S3::Bucket")
    );
    // Imported auth takes its groups along.
    let mut world = shop();
    world
        .resources
        .iter_mut()
        .find(|resource| resource.id.name == "shop")
        .unwrap()
        .imported = true;
    let plan = world.forward().unwrap();
    assert!(
        !plan
            .record
            .moves
            .iter()
            .any(|moved| moved.resource_type.starts_with("AWS::Cognito"))
    );
}

#[test]
fn templates_may_be_yaml() {
    let mut world = shop();
    world.gen1_stack("storageorders").template_body = r#"
Parameters: {env: {Type: String}, tableName: {Type: String}}
Resources:
  DynamoDBTable:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${tableName}-${env}"
      KeySchema: [{AttributeName: id, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}, {AttributeName: at, AttributeType: S}]
Outputs:
  Name: {Value: !Ref DynamoDBTable}
"#
    .into();
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    assert_eq!(plan.record.stacks[ORDERS].original.resources().count(), 1);
}

#[test]
fn partitions_are_those_of_the_region() {
    let mut world = shop();
    world.region = "us-gov-west-1";
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    let text = serde_json::to_string(&plan.operations).unwrap();
    assert!(text.contains("arn:aws-us-gov:s3:::shopfiles1a2b3-dev"));
    assert!(!text.contains("arn:aws:s3:::amplify"));
}

#[test]
fn ssm_parameters_are_frozen_to_their_values() {
    let mut world = shop();
    let stack = world.gen1_stack("storageorders");
    edit(stack, |template| {
        template["Parameters"]["tableName"]["Type"] = json!("AWS::SSM::Parameter::Value<String>")
    });
    stack.parameters[1] = Parameter {
        parameter_key: "tableName".into(),
        parameter_value: Some("/path/of/parameter".into()),
        resolved_value: Some("orders".into()),
    };
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    let text = serde_json::to_string(&plan.operations).unwrap();
    assert!(!text.contains("/path/of/parameter"));
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

#[test]
fn more_than_a_hundred_resources_and_odd_names() {
    let mut world = shop();
    let stack = world.gen1_stack("storagefiles");
    edit(stack, |template| {
        for index in 0..150 {
            let odd = format!("it's `odd` ${{x}} \"quoted\" ü{index}");
            template["Resources"][format!("P{index}")] =
                json!({"Type": "AWS::IAM::Policy", "Properties": {"Name": odd, "B": {"Ref": "S3Bucket"}}});
        }
    });
    for index in 0..150 {
        let policy = crate::deployment::StackResource {
            resource_type: "AWS::IAM::Policy".into(),
            physical_id: Some(format!("p{index}")),
            status: "CREATE_COMPLETE".into(),
        };
        stack.resources.insert(format!("P{index}"), policy);
    }
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
}

#[test]
fn an_app_without_stateful_resources_has_an_empty_plan() {
    let mut world = shop();
    world.resources.retain(|resource| resource.id.category.0 == "function");
    let plan = world.forward().unwrap();
    assert_eq!((plan.operations.len(), plan.violations.len()), (0, 0));
    let nothing_moved = shop().rollback(None).unwrap();
    assert_eq!((nothing_moved.operations.len(), nothing_moved.violations.len()), (0, 0));
}

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

#[test]
fn the_record_survives_the_journal() {
    let (_, record) = migrated(&shop());
    let text = serde_json::to_string(&record).unwrap();
    let read: crate::refactor::MigrationRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(read, record);
    let merged = record.clone().merge(read);
    assert_eq!(merged, record, "what the first plan recorded stays");
}

#[test]
fn what_the_next_deployment_would_replace_is_told() {
    let mut world = shop();
    edit(world.gen1_stack("authshop"), |template| {
        template["Resources"]["UserPoolClient"]["Properties"]["GenerateSecret"] = json!("true");
    });
    edit(world.gen2_stack("storage0EC3F24A"), |template| {
        let tags = template["Resources"]["filesBucket71D6AA65"]["Properties"]["Tags"]
            .as_array_mut()
            .unwrap();
        tags.push(json!({"Key": "aws-cdk:auto-delete-objects", "Value": "true"}));
    });
    let plan = world.forward().unwrap();
    let told = |id: &str, text: &str| {
        plan.findings
            .iter()
            .any(|finding| finding.id == id && finding.message.contains(text))
    };
    assert!(told("refactor-would-replace", "GenerateSecret"));
    assert!(
        told("refactor-would-replace", "UsernameAttributes"),
        "Gen 2 has no sign-in attributes"
    );
    assert!(told("refactor-auto-delete", "shopfiles1a2b3-dev"));
}
