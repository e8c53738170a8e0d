//! The git branch that is checked out.

use std::path::Path;

use tokio::process::Command;

/// Name of the branch checked out in a folder; `None` without git, outside of a work tree and on a detached head.
pub(super) async fn current_branch(directory: &Path) -> Option<String> {
    let output = Command::new("git")
        .args(["symbolic-ref", "--quiet", "--short", "HEAD"])
        .current_dir(directory)
        .output()
        .await
        .ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty()).then_some(name)
}
