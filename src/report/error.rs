use std::io;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::error::CodedError;

/// What can go wrong with the report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file of the project cannot be read.
    #[error("{path} cannot be read for the report: {source}")]
    Unreadable {
        /// The file, relative to the project.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The report cannot be put into its form.
    #[error("the report cannot be written: {message}")]
    Form {
        /// Why.
        message: String,
    },
}

impl CodedError for ReportError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "PROJECT_FILE_UNREADABLE",
            Self::Form { .. } => "REPORT_FAILED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Unreadable { path, .. } => {
                format!("Make {path} readable, then run the command again. Nothing was changed.")
            }
            Self::Form { .. } => "This is a defect of the tool; nothing was changed. Please report it.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        if let Self::Unreadable { path, .. } = self {
            details.insert("path".into(), path.clone().into());
        }
        details
    }
}
