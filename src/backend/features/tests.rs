use serde_json::{Value, json};

use crate::{
    backend::{
        interpret,
        model::{Feature, FeatureKind as K},
    },
    project::fixture::ProjectFiles,
};

fn features(files: &ProjectFiles) -> Vec<Feature> {
    interpret(&files.open(), None).features
}

fn kinds(files: &ProjectFiles) -> Vec<K> {
    let mut kinds: Vec<K> = features(files).into_iter().map(|feature| feature.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// What `with` uses and `without` does not is exactly `expected`.
#[track_caller]
fn differ(without: &ProjectFiles, with: &ProjectFiles, expected: &[K]) {
    let before = kinds(without);
    let new: Vec<K> = kinds(with).into_iter().filter(|kind| !before.contains(kind)).collect();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(new, expected);
}

fn project() -> ProjectFiles {
    ProjectFiles::default()
}

fn auth(config: &Value, more: Value) -> ProjectFiles {
    let mut resources = json!({
        "UserPool": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
        "UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {}},
        "IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {}}
    });
    for (name, resource) in more.as_object().into_iter().flatten() {
        if resource.is_null() {
            resources.as_object_mut().unwrap().remove(name);
        } else {
            resources[name] = resource.clone();
        }
    }
    project()
        .resource("auth", "users", "Cognito", json!({"Resources": resources}), json!({}))
        .json_in_tree(
            "auth/users/cli-inputs.json",
            &json!({"version": "1", "cognitoConfig": config}),
        )
}

#[test]
fn a_plain_project_uses_nothing() {
    assert_eq!(kinds(&project()), []);
    assert_eq!(
        kinds(&auth(
            &json!({"hostedUI": false, "adminQueries": false, "thirdPartyAuth": false, "triggers": "{}", "authProvidersUserPool": []}),
            json!({})
        )),
        []
    );
}

#[test]
fn overrides_count_when_they_do_something() {
    let skeleton = "export function override(resources: T) {\n  // nothing\n}\n";
    let real = "import { T } from 'x';\n\nexport function override(resources: T) {\n  resources.userPool.userPoolName = 'x';\n}\n";
    let base = auth(&json!({}), json!({}));
    differ(&base, &base.clone().in_tree("auth/users/override.ts", skeleton), &[]);
    let with = base.clone().in_tree("auth/users/override.ts", real);
    differ(&base, &with, &[K::Overrides]);
    let found = features(&with);
    assert_eq!(found[0].location.line, Some(3));
    assert!(found[0].location.path.ends_with("auth/users/override.ts"));
    differ(
        &base,
        &base.clone().in_tree("awscloudformation/override.ts", skeleton),
        &[],
    );
    differ(
        &base,
        &base.clone().in_tree("awscloudformation/override.ts", real),
        &[K::ProjectOverride],
    );
}

#[test]
fn auth_features_come_from_the_inputs_and_the_template() {
    let base = auth(&json!({}), json!({}));
    for (config, expected) in [
        (json!({"authProvidersUserPool": ["Google"]}), vec![K::AuthSocialGoogle]),
        (
            json!({"hostedUIProviderMeta": "[{\"ProviderName\":\"SignInWithApple\"},{\"ProviderName\":\"LoginWithAmazon\"}]"}),
            vec![K::AuthSocialApple, K::AuthSocialAmazon],
        ),
        (
            json!({"authProvidersUserPool": ["Facebook"], "hostedUI": true}),
            vec![K::AuthSocialFacebook, K::AuthOauth],
        ),
        (json!({"hostedUIDomainName": "x"}), vec![K::AuthOauth]),
        (
            json!({"thirdPartyAuth": true, "authProviders": ["graph.facebook.com"]}),
            vec![K::AuthThirdPartyIdentityPool],
        ),
        (
            json!({"adminQueries": true, "adminQueryGroup": "Admin"}),
            vec![K::AuthAdminQueries],
        ),
        (
            json!({"userpoolClientSetAttributes": true}),
            vec![K::AuthAttributesReadWrite],
        ),
        (
            json!({"triggers": {"PreSignup": ["email-filter-allowlist"]}}),
            vec![K::AuthTriggerTemplate],
        ),
        (
            json!({"triggers": "{\"CustomMessage\":[\"verification-link\"]}"}),
            vec![K::AuthVerificationLink],
        ),
        (json!({"triggers": {"PostConfirmation": ["custom"]}}), vec![]),
    ] {
        differ(&base, &auth(&config, json!({})), &expected);
    }
    let provider = |kind: &str| json!({"P": {"Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": {"ProviderName": "x", "ProviderType": kind}}});
    differ(&base, &auth(&json!({}), provider("OIDC")), &[K::AuthOidc]);
    differ(&base, &auth(&json!({}), provider("SAML")), &[K::AuthSaml]);
    differ(&base, &auth(&json!({}), provider("Google")), &[]);
    differ(
        &base,
        &auth(&json!({}), json!({"IdentityPool": null})),
        &[K::AuthUserPoolOnly],
    );
    differ(
        &base,
        &auth(&json!({}), json!({"UserPool": null, "UserPoolClientWeb": null})),
        &[K::AuthIdentityPoolOnly],
    );
    let client = json!({"UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ReadAttributes": ["email"], "CallbackURLs": ["https://x/"]}}});
    differ(
        &base,
        &auth(&json!({}), client),
        &[K::AuthAttributesReadWrite, K::AuthOauth],
    );
    let login = json!({"IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {"SupportedLoginProviders": {"accounts.google.com": "x"}}}});
    differ(&base, &auth(&json!({}), login), &[K::AuthThirdPartyIdentityPool]);
    let imported = project().entry(
        "auth",
        "users",
        json!({"service": "Cognito", "serviceType": "imported"}),
    );
    differ(&project(), &imported, &[K::AuthImported]);
}

#[test]
fn policies_of_groups() {
    let base =
        auth(&json!({}), json!({})).entry("auth", "userPoolGroups", json!({"service": "Cognito-UserPool-Groups"}));
    let precedence = |policies: Value| {
        base.clone().json_in_tree(
            "auth/userPoolGroups/user-pool-group-precedence.json",
            &json!([{"groupName": "A", "precedence": 1, "customPolicies": policies}]),
        )
    };
    differ(&base, &precedence(json!([])), &[]);
    differ(
        &base,
        &precedence(json!([{"PolicyName": "x"}])),
        &[K::CustomGroupPolicies],
    );
}

#[test]
fn schema_features_come_from_the_syntax_tree() {
    let base = project().graphql("api", "type A @model @auth(rules: [{allow: owner}]) { id: ID! }");
    let auth = "@auth(rules: [{allow: owner}])";
    for (schema, expected) in [
        (
            format!("# @searchable\n\"\"\"type B @searchable @key\"\"\"\ntype A @model {auth} {{ id: ID! }}"),
            vec![],
        ),
        (
            format!("type A @model {auth} @searchable {{ id: ID! }}"),
            vec![K::Searchable],
        ),
        (
            format!(
                "type A @model {auth} {{ id: ID! b: [B] @manyToMany(relationName: \"AB\") }}\ntype B @model {auth} {{ id: ID! }}"
            ),
            vec![K::ManyToMany],
        ),
        (
            "type Query { x(i: String): String @predictions(actions: [identifyText]) }".to_owned(),
            vec![K::Predictions],
        ),
        (
            format!("type A @model {auth} @key(fields: [\"id\"]) {{ id: ID! }}"),
            vec![K::TransformerV1],
        ),
        (
            format!("type A @model {auth} {{ id: ID! b: A @connection(name: \"x\") }}"),
            vec![K::TransformerV1],
        ),
        ("type A @model { id: ID! }".to_owned(), vec![K::NoAuthModels]),
        (
            format!("type A @model {{ id: ID! {auth} name: String {auth} }}"),
            vec![],
        ),
        (
            "type A @model @auth(rules: [{allow: private, provider: iam}]) { id: ID! }".to_owned(),
            vec![K::AuthProviderIam],
        ),
        (
            format!("type A @model {auth} {{ id: ID! x: Int @sql(statement: \"SELECT 1\") }}"),
            vec![K::SqlDataSource],
        ),
        (
            format!(
                "type A @model {auth} {{ id: ID! }}\ntype Query {{ x: Int @http(url: \"https://x/${{aws_region}}/${{env}}\") }}"
            ),
            vec![K::SchemaEscapes, K::SchemaVariables],
        ),
        (
            format!("\"\"\"a ` b\"\"\"\ntype A @model {auth} {{ id: ID! }}"),
            vec![K::SchemaEscapes],
        ),
        (
            format!("type A @model {auth} {{ id: ID! }}\ntype Query {{ x: Int @function(name: \"f-${{env}}\") }}"),
            vec![],
        ),
    ] {
        differ(&base, &project().graphql("api", &schema), &expected);
    }
    let directory = project()
        .entry("api", "api", json!({"service": "AppSync"}))
        .in_tree(
            "api/api/schema/a.graphql",
            "type A @model @auth(rules: [{allow: owner}]) { id: ID! }",
        )
        .in_tree("api/api/schema/more/b.graphql", "type B { id: ID! }");
    differ(&project(), &directory, &[K::SchemaDirectory]);
}

#[test]
fn settings_of_the_api() {
    let schema = "type A @model @auth(rules: [{allow: private, provider: iam}]) { id: ID! }";
    let base = project().graphql("api", "type A @model @auth(rules: [{allow: owner}]) { id: ID! }");
    let transform = |config: Value| base.clone().json_in_tree("api/api/transform.conf.json", &config);
    differ(
        &base,
        &transform(json!({"Version": 5, "ElasticsearchWarning": true})),
        &[],
    );
    differ(&base, &transform(json!({"ResolverConfig": {}})), &[]);
    differ(
        &base,
        &transform(json!({"ResolverConfig": {"project": {"ConflictHandler": "AUTOMERGE"}}})),
        &[K::DataStore],
    );
    differ(
        &base,
        &transform(json!({"ResolverConfig": {"models": {"A": {"ConflictHandler": "AUTOMERGE"}}}})),
        &[K::DataStore],
    );
    differ(
        &base,
        &base.clone().json(
            "amplify/cli.json",
            &json!({"features": {"graphqltransformer": {"transformerversion": 1}}}),
        ),
        &[K::TransformerV1],
    );
    differ(
        &base,
        &base.clone().json(
            "amplify/cli.json",
            &json!({"features": {"graphqltransformer": {"transformerversion": 2}}}),
        ),
        &[],
    );
    let roles = |name: &str| {
        project()
            .graphql("api", schema)
            .json_in_tree("api/api/custom-roles.json", &json!({"adminRoleNames": [name]}))
    };
    differ(&base, &roles("other"), &[K::CustomRoles, K::AuthProviderIam]);
    // The role names of Gen 2 begin with the app id: prepared.
    differ(&base, &roles("amplify-dabc"), &[K::CustomRoles]);
    let mode = |mode: Value| {
        project()
            .entry("api", "api", json!({"service": "AppSync", "output": {"authConfig": {"defaultAuthentication": {"authenticationType": "API_KEY"}, "additionalAuthenticationProviders": [mode]}}}))
            .in_tree("api/api/schema.graphql", "type A @model @auth(rules: [{allow: owner}]) { id: ID! }")
    };
    differ(
        &base,
        &mode(
            json!({"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": {"name": "x", "issuerUrl": "https://x"}}),
        ),
        &[K::AuthModeOidc],
    );
    differ(
        &base,
        &mode(json!({"authenticationType": "AWS_LAMBDA", "lambdaAuthorizerConfig": {"lambdaFunction": "f"}})),
        &[K::AuthModeLambda],
    );
    differ(&base, &mode(json!({"authenticationType": "AWS_IAM"})), &[]);
}

#[test]
fn resolvers_and_stacks_of_the_api() {
    let base = project().graphql(
        "api",
        "type Todo @model @auth(rules: [{allow: owner}]) { id: ID! }\ntype Query { hello: String }",
    );
    let file = |name: &str| base.clone().in_tree(&format!("api/api/{name}"), "{}");
    differ(&base, &file("resolvers/README.md"), &[]);
    differ(&base, &file("resolvers/Query.hello.req.vtl"), &[K::CustomResolvers]);
    differ(&base, &file("resolvers/Query.getTodo.req.vtl"), &[K::ResolverOverrides]);
    differ(
        &base,
        &file("resolvers/Query.listTodos.res.vtl"),
        &[K::ResolverOverrides],
    );
    differ(
        &base,
        &file("resolvers/Mutation.createTodo.preAuth.1.req.vtl"),
        &[K::ResolverOverrides],
    );
    let placeholder =
        json!({"Resources": {"EmptyResource": {"Type": "Custom::EmptyResource", "Condition": "AlwaysFalse"}}});
    differ(
        &base,
        &base
            .clone()
            .json_in_tree("api/api/stacks/CustomResources.json", &placeholder),
        &[],
    );
    let own = json!({"Resources": {"EmptyResource": {"Type": "Custom::EmptyResource"}, "R": {"Type": "AWS::AppSync::Resolver"}}});
    differ(
        &base,
        &base.clone().json_in_tree("api/api/stacks/CustomResources.json", &own),
        &[K::CustomStacks],
    );
}

#[test]
fn function_features() {
    let base = project().function("f", json!({}), json!({}));
    assert_eq!(kinds(&base), [K::FunctionCommonJs]);
    let parameters = |value: Value| base.clone().json_in_tree("function/f/function-parameters.json", &value);
    differ(&base, &parameters(json!({"lambdaLayers": [], "secretNames": []})), &[]);
    differ(&base, &parameters(json!({"secretNames": ["S"]})), &[K::FunctionSecrets]);
    differ(
        &base,
        &parameters(json!({"permissions": {"function": {"g": ["read"]}}})),
        &[K::FunctionAccessFunction],
    );
    differ(
        &base,
        &parameters(json!({"permissions": {"geo": {"m": ["read"]}}})),
        &[K::FunctionAccessGeo],
    );
    differ(
        &base,
        &parameters(json!({"permissions": {"predictions": {"m": ["read"]}}})),
        &[K::FunctionAccessPredictions],
    );
    differ(
        &base,
        &parameters(json!({"permissions": {"interactions": {"m": ["read"]}}})),
        &[K::FunctionAccessInteractions],
    );
    let rest = parameters(json!({"permissions": {"api": {"r": ["read"]}}})).entry(
        "api",
        "r",
        json!({"service": "API Gateway"}),
    );
    differ(&base, &rest, &[K::FunctionAccessRest]);
    let pinpoint = parameters(json!({"permissions": {"analytics": {"p": ["read"]}}})).entry(
        "analytics",
        "p",
        json!({"service": "Pinpoint"}),
    );
    differ(&base, &pinpoint, &[K::FunctionAccessPinpoint]);
    differ(
        &base,
        &base.clone().json_in_tree(
            "function/f/custom-policies.json",
            &json!([{"Action": [], "Resource": []}]),
        ),
        &[],
    );
    differ(
        &base,
        &base.clone().json_in_tree(
            "function/f/custom-policies.json",
            &json!([{"Action": ["s3:*"], "Resource": ["*"]}]),
        ),
        &[K::CustomPolicies],
    );
    differ(
        &base,
        &base.clone().json(
            "package.json",
            &json!({"scripts": {"amplify:f": "tsc", "amplify:g": "tsc"}}),
        ),
        &[K::FunctionBuildScript],
    );
    differ(
        &base,
        &base
            .clone()
            .in_tree("function/f/src/lib.js", "// require(x)\nconst a = require('./b')"),
        &[],
    );
    let dynamic = base
        .clone()
        .in_tree("function/f/src/lib.js", "\nmodule.exports = (n) => require(`./${n}`)");
    differ(&base, &dynamic, &[K::DynamicRequire]);
    assert_eq!(
        features(&dynamic)
            .iter()
            .find(|feature| feature.kind == K::DynamicRequire)
            .unwrap()
            .location
            .line,
        Some(2)
    );
    let with = |resources: Value| project().function("f", resources, json!({}));
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"Layers": ["arn:aws:lambda:x:1:layer:l:1"]}}})),
        &[K::LambdaLayers],
    );
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"Layers": []}}})),
        &[],
    );
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"Runtime": "nodejs16.x"}}})),
        &[K::FunctionRuntime],
    );
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"VpcConfig": {"SubnetIds": []}}}})),
        &[K::FunctionExtraResources],
    );
    differ(
        &base,
        &with(json!({"Q": {"Type": "AWS::SQS::Queue"}})),
        &[K::FunctionExtraResources, K::StatefulExtras],
    );
    let python = with(json!({"LambdaFunction": {"Properties": {"Runtime": "python3.12"}}}));
    assert_eq!(kinds(&python), [K::FunctionRuntime]);
}

