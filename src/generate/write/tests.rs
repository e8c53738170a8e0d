//! Every file operation of a replacement fails, or is the last one before the process dies.

mod faulty_disk;
mod output;
mod replacement;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{WritePlan, fingerprint};
use crate::generate::{FileTree, project_files::ProjectFile};

/// A project of Gen 1 with an odd link and an executable.
pub fn project() -> TempDir {
    let directory = TempDir::new().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("amplify/backend/api")).unwrap();
    fs::create_dir_all(root.join("amplify/#current-cloud-backend")).unwrap();
    fs::write(
        root.join("amplify/backend/api/schema.graphql"),
        "type A @model { id: ID! }",
    )
    .unwrap();
    fs::write(root.join("amplify/#current-cloud-backend/amplify-meta.json"), "{}").unwrap();
    fs::write(root.join("amplify/team-provider-info.json"), "{\"main\": {}}").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../nowhere", root.join("amplify/link")).unwrap();
    fs::write(root.join("package.json"), "{\"name\": \"old\"}").unwrap();
    fs::write(root.join("amplify.yml"), "old: true\n").unwrap();
    fs::write(root.join("src.js"), "untouched").unwrap();
    directory
}

pub fn plan(root: &Path) -> WritePlan {
    let mut tree = FileTree::default();
    tree.insert("amplify/backend.ts", "export {};\n");
    tree.insert("amplify/auth/resource.ts", "export const auth = 1;\n");
    let file = |path: &str, after: &str| ProjectFile {
        path: path.into(),
        target: root.join(path),
        before: fs::read(root.join(path)).ok(),
        after: after.into(),
    };
    WritePlan::new(
        root,
        tree,
        vec![
            file("package.json", "{\"name\": \"new\"}"),
            file("amplify.yml", "old: true\n"),
            file(".gitignore", "node_modules\n"),
        ],
    )
    .unwrap()
}

/// Everything in the project but the tool's own folder.
pub fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut all = fingerprint::of_path(root, "").unwrap();
    all.retain(|path, _| !path.starts_with("/.amplify/"));
    all
}

/// Entries of the tool's folder.
pub fn tool_entries(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root.join(".amplify/gen2-migration"))
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

/// The old `amplify/` is somewhere as a whole.
pub fn has_old_amplify(root: &Path, old: &BTreeMap<String, String>) -> bool {
    let wanted: BTreeMap<&str, &String> = old
        .iter()
        .filter_map(|(path, hash)| Some((path.strip_prefix("/amplify/")?, hash)))
        .collect();
    let tool = root.join(".amplify/gen2-migration");
    let mut places: Vec<PathBuf> = vec![root.join("amplify")];
    for entry in tool_entries(root) {
        places.push(tool.join(&entry).join("old/amplify"));
        places.push(tool.join(&entry).join("amplify"));
    }
    places.iter().any(|place| {
        let found = fingerprint::of_path(place, "").unwrap_or_default();
        let found: BTreeMap<&str, &String> = found
            .iter()
            .map(|(path, hash)| (path.trim_start_matches('/'), hash))
            .collect();
        found == wanted
    })
}
