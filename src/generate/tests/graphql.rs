use serde_json::{Value, json};

use super::{generated, text, told};
use crate::{backend::finding::Severity, project::fixture::ProjectFiles};

const SCHEMA: &str = "type Note @model @auth(rules: [{ allow: owner }]) { id: ID! }";

fn with_pool() -> ProjectFiles {
    let template = json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}}});
    ProjectFiles::default().resource("auth", "users", "Cognito", template, json!({"env": "main"}))
}

/// An API with these providers, as the CLI notes them; the default mode first.
fn noted(modes: &[Value]) -> ProjectFiles {
    with_pool()
        .function("authorize", json!({}), json!({}))
        .graphql("api", SCHEMA)
        .entry(
            "api",
            "api",
            json!({"service": "AppSync", "output": {"GraphQLAPIIdOutput": "apiid", "authConfig": {
                "defaultAuthentication": modes[0], "additionalAuthenticationProviders": &modes[1..]
            }}}),
        )
}

/// The same with the deployed template.
fn deployed(modes: &[Value], api: &Value) -> ProjectFiles {
    let template = json!({"Resources": {"GraphQLAPI": {"Type": "AWS::AppSync::GraphQLApi", "Properties": api}}});
    let noted = noted(modes);
    noted
        .clone()
        .resource("api", "api", "AppSync", template, json!({}))
        .entry(
            "api",
            "api",
            json!({"service": "AppSync", "output": {"GraphQLAPIIdOutput": "apiid", "authConfig": {
                "defaultAuthentication": modes[0], "additionalAuthenticationProviders": &modes[1..]
            }}}),
        )
}

fn oidc(name: &str, authenticated: Value, issued: Value) -> Value {
    json!({"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": {
        "name": name, "issuerUrl": "https://id.example.com", "clientId": "app", "authTTL": authenticated, "iatTTL": issued}})
}

fn all_modes() -> Vec<(&'static str, Value)> {
    vec![
        (
            "apiKey",
            json!({"authenticationType": "API_KEY", "apiKeyConfig": {"apiKeyExpirationDays": 9, "description": "d"}}),
        ),
        ("userPool", json!({"authenticationType": "AMAZON_COGNITO_USER_POOLS"})),
        ("identityPool", json!({"authenticationType": "AWS_IAM"})),
        ("oidc", oidc("o'`${x}`", json!("60000"), json!(1500))),
        (
            "lambda",
            json!({"authenticationType": "AWS_LAMBDA", "lambdaAuthorizerConfig": {"lambdaFunction": "authorize", "ttlSeconds": 10}}),
        ),
    ]
}

#[test]
fn every_mode_can_be_the_default_beside_all_others() {
    let modes = all_modes();
    for (position, (name, _)) in modes.iter().enumerate() {
        let mut order: Vec<Value> = modes.iter().map(|(_, mode)| mode.clone()).collect();
        let default = order.remove(position);
        order.insert(0, default);
        let code = text(&generated(&noted(&order), "main"), "amplify/data/resource.ts");
        assert!(
            code.contains(&format!("defaultAuthorizationMode: '{name}',")),
            "{name}\n{code}"
        );
        for part in [
            "apiKeyAuthorizationMode: {\n      expiresInDays: 9,\n      description: 'd',",
            "oidcProviderName: 'o\\'`${x}`',",
            "tokenExpiryFromAuthInSeconds: 60,",
            "tokenExpireFromIssueInSeconds: 1.5,",
            "function: authorize,\n      timeToLiveInSeconds: 10,",
        ] {
            assert_eq!(code.matches(part).count(), 1, "{name}: {part}\n{code}");
        }
    }
}

#[test]
fn a_mode_alone_brings_no_other() {
    for (name, mode) in all_modes() {
        let code = text(&generated(&noted(&[mode]), "main"), "amplify/data/resource.ts");
        assert!(code.contains(&format!("defaultAuthorizationMode: '{name}',")), "{code}");
        let own = [
            ("apiKey", "apiKeyAuthorizationMode"),
            ("oidc", "oidcAuthorizationMode"),
            ("lambda", "lambdaAuthorizationMode"),
        ];
        for (mode, key) in own {
            assert_eq!(code.contains(key), mode == name, "{name} {key}\n{code}");
        }
    }
}

