use std::fmt;

use serde_json::{Map, Value, json};

use super::{
    hosted_ui::HostedUiError,
    input::{AttributeRequest, ExistenceRequest},
    record::RecordedMove,
};
use crate::{cloudformation::TemplateError, error::CodedError};

/// Why a refactor cannot be planned. Nothing has been changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A template of the trees cannot be read.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Both roots are the same stack.
    #[error("{root} is the Gen 1 root stack, it cannot be the target of the refactor")]
    SameRoot {
        /// Plain name.
        root: String,
    },
    /// The Gen 1 root has no nested stack for a resource.
    #[error("the Gen 1 root stack {root} has no nested stack {logical_id} for {resource}")]
    SourceStackMissing {
        /// Plain name of the root.
        root: String,
        /// `category/name`
        resource: String,
        /// Logical id that the nested stack must have.
        logical_id: String,
        /// Nested stacks that it has.
        present: Vec<String>,
    },
    /// The Gen 2 root has no nested stack that could take a resource.
    #[error("the Gen 2 root stack {root} has no {category} stack with a {resource_type} for {resource}")]
    TargetStackMissing {
        /// Plain name of the root.
        root: String,
        /// `category/name`
        resource: String,
        /// Category.
        category: String,
        /// Type that is looked for.
        resource_type: String,
        /// Nested stacks that it has.
        present: Vec<String>,
    },
    /// A Gen 1 resource has no counterpart.
    #[error("{source_resource} has no counterpart among {}", list(candidates))]
    Unpaired {
        /// The Gen 1 resource.
        source_resource: Box<PairCandidate>,
        /// Gen 2 resources of the type.
        candidates: Vec<PairCandidate>,
        /// What the Gen 2 app needs.
        hint: String,
    },
    /// A Gen 1 resource has more than one possible counterpart, or others have the same one.
    #[error(
        "{} could belong to any of {}",
        as_well_as(source_resource, rivals),
        list(candidates)
    )]
    Ambiguous {
        /// The Gen 1 resource.
        source_resource: Box<PairCandidate>,
        /// Other Gen 1 resources that could belong to the same.
        rivals: Vec<PairCandidate>,
        /// Gen 2 resources that fit.
        candidates: Vec<PairCandidate>,
    },
    /// The counterpart has a property that would replace the resource at the next deployment.
    #[error("{source_resource} and {target} differ in {property}, so the next deployment would replace the resource")]
    Incompatible {
        /// The Gen 1 resource.
        source_resource: Box<PairCandidate>,
        /// Its counterpart.
        target: Box<PairCandidate>,
        /// What differs.
        property: String,
    },
    /// The hosted UI of a user pool cannot move.
    #[error(transparent)]
    HostedUi(Box<HostedUiError>),
    /// The hosted UI of these user pools is needed. Whoever can read it does, and plans again.
    #[error("the domains and identity providers of these user pools are needed and not known: {}", .0.join(", "))]
    HostedUiNeeded(Vec<String>),
    /// The file of `--mappings` is not what it should be.
    #[error("{path}:{line}:{column}: {message}")]
    MappingsFile {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A mapping names something that is not there or cannot be.
    #[error("{}mapping of {logical_id} in {stack}: {message}", place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default())]
    Mapping {
        /// File, line and entry.
        place: Option<String>,
        /// Stack as the file names it.
        stack: String,
        /// Logical id as the file names it.
        logical_id: String,
        /// What is wrong.
        message: String,
    },
    /// Attributes that are needed and cannot be derived. Whoever can read them does, and plans again.
    #[error("these attributes are needed and not known: {}", requests(.0))]
    AttributesNeeded(Vec<AttributeRequest>),
    /// A resource that moves uses a secret parameter, which cannot be written into a template.
    #[error(
        "{logical_id} in {stack} uses the NoEcho parameter {parameter}, whose value must not be written into a template"
    )]
    SecretParameter {
        /// Plain stack name.
        stack: String,
        /// Logical id.
        logical_id: String,
        /// Name of the parameter.
        parameter: String,
    },
    /// A resource that moves has an expression that cannot be made literal.
    #[error("{path} of {stack} cannot be made literal: {reason}")]
    Unresolvable {
        /// Plain stack name.
        stack: String,
        /// JSON pointer in its template.
        path: String,
        /// Why.
        reason: String,
    },
    /// The template of a stack that takes part is made by a macro.
    #[error("the template of {stack} uses the macro {name}; the service does not refactor such stacks")]
    Transform {
        /// Plain stack name.
        stack: String,
        /// Name of the macro.
        name: String,
    },
    /// A holding stack is in a state in which nothing can be done with it.
    #[error("the holding stack {stack} is in state {status}")]
    HoldingStack {
        /// Plain stack name.
        stack: String,
        /// Status.
        status: String,
    },
    /// A stack that has the name of a holding stack is somebody else's.
    #[error("a stack {stack} exists already, and it is no holding stack of this migration")]
    HoldingStackForeign {
        /// Plain stack name.
        stack: String,
    },
    /// A Gen 1 stack has lost its resources and nothing tells where they are.
    #[error(
        "{gen1_stack} owns nothing of {resource} any more, and neither a journal, a holding stack nor {gen2_root} tells where it is"
    )]
    Whereabouts {
        /// `category/name`
        resource: String,
        /// Plain name of the Gen 1 stack.
        gen1_stack: String,
        /// Plain name of the Gen 2 root.
        gen2_root: String,
    },
    /// Nobody has looked yet whether resources that a rollback would import still exist.
    #[error("it is not known whether these resources still exist: {}", physical_ids(.0).join(", "))]
    ExistenceNeeded(Vec<ExistenceRequest>),
    /// What was moved is in no stack.
    #[error("{} {} is neither in {} nor in {}{}", .0.moved.resource_type, .0.moved.physical_id, .0.moved.source.stack, .0.moved.target.stack, .0.replacement())]
    Lost(Box<LostResource>),
    /// What was moved has no stack to go back to.
    #[error("{} {} cannot go back to Gen 1: its stack {} does not exist any more", .moved.resource_type, .moved.physical_id, .moved.source.stack)]
    SourceGone {
        /// The resource, where it was and where it went.
        moved: Box<RecordedMove>,
        /// The Gen 2 stack owns it; else no stack does.
        is_in_gen2: bool,
    },
}

