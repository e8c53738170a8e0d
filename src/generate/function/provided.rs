//! Functions that are not bundled JavaScript: a construct of the CDK, whose code is built when the backend is deployed.

use serde::Serialize;

use super::{definition, python_packages};
use crate::{
    backend::{
        finding::Severity,
        model::{Category, Function, Language, Layer, ResourceId},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        names::FunctionName,
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, ImportLine, Imports},
        wiring::Environment,
    },
    project::join,
};

const LAMBDA: &str = "aws-cdk-lib/aws-lambda";
/// Lambda's own defaults.
const DEFAULT_TIMEOUT_SECONDS: u32 = 3;
const DEFAULT_MEMORY_MB: u32 = 128;
/// Runtimes that Lambda makes no new functions for, with what takes their place.
const REPLACED: [(&str, &str); 13] = [
    ("dotnetcore2.1", "dotnet8"),
    ("dotnetcore3.1", "dotnet8"),
    ("dotnet5.0", "dotnet8"),
    ("dotnet6", "dotnet8"),
    ("dotnet7", "dotnet8"),
    ("go1.x", "provided.al2023"),
    ("provided", "provided.al2023"),
    ("java8", "java8.al2"),
    ("python2.7", "python3.12"),
    ("python3.6", "python3.12"),
    ("python3.7", "python3.12"),
    ("python3.8", "python3.12"),
    ("python3.9", "python3.12"),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    imports: Vec<ImportLine>,
    identifier: String,
    definition: Code,
    options: Code,
}

/// `resource.ts`
pub(super) fn render(
    context: &Context<'_>,
    function: &Function,
    name: &FunctionName,
    environment: &Environment,
    findings: &mut Findings,
) -> Result<String, GenerateError> {
    let language = function.language();
    let runtime = runtime(function, language, findings);
    let mut properties = vec![
        ("runtime", runtime.clone()),
        ("architecture", architecture(function)),
        ("handler", Code::text(handler(function, language))),
        ("code", code(function, language, runtime)),
        (
            "timeout",
            Code::import("aws-cdk-lib", "Duration").method(
                "seconds",
                vec![Code::number(
                    function.timeout_seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS),
                )],
            ),
        ),
        (
            "memorySize",
            Code::number(function.memory_mb.unwrap_or(DEFAULT_MEMORY_MB)),
        ),
    ];
    if let Some(size) = function.ephemeral_storage_mb {
        let size = Code::import("aws-cdk-lib", "Size").method("mebibytes", vec![Code::number(size)]);
        properties.push(("ephemeralStorageSize", size));
    }
    let layers = external_layers(function);
    if !layers.is_empty() {
        properties.push(("layers", Code::Array(layers)));
    }
    if !environment.definition.is_empty() {
        properties.push((
            "environment",
            Code::object(environment.definition.iter().map(|(key, value)| (key, value.clone()))),
        ));
    }
    let definition = Code::import(LAMBDA, "Function").construct(vec![
        Code::name("scope"),
        Code::text(&name.construct),
        Code::object(properties),
    ]);
    let group = context.groups.group_name(&function.name).unwrap_or("function");
    let mut imports = Imports::default();
    imports.add("@aws-amplify/backend", "defineFunction");
    imports.add_code(&definition);
    render_template(
        "function-provided",
        &View {
            imports: imports.lines(),
            identifier: name.identifier.clone(),
            definition,
            options: Code::object([("resourceGroupName", Code::text(group))]),
        },
    )
}

