use std::path::{Path, PathBuf};

use super::{
    disk::Disk,
    error::WriteError,
    fingerprint,
    replacement::{Applied, NewAmplify, NewFile, Replacement, read, resolve},
    state::{Manifest, backups},
};
use crate::{error::Result, generate::FileTree, journal::MigrationFolder};

const AMPLIFY: &str = "amplify";

/// The newest backup goes back into place. What is there now is kept in the tool's folder.
#[derive(Clone, Debug)]
pub struct RollbackPlan {
    project_dir: PathBuf,
    name: String,
    backup: PathBuf,
    has_amplify: bool,
    files: Vec<NewFile>,
    changed: Vec<String>,
}

impl RollbackPlan {
    /// Reads the newest backup. Changes nothing.
    ///
    /// # Errors
    /// `BACKUP_NOT_FOUND`, `WRITE_STATE_UNREADABLE`, `WRITE_FAILED`.
    pub fn new(project_dir: &Path) -> Result<Self> {
        let folder = MigrationFolder::of(project_dir);
        let newest = backups(folder.path(), "backup")?.pop();
        let Some((number, backup)) = newest else {
            return Err(WriteError::NoBackup {
                path: folder.path().to_path_buf(),
            }
            .into());
        };
        let manifest = Manifest::read(&backup)?.ok_or_else(|| WriteError::NoBackup { path: backup.clone() })?;
        let mut files = Vec::new();
        let mut changed = Vec::new();
        for file in manifest.files.iter().filter(|file| file.old != file.new) {
            let before = read(&resolve(project_dir, &file.path))?;
            let hash = before.as_deref().map(fingerprint::of_bytes);
            if hash != file.new && hash != file.old && before.is_some() {
                changed.push(file.path.clone());
            }
            let after = match file.old {
                Some(_) => read(&backup.join(&file.name))?,
                None => None,
            };
            files.push(NewFile {
                path: file.path.clone(),
                before,
                after,
            });
        }
        let amplify = project_dir.join(AMPLIFY);
        let present = fingerprint::of_path(&amplify, AMPLIFY).map_err(WriteError::io(&amplify, "read"))?;
        changed.extend(
            present
                .iter()
                .filter(|(path, hash)| manifest.written.get(*path) != Some(*hash))
                .map(|(path, _)| path.clone()),
        );
        Ok(Self {
            project_dir: project_dir.to_path_buf(),
            name: format!("backup-{number}"),
            backup,
            has_amplify: manifest.has_amplify,
            files,
            changed,
        })
    }

    /// Files that somebody changed or added after generate had written them; files that were only removed are not among them,
    /// since nothing of them can be lost.
    pub fn changed(&self) -> &[String] {
        &self.changed
    }

    /// The backup that is put back.
    pub fn backup(&self) -> &Path {
        &self.backup
    }

    /// The backup holds `amplify/`; otherwise there was none.
    pub fn has_amplify(&self) -> bool {
        self.has_amplify
    }

    /// Paths of the single files that are put back (true) or removed (false).
    pub fn files(&self) -> impl Iterator<Item = (&str, bool)> {
        self.files.iter().map(|file| (file.path.as_str(), file.after.is_some()))
    }

    /// Everything that is put back, as files in memory, what links lead to included.
    ///
    /// # Errors
    /// `WRITE_FAILED` when the backup cannot be read.
    pub fn contents(&self) -> Result<FileTree> {
        let mut tree = FileTree::default();
        let amplify = self.backup.join(AMPLIFY);
        for path in fingerprint::of_path(&amplify, AMPLIFY)
            .map_err(WriteError::io(&amplify, "read"))?
            .into_keys()
        {
            let file = resolve(&self.backup, &path);
            if let Some(bytes) = read(&file)? {
                tree.insert(path, bytes);
            }
        }
        for file in &self.files {
            if let Some(bytes) = &file.after {
                tree.insert(file.path.trim_start_matches("../"), bytes.clone());
            }
        }
        Ok(tree)
    }

    /// Does it, all or nothing.
    ///
    /// # Errors
    /// `PROJECT_CHANGED`, `RUN_IN_PROGRESS`, `WRITE_FAILED`; the project is as before then.
    pub fn apply(&self, disk: &dyn Disk) -> Result<Applied> {
        Replacement {
            project_dir: &self.project_dir,
            new_amplify: if self.has_amplify {
                NewAmplify::Saved(format!("{}/{AMPLIFY}", self.name))
            } else {
                NewAmplify::None
            },
            files: self.files.clone(),
            kept_as: "undone",
            used_up: Some(self.name.clone()),
        }
        .apply(disk)
    }
}
