//! The switch itself. Its record is written before anything is touched and removed when everything is in place; as long as it
//! is there, [`recover`] undoes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    REPLACED,
    backup::{Backup, BackupRecord, Replacement},
    disk::{copy, create, exists, failed, remove, rename, write_new, write_tree, write_whole},
    error::WriteError,
};
use crate::{generate::FileTree, journal::MigrationFolder};

const RECORD: &str = "switch.json";
/// What new files are called until they are switched in.
const PREPARED: &str = ".gen2-migration.tmp";

/// How far a switch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    /// New files are being written; nothing was touched.
    Preparing,
    /// Renaming.
    Switching,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    phase: Phase,
    /// Name of the backup's folder.
    backup: String,
    contents: BackupRecord,
    /// Names that get new files.
    prepared: Vec<String>,
}

/// What [`recover`] found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// An earlier run ended while it was preparing; what it had prepared was removed.
    Cleaned,
    /// An earlier run ended while it was switching; everything is again as it was before that run.
    Restored,
}

/// Replaces Gen 1 by the tree; the backup that was made. On failure everything is as it was.
///
/// # Errors
/// `GENERATE_IO`, `GENERATE_NAME_TAKEN`.
pub fn replace(project: &Path, tree: &FileTree) -> Result<Backup, WriteError> {
    let prepare = |name: &str, prepared: &Path| -> Result<bool, WriteError> {
        if name == "amplify" {
            write_tree(prepared, tree, "amplify")?;
            return Ok(true);
        }
        match tree.get(name) {
            Some(bytes) => write_new(prepared, bytes).map(|()| true),
            None => Ok(false),
        }
    };
    let kept: Vec<&str> = REPLACED
        .into_iter()
        .filter(|name| *name != "amplify" && tree.get(name).is_none())
        .collect();
    switch(project, Replacement::Generate, &kept, prepare)
}

/// Puts a backup back; what it replaces becomes a backup of its own. The backup stays.
///
/// # Errors
/// `GENERATE_IO`, `GENERATE_NAME_TAKEN`.
pub fn restore(project: &Path, backup: &Backup) -> Result<Backup, WriteError> {
    let prepare = |name: &str, prepared: &Path| -> Result<bool, WriteError> {
        if !backup.contents.held.iter().any(|held| held == name) {
            return Ok(false);
        }
        copy(&backup.path.join(name), prepared)?;
        Ok(true)
    };
    let touched = |name: &&str| {
        let contents = &backup.contents;
        contents.held.iter().chain(&contents.absent).any(|known| known == name)
    };
    let kept: Vec<&str> = REPLACED.into_iter().filter(|name| !touched(name)).collect();
    switch(project, Replacement::Rollback, &kept, prepare)
}

/// Undoes what an interrupted run left. To be called before anything else is read.
///
/// # Errors
/// `GENERATE_IO`, `BACKUP_UNREADABLE`, `GENERATE_INCONSISTENT`; nothing is deleted then.
pub fn recover(project: &Path) -> Result<Option<Recovery>, WriteError> {
    let folder = MigrationFolder::of(project);
    let path = folder.path().join(RECORD);
    if !exists(&path)? {
        return Ok(None);
    }
    let text = fs::read(&path).map_err(failed(&path, "read"))?;
    let record: Record = serde_json::from_slice(&text).map_err(|error| WriteError::Record {
        path: path.clone(),
        message: error.to_string(),
    })?;
    undo(project, &folder, &record)?;
    Ok(Some(match record.phase {
        Phase::Preparing => Recovery::Cleaned,
        Phase::Switching => Recovery::Restored,
    }))
}

