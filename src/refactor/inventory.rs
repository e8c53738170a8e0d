//! Findings about what does not move. Everything in a stack that takes part is accounted for.

use serde_json::Value;

use super::{candidate::Candidate, record::RecordedMove};
use crate::{
    backend::{
        finding::{Finding, Severity},
        model::Resource,
    },
    cloudformation::{evaluate::same_value, simulate::cannot_move},
    deployment::Stack,
};

fn finding(id: &str, severity: Severity, resource: &Resource, message: String, remedy: &str) -> Finding {
    Finding {
        id: id.into(),
        severity,
        feature: resource.id.to_string(),
        message,
        path: "amplify-meta.json".into(),
        line: None,
        remedy: remedy.into(),
    }
}

/// A resource whose stack has nothing that moves. Code and APIs are made anew by Gen 2; anything else is told.
pub(super) fn unmoved_resource(resource: &Resource) -> Option<Finding> {
    let made_anew = matches!(
        (resource.id.category.0.as_str(), resource.service.as_deref()),
        ("function", Some("Lambda" | "LambdaLayer")) | ("api", Some("AppSync" | "API Gateway"))
    );
    if made_anew || resource.id.category.0 == "hosting" {
        return None;
    }
    let service = resource.service.as_deref().unwrap_or("unknown service");
    Some(finding(
        "refactor-not-moved",
        Severity::Manual,
        resource,
        format!(
            "{} ({service}) is not moved to Gen 2, it stays in its Gen 1 stack.",
            resource.id
        ),
        "Keep the Gen 1 stack, or name its resources and their Gen 2 counterparts in a file for --mappings.",
    ))
}

/// The resource belongs to somebody else.
pub(super) fn imported(resource: &Resource) -> Finding {
    finding(
        "refactor-imported",
        Severity::Info,
        resource,
        format!(
            "{} is imported: no stack of the app owns it, so nothing moves.",
            resource.id
        ),
        "Nothing has to be done; the Gen 2 backend refers to it.",
    )
}

/// The stack has no resource of the types that move.
pub(super) fn nothing_to_move(resource: &Resource, stack: &Stack) -> Finding {
    finding(
        "refactor-nothing-to-move",
        Severity::Info,
        resource,
        format!(
            "{} owns no resource of {} that moves; it may have been moved before.",
            stack.name, resource.id
        ),
        "Nothing has to be done.",
    )
}

/// A resource of a type that moves, which Amplify did not make and which has no counterpart.
pub(super) fn unpaired(resource: &Resource, candidate: &Candidate) -> Finding {
    finding(
        "refactor-unpaired",
        Severity::Manual,
        resource,
        format!(
            "{} has no counterpart in Gen 2 and stays in its Gen 1 stack.",
            candidate.id
        ),
        "Keep the Gen 1 stack, or name a counterpart in a file for --mappings.",
    )
}

/// Resources that hold data, identities or side effects and stay in the stack.
pub(super) fn left_behind(resource: &Resource, stack: &Stack, moved_types: &[&str]) -> Vec<Finding> {
    stack
        .resources
        .iter()
        .filter(|(_, owned)| !moved_types.contains(&owned.resource_type.as_str()) && matters(&owned.resource_type))
        .map(|(logical_id, owned)| {
            let physical_id = owned.physical_id.as_deref().unwrap_or("no physical id");
            let reason = match cannot_move(&owned.resource_type) {
                Some(reason) => format!("stays in {}: {reason}", stack.name),
                None => format!("stays in {}: Gen 2 makes its own", stack.name),
            };
            finding(
                "refactor-left-behind",
                Severity::Warning,
                resource,
                format!("{logical_id} ({} {physical_id}) {reason}.", owned.resource_type),
                "Keep the Gen 1 stack until nothing uses it; deleting the stack deletes it or runs its delete handler.",
            )
        })
        .collect()
}

/// Types whose loss would be noticed.
fn matters(resource_type: &str) -> bool {
    const PREFIXES: [&str; 5] = [
        "Custom::",
        "AWS::S3::Bucket",
        "AWS::DynamoDB::",
        "AWS::Kinesis::",
        "AWS::Cognito::",
    ];
    resource_type != "AWS::S3::BucketPolicy"
        && (resource_type == "AWS::CloudFormation::CustomResource"
            || resource_type == "AWS::OpenSearchService::Domain"
            || resource_type == "AWS::Elasticsearch::Domain"
            || PREFIXES.iter().any(|prefix| resource_type.starts_with(prefix)))
}

/// A rollback without record: where a resource belongs was inferred.
pub(super) fn inferred(moved: &RecordedMove) -> Finding {
    Finding {
        id: "refactor-rollback-inferred".into(),
        severity: Severity::Warning,
        feature: moved.target.stack.clone(),
        message: format!(
            "Neither a journal nor a holding stack tells where {} {} came from; by Amplify's own ids it belongs to {} of {}.",
            moved.resource_type, moved.physical_id, moved.source.logical_id, moved.source.stack
        ),
        path: String::new(),
        line: None,
        remedy: "Check the physical id before going on.".into(),
    }
}