#[test]
fn times_that_seconds_cannot_say_are_set_exactly() {
    let modes = [
        json!({"authenticationType": "API_KEY"}),
        oidc("o", json!(null), json!(1009)),
    ];
    let overrides = text(&generated(&noted(&modes), "main"), "amplify/data/overrides.ts");
    // 1.009 * 1000 is no whole number in the library's arithmetic, and nothing says there is no limit.
    assert!(
        overrides
            .contains("addPropertyDeletionOverride('AdditionalAuthenticationProviders.0.OpenIDConnectConfig.AuthTTL')"),
        "{overrides}"
    );
    assert!(
        overrides
            .contains("addPropertyOverride('AdditionalAuthenticationProviders.0.OpenIDConnectConfig.IatTTL', 1009)"),
        "{overrides}"
    );
    let as_default = text(
        &generated(&noted(&[oidc("o", json!(""), json!(1000))]), "main"),
        "amplify/data/overrides.ts",
    );
    assert!(
        as_default.contains("addPropertyDeletionOverride('OpenIDConnectConfig.AuthTTL')"),
        "{as_default}"
    );
    assert!(!as_default.contains("IatTTL"), "{as_default}");
}

#[test]
fn what_is_deployed_counts_and_a_second_provider_is_kept() {
    let provider = |issuer: &str| json!({"AuthenticationType": "OPENID_CONNECT", "OpenIDConnectConfig": {"Issuer": issuer, "AuthTTL": 5000}});
    let api = json!({
        "AuthenticationType": "AMAZON_COGNITO_USER_POOLS",
        "AdditionalAuthenticationProviders": [provider("https://one.example.com"), provider("https://two.example.com")]
    });
    let noted = [
        json!({"authenticationType": "API_KEY"}),
        oidc("first", json!(1000), json!(1000)),
    ];
    let generated = generated(&deployed(&noted, &api), "main");
    let code = text(&generated, "amplify/data/resource.ts");
    assert!(code.contains("defaultAuthorizationMode: 'userPool',"), "{code}");
    assert!(!code.contains("apiKeyAuthorizationMode"), "{code}");
    assert!(code.contains("oidcIssuerUrl: 'https://one.example.com',"), "{code}");
    assert!(code.contains("oidcProviderName: 'first',"), "{code}");
    let overrides = text(&generated, "amplify/data/overrides.ts");
    // The library's list is the one provider and IAM.
    assert!(
        overrides.contains("addPropertyOverride('AdditionalAuthenticationProviders.2', {"),
        "{overrides}"
    );
    assert!(overrides.contains("Issuer: 'https://two.example.com',"), "{overrides}");
    assert!(
        overrides.contains("AdditionalAuthenticationProviders.0.OpenIDConnectConfig.IatTTL"),
        "{overrides}"
    );
}

fn schema_with(mode: &str, schema: &str) -> String {
    let files = noted(&[json!({ "authenticationType": mode })]).in_tree("api/api/schema.graphql", schema);
    text(&generated(&files, "main"), "amplify/data/schema.graphql")
}

