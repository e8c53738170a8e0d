use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use fs2::FileExt;

use super::{error::JournalError, lines, record::Entry};
use crate::error::Result;

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
        let mut file = append_to(path)?;
        if !existed {
            sync_directory(path)?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|source| io(path, "read", source))?;
        let parsed = lines::parse(&path.display().to_string(), &bytes)?;
        if parsed.whole < bytes.len() {
            // A crash tore the last line: its intent was never followed by an effect, so it can go.
            file.set_len(parsed.whole as u64)
                .map_err(|source| io(path, "written", source))?;
        }
        file.seek(SeekFrom::End(0)).map_err(|source| io(path, "read", source))?;
        Ok((
            Self {
                path: path.to_owned(),
                file,
                _lock: lock,
            },
            parsed.entries,
        ))
    }

    pub(super) fn append(&mut self, entry: &Entry) -> Result<()> {
        let failed = |source| io(&self.path, "written", source);
        let bytes = lines::line(entry).map_err(|error| failed(error.into()))?;
        self.file.write_all(&bytes).map_err(failed)?;
        self.file.sync_data().map_err(failed)?;
        Ok(())
    }

    /// Puts other content into the place of all that is there: a crash leaves either the one or the other.
    pub(super) fn replace(&mut self, entries: &[Entry]) -> Result<()> {
        let failed = |source| io(&self.path, "written", source);
        let text = lines::text(None, entries).map_err(|error| failed(error.into()))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut fresh = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        fresh.write_all(&text).map_err(failed)?;
        fresh.as_file().sync_all().map_err(failed)?;
        fresh.persist(&self.path).map_err(|error| failed(error.error))?;
        sync_directory(&self.path)?;
        self.file = append_to(&self.path)?;
        Ok(())
    }
}

fn append_to(path: &Path) -> Result<File> {
    Ok(OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(|source| io(path, "created", source))?)
}

/// The entries of a journal that nobody needs to hold; empty when there is none.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(lines::parse(&path.display().to_string(), &bytes)?.entries),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(io(path, "read", source).into()),
    }
}

fn take_lock(path: &Path) -> Result<File> {
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|source| io(path, "created", source))?;
    FileExt::try_lock_exclusive(&lock).map_err(|error| not_locked(path, &mut lock, error))?;
    let written = lock
        .set_len(0)
        .and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()));
    written.map_err(|source| io(path, "written", source))?;
    Ok(lock)
}

/// Nobody holds the journal of this path now. Creates nothing.
///
/// # Errors
/// `RUN_IN_PROGRESS`, `JOURNAL_IO`.
pub(super) fn ensure_free(path: &Path) -> Result<()> {
    let path = path.with_extension("lock");
    let mut lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(io(&path, "read", source).into()),
    };
    // Closing the file gives the lock back.
    FileExt::try_lock_shared(&lock).map_err(|error| not_locked(&path, &mut lock, error))?;
    Ok(())
}

fn not_locked(path: &Path, lock: &mut File, error: std::io::Error) -> JournalError {
    if error.kind() != fs2::lock_contended_error().kind() {
        return io(path, "locked", error);
    }
    let mut holder = String::new();
    // Only for the message: some systems refuse to read a locked file.
    let _ = lock.read_to_string(&mut holder);
    let holder = holder.trim().to_owned();
    JournalError::RunInProgress {
        path: path.to_owned(),
        holder: (!holder.is_empty()).then_some(holder),
    }
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
