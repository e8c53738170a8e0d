use serde::Serialize;

use crate::{
    backend::{
        finding::Severity,
        model::{Function, ModuleFormat},
    },
    generate::{
        error::GenerateError,
        findings::Findings,
        template::render as render_template,
        typescript::{Code, Scope},
    },
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    source: String,
    handler: Code,
    export: String,
    is_named_handler: bool,
    is_typescript: bool,
}

#[derive(Serialize)]
struct Modules {
    modules: Vec<Module>,
}

#[derive(Serialize)]
struct Module {
    name: String,
    source: String,
}

/// `handler.ts`: calls the Gen 1 sources, which stay as they are.
pub(super) fn render(function: &Function, findings: &mut Findings) -> Result<String, GenerateError> {
    if !function.dynamic_modules.is_empty() {
        return render_modules(function, findings);
    }
    let (file, export) = function
        .handler
        .rsplit_once('.')
        .unwrap_or((&function.handler, "handler"));
    let source = entry(function, file, findings);
    let is_typescript = function.source_files.contains(&format!("{file}.ts"));
    match function.module_format {
        ModuleFormat::EsModule => render_template(
            "handler-es-module",
            &View {
                source,
                handler: Code::text(export),
                export: export.to_owned(),
                is_named_handler: export == "handler",
                is_typescript,
            },
        ),
        ModuleFormat::CommonJs | ModuleFormat::NotNode => render_template(
            "handler-common-js",
            &View {
                source,
                handler: Code::name("source").member(export),
                export: export.to_owned(),
                is_named_handler: export == "handler",
                is_typescript,
            },
        ),
    }
}

/// The CLI's auth-trigger template loads the files named by MODULES at run time, which no bundler can follow: they are
/// imported by name.
fn render_modules(function: &Function, findings: &mut Findings) -> Result<String, GenerateError> {
    let mut scope = Scope::with_taken(["modules", "handler", "event", "context", "module"]);
    let modules = function
        .dynamic_modules
        .iter()
        .map(|module| Module {
            name: scope.declare(module, "Module"),
            source: entry(function, module, findings),
        })
        .collect();
    render_template("handler-modules", &Modules { modules })
}

/// The file that Lambda would load, relative to the handler, with its ending.
fn entry(function: &Function, file: &str, findings: &mut Findings) -> String {
    let file = file.trim_start_matches("./");
    let endings: &[&str] = match function.module_format {
        ModuleFormat::EsModule => &["mjs", "js", "ts"],
        ModuleFormat::CommonJs | ModuleFormat::NotNode => &["js", "cjs", "ts"],
    };
    let found = endings
        .iter()
        .map(|ending| format!("{file}.{ending}"))
        .find(|candidate| function.source_files.contains(candidate));
    if found.is_none() {
        findings.add(
            "function-entry-missing",
            Severity::Manual,
            format!("function {} is started with {file}, and there is no such file among its sources", function.name),
            &function.location,
            "Put the file into the src folder of the function (a build script may have to run first) and correct handler.ts.",
        );
    }
    let path = found.unwrap_or_else(|| format!("{file}.js"));
    // TypeScript sources are imported without their ending.
    format!("./src/{}", path.strip_suffix(".ts").unwrap_or(&path))
}
