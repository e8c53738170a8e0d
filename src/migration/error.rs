use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::{error::CodedError, plan::Step};

/// What can go wrong before a step's own room is reached.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// No `amplify/` folder.
    #[error("There is no Amplify project in {}: it has no `amplify` folder.", .project.display())]
    ProjectNotFound {
        /// Folder that was looked at.
        project: PathBuf,
    },
    /// The step does not exist in this version.
    #[error("The step `{}` is not available in this version.", .step.as_str())]
    StepNotAvailable {
        /// The step.
        step: Step,
    },
}

impl CodedError for MigrationError {
    fn code(&self) -> &'static str {
        match self {
            Self::ProjectNotFound { .. } => "PROJECT_NOT_FOUND",
            Self::StepNotAvailable { .. } => "STEP_NOT_AVAILABLE",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::ProjectNotFound { .. } => {
                "Run the command in the folder that holds `amplify`, or name that folder with --project.".to_owned()
            }
            Self::StepNotAvailable { .. } => {
                "Nothing was changed. Install a version of amplify-gen2-migration that has this step.".to_owned()
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        match self {
            Self::ProjectNotFound { project } => {
                details.insert("path".to_owned(), project.display().to_string().into());
            }
            Self::StepNotAvailable { step } => {
                details.insert("step".to_owned(), step.as_str().into());
            }
        }
        details
    }
}
