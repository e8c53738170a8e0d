//! The calls that each step makes: the one source of the IAM policy that users are told to attach.

use serde_json::{Value, json};

use crate::plan::Step;

/// Whether a call changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It reads.
    Read,
    /// It changes something.
    Write,
}

/// IAM action, access and the steps that call it.
pub const STEP_CALLS: &[(&str, Access, &[Step])] = &[
    (
        "sts:GetCallerIdentity",
        Access::Read,
        &[Step::Lock, Step::Generate, Step::Refactor],
    ),
    (
        "amplify:GetApp",
        Access::Read,
        &[Step::Assess, Step::Lock, Step::Generate, Step::Refactor],
    ),
    ("amplify:UpdateApp", Access::Write, &[Step::Lock]),
    (
        "cloudformation:DescribeStacks",
        Access::Read,
        &[Step::Assess, Step::Lock, Step::Generate, Step::Refactor],
    ),
    (
        "cloudformation:ListStackResources",
        Access::Read,
        &[Step::Assess, Step::Lock, Step::Generate, Step::Refactor],
    ),
    (
        "cloudformation:DescribeStackResources",
        Access::Read,
        &[Step::Assess, Step::Lock, Step::Generate, Step::Refactor],
    ),
    (
        "cloudformation:GetTemplate",
        Access::Read,
        &[Step::Assess, Step::Lock, Step::Generate, Step::Refactor],
    ),
    (
        "cloudformation:GetStackPolicy",
        Access::Read,
        &[Step::Lock, Step::Generate, Step::Refactor],
    ),
    (
        "cloudformation:SetStackPolicy",
        Access::Write,
        &[Step::Lock, Step::Refactor],
    ),
    (
        "cloudformation:CreateChangeSet",
        Access::Write,
        &[Step::Lock, Step::Refactor],
    ),
    (
        "cloudformation:DescribeChangeSet",
        Access::Read,
        &[Step::Lock, Step::Refactor],
    ),
    (
        "cloudformation:ExecuteChangeSet",
        Access::Write,
        &[Step::Lock, Step::Refactor],
    ),
    (
        "cloudformation:DeleteChangeSet",
        Access::Write,
        &[Step::Lock, Step::Refactor],
    ),
    ("cloudformation:CreateStackRefactor", Access::Write, &[Step::Refactor]),
    ("cloudformation:DescribeStackRefactor", Access::Read, &[Step::Refactor]),
    (
        "cloudformation:ListStackRefactorActions",
        Access::Read,
        &[Step::Refactor],
    ),
    ("cloudformation:ListStackRefactors", Access::Read, &[Step::Refactor]),
    ("cloudformation:ExecuteStackRefactor", Access::Write, &[Step::Refactor]),
    ("cloudformation:DeleteStack", Access::Write, &[Step::Refactor]),
    (
        "s3:GetObject",
        Access::Read,
        &[Step::Assess, Step::Lock, Step::Generate, Step::Refactor],
    ),
    ("s3:PutObject", Access::Write, &[Step::Lock, Step::Refactor]),
    ("s3:DeleteObject", Access::Write, &[Step::Lock, Step::Refactor]),
    ("s3:GetBucketVersioning", Access::Read, &[Step::Refactor]),
    ("s3:GetBucketNotification", Access::Read, &[Step::Refactor]),
    ("s3:GetEncryptionConfiguration", Access::Read, &[Step::Refactor]),
    ("s3:GetBucketCORS", Access::Read, &[Step::Refactor]),
    ("s3:GetLifecycleConfiguration", Access::Read, &[Step::Refactor]),
    ("s3:GetBucketPolicy", Access::Read, &[Step::Refactor]),
    ("s3:GetBucketPublicAccessBlock", Access::Read, &[Step::Refactor]),
    ("s3:GetBucketOwnershipControls", Access::Read, &[Step::Refactor]),
    ("s3:GetBucketTagging", Access::Read, &[Step::Refactor]),
    (
        "cognito-idp:DescribeUserPool",
        Access::Read,
        &[Step::Lock, Step::Refactor],
    ),
    ("cognito-idp:GetUserPoolMfaConfig", Access::Read, &[Step::Refactor]),
    ("cognito-idp:SetUserPoolMfaConfig", Access::Write, &[Step::Refactor]),
    ("cognito-idp:GetUICustomization", Access::Read, &[Step::Refactor]),
    ("cognito-idp:SetUICustomization", Access::Write, &[Step::Refactor]),
    ("cognito-idp:DescribeRiskConfiguration", Access::Read, &[Step::Refactor]),
    ("cognito-idp:SetRiskConfiguration", Access::Write, &[Step::Refactor]),
    ("cognito-idp:DescribeUserPoolClient", Access::Read, &[Step::Refactor]),
    ("cognito-idp:GetGroup", Access::Read, &[Step::Refactor]),
    ("cognito-idp:DescribeUserPoolDomain", Access::Read, &[Step::Refactor]),
    ("cognito-idp:DescribeIdentityProvider", Access::Read, &[Step::Refactor]),
    (
        "cognito-idp:ListIdentityProviders",
        Access::Read,
        &[Step::Assess, Step::Generate, Step::Refactor],
    ),
    ("cognito-idp:ListGroups", Access::Read, &[Step::Assess, Step::Generate]),
    (
        "cognito-idp:ListUserPoolClients",
        Access::Read,
        &[Step::Assess, Step::Generate],
    ),
    ("cognito-idp:ListResourceServers", Access::Read, &[Step::Refactor]),
    (
        "cognito-idp:UpdateUserPool",
        Access::Write,
        &[Step::Lock, Step::Refactor],
    ),
    ("cognito-identity:DescribeIdentityPool", Access::Read, &[Step::Refactor]),
    ("cognito-identity:GetIdentityPoolRoles", Access::Read, &[Step::Refactor]),
    ("dynamodb:DescribeTable", Access::Read, &[Step::Lock, Step::Refactor]),
    ("dynamodb:UpdateTable", Access::Write, &[Step::Lock]),
    ("dynamodb:DescribeContinuousBackups", Access::Read, &[Step::Refactor]),
    ("dynamodb:DescribeTimeToLive", Access::Read, &[Step::Refactor]),
    ("dynamodb:ListTagsOfResource", Access::Read, &[Step::Refactor]),
    ("kinesis:DescribeStreamSummary", Access::Read, &[Step::Refactor]),
    ("kinesis:ListTagsForStream", Access::Read, &[Step::Refactor]),
];

