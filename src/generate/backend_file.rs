//! `backend.ts` and `branch.ts`: what composes the rest.

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    setup::SetupCall,
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, ImportLine, Imports, Statement},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackendView {
    imports: Vec<ImportLine>,
    resources: Vec<String>,
    setup: Vec<Statement>,
    post_refactor: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BranchView {
    migrated_branch: Code,
    environment: Code,
    uses_environment: bool,
    uses_suffix: bool,
    uses_host: bool,
}

/// Writes both files. `resources` are the properties of `defineBackend` with the modules that export them.
pub fn generate(
    context: &Context<'_>,
    resources: &[(String, String)],
    calls: &[SetupCall],
    post_refactor: Vec<Statement>,
    tree: &mut FileTree,
) -> Result<(), GenerateError> {
    let setup: Vec<Statement> = calls.iter().map(|call| call.statement(context)).collect();
    let mut imports = Imports::default();
    imports.add("@aws-amplify/backend", "defineBackend");
    imports.add("./branch", "isMigratedBranch");
    for (identifier, module) in resources {
        imports.add(module, identifier);
    }
    imports.add_statements(&setup);
    imports.add_statements(&post_refactor);
    let view = BackendView {
        imports: imports.lines(),
        resources: resources.iter().map(|(identifier, _)| identifier.clone()).collect(),
        setup,
        post_refactor,
    };
    tree.insert("amplify/backend.ts", render_template("backend", &view)?);
    let uses = |constant: &str| {
        let import = format!(" {constant}");
        tree.iter().any(|(path, bytes)| {
            path.ends_with(".ts")
                && !path.contains("/src/")
                && String::from_utf8_lossy(bytes)
                    .lines()
                    .any(|line| line.starts_with("import ") && line.contains(&import) && line.contains("/branch'"))
        })
    };
    let branch = BranchView {
        migrated_branch: Code::text(&context.options.branch),
        environment: Code::text(&context.backend.app.environment),
        uses_environment: uses("environmentName"),
        uses_suffix: uses("nameSuffix"),
        uses_host: uses("hostName"),
    };
    tree.insert("amplify/branch.ts", render_template("branch", &branch)?);
    Ok(())
}
