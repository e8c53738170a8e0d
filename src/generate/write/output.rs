use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use super::{
    disk::{create, exists, failed, remove, rename, write_tree},
    error::WriteError,
};
use crate::generate::FileTree;

/// A directory for `--out` has to be absent or empty.
///
/// # Errors
/// `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_DIRECTORY`, `GENERATE_IO`.
pub fn check_output_directory(directory: &Path) -> Result<(), WriteError> {
    match fs::metadata(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(directory, "looked at")(error)),
        Ok(metadata) if !metadata.is_dir() => Err(WriteError::OutputNotDirectory {
            path: directory.to_owned(),
        }),
        Ok(_) => match fs::read_dir(directory).map_err(failed(directory, "read"))?.next() {
            None => Ok(()),
            Some(_) => Err(WriteError::OutputNotEmpty {
                path: directory.to_owned(),
            }),
        },
    }
}

/// Writes the tree into an absent or empty directory. It appears there whole; the project is not touched.
///
/// # Errors
/// As [`check_output_directory`].
pub fn write_output(directory: &Path, tree: &FileTree) -> Result<(), WriteError> {
    check_output_directory(directory)?;
    let prepared = beside(directory);
    if exists(&prepared)? {
        return Err(WriteError::InTheWay { path: prepared });
    }
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create(parent)?;
    }
    let result = write_tree(&prepared, tree, "").and_then(|()| {
        if exists(directory)? {
            fs::remove_dir(directory).map_err(failed(directory, "replaced"))?;
        }
        rename(&prepared, directory)
    });
    if result.is_err() {
        // What failed is told; what was prepared must not stay.
        let _ = remove(&prepared);
    }
    result
}

fn beside(directory: &Path) -> PathBuf {
    let mut name = directory
        .file_name()
        .map_or_else(|| OsString::from("out"), std::ffi::OsStr::to_os_string);
    name.push(".gen2-migration.tmp");
    directory.with_file_name(name)
}
