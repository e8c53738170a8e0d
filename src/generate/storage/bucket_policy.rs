//! The policy that the user gave a bucket. A bucket has one policy, which Gen 2 makes itself: the statements are added to it.

use serde_json::Value;

use crate::{
    backend::{
        finding::Severity,
        model::{Bucket, Category, ResourceId},
    },
    generate::{
        context::Context,
        findings::Findings,
        reference::Referrer,
        typescript::{Code, Statement},
    },
};

const POLICY: &str = "AWS::S3::BucketPolicy";

/// `addToResourcePolicy` for each statement.
pub(super) fn statements(
    context: &Context<'_>,
    referrer: &mut Referrer<'_>,
    bucket: &Bucket,
    identifier: &str,
    findings: &mut Findings,
) -> Vec<Statement> {
    let owner = ResourceId::new(Category::storage(), &bucket.name);
    let policies = context
        .backend
        .extra_resources
        .iter()
        .filter(|extra| extra.owner == owner && extra.resource_type == POLICY);
    let mut added = Vec::new();
    for policy in policies {
        let document = policy.properties.get("PolicyDocument").unwrap_or(&Value::Null);
        let listed = match &document["Statement"] {
            Value::Array(statements) => statements.as_slice(),
            single => std::slice::from_ref(single),
        };
        for statement in listed {
            match referrer.free_property(statement) {
                Ok(code) => added.push(Statement::Expression(
                    Code::name("backend")
                        .member(identifier)
                        .path(&["resources", "bucket"])
                        .method(
                            "addToResourcePolicy",
                            vec![
                                Code::import("aws-cdk-lib/aws-iam", "PolicyStatement")
                                    .method("fromJson", vec![code]),
                            ],
                        ),
                )),
                Err(unresolved) => findings.add(
                    "bucket-policy-unresolved",
                    Severity::Manual,
                    format!(
                        "a statement of policy {} of bucket {} names {}, which has no counterpart in the generated backend",
                        policy.logical_id, bucket.name, unresolved.what
                    ),
                    &policy.location,
                    "Add the statement with addToResourcePolicy in amplify/storage/overrides.ts.",
                ),
            }
        }
    }
    added
}