#[test]
fn what_starts_functions() {
    let table = json!({
        "Resources": {"DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}}},
        "Outputs": {"StreamArn": {"Value": {"Fn::GetAtt": ["DynamoDBTable", "StreamArn"]}}}
    });
    let stream = json!({"Resources": {"KinesisStream": {"Type": "AWS::Kinesis::Stream"}}, "Outputs": {"kinesisStreamArn": {"Value": {"Fn::GetAtt": ["KinesisStream", "Arn"]}}}});
    let with = |source: Value| {
        project()
            .resource("storage", "t", "DynamoDB", table.clone(), json!({}))
            .resource("analytics", "k", "Kinesis", stream.clone(), json!({}))
            .function(
                "f",
                json!({"M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "LambdaFunction"}, "EventSourceArn": source}}}),
                json!({"table": {"Fn::GetAtt": ["storaget", "Outputs.StreamArn"]}, "stream": {"Fn::GetAtt": ["analyticsk", "Outputs.kinesisStreamArn"]}}),
            )
    };
    let base = project().function("f", json!({}), json!({}));
    differ(&base, &with(json!({"Ref": "table"})), &[K::FunctionTriggerStorageTable]);
    differ(&base, &with(json!({"Ref": "stream"})), &[K::FunctionTriggerKinesis]);
    differ(
        &base,
        &with(json!({"Fn::ImportValue": "x:GetAtt:NoteTable:StreamArn"})),
        &[K::FunctionTriggerModel],
    );
    differ(&base, &with(json!("arn:aws:sqs:x:1:q")), &[K::FunctionTriggerRawArn]);
    let rule = |schedule: &str| {
        project().function(
            "f",
            json!({"R": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": schedule, "Targets": [{"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "Id": "x"}]}}}),
            json!({}),
        )
    };
    differ(&base, &rule("rate(5 minutes)"), &[]);
    differ(&base, &rule("NONE"), &[]);
    differ(&base, &rule("rate(7 minutes)"), &[K::FunctionScheduleUnsupported]);
}

