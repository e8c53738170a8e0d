//! Findings about what does not move. Everything in a stack that takes part is accounted for.

use super::{candidate::Candidate, input::Existence, operation::ResourceMove, record::RecordedMove};
use crate::{
    backend::{
        finding::{Finding, Severity},
        model::Resource,
    },
    cloudformation::simulate::{SimulatedResource, cannot_move},
    deployment::Stack,
    plan::PredictedChange,
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

/// The two are a pair only because there is no other of their type.
pub(super) fn nameless(resource: &Resource, source: &Candidate, target: &Candidate) -> Finding {
    finding(
        "refactor-paired-without-name",
        Severity::Warning,
        resource,
        format!(
            "{} takes the place of {}: no name tells so, but each is the only one of its type.",
            source.id, target.id
        ),
        "Make sure that they belong together. If they do not, deploy a Gen 2 backend with a counterpart of that name, or name the right pair in a file for --mappings.",
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

/// A deployment while resources were parked has made new ones: those that wait have no place to return to.
pub(super) fn parked_superseded(
    parked: &ResourceMove,
    place: Option<&SimulatedResource>,
    gen2_stack: &str,
    holding: &str,
) -> Finding {
    let successor = match place.and_then(|place| place.physical_id.as_deref()) {
        Some(successor) => format!(
            "{successor} has its place ({} of {gen2_stack})",
            parked.target_logical_id
        ),
        None => format!(
            "a later one takes its place ({} of {gen2_stack})",
            parked.target_logical_id
        ),
    };
    Finding {
        id: "refactor-parked-superseded".into(),
        severity: Severity::Manual,
        feature: gen2_stack.into(),
        message: format!(
            "{} {} stays parked in {holding}: Gen 2 was deployed meanwhile, and {successor}. What Gen 2 users stored in {} until then is only there.",
            parked.resource_type, parked.physical_id, parked.physical_id
        ),
        path: String::new(),
        line: None,
        remedy: format!(
            "Copy what is still needed, then delete {holding} (it retains its resources) and {}.",
            parked.physical_id
        ),
    }
}

/// A deployment has left what was moved to nobody: Gen 1 gets it back.
pub(super) fn given_back(moved: &RecordedMove, successor: Option<&str>, existence: &Existence) -> Finding {
    let RecordedMove {
        resource_type,
        physical_id,
        source,
        target,
        ..
    } = moved;
    let (reason, remedy) = match successor {
        Some(successor) => (
            format!(
                "a deployment of Gen 2 without postRefactor() has put {successor} in its place ({} of {})",
                target.logical_id, target.stack
            ),
            format!(
                "What the Gen 2 app has written since that deployment is in {successor}, which stays where it is: copy what is still needed."
            ),
        ),
        None => (
            format!("a deployment has taken it out of {}", target.stack),
            "Nothing has to be done.".into(),
        ),
    };
    let doubt = match existence {
        Existence::Unknown(reason) => format!(
            " Whether it still exists, and belongs to no other stack, could not be checked ({reason}): if not, the import fails and changes nothing."
        ),
        Existence::Exists | Existence::Gone | Existence::Owned(_) => String::new(),
    };
    Finding {
        id: "refactor-given-back".into(),
        severity: Severity::Manual,
        feature: source.stack.clone(),
        message: format!(
            "No stack owns {resource_type} {physical_id}: {reason}. {} gets it back by an import, as {}.{doubt}",
            source.stack, source.logical_id
        ),
        path: String::new(),
        line: None,
        remedy,
    }
}

/// What is known of a template from before the refactor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownTemplate {
    /// The journal has it.
    Recorded,
    /// The bucket from which the stack was deployed has it.
    Pushed,
    /// Nothing.
    None,
}

/// A rollback cannot give a stack its original template back.
pub(super) fn template_stays_literal(stack: &str, known: KnownTemplate) -> Finding {
    let reason = match known {
        KnownTemplate::Recorded => {
            "its resources were changed after the refactor, and the original template would change them again"
        }
        KnownTemplate::Pushed => {
            "the journal of the refactor is not there, and the template that was deployed last would change its resources or outputs"
        }
        KnownTemplate::None => {
            "the journal of the refactor is not there, and the template that was deployed last cannot be read from its bucket"
        }
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

/// Changes of the next deployment that `postRefactor()` avoids.
pub(super) fn needs_post_refactor(change: &PredictedChange, changes: &[String]) -> Finding {
    predicted(
        "refactor-post-refactor",
        Severity::Manual,
        change,
        &format!(
            "Without postRefactor() the next Gen 2 deployment replaces it ({})",
            changes.join("; ")
        ),
        "After the refactor, and before the branch is deployed again, change `// postRefactor();` to `postRefactor();` in amplify/backend.ts; a backend that was not generated must set this name itself.",
    )
}

/// Changes of the next deployment after which a deleted stack takes the resource with it.
pub(super) fn loses_protection(change: &PredictedChange, changes: &[String]) -> Finding {
    predicted(
        "refactor-unprotected",
        Severity::Warning,
        change,
        &format!(
            "After the next Gen 2 deployment it goes when the branch is deleted ({})",
            changes.join("; ")
        ),
        "Set the removal policy of the resource to retain, without deleting objects, in the Gen 2 backend before the branch is deployed again.",
    )
}

/// Changes of the next deployment whose effect nobody knows.
pub(super) fn unknown_changes(change: &PredictedChange, changes: &[String]) -> Finding {
    predicted(
        "refactor-next-deployment-unknown",
        Severity::Manual,
        change,
        &format!(
            "What the next Gen 2 deployment does to it is not known ({})",
            changes.join("; ")
        ),
        "Look at a change set of the Gen 2 stack before the branch is deployed again.",
    )
}

/// Changes of the next deployment that users notice.
pub(super) fn noticed_changes(change: &PredictedChange, changes: &[String]) -> Finding {
    predicted(
        "refactor-next-deployment",
        Severity::Info,
        change,
        &format!(
            "The next Gen 2 deployment changes settings that users notice ({})",
            changes.join("; ")
        ),
        "Compare the settings; where the app still needs those of Gen 1, set them in the Gen 2 backend before the branch is deployed again.",
    )
}

fn predicted(id: &str, severity: Severity, change: &PredictedChange, message: &str, remedy: &str) -> Finding {
    Finding {
        id: id.into(),
        severity,
        feature: change.group.clone(),
        message: format!(
            "{} {} ({} of {}): {message}.",
            change.resource_type, change.physical_id, change.logical_id, change.stack
        ),
        path: String::new(),
        line: None,
        remedy: remedy.into(),
    }
}
