//! Which Gen 2 resource takes the place of which Gen 1 resource, where that is not plain to see.

use serde_json::{Value, json};

use super::fixture::{CARTS, ORDERS, STORAGE2, World, code, edit, shop};
use crate::{
    error::CodedError,
    refactor::{RefactorOperation, RefactorPlan, ResourceMappings, identity::path_hash},
};

/// The Gen 2 tables have these logical ids in the stack of the category, and nothing else says whose they are.
fn gen2_tables_called([carts_id, orders_id]: [&str; 2]) -> World {
    let mut world = shop();
    let mut storage = world.gen2_stack("storage0EC3F24A").clone();
    let orders = world.gen2.nested.shift_remove("storageordersA346F297").unwrap().stack;
    let moved: Value = serde_json::from_str(&orders.template_body).unwrap();
    edit(&mut storage, |template| {
        let resources = template["Resources"].as_object_mut().unwrap();
        let mut table = resources.shift_remove("carts1E902D9C").unwrap();
        table["Properties"]["TableName"] = json!("t");
        table["Metadata"] = json!({});
        resources.insert(carts_id.into(), table);
        let mut table = moved["Resources"]["orders7D0A1B2C"].clone();
        table["Properties"]["TableName"] = json!("u");
        table["Metadata"] = json!({});
        resources.insert(orders_id.into(), table);
    });
    let carts = storage.resources.shift_remove("carts1E902D9C").unwrap();
    storage.resources.insert(carts_id.into(), carts);
    let orders = orders.resources["orders7D0A1B2C"].clone();
    storage.resources.insert(orders_id.into(), orders);
    *world.gen2_stack("storage0EC3F24A") = storage;
    world
}

/// Calls a Gen 1 table otherwise, the resource and what is deployed.
fn rename_gen1_table(world: &mut World, from: &str, resource: &str, physical: &str) {
    let mut nested = world.gen1.nested.shift_remove(&format!("storage{from}")).unwrap();
    nested.stack.resources["DynamoDBTable"].physical_id = Some(physical.into());
    edit(&mut nested.stack, |template| {
        template["Resources"]["DynamoDBTable"]["Properties"]["TableName"] = json!(physical);
    });
    world.gen1.nested.insert(format!("storage{resource}"), nested);
    let known = world.resources.iter_mut().find(|known| known.id.name == from).unwrap();
    known.id.name = resource.into();
}

/// Logical id of a table that `generate` has made.
fn generated_table(construct: &str) -> String {
    let human: String = construct.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{human}{}", path_hash(&[construct, "Resource"]))
}

/// Where the table of that name goes.
fn target_of(plan: &RefactorPlan, physical_id: &str) -> String {
    let moved = plan
        .record
        .moves
        .iter()
        .find(|moved| moved.physical_id == physical_id)
        .unwrap();
    moved.target.logical_id.clone()
}

/// The user decides where the tables of these Gen 1 stacks go.
fn mapped(pairs: [(&str, &str); 2]) -> ResourceMappings {
    let entries = pairs.map(|(stack, target)| {
        json!({"Source": {"StackName": stack, "LogicalResourceId": "DynamoDBTable"},
               "Destination": {"StackName": STORAGE2, "LogicalResourceId": target}})
    });
    ResourceMappings::parse(&Value::from(entries.to_vec()).to_string(), "map.json").unwrap()
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
    let world = gen2_tables_called(["Table1E902D9C", "Table7D0A1B2C"]);
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_UNPAIRED", "{error}");
    assert!(
        error.to_string().contains("orders-dev") && error.resolution().contains("--mappings"),
        "{error}"
    );
    let mappings = mapped([(ORDERS, "Table1E902D9C"), (CARTS, "Table7D0A1B2C")]);
    let plan = world.forward_with(&mappings).unwrap();
    assert_eq!(plan.violations, []);
    assert_eq!(target_of(&plan, "orders-dev"), "Table1E902D9C");
}

