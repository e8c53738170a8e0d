use indexmap::IndexMap;

use super::{findings::PermissionOutcome, tree::FileTree};
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
    /// What became of the permissions of Gen 1; one that is not given has a finding too.
    pub permissions: Vec<PermissionOutcome>,
    /// The statements of `postRefactor()`.
    pub post_refactor: Vec<String>,
}

/// Somebody asks for a version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyWish {
    /// Range as in `package.json`, for example `^4.17.21`.
    pub range: String,
    /// Who asks: the `package.json` of a function, or the generated file that imports the package.
    pub location: SourceLocation,
}
