use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{auth_template, ids, read, with_auth};
use crate::{
    backend::{finding::Severity, interpret},
    deployment::{Deployment, ListedClient, Stack, StackResource, StackTree, UserPoolContents},
    project::{Project, fixture::ProjectFiles},
};

/// Gen 1 projects of the sample apps, and those of the corpus beside the project where it is there.
fn projects(folder: &str) -> Vec<(String, PathBuf)> {
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(&apps)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path().join("gen1-project"),
            )
        })
        .filter(|(_, project)| project.join("amplify").is_dir())
        .collect();
    found.sort();
    found
}

/// Apps whose generated files are snapshots already, and whose models are long.
const GENERATED_ONLY: [&str; 7] = ["bazaar", "clinic", "club", "forum", "guests", "metro", "workshop"];

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn snapshot(folder: &str, prefix: &str) {
    let projects = projects(folder);
    if projects.is_empty() {
        eprintln!("SKIPPED: there are no apps in {folder}");
    }
    for (name, path) in projects {
        if GENERATED_ONLY.contains(&name.as_str()) {
            continue;
        }
        let project = Project::open(&path, None).unwrap();
        let backend = interpret(&project, None);
        insta::assert_json_snapshot!(format!("{prefix}-{name}"), backend);
    }
}

#[test]
fn an_export_of_the_user_s_own_is_told() {
    let template = json!({
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
        "Outputs": {
            "BucketName": {"Value": {"Ref": "Bucket"}},
            "Shared": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "photos-bucket"}}
        }
    });
    let backend = read(&ProjectFiles::default().resource("storage", "photos", "S3", template, json!({})));
    let told: Vec<&str> = backend
        .findings
        .iter()
        .filter(|finding| finding.id == "output-exported")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("output Shared in the stack of storage/photos"),
        "{told:?}"
    );
}

#[test]
fn models_are_read_from_the_syntax_tree_and_an_unknown_table_is_told() {
    let schema = "# type Ghost @model { id: ID! }\n\"\"\" type Phantom @model { id: ID! } \"\"\"\ntype A implements N & M @auth(rules: [{allow: owner}]) @model { id: ID! }\ninterface N @model { id: ID! }\ntype B @model{id:ID!}\ntype Query { x: Int @function(name: \"nobody-${env}\") y: Int @function(name: \"outside\") }\n";
    let backend = read(&ProjectFiles::default().graphql("api", schema));
    let data = backend.data.as_ref().unwrap();
    let models: Vec<(&str, bool)> = data
        .models
        .iter()
        .map(|model| (model.name.as_str(), model.has_auth))
        .collect();
    assert_eq!(models, [("A", true), ("B", false)]);
    let unknown: Vec<&_> = backend
        .findings
        .iter()
        .filter(|finding| finding.id == "model-table-unknown")
        .collect();
    assert_eq!(unknown.len(), 2);
    assert_eq!(unknown[0].line, Some(3));
    assert_eq!(
        ids(&backend)
            .iter()
            .filter(|id| **id == "function-directive-unknown")
            .count(),
        1
    );
}