/// Id of the findings about what the holding stacks held and do not hold any more.
pub(super) const PARKED_LOST: &str = "refactor-parked-lost";

/// A rollback cannot give Gen 2 its own resource back.
pub(super) fn parked_lost(moved: &RecordedMove) -> Finding {
    not_restorable(
        &moved.source.stack,
        format!(
            "{} {} was parked in {} and is in no stack any more",
            moved.resource_type, moved.physical_id, moved.target.stack
        ),
    )
}

/// A rollback without journal finds no holding stack either.
pub(super) fn parked_unknown(gen2_stack: &str, holding: &str) -> Finding {
    not_restorable(
        gen2_stack,
        format!("{holding}, where the own resources of {gen2_stack} were parked, does not exist any more"),
    )
}

fn not_restorable(gen2_stack: &str, what: String) -> Finding {
    Finding {
        id: PARKED_LOST.into(),
        severity: Severity::Manual,
        feature: gen2_stack.into(),
        message: format!(
            "{what}: somebody deleted it. The resources of Gen 1 can return all the same; {gen2_stack} stays without its own, and the next Gen 2 deployment makes new ones."
        ),
        path: String::new(),
        line: None,
        remedy: "Before the branch is deployed again, delete what is left of the old ones where a name is taken (they were kept from being deleted with their stack).".into(),
    }
}

/// A rollback cannot give a stack its original template back.
pub(super) fn template_stays_literal(stack: &str, recorded: bool) -> Finding {
    let reason = if recorded {
        "its resources were changed after the refactor, and the original template would change them again"
    } else {
        "the journal of the refactor is not there"
    };
    Finding {
        id: "refactor-template-literal".into(),
        severity: Severity::Manual,
        feature: stack.into(),
        message: format!("{stack} keeps a template with literal values: {reason}."),
        path: String::new(),
        line: None,
        remedy:
            "Deploy the stack once more (amplify push for Gen 1 after unlocking, a deployment of the branch for Gen 2)."
                .into(),
    }
}

/// What would happen to the resource at the next deployment of Gen 2 as it is now.
pub(super) fn next_deployment(resource: &Resource, source: &Candidate, target: &Candidate) -> Vec<Finding> {
    let mut findings: Vec<Finding> = fixed_properties(&source.id.resource_type)
        .iter()
        .filter(|property| !same_setting(source.properties.get(**property), target.properties.get(**property)))
        .map(|property| {
            finding(
                "refactor-would-replace",
                Severity::Manual,
                resource,
                format!(
                    "{} and {} differ in {property}, which is fixed when a resource is made: the next Gen 2 deployment would replace the resource or fail.",
                    source.id, target.id
                ),
                "Give the Gen 2 resource the same value before the branch is deployed again.",
            )
        })
        .collect();
    if target.tag("aws-cdk:auto-delete-objects") == Some("true") {
        findings.push(finding(
            "refactor-auto-delete",
            Severity::Warning,
            resource,
            format!(
                "{} is emptied when its stack is deleted; the next Gen 2 deployment would make that so for {} too.",
                target.id, source.id.physical_id
            ),
            "Set the removal policy of the bucket to retain in the Gen 2 backend before the branch is deployed again.",
        ));
    }
    findings
}

/// Settings without which two resources of a type cannot be deployed over each other. Names differ until the Gen 2 code
/// takes over those of Gen 1, so they are not looked at.
fn fixed_properties(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "AWS::Cognito::UserPool" => &["UsernameAttributes", "AliasAttributes", "UsernameConfiguration"],
        "AWS::Cognito::UserPoolClient" => &["GenerateSecret"],
        "AWS::DynamoDB::Table" => &["LocalSecondaryIndexes"],
        _ => &[],
    }
}

/// Equal, whatever the order of a list; what is absent is off or empty.
fn same_setting(source: Option<&Value>, target: Option<&Value>) -> bool {
    let normal = |value: Option<&Value>| match value {
        None | Some(Value::Null | Value::Bool(false)) => Value::Null,
        Some(Value::String(text)) if text.is_empty() || text == "false" => Value::Null,
        Some(Value::Array(items)) if items.is_empty() => Value::Null,
        Some(Value::Array(items)) => {
            let mut items = items.clone();
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        Some(value) => value.clone(),
    };
    same_value(&normal(source), &normal(target))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_settings_are_off() {
        let (no, list, turned) = (
            json!("false"),
            json!(["email", "phone_number"]),
            json!(["phone_number", "email"]),
        );
        assert!(same_setting(None, Some(&no)));
        assert!(same_setting(Some(&json!(false)), None));
        assert!(same_setting(Some(&list), Some(&turned)));
        assert!(same_setting(Some(&json!([])), None));
        assert!(!same_setting(Some(&json!("true")), Some(&no)));
        assert!(!same_setting(Some(&list), None));
    }
}
