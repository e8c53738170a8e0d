use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::error::CodedError;

/// Why nothing can be generated.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// The branch has no name.
    #[error("the name of the Gen 2 branch is empty")]
    BranchMissing,
    /// A file of the project could not be read.
    #[error("{path} could not be read: {source}")]
    Unreadable {
        /// Path relative to the project.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// A file could not be rendered. A defect of ours.
    #[error("the template {template} could not be rendered: {message}")]
    Template {
        /// Name of the template.
        template: &'static str,
        /// What happened.
        message: String,
    },
}

impl CodedError for GenerateError {
    fn code(&self) -> &'static str {
        match self {
            Self::BranchMissing => "BRANCH_MISSING",
            Self::Unreadable { .. } => "PROJECT_FILE_UNREADABLE",
            Self::Template { .. } => "TEMPLATE_FAILED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::BranchMissing => {
                "Name the branch with --branch, or run the command in a git work tree with a branch checked out.".into()
            }
            Self::Unreadable { .. } => "Make the file readable and try again.".into(),
            Self::Template { .. } => {
                "This is a defect of the tool. Nothing was changed. Please report it with the message.".into()
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let value = match self {
            Self::BranchMissing => json!({}),
            Self::Unreadable { path, .. } => json!({ "path": path }),
            Self::Template { template, .. } => json!({ "template": template }),
        };
        value.as_object().cloned().unwrap_or_default()
    }
}
