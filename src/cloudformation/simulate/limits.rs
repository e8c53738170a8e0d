//! Limits of the service and types that it does not move.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Rule, Violation};
use crate::cloudformation::template::Template;

/// Bytes of a template that may be sent in the call itself.
pub const MAXIMUM_INLINE_TEMPLATE: usize = 51_200;
/// Bytes of a template that is read from a bucket.
pub const MAXIMUM_TEMPLATE: usize = 1_048_576;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DenyList {
    date: String,
    types: Vec<String>,
    type_prefixes: Vec<String>,
    reportedly_refused: Vec<String>,
}

static DENY_LIST: LazyLock<Option<DenyList>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/stack-refactor-deny-list.json")).ok());

/// Why resources of this type cannot be moved between stacks, when they cannot. The service has the last word.
pub fn cannot_move(resource_type: &str) -> Option<String> {
    let list = DENY_LIST.as_ref()?;
    let prefixed = list
        .type_prefixes
        .iter()
        .any(|prefix| resource_type.starts_with(prefix.as_str()));
    if prefixed || list.types.iter().any(|denied| denied == resource_type) {
        Some(format!(
            "the service does not move {resource_type} (list of {})",
            list.date
        ))
    } else if list.reportedly_refused.iter().any(|denied| denied == resource_type) {
        Some(format!(
            "the service is reported to refuse moving {resource_type} (list of {})",
            list.date
        ))
    } else {
        None
    }
}

pub(super) fn violations(stack: &str, template: &Template) -> Vec<Violation> {
    let mut violations: Vec<_> = [
        ("Resources", 500),
        ("Outputs", 200),
        ("Parameters", 200),
        ("Mappings", 200),
    ]
    .into_iter()
    .filter_map(|(section, maximum)| {
        let count = template.section(section).count();
        (count > maximum).then(|| {
            let message = format!("number of {section}, {count}, is greater than maximum allowed, {maximum}");
            Violation::of(Rule::Limit, stack, "", message)
        })
    })
    .collect();
    let size = template.to_compact().len();
    if size > MAXIMUM_TEMPLATE {
        let message = format!("the template has {size} bytes, the service takes {MAXIMUM_TEMPLATE}");
        violations.push(Violation::of(Rule::Limit, stack, "", message));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deny_list_is_read() {
        for denied in [
            "AWS::DynamoDB::GlobalTable",
            "Custom::Anything",
            "AWS::OpsWorks::App",
            "AWS::CDK::Metadata",
        ] {
            assert!(
                cannot_move(denied).is_some_and(|reason| reason.contains(denied)),
                "{denied}"
            );
        }
        for movable in [
            "AWS::Cognito::UserPool",
            "AWS::Cognito::UserPoolClient",
            "AWS::Cognito::UserPoolGroup",
            "AWS::Cognito::IdentityPool",
            "AWS::Cognito::IdentityPoolRoleAttachment",
            "AWS::S3::Bucket",
            "AWS::DynamoDB::Table",
            "AWS::Kinesis::Stream",
        ] {
            assert_eq!(cannot_move(movable), None);
        }
    }
}
