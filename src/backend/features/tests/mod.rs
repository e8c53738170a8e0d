//! Each feature: small projects that use it, and those that only look like it.

mod api;
mod auth;
mod functions;
mod storage;

use serde_json::{Value, json};

use crate::{
    backend::{
        interpret,
        model::{Feature, FeatureKind as K},
    },
    project::fixture::ProjectFiles,
};

pub(super) fn features(files: &ProjectFiles) -> Vec<Feature> {
    interpret(&files.open(), None).features
}

pub(super) fn kinds(files: &ProjectFiles) -> Vec<K> {
    let mut kinds: Vec<K> = features(files).into_iter().map(|feature| feature.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// What `with` uses and `without` does not is exactly `expected`.
#[track_caller]
pub(super) fn differ(without: &ProjectFiles, with: &ProjectFiles, expected: &[K]) {
    let before = kinds(without);
    let new: Vec<K> = kinds(with).into_iter().filter(|kind| !before.contains(kind)).collect();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(new, expected);
}

pub(super) fn project() -> ProjectFiles {
    ProjectFiles::default()
}

pub(super) fn auth(config: &Value, more: Value) -> ProjectFiles {
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
