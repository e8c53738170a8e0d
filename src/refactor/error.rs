use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::{cloudformation::TemplateError, error::CodedError};

/// Why a refactor cannot be planned.
#[derive(Debug, Error)]
pub enum RefactorError {
    /// A template cannot be read.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template uses macros.
    #[error(
        "the template of stack {stack} uses the macro {name}: only CloudFormation can expand it, and a stack refactor does not"
    )]
    Transform {
        /// Stack.
        stack: String,
        /// Macro.
        name: String,
    },
    /// The Gen 1 stack of a resource is missing.
    #[error("stack {root} has no nested stack {logical_id} for the Gen 1 resource {resource}")]
    SourceStackMissing {
        /// Gen 1 root stack.
        root: String,
        /// Logical id that it should have.
        logical_id: String,
        /// Category and name.
        resource: String,
    },
    /// No Gen 2 stack holds what a category needs.
    #[error("no nested stack of {root} holds the Gen 2 counterpart of {resource}: {wanted}")]
    TargetMissing {
        /// Gen 2 root stack.
        root: String,
        /// Category and name.
        resource: String,
        /// What was looked for.
        wanted: String,
    },
    /// Several could be meant.
    #[error("{resource} ({source_logical_id} in {source_stack}) could become any of {}", candidates.join(", "))]
    Ambiguous {
        /// Category and name.
        resource: String,
        /// Stack of the Gen 1 resource.
        source_stack: String,
        /// Logical id of the Gen 1 resource.
        source_logical_id: String,
        /// `stack/logical id` of each candidate.
        candidates: Vec<String>,
    },
    /// A Gen 1 resource is in no stack any more.
    #[error(
        "{resource} is neither in {source_stack} nor moved: {wanted} is missing there and no holding stack tells where it went"
    )]
    SourceMissing {
        /// Category and name.
        resource: String,
        /// Stack it should be in.
        source_stack: String,
        /// What was looked for.
        wanted: String,
    },
    /// A value that has to be literal cannot be known.
    #[error("{logical_id} in stack {stack} needs a value that cannot be resolved: {reason}")]
    Unresolved {
        /// Stack.
        stack: String,
        /// Resource or output whose value it is.
        logical_id: String,
        /// What is missing.
        reason: String,
    },
    /// The holding stack is in the way.
    #[error("the holding stack {stack} is in status {status} and holds {logical_id}, which is also in {owner}")]
    HoldingConflict {
        /// Holding stack.
        stack: String,
        /// Its status.
        status: String,
        /// Logical id in both.
        logical_id: String,
        /// The other stack.
        owner: String,
    },
    /// A stack that takes part is not in a stable state.
    #[error("stack {stack} is in status {status} and cannot take part in a stack refactor{}", reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    StackNotStable {
        /// Stack.
        stack: String,
        /// Its status.
        status: String,
        /// Why.
        reason: Option<String>,
    },
    /// A mapping file that does not fit.
    #[error(
        "the mapping {source_stack}/{source_logical_id} -> {target_stack}/{target_logical_id} cannot be used: {reason}"
    )]
    Mapping {
        /// Stack of the Gen 1 resource.
        source_stack: String,
        /// Logical id of the Gen 1 resource.
        source_logical_id: String,
        /// Stack of the Gen 2 resource.
        target_stack: String,
        /// Logical id of the Gen 2 resource.
        target_logical_id: String,
        /// What is wrong.
        reason: String,
    },
    /// A mapping file that cannot be read.
    #[error("the mapping file {path} cannot be used: {reason}")]
    MappingFile {
        /// File.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The folder for the planned operations is not empty.
    #[error("{path} is not an empty folder")]
    FolderNotEmpty {
        /// Folder.
        path: String,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written: {source}")]
    Io {
        /// File or folder.
        path: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

impl CodedError for RefactorError {
    fn code(&self) -> &'static str {
        match self {
            Self::Template(error) => error.code(),
            Self::Transform { .. } => "TEMPLATE_MACRO_UNSUPPORTED",
            Self::SourceStackMissing { .. } => "GEN1_STACK_MISSING",
            Self::TargetMissing { .. } => "GEN2_RESOURCE_MISSING",
            Self::Ambiguous { .. } => "MAPPING_AMBIGUOUS",
            Self::SourceMissing { .. } => "GEN1_RESOURCE_MISSING",
            Self::Unresolved { .. } => "VALUE_UNRESOLVED",
            Self::HoldingConflict { .. } => "HOLDING_STACK_CONFLICT",
            Self::StackNotStable { .. } => "STACK_NOT_STABLE",
            Self::Mapping { .. } => "MAPPING_INVALID",
            Self::MappingFile { .. } => "MAPPING_FILE_INVALID",
            Self::FolderNotEmpty { .. } => "OUTPUT_NOT_EMPTY",
            Self::Io { .. } => "OUTPUT_IO",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Template(error) => error.resolution(),
            Self::Transform { .. } => "Remove the macro from the stack (for example the override that adds it), deploy, and run refactor again.".into(),
            Self::SourceStackMissing { .. } => "Run `amplify pull` so that the local project tells what is deployed, or `amplify push` what is local, then run refactor again.".into(),
            Self::TargetMissing { .. } => "Deploy the generated Gen 2 backend first, and make sure that --to names its root stack. If the resource was renamed by hand, name the pair with --mappings FILE.".into(),
            Self::Ambiguous { .. } | Self::Mapping { .. } | Self::MappingFile { .. } => "Pass --mappings FILE with a JSON array of {\"Source\": {\"StackName\", \"LogicalResourceId\"}, \"Destination\": {\"StackName\", \"LogicalResourceId\"}}, one entry for each pair; Source is the Gen 1 resource.".into(),
            Self::SourceMissing { .. } => "If it was moved by hand, name the pair with --mappings FILE; if it was deleted, remove it from the Gen 1 project with `amplify remove`.".into(),
            Self::Unresolved { .. } => "Add an output with this value to the stack, or make the value readable for the caller, then run refactor again.".into(),
            Self::HoldingConflict { stack, .. } => format!("Look at stack {stack}: if it is left from an earlier migration and its resources are not needed, delete it and run refactor again."),
            Self::StackNotStable { .. } => "Wait until running operations have ended; bring a failed stack back to a stable state in the CloudFormation console, then run refactor again.".into(),
            Self::FolderNotEmpty { .. } => "Name a folder that does not exist or is empty.".into(),
            Self::Io { .. } => "Make sure that the folder is on a writable disk with free space.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Template(error) => return error.details(),
            Self::Transform { stack, name } => json!({ "stack": stack, "macro": name }),
            Self::SourceStackMissing {
                root,
                logical_id,
                resource,
            } => {
                json!({ "stack": root, "logicalId": logical_id, "resource": resource })
            }
            Self::TargetMissing { root, resource, .. } => json!({ "stack": root, "resource": resource }),
            Self::Ambiguous {
                resource,
                source_stack,
                source_logical_id,
                candidates,
            } => {
                json!({ "resource": resource, "stack": source_stack, "logicalId": source_logical_id, "candidates": candidates })
            }
            Self::SourceMissing {
                resource, source_stack, ..
            } => json!({ "resource": resource, "stack": source_stack }),
            Self::Unresolved { stack, logical_id, .. } => json!({ "stack": stack, "logicalId": logical_id }),
            Self::HoldingConflict {
                stack,
                status,
                logical_id,
                owner,
            } => {
                json!({ "stack": stack, "status": status, "logicalId": logical_id, "owner": owner })
            }
            Self::StackNotStable { stack, status, .. } => json!({ "stack": stack, "status": status }),
            Self::Mapping {
                source_stack,
                source_logical_id,
                target_stack,
                target_logical_id,
                ..
            } => json!({
                "sourceStack": source_stack, "sourceLogicalId": source_logical_id,
                "targetStack": target_stack, "targetLogicalId": target_logical_id
            }),
            Self::MappingFile { path, .. } | Self::FolderNotEmpty { path } | Self::Io { path, .. } => {
                json!({ "path": path })
            }
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}
