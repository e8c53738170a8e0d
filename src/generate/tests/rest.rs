use serde_json::{Value, json};

use super::{generated, strings, text, told};
use crate::project::fixture::ProjectFiles;

fn method(function: &str, security: Value) -> Value {
    let mut method = json!({"x-amazon-apigateway-integration": {
        "type": "aws_proxy", "httpMethod": "POST", "passthroughBehavior": "when_no_match",
        "uri": {"Fn::Join": ["", ["arn:aws:apigateway:", {"Ref": "AWS::Region"}, ":lambda:path/2015-03-31/functions/", {"Ref": format!("function{function}Arn")}, "/invocations"]]}
    }});
    if !security.is_null() {
        method["security"] = security;
    }
    json!({"options": {}, "x-amazon-apigateway-any-method": method})
}

fn project(paths: Value, body: Value, properties: Value, more: Value) -> ProjectFiles {
    let mut definition = json!({"swagger": "2.0", "paths": paths, "securityDefinitions": {
        "sigv4": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
        "Cognito": {"x-amazon-apigateway-authtype": "cognito_user_pools", "x-amazon-apigateway-authorizer": {"providerARNs": [
            {"Fn::Join": ["", ["arn:aws:cognito-idp:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":userpool/", {"Ref": "pool"}]]}]}},
        "Foreign": {"x-amazon-apigateway-authtype": "cognito_user_pools", "x-amazon-apigateway-authorizer": {"providerARNs": ["arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_x"]}},
        "Key": {"type": "apiKey", "name": "x-api-key", "in": "header"}
    }});
    for (key, value) in body.as_object().into_iter().flatten() {
        definition[key] = value.clone();
    }
    let mut api = json!({"Name": "r", "Description": "", "Body": definition});
    for (key, value) in properties.as_object().into_iter().flatten() {
        api[key] = value.clone();
    }
    let mut resources = json!({"r": {"Type": "AWS::ApiGateway::RestApi", "Properties": api}});
    for (key, value) in more.as_object().into_iter().flatten() {
        resources[key] = value.clone();
    }
    let auth = json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}},
        "Outputs": {"UserPoolId": {"Value": {"Ref": "UserPool"}}}});
    let parameters = strings(&["functionfArn", "functiongArn", "pool"]);
    ProjectFiles::default()
        .resource("auth", "users", "Cognito", auth, json!({"env": "main"}))
        .function("f", json!({}), json!({}))
        .function("g", json!({}), json!({}))
        .resource(
            "api",
            "r",
            "API Gateway",
            json!({"Parameters": parameters, "Resources": resources}),
            json!({
                "functionfArn": {"Fn::GetAtt": ["functionf", "Outputs.Arn"]},
                "functiongArn": {"Fn::GetAtt": ["functiong", "Outputs.Arn"]},
                "pool": {"Fn::GetAtt": ["authusers", "Outputs.UserPoolId"]}
            }),
        )
}

fn signed() -> Value {
    json!([{"sigv4": []}])
}

#[test]
fn each_path_asks_what_the_deployed_path_asks() {
    let paths = json!({
        "/": method("f", Value::Null), "/{proxy+}": method("f", Value::Null),
        "/a": method("f", signed()), "/a/{proxy+}": method("f", json!([{"Cognito": ["a/b"]}])),
        "/a/b/{id}": method("g", json!([{"Cognito": []}])),
        "/other": method("f", json!([{"Foreign": []}])),
        "/key": method("f", json!([{"sigv4": []}, {"Key": []}])),
        "/split": method("f", signed()), "/split/{proxy+}": method("g", signed())
    });
    let made = generated(&project(paths, json!({}), json!({}), json!({})), "main");
    let code = text(&made, "amplify/api/r.ts");
    for expected in [
        "addPath('/', backend.f.resources.lambda, {\n    authorizationType: AuthorizationType.NONE,\n  });",
        "addPath('/{proxy+}', backend.f.resources.lambda, {\n    authorizationType: AuthorizationType.NONE,",
        "addPath('/a', backend.f.resources.lambda, {\n    authorizationType: AuthorizationType.IAM,",
        "addPath('/a/{proxy+}', backend.f.resources.lambda, {\n    authorizationType: AuthorizationType.COGNITO,\n    authorizer,\n    authorizationScopes: [\n      'a/b',\n    ],",
        "addPath('/a/b/{id}', backend.g.resources.lambda, {\n    authorizationType: AuthorizationType.COGNITO,\n    authorizer,\n  });",
        "addPath('/key', backend.f.resources.lambda, {\n    authorizationType: AuthorizationType.IAM,\n    apiKeyRequired: true,",
        "addPath('/split', backend.f.resources.lambda,",
        "addPath('/split/{proxy+}', backend.g.resources.lambda,",
        // Nobody comes in where the authorizer is not known.
        "addPath('/other', backend.f.resources.lambda, {\n    authorizationType: AuthorizationType.IAM,",
    ] {
        assert_eq!(code.matches(expected).count(), 1, "{expected}\n{code}");
    }
    assert!(!code.contains("'/a/b/{id}/{proxy+}'"), "{code}");
    assert_eq!(told(&made, "rest-authorizer-unknown").len(), 1);
    assert_eq!(told(&made, "rest-authorizer-replaced").len(), 1);
    assert_eq!(told(&made, "rest-api-key").len(), 1);
}

#[test]
fn settings_of_an_override_are_assigned_and_the_rest_is_told_with_its_line() {
    let script = "export function override(resources: any) {\n  resources.restApi.minimumCompressionSize = 7;\n  resources.restApi.addPropertyOverride('Body.x-amazon-apigateway-importexport-version', '1');\n}\n";
    let body =
        json!({"x-amazon-apigateway-binary-media-types": ["image/*"], "x-amazon-apigateway-importexport-version": "1"});
    let mut slow = method("f", signed());
    slow["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]["timeoutInMillis"] = json!(1000);
    slow["get"] = json!({});
    let files = project(
        json!({"/a": slow, "/none": {"options": {}}}),
        body,
        json!({"MinimumCompressionSize": 7, "Description": "it's `x`"}),
        json!({"answer": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {
            "ResponseType": "ACCESS_DENIED", "StatusCode": 404, "ResponseParameters": {"gatewayresponse.header.Vary": "'Origin'"}, "ResponseTemplates": {"application/json": "{}"}}}}),
    )
    .in_tree("api/r/override.ts", script);
    let made = generated(&files, "main");
    let code = text(&made, "amplify/api/r.ts");
    for expected in [
        "const cfnRestApi = api.node.defaultChild as CfnRestApi;",
        "cfnRestApi.minimumCompressionSize = 7;",
        "cfnRestApi.description = 'it\\'s `x`';",
        "cfnRestApi.binaryMediaTypes = [\n    'image/*',\n  ];",
        "type: ResponseType.of('ACCESS_DENIED'),\n    statusCode: '404',",
        "Vary: '\\'Origin\\'',",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert_eq!(told(&made, "rest-method-changed").len(), 2, "{:?}", made.findings);
    assert_eq!(told(&made, "rest-path-without-method").len(), 1);
    let unknown: Vec<_> = made
        .findings
        .iter()
        .filter(|finding| finding.id == "rest-definition-changed")
        .collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        (unknown[0].path.ends_with("api/r/override.ts"), unknown[0].line),
        (true, Some(3))
    );
}

#[test]
fn the_standard_answers_need_no_word_and_an_api_without_paths_is_told() {
    let header = |name: &str| format!("gatewayresponse.header.{name}");
    let standard = json!({"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {"ResponseType": "DEFAULT_4XX", "ResponseParameters": {
        header("Access-Control-Allow-Origin"): "'*'",
        header("Access-Control-Allow-Headers"): "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'",
        header("Access-Control-Allow-Methods"): "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'",
        header("Access-Control-Expose-Headers"): "'Date,X-Amzn-ErrorType'"}}});
    let plain = generated(
        &project(
            json!({"/a": method("f", signed())}),
            json!({}),
            json!({}),
            json!({"four": standard}),
        ),
        "main",
    );
    let code = text(&plain, "amplify/api/r.ts");
    assert!(code.contains("for (const type of [ResponseType.DEFAULT_4XX"), "{code}");
    assert!(!code.contains("cfnRestApi"), "{code}");
    let empty = generated(&project(json!({}), json!({}), json!({}), json!({})), "main");
    assert_eq!(told(&empty, "rest-api-without-paths").len(), 1);
}

