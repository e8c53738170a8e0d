use serde_json::{Value, json};

use super::{differ, project};
use crate::backend::model::FeatureKind as K;

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
            vec![K::SchemaEscapes],
        ),
        (
            format!(
                "type A @model {auth} {{ id: ID! }}\ntype Query {{ x: Int @http(url: \"https://x/${{aws_account}}\") }}"
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
        &base
            .clone()
            .resource("api", "AdminQueries", "API Gateway", queries, json!({})),
        &[K::AuthAdminQueries],
    );
}
