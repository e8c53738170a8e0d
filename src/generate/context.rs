use super::{names::Names, options::GenerateOptions, stacks::Groups};
use crate::{
    backend::model::{AuthorizationMode, Backend, Function, Language},
    project::FileSource,
};

/// What every category's module reads.
pub struct Context<'a> {
    /// The model.
    pub backend: &'a Backend,
    /// The project's files, for what is copied.
    pub files: &'a dyn FileSource,
    /// What the user asked for.
    pub options: &'a GenerateOptions,
    /// How everything is called.
    pub names: Names,
    /// Which stack every function is in.
    pub groups: Groups,
}

impl<'a> Context<'a> {
    /// The backend has auth resources of its own: neither absent nor imported.
    pub fn owns_auth(&self) -> bool {
        self.backend.auth.as_ref().is_some_and(|auth| auth.imported.is_none())
    }

    /// Gen 2 makes an identity pool where Gen 1 has none: its roles are new, and nobody had their permissions.
    pub fn has_unused_identities(&self) -> bool {
        self.backend
            .auth
            .as_ref()
            .is_some_and(|auth| auth.imported.is_none() && auth.identity_pool.is_none())
    }

    /// There is a group of that name.
    pub fn has_group(&self, name: &str) -> bool {
        self.backend
            .auth
            .as_ref()
            .is_some_and(|auth| auth.groups.iter().any(|group| group.name == name))
    }

    /// There is a model of that name.
    pub fn has_model(&self, name: &str) -> bool {
        self.backend
            .data
            .as_ref()
            .is_some_and(|data| data.models.iter().any(|model| model.name == name))
    }

    /// The GraphQL API has an API key.
    pub fn has_api_key(&self) -> bool {
        self.backend.data.as_ref().is_some_and(|data| {
            std::iter::once(&data.default_mode)
                .chain(&data.additional_modes)
                .any(|mode| matches!(mode, AuthorizationMode::ApiKey { .. }))
        })
    }

    /// Functions that Gen 2 code is generated for, in order.
    pub fn functions(&self) -> impl Iterator<Item = &'a Function> {
        self.backend.functions.iter().filter(|function| is_generated(function))
    }

    /// Gen 2 code is generated for the function.
    pub fn is_generated(&self, name: &str) -> bool {
        self.functions().any(|function| function.name == name)
    }
}

/// Functions without sources, or in a language that nobody here can build, are listed, not generated.
pub fn is_generated(function: &Function) -> bool {
    function.language() != Language::Other && function.source_directory.is_some()
}
