use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    disk::{exists, failed, write_whole},
    error::WriteError,
};
use crate::journal::MigrationFolder;

const PREFIX: &str = "backup-";
const RECORD: &str = "backup.json";

/// What a replacement put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The folder.
    pub path: PathBuf,
    /// What is in it.
    pub contents: BackupRecord,
}

/// Kinds of replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replacement {
    /// Gen 1 by Gen 2: the backup holds the Gen 1 project.
    Generate,
    /// Gen 2 by Gen 1: the backup holds what had been generated, with what the user made of it.
    Rollback,
}

/// The record of a finished backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupRecord {
    /// What replaced it.
    pub replacement: Replacement,
    /// Names that were there, of those that are replaced.
    pub held: Vec<String>,
    /// Names that were not there.
    pub absent: Vec<String>,
}

impl Backup {
    /// Where the backup of the next replacement goes.
    pub(super) fn next(folder: &MigrationFolder) -> Result<PathBuf, WriteError> {
        let last = numbers(folder)?.into_iter().max().unwrap_or(0);
        Ok(folder.path().join(format!("{PREFIX}{}", last + 1)))
    }

    /// Says that the backup is complete.
    pub(super) fn finish(path: &Path, contents: &BackupRecord) -> Result<(), WriteError> {
        let record = path.join(RECORD);
        let text = serde_json::to_vec_pretty(contents).map_err(|error| WriteError::Record {
            path: record.clone(),
            message: error.to_string(),
        })?;
        write_whole(&record, &text)
    }
}

/// The newest backup of a Gen 1 project, complete and not yet put back. Its folder `amplify` is the Gen 1 backend as it was
/// when Gen 2 replaced it.
///
/// # Errors
/// `GENERATE_IO`, `BACKUP_UNREADABLE`.
pub fn latest_backup(project: &Path) -> Result<Option<Backup>, WriteError> {
    let folder = MigrationFolder::of(project);
    let mut numbers = numbers(&folder)?;
    numbers.sort_unstable();
    while let Some(number) = numbers.pop() {
        let path = folder.path().join(format!("{PREFIX}{number}"));
        let record = path.join(RECORD);
        if !exists(&record)? {
            continue;
        }
        let text = fs::read(&record).map_err(failed(&record, "read"))?;
        let contents: BackupRecord = serde_json::from_slice(&text).map_err(|error| WriteError::Record {
            path: record,
            message: error.to_string(),
        })?;
        match contents.replacement {
            Replacement::Generate => return Ok(Some(Backup { path, contents })),
            // The Gen 1 project is where it was: there is nothing to put back.
            Replacement::Rollback => return Ok(None),
        }
    }
    Ok(None)
}

fn numbers(folder: &MigrationFolder) -> Result<Vec<u64>, WriteError> {
    if !exists(folder.path())? {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder.path()).map_err(failed(folder.path(), "read"))? {
        let entry = entry.map_err(failed(folder.path(), "read"))?;
        let number = entry
            .file_name()
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.parse::<u64>().ok());
        numbers.extend(number);
    }
    Ok(numbers)
}
