//! Disk operations that survive a crash once they have returned.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::error::WriteError;
use crate::generate::FileTree;

/// Wraps an error with what was being done.
pub(super) fn failed<'p>(path: &'p Path, action: &'static str) -> impl FnOnce(io::Error) -> WriteError + 'p {
    move |source| WriteError::Io {
        path: path.to_owned(),
        action,
        source,
    }
}

/// To be asked before every change of the disk.
fn may_change(path: &Path) -> Result<(), WriteError> {
    #[cfg(test)]
    if super::plug::is_pulled() {
        return Err(failed(path, "changed")(io::Error::other("the plug is pulled")));
    }
    let _ = path;
    Ok(())
}

/// Something is there: a file, a directory, or a link, even one that leads nowhere.
pub(super) fn exists(path: &Path) -> Result<bool, WriteError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(path, "looked at")(error)),
    }
}

/// Writes a new file and waits until it is on the disk.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    may_change(path)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed(path, "written"))?;
    file.write_all(bytes).map_err(failed(path, "written"))?;
    sync(&file).map_err(failed(path, "written"))
}

/// Waits until everything is on the disk. Tests crash by themselves and need not wait.
fn sync(file: &File) -> io::Result<()> {
    if cfg!(test) { Ok(()) } else { file.sync_all() }
}

/// Writes a file in place of another: whole, or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let beside = path.with_extension("tmp");
    remove(&beside)?;
    write_new(&beside, bytes)?;
    rename(&beside, path)
}

/// Writes every file of a tree below a directory that does not exist yet.
pub(super) fn write_tree(directory: &Path, tree: &FileTree, below: &str) -> Result<(), WriteError> {
    create(directory)?;
    for (path, bytes) in tree.iter() {
        let Some(relative) = inside(path, below) else { continue };
        let mut target = directory.to_path_buf();
        let mut parts = relative.split('/').peekable();
        while let Some(part) = parts.next() {
            target.push(part);
            if parts.peek().is_some() && !exists(&target)? {
                create(&target)?;
            }
        }
        write_new(&target, bytes)?;
    }
    sync_below(directory)
}

/// The path relative to a folder; the empty folder holds everything.
fn inside<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Creates a directory and what is missing above it.
pub(super) fn create(directory: &Path) -> Result<(), WriteError> {
    may_change(directory)?;
    fs::create_dir_all(directory).map_err(failed(directory, "created"))?;
    sync_parent(directory)
}

/// Renames, and waits until both directories know.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), WriteError> {
    may_change(from)?;
    fs::rename(from, to).map_err(failed(from, "renamed"))?;
    sync_parent(to)?;
    sync_parent(from)
}

/// Removes whatever is there.
pub(super) fn remove(path: &Path) -> Result<(), WriteError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, "looked at")(error)),
        Ok(metadata) => {
            may_change(path)?;
            let removed = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            removed.map_err(failed(path, "removed"))
        }
    }
}

/// Copies a file, a link or a directory with everything in it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), WriteError> {
    let metadata = fs::symlink_metadata(from).map_err(failed(from, "read"))?;
    if metadata.is_dir() {
        create(to)?;
        for entry in fs::read_dir(from).map_err(failed(from, "read"))? {
            let entry = entry.map_err(failed(from, "read"))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return sync_directory(to);
    }
    if metadata.is_symlink() {
        return copy_link(from, to);
    }
    may_change(to)?;
    fs::copy(from, to).map_err(failed(from, "copied"))?;
    File::open(to)
        .and_then(|file| sync(&file))
        .map_err(failed(to, "written"))
}

#[cfg(unix)]
fn copy_link(from: &Path, to: &Path) -> Result<(), WriteError> {
    let target = fs::read_link(from).map_err(failed(from, "read"))?;
    std::os::unix::fs::symlink(target, to).map_err(failed(to, "written"))
}

#[cfg(not(unix))]
fn copy_link(from: &Path, to: &Path) -> Result<(), WriteError> {
    // Making links needs a privilege on Windows: what the link leads to is copied.
    let target = fs::canonicalize(from).map_err(failed(from, "read"))?;
    copy(&target, to)
}

fn sync_below(directory: &Path) -> Result<(), WriteError> {
    for entry in fs::read_dir(directory).map_err(failed(directory, "read"))? {
        let entry = entry.map_err(failed(directory, "read"))?;
        if entry.file_type().map_err(failed(directory, "read"))?.is_dir() {
            sync_below(&entry.path())?;
        }
    }
    sync_directory(directory)
}

fn sync_parent(path: &Path) -> Result<(), WriteError> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
        _ => Ok(()),
    }
}

/// Windows has no such thing.
fn sync_directory(directory: &Path) -> Result<(), WriteError> {
    if cfg!(unix) {
        File::open(directory)
            .and_then(|directory| sync(&directory))
            .map_err(failed(directory, "written"))?;
    }
    Ok(())
}
