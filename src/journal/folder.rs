use std::{
    fs,
    path::{Path, PathBuf},
};

use super::error::JournalError;
use crate::error::Result;

/// The tool's own folder in the user's project, `.amplify/gen2-migration/`. It ignores itself, so that it never makes
/// the work tree dirty.
#[derive(Clone, Debug)]
pub struct MigrationFolder {
    path: PathBuf,
}

impl MigrationFolder {
    /// Where the folder of a project is, whether it exists or not. Creates nothing.
    pub fn of(project_directory: &Path) -> Self {
        Self {
            path: project_directory.join(".amplify").join("gen2-migration"),
        }
    }

    /// The folder of a project, created with its `.gitignore` when absent.
    ///
    /// # Errors
    /// `JOURNAL_IO` when it cannot be created.
    pub fn open(project_directory: &Path) -> Result<Self> {
        let folder = Self::of(project_directory);
        fs::create_dir_all(&folder.path).map_err(|source| JournalError::Io {
            path: folder.path.clone(),
            action: "created",
            source,
        })?;
        let ignore = folder.path.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|source| JournalError::Io {
                path: ignore.clone(),
                action: "written",
                source,
            })?;
        }
        Ok(folder)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Journal of an environment. Names of environments are lower-case letters in Amplify; anything else is made harmless.
    pub(super) fn journal_path(&self, environment: &str) -> PathBuf {
        let name: String = environment
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
                other => format!("_{other:02x}"),
            })
            .collect();
        self.path.join(format!("journal-{name}.jsonl"))
    }
}
