use indexmap::IndexMap;

use super::tree::FileTree;
use crate::backend::{finding::Finding, model::SourceLocation};

/// What was made from the model of a backend. Nothing of it is on disk yet.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    /// The files of `amplify/`, with paths relative to the project (`amplify/backend.ts`).
    pub tree: FileTree,
    /// Packages that the code needs at run time, by name, with everybody that asks for them.
    pub dependencies: IndexMap<String, Vec<DependencyWish>>,
    /// Packages that only building the code needs.
    pub dev_dependencies: IndexMap<String, Vec<DependencyWish>>,
    /// What was not carried over as it was.
    pub findings: Vec<Finding>,
}

/// Somebody asks for a version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyWish {
    /// Range as in `package.json`, for example `^4.17.21`.
    pub range: String,
    /// Who asks: the `package.json` of a function, or the generated file that imports the package.
    pub location: SourceLocation,
}
