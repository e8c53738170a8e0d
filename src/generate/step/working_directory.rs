//! What git says about the project.

use std::{path::Path, process::Stdio};

use tokio::process::Command;

use crate::plan::{Validation, ValidationStatus};

const SHOWN: usize = 20;

/// Everything must be committed, so that the replacement can be seen and taken back with git too. Without git, or outside of a
/// repository, it is not checked.
pub async fn working_directory(project_dir: &Path) -> Validation {
    let validation = |status, report: Option<String>, resolution: Option<&str>| Validation {
        name: "Working Directory".into(),
        description: "Verifies the git working directory has no uncommitted changes.".into(),
        status,
        report,
        resolution: resolution.map(str::to_owned),
    };
    let output = Command::new("git")
        .args([
            "status",
            "--porcelain=v2",
            "-z",
            "--untracked-files=normal",
            "--ignore-submodules=none",
        ])
        .current_dir(project_dir)
        // Only the project's own repository counts, also when a hook of another one runs us; its index stays untouched.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            return validation(
                ValidationStatus::NotChecked,
                Some(format!("git cannot be run: {error}")),
                Some("Make a copy of the project before you go on."),
            );
        }
    };
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return validation(
            ValidationStatus::NotChecked,
            Some(format!("git does not know the state of the project: {reason}")),
            Some("Make a copy of the project before you go on."),
        );
    }
    let changes = changes(&output.stdout);
    if changes.is_empty() {
        return validation(ValidationStatus::Passed, None, None);
    }
    validation(
        ValidationStatus::Failed,
        Some(format!("Uncommitted changes:\n{}", listed(&changes))),
        Some("Commit or stash the changes, then run the command again."),
    )
}

/// Paths of the porcelain format, version 2, with NUL between entries.
fn changes(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let mut entries = text.split('\0').filter(|entry| !entry.is_empty());
    let mut found = Vec::new();
    while let Some(entry) = entries.next() {
        let fields = match entry.chars().next() {
            Some('1') => 9,
            Some('2') => 10,
            Some('u') => 11,
            Some('#') => continue,
            _ => 2,
        };
        let path = entry.splitn(fields, ' ').last().unwrap_or(entry);
        if fields == 10 {
            // The entry after a rename is the old name.
            let old = entries.next().unwrap_or_default();
            found.push(format!("{old} -> {path}"));
        } else {
            found.push(path.to_owned());
        }
    }
    found
}

/// One a line; a long list is cut with its length.
pub fn listed(paths: &[String]) -> String {
    let mut lines: Vec<String> = paths.iter().take(SHOWN).cloned().collect();
    if paths.len() > SHOWN {
        lines.push(format!("... and {} more", paths.len() - SHOWN));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::{fs, process};

    use tempfile::TempDir;

    use super::*;

    fn git(directory: &Path, arguments: &[&str]) {
        let status = process::Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.com",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(directory)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    }

    #[tokio::test]
    async fn clean_dirty_and_unknown() {
        let directory = TempDir::new().unwrap();
        let path = directory.path();
        let outside = working_directory(path).await;
        assert_eq!(outside.status, ValidationStatus::NotChecked);
        assert!(outside.report.unwrap().contains("not a git repository"));

        git(path, &["init", "-q"]);
        fs::write(path.join("a b"), "1").unwrap();
        git(path, &["add", "."]);
        git(path, &["commit", "-q", "-m", "x"]);
        assert_eq!(working_directory(path).await.status, ValidationStatus::Passed);

        crate::journal::MigrationFolder::open(path).unwrap();
        assert_eq!(working_directory(path).await.status, ValidationStatus::Passed);

        git(path, &["mv", "a b", "c d"]);
        fs::write(path.join("new ä"), "1").unwrap();
        let dirty = working_directory(path).await;
        assert_eq!(dirty.status, ValidationStatus::Failed);
        assert_eq!(dirty.report.unwrap(), "Uncommitted changes:\na b -> c d\nnew ä");
    }

    #[test]
    fn a_long_list_is_cut() {
        let paths: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        assert!(listed(&paths).ends_with("\n19\n... and 10 more"));
    }
}
