//! Which Gen 2 resource takes the place of which Gen 1 resource, where that is not plain to see.

use serde_json::{Value, json};

use super::fixture::{ORDERS, STORAGE2, World, code, edit, shop};
use crate::{
    error::CodedError,
    refactor::{RefactorOperation, ResourceMappings},
};

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
fn gen2_resources_without_a_partner_stay_where_they_are() {
    let mut world = shop();
    let extra = json!({"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "of-gen2-only"}});
    edit(world.gen2_stack("storage0EC3F24A"), |template| {
        template["Resources"]["extra7D0A1B2C"] = extra;
    });
    let owned = crate::deployment::StackResource {
        resource_type: "AWS::DynamoDB::Table".into(),
        physical_id: Some("of-gen2-only".into()),
        status: "CREATE_COMPLETE".into(),
    };
    world
        .gen2_stack("storage0EC3F24A")
        .resources
        .insert("extra7D0A1B2C".into(), owned);
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    for operation in &plan.operations {
        world.apply(operation);
    }
    let owners = world.owners();
    let owner = owners.iter().find(|(id, ..)| id == "of-gen2-only").unwrap();
    assert_eq!((owner.1.as_str(), owner.2.as_str()), (STORAGE2, "extra7D0A1B2C"));
}