/// A resource of Gen 1 that was moved, or was about to move, and that no stack owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostResource {
    /// The resource, where it was and where it went.
    pub moved: RecordedMove,
    /// Physical id of what has its logical id in the Gen 2 stack now.
    pub successor: Option<String>,
    /// What stands in the way.
    pub cause: LostCause,
}

/// Why this run does not give a lost resource back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LostCause {
    /// A refactor has nothing to move; a rollback gives it back.
    NotInStacks,
    /// It does not exist any more.
    Gone,
    /// What an import needs is not known: how the type is named, or the definition that it had.
    NotImportable,
    /// Another stack has taken it: the stack's name.
    Owned(String),
}

impl LostResource {
    fn replacement(&self) -> String {
        let replaced = self.successor.as_ref().map_or_else(String::new, |successor| {
            format!(
                ": a deployment of Gen 2 without postRefactor() has put {successor} in its place ({} of {})",
                self.moved.target.logical_id, self.moved.target.stack
            )
        });
        match &self.cause {
            LostCause::Gone => format!("{replaced}; and it does not exist any more"),
            LostCause::Owned(stack) => format!("{replaced}; it belongs to the stack {stack}"),
            LostCause::NotInStacks | LostCause::NotImportable => replaced,
        }
    }

    fn resolution(&self) -> String {
        let RecordedMove {
            resource_type,
            physical_id,
            source,
            ..
        } = &self.moved;
        let (gen1, logical_id) = (&source.stack, &source.logical_id);
        let meanwhile = self.successor.as_ref().map_or_else(String::new, |successor| {
            format!(" Until it is back, what the Gen 2 app writes goes to {successor}, which stays where it is.")
        });
        let begin =
            format!("Nothing was changed. Stop deployments of Gen 2, and let nobody delete {physical_id}.{meanwhile}");
        match &self.cause {
            LostCause::NotInStacks => format!(
                "{begin} When no other stack owns it (aws cloudformation describe-stack-resources --physical-resource-id {physical_id}), take the refactor back with --rollback: {gen1} gets it back by an import, with all its data. Then refactor again."
            ),
            LostCause::Gone => format!(
                "Nothing was changed. Restore {physical_id} under the same name (a table from a backup or from point-in-time recovery, a bucket by its name), then run the same command again: {gen1} gets it back by an import."
            ),
            LostCause::NotImportable => format!(
                "{begin} Give it back to Gen 1: take the template of {gen1} (aws cloudformation get-template --stack-name {gen1}), add {logical_id} ({resource_type}) as it was (in the stack's template below amplify-cfn-templates/ of the deployment bucket, with \"DeletionPolicy\": \"Retain\"), and import it with a change set of type IMPORT (aws cloudformation create-change-set --change-set-type IMPORT, every parameter with UsePreviousValue=true). After that the same command goes on."
            ),
            LostCause::Owned(stack) => format!(
                "Nothing was changed. Take {physical_id} out of {stack} without deleting it (\"DeletionPolicy\": \"Retain\" first, then a deployment of {stack} without it), then run the same command again: {gen1} gets it back by an import."
            ),
        }
    }
}

