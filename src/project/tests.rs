use serde_json::json;

use super::{fixture::ProjectFiles, *};
use crate::error::CodedError;

#[test]
fn a_directory_without_amplify_folder_names_those_nearby() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("apps/shop/amplify/backend")).unwrap();
    let error = Project::open(folder.path(), None).err().unwrap();
    assert_eq!(error.code(), "PROJECT_NOT_FOUND");
    assert!(error.resolution().contains("apps/shop"), "{}", error.resolution());
}

#[test]
fn a_gen2_project_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("amplify/auth")).unwrap();
    std::fs::write(folder.path().join("amplify/backend.ts"), "").unwrap();
    let error = Project::open(folder.path(), None).err().unwrap();
    assert_eq!(error.code(), "PROJECT_IS_GEN2");
    assert!(error.to_string().contains("amplify/backend.ts"));
}

#[test]
fn an_empty_amplify_folder_is_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("amplify")).unwrap();
    assert_eq!(
        Project::open(folder.path(), None).err().unwrap().code(),
        "PROJECT_INCOMPLETE"
    );
    std::fs::write(folder.path().join("amplify/team-provider-info.json"), "{\"main\":{}}").unwrap();
    let error = Project::open(folder.path(), None).err().unwrap();
    assert_eq!(error.code(), "PROJECT_INCOMPLETE");
    assert!(error.to_string().contains("amplify-meta.json"), "{error}");
}

#[test]
fn every_malformed_file_is_told_with_line_and_column() {
    let error = ProjectFiles::default()
        .graphql("api", "type A @model {\n  id: ID!\n  name String\n}\n")
        .in_tree("api/api/cli-inputs.json", "{\n  \"version\": 1,\n  oops\n}")
        .file("amplify/cli.json", "{")
        .read()
        .err()
        .unwrap();
    let ProjectError::Malformed(problems) = &error else {
        panic!("{error}");
    };
    let places: Vec<(&str, usize)> = problems
        .iter()
        .map(|problem| (problem.path.as_str(), problem.line))
        .collect();
    assert!(
        places.contains(&("amplify/#current-cloud-backend/api/api/cli-inputs.json", 3)),
        "{places:?}"
    );
    assert!(
        places.contains(&("amplify/#current-cloud-backend/api/api/schema.graphql", 3)),
        "{places:?}"
    );
    assert!(places.contains(&("amplify/cli.json", 1)), "{places:?}");
    assert!(error.code().starts_with("MALFORMED_"));
    assert_eq!(error.details()["files"].as_array().unwrap().len(), problems.len());
}

#[test]
fn a_malformed_schema_alone_has_a_code_of_its_own() {
    let error = ProjectFiles::default().graphql("api", "type A {").read().err().unwrap();
    assert_eq!(error.code(), "MALFORMED_GRAPHQL");
}

#[test]
fn a_template_that_is_no_template_is_malformed() {
    let error = ProjectFiles::default()
        .entry("function", "f", json!({"service": "Lambda"}))
        .in_tree("function/f/f-cloudformation-template.json", "{\"Resources\": []}")
        .read()
        .err()
        .unwrap();
    assert_eq!(error.code(), "MALFORMED_TEMPLATE");
    assert!(
        error.to_string().contains("function/f/f-cloudformation-template.json"),
        "{error}"
    );
}

#[test]
fn the_files_of_another_environment_are_refused() {
    let files = ProjectFiles::default().json(
        "amplify/team-provider-info.json",
        &json!({
            "main": {"awscloudformation": {"StackName": "amplify-app-main-12ab", "DeploymentBucketName": "b", "Region": "eu-west-1"}},
            "prod": {"awscloudformation": {"StackName": "amplify-app-prod-34cd", "DeploymentBucketName": "b", "Region": "eu-west-1"}},
        }),
    );
    assert_eq!(files.read().err().unwrap().code(), "ENVIRONMENT_AMBIGUOUS");
    assert_eq!(files.read_environment(Some("main")).unwrap().environment.name, "main");
    let error = files.read_environment(Some("prod")).err().unwrap();
    assert_eq!(error.code(), "ENVIRONMENT_NOT_PULLED");
    assert!(
        error.to_string().contains("amplify-app-main-12ab") && error.resolution().contains("prod"),
        "{error}"
    );
    let error = files.read_environment(Some("qa")).err().unwrap();
    assert_eq!(error.code(), "ENVIRONMENT_NOT_FOUND");
    assert!(error.resolution().contains("main, prod"));
    let local = files.json("amplify/.config/local-env-info.json", &json!({"envName": "main"}));
    assert_eq!(local.read().unwrap().environment.name, "main");
}

#[test]
fn without_team_provider_info_the_tree_tells_the_environment() {
    let base =
        ProjectFiles::default().resource("storage", "b", "S3", json!({"Resources": {}}), json!({"env": "stage"}));
    let without = base.file("amplify/team-provider-info.json", "{}");
    // An empty file knows no environment at all.
    let error = without.read().err().unwrap();
    assert_eq!(error.code(), "ENVIRONMENT_NOT_FOUND");
    assert_eq!(
        error.to_string(),
        "amplify/team-provider-info.json names no environment"
    );
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("amplify/#current-cloud-backend");
    std::fs::create_dir_all(tree.join("awscloudformation/build")).unwrap();
    std::fs::write(
        tree.join("amplify-meta.json"),
        json!({"providers": {"awscloudformation": {"StackName": "amplify-app-stage-1", "Region": "eu-west-1", "DeploymentBucketName": "b"}}}).to_string(),
    )
    .unwrap();
    let project = Project::open(folder.path(), None).unwrap();
    assert_eq!(project.environment.name, "stage");
    assert!(project.environments.derived);
}

