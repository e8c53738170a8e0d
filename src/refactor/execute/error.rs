use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::{cloud::CloudError, error::CodedError};

/// Why an operation of a refactor stopped.
#[derive(Debug, Error)]
pub enum ExecutionError {
    /// A call failed.
    #[error("{operation}: {source}")]
    Cloud {
        /// Operation of the plan.
        operation: String,
        /// The call's error.
        #[source]
        source: CloudError,
    },
    /// A call on a stack refactor failed.
    #[error("{operation}: the move from {source_stack} to {target_stack}: {source}")]
    MoveCall {
        /// Operation of the plan.
        operation: String,
        /// Source stack.
        source_stack: String,
        /// Target stack.
        target_stack: String,
        /// The call's error.
        #[source]
        source: CloudError,
    },
    /// Somebody else changed a stack after the plan was made.
    #[error("stack {stack} is not as it was when the refactor was planned: {difference}")]
    StackChanged {
        /// Stack.
        stack: String,
        /// What differs.
        difference: String,
    },
    /// A stack is in a state from which it does not come back by itself.
    #[error("stack {stack} is in status {status}{}", reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    StackFailed {
        /// Stack.
        stack: String,
        /// Status.
        status: String,
        /// Reason.
        reason: Option<String>,
    },
    /// The change set of an update would change more than it may.
    #[error("the update of stack {stack} would not be harmless: {}", changes.join("; "))]
    UpdateNotHarmless {
        /// Stack.
        stack: String,
        /// Every change that must not be.
        changes: Vec<String>,
    },
    /// The change set could not be made.
    #[error("CloudFormation refuses the update of stack {stack}: {reason}")]
    UpdateRefused {
        /// Stack.
        stack: String,
        /// The service's words.
        reason: String,
    },
    /// What is about to move would be deleted with its stack.
    #[error("{} of stack {stack} would be deleted with the stack: deletion and update-replace policy are not both Retain", resources.join(", "))]
    NotRetained {
        /// Stack.
        stack: String,
        /// Logical ids.
        resources: Vec<String>,
    },
    /// The stack refactor was refused.
    #[error("CloudFormation refuses to move resources from {source_stack} to {target_stack}: {reason}")]
    RefactorRefused {
        /// Source stack.
        source_stack: String,
        /// Target stack.
        target_stack: String,
        /// The service's words.
        reason: String,
    },
    /// The service would do something other than what is planned.
    #[error("CloudFormation's preview of the move from {source_stack} to {target_stack} is not the plan: {}", differences.join("; "))]
    PreviewDiffers {
        /// Source stack.
        source_stack: String,
        /// Target stack.
        target_stack: String,
        /// One by one.
        differences: Vec<String>,
    },
    /// The execution of the stack refactor failed; the service took it back.
    #[error(
        "the move from {source_stack} to {target_stack} failed and was taken back by CloudFormation ({status}): {reason}"
    )]
    RefactorFailed {
        /// Source stack.
        source_stack: String,
        /// Target stack.
        target_stack: String,
        /// Execution status.
        status: String,
        /// The service's words.
        reason: String,
    },
    /// After a move the stacks do not own what they should.
    #[error("after the move from {source_stack} to {target_stack}, {difference}")]
    OwnershipWrong {
        /// Source stack.
        source_stack: String,
        /// Target stack.
        target_stack: String,
        /// What is wrong.
        difference: String,
    },
    /// A resource is not configured as before.
    #[error("the live configuration of {resource_type} {physical_id} changed: {}", differences.join("; "))]
    ConfigurationChanged {
        /// Type.
        resource_type: String,
        /// Physical id.
        physical_id: String,
        /// One by one.
        differences: Vec<String>,
    },
}

/// The end of the advice of most errors; out of date once a failed step has been taken back.
pub const GO_ON: &str = "Run the same command again to go on from here, or with --rollback to take everything back.";

impl ExecutionError {
    /// The stack was deleted after the plan was made.
    pub(super) fn gone(stack: String) -> Self {
        Self::StackChanged {
            stack,
            difference: "it does not exist any more".into(),
        }
    }
}

