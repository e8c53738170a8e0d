use serde_json::{Value, json};

use super::{auth_template, ids, read, reference, with_auth};
use crate::{
    backend::model::{Attribute, AuthTrigger, Effect, Expression, Principal, Target},
    project::fixture::ProjectFiles,
};

#[test]
fn user_pool_properties_are_evaluated_and_typed() {
    let backend = read(&with_auth());
    let auth = backend.auth.as_ref().unwrap();
    let pool = auth.user_pool.as_ref().unwrap();
    assert_eq!(
        Value::Object(pool.properties.clone()),
        json!({
            "UserPoolName": "it's `${x}`-main",
            "AliasAttributes": ["email", "phone_number"],
            "Policies": {"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": true}}
        })
    );
    assert_eq!(pool.deletion_policy.as_deref(), Some("Retain"));
    let client = auth.native_client.as_ref().unwrap();
    assert_eq!(client.properties["GenerateSecret"], json!(true));
    assert_eq!(
        Expression::from_property(&client.properties["UserPoolId"]),
        Some(reference(Target::UserPool, Attribute::Id))
    );
    assert_eq!(
        auth.identity_pool.as_ref().unwrap().properties["AllowUnauthenticatedIdentities"],
        json!(false)
    );
    assert_eq!(ids(&backend), Vec::<&str>::new());
}

#[test]
fn triggers_are_read_from_the_pool_or_the_custom_resource_and_never_by_name() {
    let mut template = auth_template();
    template["Parameters"]["functionHookArn"] = json!({"Type": "String"});
    template["Resources"]["UserPool"]["Properties"]["LambdaConfig"] = json!({"PostConfirmation": {"Ref": "functionHookArn"}, "PreTokenGeneration": "arn:aws:lambda:eu-west-1:1:function:foreign",
        // An override can only spell the ARN of a function out.
        "CustomEmailSender": {"LambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:Hook-main", "LambdaVersion": "V1_0"}});
    let files = ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            template,
            json!({"env": "main", "userPoolName": "p", "passwordPolicyMinLength": 8,
                   "functionHookArn": {"Fn::GetAtt": ["functionHook", "Outputs.Arn"]}}),
        )
        .function("Hook", json!({}), json!({}))
        // Named like a trigger, and none.
        .function("usersPreSignup", json!({}), json!({}))
        .json_in_tree(
            "auth/users/build/auth-trigger-cloudformation-template.json",
            &json!({
                "Parameters": {"env": {"Type": "String"}, "userpoolId": {"Type": "String"}, "functionHookArn": {"Type": "String"},
                               "functionHookLambdaExecutionRole": {"Type": "String"}},
                "Resources": {
                    "CustomAuthTriggerResource": {"Type": "Custom::CustomAuthTriggerResourceOutputs", "Properties": {
                        "userpoolId": {"Ref": "userpoolId"},
                        "lambdaConfig": [{"triggerType": "PreSignUp", "lambdaFunctionName": "Hook", "lambdaFunctionArn": {"Ref": "functionHookArn"}}]}},
                    "AddToGroup": {"Type": "AWS::IAM::Policy", "Properties": {
                        "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "cognito-idp:AdminAddUserToGroup", "Resource": {"Ref": "userpoolId"}}},
                        "Roles": [{"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "functionHookLambdaExecutionRole"}]}]}]}]}]}}
                }
            }),
        );
    let backend = read(&files);
    let auth = backend.auth.as_ref().unwrap();
    let trigger = |event: &str| AuthTrigger {
        event: event.into(),
        function: "Hook".into(),
        version: None,
    };
    let sender = AuthTrigger {
        version: Some("V1_0".into()),
        ..trigger("CustomEmailSender")
    };
    assert_eq!(
        auth.triggers,
        [trigger("PreSignUp"), trigger("PostConfirmation"), sender]
    );
    let foreign = backend
        .findings
        .iter()
        .find(|finding| finding.id == "auth-trigger-foreign")
        .unwrap();
    assert!(
        foreign
            .message
            .ends_with(": arn:aws:lambda:eu-west-1:1:function:foreign"),
        "{}",
        foreign.message
    );
    assert!(!auth.user_pool.as_ref().unwrap().properties.contains_key("LambdaConfig"));
    assert!(ids(&backend).contains(&"auth-trigger-foreign"), "{:?}", ids(&backend));
    let grant = backend
        .grants
        .iter()
        .find(|grant| grant.policy == "AddToGroup")
        .expect("the policy of the trigger's template is a grant");
    assert_eq!(grant.principal, Principal::Function("Hook".into()));
    assert_eq!(grant.statement.actions, ["cognito-idp:AdminAddUserToGroup"]);
    assert_eq!(grant.statement.resources, [reference(Target::UserPool, Attribute::Id)]);
}

#[test]
fn groups_are_sorted_by_precedence_and_none_is_dropped() {
    let group = |name: &str, precedence: Value| {
        json!({"Type": "AWS::Cognito::UserPoolGroup", "Properties": {
            "GroupName": name, "Precedence": precedence, "Description": "d",
            "RoleArn": {"Fn::GetAtt": [format!("{name}GroupRole"), "Arn"]}}})
    };
    let role = |name: &str| {
        json!({"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": {"Fn::Join": ["", [{"Ref": "authusersUserPoolId"}, "-", name, "GroupRole"]]},
            "Policies": [{"PolicyName": "own", "PolicyDocument": {"Statement": [{"Effect": "Deny", "Action": ["s3:*"], "Resource": "*"}]}}]}})
    };
    let files = with_auth()
        .resource(
            "auth",
            "userPoolGroups",
            "Cognito-UserPool-Groups",
            json!({
                "Parameters": {"env": {"Type": "String"}, "authusersUserPoolId": {"Type": "String"}},
                "Resources": {
                    "B'sGroup": group("B's", json!(2)), "B'sGroupRole": role("B's"),
                    "AGroup": group("A", json!("1")), "AGroupRole": role("A")
                }
            }),
            json!({"env": "main", "authusersUserPoolId": {"Fn::GetAtt": ["authusers", "Outputs.UserPoolId"]}}),
        )
        .json_in_tree(
            "auth/userPoolGroups/user-pool-group-precedence.json",
            &json!([{"groupName": "Last"}, {"groupName": "A", "precedence": 1}]),
        );
    let backend = read(&files);
    let auth = backend.auth.as_ref().unwrap();
    let told: Vec<(&str, Option<i64>)> = auth
        .groups
        .iter()
        .map(|group| (group.name.as_str(), group.precedence))
        .collect();
    assert_eq!(told, [("A", Some(1)), ("B's", Some(2)), ("Last", None)]);
    assert!(auth.groups[0].role_properties.contains_key("RoleName"));
    let deny = backend
        .grants
        .iter()
        .find(|grant| grant.principal == Principal::Group("B's".into()))
        .unwrap();
    assert_eq!(deny.statement.effect, Effect::Deny);
}
