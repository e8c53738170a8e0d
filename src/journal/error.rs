use std::{path::PathBuf, time::Duration};

use serde_json::{Map, Value};
use thiserror::Error;

use super::lease::Lease;
use crate::{cloud::CloudError, error::CodedError};

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
    /// Somebody else, here or elsewhere, works on the same environment.
    #[error("{lease} is working on this environment; last heard of {} ago", seconds(*age))]
    LeaseHeld {
        /// Who.
        lease: Box<Lease>,
        /// Time since it was renewed, by the clock of S3.
        age: Duration,
        /// The object that holds it.
        location: String,
    },
    /// Somebody else took over what this run was doing.
    #[error("this run has been taken over{}: it stops before its next change", by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default())]
    LeaseLost {
        /// Who; unknown when the object is gone.
        by: Option<String>,
        /// The object that held the lease.
        location: String,
    },
    /// The lease could not be renewed for so long that somebody else may hold it.
    #[error("the lease on this environment ({location}) could not be renewed for {}: this run stops before its next change, because somebody else may go on from now on", seconds(*age))]
    LeaseExpired {
        /// Time since the service last confirmed it.
        age: Duration,
        /// The object that holds the lease.
        location: String,
    },
    /// The copy in the deployment bucket cannot be read or written.
    #[error("the copy of the journal ({location}) cannot be kept: {source}")]
    CopyRefused {
        /// The object.
        location: String,
        /// Bucket.
        bucket: String,
        /// The call's error.
        #[source]
        source: Box<CloudError>,
    },
    /// A line in the middle cannot be read.
    #[error("line {line} of the journal {origin} cannot be read: {reason}")]
    Corrupt {
        /// The journal: a file or an object.
        origin: String,
        /// Line from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// It was written by a newer version.
    #[error(
        "the journal {origin} was written by a newer version of this tool (format {found}, this version knows {known})"
    )]
    TooNew {
        /// The journal: a file or an object.
        origin: String,
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

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

impl CodedError for JournalError {
    fn code(&self) -> &'static str {
        match self {
            Self::RunInProgress { .. } => "RUN_IN_PROGRESS",
            Self::LeaseHeld { .. } => "LEASE_HELD",
            Self::LeaseLost { .. } => "LEASE_LOST",
            Self::LeaseExpired { .. } => "LEASE_EXPIRED",
            Self::CopyRefused { .. } => "JOURNAL_COPY_REFUSED",
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
            Self::LeaseHeld { lease, age, .. } => format!(
                "Nothing was changed. Wait until that run has ended. If its process is gone, its lease ends by itself in {}; who knows that it is gone need not wait and adds --take-over: the run then goes on, or back, from what the other one recorded.",
                seconds(lease.remaining(*age).unwrap_or_default())
            ),
            Self::LeaseLost { .. } => "Nothing more is changed by this run. Ask who took over how it went; when that run has ended, the same command goes on from there, and --rollback takes everything back.".into(),
            Self::LeaseExpired { .. } => "What had begun was brought to its end; nothing more is changed by this run. When the deployment bucket can be reached again, the same command goes on from there, and --rollback takes everything back. A rollback works without the bucket as well; make sure then that nobody else is at work.".into(),
            Self::CopyRefused { bucket, source, .. } if source.says("does not exist") => format!(
                "Nothing was changed. The deployment bucket {bucket} is gone; create it again (`aws s3 mb s3://{bucket}` in the region of the environment) and run the same command. A rollback works without it."
            ),
            Self::CopyRefused { bucket, source, .. } => format!(
                "Nothing was changed. Without the copy nobody else could go on, or back, if this machine were lost. Allow s3:GetObject and s3:PutObject on {bucket}/gen2-migration/* and s3:ListBucket on {bucket}, then run the same command. A rollback works without it. {}",
                source.resolution()
            ),
            Self::Corrupt { origin, .. } => format!(
                "Keep a copy of {origin}. If the line was edited by hand, restore it; otherwise move it away: the tool then works from the live stacks alone."
            ),
            Self::TooNew { .. } => "Use the version of amplify-gen2-migration that began the migration, or a newer one.".into(),
            Self::Io { path, .. } => format!("Make sure that {} is on a writable disk with free space, then run the command again.", path.display()),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        let path = match self {
            Self::RunInProgress { path, .. } | Self::Io { path, .. } => path.display().to_string(),
            Self::LeaseHeld { location, .. }
            | Self::LeaseLost { location, .. }
            | Self::LeaseExpired { location, .. }
            | Self::CopyRefused { location, .. } => location.clone(),
            Self::Corrupt { origin, .. } | Self::TooNew { origin, .. } => origin.clone(),
        };
        details.insert("path".into(), path.into());
        match self {
            Self::Corrupt { line, .. } => {
                details.insert("line".into(), (*line).into());
            }
            Self::LeaseHeld { lease, age, .. } => {
                let holder = [
                    ("user", Value::from(lease.user.as_str())),
                    ("host", lease.host.as_str().into()),
                    ("process", lease.process.into()),
                    ("step", lease.step.as_str().into()),
                    ("rollback", lease.rollback.into()),
                    (
                        "secondsLeft",
                        lease.remaining(*age).unwrap_or_default().as_secs().into(),
                    ),
                ];
                details.extend(holder.map(|(name, value)| (name.to_owned(), value)));
            }
            Self::LeaseExpired { age, .. } => {
                details.insert("secondsSinceConfirmed".into(), age.as_secs().into());
            }
            _ => {}
        }
        details
    }
}
