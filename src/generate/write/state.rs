//! The record of a replacement that is under way, and the manifest of a backup.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{disk::Disk, error::WriteError, fingerprint::Fingerprint, transfer::write_over};

const FORMAT: u32 = 1;
const STATE: &str = "generate-state.json";
const MANIFEST: &str = "manifest.json";

/// How far a replacement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Things are being renamed: to be undone.
    Replacing,
    /// Everything is in place: to be finished.
    Committed,
}

/// A replacement under way. All names are relative to the tool's folder, all paths to the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Format of this file.
    pub format: u32,
    /// Id of the run; part of the names of its temporary files.
    pub run: String,
    /// How far it has come.
    pub phase: Phase,
    /// Folder of everything that is only there while it is under way.
    pub staging: String,
    /// What the old version will be kept as.
    pub keep: String,
    /// A backup that is used up when all is done.
    pub used_up: Option<String>,
    /// Where the new `amplify/` comes from; `None`: there will be none.
    pub new_amplify: Option<String>,
    /// There was an `amplify/`.
    pub had_amplify: bool,
    /// What is written, by path relative to the project.
    pub written: Fingerprint,
    /// Single files that change.
    pub files: Vec<StateFile>,
}

/// A single file that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateFile {
    /// Relative to the project.
    pub path: String,
    /// Name in the folders of old and new files.
    pub name: String,
    /// Fingerprint of the old content; `None`: there was no such file.
    pub old: Option<String>,
    /// Fingerprint of the new content; `None`: there will be no such file.
    pub new: Option<String>,
}

impl State {
    /// A replacement that begins.
    pub fn new(run: String, staging: String, keep: String) -> Self {
        Self {
            format: FORMAT,
            run,
            phase: Phase::Replacing,
            staging,
            keep,
            used_up: None,
            new_amplify: None,
            had_amplify: false,
            written: Fingerprint::new(),
            files: Vec::new(),
        }
    }

    /// Of the run that was interrupted, when there was one.
    pub fn read(folder: &Path) -> Result<Option<Self>, WriteError> {
        read(&folder.join(STATE))
    }

    /// Puts it on the disk.
    pub fn write(&self, disk: &dyn Disk, folder: &Path) -> Result<(), WriteError> {
        write_over(disk, &folder.join(STATE), &json(self))
    }

    /// Nothing is under way any more.
    pub fn remove(disk: &dyn Disk, folder: &Path) -> Result<(), WriteError> {
        let path = folder.join(STATE);
        disk.remove_file(&path).map_err(WriteError::io(&path, "removed"))?;
        disk.sync_directory(folder).map_err(WriteError::io(folder, "written"))
    }
}

/// What a backup holds and what took its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Format of this file.
    pub format: u32,
    /// Version of the tool.
    pub tool_version: String,
    /// The backup holds `amplify/`; otherwise there was none.
    pub has_amplify: bool,
    /// Single files that were changed.
    pub files: Vec<StateFile>,
    /// What was written, by path relative to the project.
    pub written: Fingerprint,
}

impl Manifest {
    /// Of a replacement.
    pub fn of(state: &State) -> Self {
        Self {
            format: FORMAT,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            has_amplify: state.had_amplify,
            files: state.files.clone(),
            written: state.written.clone(),
        }
    }

    /// Of a backup; `None` when it has none.
    pub fn read(backup: &Path) -> Result<Option<Self>, WriteError> {
        read(&backup.join(MANIFEST))
    }

    /// Puts it on the disk.
    pub fn write(&self, disk: &dyn Disk, backup: &Path) -> Result<(), WriteError> {
        write_over(disk, &backup.join(MANIFEST), &json(self))
    }
}

/// The backups there are, by number, oldest first.
pub fn backups(folder: &Path, kind: &str) -> Result<Vec<(u32, PathBuf)>, WriteError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WriteError::io(folder, "read")(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(WriteError::io(folder, "read"))?;
        let name = entry.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix(kind)?.strip_prefix('-')?.parse().ok());
        found.extend(number.map(|number| (number, entry.path())));
    }
    found.sort();
    Ok(found)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, WriteError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WriteError::io(path, "read")(error)),
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| WriteError::StateUnreadable {
            path: path.to_path_buf(),
            reason: error.to_string(),
        })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