#[test]
fn names_are_compared_as_cdk_writes_them_where_they_do_not_match_exactly() {
    let mut world = gen2_tables_called(["carts1E902D9C", "orderItems7D0A1B2C"]);
    rename_gen1_table(&mut world, "orders", "Order_Items", "Order_Items-dev");
    let plan = world.forward().unwrap();
    assert_eq!(plan.violations, []);
    assert_eq!(target_of(&plan, "Order_Items-dev"), "orderItems7D0A1B2C");
    assert_eq!(target_of(&plan, "carts-dev"), "carts1E902D9C");

    // An exact match goes first: the other is left, and then it is nobody's.
    rename_gen1_table(&mut world, "carts", "orderItems", "orderItems-dev");
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_UNPAIRED", "{error}");
    assert!(error.to_string().contains("Order_Items-dev"), "{error}");
}

#[test]
fn names_that_become_the_same_are_ambiguous() {
    let mut world = gen2_tables_called(["orderitems1E902D9C", "table7D0A1B2C"]);
    rename_gen1_table(&mut world, "orders", "Order_Items", "Order_Items-dev");
    rename_gen1_table(&mut world, "carts", "OrderItems", "OrderItems-dev");
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_AMBIGUOUS", "{error}");
    for name in ["Order_Items-dev", "OrderItems-dev", "orderitems1E902D9C"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(error.resolution().contains("--mappings"), "{}", error.resolution());
    let mappings = mapped([(ORDERS, "table7D0A1B2C"), (CARTS, "orderitems1E902D9C")]);
    let plan = world.forward_with(&mappings).unwrap();
    assert_eq!(plan.violations, []);
    assert_eq!(target_of(&plan, "Order_Items-dev"), "table7D0A1B2C");
}

/// A resource may deploy a table that is called as another resource is: the names contradict each other.
#[test]
fn a_table_that_is_called_as_another_resource_is_ambiguous() {
    let swapped = |ids: [&str; 2]| {
        let mut world = gen2_tables_called(ids);
        rename_gen1_table(&mut world, "orders", "orders", "carts-dev");
        rename_gen1_table(&mut world, "carts", "carts", "orders-dev");
        world
    };
    let world = swapped(["carts1E902D9C", "orders7D0A1B2C"]);
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_RESOURCE_AMBIGUOUS", "{error}");
    for candidate in ["carts1E902D9C", "orders7D0A1B2C"] {
        assert!(error.to_string().contains(candidate), "{error}");
    }
    let mappings = mapped([(ORDERS, "orders7D0A1B2C"), (CARTS, "carts1E902D9C")]);
    let plan = world.forward_with(&mappings).unwrap();
    assert_eq!(plan.violations, []);
    assert_eq!(target_of(&plan, "carts-dev"), "orders7D0A1B2C");

    // What `generate` made says by its id which resource it was made for.
    let [carts, orders] = ["carts", "orders"].map(generated_table);
    let plan = swapped([&carts, &orders]).forward().unwrap();
    assert_eq!(plan.violations, []);
    assert_eq!(target_of(&plan, "carts-dev"), orders);
    assert_eq!(target_of(&plan, "orders-dev"), carts);
}

#[test]
fn generated_tables_are_recognised_whatever_they_had_to_be_called() {
    for (first, construct, second, other) in [
        ("1st", "table-1st", "table1st", "table1st"),
        ("constructor", "table-constructor", "Constructor", "Constructor"),
        ("amplifyData", "table-amplifyData", "AmplifyData", "AmplifyData"),
        ("items", "items", "Items", "Items"),
    ] {
        let [construct, other] = [construct, other].map(generated_table);
        let mut world = gen2_tables_called([&construct, &other]);
        let physical = [first, second].map(|name| format!("{name}-dev"));
        rename_gen1_table(&mut world, "orders", second, &physical[1]);
        rename_gen1_table(&mut world, "carts", first, &physical[0]);
        let plan = world.forward().unwrap();
        assert_eq!(plan.violations, []);
        assert_eq!(target_of(&plan, &physical[0]), construct);
        assert_eq!(target_of(&plan, &physical[1]), other);
    }
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
