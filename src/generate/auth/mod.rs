//! Auth: `defineAuth` for what it can say, L1 properties for everything in which its result differs from Gen 1.

mod attributes;
mod clients;
mod definition;
mod groups;
mod hosted_ui;
mod imported;
mod overrides;
mod providers;
mod role_overrides;
mod user_pool;
mod verification_page;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    setup::SetupCall,
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, ImportLine, Imports, Statement},
};
use crate::backend::model::{Category, ResourceId};

/// What `backend.ts` gets from auth.
#[derive(Debug, Default)]
pub struct AuthFiles {
    /// The setup calls.
    pub calls: Vec<SetupCall>,
    /// Statements of `postRefactor()`.
    pub post_refactor: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceView {
    imports: Vec<ImportLine>,
    define: String,
    definition: Code,
}

/// Writes `auth/resource.ts` and `auth/overrides.ts`.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<AuthFiles, GenerateError> {
    if !context.owns_auth() {
        role_overrides::without_roles(context, findings);
    }
    let Some(auth) = &context.backend.auth else {
        return Ok(AuthFiles::default());
    };
    if let Some(imported) = &auth.imported {
        if let Some(definition) = imported::definition(context, auth, imported, findings) {
            tree.insert_for(
                origins(context),
                "amplify/auth/resource.ts",
                resource("referenceAuth", definition)?,
            );
        }
        let rights = overrides::rights_of_imported_roles(context, findings);
        let mut files = AuthFiles::default();
        if let Some(rights) = rights.filter(|_| imported::is_referable(imported)) {
            tree.insert_for(
                origins(context),
                "amplify/auth/overrides.ts",
                render_template("auth-overrides", &rights.file)?,
            );
            files.calls.push(rights.call);
        }
        return Ok(files);
    }
    let definition = definition::definition(context, auth, findings);
    tree.insert_for(
        origins(context),
        "amplify/auth/resource.ts",
        resource("defineAuth", definition.code.clone())?,
    );
    let overrides = overrides::overrides(context, auth, &definition, findings);
    tree.insert_for(
        origins(context),
        "amplify/auth/overrides.ts",
        render_template("auth-overrides", &overrides.file)?,
    );
    let page = verification_page::generate(context, auth, tree, findings)?;
    Ok(AuthFiles {
        calls: std::iter::once(overrides.call).chain(page).collect(),
        post_refactor: overrides.post_refactor,
    })
}

/// User pool and groups are one category and share their files.
fn origins<'a>(context: &Context<'a>) -> impl Iterator<Item = ResourceId> + use<'a> {
    let resources = context.backend.resources.iter().map(|resource| &resource.id);
    resources.filter(|id| id.category == Category::auth()).cloned()
}

/// Auth is part of `defineBackend`.
pub fn is_defined(context: &Context<'_>) -> bool {
    match context.backend.auth.as_ref().map(|auth| &auth.imported) {
        None => false,
        Some(None) => true,
        Some(Some(imported)) => imported::is_referable(imported),
    }
}

fn resource(define: &str, definition: Code) -> Result<String, GenerateError> {
    let mut imports = Imports::default();
    imports.add("@aws-amplify/backend", define);
    imports.add_code(&definition);
    render_template(
        "auth-resource",
        &ResourceView {
            imports: imports.lines(),
            define: define.to_owned(),
            definition,
        },
    )
}
