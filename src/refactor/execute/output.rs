//! The planned operations on disk.

use std::path::Path;

use super::error::OutputError;
use crate::refactor::{PlannedOperation, operation_files};

/// Writes all files flat into a folder that is absent or empty, and returns their names.
pub(super) fn write_files(operations: &[PlannedOperation], directory: &Path) -> Result<Vec<String>, OutputError> {
    let io = |path: &Path| {
        let path = path.display().to_string();
        move |source| OutputError::Io { path, source }
    };
    if directory.is_dir() {
        let mut entries = std::fs::read_dir(directory).map_err(io(directory))?;
        if entries.next().is_some() {
            return Err(OutputError::NotEmpty {
                path: directory.display().to_string(),
            });
        }
    }
    std::fs::create_dir_all(directory).map_err(io(directory))?;
    let mut written = Vec::new();
    for file in operation_files(operations) {
        let path = directory.join(&file.name);
        std::fs::write(&path, file.contents).map_err(io(&path))?;
        written.push(file.name);
    }
    Ok(written)
}