impl CodedError for ExecutionError {
    fn code(&self) -> &'static str {
        match self {
            Self::Cloud { source, .. } | Self::MoveCall { source, .. } => source.code(),
            Self::StackChanged { .. } => "STACK_CHANGED",
            Self::StackFailed { .. } => "STACK_FAILED",
            Self::UpdateNotHarmless { .. } => "UPDATE_NOT_HARMLESS",
            Self::UpdateRefused { .. } => "UPDATE_REFUSED",
            Self::NotRetained { .. } => "RESOURCE_NOT_RETAINED",
            Self::RefactorRefused { .. } => "REFACTOR_REFUSED",
            Self::PreviewDiffers { .. } => "REFACTOR_PREVIEW_DIFFERS",
            Self::RefactorFailed { .. } => "REFACTOR_FAILED",
            Self::OwnershipWrong { .. } => "OWNERSHIP_WRONG",
            Self::ConfigurationChanged { .. } => "LIVE_CONFIGURATION_CHANGED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Cloud { source, .. } | Self::MoveCall { source, .. } => format!("{} {GO_ON}", source.resolution()),
            Self::StackChanged { .. } => format!("Stop whatever deploys to this stack (pipelines, colleagues, the console). {GO_ON}"),
            Self::StackFailed { .. } => format!("Bring the stack back to a stable state in the CloudFormation console (continue or finish its rollback). {GO_ON}"),
            Self::UpdateNotHarmless { .. } => format!("Nothing was changed by this operation. Look at what changed in the stack outside of CloudFormation. {GO_ON}"),
            Self::UpdateRefused { .. } | Self::RefactorRefused { .. } | Self::PreviewDiffers { .. } => {
                format!("Nothing was changed by this operation. Mend what CloudFormation names. {GO_ON}")
            }
            Self::NotRetained { .. } => format!("Nothing was moved by this operation. Set DeletionPolicy and UpdateReplacePolicy of these resources to Retain in the stack. {GO_ON}"),
            Self::RefactorFailed { .. } => format!("The resources are where they were before this operation. {GO_ON}"),
            Self::OwnershipWrong { .. } => "Do not deploy either environment. Compare the resources of both stacks in the CloudFormation console and contact AWS support if a resource is in none or both.".into(),
            Self::ConfigurationChanged { .. } => format!("Compare the resource's settings with those named here and put them back by hand. {GO_ON}"),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Cloud { operation, source } => {
                let mut details = source.details();
                details.insert("operation".into(), operation.clone().into());
                return details;
            }
            Self::MoveCall {
                operation,
                source_stack,
                target_stack,
                source,
            } => {
                let mut details = source.details();
                details.insert("operation".into(), operation.clone().into());
                details.insert("stack".into(), source_stack.clone().into());
                details.insert("targetStack".into(), target_stack.clone().into());
                return details;
            }
            Self::StackChanged { stack, .. } | Self::UpdateRefused { stack, .. } => json!({ "stack": stack }),
            Self::StackFailed { stack, status, .. } => json!({ "stack": stack, "status": status }),
            Self::NotRetained { stack, resources } => json!({ "stack": stack, "resources": resources }),
            Self::UpdateNotHarmless { stack, changes } => json!({ "stack": stack, "changes": changes }),
            Self::RefactorRefused {
                source_stack,
                target_stack,
                ..
            }
            | Self::PreviewDiffers {
                source_stack,
                target_stack,
                ..
            }
            | Self::RefactorFailed {
                source_stack,
                target_stack,
                ..
            }
            | Self::OwnershipWrong {
                source_stack,
                target_stack,
                ..
            } => json!({ "stack": source_stack, "targetStack": target_stack }),
            Self::ConfigurationChanged {
                resource_type,
                physical_id,
                ..
            } => {
                json!({ "resourceType": resource_type, "physicalId": physical_id })
            }
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}

/// Why the stacks that are named cannot be the ones that are meant.
#[derive(Debug, Error)]
pub enum TargetError {
    /// No `--to`.
    #[error("the Gen 2 root stack is not named")]
    NotNamed,
    /// The Gen 2 root does not exist.
    #[error("there is no stack {stack} in {region}")]
    Gen2RootMissing {
        /// Stack.
        stack: String,
        /// Region.
        region: String,
    },
    /// The Gen 1 root does not exist.
    #[error("the Gen 1 root stack {stack} does not exist in {region}")]
    Gen1RootMissing {
        /// Stack.
        stack: String,
        /// Region.
        region: String,
    },
    /// `--to` names the Gen 1 root.
    #[error("{stack} is the Gen 1 root stack")]
    IsGen1 {
        /// Stack.
        stack: String,
    },
    /// `--to` names a nested stack.
    #[error("{stack} is nested in {parent}: it is not a root stack")]
    IsNested {
        /// Stack.
        stack: String,
        /// Parent.
        parent: String,
    },
    /// `--to` names the root of another Gen 1 environment.
    #[error("{stack} is the root stack of a Gen 1 environment, not of a Gen 2 branch")]
    IsOtherGen1 {
        /// Stack.
        stack: String,
    },
    /// `--to` names a stack that holds no backend.
    #[error("{stack} is not the root stack of a Gen 2 backend: it has no nested stacks")]
    NotAmplify {
        /// Stack.
        stack: String,
    },
    /// Stacks are in a failed or moving state.
    #[error("{}", unstable_message(stacks))]
    NotStable {
        /// All that are, Gen 1 first.
        stacks: Vec<UnstableStack>,
    },
    /// The root belongs to another app.
    #[error("{stack} belongs to the Amplify app {found}, not to {expected}")]
    OtherApp {
        /// Stack.
        stack: String,
        /// App of the project.
        expected: String,
        /// App of the stack.
        found: String,
    },
    /// Nothing can be moved in this region.
    #[error("CloudFormation has no stack refactors in {region}, so nothing can be moved there: {reason}")]
    NoStackRefactor {
        /// Region.
        region: String,
        /// The service's words.
        reason: String,
    },
    /// `--mappings` names a file that cannot be read.
    #[error("the mapping file {path} cannot be read: {source}")]
    MappingsUnreadable {
        /// File.
        path: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

/// A stack on which something is under way or has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnstableStack {
    /// Plain name.
    pub stack: String,
    /// Status.
    pub status: String,
    /// CloudFormation's reason.
    pub reason: Option<String>,
}

impl UnstableStack {
    fn is_in_progress(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS")
    }
}

fn unstable_message(stacks: &[UnstableStack]) -> String {
    let each: Vec<String> = stacks
        .iter()
        .map(|UnstableStack { stack, status, reason }| match reason {
            Some(reason) => format!("stack {stack} is in status {status}: {reason}"),
            None => format!("stack {stack} is in status {status}"),
        })
        .collect();
    each.join("; ")
}

impl CodedError for TargetError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotNamed => "GEN2_ROOT_NOT_NAMED",
            Self::Gen2RootMissing { .. } => "GEN2_ROOT_NOT_FOUND",
            Self::Gen1RootMissing { .. } => "GEN1_ROOT_NOT_FOUND",
            Self::IsGen1 { .. } | Self::IsOtherGen1 { .. } => "GEN2_ROOT_IS_GEN1",
            Self::NotAmplify { .. } => "GEN2_ROOT_NOT_AMPLIFY",
            Self::IsNested { .. } => "GEN2_ROOT_IS_NESTED",
            Self::NotStable { .. } => "STACK_NOT_STABLE",
            Self::OtherApp { .. } => "GEN2_ROOT_OF_OTHER_APP",
            Self::NoStackRefactor { .. } => "STACK_REFACTOR_UNAVAILABLE",
            Self::MappingsUnreadable { .. } => "MAPPINGS_FILE_UNREADABLE",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::NotNamed | Self::Gen2RootMissing { .. } | Self::IsGen1 { .. } | Self::IsOtherGen1 { .. } | Self::NotAmplify { .. } | Self::IsNested { .. } | Self::OtherApp { .. } => {
                "Name the root stack of the Gen 2 branch with --to: in the CloudFormation console it looks like amplify-<appId>-<branch>-branch-<hash>.".into()
            }
            Self::NoStackRefactor { .. } => "Nothing was changed, and both apps go on working beside each other. Ask AWS when the region gets stack refactors (CreateStackRefactor).".into(),
            Self::Gen1RootMissing { .. } => "Make sure that region and credentials are those of the environment, and run `amplify pull`.".into(),
            Self::NotStable { stacks } => {
                let wait = stacks.iter().any(UnstableStack::is_in_progress);
                let repair = !stacks.iter().all(UnstableStack::is_in_progress);
                format!(
                    "Nothing was changed.{}{} Then run the same command again.",
                    if wait { " Wait until the deployment that runs has ended." } else { "" },
                    if repair {
                        " Bring what failed back to a stable state in the CloudFormation console (continue the rollback, or delete a stack whose creation failed and deploy it again)."
                    } else {
                        ""
                    }
                )
            }
            Self::MappingsUnreadable { .. } => "Check the path that is given with --mappings.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::NotNamed => json!({}),
            Self::Gen2RootMissing { stack, region } | Self::Gen1RootMissing { stack, region } => {
                json!({ "stack": stack, "region": region })
            }
            Self::IsGen1 { stack } | Self::IsOtherGen1 { stack } | Self::NotAmplify { stack } => {
                json!({ "stack": stack })
            }
            Self::IsNested { stack, parent } => json!({ "stack": stack, "parent": parent }),
            Self::NotStable { stacks } => {
                let first = stacks.first();
                let all: Vec<Value> = stacks
                    .iter()
                    .map(|unstable| json!({ "stack": unstable.stack, "status": unstable.status }))
                    .collect();
                json!({
                    "stack": first.map(|unstable| &unstable.stack),
                    "status": first.map(|unstable| &unstable.status),
                    "stacks": all
                })
            }
            Self::OtherApp { stack, expected, found } => {
                json!({ "stack": stack, "expected": expected, "found": found })
            }
            Self::NoStackRefactor { region, .. } => json!({ "region": region }),
            Self::MappingsUnreadable { path, .. } => json!({ "path": path }),
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}

/// Why the planned operations cannot be written down.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The folder is in use.
    #[error("{path} is not an empty folder")]
    NotEmpty {
        /// Folder.
        path: String,
    },
    /// The disk refuses.
    #[error("{path} cannot be written: {source}")]
    Io {
        /// File or folder.
        path: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

impl CodedError for OutputError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotEmpty { .. } => "OUTPUT_NOT_EMPTY",
            Self::Io { .. } => "OUTPUT_IO",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::NotEmpty { .. } => "Name a folder that does not exist or is empty.".into(),
            Self::Io { .. } => "Make sure that the folder is on a writable disk with free space.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let (Self::NotEmpty { path } | Self::Io { path, .. }) = self;
        Map::from_iter([("path".to_owned(), Value::from(path.as_str()))])
    }
}
