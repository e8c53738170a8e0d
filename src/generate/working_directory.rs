//! Whether everything in the user's work tree is committed.

use std::{io, path::Path, process::Command};

/// State of the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkingDirectory {
    /// Nothing to commit.
    Clean,
    /// Paths with changes that are not committed.
    Dirty(Vec<String>),
    /// It cannot be told, and why.
    Unknown(String),
}

/// Asks git.
pub fn working_directory(project: &Path) -> WorkingDirectory {
    let output = Command::new("git")
        .arg("-C")
        .arg(project)
        .args(["status", "--porcelain=v2", "-z", "--untracked-files=normal"])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output();
    match output {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            WorkingDirectory::Unknown("git is not installed".to_owned())
        }
        Err(error) => WorkingDirectory::Unknown(format!("git could not be started: {error}")),
        Ok(output) if !output.status.success() => {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            WorkingDirectory::Unknown(message)
        }
        Ok(output) => {
            let changed = changed_paths(&output.stdout);
            if changed.is_empty() { WorkingDirectory::Clean } else { WorkingDirectory::Dirty(changed) }
        }
    }
}

/// Paths in `git status --porcelain=v2 -z`.
fn changed_paths(status: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(status);
    let mut entries = text.split('\0').filter(|entry| !entry.is_empty());
    let mut paths = Vec::new();
    while let Some(entry) = entries.next() {
        // Number of fields before the path, by kind of entry.
        let fields = match entry.as_bytes().first() {
            Some(b'1') => 8,
            Some(b'2') => {
                // A renamed entry is followed by where it came from.
                entries.next();
                9
            }
            Some(b'u') => 10,
            Some(b'?') => 1,
            // Headers and ignored files are no changes.
            _ => continue,
        };
        if let Some(path) = entry.splitn(fields + 1, ' ').nth(fields) {
            paths.push(path.to_owned());
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_entry_gives_its_path() {
        let status = b"# branch.head main\0\
            1 .M N... 100644 100644 100644 aaa bbb src/with space.ts\0\
            2 R. N... 100644 100644 100644 aaa bbb R100 new name.ts\0old name.ts\0\
            u UU N... 100644 100644 100644 100644 aaa bbb ccc conflict.ts\0\
            ? new\nline.txt\0! ignored\0";
        assert_eq!(
            changed_paths(status),
            ["src/with space.ts", "new name.ts", "conflict.ts", "new\nline.txt"]
        );
    }

    #[test]
    fn a_directory_without_git_is_unknown() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(working_directory(directory.path()), WorkingDirectory::Unknown(_)));
        assert!(matches!(
            working_directory(&directory.path().join("absent")),
            WorkingDirectory::Unknown(_)
        ));
    }
}
