//! `backend.ts` and `branch.ts`: what composes the rest.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    setup::{SetupCall, handle_name},
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
    let used = used_names(context, calls, &post_refactor);
    let setup: Vec<Statement> = calls.iter().map(|call| call.statement(context, &used)).collect();
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

/// Results of calls that another call or `postRefactor` needs.
fn used_names(context: &Context<'_>, calls: &[SetupCall], post_refactor: &[Statement]) -> BTreeSet<String> {
    let handles = calls.iter().flat_map(|call| &call.handles);
    let mut used: BTreeSet<String> = handles.map(|handle| handle_name(context, handle)).collect();
    for statement in post_refactor {
        statement.walk(&mut |code| {
            if let Code::Name(name) = code {
                used.insert(name.clone());
            }
        });
    }
    used
}