#[test]
fn the_projects_override_is_carried_over_to_the_roles() {
    let script = "export function override(resources: any) {\n  resources.authRole.maxSessionDuration = 7200;\n  resources.unauthRole.tags = 1;\n  resources.deploymentBucket.x = 1;\n}\n";
    let role = |name: &str, more: Value| {
        let mut properties = json!({"RoleName": {"Ref": name}, "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Deny", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}]}});
        for (key, value) in more.as_object().into_iter().flatten() {
            properties[key] = value.clone();
        }
        json!({"Type": "AWS::IAM::Role", "Properties": properties})
    };
    let trust = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "sts:AssumeRole"}]});
    let files = project(json!({}), json!({}), json!({}), json!({}))
        .in_root("AuthRole", role("AuthRoleName", json!({
            "MaxSessionDuration": 7200, "PermissionsBoundary": "arn:aws:iam::aws:policy/x", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/y"], "Odd": 1,
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}}]})))
        .in_root("UnauthRole", role("UnauthRoleName", json!({"Tags": [{"Key": "it's", "Value": "`x`"}], "AssumeRolePolicyDocument": trust, "RoleName": "mine"})))
        .in_root("DeploymentBucket", json!({"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}))
        .in_tree("awscloudformation/override.ts", script);
    let made = generated(&files, "main");
    let code = text(&made, "amplify/auth/overrides.ts");
    for expected in [
        "const cfnAuthenticatedRole = backend.auth.resources.authenticatedUserIamRole.node.defaultChild as CfnRole;",
        "cfnAuthenticatedRole.maxSessionDuration = 7200;",
        "cfnAuthenticatedRole.permissionsBoundary = 'arn:aws:iam::aws:policy/x';",
        "cfnAuthenticatedRole.managedPolicyArns = [\n    'arn:aws:iam::aws:policy/y',\n  ];",
        "Tags.of(backend.auth.resources.unauthenticatedUserIamRole).add('it\\'s', '`x`');",
        "effect: Effect.DENY,",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert!(!code.contains("cfnUnauthenticatedRole"), "{code}");
    let lines = |id: &str| -> Vec<Option<u32>> {
        made.findings
            .iter()
            .filter(|finding| finding.id == id)
            .map(|finding| finding.line)
            .collect()
    };
    assert_eq!(lines("project-override-property"), [Some(2)]);
    assert_eq!(lines("project-override-trust"), [Some(3)]);
    assert_eq!(lines("project-override-name"), [Some(3)]);
    assert_eq!(lines("project-override-bucket"), [Some(4)]);
}
