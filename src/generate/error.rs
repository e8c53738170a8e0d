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
    /// The root package.json is not JSON.
    #[error("package.json is not valid JSON (line {line}, column {column}): {message}")]
    PackageJson {
        /// Line from 1.
        line: usize,
        /// Column from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The root package.json holds something else than an object.
    #[error("package.json does not hold an object, or its {section} is none")]
    PackageJsonShape {
        /// Which part.
        section: String,
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
            Self::PackageJson { .. } | Self::PackageJsonShape { .. } => "PACKAGE_JSON_MALFORMED",
            Self::Template { .. } => "TEMPLATE_FAILED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::BranchMissing => {
                "Name the branch with --branch, or run the command in a git work tree with a branch checked out.".into()
            }
            Self::Unreadable { .. } => "Make the file readable and try again.".into(),
            Self::PackageJson { .. } | Self::PackageJsonShape { .. } => {
                "Correct package.json in the project directory and try again. Nothing was changed.".into()
            }
            Self::Template { .. } => {
                "This is a defect of the tool. Nothing was changed. Please report it with the message.".into()
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let value = match self {
            Self::BranchMissing => json!({}),
            Self::Unreadable { path, .. } => json!({ "path": path }),
            Self::PackageJson { line, column, .. } => json!({ "path": "package.json", "line": line, "column": column }),
            Self::PackageJsonShape { section } => json!({ "path": "package.json", "section": section }),
            Self::Template { template, .. } => json!({ "template": template }),
        };
        value.as_object().cloned().unwrap_or_default()
    }
}
