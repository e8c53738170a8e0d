//! Interpretation of small projects in memory, and snapshots of whole apps.

mod auth;
mod expressions;
mod functions;
mod policies;
mod resolvers;
mod whole;

use serde_json::{Value, json};

use crate::{
    backend::{
        interpret,
        model::{Attribute, Backend, EnvironmentValue, Expression, Reference, Target},
    },
    project::fixture::ProjectFiles,
};

pub(super) fn read(files: &ProjectFiles) -> Backend {
    interpret(&files.open(), None)
}

pub(super) fn ids(backend: &Backend) -> Vec<&str> {
    backend.findings.iter().map(|finding| finding.id.as_str()).collect()
}

pub(super) fn reference(target: Target, attribute: Attribute) -> Expression {
    Expression::Reference(Reference { target, attribute })
}

pub(super) fn variable<'b>(backend: &'b Backend, function: &str, name: &str) -> &'b Expression {
    let function = backend.functions.iter().find(|found| found.name == function).unwrap();
    match &function.environment[name] {
        EnvironmentValue::Expression(expression) => expression,
        other => panic!("{other:?}"),
    }
}

/// The CLI's template of a user pool, as far as the tests need it.
pub(super) fn auth_template() -> Value {
    json!({
        "Parameters": {
            "env": {"Type": "String"},
            "userPoolName": {"Type": "String"},
            "passwordPolicyMinLength": {"Type": "String"},
            "aliasAttributes": {"Type": "CommaDelimitedList", "Default": "email,phone_number"},
            "allowUnauthenticatedIdentities": {"Type": "String", "Default": "false"}
        },
        "Conditions": {"None": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
        "Resources": {
            "UserPool": {
                "Type": "AWS::Cognito::UserPool",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "UserPoolName": {"Fn::If": ["None", {"Ref": "userPoolName"}, {"Fn::Join": ["", [{"Ref": "userPoolName"}, "-", {"Ref": "env"}]]}]},
                    "AliasAttributes": {"Ref": "aliasAttributes"},
                    "Policies": {"PasswordPolicy": {"MinimumLength": {"Ref": "passwordPolicyMinLength"}, "RequireNumbers": "true"}}
                }
            },
            "UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "UserPool"}}},
            "UserPoolClient": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"GenerateSecret": "true", "UserPoolId": {"Ref": "UserPool"}}},
            "IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {"AllowUnauthenticatedIdentities": {"Ref": "allowUnauthenticatedIdentities"}}}
        },
        "Outputs": {
            "UserPoolId": {"Value": {"Ref": "UserPool"}},
            "UserPoolArn": {"Value": {"Fn::GetAtt": ["UserPool", "Arn"]}},
            "AppClientIDWeb": {"Value": {"Ref": "UserPoolClientWeb"}}
        }
    })
}

pub(super) fn with_auth() -> ProjectFiles {
    ProjectFiles::default().resource(
        "auth",
        "users",
        "Cognito",
        auth_template(),
        json!({"env": "main", "userPoolName": "it's `${x}`", "passwordPolicyMinLength": "10"}),
    )
}
