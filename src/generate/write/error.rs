use std::{io, path::PathBuf};

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::error::CodedError;

/// Why files were not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// `--out` names something that is in use.
    #[error("the output folder {} is not empty{}", path.display(), entry.as_deref().map(|entry| format!(": it holds {entry}")).unwrap_or_default())]
    OutputNotEmpty {
        /// The folder.
        path: PathBuf,
        /// Something in it.
        entry: Option<String>,
    },
    /// `--out` names a file.
    #[error("the output folder {} is not a folder", path.display())]
    OutputNotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// `--out` lies in the backend that is to be left as it is.
    #[error("the output folder {} lies in the project's amplify/", path.display())]
    OutputInsideAmplify {
        /// The path.
        path: PathBuf,
    },
    /// A file changed between planning and writing.
    #[error("{path} changed after the step was planned")]
    Changed {
        /// Relative to the project.
        path: String,
    },
    /// A generated path would leave `amplify/`. A defect of ours.
    #[error("the generated path {path:?} does not lie in amplify/")]
    UnsafePath {
        /// The path.
        path: String,
    },
    /// Another process writes.
    #[error("another run is writing in this project: it holds {}", path.display())]
    InProgress {
        /// The lock file.
        path: PathBuf,
    },
    /// The state file of an interrupted run cannot be read.
    #[error("the state of an interrupted run in {} cannot be read: {reason}", path.display())]
    StateUnreadable {
        /// The state file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is no backup.
    #[error("there is no backup of a generate run in {}", path.display())]
    NoBackup {
        /// Folder that was looked into.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("{} cannot be {action}: {source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// `written`, `moved`, `read`, `removed`, ...
        action: &'static str,
        /// The system's error.
        #[source]
        source: io::Error,
    },
}

impl WriteError {
    /// For `map_err`.
    pub(super) fn io(path: impl Into<PathBuf>, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, action, source }
    }
}

impl CodedError for WriteError {
    fn code(&self) -> &'static str {
        match self {
            Self::OutputNotEmpty { .. } => "OUTPUT_NOT_EMPTY",
            Self::OutputNotAFolder { .. } => "OUTPUT_NOT_A_FOLDER",
            Self::OutputInsideAmplify { .. } => "OUTPUT_INSIDE_AMPLIFY",
            Self::Changed { .. } => "PROJECT_CHANGED",
            Self::UnsafePath { .. } => "GENERATED_PATH_UNSAFE",
            Self::InProgress { .. } => "RUN_IN_PROGRESS",
            Self::StateUnreadable { .. } => "WRITE_STATE_UNREADABLE",
            Self::NoBackup { .. } => "BACKUP_NOT_FOUND",
            Self::Io { .. } => "WRITE_FAILED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::OutputNotEmpty { .. } | Self::OutputNotAFolder { .. } => {
                "Nothing was written. Name a folder with --out that does not exist or is empty.".into()
            }
            Self::OutputInsideAmplify { .. } => {
                "Nothing was written. Name a folder outside of amplify/ with --out: with it the project is left as it is."
                    .into()
            }
            Self::Changed { .. } => "Nothing was changed. Run the command again.".into(),
            Self::UnsafePath { .. } => {
                "Nothing was changed. This is a defect of the tool: please report it with the message.".into()
            }
            Self::InProgress { .. } => {
                "Wait until the other run has ended, or end it; the lock is released by itself when its process is gone."
                    .into()
            }
            Self::StateUnreadable { path, .. } => format!(
                "The old amplify/ is in place, or in the folder `old` of a staging folder beside {0}. Put it back where it belongs, then remove {0} and run the command again.",
                path.display()
            ),
            Self::NoBackup { .. } => {
                "Nothing was changed. Without a backup amplify/ can only be restored from version control.".into()
            }
            Self::Io { path, .. } => format!(
                "Make sure that {} is on a writable disk with free space and that no other program holds it open, then run the command again: it first restores what an interrupted run left.",
                path.display()
            ),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::OutputNotEmpty { path, .. }
            | Self::OutputNotAFolder { path }
            | Self::OutputInsideAmplify { path }
            | Self::InProgress { path }
            | Self::StateUnreadable { path, .. }
            | Self::NoBackup { path }
            | Self::Io { path, .. } => json!({ "path": path.display().to_string() }),
            Self::Changed { path } | Self::UnsafePath { path } => json!({ "path": path }),
        };
        details.as_object().cloned().unwrap_or_default()
    }
}
