//! An environment with everything that locking has to tell apart.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::account::{BUCKET, Contents, FakeStack, ROOT, url};
use crate::deployment::StackResource;

pub(super) fn contents() -> Contents {
    contents_with_padding(0)
}

/// The template of a table is larger than a request may be, with and without spaces.
pub(super) fn large_contents() -> Contents {
    contents_with_padding(52_000)
}

fn contents_with_padding(padding: usize) -> Contents {
    let nested = |name: &str| json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": url(BUCKET, &format!("stacks/{name}.json")) } });
    let root = json!({ "Resources": {
        "DeploymentBucket": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain" },
        "auth": nested("auth"), "storage": nested("storage"), "api": nested("api"),
    } });
    let api = json!({ "Resources": { "Post": nested("Post"), "comment": nested("comment") } });
    let auth = json!({ "Conditions": { "Never": { "Fn::Equals": ["a", "b"] } }, "Resources": {
        "UserPool": { "Type": "AWS::Cognito::UserPool", "Properties": { "UserPoolName": "quote\"`${x}é" } },
        "Absent": { "Type": "AWS::Cognito::UserPoolClient", "Condition": "Never" },
        "Role": { "Type": "AWS::IAM::Role" },
        "HostedUICustomResourceInputs": { "Type": "Custom::LambdaCallout", "DeletionPolicy": "Delete" },
    } });
    let storage = json!({ "Resources": {
        "Bucket": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": { "BucketName": "b" } },
    } });
    let post = json!({ "Resources": {
        "PostTable": { "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete",
            "Properties": { "TableName": "Post-main", "Padding": "x".repeat(padding) } },
    } });
    let comment = json!({ "Resources": {
        "CommentTable": { "Type": "AWS::DynamoDB::Table",
            "Properties": { "TableName": "Comment-main", "DeletionProtectionEnabled": { "Fn::If": ["a", false, false] } } },
    } });
    let stacks = [
        (
            ROOT,
            root,
            vec![
                ("DeploymentBucket", "AWS::S3::Bucket", BUCKET),
                ("auth", NESTED, "auth"),
                ("storage", NESTED, "storage"),
                ("api", NESTED, "api"),
            ],
        ),
        (
            "api",
            api,
            vec![("Post", NESTED, "Post"), ("comment", NESTED, "comment")],
        ),
        (
            "auth",
            auth,
            vec![
                ("UserPool", "AWS::Cognito::UserPool", "us-east-1_x"),
                ("Role", "AWS::IAM::Role", "role"),
                ("HostedUICustomResourceInputs", "Custom::LambdaCallout", "hosted-ui"),
            ],
        ),
        ("storage", storage, vec![("Bucket", "AWS::S3::Bucket", "b")]),
        ("Post", post, vec![("PostTable", "AWS::DynamoDB::Table", "Post-main")]),
        (
            "comment",
            comment,
            vec![("CommentTable", "AWS::DynamoDB::Table", "Comment-main")],
        ),
    ];
    Contents {
        variables: IndexMap::from([("OTHER".to_owned(), "kept".to_owned())]),
        stacks: stacks
            .into_iter()
            .map(|(name, template, resources)| (name.to_owned(), stack(&template, padding, &resources)))
            .collect(),
        tables: IndexMap::from([("Post-main".to_owned(), false), ("Comment-main".to_owned(), false)]),
        ..Contents::default()
    }
}

const NESTED: &str = "AWS::CloudFormation::Stack";

fn stack(template: &Value, padding: usize, resources: &[(&str, &str, &str)]) -> FakeStack {
    let mut text = serde_json::to_string_pretty(template).unwrap();
    text.push_str(&" ".repeat(padding / 10));
    FakeStack {
        status: "CREATE_COMPLETE".into(),
        template: text,
        resources: resources
            .iter()
            .map(|(logical_id, resource_type, physical_id)| {
                let resource = StackResource {
                    resource_type: (*resource_type).into(),
                    physical_id: Some((*physical_id).into()),
                    status: "CREATE_COMPLETE".into(),
                };
                ((*logical_id).to_owned(), resource)
            })
            .collect(),
        policy: None,
        updates: 0,
    }
}