#[test]
fn what_is_deployed_wins_over_the_files() {
    let project = with_auth().open();
    let stack = |name: &str, template: &Value, resources: Vec<(&str, &str, &str)>| Stack {
        name: name.into(),
        id: name.into(),
        status: "UPDATE_COMPLETE".into(),
        status_reason: None,
        description: None,
        parent_id: None,
        template_body: template.to_string(),
        parameters: Vec::new(),
        outputs: Vec::new(),
        tags: indexmap::IndexMap::new(),
        resources: resources
            .into_iter()
            .map(|(logical_id, resource_type, physical_id)| {
                (
                    logical_id.to_owned(),
                    StackResource {
                        resource_type: resource_type.into(),
                        physical_id: Some(physical_id.into()),
                        status: "CREATE_COMPLETE".into(),
                    },
                )
            })
            .collect(),
        last_updated: None,
        role_arn: None,
    };
    let mut deployed = auth_template();
    deployed["Resources"]["UserPool"]["Properties"]["MfaConfiguration"] = json!("OFF");
    let root = json!({"Resources": {"authusers": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {
        "env": "main", "userPoolName": "deployed", "passwordPolicyMinLength": "9"}}}}});
    let tree = |template: &Value, body: Option<&str>| StackTree {
        stack: stack("root", template, vec![]),
        nested: indexmap::IndexMap::from([(
            "authusers".to_owned(),
            StackTree {
                stack: {
                    let mut nested = stack(
                        "nested",
                        &deployed,
                        vec![
                            ("UserPool", "AWS::Cognito::UserPool", "eu-west-1_Live"),
                            ("UserPoolClientWeb", "AWS::Cognito::UserPoolClient", "1web"),
                        ],
                    );
                    if let Some(body) = body {
                        nested.template_body = body.into();
                    }
                    nested
                },
                nested: indexmap::IndexMap::new(),
            },
        )]),
    };
    // What is in the pool and in no stack is told by its name; what a stack made is not.
    let client = |id: &str, name: &str| ListedClient {
        id: id.into(),
        name: name.into(),
        identity_providers: vec!["COGNITO".into(), "Okta".into()],
    };
    let contents = UserPoolContents {
        groups: vec!["byhand".into(), "eu-west-1_Live_Okta".into()],
        clients: vec![client("1web", "web"), client("2pos", "till")],
        identity_providers: vec!["Okta".into()],
    };
    let backend = interpret(
        &project,
        Some(&Deployment {
            root: tree(&root, None),
            user_pool: Some(contents),
        }),
    );
    let pool = backend.auth.as_ref().unwrap().user_pool.as_ref().unwrap();
    assert_eq!(pool.physical_id.as_deref(), Some("eu-west-1_Live"));
    let told: Vec<(&str, &str)> = backend
        .findings
        .iter()
        .filter(|finding| finding.id.starts_with("auth-console-"))
        .map(|finding| (finding.id.as_str(), finding.message.as_str()))
        .collect();
    for (id, name) in [
        ("auth-console-groups", ": byhand;"),
        ("auth-console-clients", ": till (2pos);"),
        ("auth-console-identity-providers", ": Okta;"),
    ] {
        assert!(
            told.iter().any(|(found, text)| *found == id && text.contains(name)),
            "{told:?}"
        );
    }
    assert_eq!(told.len(), 3);
    assert!(
        told.iter()
            .any(|(_, text)| text.ends_with("postRefactor() keeps them for web")),
        "{told:?}"
    );
    let web = backend.auth.as_ref().unwrap().web_client.as_ref().unwrap();
    assert_eq!(web.live_identity_providers, ["COGNITO", "Okta"]);
    assert_eq!(pool.properties["UserPoolName"], "deployed-main");
    assert_eq!(pool.properties["MfaConfiguration"], "OFF");
    // A deployed template that cannot be read never stops the run.
    let backend = interpret(
        &project,
        Some(&Deployment {
            root: tree(&root, Some("{")),
            user_pool: None,
        }),
    );
    assert!(ids(&backend).contains(&"template-unusable"));
    assert!(backend.auth.as_ref().unwrap().user_pool.is_some());
}

