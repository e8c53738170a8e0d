//! Templates with odd, secret or unknown parts.

use indexmap::IndexMap;
use serde_json::json;

use super::fixture::{FILES, ORDERS, code, edit, shop};
use crate::{
    cloudformation::simulate::{MAXIMUM_TEMPLATE, Rule},
    deployment::Parameter,
    error::CodedError,
    plan::ChangeEffect,
    refactor::{AttributeRequest, KnownAttributes, Obstacles, PlanError, PlanInput, ResourceMappings, plan_forward},
};

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
        needed_by: "DynamoDBTable".into(),
    };
    assert_eq!(needed, std::slice::from_ref(&expected));
    let error = PlanError::AttributesNeeded(needed);
    assert!(
        error.to_string().contains("StreamArn of DynamoDBTable") && error.to_string().contains(ORDERS),
        "{error}"
    );
    let mut known = KnownAttributes::default();
    known.insert(&expected, json!("arn:stream"));
    let plan = plan_forward(
        &PlanInput {
            gen1: &world.gen1,
            gen2: &world.gen2,
            holdings: &IndexMap::new(),
            resources: &world.resources,
            account_id: "123456789012",
            region: "eu-west-1",
            mappings: &ResourceMappings::default(),
            obstacles: &Obstacles::default(),
            attributes: &known,
            pushed: &IndexMap::new(),
        },
        None,
    )
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

#[test]
fn what_the_next_deployment_does_is_part_of_the_plan() {
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
    let change = |property: &str, physical_id: &str| {
        plan.next_deployment
            .iter()
            .find(|change| change.property == property && change.physical_id.ends_with(physical_id))
            .unwrap_or_else(|| panic!("{property} of {physical_id}"))
    };
    let secret = change("GenerateSecret", "UserPoolClient");
    assert_eq!((secret.effect, secret.blocks()), (ChangeEffect::Replace, true));
    // Gen 2 has no sign-in attributes.
    assert!(change("UsernameAttributes", "UserPool").blocks());
    // The client names Gen 2's pool, which will be the Gen 1 pool.
    assert!(
        !plan
            .next_deployment
            .iter()
            .any(|change| change.property == "UserPoolId")
    );
    let name = change("BucketName", "shopfiles1a2b3-dev");
    assert_eq!((name.effect, name.blocks()), (ChangeEffect::Replace, false));
    let emptied = change("Tags.aws-cdk:auto-delete-objects", "shopfiles1a2b3-dev");
    assert_eq!(emptied.effect, ChangeEffect::Unprotected);
    let told = |id: &str, text: &str| {
        plan.findings
            .iter()
            .any(|finding| finding.id == id && finding.message.contains(text))
    };
    assert!(told("refactor-post-refactor", "orders-dev"));
    assert!(told("refactor-unprotected", "shopfiles1a2b3-dev"));
    // What an earlier run has parked says the same.
    let mut parked = world.clone();
    for operation in &plan.operations {
        if operation.id == "refactor-004" {
            break;
        }
        parked.apply(operation);
    }
    let later = parked.forward().unwrap();
    let blocking = |plan: &crate::refactor::RefactorPlan| -> Vec<(String, String)> {
        let blocking = plan.next_deployment.iter().filter(|change| change.blocks());
        blocking
            .map(|change| (change.physical_id.clone(), change.property.clone()))
            .collect()
    };
    assert_eq!(blocking(&plan), blocking(&later));
    assert!(world.rollback(None).unwrap().next_deployment.is_empty());
}

/// Values are longer than the references that they take the place of.
#[test]
fn a_template_that_becomes_too_large_is_told_before_the_first_change() {
    let mut world = shop();
    let stack = world.gen1_stack("storagefiles");
    let owned = crate::deployment::StackResource {
        resource_type: "AWS::SSM::Parameter".into(),
        physical_id: Some("note".into()),
        status: "CREATE_COMPLETE".into(),
    };
    edit(stack, |template| {
        for number in 0..260 {
            let value = format!("{}{}", "${S3Bucket} ".repeat(8), "x".repeat(3840));
            template["Resources"][format!("Note{number}")] =
                json!({"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Fn::Sub": value}}});
        }
    });
    for number in 0..260 {
        stack.resources.insert(format!("Note{number}"), owned.clone());
    }
    assert!(stack.template_body.len() <= MAXIMUM_TEMPLATE);
    let plan = world.forward().unwrap();
    let violation = plan.violations.first().unwrap();
    assert_eq!((violation.rule, violation.stack.as_str()), (Rule::Limit, FILES));
    assert!(violation.message.contains("bytes"), "{}", violation.message);
}
