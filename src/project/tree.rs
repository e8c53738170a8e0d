//! Which tree of the Gen 1 backend is read, and where the two trees differ.

use serde_json::{Map, Value};

use super::{
    Reader,
    error::ProjectError,
    source::{FileSource, files_below, join},
};
use crate::backend::finding::{Finding, Severity};

/// What is deployed, as `amplify pull` fetches it.
pub const CURRENT_CLOUD_BACKEND: &str = "amplify/#current-cloud-backend";
/// What is being edited.
pub const BACKEND: &str = "amplify/backend";

/// Copy of the templates as they were deployed, overrides and custom policies included.
const DEPLOYED_TEMPLATES: &str = "awscloudformation/build";

/// A tree of the Gen 1 backend.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Path, relative to the project.
    pub path: String,
    /// `amplify-meta.json`, or `backend-config.json` where that is missing.
    pub meta: Value,
    /// Path of the file that `meta` was read from.
    pub meta_path: String,
    /// `backend-config.json`; null when missing.
    pub backend_config: Value,
    /// The deployed root template; null when missing.
    pub root_template: Value,
    /// Path of the root template.
    pub root_template_path: Option<String>,
    /// `tags.json`; null when missing.
    pub tags: Value,
}

impl Tree {
    /// Reads the tree at `path`; `None` when it holds neither amplify-meta.json nor backend-config.json.
    pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Result<Option<Self>, ProjectError> {
        let backend_config = reader.json(&join(path, "backend-config.json"))?;
        let meta_path = join(path, "amplify-meta.json");
        let (meta, meta_path) = match (reader.json(&meta_path)?, &backend_config) {
            (Some(meta), _) => (meta, meta_path),
            (None, Some(config)) => (config.clone(), join(path, "backend-config.json")),
            (None, None) => return Ok(None),
        };
        let mut root = None;
        for candidate in [
            "awscloudformation/build/root-cloudformation-stack.json",
            "awscloudformation/nested-cloudformation-stack.yml",
        ] {
            let candidate = join(path, candidate);
            if root.is_none() && reader.files.has_file(&candidate).map_err(reader.unreadable(&candidate))? {
                root = reader.template(&candidate)?.map(|template| (template, candidate));
            }
        }
        let (root_template, root_template_path) = match root {
            Some((template, path)) => (template, Some(path)),
            None => (Value::Null, None),
        };
        Ok(Some(Self {
            path: path.to_owned(),
            meta,
            meta_path,
            backend_config: backend_config.unwrap_or_default(),
            root_template,
            root_template_path,
            tags: reader.json(&join(path, "tags.json"))?.unwrap_or_default(),
        }))
    }

    /// Folder of a resource.
    pub fn resource_directory(&self, category: &str, name: &str) -> String {
        format!("{}/{category}/{name}", self.path)
    }

    /// Folders that may hold the template of a resource, the deployed copy first.
    pub fn template_directories(&self, category: &str, name: &str) -> Vec<String> {
        let own = self.resource_directory(category, name);
        let deployed = format!("{}/{DEPLOYED_TEMPLATES}/{category}/{name}", self.path);
        vec![format!("{deployed}/build"), deployed, format!("{own}/build"), own]
    }

    /// Properties of the nested stack of a resource in the root template.
    pub fn nested_stack_parameters(&self, logical_id: &str) -> Option<&Map<String, Value>> {
        self.root_template["Resources"][logical_id]["Properties"]["Parameters"].as_object()
    }
}

/// Folders and files that say nothing about what is deployed.
const NOT_COMPARED: [&str; 9] = [
    "build",
    "dist",
    "node_modules",
    ".yarn",
    "amplify-meta.json",
    "backend-config.json",
    "awscloudformation",
    "types",
    "tags.json",
];

/// A finding for each resource whose two trees differ: it was edited and not deployed, and what is deployed is migrated.
pub(super) fn differences(files: &dyn FileSource) -> Result<Vec<Finding>, ProjectError> {
    let list = |tree: &str| {
        files_below(files, tree, &NOT_COMPARED).map_err(|source| ProjectError::Unreadable {
            path: tree.to_owned(),
            source,
        })
    };
    let deployed = list(CURRENT_CLOUD_BACKEND)?;
    let edited = list(BACKEND)?;
    let mut differing: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    let mut all: Vec<&String> = deployed.iter().chain(&edited).collect();
    all.sort();
    all.dedup();
    for file in all {
        let read = |tree: &str| {
            let path = join(tree, file);
            files
                .read(&path)
                .map_err(|source| ProjectError::Unreadable { path, source })
        };
        // The zip of the cloud holds no sources of functions that are deployed as an archive only.
        let one = read(CURRENT_CLOUD_BACKEND)?;
        let other = read(BACKEND)?;
        if same(file, one.as_deref(), other.as_deref()) {
            continue;
        }
        let resource = file.split('/').take(2).collect::<Vec<_>>().join("/");
        differing.entry(resource).or_default().push(file.clone());
    }
    Ok(differing
        .into_iter()
        .map(|(resource, files)| Finding {
            id: "undeployed-changes".into(),
            severity: Severity::Warning,
            feature: "undeployed-changes".into(),
            message: format!(
                "{resource} differs between {CURRENT_CLOUD_BACKEND} (deployed, this is what is migrated) and {BACKEND}: {}",
                summary(&files)
            ),
            path: format!("{BACKEND}/{resource}"),
            line: None,
            remedy: "Deploy the changes with `amplify push`, or drop them with `amplify pull`, before you migrate.".into(),
        })
        .collect())
}

fn summary(files: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match files.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// The same content; in JSON layout does not count.
fn same(path: &str, one: Option<&[u8]>, other: Option<&[u8]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one == other
                || path.ends_with(".json")
                    && match (super::json::parse(path, one), super::json::parse(path, other)) {
                        (Ok(one), Ok(other)) => one == other,
                        _ => false,
                    }
        }
        (None, None) => true,
        // A file of the category's folder itself (api/APIGatewayAuthStack.json) is written by the CLI on each push.
        _ => path.split('/').count() <= 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::source::MemoryFiles;

    #[test]
    fn only_real_differences_are_told_one_finding_a_resource() {
        let files: MemoryFiles = [
            ("amplify/#current-cloud-backend/api/a/schema.graphql", "type A { a: Int }"),
            ("amplify/backend/api/a/schema.graphql", "type A { b: Int }"),
            ("amplify/#current-cloud-backend/api/a/parameters.json", "{\"a\":1}"),
            ("amplify/backend/api/a/parameters.json", "{ \"a\": 1 }"),
            ("amplify/#current-cloud-backend/function/f/build/x.json", "{}"),
            ("amplify/backend/function/f/src/new.js", "x"),
            ("amplify/backend/api/APIGatewayAuthStack.json", "{}"),
        ]
        .into_iter()
        .collect();
        let findings = differences(&files).unwrap();
        let told: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(told, ["amplify/backend/api/a", "amplify/backend/function/f"]);
        assert!(findings[0].message.contains("schema.graphql") && !findings[0].message.contains("parameters"));
    }
}
