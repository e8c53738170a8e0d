//! `--out`: everything into a folder of its own.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    disk::Disk,
    error::WriteError,
    fingerprint::exists,
    transfer::{create_directories, move_to, remove, write_tree},
};
use crate::{
    error::{Error, Result},
    generate::FileTree,
};

const PARTIAL: &str = ".amplify-gen2-migration-partial";

/// Writes files into an absent or empty folder. They appear only when all of them are written.
///
/// # Errors
/// `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`, `WRITE_FAILED`; the folder is as before then.
pub fn write_output(directory: &Path, tree: &FileTree, disk: &dyn Disk) -> Result<()> {
    let existed = check_output(directory)?;
    let first_absent = first_absent(directory);
    let result = write(directory, tree, disk);
    let Err(error) = result else {
        return Ok(());
    };
    let undone = if existed {
        clear(directory, disk)
    } else {
        first_absent.map_or(Ok(()), |path| remove(disk, &path))
    };
    let error = Error::from(error);
    Err(match undone {
        Ok(()) => error,
        Err(second) => error.with_suppressed(second.into()),
    })
}

/// The output must not end up in the backend that is left as it is, not by way of a link either.
///
/// # Errors
/// `OUTPUT_INSIDE_AMPLIFY`.
pub fn check_outside_amplify(directory: &Path, project_dir: &Path) -> std::result::Result<(), WriteError> {
    let Ok(amplify) = fs::canonicalize(project_dir.join("amplify")) else {
        return Ok(());
    };
    let nearest = directory.ancestors().find_map(|path| fs::canonicalize(path).ok());
    if nearest.is_some_and(|path| path.starts_with(&amplify)) {
        return Err(WriteError::OutputInsideAmplify {
            path: directory.to_path_buf(),
        });
    }
    Ok(())
}

/// True when the folder exists (and is empty), false when it does not.
///
/// # Errors
/// `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`, `WRITE_FAILED`.
pub fn check_output(directory: &Path) -> std::result::Result<bool, WriteError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !exists(directory) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory || directory.is_file() => {
            return Err(WriteError::OutputNotAFolder {
                path: directory.to_path_buf(),
            });
        }
        Err(error) => return Err(WriteError::io(directory, "read")(error)),
    };
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<OsString>>>()
        .map_err(WriteError::io(directory, "read"))?;
    names.sort();
    // Left by a run that died before anything was in place.
    let is_remains = |names: &[OsString]| names.iter().all(|name| name == PARTIAL);
    if !is_remains(&names) {
        return Err(WriteError::OutputNotEmpty {
            path: directory.to_path_buf(),
            entry: names
                .iter()
                .find(|name| *name != PARTIAL)
                .map(|name| name.to_string_lossy().into_owned()),
        });
    }
    Ok(true)
}

fn write(directory: &Path, tree: &FileTree, disk: &dyn Disk) -> std::result::Result<(), WriteError> {
    create_directories(disk, directory)?;
    let partial = directory.join(PARTIAL);
    remove(disk, &partial)?;
    write_tree(disk, &partial, tree)?;
    let mut names: Vec<&str> = tree
        .paths()
        .map(|path| path.split('/').next().unwrap_or(path))
        .collect();
    names.dedup();
    for name in names {
        move_to(disk, &partial.join(name), &directory.join(name), "output")?;
    }
    remove(disk, &partial)
}

fn clear(directory: &Path, disk: &dyn Disk) -> std::result::Result<(), WriteError> {
    let entries = fs::read_dir(directory).map_err(WriteError::io(directory, "read"))?;
    for entry in entries {
        let entry = entry.map_err(WriteError::io(directory, "read"))?;
        remove(disk, &entry.path())?;
    }
    Ok(())
}

/// The highest folder that has to be made.
fn first_absent(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .filter(|folder| !folder.as_os_str().is_empty())
        .take_while(|folder| !exists(folder))
        .last()
        .map(Path::to_path_buf)
}
