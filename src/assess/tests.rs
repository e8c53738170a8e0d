use serde_json::json;

use super::*;
use crate::{
    backend::{interpret, model::FeatureKind},
    project::fixture::ProjectFiles,
};

fn assessed(files: &ProjectFiles) -> Assessment {
    assess(&interpret(&files.open(), None))
}

#[test]
fn every_feature_that_needs_work_has_a_remedy() {
    for kind in FeatureKind::ALL {
        let row = support::feature(*kind, None);
        if row.generate.is_no() || row.refactor.is_no() || row.severity != Severity::Info {
            assert!(!row.remedy.is_empty(), "{}", kind.name());
        }
        if row.severity == Severity::Blocker {
            assert!(row.generate.is_no() && row.refactor.is_no(), "{}", kind.name());
        }
    }
}

#[test]
fn overrides_are_carried_over_where_the_deployed_properties_are() {
    for (category, is_carried_over) in [("auth", true), ("storage", true), ("api", true), ("custom", false)] {
        let row = support::feature(FeatureKind::Overrides, Some(category));
        assert_eq!(!row.generate.is_no(), is_carried_over, "{category}");
    }
}

#[test]
fn names_of_features_are_unique() {
    let mut names: Vec<&str> = FeatureKind::ALL.iter().map(|kind| kind.name()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_entry_of_the_meta_file_has_a_row() {
    let entries = [
        ("auth", "Cognito"),
        ("storage", "S3"),
        ("api", "AppSync"),
        ("geo", "Map"),
        ("geo", "GeofenceCollection"),
        ("analytics", "Pinpoint"),
        ("notifications", "Pinpoint"),
        ("predictions", "Rekognition"),
        ("interactions", "Lex"),
        ("custom", "customCDK"),
        ("hosting", "S3AndCloudFront"),
        ("unheard", "Of"),
    ];
    let mut files = ProjectFiles::default();
    for (category, service) in entries {
        files = files.entry(category, &format!("r{service}"), json!({ "service": service }));
    }
    let assessment = assessed(&files.entry("storage", "broken", json!({})));
    assert_eq!(assessment.resources.len(), entries.len() + 1);
    let row = |service: &str| assessment.resources.iter().find(|row| row.service == service).unwrap();
    assert_eq!(row("Cognito").refactor.status, SupportStatus::Supported);
    assert_eq!(row("AppSync").refactor.status, SupportStatus::NotNeeded);
    assert_eq!(row("Of").generate.status, SupportStatus::Unsupported);
    assert_eq!(row("S3AndCloudFront").generate.status, SupportStatus::NotNeeded);
    assert_eq!(row("").generate.status, SupportStatus::Unsupported);
    for service in ["Map", "Pinpoint", "customCDK", "Of", "S3AndCloudFront"] {
        let told = assessment
            .findings
            .iter()
            .any(|finding| finding.message.contains(service));
        assert!(told, "{service} is told");
    }
}

#[test]
fn a_function_of_another_language_and_imports_have_their_own_cells() {
    let assessment = assessed(
        &ProjectFiles::default()
            .function(
                "py",
                json!({"LambdaFunction": {"Properties": {"Runtime": "python3.12"}}}),
                json!({}),
            )
            .function(
                "rb",
                json!({"LambdaFunction": {"Properties": {"Runtime": "ruby3.3"}}}),
                json!({}),
            )
            .function("js", json!({}), json!({}))
            .entry("storage", "pics", json!({"service": "S3", "serviceType": "imported"})),
    );
    let generate = |name: &str| {
        let row = assessment.resources.iter().find(|row| row.resource == name).unwrap();
        (row.generate.status, row.refactor.status)
    };
    assert_eq!(generate("py"), (SupportStatus::Supported, SupportStatus::NotNeeded));
    assert_eq!(generate("rb"), (SupportStatus::Unsupported, SupportStatus::NotNeeded));
    assert_eq!(generate("js"), (SupportStatus::Supported, SupportStatus::NotNeeded));
    assert_eq!(generate("pics").1, SupportStatus::NotNeeded);
}

#[test]
fn an_old_version_of_node_needs_no_tools_and_another_language_does() {
    let function = |runtime: &str| json!({"Resources": {"LambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": runtime, "Handler": "index.handler"}}}});
    let assessment = assessed(
        &ProjectFiles::default()
            .resource("function", "old", "Lambda", function("nodejs16.x"), json!({}))
            .resource("function", "py", "Lambda", function("python3.12"), json!({})),
    );
    let told = |name: &str| {
        let mut findings = assessment.findings.iter();
        findings
            .find(|finding| finding.id == "function-runtime" && finding.message.contains(name))
            .unwrap()
    };
    assert!(told("function/old").remedy.contains("Test the function"));
    assert_eq!(told("function/old").severity, Severity::Warning);
    assert!(told("function/py").remedy.contains("Docker"));
}