fn switch(
    project: &Path,
    replacement: Replacement,
    kept: &[&str],
    prepare: impl Fn(&str, &Path) -> Result<bool, WriteError>,
) -> Result<Backup, WriteError> {
    let folder = open(project)?;
    recover(project)?;
    let names: Vec<&str> = REPLACED.into_iter().filter(|name| !kept.contains(name)).collect();
    let mut contents = BackupRecord {
        replacement,
        held: Vec::new(),
        absent: Vec::new(),
    };
    for name in &names {
        let prepared = prepared_path(project, name);
        if exists(&prepared)? {
            return Err(WriteError::InTheWay { path: prepared });
        }
        let list = if exists(&project.join(name))? { &mut contents.held } else { &mut contents.absent };
        list.push((*name).to_owned());
    }
    let backup = Backup::next(&folder)?;
    let mut record = Record {
        phase: Phase::Preparing,
        backup: backup
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        contents,
        prepared: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    write_record(&folder, &record)?;
    let result = carry_out(project, &folder, &backup, &names, &mut record, prepare);
    if let Err(error) = result {
        // The first cause counts; if undoing fails too, the record is still there for the next run.
        let _ = undo(project, &folder, &record);
        return Err(error);
    }
    Ok(Backup {
        path: backup,
        contents: record.contents,
    })
}

fn carry_out(
    project: &Path,
    folder: &MigrationFolder,
    backup: &Path,
    names: &[&str],
    record: &mut Record,
    prepare: impl Fn(&str, &Path) -> Result<bool, WriteError>,
) -> Result<(), WriteError> {
    record.prepared.clear();
    for name in names {
        if prepare(name, &prepared_path(project, name))? {
            record.prepared.push((*name).to_owned());
        }
    }
    create(backup)?;
    record.phase = Phase::Switching;
    write_record(folder, record)?;
    for name in names {
        let current = project.join(name);
        if record.contents.held.iter().any(|held| held == name) {
            rename(&current, &backup.join(name))?;
        }
        if record.prepared.iter().any(|prepared| prepared == name) {
            rename(&prepared_path(project, name), &current)?;
        }
    }
    Backup::finish(backup, &record.contents)?;
    remove(&folder.path().join(RECORD))
}

/// Puts everything back. Each step looks at what is there, so that it can be repeated at will.
fn undo(project: &Path, folder: &MigrationFolder, record: &Record) -> Result<(), WriteError> {
    let backup = folder.path().join(&record.backup);
    if record.phase == Phase::Switching {
        for name in REPLACED {
            let was_held = record.contents.held.iter().any(|held| held == name);
            let was_absent = record.contents.absent.iter().any(|absent| absent == name);
            let (current, saved) = (project.join(name), backup.join(name));
            if was_held && exists(&saved)? {
                remove_ours(&current, &prepared_path(project, name))?;
                rename(&saved, &current)?;
            } else if was_held && !exists(&current)? {
                return Err(WriteError::Inconsistent {
                    message: format!("{} is neither in the project nor in the backup", current.display()),
                    backup,
                });
            } else if was_absent && record.prepared.iter().any(|prepared| prepared == name) {
                // Still prepared means that it was not switched in yet.
                let prepared = prepared_path(project, name);
                if !exists(&prepared)? {
                    remove_ours(&current, &prepared)?;
                }
            }
        }
    }
    for name in REPLACED {
        if record.contents.held.iter().chain(&record.contents.absent).any(|known| known == name) {
            remove(&prepared_path(project, name))?;
        }
    }
    remove(&backup)?;
    remove(&folder.path().join(RECORD))
}

/// Takes away what was switched in: first by a rename, so that there is never half a directory under the name itself.
fn remove_ours(current: &Path, prepared: &Path) -> Result<(), WriteError> {
    if exists(current)? {
        remove(prepared)?;
        rename(current, prepared)?;
    }
    Ok(())
}

fn open(project: &Path) -> Result<MigrationFolder, WriteError> {
    MigrationFolder::open(project).map_err(|error| WriteError::Io {
        path: MigrationFolder::of(project).path().to_owned(),
        action: "created",
        source: std::io::Error::other(error.to_string()),
    })
}

fn write_record(folder: &MigrationFolder, record: &Record) -> Result<(), WriteError> {
    let path = folder.path().join(RECORD);
    let text = serde_json::to_vec_pretty(record).map_err(|error| WriteError::Record {
        path: path.clone(),
        message: error.to_string(),
    })?;
    write_whole(&path, &text)
}

fn prepared_path(project: &Path, name: &str) -> PathBuf {
    project.join(format!("{name}{PREPARED}"))
}