impl PlanError {
    /// A resource that was moved is owned by nobody; `successor` has its place in the Gen 2 stack now.
    pub(super) fn lost(moved: &RecordedMove, successor: Option<String>, cause: LostCause) -> Self {
        Self::Lost(Box::new(LostResource {
            moved: moved.clone(),
            successor: successor.filter(|successor| *successor != moved.physical_id),
            cause,
        }))
    }
}

impl From<HostedUiError> for PlanError {
    fn from(error: HostedUiError) -> Self {
        Self::HostedUi(Box::new(error))
    }
}

/// A resource that takes part in pairing, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairCandidate {
    /// CloudFormation type.
    pub resource_type: String,
    /// Plain stack name.
    pub stack: String,
    /// Logical id.
    pub logical_id: String,
    /// Physical id.
    pub physical_id: String,
}

impl fmt::Display for PairCandidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            resource_type,
            stack,
            logical_id,
            physical_id,
        } = self;
        write!(formatter, "{resource_type} {logical_id} ({physical_id}) of {stack}")
    }
}

fn as_well_as(source: &PairCandidate, rivals: &[PairCandidate]) -> String {
    rivals
        .iter()
        .fold(source.to_string(), |text, rival| format!("{text} as well as {rival}"))
}

fn list(candidates: &[PairCandidate]) -> String {
    if candidates.is_empty() {
        return "the Gen 2 resources: there is none of its type left".into();
    }
    candidates
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn requests(requests: &[AttributeRequest]) -> String {
    requests
        .iter()
        .map(|request| {
            format!(
                "{} of {} ({} {}) in {}",
                request.attribute, request.logical_id, request.resource_type, request.physical_id, request.stack
            )
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn physical_ids(requests: &[ExistenceRequest]) -> Vec<&str> {
    requests.iter().map(|request| request.physical_id.as_str()).collect()
}

impl CodedError for PlanError {
    fn code(&self) -> &'static str {
        match self {
            Self::Template(error) => error.code(),
            Self::SameRoot { .. } => "REFACTOR_TARGET_IS_GEN1",
            Self::SourceStackMissing { .. } => "REFACTOR_SOURCE_STACK_MISSING",
            Self::TargetStackMissing { .. } => "REFACTOR_TARGET_STACK_MISSING",
            Self::Unpaired { .. } => "REFACTOR_RESOURCE_UNPAIRED",
            Self::Ambiguous { .. } => "REFACTOR_RESOURCE_AMBIGUOUS",
            Self::Incompatible { .. } => "REFACTOR_RESOURCE_INCOMPATIBLE",
            Self::HostedUi(error) => error.code(),
            Self::HostedUiNeeded(_) | Self::ExistenceNeeded(_) => "REFACTOR_ATTRIBUTES_NEEDED",
            Self::MappingsFile { .. } => "REFACTOR_MAPPINGS_FILE",
            Self::Mapping { .. } => "REFACTOR_MAPPING",
            Self::AttributesNeeded(_) => "REFACTOR_ATTRIBUTES_NEEDED",
            Self::SecretParameter { .. } => "REFACTOR_SECRET_PARAMETER",
            Self::Unresolvable { .. } => "REFACTOR_UNRESOLVABLE",
            Self::Transform { .. } => "REFACTOR_TRANSFORM",
            Self::HoldingStack { .. } => "REFACTOR_HOLDING_STACK",
            Self::HoldingStackForeign { .. } => "REFACTOR_HOLDING_STACK_FOREIGN",
            Self::Whereabouts { .. } => "REFACTOR_WHEREABOUTS_UNKNOWN",
            Self::Lost(_) => "REFACTOR_RESOURCE_LOST",
            Self::SourceGone { .. } => "REFACTOR_SOURCE_GONE",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Template(error) => error.resolution(),
            Self::SameRoot { .. } => "Name the root stack of the deployed Gen 2 branch with --to.".into(),
            Self::SourceStackMissing { present, .. } => format!(
                "Check that the environment is the one that is deployed. Its nested stacks are: {}.",
                present.join(", ")
            ),
            Self::TargetStackMissing { present, .. } => format!(
                "Deploy the generated Gen 2 backend first, or name the pair in a file for --mappings. The nested stacks are: {}.",
                present.join(", ")
            ),
            Self::Unpaired { hint, .. } => format!("{hint} Or name the pair in a file for --mappings."),
            Self::Ambiguous { source_resource, candidates, .. } => format!(
                "Name the pair in a file for --mappings, for example {}.",
                example_mapping(source_resource, candidates.first())
            ),
            Self::Incompatible { property, .. } => format!(
                "Give the Gen 2 resource the same {property} as the Gen 1 resource, deploy, and plan again; or name the right pair in a file for --mappings."
            ),
            Self::HostedUi(error) => error.resolution(),
            Self::HostedUiNeeded(_) => {
                "Allow the credentials to describe these user pools, their domains and their identity providers.".into()
            }
            Self::ExistenceNeeded(_) => "Allow the credentials to describe these resources.".into(),
            Self::MappingsFile { .. } => {
                "The file holds an array of {\"Source\": {\"StackName\", \"LogicalResourceId\"}, \"Destination\": {\"StackName\", \"LogicalResourceId\"}}.".into()
            }
            Self::Mapping { .. } => {
                "Correct the entry: the source is a resource of a Gen 1 stack, the destination one of the same type in a Gen 2 stack.".into()
            }
            Self::AttributesNeeded(_) => {
                "Allow the credentials to describe these resources, or make the attributes outputs of their stacks.".into()
            }
            Self::SecretParameter { .. } => {
                "Replace the parameter by a dynamic reference ({{resolve:secretsmanager:...}}) in the Gen 1 stack, or leave the resource out.".into()
            }
            Self::Unresolvable { .. } => "Replace the expression by its value in the stack, then plan again.".into(),
            Self::Transform { .. } => "Deploy the stack once with its processed template, then plan again.".into(),
            Self::HoldingStackForeign { stack } => format!(
                "Nothing was changed. Resources of Gen 2 are to be parked in a stack of this name: delete {stack} when nobody needs it, or move what it holds into a stack of another name, then plan again."
            ),
            Self::HoldingStack { .. } => {
                "Bring the stack to a stable state in the CloudFormation console (continue the rollback), then plan again.".into()
            }
            Self::Whereabouts { .. } => {
                "Name the root stack of the branch that the app was moved to with --to, or run the rollback where the journal is.".into()
            }
            Self::Lost(lost) => lost.resolution(),
            Self::SourceGone { moved, is_in_gen2: true } => format!(
                "Nothing was changed. {} stays in {}, with all its data. A rollback brings back everything or nothing, and a stack that was deleted does not come back under its name: go on with Gen 2.",
                moved.physical_id, moved.target.stack
            ),
            Self::SourceGone { moved, is_in_gen2: false } => format!(
                "Nothing was changed. Let nobody delete {}: no stack owns it, and it holds the data. A rollback brings back everything or nothing, and a stack that was deleted does not come back under its name: go on with Gen 2, and put {} into {} by an import (aws cloudformation create-change-set --change-set-type IMPORT).",
                moved.physical_id, moved.physical_id, moved.target.stack
            ),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Template(error) => return error.details(),
            Self::SameRoot { root } => json!({ "stack": root }),
            Self::SourceStackMissing {
                root,
                resource,
                logical_id,
                present,
            } => {
                json!({ "stack": root, "resource": resource, "logicalId": logical_id, "nestedStacks": present })
            }
            Self::TargetStackMissing {
                root,
                resource,
                resource_type,
                present,
                ..
            } => {
                json!({ "stack": root, "resource": resource, "resourceType": resource_type, "nestedStacks": present })
            }
            Self::Unpaired {
                source_resource,
                candidates,
                ..
            } => {
                let candidates: Vec<Value> = candidates.iter().map(candidate_json).collect();
                json!({ "resource": candidate_json(source_resource), "candidates": candidates })
            }
            Self::Ambiguous {
                source_resource,
                rivals,
                candidates,
            } => {
                let [rivals, candidates] =
                    [rivals, candidates].map(|list| list.iter().map(candidate_json).collect::<Vec<Value>>());
                json!({ "resource": candidate_json(source_resource), "rivals": rivals, "candidates": candidates })
            }
            Self::Incompatible {
                source_resource,
                target,
                property,
            } => {
                json!({ "resource": candidate_json(source_resource), "target": candidate_json(target), "property": property })
            }
            Self::HostedUi(error) => return error.details(),
            Self::HostedUiNeeded(pools) => json!({ "userPoolIds": pools }),
            Self::ExistenceNeeded(requests) => json!({ "physicalIds": physical_ids(requests) }),
            Self::MappingsFile { path, line, column, .. } => json!({ "path": path, "line": line, "column": column }),
            Self::Mapping {
                place,
                stack,
                logical_id,
                ..
            } => json!({ "place": place, "stack": stack, "logicalId": logical_id }),
            Self::AttributesNeeded(requests) => json!({ "attributes": requests }),
            Self::SecretParameter {
                stack,
                logical_id,
                parameter,
            } => {
                json!({ "stack": stack, "logicalId": logical_id, "parameter": parameter })
            }
            Self::Unresolvable { stack, path, .. } => json!({ "stack": stack, "path": path }),
            Self::Transform { stack, name } => json!({ "stack": stack, "macro": name }),
            Self::HoldingStackForeign { stack } => json!({ "stack": stack }),
            Self::HoldingStack { stack, status } => json!({ "stack": stack, "status": status }),
            Self::Whereabouts {
                resource,
                gen1_stack,
                gen2_root,
            } => {
                json!({ "resource": resource, "stacks": [gen1_stack, gen2_root] })
            }
            Self::Lost(lost) => {
                let moved = &lost.moved;
                json!({
                    "resourceType": moved.resource_type, "physicalId": moved.physical_id,
                    "logicalId": moved.source.logical_id, "stacks": [moved.source.stack, moved.target.stack],
                    "replacedBy": lost.successor,
                })
            }
            Self::SourceGone { moved, .. } => json!({
                "resourceType": moved.resource_type, "physicalId": moved.physical_id,
                "logicalId": moved.source.logical_id, "stacks": [moved.source.stack, moved.target.stack],
            }),
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}

fn candidate_json(candidate: &PairCandidate) -> Value {
    json!({
        "resourceType": candidate.resource_type, "stack": candidate.stack,
        "logicalId": candidate.logical_id, "physicalId": candidate.physical_id
    })
}

fn example_mapping(source: &PairCandidate, target: Option<&PairCandidate>) -> Value {
    let address = |stack: &str, logical_id: &str| json!({ "StackName": stack, "LogicalResourceId": logical_id });
    json!([{
        "Source": address(&source.stack, &source.logical_id),
        "Destination": target.map(|target| address(&target.stack, &target.logical_id)),
    }])
}