/// Copies the sources and the files of the build as they are, in the layout of Gen 1, with what builds them.
pub(super) fn copy(
    context: &Context<'_>,
    function: &Function,
    folder: &str,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    let read = |path: String| {
        context
            .files
            .read(&path)
            .map(Option::unwrap_or_default)
            .map_err(|source| GenerateError::Unreadable { path, source })
    };
    let origin = [ResourceId::new(Category::function(), &function.name)];
    for file in &function.build_files {
        tree.insert_for(
            origin.clone(),
            format!("{folder}/source/{file}"),
            read(join(&function.directory, file))?,
        );
    }
    if let Some(directory) = &function.source_directory {
        for file in function.source_files.iter().filter(|file| !is_built(function, file)) {
            tree.insert_for(
                origin.clone(),
                format!("{folder}/source/src/{file}"),
                read(join(directory, file))?,
            );
        }
    }
    tree.insert(
        "amplify/function/bundling/command.ts",
        render_template("bundling-command", &())?,
    );
    let (file, template) = match function.language() {
        Language::Python => {
            if let Some(requirements) = python_packages::requirements(&function.directory, context.files, findings)? {
                tree.insert_for(origin, format!("{folder}/source/requirements.txt"), requirements);
            }
            ("python", "bundling-python")
        }
        Language::Go => ("go", "bundling-go"),
        Language::Java => ("java", "bundling-java"),
        Language::DotNet => ("dotnet", "bundling-dotnet"),
        Language::Node => ("node", "bundling-node"),
        Language::Other => return Ok(()),
    };
    tree.insert(
        format!("amplify/function/bundling/{file}.ts"),
        render_template(template, &())?,
    );
    Ok(())
}

/// What the compiler of .NET leaves among the sources.
fn is_built(function: &Function, file: &str) -> bool {
    function.language() == Language::DotNet && (file.starts_with("bin/") || file.starts_with("obj/"))
}

fn runtime(function: &Function, language: Language, findings: &mut Findings) -> Code {
    let replaced = REPLACED.iter().find(|(old, _)| *old == function.runtime);
    if let Some((_, new)) = replaced {
        findings.add(
            "function-runtime",
            Severity::Warning,
            format!(
                "function {} runs on {}, for which Lambda makes no new functions; it is generated for {new}",
                function.name, function.runtime
            ),
            &function.location,
            "Test the function on the newer runtime.",
        );
    }
    if language == Language::Node {
        let version = definition::runtime(function, findings);
        return Code::import(LAMBDA, "Runtime").member(format!("NODEJS_{version}_X"));
    }
    let family = match language {
        Language::Python => "PYTHON",
        Language::Java => "JAVA",
        Language::DotNet => "DOTNET_CORE",
        Language::Go | Language::Node | Language::Other => "OTHER",
    };
    Code::import(LAMBDA, "Runtime").construct(vec![
        Code::text(replaced.map_or(function.runtime.as_str(), |(_, new)| new)),
        Code::import(LAMBDA, "RuntimeFamily").member(family),
    ])
}

/// A program that Go made is started as a whole.
fn handler(function: &Function, language: Language) -> &str {
    match language {
        Language::Go => "bootstrap",
        _ => &function.handler,
    }
}

fn architecture(function: &Function) -> Code {
    let name = match function.architecture.as_deref() {
        Some("arm64") => "ARM_64",
        _ => "X86_64",
    };
    Code::import(LAMBDA, "Architecture").member(name)
}

fn code(function: &Function, language: Language, runtime: Code) -> Code {
    let here = Code::name("import").member("meta").member("url");
    let directory = Code::import("node:url", "fileURLToPath")
        .call(vec![Code::name("URL").construct(vec![Code::text("./source"), here])]);
    let build = |module: &str, function: &str, arguments: Vec<Code>| {
        Code::import(format!("../bundling/{module}"), function).call(arguments)
    };
    match language {
        Language::Go => build("go", "goCode", vec![directory, architecture(function)]),
        Language::Java => build("java", "javaCode", vec![directory, runtime]),
        Language::DotNet => build("dotnet", "dotnetCode", vec![directory, runtime, architecture(function)]),
        Language::Node => build("node", "nodeCode", vec![directory, runtime]),
        Language::Python | Language::Other => {
            build("python", "pythonCode", vec![directory, runtime, architecture(function)])
        }
    }
}

/// Layers of this project are added once they are made.
fn external_layers(function: &Function) -> Vec<Code> {
    function
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::External(arn) => Some(arn),
            Layer::Project(_) => None,
        })
        .enumerate()
        .map(|(index, arn)| {
            Code::import(LAMBDA, "LayerVersion").method(
                "fromLayerVersionArn",
                vec![
                    Code::name("scope"),
                    Code::text(format!("{}Layer{}", function.name, index + 1)),
                    Code::text(arn),
                ],
            )
        })
        .collect()
}
