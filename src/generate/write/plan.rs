use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    disk::Disk,
    error::WriteError,
    fingerprint::exists,
    output::write_output,
    replacement::{Applied, NewAmplify, NewFile, Replacement},
};
use crate::{
    error::Result,
    generate::{
        FileTree,
        project_files::{AMPLIFY_PACKAGE_JSON, AMPLIFY_TSCONFIG, ProjectFile},
    },
};

const AMPLIFY: &str = "amplify";

/// What will be written, replaced and removed.
#[derive(Clone, Debug)]
pub struct WritePlan {
    project_dir: PathBuf,
    tree: FileTree,
    files: Vec<ProjectFile>,
    replaced: Option<usize>,
}

impl WritePlan {
    /// The generated files and the edited files of the project. Changes nothing.
    ///
    /// # Errors
    /// `GENERATED_PATH_UNSAFE` and `WRITE_FAILED` when `amplify/` cannot be read.
    pub fn new(project_dir: &Path, mut tree: FileTree, files: Vec<ProjectFile>) -> Result<Self> {
        for (path, text) in [
            ("amplify/package.json", AMPLIFY_PACKAGE_JSON),
            ("amplify/tsconfig.json", AMPLIFY_TSCONFIG),
        ] {
            tree.insert(path, text);
        }
        for path in tree.paths() {
            let is_safe = path
                .strip_prefix("amplify/")
                .is_some_and(|rest| rest.split('/').all(is_plain_name));
            if !is_safe {
                return Err(WriteError::UnsafePath { path: path.to_owned() }.into());
            }
        }
        let old = project_dir.join(AMPLIFY);
        let replaced = match count(&old) {
            Ok(count) => exists(&old).then_some(count),
            Err(source) => {
                return Err(WriteError::Io {
                    path: old,
                    action: "read",
                    source,
                }
                .into());
            }
        };
        Ok(Self {
            project_dir: project_dir.to_path_buf(),
            tree,
            files,
            replaced,
        })
    }

    /// The new `amplify/`.
    pub fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// The project's own files, changed or not.
    pub fn files(&self) -> &[ProjectFile] {
        &self.files
    }

    /// How many files the present `amplify/` has, installed packages apart; `None`: there is none.
    pub fn replaced_files(&self) -> Option<usize> {
        self.replaced
    }

    /// Replaces `amplify/` and the project's files, all or nothing; what was there is kept as a backup.
    ///
    /// # Errors
    /// `PROJECT_CHANGED`, `RUN_IN_PROGRESS`, `WRITE_FAILED`; the project is as before then.
    pub fn apply(&self, disk: &dyn Disk) -> Result<Applied> {
        Replacement {
            project_dir: &self.project_dir,
            new_amplify: NewAmplify::Tree(&self.tree),
            files: self
                .files
                .iter()
                .map(|file| NewFile {
                    path: file.path.clone(),
                    before: file.before.clone(),
                    after: Some(file.after.clone()),
                })
                .collect(),
            kept_as: "backup",
            used_up: None,
        }
        .apply(disk)
    }

    /// Writes everything into another folder; the project is not touched. Names of the files, in order.
    ///
    /// # Errors
    /// `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`, `WRITE_FAILED`; nothing is left in the folder then.
    pub fn write_to(&self, directory: &Path, disk: &dyn Disk) -> Result<Vec<String>> {
        let mut all = self.tree.clone();
        for file in &self.files {
            all.insert(file.output_path(), file.after.clone());
        }
        write_output(directory, &all, disk)?;
        Ok(all.paths().map(str::to_owned).collect())
    }
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', ':', '\0'])
}

fn count(path: &Path) -> io::Result<usize> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(0);
    };
    if !metadata.is_dir() {
        return Ok(1);
    }
    let mut total = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() != "node_modules" {
            total += count(&entry.path())?;
        }
    }
    Ok(total)
}