#[test]
fn what_says_nothing_of_who_may_come_in_keeps_the_default_mode() {
    let schema = "type Query { a: Slot @function(name: \"f\") b: Slot c: Int @aws_iam d: Slot @auth(rules: [{allow: owner}]) }\ntype Subscription { s: Slot @aws_subscribe(mutations: [\"x\"]) }\ntype Slot implements I { x: Deep }\ninterface I { x: Deep }\ntype Deep @aws_iam { y: Int }\ntype Note @model @auth(rules: [{ allow: owner }]) { id: ID! part: [Part!]! }\ntype Part { p: Int }\n";
    for (mode, rule, directive) in [
        ("API_KEY", "{ allow: public }", "@aws_api_key"),
        (
            "AMAZON_COGNITO_USER_POOLS",
            "{ allow: private }",
            "@aws_cognito_user_pools",
        ),
        ("OPENID_CONNECT", "{ allow: private, provider: oidc }", "@aws_oidc"),
        ("AWS_LAMBDA", "{ allow: custom }", "@aws_lambda"),
    ] {
        let schema = schema_with(mode, schema);
        for expected in [
            format!("a: Slot @function(name: \"f\") @auth(rules: [{rule}])"),
            format!("b: Slot {directive}"),
            "c: Int @aws_iam d".to_owned(),
            "d: Slot @auth(rules: [{allow: owner}]) }".to_owned(),
            format!("s: Slot @aws_subscribe(mutations: [\"x\"]) {directive}"),
            format!("type Slot implements I {directive} {{"),
            "type Deep @aws_iam {".to_owned(),
            // Models pass their own rules on.
            "type Part { p".to_owned(),
        ] {
            assert!(schema.contains(&expected), "{mode}: {expected}\n{schema}");
        }
    }
    assert_eq!(schema_with("AWS_IAM", schema), schema);
}

#[test]
fn a_model_that_lets_in_nobody_stays_so_and_the_sandbox_lets_in_the_key() {
    let model = "type Note @model { id: ID! }\n";
    let refuses = "#if( !$ctx.stash.get(\"hasAuth\") )\n  $util.unauthorized()\n#end";
    let files = noted(&[json!({"authenticationType": "API_KEY"})]).in_tree("api/api/schema.graphql", model);
    let denied = files.clone().in_tree(
        "api/api/build/resolvers/Mutation.createNote.postAuth.1.req.vtl",
        refuses,
    );
    assert_eq!(text(&generated(&denied, "main"), "amplify/data/schema.graphql"), model);
    assert!(told(&generated(&denied, "main"), "no-auth-models")[0].contains("let in nobody"));
    let sandbox = format!("input AMPLIFY {{ globalAuthRule: AuthRule = {{ allow: public }} }}\n{model}");
    for (mode, rule) in [
        ("API_KEY", "{ allow: public }"),
        ("AMAZON_COGNITO_USER_POOLS", "{ allow: private }"),
    ] {
        let schema = schema_with(mode, &sandbox);
        assert!(
            schema.contains(&format!("type Note @model @auth(rules: [{rule}])")),
            "{schema}"
        );
    }
}

#[test]
fn a_rule_that_is_guessed_without_the_deployed_resolvers_is_a_warning() {
    let model = "type Note @model { id: ID! }\n";
    let sandbox = format!("input AMPLIFY {{ globalAuthRule: AuthRule = {{ allow: public }} }}\n{model}");
    for (schema, severity) in [(model, Severity::Warning), (&sandbox, Severity::Info)] {
        let files = noted(&[json!({"authenticationType": "API_KEY"})]).in_tree("api/api/schema.graphql", schema);
        let generated = generated(&files, "main");
        let finding = generated
            .findings
            .iter()
            .find(|finding| finding.id == "no-auth-models")
            .expect("it is told");
        assert_eq!(finding.severity, severity, "{finding:?}");
        assert_eq!(
            finding.message.contains("may let in nobody"),
            severity == Severity::Warning,
            "{finding:?}"
        );
    }
}

#[test]
fn functions_of_other_regions_and_accounts_stay_where_they_are() {
    let schema = "type Query {\n  a: Int @function(name: \"authorize-${env}\", region: \"us-west-2\") @aws_iam\n  b: Int @function(name: \"authorize-${env}\", accountId: \"210987654321\") @aws_iam\n  c: Int @function(name: \"authorize-${env}\", region: \"eu-west-1\") @aws_iam\n}\n";
    let files = noted(&[json!({"authenticationType": "AWS_IAM"})]).in_tree("api/api/schema.graphql", schema);
    let generated = generated(&files, "main");
    let schema = text(&generated, "amplify/data/schema.graphql");
    assert_eq!(schema.matches("name: \"authorize-${env}\"").count(), 2, "{schema}");
    assert_eq!(
        schema.matches("name: \"authorize\", region: \"eu-west-1\"").count(),
        1,
        "{schema}"
    );
    assert_eq!(told(&generated, "schema-function-elsewhere").len(), 2);
}