#[test]
fn rest_features() {
    let api = |schemes: Value| json!({"Resources": {"r": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"paths": {}, "securityDefinitions": schemes}}}}});
    let base = project().resource(
        "api",
        "r",
        "API Gateway",
        api(json!({"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"}})),
        json!({}),
    );
    let inputs = |permissions: Value| {
        base.clone().json_in_tree(
            "api/r/cli-inputs.json",
            &json!({"paths": {"/a": {"lambdaFunction": "f", "permissions": permissions}}}),
        )
    };
    differ(&base, &inputs(json!({"setting": "private", "auth": ["read"]})), &[]);
    differ(
        &base,
        &inputs(json!({"setting": "private", "auth": ["read"], "guest": ["read"]})),
        &[K::RestGuest],
    );
    differ(
        &base,
        &inputs(json!({"setting": "protected", "auth": ["read"]})),
        &[K::RestProtected],
    );
    let custom = project().resource(
        "api",
        "r",
        "API Gateway",
        api(json!({"mine": {"x-amazon-apigateway-authtype": "custom"}})),
        json!({}),
    );
    differ(&base, &custom, &[K::RestAuthorizer]);
    let queries = json!({"Resources": {"r": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {
        "paths": {"/{proxy+}": {"x-amazon-apigateway-any-method": {"security": [{"Cognito": ["aws.cognito.signin.user.admin"]}]}}},
        "securityDefinitions": {"Cognito": {"x-amazon-apigateway-authtype": "cognito_user_pools"}}}}}}});
    differ(
        &base,
        &project().resource("api", "r", "API Gateway", queries, json!({})),
        &[K::AuthAdminQueries],
    );
}

