//! Which tree of the Gen 1 backend is read, and where the two trees differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Reader,
    error::ProjectError,
    resources,
    source::{FileSource, files_below, join},
};
use crate::cloudformation::Template;

/// What is deployed, as `amplify pull` fetches it.
pub const CURRENT_CLOUD_BACKEND: &str = "amplify/#current-cloud-backend";
/// What is being edited.
pub const BACKEND: &str = "amplify/backend";

/// Copy of the templates as they were deployed, overrides and custom policies included.
const DEPLOYED_TEMPLATES: &str = "awscloudformation/build";

/// A template and the file it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateFile {
    /// Path, relative to the project.
    pub path: String,
    /// The template.
    pub template: Template,
}

/// A resource whose files differ between the two trees: it was edited and not deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `category/name`.
    pub resource: String,
    /// Files that differ, relative to the trees, sorted.
    pub files: Vec<String>,
}

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
    /// The deployed root template.
    pub root_template: Option<TemplateFile>,
    /// `tags.json`; null when missing.
    pub tags: Value,
}

impl Tree {
    /// Reads the tree at `path`; `None` when it holds neither amplify-meta.json nor backend-config.json.
    pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Result<Option<Self>, ProjectError> {
        let backend_config = reader.object(&join(path, "backend-config.json"))?;
        let meta_path = join(path, "amplify-meta.json");
        let (meta, meta_path) = match (reader.object(&meta_path)?, &backend_config) {
            (Some(meta), _) => (meta, meta_path),
            (None, Some(config)) => (config.clone(), join(path, "backend-config.json")),
            (None, None) => return Ok(None),
        };
        let categories = || meta.as_object().into_iter().flatten();
        reader.expect_objects(&meta_path, &[], categories())?;
        for (category, entries) in categories().filter(|(category, _)| !resources::is_no_category(category)) {
            reader.expect_objects(&meta_path, &[category], entries.as_object().into_iter().flatten())?;
        }
        let mut root = None;
        for candidate in [
            "awscloudformation/build/root-cloudformation-stack.json",
            "awscloudformation/nested-cloudformation-stack.yml",
        ] {
            if root.is_none() {
                root = reader.template(&join(path, candidate))?;
            }
        }
        Ok(Some(Self {
            path: path.to_owned(),
            meta,
            meta_path,
            backend_config: backend_config.unwrap_or_default(),
            root_template: root,
            tags: reader.list(&join(path, "tags.json"))?.unwrap_or_default(),
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

/// Resources whose files differ between what is deployed and what is being edited.
pub(super) fn differences(files: &dyn FileSource) -> Result<Vec<Difference>, ProjectError> {
    let list = |tree: &str| {
        files_below(files, tree, &NOT_COMPARED).map_err(|source| ProjectError::Unreadable {
            path: tree.to_owned(),
            source,
        })
    };
    let all: BTreeSet<String> = list(CURRENT_CLOUD_BACKEND)?.into_iter().chain(list(BACKEND)?).collect();
    let mut differing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in all {
        let read = |tree: &str| {
            let path = join(tree, &file);
            files
                .read(&path)
                .map_err(|source| ProjectError::Unreadable { path, source })
        };
        if !same(
            &file,
            read(CURRENT_CLOUD_BACKEND)?.as_deref(),
            read(BACKEND)?.as_deref(),
        ) {
            let resource = file.split('/').take(2).collect::<Vec<_>>().join("/");
            differing.entry(resource).or_default().push(file);
        }
    }
    Ok(differing
        .into_iter()
        .map(|(resource, files)| Difference { resource, files })
        .collect())
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
    fn only_real_differences_are_told_by_resource() {
        let files: MemoryFiles = [
            (
                "amplify/#current-cloud-backend/api/a/schema.graphql",
                "type A { a: Int }",
            ),
            ("amplify/backend/api/a/schema.graphql", "type A { b: Int }"),
            ("amplify/#current-cloud-backend/api/a/parameters.json", "{\"a\":1}"),
            ("amplify/backend/api/a/parameters.json", "{ \"a\": 1 }"),
            ("amplify/#current-cloud-backend/function/f/build/x.json", "{}"),
            ("amplify/backend/function/f/src/new.js", "x"),
            ("amplify/backend/api/APIGatewayAuthStack.json", "{}"),
        ]
        .into_iter()
        .collect();
        let told = differences(&files).unwrap();
        assert_eq!(
            told,
            [
                Difference {
                    resource: "api/a".into(),
                    files: vec!["api/a/schema.graphql".into()]
                },
                Difference {
                    resource: "function/f".into(),
                    files: vec!["function/f/src/new.js".into()]
                },
            ]
        );
    }
}
