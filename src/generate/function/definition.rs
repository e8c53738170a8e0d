use indexmap::IndexMap;
use serde::Serialize;

use super::Requirements;
use crate::{
    backend::{
        finding::Severity,
        model::{Function, Layer},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        names::FunctionName,
        template::render as render_template,
        typescript::{Code, ImportLine, Imports},
        wiring::Environment,
    },
};

/// Node.js versions that `defineFunction` takes.
const RUNTIMES: [u32; 4] = [18, 20, 22, 24];
/// Where an older one is taken to.
const CURRENT_RUNTIME: u32 = 22;
/// Lambda's own defaults, which Gen 1 functions get when their template says nothing. Gen 2 has others.
const DEFAULT_TIMEOUT_SECONDS: u32 = 3;
const DEFAULT_MEMORY_MB: u32 = 128;
/// Files that a function loads by their path in a layer.
const FILES_OF_LAYERS: &str = "/opt/*";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    imports: Vec<ImportLine>,
    identifier: String,
    definition: Code,
}

pub(super) fn render(
    context: &Context<'_>,
    function: &Function,
    name: &FunctionName,
    environment: &Environment,
    requirements: &Requirements,
    findings: &mut Findings,
) -> Result<String, GenerateError> {
    let mut properties = vec![
        ("name", Code::text(&name.construct)),
        ("entry", Code::text("./handler.ts")),
        ("runtime", Code::number(runtime(function, findings))),
        (
            "timeoutSeconds",
            Code::number(function.timeout_seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS)),
        ),
        (
            "memoryMB",
            Code::number(function.memory_mb.unwrap_or(DEFAULT_MEMORY_MB)),
        ),
    ];
    if let Some(size) = function.ephemeral_storage_mb {
        properties.push(("ephemeralStorageSizeMB", Code::number(size)));
    }
    if let Some(architecture) = function.architecture.as_deref().filter(|name| *name != "x86_64") {
        properties.push(("architecture", Code::text(architecture)));
    }
    let layers = layers(context, function, requirements, findings);
    if !layers.is_empty() {
        properties.push(("layers", Code::object(layers)));
    }
    if let Some(group) = context.groups.group_name(&function.name) {
        properties.push(("resourceGroupName", Code::text(group)));
    }
    if !environment.definition.is_empty() {
        properties.push((
            "environment",
            Code::object(environment.definition.iter().map(|(key, value)| (key, value.clone()))),
        ));
    }
    let definition = Code::object(properties);
    let mut imports = Imports::default();
    imports.add("@aws-amplify/backend", "defineFunction");
    imports.add_code(&definition);
    render_template(
        "function-resource",
        &View {
            imports: imports.lines(),
            identifier: name.identifier.clone(),
            definition,
        },
    )
}

pub(super) fn runtime(function: &Function, findings: &mut Findings) -> u32 {
    let version = function
        .runtime
        .trim_start_matches("nodejs")
        .split('.')
        .next()
        .and_then(|version| version.parse().ok())
        .unwrap_or(0);
    if RUNTIMES.contains(&version) {
        return version;
    }
    findings.add(
        "function-runtime",
        Severity::Warning,
        format!(
            "function {} runs on {}, which Gen 2 does not offer; it is generated for nodejs{CURRENT_RUNTIME}.x",
            function.name, function.runtime
        ),
        &function.location,
        "Test the function on the newer version of Node.js. Versions from 18 on do not bring version 2 of the AWS SDK.",
    );
    CURRENT_RUNTIME
}

/// Layers by module name: the names are what is left out of the bundle. A layer of this project has no ARN yet: what stands
/// in its place here is set right once the layer is made.
fn layers(
    context: &Context<'_>,
    function: &Function,
    requirements: &Requirements,
    findings: &mut Findings,
) -> Vec<(String, Code)> {
    let from_project = packages_of_layers(context, function);
    let mut undeclared = requirements
        .undeclared(&function.name)
        .into_iter()
        .filter(|module| !from_project.contains_key(*module));
    let mut opt = requirements
        .loads_from_layers(&function.name)
        .then_some(FILES_OF_LAYERS);
    let mut layers = Vec::new();
    for layer in &function.layers {
        match layer {
            Layer::External(arn) => {
                let module = undeclared.next().map_or_else(|| layer_name(arn), str::to_owned);
                layers.push((module, Code::text(arn)));
            }
            Layer::Project(name) => {
                let Some(folder) = context.names.layer_folders.get(name) else {
                    continue;
                };
                if let Some(module) = opt.take().or_else(|| undeclared.next()) {
                    layers.push((module.to_owned(), Code::text(format!("{folder}:1"))));
                }
            }
        }
    }
    if !function.layers.is_empty() {
        for module in undeclared {
            findings.add(
                "lambda-layers",
                Severity::Manual,
                format!("function {} loads {module}, which neither its package.json nor, by name, one of its layers provides", function.name),
                &function.location,
                format!("Add {module} to the root package.json, or to the layers of the function where a layer provides it."),
            );
        }
    }
    layers
}

/// Packages that layers of this project declare, with their versions.
pub(super) fn packages_of_layers<'a>(context: &'a Context<'_>, function: &Function) -> IndexMap<&'a str, &'a str> {
    context
        .backend
        .layers
        .iter()
        .filter(|layer| function.layers.contains(&Layer::Project(layer.name.clone())))
        .flat_map(|layer| &layer.dependencies)
        .map(|(package, range)| (package.as_str(), range.as_str()))
        .collect()
}

fn layer_name(arn: &str) -> String {
    arn.split(':')
        .nth(6)
        .filter(|name| !name.is_empty())
        .unwrap_or("layer")
        .to_owned()
}