#[test]
fn storage_features() {
    let bucket = |role: Value, tail: &str| {
        json!({
            "Parameters": {"role": {"Type": "String"}},
            "Resources": {
                "S3Bucket": {"Type": "AWS::S3::Bucket"},
                "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [role], "PolicyDocument": {"Statement": [
                    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "S3Bucket"}, tail]]}}]}}}
            }
        })
    };
    let with = |role: Value, tail: &str| {
        project().resource(
            "storage",
            "s",
            "S3",
            bucket(role, tail),
            json!({"role": {"Ref": "AuthRoleName"}}),
        )
    };
    let base = with(json!({"Ref": "role"}), "/public/*");
    assert_eq!(kinds(&base), []);
    differ(
        &base,
        &with(json!({"Ref": "role"}), "/uploads/*"),
        &[K::StorageUploadsPrefix],
    );
    differ(
        &base,
        &project().entry("storage", "s", json!({"service": "S3", "serviceType": "imported"})),
        &[K::StorageImported],
    );
    differ(
        &base,
        &base.clone().json_in_tree(
            "storage/s/cli-inputs.json",
            &json!({"adminTriggerFunction": {"triggerFunction": "x"}}),
        ),
        &[K::StorageAdminTrigger],
    );

    let table = |more: Value| {
        let mut properties = json!({
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]});
        for (name, value) in more.as_object().into_iter().flatten() {
            properties[name] = value.clone();
        }
        project().resource(
            "storage",
            "t",
            "DynamoDB",
            json!({"Resources": {"DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}),
            json!({}),
        )
    };
    let plain = table(json!({}));
    let index = |projection: &str| json!([{"IndexName": "i", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "Projection": {"ProjectionType": projection}}]);
    differ(&plain, &table(json!({"GlobalSecondaryIndexes": index("ALL")})), &[]);
    differ(
        &plain,
        &table(json!({"GlobalSecondaryIndexes": index("KEYS_ONLY")})),
        &[K::TableProjection],
    );
    differ(
        &plain,
        &table(json!({"LocalSecondaryIndexes": index("ALL")})),
        &[K::TableLocalIndexes],
    );
    differ(
        &plain,
        &table(json!({"TimeToLiveSpecification": {"Enabled": true, "AttributeName": "ttl"}})),
        &[K::TableTimeToLive],
    );
    differ(
        &plain,
        &table(json!({"TimeToLiveSpecification": {"Enabled": false, "AttributeName": "ttl"}})),
        &[],
    );
    differ(
        &plain,
        &table(json!({"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true"}})),
        &[K::TablePointInTimeRecovery],
    );
    differ(&plain, &table(json!({"SSESpecification": {"SSEEnabled": false}})), &[]);
    differ(
        &plain,
        &table(json!({"SSESpecification": {"SSEEnabled": true}})),
        &[K::TableEncryption],
    );
    differ(
        &plain,
        &table(json!({"BillingMode": "PAY_PER_REQUEST"})),
        &[K::TableOnDemand],
    );
    let scaled = project().resource("storage", "t", "DynamoDB", json!({"Resources": {
        "DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}},
        "Scaling": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget"}}}), json!({}));
    differ(&plain, &scaled, &[K::TableAutoscaling]);
}

#[test]
fn features_of_the_project() {
    let base = project();
    differ(
        &base,
        &base
            .clone()
            .file("amplify/hooks/README.md", "x")
            .file("amplify/hooks/pre-push.sh.sample", "x"),
        &[],
    );
    differ(
        &base,
        &base.clone().file("amplify/hooks/post-push.js", "x"),
        &[K::Hooks],
    );
    let environments = |one: Value, two: Value| {
        let provider =
            json!({"StackName": "amplify-app-main-12ab", "Region": "eu-west-1", "DeploymentBucketName": "b"});
        project()
            .json(
                "amplify/team-provider-info.json",
                &json!({
                "main": {"awscloudformation": provider, "categories": {"function": {"f": one}}},
                "prod": {"awscloudformation": {}, "categories": {"function": {"f": two}}}}),
            )
            .json("amplify/.config/local-env-info.json", &json!({"envName": "main"}))
    };
    differ(
        &base,
        &environments(json!({"a": 1, "s3Key": "x"}), json!({"a": 1, "s3Key": "y"})),
        &[],
    );
    let secret = environments(json!({"key": "hunter2"}), json!({"key": "other"}));
    differ(&base, &secret, &[K::EnvironmentParameters]);
    assert!(
        !format!("{:?}", features(&secret)).contains("hunter2"),
        "values may be secrets"
    );
    differ(
        &base,
        &base.clone().json(
            "package.json",
            &json!({"dependencies": {"aws-amplify": "^6.16.2"}, "devDependencies": {"typescript": "~5.1.0"}}),
        ),
        &[],
    );
    differ(
        &base,
        &base
            .clone()
            .json("package.json", &json!({"dependencies": {"aws-amplify": "^5.3.0"}})),
        &[K::ToolVersions],
    );
    let custom = |kind: &str| {
        project()
            .entry("custom", "c", json!({"service": "customCloudformation"}))
            .json_in_tree(
                "custom/c/c-cloudformation-template.json",
                &json!({"Resources": {"R": {"Type": kind}}}),
            )
    };
    differ(&base, &custom("AWS::SNS::Topic"), &[]);
    differ(&base, &custom("AWS::RDS::DBInstance"), &[K::StatefulExtras]);
    let two = |version: &str| {
        project()
            .function("f", json!({}), json!({}))
            .function("g", json!({}), json!({}))
            .json_in_tree(
                "function/f/src/package.json",
                &json!({"dependencies": {"axios": "1.0.0"}}),
            )
            .json_in_tree(
                "function/g/src/package.json",
                &json!({"dependencies": {"axios": version}}),
            )
    };
    differ(&two("1.0.0"), &two("2.0.0"), &[K::DependencyConflicts]);
}

#[test]
fn groups_and_several_triggers_of_a_bucket() {
    let groups = json!({
        "Parameters": {"pool": {"Type": "String"}},
        "Resources": {
            "AGroup": {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"GroupName": "A", "RoleArn": {"Fn::GetAtt": ["AGroupRole", "Arn"]}}},
            "AGroupRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Join": ["", [{"Ref": "pool"}, "-AGroupRole"]]}}}
        }
    });
    let users = json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}}, "Outputs": {"UserPoolId": {"Value": {"Ref": "UserPool"}}}});
    let pool = json!({"Fn::GetAtt": ["authusers", "Outputs.UserPoolId"]});
    let notification = |event: &str, rules: Value| json!({"Event": event, "Function": {"Ref": "f"}, "Filter": {"S3Key": {"Rules": rules}}});
    let files = project()
        .resource("auth", "users", "Cognito", users, json!({}))
        .resource("auth", "userPoolGroups", "Cognito-UserPool-Groups", groups, json!({"pool": pool}))
        .function("f", json!({}), json!({}))
        .resource("storage", "s", "S3", json!({
            "Parameters": {"pool": {"Type": "String"}, "f": {"Type": "String"}},
            "Resources": {
                "S3Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"NotificationConfiguration": {"LambdaConfigurations": [
                    notification("s3:ObjectCreated:*", json!([{"Name": "prefix", "Value": "a/"}])),
                    notification("s3:ObjectCreated:*", json!([{"Name": "prefix", "Value": "b/"}]))]}}},
                "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Fn::Join": ["-", [{"Ref": "pool"}, "AGroupRole"]]}],
                    "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "S3Bucket"}, "/*"]]}}]}}}
            }
        }), json!({"pool": pool, "f": {"Fn::GetAtt": ["functionf", "Outputs.Arn"]}}));
    let found = kinds(&files);
    assert!(
        found.contains(&K::StorageGroups) && found.contains(&K::StorageMultiTrigger),
        "{found:?}"
    );
}
