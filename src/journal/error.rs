use std::path::PathBuf;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::error::CodedError;

/// What can go wrong with the journal.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another process works on the same environment.
    #[error("another run{} is working on this environment: it holds {}", holder.as_deref().map(|pid| format!(" (process {pid})")).unwrap_or_default(), path.display())]
    RunInProgress {
        /// The lock file.
        path: PathBuf,
        /// Process id that the holder wrote into it.
        holder: Option<String>,
    },
    /// A line in the middle cannot be read.
    #[error("line {line} of the journal {} cannot be read: {reason}", path.display())]
    Corrupt {
        /// The journal.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// It was written by a newer version.
    #[error("the journal {} was written by a newer version of this tool (format {found}, this version knows {known})", path.display())]
    TooNew {
        /// The journal.
        path: PathBuf,
        /// Format of the line.
        found: u32,
        /// Newest format this version reads.
        known: u32,
    },
    /// The disk refused.
    #[error("{} cannot be {action}: {source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// `read`, `written`, `created` or `locked`.
        action: &'static str,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

impl CodedError for JournalError {
    fn code(&self) -> &'static str {
        match self {
            Self::RunInProgress { .. } => "RUN_IN_PROGRESS",
            Self::Corrupt { .. } => "JOURNAL_CORRUPT",
            Self::TooNew { .. } => "JOURNAL_TOO_NEW",
            Self::Io { .. } => "JOURNAL_IO",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::RunInProgress { .. } => {
                "Wait until the other run has ended, or end it; the lock is released by itself when its process is gone.".into()
            }
            Self::Corrupt { path, .. } => format!(
                "Keep a copy of {0}. If the line was edited by hand, restore it; otherwise move the file away: the tool then works from the live stacks alone.",
                path.display()
            ),
            Self::TooNew { .. } => "Use the version of amplify-gen2-migration that began the migration, or a newer one.".into(),
            Self::Io { path, .. } => format!("Make sure that {} is on a writable disk with free space, then run the command again.", path.display()),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        let (Self::RunInProgress { path, .. }
        | Self::Corrupt { path, .. }
        | Self::TooNew { path, .. }
        | Self::Io { path, .. }) = self;
        details.insert("path".into(), path.display().to_string().into());
        if let Self::Corrupt { line, .. } = self {
            details.insert("line".into(), (*line).into());
        }
        details
    }
}
