use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::error::CodedError;

/// Why a file of the project cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProjectFileError {
    /// It is not JSON.
    #[error("{path}:{line}:{column}: {message}")]
    Json {
        /// File, relative to the project.
        path: String,
        /// Line from 1.
        line: usize,
        /// Column from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// It is JSON, but not what npm expects.
    #[error("{path}:{line}:{column}: {what} is not an object")]
    Shape {
        /// File, relative to the project.
        path: String,
        /// Line from 1.
        line: usize,
        /// Column from 1.
        column: usize,
        /// Name of the part.
        what: String,
    },
    /// It is not YAML, or not what a build specification looks like.
    #[error("{path}:{line}:{column}: {message}")]
    Yaml {
        /// File, relative to the project.
        path: String,
        /// Line from 1.
        line: usize,
        /// Column from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// It is not text.
    #[error("{path}:{line}: the file is not valid UTF-8")]
    NotText {
        /// File, relative to the project.
        path: String,
        /// Line from 1.
        line: usize,
    },
    /// It cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// File, relative to the project.
        path: String,
        /// The system's words.
        reason: String,
    },
}

impl ProjectFileError {
    fn path(&self) -> &str {
        match self {
            Self::Json { path, .. }
            | Self::Shape { path, .. }
            | Self::Yaml { path, .. }
            | Self::NotText { path, .. }
            | Self::Unreadable { path, .. } => path,
        }
    }
}

impl CodedError for ProjectFileError {
    fn code(&self) -> &'static str {
        match self {
            Self::Json { .. } | Self::Shape { .. } => "MALFORMED_JSON",
            Self::Yaml { .. } => "MALFORMED_YAML",
            Self::NotText { .. } => "FILE_NOT_TEXT",
            Self::Unreadable { .. } => "PROJECT_FILE_UNREADABLE",
        }
    }

    fn resolution(&self) -> String {
        let path = self.path();
        match self {
            Self::Json { .. } | Self::Shape { .. } | Self::Yaml { .. } => {
                format!("Nothing was changed. Correct {path} at this place, then run the command again.")
            }
            Self::NotText { .. } => format!("Nothing was changed. Save {path} as UTF-8, then run the command again."),
            Self::Unreadable { .. } => {
                format!("Nothing was changed. Make {path} a readable file, then run the command again.")
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Json { path, line, column, .. }
            | Self::Shape { path, line, column, .. }
            | Self::Yaml { path, line, column, .. } => json!({ "path": path, "line": line, "column": column }),
            Self::NotText { path, line } => json!({ "path": path, "line": line }),
            Self::Unreadable { path, .. } => json!({ "path": path }),
        };
        details.as_object().cloned().unwrap_or_default()
    }
}

/// The bytes as text, without a byte order mark's help.
pub(super) fn text<'bytes>(path: &str, bytes: &'bytes [u8]) -> Result<&'bytes str, ProjectFileError> {
    std::str::from_utf8(bytes).map_err(|error| ProjectFileError::NotText {
        path: path.to_owned(),
        line: 1 + bytes[..error.valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count(),
    })
}
