//! Lambda functions: definition, handler, sources, wiring.

mod definition;
mod environment_name;
mod handler;
mod packages;
mod packaging;
mod provided;
pub(super) mod python_packages;
mod role;
mod sources;
mod wiring;

pub use super::physical_name::of_function as physical_name;
pub(super) use packages::{type_wishes, wishes};
pub use sources::{Requirements, requirements};

use super::{
    context::Context, error::GenerateError, findings::Findings, reference::Referrer, setup::SetupCall,
    template::render as render_template, tree::FileTree, wiring::environment,
};
use crate::backend::{
    finding::Severity,
    model::{Category, Language, ResourceId},
};

/// Writes the files of every function; the setup calls for `backend.ts` in order.
pub fn generate(
    context: &Context<'_>,
    requirements: &Requirements,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Vec<SetupCall>, GenerateError> {
    let mut calls = Vec::new();
    for function in &context.backend.functions {
        if !context.is_generated(&function.name) {
            let reason = if function.source_directory.is_none() {
                "its sources are missing".to_owned()
            } else {
                format!("its runtime is {}", function.runtime)
            };
            findings.add(
                "function-runtime",
                Severity::Manual,
                format!("function {} is not generated: {reason}", function.name),
                &function.location,
                "Define it with defineFunction((scope) => new Function(scope, ...)) and add it to amplify/backend.ts, with the environment variables and permissions of its Gen 1 template.",
            );
            continue;
        }
        let Some(name) = context.names.functions.get(&function.name) else {
            continue;
        };
        let folder = format!("amplify/function/{}", name.folder);
        environment_name::check(context, function, findings)?;
        let mut in_definition = Referrer::new(context, "../..");
        let mut in_wiring = Referrer::new(context, "../..");
        let kept = requirements.keeps_packages(&function.name);
        let is_bundled = function.language() == Language::Node && kept.is_none();
        if let Some(reason) = kept {
            findings.add(
                "function-kept-as-package",
                Severity::Info,
                format!(
                    "function {} is deployed as in Gen 1, with its files and packages beside its code, and not bundled: {reason}",
                    function.name
                ),
                &reason.location(function),
                "Nothing has to be done. Its packages are installed when the backend is deployed.",
            );
        }
        // Only the bundle of Gen 2 has code that puts the values of secrets into the environment.
        let asks_ssm = !is_bundled || requirements.asks_ssm(function);
        let environment = environment(function, &mut in_definition, &mut in_wiring, asks_ssm, findings);
        if !environment.secrets.is_empty() {
            tree.insert("amplify/function/secret-path.ts", render_template("secret-path", &())?);
        }
        let origin = || [ResourceId::new(Category::function(), &function.name)];
        if is_bundled {
            let definition = definition::render(context, function, name, &environment, requirements, findings)?;
            tree.insert_for(origin(), format!("{folder}/resource.ts"), definition);
            tree.insert_for(
                origin(),
                format!("{folder}/handler.ts"),
                handler::render(function, findings)?,
            );
            sources::copy(context, function, &folder, tree)?;
            sources::check_data_files(context, function, findings)?;
        } else {
            let definition = provided::render(context, function, name, &environment, findings)?;
            tree.insert_for(origin(), format!("{folder}/resource.ts"), definition);
            provided::copy(context, function, &folder, tree, findings)?;
        }
        if let Some((text, call)) = wiring::render(context, function, name, environment, in_wiring, findings)? {
            tree.insert_for(origin(), format!("{folder}/wiring.ts"), text);
            calls.push(call);
        }
    }
    Ok(calls)
}
