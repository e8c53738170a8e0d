//! From the model of a backend to the files of its Gen 2 successor. Pure: nothing is written here but a tree in memory.
//!
//! One module per category turns its part of the model into a typed view for its handlebars template. [`reference`] answers how
//! one part refers to another, [`wiring`] emits the edges, [`stacks`] keeps nested stacks free of cycles, [`typescript`] is the
//! one way in which values become code.

mod analytics;
mod auth;
mod backend_file;
mod context;
mod coverage;
mod custom;
mod data;
mod error;
mod findings;
mod function;
mod generated;
mod geo;
mod kept;
mod layers;
mod names;
mod npm_range;
mod options;
mod physical_name;
pub mod project_files;
mod reference;
mod rest_api;
mod roles;
mod secrets;
mod setup;
mod stacks;
pub mod step;
mod storage;
mod tags;
mod template;
mod tree;
pub mod typescript;
mod wiring;
pub mod write;

#[cfg(test)]
mod tests;

pub use error::GenerateError;
pub use findings::{Permission, PermissionOutcome};
pub use generated::{DependencyWish, Generated};
pub use options::GenerateOptions;
pub use tree::FileTree;

use crate::{
    backend::{finding::Severity, model::Backend},
    project::FileSource,
};
use context::Context;
use findings::Findings;
use names::Names;

/// Generates the backend below `amplify/`, and tells the packages that it needs.
///
/// # Errors
/// `BRANCH_MISSING`, files that cannot be read. Whatever cannot be carried over is a finding.
pub fn generate(
    backend: &Backend,
    files: &dyn FileSource,
    options: &GenerateOptions,
) -> Result<Generated, GenerateError> {
    if options.branch.trim().is_empty() {
        return Err(GenerateError::BranchMissing);
    }
    let names = Names::of(backend);
    let context = Context {
        backend,
        files,
        options,
        names,
        groups: stacks::Groups::of(backend),
    };
    let mut tree = FileTree::default();
    let mut findings = Findings::default();
    let requirements = function::requirements(backend, files)?;
    for function in &context.groups.unresolved {
        let location = backend.functions.iter().find(|candidate| candidate.name == *function);
        if let Some(function) = location {
            findings.add(
                "circular-dependency",
                Severity::Blocker,
                format!(
                    "function {} needs a resource that itself needs the function: CloudFormation would refuse the stacks of Gen 2",
                    function.name
                ),
                &function.location,
                "Let the function take the id from its event instead of an environment variable, push, and generate again.",
            );
        }
    }

    coverage::check(backend, &mut findings);
    let auth = auth::generate(&context, &mut tree, &mut findings)?;
    let data = data::generate(&context, &mut tree, &mut findings)?;
    let predictions = data::add_predictions(&context, &mut tree, &mut findings)?;
    let storage = storage::generate(&context, &mut tree, &mut findings)?;
    let analytics = analytics::generate(&context, &mut tree, &mut findings)?;
    let rest_apis = rest_api::generate(&context, &mut tree, &mut findings)?;
    let kept = kept::generate(&context, &mut tree, &mut findings)?;
    let layers = layers::generate(&context, &mut tree, &mut findings)?;
    let geo = geo::generate(&context, &mut tree, &mut findings)?;
    let custom = custom::generate(&context, &mut tree, &mut findings)?;
    secrets::generate(&context, &mut tree)?;
    let functions = function::generate(&context, &requirements, &mut tree, &mut findings)?;

    let calls: Vec<_> = auth
        .calls
        .into_iter()
        .chain(data)
        .chain(predictions)
        .chain(storage.tables)
        .chain(analytics.calls)
        .chain(rest_apis)
        .chain(kept)
        .chain(layers)
        .chain(geo)
        .chain(custom)
        .chain(storage.overrides)
        .chain(functions)
        .chain(tags::generate(&context, &mut tree)?)
        .collect();
    let post_refactor: Vec<_> = [auth.post_refactor, storage.post_refactor, analytics.post_refactor].concat();
    let post_refactor_lines = post_refactor
        .iter()
        .map(|statement| typescript::print_statement(statement, 0))
        .collect();
    backend_file::generate(&context, &resources(&context), &calls, post_refactor, &mut tree)?;
    let dependencies = function::wishes(&context, &requirements, &mut findings)?;
    let (findings, permissions) = findings.into_parts();
    Ok(Generated {
        tree,
        dependencies,
        dev_dependencies: function::type_wishes(&context),
        findings,
        permissions,
        post_refactor: post_refactor_lines,
    })
}

/// The properties of `defineBackend` with the modules that export them.
fn resources(context: &Context<'_>) -> Vec<(String, String)> {
    let mut resources = Vec::new();
    if auth::is_defined(context) {
        resources.push(("auth".to_owned(), "./auth/resource".to_owned()));
    }
    if context.backend.data.is_some() {
        resources.push(("data".to_owned(), "./data/resource".to_owned()));
    }
    for bucket in context.backend.buckets.iter().filter(|bucket| !bucket.imported) {
        if let Some(identifier) = context.names.buckets.get(&bucket.name) {
            resources.push((identifier.clone(), "./storage/resource".to_owned()));
        }
    }
    for function in context.functions() {
        if let Some(name) = context.names.functions.get(&function.name) {
            resources.push((name.identifier.clone(), format!("./function/{}/resource", name.folder)));
        }
    }
    resources
}
