use std::collections::{BTreeMap, BTreeSet};

use crate::backend::model::ResourceId;

/// Files by path relative to the project, with forward slashes, in a stable order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTree {
    files: BTreeMap<String, Vec<u8>>,
    /// What a file was made from; no entry: from the backend as a whole.
    origins: BTreeMap<ResourceId, BTreeSet<String>>,
}

impl FileTree {
    /// Puts a file, in place of what was there.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Puts a file that Gen 1 resources become, in place of what was there.
    pub fn insert_for(
        &mut self,
        resources: impl IntoIterator<Item = ResourceId>,
        path: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) {
        let path = path.into();
        for resource in resources {
            self.origins.entry(resource).or_default().insert(path.clone());
        }
        self.insert(path, bytes);
    }

    /// Files that a Gen 1 resource became, in order.
    pub fn made_from(&self, resource: &ResourceId) -> impl Iterator<Item = &str> {
        self.origins.get(resource).into_iter().flatten().map(String::as_str)
    }

    /// A file's bytes.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Every file in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Paths in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// There is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
