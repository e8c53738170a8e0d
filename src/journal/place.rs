//! Where the journal of an environment lies: on this disk, and as a copy in the deployment bucket.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    error::JournalError,
    file,
    folder::{MigrationFolder, harmless},
    lease::Lease,
    lines,
    merge::merge,
    record::{self, Entry, RunRecord},
};
use crate::{
    cloud::{CloudError, ObjectStoreApi, ObjectVersion},
    error::Result,
};

/// Where the journal of an environment lies.
#[derive(Clone)]
pub struct JournalPlace {
    /// The user's project; the tool's own folder is in it.
    pub project_directory: PathBuf,
    /// Gen 1 environment.
    pub environment: String,
    /// Where the copy lies; absent when the project knows of no deployment bucket.
    pub copy: Option<CopyPlace>,
}

/// Where the copy lies that other machines can go on from.
#[derive(Clone)]
pub struct CopyPlace {
    /// S3.
    pub objects: Arc<dyn ObjectStoreApi>,
    /// Deployment bucket of the Gen 1 environment.
    pub bucket: String,
}

/// What is known of earlier runs.
#[derive(Debug, Default)]
pub struct JournalReading {
    /// Every run, oldest first.
    pub runs: Vec<RunRecord>,
    /// A run has not released its lease: it was interrupted, or it goes on.
    pub is_held: bool,
    /// Why the copy could not be read; absent when it was read, or there is none.
    pub copy_unread: Option<CloudError>,
}

/// The copy as it was read.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) lease: Option<Lease>,
    pub(super) entries: Vec<Entry>,
    /// Absent: there is no such object.
    pub(super) version: Option<ObjectVersion>,
    /// Since it was written.
    pub(super) age: Duration,
}

impl Copy {
    /// There is none.
    pub(super) fn absent() -> Self {
        Self {
            lease: None,
            entries: Vec::new(),
            version: None,
            age: Duration::ZERO,
        }
    }
}

impl JournalPlace {
    /// Reads what earlier runs recorded, here and on other machines. Changes nothing. While another run of this folder is at
    /// work there is nothing to plan: stacks that are read amid its moves contradict each other.
    ///
    /// # Errors
    /// `RUN_IN_PROGRESS` when another process of this machine is at work; `LEASE_HELD` when somebody else is at work and is
    /// not to be taken over from; `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`, `JOURNAL_IO`.
    pub async fn read(&self, take_over: bool) -> Result<JournalReading> {
        let folder = MigrationFolder::of(&self.project_directory);
        file::ensure_free(&folder.journal_path(&self.environment))?;
        self.recorded(take_over).await
    }

    /// The same while a run of this folder may be at work.
    pub(super) async fn recorded(&self, take_over: bool) -> Result<JournalReading> {
        let folder = MigrationFolder::of(&self.project_directory);
        let disk = file::read(&folder.journal_path(&self.environment))?;
        let Some(place) = &self.copy else {
            return Ok(JournalReading {
                runs: record::runs(&disk),
                ..JournalReading::default()
            });
        };
        let copy = match place.read(&self.environment).await? {
            Ok(copy) => copy,
            Err(error) => {
                return Ok(JournalReading {
                    runs: record::runs(&disk),
                    is_held: false,
                    copy_unread: Some(error),
                });
            }
        };
        let is_held = copy.lease.is_some();
        if let Some(lease) = copy.lease
            && !take_over
            && lease.remaining(copy.age).is_some()
            && folder.existing_identity().is_none_or(|own| own != lease.folder)
        {
            return Err(JournalError::LeaseHeld {
                lease: Box::new(lease),
                age: copy.age,
                location: place.location(&self.environment),
            }
            .into());
        }
        Ok(JournalReading {
            runs: record::runs(&merge(&copy.entries, &disk)),
            is_held,
            copy_unread: None,
        })
    }
}

impl CopyPlace {
    /// Key of the copy. It begins as everything that the tool puts into the bucket.
    pub(super) fn key(environment: &str) -> String {
        format!("gen2-migration/{}/journal/journal.jsonl", harmless(environment))
    }

    /// For people.
    pub(super) fn location(&self, environment: &str) -> String {
        format!("s3://{}/{}", self.bucket, Self::key(environment))
    }

    /// The copy, or why it cannot be had.
    pub(super) async fn read(&self, environment: &str) -> Result<std::result::Result<Copy, CloudError>> {
        let stored = match self.objects.stored(&self.bucket, &Self::key(environment)).await {
            Ok(stored) => stored,
            Err(error) => return Ok(Err(error)),
        };
        let Some(stored) = stored else {
            return Ok(Ok(Copy::absent()));
        };
        let parsed = lines::parse(&self.location(environment), &stored.content)?;
        Ok(Ok(Copy {
            lease: parsed.lease,
            entries: parsed.entries,
            version: Some(stored.version),
            age: stored.age,
        }))
    }
}
