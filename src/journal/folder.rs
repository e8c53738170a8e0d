use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::error::JournalError;
use crate::{cloud::short_hash, error::Result};

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

    /// [`Self::identity`] when there is one: nothing is written.
    pub(super) fn existing_identity(&self) -> Option<String> {
        self.path.join("folder-id").is_file().then(|| self.identity().ok())?
    }

    /// What tells this folder from every other one, on this machine and elsewhere: a copy of it is another folder.
    pub(super) fn identity(&self) -> Result<String> {
        let path = self.path.join("folder-id");
        let refused = |action| {
            let path = path.clone();
            move |source| JournalError::Io { path, action, source }
        };
        let id = match fs::read_to_string(&path) {
            Ok(id) if !id.trim().is_empty() => id.trim().to_owned(),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(refused("read")(error).into()),
            _ => {
                let id = uuid::Uuid::new_v4().to_string();
                fs::write(&path, &id).map_err(refused("written"))?;
                id
            }
        };
        let place = fs::canonicalize(&self.path).map_err(refused("read"))?;
        Ok(short_hash(&format!("{id} {}", place.display())))
    }

    /// Journal of an environment. Names of environments are lower-case letters in Amplify; anything else is made harmless.
    pub(super) fn journal_path(&self, environment: &str) -> PathBuf {
        self.path.join(format!("journal-{}.jsonl", harmless(environment)))
    }
}

/// A name as a part of paths and keys.
pub(super) fn harmless(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            other => format!("_{other:02x}"),
        })
        .collect()
}
