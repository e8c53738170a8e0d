//! Moving, copying and removing of files and folders, made of the disk's single changes.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use indexmap::IndexSet;

use super::{disk::Disk, error::WriteError, fingerprint::exists};
use crate::generate::FileTree;

type Result<T> = std::result::Result<T, WriteError>;

/// Makes a folder and those above it.
pub fn create_directories(disk: &dyn Disk, path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_directories(disk, parent)?;
    }
    disk.create_directory(path).map_err(WriteError::io(path, "created"))
}

/// Writes every file of a tree below a folder.
pub fn write_tree(disk: &dyn Disk, folder: &Path, tree: &FileTree) -> Result<()> {
    create_directories(disk, folder)?;
    let mut folders = IndexSet::from([folder.to_path_buf()]);
    let mut files: Vec<(PathBuf, &[u8])> = Vec::new();
    for (path, bytes) in tree.iter() {
        let file = path
            .split('/')
            .fold(folder.to_path_buf(), |folder, part| folder.join(part));
        if let Some(parent) = file.parent()
            && !folders.contains(parent)
        {
            create_directories(disk, parent)?;
            folders.insert(parent.to_path_buf());
        }
        files.push((file, bytes));
    }
    disk.write_all(&files)
        .map_err(|(index, source)| WriteError::io(&files[index].0, "written")(source))?;
    let folders: Vec<PathBuf> = folders.into_iter().collect();
    disk.sync_directories(&folders)
        .map_err(|(index, source)| WriteError::io(&folders[index], "written")(source))
}

/// Moves a file or a folder to where nothing is, or a file over a file. Between two file systems it is copied beside the
/// target first, so that the target appears as a whole there too.
pub fn move_to(disk: &dyn Disk, from: &Path, to: &Path, run: &str) -> Result<()> {
    match disk.rename(from, to) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let arriving = beside(to, "arriving", run);
            remove(disk, &arriving)?;
            copy(disk, from, &arriving)?;
            disk.rename(&arriving, to).map_err(WriteError::io(to, "moved"))?;
            sync_parent(disk, to)?;
            discard(disk, from, run)?;
        }
        Err(source) => {
            return Err(WriteError::Io {
                path: from.to_path_buf(),
                action: "moved",
                source,
            });
        }
    }
    sync_parent(disk, to)?;
    sync_parent(disk, from)
}

/// Removes something so that it is never seen half removed under its own name.
pub fn discard(disk: &dyn Disk, path: &Path, run: &str) -> Result<()> {
    let leaving = beside(path, "leaving", run);
    remove(disk, &leaving)?;
    disk.rename(path, &leaving).map_err(WriteError::io(path, "removed"))?;
    remove(disk, &leaving)
}

/// Removes what a move that was cut off left beside a path.
pub fn remove_remains(disk: &dyn Disk, path: &Path, run: &str) -> Result<()> {
    remove(disk, &beside(path, "arriving", run))?;
    remove(disk, &beside(path, "leaving", run))
}

/// Copies a file, a link as it is, or a folder.
pub fn copy(disk: &dyn Disk, from: &Path, to: &Path) -> Result<()> {
    let metadata = fs::symlink_metadata(from).map_err(WriteError::io(from, "read"))?;
    let kind = metadata.file_type();
    if kind.is_symlink() {
        let target = fs::read_link(from).map_err(WriteError::io(from, "read"))?;
        return disk
            .link(&target, to, from.is_dir())
            .map_err(WriteError::io(to, "written"));
    }
    if kind.is_dir() {
        disk.create_directory(to).map_err(WriteError::io(to, "created"))?;
        for name in names(from)? {
            copy(disk, &from.join(&name), &to.join(&name))?;
        }
        return disk.sync_directory(to).map_err(WriteError::io(to, "written"));
    }
    let bytes = fs::read(from).map_err(WriteError::io(from, "read"))?;
    disk.write(to, &bytes, Some(metadata.permissions()))
        .map_err(WriteError::io(to, "written"))
}

/// Removes whatever is there; nothing there is all right. Links are not followed.
pub fn remove(disk: &dyn Disk, path: &Path) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !metadata.is_dir() {
        return disk.remove_file(path).map_err(WriteError::io(path, "removed"));
    }
    for name in names(path)? {
        remove(disk, &path.join(name))?;
    }
    disk.remove_directory(path).map_err(WriteError::io(path, "removed"))
}

/// Replaces a file by new bytes.
pub fn write_over(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<()> {
    let arriving = beside(path, "arriving", "file");
    remove(disk, &arriving)?;
    disk.write(&arriving, bytes, None)
        .map_err(WriteError::io(&arriving, "written"))?;
    disk.rename(&arriving, path).map_err(WriteError::io(path, "written"))?;
    sync_parent(disk, path)
}

/// Syncs the folder that holds a path.
pub fn sync_parent(disk: &dyn Disk, path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if exists(parent) => disk.sync_directory(parent).map_err(WriteError::io(parent, "written")),
        _ => Ok(()),
    }
}

fn beside(path: &Path, what: &str, run: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{what}-{run}"));
    path.with_file_name(name)
}

fn names(folder: &Path) -> Result<Vec<OsString>> {
    let mut names = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(WriteError::io(folder, "read"))?;
    names.sort();
    Ok(names)
}