#[test]
fn datastore_and_the_old_transformer_block() {
    let api = ProjectFiles::default().graphql("api", "type A @model @auth(rules: [{allow: owner}]) { id: ID! }");
    // The table of the model is unknown here, which is told, and blocks nothing.
    assert!(!is_blocked(&assessed(&api)));
    let datastore = api.clone().json_in_tree(
        "api/api/transform.conf.json",
        &json!({"ResolverConfig": {"project": {"ConflictHandler": "AUTOMERGE"}}}),
    );
    let assessment = assessed(&datastore);
    assert!(is_blocked(&assessment));
    assert_eq!(
        (assessment.findings[0].severity, assessment.findings[0].id.as_str()),
        (Severity::Blocker, "datastore")
    );
    // What is deployed counts, even when the files no longer say it.
    let versioned = json!({"Type": "AWS::AppSync::DataSource", "Properties": {"Type": "AMAZON_DYNAMODB", "DynamoDBConfig": {"Versioned": true}}});
    let deployed = ProjectFiles::default()
        .resource(
            "api",
            "api",
            "AppSync",
            json!({"Resources": {"A": versioned}}),
            json!({}),
        )
        .graphql("api", "type A @model @auth(rules: [{allow: owner}]) { id: ID! }");
    let assessment = assessed(&deployed);
    assert!(is_blocked(&assessment));
    let told = assessment
        .findings
        .iter()
        .find(|finding| finding.id == "datastore")
        .unwrap();
    assert!(told.remedy.contains("amplify update api"), "{told:?}");
    assert!(
        told.path.ends_with("api/api/build/api-cloudformation-template.json"),
        "{told:?}"
    );
    let first = api.json(
        "amplify/cli.json",
        &json!({"features": {"graphqltransformer": {"transformerversion": 1}}}),
    );
    assert!(is_blocked(&assessed(&first)));
}

#[test]
fn a_feature_is_one_row_per_file_with_the_path_in_the_tree() {
    let files = ProjectFiles::default()
        .graphql("api", "type A @model { id: ID! }\ntype B @model { id: ID! }")
        .in_tree(
            "api/api/override.ts",
            "export function override(resources: T) { resources.x = 1 }",
        );
    let assessment = assessed(&files);
    let rows: Vec<(&str, &str)> = assessment
        .features
        .iter()
        .map(|row| (row.name.as_str(), row.path.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("overrides", "api/api/override.ts"),
            ("no-auth-models", "api/api/schema.graphql")
        ]
    );
    assert_eq!(assessment.features[0].generate.status, SupportStatus::Supported);
    assert_eq!(assessment.features[0].refactor.status, SupportStatus::NotNeeded);
    // Each model is a finding of its own.
    assert_eq!(
        assessment
            .findings
            .iter()
            .filter(|finding| finding.id == "no-auth-models")
            .count(),
        2
    );
}

#[test]
fn places_in_the_frontend_are_rows_and_findings() {
    let mut assessment = assessed(&ProjectFiles::default());
    let files: crate::project::MemoryFiles = [("src/a.ts", "import c from './aws-exports';\nc.aws_user_pools_id;")]
        .into_iter()
        .collect();
    let usages = frontend::find(&files, &frontend::BackendNames::default()).unwrap();
    add_frontend(&mut assessment, &usages);
    assert_eq!(assessment.features.len(), 1);
    assert_eq!(
        (
            assessment.features[0].name.as_str(),
            assessment.features[0].path.as_str()
        ),
        ("frontend-usage", "src/a.ts")
    );
    assert_eq!(assessment.findings.len(), 2);
}

#[test]
fn a_hosted_ui_is_generated_and_goes_with_its_user_pool() {
    let pool = |properties: serde_json::Value| {
        let template = json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": properties}}});
        assessed(&ProjectFiles::default().resource("auth", "users", "Cognito", template, json!({})))
    };
    let cells = |assessment: &Assessment| {
        let row = assessment
            .resources
            .iter()
            .find(|row| row.service == "Cognito")
            .unwrap();
        (row.generate.status, row.refactor.status)
    };
    let hosted = pool(json!({"CallbackURLs": ["https://app.example.com/"]}));
    assert_eq!(cells(&hosted), (SupportStatus::Supported, SupportStatus::Supported));
    assert_eq!(
        cells(&pool(json!({}))),
        (SupportStatus::Supported, SupportStatus::Supported)
    );
}
