use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use fs2::FileExt;
use serde::{Deserialize, Serialize};

use super::{error::JournalError, record::Entry};
use crate::error::Result;

/// Format of the lines written by this version.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Line {
    format: u32,
    #[serde(flatten)]
    entry: Entry,
}

/// The file, with the lock that keeps other processes out. The system releases the lock when the process ends, however it ends.
pub(super) struct JournalFile {
    path: PathBuf,
    file: File,
    _lock: File,
}

impl JournalFile {
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>)> {
        let lock = take_lock(&path.with_extension("lock"))?;
        let existed = path.exists();
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(|source| io(path, "created", source))?;
        if !existed {
            sync_directory(path)?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|source| io(path, "read", source))?;
        let (entries, whole) = parse(path, &bytes)?;
        if whole < bytes.len() {
            // A crash tore the last line: its intent was never followed by an effect, so it can go.
            file.set_len(whole as u64)
                .map_err(|source| io(path, "written", source))?;
        }
        file.seek(SeekFrom::End(0)).map_err(|source| io(path, "read", source))?;
        Ok((
            Self {
                path: path.to_owned(),
                file,
                _lock: lock,
            },
            entries,
        ))
    }

    pub(super) fn append(&mut self, entry: &Entry) -> Result<()> {
        let line = Line {
            format: FORMAT,
            entry: entry.clone(),
        };
        let failed = |source| io(&self.path, "written", source);
        let mut bytes = serde_json::to_vec(&line).map_err(|error| failed(error.into()))?;
        bytes.push(b'\n');
        self.file.write_all(&bytes).map_err(failed)?;
        self.file.sync_data().map_err(failed)?;
        Ok(())
    }
}

/// The entries of a journal that nobody needs to hold; empty when there is none.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(parse(path, &bytes)?.0),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(io(path, "read", source).into()),
    }
}

/// Entries, and the length of the part that consists of whole lines.
fn parse(path: &Path, bytes: &[u8]) -> Result<(Vec<Entry>, usize)> {
    let mut entries = Vec::new();
    let mut whole = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.last() != Some(&b'\n') {
            break;
        }
        let corrupt = |reason: String| JournalError::Corrupt {
            path: path.to_owned(),
            line: index + 1,
            reason,
        };
        let value: serde_json::Value = serde_json::from_slice(line).map_err(|error| corrupt(error.to_string()))?;
        let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if found > u64::from(FORMAT) {
            return Err(JournalError::TooNew {
                path: path.to_owned(),
                found: u32::try_from(found).unwrap_or(u32::MAX),
                known: FORMAT,
            }
            .into());
        }
        let parsed: Line = serde_json::from_value(value).map_err(|error| corrupt(error.to_string()))?;
        entries.push(parsed.entry);
        whole += line.len();
    }
    Ok((entries, whole))
}

fn take_lock(path: &Path) -> Result<File> {
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|source| io(path, "created", source))?;
    if let Err(error) = FileExt::try_lock_exclusive(&lock) {
        if error.kind() != fs2::lock_contended_error().kind() {
            return Err(io(path, "locked", error).into());
        }
        let mut holder = String::new();
        // Only for the message: some systems refuse to read a locked file.
        let _ = lock.read_to_string(&mut holder);
        let holder = holder.trim().to_owned();
        return Err(JournalError::RunInProgress {
            path: path.to_owned(),
            holder: (!holder.is_empty()).then_some(holder),
        }
        .into());
    }
    let written = lock
        .set_len(0)
        .and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()));
    written.map_err(|source| io(path, "written", source))?;
    Ok(lock)
}

/// Makes the new directory entry durable. Windows has no such call and needs none.
fn sync_directory(path: &Path) -> Result<()> {
    if cfg!(unix)
        && let Some(parent) = path.parent()
    {
        File::open(parent)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| io(parent, "written", source))?;
    }
    Ok(())
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> JournalError {
    JournalError::Io {
        path: path.to_owned(),
        action,
        source,
    }
}