#[test]
fn variables_that_nobody_replaces_are_told_with_their_line() {
    let schema = "\"\"\"Text with ${anything}\"\"\"\ntype Query {\n  a: Int @http(url: \"https://x/${env}/${aws_region}\") @aws_iam\n  b: Int\n    @http(url: \"https://x/${aws_account}\") @aws_iam\n}\n";
    let files = noted(&[json!({"authenticationType": "AWS_IAM"})]).in_tree("api/api/schema.graphql", schema);
    let generated = generated(&files, "main");
    let found: Vec<_> = generated
        .findings
        .iter()
        .filter(|finding| finding.id == "schema-variable-unknown")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].line, Some(5));
    assert!(found[0].message.contains("${aws_account}"), "{}", found[0].message);
}

#[test]
fn predictions_become_functions_of_the_fields_own_resolver() {
    let schema = "type Query {\n  read: String @predictions(actions: [identifyText, convertTextToSpeech]) @auth(rules: [{ allow: private }])\n  say(tone: Int): String @predictions(actions: convertTextToSpeech) @auth(rules: [{ allow: private }])\n}\n";
    let function = |action: &str| {
        json!({"Type": "AWS::AppSync::FunctionConfiguration", "Properties": {
        "Name": format!("{action}Function"), "RequestMappingTemplate": format!("{action} request"), "ResponseMappingTemplate": "answer"}})
    };
    let nested = json!({"Resources": {
        "a": function("identifyText"), "b": function("convertTextToSpeech"),
        "r": {"Type": "AWS::AppSync::Resolver", "Properties": {"ResponseMappingTemplate": "result"}}
    }});
    let template = json!({"Resources": {"PredictionsDirectiveStack": {"Type": "AWS::CloudFormation::Stack", "Properties": {
        "TemplateURL": "https://s3/stacks/PredictionsDirectiveStack.json"}}}});
    let bucket = json!({"Resources": {"S3Bucket": {"Type": "AWS::S3::Bucket"}}});
    let files = with_pool()
        .resource("storage", "pictures", "S3", bucket, json!({"env": "main"}))
        .resource("api", "api", "AppSync", template, json!({}))
        .json_in_tree("api/api/build/stacks/PredictionsDirectiveStack.json", &nested)
        .graphql("api", schema);
    let made = generated(&files, "main");
    let schema = text(&made, "amplify/data/schema.graphql");
    for expected in [
        "read(input: ReadInput!): String @auth",
        "say(input: SayInput!, tone: Int): String @auth",
        "input ReadIdentifyTextInput {\n  key: String!\n}",
        "input ReadConvertTextToSpeechInput {\n  voiceID: String!\n}",
        "input SayConvertTextToSpeechInput {\n  voiceID: String!\n  text: String!\n}",
    ] {
        assert!(schema.contains(expected), "{expected}\n{schema}");
    }
    assert!(!schema.contains("@predictions"), "{schema}");
    let code = text(&made, "amplify/data/predictions.ts");
    assert!(
        code.contains("addActions('Query.read', [\n    identifyText,\n    convertTextToSpeech,\n  ]);"),
        "{code}"
    );
    assert!(
        code.contains("resources: [backend.storage.resources.bucket.arnForObjects('public/*')]"),
        "{code}"
    );
    assert_eq!(
        text(&made, "amplify/data/predictions/identifyText.req.vtl"),
        "identifyText request"
    );
    // Without the deployed templates nothing is made up.
    let without = generated(
        &with_pool().graphql(
            "api",
            "type Query { read: String @predictions(actions: [identifyText]) }",
        ),
        "main",
    );
    assert_eq!(told(&without, "predictions-template-missing").len(), 1);
    assert!(without.tree.get("amplify/data/predictions.ts").is_none());
}