#[test]
fn broken_and_unknown_entries_are_listed_and_stop_nothing() {
    let files = ProjectFiles::default()
        .entry("function", "", json!({"service": "Lambda"}))
        .entry("storage", "half", json!({}))
        .entry("weird", "x`${y}`", json!({"service": "Something"}))
        .entry("auth", "a", json!({"service": "Cognito"}))
        .entry("auth", "b", json!({"service": "Cognito"}))
        .entry("api", "r", json!({"service": "API Gateway"}))
        .entry("analytics", "k", json!({"service": "Kinesis"}))
        .entry("storage", "s", json!({"service": "S3"}))
        .entry("storage", "d", json!({"service": "DynamoDB"}))
        .entry("hosting", "amplifyhosting", json!({"service": "amplifyhosting"}));
    let backend = read(&files);
    assert_eq!(backend.resources.len(), 10);
    for id in [
        "resource-without-service",
        "auth-second-resource",
        "auth-template-missing",
        "rest-template-missing",
        "stream-template-missing",
        "storage-template-missing",
        "table-keys-unknown",
        "function-template-missing",
    ] {
        assert!(ids(&backend).contains(&id), "{id}: {:?}", ids(&backend));
    }
    assert!(
        backend
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Blocker)
    );
}

#[test]
fn sample_apps() {
    snapshot("__test__/apps", "sample");
}

#[test]
fn corpus_apps() {
    snapshot("../shared/corpus", "corpus");
}

/// The deployed stacks of an app as a tree: nested stacks are named after their parent and logical id.
fn deployed_tree(folder: &Path, name: &str) -> StackTree {
    let file = |suffix: &str| std::fs::read_to_string(folder.join(format!("{name}.{suffix}"))).unwrap_or_default();
    let template: Value = serde_json::from_str(&file("template.json")).unwrap();
    let mut nested = indexmap::IndexMap::new();
    for (logical_id, resource) in template["Resources"].as_object().unwrap() {
        if resource["Type"] != "AWS::CloudFormation::Stack" {
            continue;
        }
        let prefix = format!("{name}-{logical_id}-");
        let child = std::fs::read_dir(folder)
            .unwrap()
            .flatten()
            .filter_map(|entry| {
                entry
                    .file_name()
                    .into_string()
                    .ok()?
                    .strip_suffix(".template.json")
                    .map(str::to_owned)
            })
            .find(|stack| stack.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('-')));
        if let Some(child) = child {
            nested.insert(logical_id.clone(), deployed_tree(folder, &child));
        }
    }
    StackTree {
        stack: Stack {
            name: name.into(),
            id: name.into(),
            status: "UPDATE_COMPLETE".into(),
            status_reason: None,
            description: None,
            parent_id: None,
            template_body: file("template.json"),
            parameters: Vec::new(),
            outputs: Vec::new(),
            tags: indexmap::IndexMap::new(),
            resources: indexmap::IndexMap::new(),
            last_updated: None,
            role_arn: None,
        },
        nested,
    }
}

#[test]
fn files_and_deployed_stacks_tell_the_same() {
    for folder in ["__test__/apps", "../shared/corpus"] {
        for (name, path) in projects(folder) {
            let project = Project::open(&path, None).unwrap();
            let root = project.environment.stack_name.clone().unwrap();
            let tree = deployed_tree(&path.parent().unwrap().join("deployed-stacks"), &root);
            assert!(!tree.nested.is_empty(), "{name}");
            let mut offline = interpret(&project, None);
            let mut online = interpret(
                &project,
                Some(&Deployment {
                    root: tree,
                    user_pool: None,
                }),
            );
            for backend in [&mut offline, &mut online] {
                // The policies of REST APIs are not always among the files, which is told.
                backend.findings.retain(|finding| finding.id != "rest-policies-derived");
                backend.grants.retain(|grant| !grant.policy.starts_with("PolicyAPIGW"));
            }
            let lines = |backend: &crate::backend::model::Backend| -> Vec<String> {
                let text = serde_json::to_string_pretty(backend).unwrap();
                text.lines().map(str::to_owned).collect()
            };
            let (offline, online) = (lines(&offline), lines(&online));
            let different = offline.iter().zip(&online).position(|(one, other)| one != other);
            assert_eq!(
                different.map(|at| (
                    &offline[at.saturating_sub(3)..at + 3],
                    &online[at.saturating_sub(3)..at + 3]
                )),
                None,
                "{name}"
            );
            assert_eq!(offline.len(), online.len(), "{name}");
        }
    }
}