#[test]
fn the_deployed_tree_is_read_before_the_edited_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let provider = json!({"StackName": "amplify-app-main-1", "Region": "eu-west-1", "DeploymentBucketName": "b"});
    write(
        "amplify/team-provider-info.json",
        &json!({"main": {"awscloudformation": provider}}).to_string(),
    );
    write(
        "amplify/backend/backend-config.json",
        &json!({"function": {"edited": {"service": "Lambda"}}}).to_string(),
    );
    let project = Project::open(folder.path(), None).unwrap();
    assert_eq!(
        (project.tree.path.as_str(), project.resources[0].name.as_str()),
        (BACKEND, "edited")
    );
    assert!(project.tree.meta_path.ends_with("backend-config.json"));
    write(
        "amplify/#current-cloud-backend/amplify-meta.json",
        &json!({"providers": {"awscloudformation": provider}, "function": {"deployed": {"service": "Lambda"}}})
            .to_string(),
    );
    let project = Project::open(folder.path(), None).unwrap();
    assert_eq!(project.tree.path, CURRENT_CLOUD_BACKEND);
    assert_eq!(project.resources[0].name, "deployed");
}

#[test]
fn the_archive_takes_the_place_of_the_local_tree() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let provider = json!({"StackName": "amplify-app-main-1", "Region": "eu-west-1", "DeploymentBucketName": "b"});
    std::fs::create_dir_all(folder.path().join("amplify/#current-cloud-backend")).unwrap();
    std::fs::write(
        folder.path().join("amplify/#current-cloud-backend/amplify-meta.json"),
        "{}",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("amplify/team-provider-info.json"),
        json!({"main": {"awscloudformation": provider}}).to_string(),
    )
    .unwrap();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        (
            "amplify-meta.json",
            json!({"providers": {"awscloudformation": provider}, "function": {"f": {"service": "Lambda"}}}).to_string(),
        ),
        ("function/f/src/index.js", "exports.handler = 1".to_owned()),
    ] {
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let project = Project::open_environment(folder.path(), "main", Some(bytes)).unwrap();
    assert_eq!(project.functions["f"].source_files, ["index.js"]);
    let source = project.functions["f"].source_directory.clone().unwrap();
    assert!(project.files().read(&join(&source, "index.js")).unwrap().is_some());
    let error = Project::open_environment(folder.path(), "main", Some(b"no zip".to_vec()))
        .err()
        .unwrap();
    assert_eq!(error.code(), "BACKEND_ARCHIVE_DAMAGED");
}

#[test]
fn templates_are_found_wherever_the_cli_puts_them() {
    for path in [
        "storage/s/build/cloudformation-template.json",
        "storage/s/s3-cloudformation-template.json",
        "storage/s/build/s-cloudformation-template.json",
        "storage/s/template.json",
        "awscloudformation/build/storage/s/build/cloudformation-template.json",
    ] {
        let project = ProjectFiles::default()
            .entry("storage", "s", json!({"service": "S3"}))
            .json_in_tree(path, &json!({"Resources": {"S3Bucket": {"Type": "AWS::S3::Bucket"}}}))
            .open();
        assert!(project.resource_files["storage/s"].template.is_some(), "{path}");
    }
    let both = ProjectFiles::default()
        .entry("storage", "s", json!({"service": "S3"}))
        .json_in_tree(
            "storage/s/build/cloudformation-template.json",
            &json!({"Description": "own", "Resources": {}}),
        )
        .json_in_tree(
            "awscloudformation/build/storage/s/build/cloudformation-template.json",
            &json!({"Description": "deployed", "Resources": {}}),
        )
        .open();
    let template = both.resource_files["storage/s"].template.as_ref().unwrap();
    assert_eq!(template.template.document()["Description"], "deployed");
}

#[test]
fn a_yaml_template_is_read() {
    let project = ProjectFiles::default()
        .entry("auth", "a", json!({"service": "Cognito"}))
        .in_tree(
            "auth/a/a-cloudformation-template.yml",
            "Resources:\n  UserPool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      UserPoolName: !Sub 'x-${env}'\n",
        )
        .open();
    let template = &project.resource_files["auth/a"].template.as_ref().unwrap().template;
    assert!(template.resource("UserPool").is_some());
}

#[test]
fn an_environment_that_was_never_deployed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("amplify/backend")).unwrap();
    std::fs::write(folder.path().join("amplify/backend/backend-config.json"), "{}").unwrap();
    std::fs::write(
        folder.path().join("amplify/team-provider-info.json"),
        json!({"dev": {"awscloudformation": {"Region": "eu-west-1", "StackName": "s"}}}).to_string(),
    )
    .unwrap();
    let error = Project::open(folder.path(), None).err().unwrap();
    assert_eq!(error.code(), "ENVIRONMENT_INCOMPLETE");
    assert!(
        error.to_string().contains("DeploymentBucketName") && error.to_string().contains("\"dev\""),
        "{error}"
    );
}
