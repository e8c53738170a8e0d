use std::{io, path::PathBuf};

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::error::CodedError;

/// Why files were not written. In every case what was there before is there still.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The file system refused.
    #[error("{path} could not be {action}: {source}", path = path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// What was to be done, for example `written`.
        action: &'static str,
        /// Cause.
        source: io::Error,
    },
    /// A file of the name under which new files are prepared is there, and it is not ours.
    #[error("{path} is in the way: files are prepared under this name", path = path.display())]
    InTheWay {
        /// Which.
        path: PathBuf,
    },
    /// `--out` names something that holds files.
    #[error("the output directory {path} is not empty", path = path.display())]
    OutputNotEmpty {
        /// Which.
        path: PathBuf,
    },
    /// `--out` names a file.
    #[error("{path} is not a directory", path = path.display())]
    OutputNotDirectory {
        /// Which.
        path: PathBuf,
    },
    /// There is nothing to roll back to.
    #[error("there is no backup of a Gen 1 project in {path}", path = path.display())]
    NoBackup {
        /// Our folder.
        path: PathBuf,
    },
    /// The record of a switch or backup cannot be read.
    #[error("{path} cannot be read as what it is: {message}", path = path.display())]
    Record {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// What was left by an interrupted run cannot be told apart.
    #[error("an earlier run was interrupted, and {message}")]
    Inconsistent {
        /// What does not fit.
        message: String,
        /// Where the backup is.
        backup: PathBuf,
    },
}

impl CodedError for WriteError {
    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "GENERATE_IO",
            Self::InTheWay { .. } => "GENERATE_NAME_TAKEN",
            Self::OutputNotEmpty { .. } => "OUTPUT_NOT_EMPTY",
            Self::OutputNotDirectory { .. } => "OUTPUT_NOT_DIRECTORY",
            Self::NoBackup { .. } => "BACKUP_NOT_FOUND",
            Self::Record { .. } => "BACKUP_UNREADABLE",
            Self::Inconsistent { .. } => "GENERATE_INCONSISTENT",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Io { .. } => {
                "Check permissions, free space and whether another program holds the files open, then run the command again. What was there before has been put back.".into()
            }
            Self::InTheWay { path } => format!("Move {} out of the way and run the command again.", path.display()),
            Self::OutputNotEmpty { .. } => "Name a directory that does not exist or is empty.".into(),
            Self::OutputNotDirectory { .. } => "Name a directory that does not exist or is empty.".into(),
            Self::NoBackup { .. } => {
                "Nothing was generated in this project with this tool, or its backup was deleted. Use git to go back: `git checkout <commit before generate> -- amplify package.json`.".into()
            }
            Self::Record { path, .. } => format!(
                "The files themselves are unharmed. Look into the folder beside {}, put back by hand what is missing, and delete the record.",
                path.display()
            ),
            Self::Inconsistent { backup, .. } => format!(
                "Nothing was deleted. Compare the project with {} and put back by hand what is missing.",
                backup.display()
            ),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let value = match self {
            Self::Io { path, .. }
            | Self::InTheWay { path }
            | Self::OutputNotEmpty { path }
            | Self::OutputNotDirectory { path }
            | Self::NoBackup { path }
            | Self::Record { path, .. } => json!({ "path": path.display().to_string() }),
            Self::Inconsistent { backup, .. } => json!({ "backup": backup.display().to_string() }),
        };
        value.as_object().cloned().unwrap_or_default()
    }
}
