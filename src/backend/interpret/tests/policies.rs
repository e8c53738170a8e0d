use serde_json::{Value, json};

use super::{ids, read, reference, variable};
use crate::{
    backend::model::{Attribute, Effect, Expression, Principal, Target},
    project::fixture::ProjectFiles,
};

#[test]
fn policies_keep_deny_conditions_and_not_resources() {
    let files = ProjectFiles::default().function(
        "f",
        json!({
            "Own": {"Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{"Ref": "LambdaExecutionRole"}],
                "PolicyDocument": {"Statement": [
                    {"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["a", "b"],
                     "Condition": {"StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}}},
                    {"Effect": "Deny", "Action": ["s3:Get*", ["s3:Put*"]], "Resource": "*"},
                    {"Effect": "Allow", "Resource": "*"},
                    {"Effect": "Allow", "Action": {"Ref": "nobody"}, "Resource": "*"}
                ]}}},
            "Foreign": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "Roles": ["some-other-role"], "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}}
        }),
        json!({}),
    );
    let backend = read(&files);
    let statements: Vec<_> = backend.grants.iter().map(|grant| &grant.statement).collect();
    assert_eq!(statements.len(), 2);
    assert_eq!(
        (statements[0].not_actions.as_slice(), statements[0].not_resources.len()),
        (&["iam:*".to_owned()][..], 2)
    );
    assert_eq!(
        statements[0].conditions["StringEquals"]["aws:RequestedRegion"],
        [Expression::Region]
    );
    assert_eq!(statements[1].effect, Effect::Deny);
    assert_eq!(statements[1].actions, ["s3:Get*", "s3:Put*"]);
    let unreadable = ids(&backend)
        .iter()
        .filter(|id| **id == "policy-statement-unreadable")
        .count();
    assert_eq!(unreadable, 2);
    assert!(ids(&backend).contains(&"policy-of-unknown-role"));
}

#[test]
fn custom_policies_that_were_not_deployed_into_the_template_are_read_from_the_file() {
    let policies = json!([{"Action": ["ses:SendEmail"], "Resource": ["arn:aws:ses:*:*:identity/${env}.example"]}]);
    let files = ProjectFiles::default()
        .function("f", json!({}), json!({}))
        .json_in_tree("function/f/custom-policies.json", &policies);
    let backend = read(&files);
    let grant = backend
        .grants
        .iter()
        .find(|grant| grant.policy == "CustomLambdaExecutionPolicy")
        .unwrap();
    assert_eq!(
        grant.statement.resources,
        [Expression::Concat(vec![
            Expression::Literal("arn:aws:ses:*:*:identity/".into()),
            Expression::EnvironmentName,
            Expression::Literal(".example".into()),
        ])]
    );
    assert!(grant.location.path.ends_with("custom-policies.json"));
    let deployed = ProjectFiles::default()
        .function(
            "f",
            json!({"CustomLambdaExecutionPolicy": {"Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{"Ref": "LambdaExecutionRole"}],
                "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "x"}]}}}}),
            json!({}),
        )
        .json_in_tree("function/f/custom-policies.json", &policies);
    assert_eq!(read(&deployed).grants.len(), 1);
}

#[test]
fn rest_access_is_that_of_the_policies() {
    let uri = json!({"Fn::Join": ["", ["arn:aws:apigateway:", {"Ref": "AWS::Region"}, ":lambda:path/", {"Ref": "functionfArn"}, "/invocations"]]});
    let method = |security: Value| json!({"x-amazon-apigateway-any-method": {"security": security, "x-amazon-apigateway-integration": {"uri": uri}}, "options": {}});
    let sigv4 = json!([{"sigv4": []}]);
    let api = json!({
        "Parameters": {"env": {"Type": "String"}, "functionfArn": {"Type": "String"}},
        "Resources": {"shop": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop", "Body": {
            "paths": {
                "/items": method(sigv4.clone()), "/items/{proxy+}": method(sigv4.clone()),
                "/items/{id}": method(sigv4.clone()), "/items/{id}/{proxy+}": method(sigv4),
                "/open": method(Value::Null), "/open/{proxy+}": method(Value::Null)
            },
            "securityDefinitions": {"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"}}}}}},
        "Outputs": {"ApiId": {"Value": {"Ref": "shop"}}, "ApiName": {"Value": "shop"}, "RootUrl": {"Value": "https://x"}}
    });
    let allow = |role: &str, tails: &[&str]| {
        let resources: Vec<Value> = tails
            .iter()
            .map(|tail| json!({"Fn::Join": ["", ["arn:aws:execute-api:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":", {"Ref": "shop"}, "/", {"Ref": "env"}, tail]]}))
            .collect();
        json!({"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": role}], "PolicyDocument": {"Statement": [
            {"Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": resources}]}}})
    };
    let base = ProjectFiles::default()
        .function("f", json!({
            "LambdaFunction": {"Properties": {"Environment": {"Variables": {"NAME": {"Ref": "apishopApiName"}, "URL": {"Ref": "apishopRootUrl"}}}}}
        }), json!({"apishopApiName": {"Fn::GetAtt": ["apishop", "Outputs.ApiName"]}, "apishopRootUrl": {"Fn::GetAtt": ["apishop", "Outputs.RootUrl"]}}))
        .resource("api", "shop", "API Gateway", api, json!({"env": "main", "functionfArn": {"Fn::GetAtt": ["functionf", "Outputs.Arn"]}}));
    let deployed = base.clone().json_in_tree(
        "api/APIGatewayAuthStack.json",
        &json!({
            "Parameters": {"env": {"Type": "String"}, "authRoleName": {"Type": "String"}, "unauthRoleName": {"Type": "String"}, "shop": {"Type": "String"}},
            "Resources": {
                "A": allow("authRoleName", &["/GET/items", "/GET/items/*", "/*/items/*", "/POST/items/*/*", "/GET/elsewhere"]),
                "U": allow("unauthRoleName", &["/GET/items", "/GET/items/*"])
            }
        }),
    );
    let backend = read(&deployed);
    let api = &backend.rest_apis[0];
    let paths: Vec<(&str, bool, &[String], &[String])> = api
        .paths
        .iter()
        .map(|path| {
            (
                path.path.as_str(),
                path.access.open,
                path.access.authenticated.as_slice(),
                path.access.guest.as_slice(),
            )
        })
        .collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        paths,
        [
            ("/items", false, words(&["GET"]).as_slice(), words(&["GET"]).as_slice()),
            (
                "/items/{id}",
                false,
                words(&["GET", "*"]).as_slice(),
                words(&["GET"]).as_slice()
            ),
            ("/open", true, &[], &[]),
        ]
    );
    assert!(ids(&backend).contains(&"rest-policy-unreadable"), "{:?}", ids(&backend));
    assert_eq!(
        variable(&backend, "f", "NAME"),
        &reference(Target::RestApi("shop".into()), Attribute::Name)
    );
    assert_eq!(
        variable(&backend, "f", "URL"),
        &reference(Target::RestApi("shop".into()), Attribute::Url)
    );

    let by_inputs = base.json_in_tree(
        "api/shop/cli-inputs.json",
        &json!({"paths": {"/items": {"lambdaFunction": "f", "permissions": {"setting": "protected", "auth": ["create", "read", "update", "delete"], "guest": ["read", "update"]}}}}),
    );
    let backend = read(&by_inputs);
    let items = &backend.rest_apis[0].paths[0];
    assert_eq!(
        (items.access.authenticated.as_slice(), items.access.guest.as_slice()),
        (words(&["*"]).as_slice(), words(&["GET", "PUT", "PATCH"]).as_slice())
    );
    assert!(ids(&backend).contains(&"rest-policies-derived"));
}

#[test]
fn policies_of_the_root_stack_belong_to_its_roles() {
    let statement = json!({"Effect": "Allow", "Action": "geo:*", "Resource": "*"});
    let files = ProjectFiles::default()
        .in_root(
            "AuthRole",
            json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [
            {"PolicyName": "inline", "PolicyDocument": {"Statement": [statement]}}]}}),
        )
        .in_root(
            "Guests",
            json!({"Type": "AWS::IAM::Policy", "Properties": {
            "Roles": [{"Ref": "UnauthRole"}], "PolicyDocument": {"Statement": [statement]}}}),
        )
        .in_root("Topic", json!({"Type": "AWS::SNS::Topic"}));
    let backend = read(&files);
    let told: Vec<(&Principal, &str)> = backend
        .grants
        .iter()
        .map(|grant| (&grant.principal, grant.policy.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (&Principal::Authenticated, "inline"),
            (&Principal::Unauthenticated, "Guests")
        ]
    );
    assert_eq!(backend.extra_resources.len(), 1);
    assert_eq!(backend.extra_resources[0].logical_id, "Topic");
}

#[test]
fn what_may_not_exist_is_left_out_and_told() {
    let files = ProjectFiles::default().resource(
        "storage",
        "b",
        "S3",
        json!({
            "Parameters": {"secret": {"Type": "String", "NoEcho": true}, "role": {"Type": "String"}},
            "Conditions": {"Maybe": {"Fn::Equals": [{"Ref": "secret"}, "x"]}},
            "Resources": {
                "S3Bucket": {"Type": "AWS::S3::Bucket"},
                "P": {"Type": "AWS::IAM::Policy", "Condition": "Maybe", "Properties": {"Roles": [{"Ref": "role"}],
                    "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}}
            }
        }),
        json!({"role": {"Ref": "AuthRoleName"}, "secret": "x"}),
    );
    let backend = read(&files);
    assert!(backend.grants.is_empty());
    assert_eq!(ids(&backend), ["condition-undecided"]);
}
