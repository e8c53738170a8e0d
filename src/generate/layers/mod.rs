//! Lambda layers of the project, in a stack of their own, with their content.

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    function::python_packages,
    reference::Referrer,
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Part, Statement},
};
use crate::{
    backend::{
        construct_names::construct_id,
        finding::Severity,
        model::{Category, LambdaLayer, Layer, ResourceId},
    },
    project::join,
};

const LAMBDA: &str = "aws-cdk-lib/aws-lambda";
/// Python that packages of layers are installed for, where the layer names none.
const PYTHON: &str = "3.12";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
}

/// Writes `layers/resource.ts` and the content of the layers; the setup call for `backend.ts`.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    let mut referrer = Referrer::new(context, "..");
    let mut definitions = Vec::new();
    let mut permissions = Vec::new();
    for layer in &context.backend.layers {
        let (Some(property), Some(folder)) = (
            context.names.layers.get(&layer.name),
            context.names.layer_folders.get(&layer.name),
        ) else {
            continue;
        };
        copy(context, layer, &format!("amplify/layers/{folder}"), tree, findings)?;
        definitions.push((property, definition(layer, folder, &referrer)));
        permissions.extend(permissions_of(layer, property, &mut referrer, findings));
        report_old_versions(context, layer, findings);
    }
    if definitions.is_empty() {
        return Ok(None);
    }
    let mut statements = vec![
        Statement::Const(
            "stack".to_owned(),
            Code::name("backend").method("createStack", vec![Code::text("layers")]),
        ),
        Statement::Const("layers".to_owned(), Code::object(definitions)),
    ];
    statements.extend(permissions);
    let handles = referrer.into_handles();
    let view = View {
        file: SetupFile::new(context, "..", "createLayers", &handles, statements),
    };
    let layers = context.backend.layers.iter().map(origin);
    tree.insert_for(
        layers,
        "amplify/layers/resource.ts",
        render_template("layers-resource", &view)?,
    );
    tree.insert("amplify/layers/code.ts", render_template("layer-code", &())?);
    tree.insert(
        "amplify/function/bundling/command.ts",
        render_template("bundling-command", &())?,
    );
    Ok(Some(SetupCall {
        module: "./layers/resource".to_owned(),
        function: "createLayers".to_owned(),
        handles,
        result: Some("layers".to_owned()),
    }))
}

fn definition(layer: &LambdaLayer, folder: &str, referrer: &Referrer<'_>) -> Code {
    let here = Code::name("import").member("meta").member("url");
    let directory = Code::import("node:url", "fileURLToPath").call(vec![
        Code::name("URL").construct(vec![Code::text(format!("./{folder}")), here]),
    ]);
    let python = layer
        .runtimes
        .iter()
        .find_map(|runtime| runtime.strip_prefix("python"))
        .unwrap_or(PYTHON);
    let name = Code::joined([
        Part::Text(format!("{folder}-")),
        Part::Code(referrer.branch_constant("nameSuffix")),
    ]);
    let mut properties = vec![
        ("layerVersionName", name),
        (
            "code",
            Code::import("./code", "layerCode").call(vec![directory, Code::text(python)]),
        ),
    ];
    if !layer.runtimes.is_empty() {
        let runtimes = layer
            .runtimes
            .iter()
            .map(|runtime| Code::import(LAMBDA, "Runtime").construct(vec![Code::text(runtime)]))
            .collect();
        properties.push(("compatibleRuntimes", Code::Array(runtimes)));
    }
    if let Some(description) = &layer.description {
        properties.push(("description", Code::text(description)));
    }
    if let Some(license) = &layer.license {
        properties.push(("license", Code::text(license)));
    }
    // Functions of others may use a version for as long as they like.
    properties.push((
        "removalPolicy",
        Code::import("aws-cdk-lib", "RemovalPolicy").member("RETAIN"),
    ));
    Code::import(LAMBDA, "LayerVersion").construct(vec![
        Code::name("stack"),
        Code::text(construct_id("layer", &layer.name)),
        Code::object(properties),
    ])
}

fn permissions_of(
    layer: &LambdaLayer,
    property: &str,
    referrer: &mut Referrer<'_>,
    findings: &mut Findings,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (index, permission) in layer.permissions.iter().enumerate() {
        let Ok(principal) = referrer.expression(&permission.principal) else {
            findings.add(
                "lambda-layer-permission",
                Severity::Manual,
                format!(
                    "who may use layer {} by permission {} is not known",
                    layer.name,
                    index + 1
                ),
                &layer.location,
                "Add the permission in amplify/layers/resource.ts.",
            );
            continue;
        };
        let mut properties = vec![
            ("action", Code::text(&permission.action)),
            (
                "layerVersionArn",
                Code::name("layers").member(property).member("layerVersionArn"),
            ),
            ("principal", principal),
        ];
        if let Some(organization) = &permission.organization {
            properties.push(("organizationId", Code::text(organization)));
        }
        statements.push(Statement::Expression(
            Code::import(LAMBDA, "CfnLayerVersionPermission").construct(vec![
                Code::name("stack"),
                Code::text(format!("{}Permission{}", layer.name, index + 1)),
                Code::object(properties),
            ]),
        ));
    }
    statements
}

fn origin(layer: &LambdaLayer) -> ResourceId {
    ResourceId::new(Category::function(), &layer.name)
}

fn copy(
    context: &Context<'_>,
    layer: &LambdaLayer,
    folder: &str,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    for file in &layer.files {
        let path = join(&layer.directory, file);
        let bytes = context
            .files
            .read(&path)
            .map_err(|source| GenerateError::Unreadable { path, source })?
            .unwrap_or_default();
        tree.insert_for([origin(layer)], format!("{folder}/{file}"), bytes);
    }
    let python = join(&layer.directory, "lib/python");
    if layer.files.iter().any(|file| file.starts_with("lib/python/"))
        && let Some(requirements) = python_packages::requirements(&python, context.files, findings)?
    {
        tree.insert_for(
            [origin(layer)],
            format!("{folder}/lib/python/requirements.txt"),
            requirements,
        );
    }
    Ok(())
}

/// A function may be held to an older version by its ARN, which is the Gen 1 layer's.
fn report_old_versions(context: &Context<'_>, layer: &LambdaLayer, findings: &mut Findings) {
    let Some(deployed) = &layer.deployed_name else { return };
    let marker = format!(":layer:{deployed}:");
    for function in context.functions() {
        let held = function
            .layers
            .iter()
            .any(|held| matches!(held, Layer::External(arn) if arn.contains(&marker)));
        if held {
            findings.add(
                "lambda-layer-version",
                Severity::Manual,
                format!(
                    "function {} is held to a version of the Gen 1 layer {deployed}, which is deleted with Gen 1",
                    function.name
                ),
                &function.location,
                format!(
                    "Let the function use layer {} of amplify/layers before you decommission.",
                    layer.name
                ),
            );
        }
    }
}