/// Permissions that no call is named after: without this one S3 answers `AccessDenied` instead of telling that an object is
/// not there.
const TO_TELL_ABSENCE: &str = "s3:ListBucket";

/// What CloudFormation itself does in the caller's name when resources change owner or are imported: it reads and re-tags them.
const MOVED_RESOURCES: &[&str] = &[
    "cognito-idp:DescribeUserPool",
    "cognito-idp:DescribeUserPoolClient",
    "cognito-idp:DescribeUserPoolDomain",
    "cognito-idp:DescribeIdentityProvider",
    "cognito-idp:DescribeResourceServer",
    "cognito-idp:GetGroup",
    "cognito-idp:ListTagsForResource",
    "cognito-idp:TagResource",
    "cognito-idp:UntagResource",
    "cognito-identity:ListTagsForResource",
    "cognito-identity:TagResource",
    "cognito-identity:UntagResource",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "dynamodb:UntagResource",
    "kinesis:AddTagsToStream",
    "kinesis:ListTagsForStream",
    "kinesis:RemoveTagsFromStream",
    "s3:GetBucketTagging",
    "s3:PutBucketTagging",
];

/// The IAM policy document that covers every step. Stack actions are limited to Amplify's stacks (holding stacks bear the
/// same prefix); the rest cannot be limited before the resources are known.
pub fn policy() -> Value {
    let (stacks, others): (Vec<&str>, Vec<&str>) = STEP_CALLS
        .iter()
        .map(|(action, ..)| *action)
        .partition(|action| action.starts_with("cloudformation:") && !is_account_wide(action));
    let account_wide: Vec<&str> = others.into_iter().chain([TO_TELL_ABSENCE]).collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Stacks",
                "Effect": "Allow",
                "Action": stacks,
                "Resource": "arn:*:cloudformation:*:*:stack/amplify-*"
            },
            { "Sid": "ReadAndMark", "Effect": "Allow", "Action": account_wide, "Resource": "*" },
            { "Sid": "OwnershipTags", "Effect": "Allow", "Action": MOVED_RESOURCES, "Resource": "*" }
        ]
    })
}

/// Actions on stack refactors know no stack ARN before the refactor exists.
fn is_account_wide(action: &str) -> bool {
    action.contains("StackRefactor")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;

    /// The files that call AWS.
    const SOURCES: &[&str] = &[
        include_str!("amplify.rs"),
        include_str!("cloudformation/client.rs"),
        include_str!("hosted_ui.rs"),
        include_str!("user_pool_contents.rs"),
        include_str!("identity.rs"),
        include_str!("live.rs"),
        include_str!("live/bucket.rs"),
        include_str!("live/sign_in_page.rs"),
        include_str!("live/table.rs"),
        include_str!("live/user_pool.rs"),
        include_str!("s3.rs"),
    ];

    /// S3 names some of its permissions other than its calls.
    fn permission(service: &str, call: &str) -> String {
        let action = match (service, call) {
            ("s3", "GetBucketNotificationConfiguration") => "GetBucketNotification",
            ("s3", "GetBucketEncryption") => "GetEncryptionConfiguration",
            ("s3", "GetBucketCors") => "GetBucketCORS",
            ("s3", "GetBucketLifecycleConfiguration") => "GetLifecycleConfiguration",
            ("s3", "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
            (_, call) => call,
        };
        format!("{service}:{action}")
    }

    #[test]
    fn the_table_has_exactly_the_calls_that_the_clients_make() {
        let service = Regex::new(r#"const SERVICE: &str = "([a-z0-9-]+)";"#).unwrap();
        let call = Regex::new(r#"call::read\(\s*(?:"([a-z0-9-]+)"|SERVICE),\s*"([A-Za-z]+)""#).unwrap();
        let mut made = BTreeSet::new();
        for source in SOURCES {
            let own = service.captures(source).map(|found| found[1].to_owned());
            let mut count = 0;
            for found in call.captures_iter(source) {
                let service = found
                    .get(1)
                    .map_or_else(|| own.clone().unwrap(), |name| name.as_str().to_owned());
                made.insert(permission(&service, &found[2]));
                count += 1;
            }
            assert_eq!(
                count,
                source.matches("call::read(").count(),
                "a call is written in another way"
            );
        }
        let listed: BTreeSet<String> = STEP_CALLS.iter().map(|(action, ..)| (*action).to_owned()).collect();
        assert_eq!(made, listed);
    }

    #[test]
    fn reading_and_writing_are_told_apart_and_every_call_has_a_step() {
        for (action, access, steps) in STEP_CALLS {
            let (_, name) = action.split_once(':').unwrap();
            let reads = ["Describe", "List", "Get"].iter().any(|verb| name.starts_with(verb));
            assert_eq!(*access == Access::Read, reads, "{action}");
            assert!(!steps.is_empty(), "{action}");
        }
    }
}
