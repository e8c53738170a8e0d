//! Lambda functions of the function category.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Interpretation, id_of, index::main_resource, policies, typing};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, EnvironmentValue, Expression, Function, Layer, ModuleFormat, Principal, Reference, ResourceId,
            SourceLocation, Target,
        },
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::{FunctionFolder, MetaResource, join},
};

const FUNCTION: &str = "AWS::Lambda::Function";

/// Properties that have a field of their own, or mean nothing outside of Gen 1.
const MODELLED: [&str; 13] = [
    "FunctionName",
    "Runtime",
    "Handler",
    "Timeout",
    "MemorySize",
    "EphemeralStorage",
    "Architectures",
    "Description",
    "ReservedConcurrentExecutions",
    "Environment",
    "Layers",
    "Code",
    "Role",
];

/// Policy into which the CLI puts custom-policies.json when it deploys.
const CUSTOM_POLICY: &str = "CustomLambdaExecutionPolicy";

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let location = interpretation.location_of(resource);
    let id = id_of(resource);
    let Some(stack) = interpretation.symbolic_stack(resource) else {
        interpretation.finding(
            "function-template-missing",
            Severity::Manual,
            format!(
                "the template of {} is missing, so the function is not known",
                resource.path()
            ),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
        return;
    };
    let Some(found) = main_resource(stack, FUNCTION, "LambdaFunction") else {
        interpretation.finding(
            "function-template-without-function",
            Severity::Manual,
            format!("the template of {} holds no Lambda function", resource.path()),
            &location,
            "Write the function into the generated code by hand.",
        );
        return;
    };
    let no_folder = FunctionFolder::default();
    let folder = interpretation
        .project
        .functions
        .get(&resource.name)
        .unwrap_or(&no_folder);
    let folder = &with_typescript_sources(
        folder,
        found.property("Handler").and_then(Value::as_str).unwrap_or_default(),
    );
    let text = |name: &str| found.property(name).and_then(Value::as_str).map(str::to_owned);
    let runtime = text("Runtime").unwrap_or_default();
    let handler = text("Handler").unwrap_or_default();
    let entry = entry_file(folder, &handler);
    let module_format = module_format(folder, &runtime, entry.as_deref());
    if folder.source_directory.is_none() {
        interpretation.finding(
            "function-sources-missing",
            Severity::Manual,
            format!("the sources of {} (folder src) are missing", resource.path()),
            &location,
            "Fetch the backend with `amplify pull`, or put the sources into the generated folder by hand.",
        );
    } else if module_format != ModuleFormat::NotNode && entry.is_none() {
        interpretation.finding(
            "function-entry-missing",
            Severity::Manual,
            format!(
                "the file of handler {handler:?} of {} is not among its sources",
                resource.path()
            ),
            &location,
            "If a build makes the file, name its source as the entry of the generated function.",
        );
    }
    let has_own_role = found
        .property("Role")
        .map(super::index::references_in)
        .is_some_and(|references| {
            references
                .iter()
                .any(|path| path.starts_with(&format!("{}/", stack.path)))
        });
    if !has_own_role {
        interpretation.finding(
            "function-foreign-role",
            Severity::Manual,
            format!(
                "{} runs with a role that is not in its template; the generated function gets a role of its own",
                resource.path()
            ),
            &location,
            "Give the generated function the permissions of that role in amplify/backend.ts.",
        );
    }
    let (environment, secret_paths) = environment(interpretation, &found, folder, &id);
    let function = Function {
        name: resource.name.clone(),
        deployed_name: deployed_name(interpretation, resource, found.logical_id),
        timeout_seconds: found.property("Timeout").and_then(typing::small_number),
        memory_mb: found.property("MemorySize").and_then(typing::small_number),
        ephemeral_storage_mb: found
            .property("EphemeralStorage")
            .and_then(|storage| typing::small_number(&storage["Size"])),
        architecture: found
            .property("Architectures")
            .and_then(|list| list[0].as_str().map(str::to_owned)),
        description: text("Description").filter(|text| !text.is_empty()),
        reserved_concurrency: found
            .property("ReservedConcurrentExecutions")
            .and_then(typing::small_number),
        layers: layers(interpretation, &found, &id, &location),
        source_directory: folder.source_directory.clone(),
        source_files: folder.source_files.clone(),
        directory: folder.directory.clone(),
        build_files: folder.build_files.clone(),
        module_format,
        dependencies: folder.dependencies("dependencies"),
        dev_dependencies: folder.dependencies("devDependencies"),
        dynamic_modules: dynamic_modules(interpretation, folder, entry.as_deref(), &environment),
        environment,
        secret_paths,
        managed_policies: managed_policies(interpretation, stack, &found, &id),
        role_properties: role_properties(interpretation, stack, &found, &id),
        other_properties: other_properties(interpretation, &found, &id),
        location: location.clone(),
        runtime,
        handler,
    };
    read_custom_policies(interpretation, stack, folder, &function);
    interpretation.backend.functions.push(function);
}

fn deployed_name(interpretation: &Interpretation<'_>, resource: &MetaResource, logical_id: &str) -> Option<String> {
    interpretation
        .physical_id(&format!("{}/{logical_id}", resource.logical_id))
        .or_else(|| resource.output_text("Name").map(str::to_owned))
        .or_else(|| {
            let stack = interpretation.literal_stack(resource)?;
            let name = stack.template.resource(logical_id)?.property("FunctionName")?;
            name.as_str().map(str::to_owned)
        })
}

/// Environment variables in the order of the template. What the CLI keeps as a secret is one here, too.
fn environment(
    interpretation: &mut Interpretation<'_>,
    found: &Resource<'_>,
    folder: &FunctionFolder,
    owner: &ResourceId,
) -> (IndexMap<String, EnvironmentValue>, IndexMap<String, String>) {
    let mut paths = IndexMap::new();
    let secrets = folder.secret_names();
    let variables = found
        .property("Environment")
        .and_then(|environment| environment["Variables"].as_object());
    let variables = variables
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let expression = interpretation.decoder.expression(value, owner);
            let value = if secrets.contains(name) || is_secret_path(&expression, &owner.name, name) {
                paths.extend(text_of_environment(interpretation, &expression).map(|path| (name.clone(), path)));
                EnvironmentValue::Secret(name.clone())
            } else if is_plain_secret(name, &expression) {
                EnvironmentValue::PlainSecret(name.clone())
            } else {
                EnvironmentValue::Expression(expression)
            };
            (name.clone(), value)
        })
        .collect();
    (variables, paths)
}

/// The text with what is known of the environment put in.
fn text_of_environment(interpretation: &Interpretation<'_>, expression: &Expression) -> Option<String> {
    let app = &interpretation.backend.app;
    let text = |part: &Expression| match part {
        Expression::Literal(text) => Some(text.clone()),
        Expression::EnvironmentName => Some(app.environment.clone()),
        Expression::Region => Some(app.region.clone()),
        Expression::AccountId => app.account_id.clone(),
        Expression::Partition => Some(partition(&app.region).to_owned()),
        _ => None,
    };
    match expression {
        Expression::Concat(parts) => parts.iter().map(text).collect(),
        single => text(single),
    }
}

fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The answer to the question that the CLI's trigger templates mark as private: the key of the captcha.
fn is_plain_secret(name: &str, expression: &Expression) -> bool {
    name == "RECAPTCHASECRET" && matches!(expression, Expression::Literal(text) if !text.is_empty())
}

/// The CLI keeps secret N of function F at `/amplify/<app id>/<environment>/AMPLIFY_<F>_<N>`.
fn is_secret_path(expression: &Expression, function: &str, name: &str) -> bool {
    let (first, last) = match expression {
        Expression::Literal(text) => (text.as_str(), text.as_str()),
        Expression::Concat(parts) => match (parts.first(), parts.last()) {
            (Some(Expression::Literal(first)), Some(Expression::Literal(last))) => (first.as_str(), last.as_str()),
            _ => return false,
        },
        _ => return false,
    };
    first.starts_with("/amplify/") && last.ends_with(&format!("/AMPLIFY_{function}_{name}"))
}

fn layers(
    interpretation: &mut Interpretation<'_>,
    found: &Resource<'_>,
    owner: &ResourceId,
    location: &SourceLocation,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    let declared = found.property("Layers").cloned().unwrap_or_default();
    for layer in interpretation.decoder.expressions(&declared, owner) {
        match layer {
            Expression::Literal(arn) if arn.is_empty() => {}
            Expression::Literal(arn) => layers.push(Layer::External(arn)),
            Expression::Reference(Reference {
                target: Target::Other(resource),
                attribute: Attribute::Output(_),
            }) if interpretation
                .project
                .resource(&resource.category.0, &resource.name)
                .is_some_and(|resource| resource.service.as_deref() == Some("LambdaLayer")) =>
            {
                layers.push(Layer::Project(resource.name));
            }
            // A layer serves functions of its own region only.
            other => match text_of_environment(interpretation, &other) {
                Some(arn) => layers.push(Layer::External(arn)),
                None => interpretation.finding(
                    "lambda-layer-unknown",
                    Severity::Manual,
                    format!("a layer of {owner} is not known: {other}"),
                    location,
                    "Add the layer to the generated function by hand.",
                ),
            },
        }
    }
    layers
}

fn managed_policies(
    interpretation: &Interpretation<'_>,
    stack: &EvaluatedTree,
    found: &Resource<'_>,
    owner: &ResourceId,
) -> Vec<Expression> {
    let role = execution_role(stack, found);
    let Some(arns) = role.and_then(|role| role.property("ManagedPolicyArns").cloned()) else {
        return Vec::new();
    };
    interpretation.decoder.expressions(&arns, owner)
}

/// The role of the function, where its own template makes it.
fn execution_role<'s>(stack: &'s EvaluatedTree, function: &Resource<'_>) -> Option<Resource<'s>> {
    let path = function.property("Role").map(super::index::references_in)?.pop()?;
    let (own, logical_id) = path.rsplit_once('/')?;
    (own == stack.path).then(|| stack.template.resource(logical_id))?
}

/// What is neither the role's name nor one of its policies. That Lambda may assume it goes without saying.
fn role_properties(
    interpretation: &Interpretation<'_>,
    stack: &EvaluatedTree,
    found: &Resource<'_>,
    owner: &ResourceId,
) -> IndexMap<String, Value> {
    let Some(role) = execution_role(stack, found) else {
        return IndexMap::new();
    };
    role.properties()
        .into_iter()
        .flatten()
        .filter(|(name, value)| match name.as_str() {
            "RoleName" | "ManagedPolicyArns" | "Policies" => false,
            "AssumeRolePolicyDocument" => !trusts_lambda_alone(value),
            _ => true,
        })
        .map(|(name, value)| (name.clone(), interpretation.decoder.property(value, owner)))
        .collect()
}

/// Every statement of the trust policy is about the service Lambda, without conditions.
fn trusts_lambda_alone(document: &Value) -> bool {
    let is_lambda = |service: &Value| service == "lambda.amazonaws.com";
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        statement => vec![statement],
    };
    statements.into_iter().all(|statement| {
        let principals = statement["Principal"].as_object();
        statement.get("Condition").is_none()
            && principals.is_some_and(|principals| {
                principals.len() == 1
                    && match principals.get("Service") {
                        Some(Value::Array(services)) => services.iter().all(is_lambda),
                        Some(service) => is_lambda(service),
                        None => false,
                    }
            })
    })
}

fn other_properties(
    interpretation: &Interpretation<'_>,
    found: &Resource<'_>,
    owner: &ResourceId,
) -> IndexMap<String, Value> {
    found
        .properties()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !MODELLED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), interpretation.decoder.property(value, owner)))
        .collect()
}

/// Where a build script compiles TypeScript, its sources are the function's, and not what it made of them: they lie in `lib`
/// beside `src`, or in `src` beside the compiled files.
fn with_typescript_sources(folder: &FunctionFolder, handler: &str) -> FunctionFolder {
    let mut sources = folder.clone();
    let stem = handler.rsplit_once('.').map_or(handler, |(stem, _)| stem);
    let entry = format!("{stem}.ts");
    if !folder.source_files.contains(&entry) && folder.library_files.contains(&entry) {
        sources.source_directory = Some(join(&folder.directory, "lib"));
        sources.source_files.clone_from(&folder.library_files);
    }
    let typescript: Vec<String> = sources
        .source_files
        .iter()
        .filter_map(|file| file.strip_suffix(".ts").map(str::to_owned))
        .collect();
    if sources.source_files.contains(&entry) {
        sources.source_files.retain(|file| {
            let stem = file.strip_suffix(".js").or_else(|| file.strip_suffix(".js.map"));
            !stem.is_some_and(|stem| typescript.iter().any(|source| source == stem))
        });
    }
    sources
}

/// The source file that the handler names: everything before the last dot, with an ending that Node.js loads.
fn entry_file(folder: &FunctionFolder, handler: &str) -> Option<String> {
    let stem = handler.rsplit_once('.').map_or(handler, |(stem, _)| stem);
    ["js", "mjs", "cjs", "ts", "mts", "cts"]
        .iter()
        .map(|ending| format!("{stem}.{ending}"))
        .find(|file| folder.source_files.contains(file))
}

fn module_format(folder: &FunctionFolder, runtime: &str, entry: Option<&str>) -> ModuleFormat {
    if !runtime.starts_with("nodejs") {
        return ModuleFormat::NotNode;
    }
    match entry.and_then(|entry| entry.rsplit_once('.')) {
        Some((_, "mjs" | "mts" | "ts")) => ModuleFormat::EsModule,
        Some((_, "cjs" | "cts")) => ModuleFormat::CommonJs,
        _ if folder.package["type"] == "module" => ModuleFormat::EsModule,
        _ => ModuleFormat::CommonJs,
    }
}

/// The index.js of the CLI's auth-trigger templates loads the files that `MODULES` names.
fn dynamic_modules(
    interpretation: &Interpretation<'_>,
    folder: &FunctionFolder,
    entry: Option<&str>,
    environment: &IndexMap<String, EnvironmentValue>,
) -> Vec<String> {
    let Some(EnvironmentValue::Expression(Expression::Literal(modules))) = environment.get("MODULES") else {
        return Vec::new();
    };
    let (Some(directory), Some(entry)) = (&folder.source_directory, entry) else {
        return Vec::new();
    };
    let text = match interpretation.project.files().read(&join(directory, entry)) {
        Ok(Some(bytes)) => crate::project::overrides::without_comments(&String::from_utf8_lossy(&bytes)),
        _ => return Vec::new(),
    };
    if !text.contains("process.env.MODULES") && !text.contains("env['MODULES']") && !text.contains("env[\"MODULES\"]") {
        return Vec::new();
    }
    modules
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// custom-policies.json becomes a policy of the template when the CLI deploys; where only the sources are there, it is
/// read from the file.
fn read_custom_policies(
    interpretation: &mut Interpretation<'_>,
    stack: &EvaluatedTree,
    folder: &FunctionFolder,
    function: &Function,
) {
    let Some(path) = &folder.custom_policies_path else {
        return;
    };
    if folder.custom_policies.is_empty() || stack.template.resource(CUSTOM_POLICY).is_some() {
        return;
    }
    let statements: Vec<Value> = folder.custom_policies.iter().map(with_environment).collect();
    let document = serde_json::json!({ "Statement": statements });
    policies::add_statements(
        interpretation,
        &Principal::Function(function.name.clone()),
        &document,
        CUSTOM_POLICY,
        &ResourceId::new(crate::backend::model::Category::function(), &function.name),
        &SourceLocation {
            path: path.clone(),
            line: None,
        },
    );
}

/// `${env}` in resources of custom policies stands for the environment.
fn with_environment(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("${env}") => {
            let mut parts: Vec<Value> = Vec::new();
            for (position, piece) in text.split("${env}").enumerate() {
                if position > 0 {
                    parts.push(serde_json::json!({ "Ref": super::stacks::ENVIRONMENT_PARAMETER }));
                }
                if !piece.is_empty() {
                    parts.push(Value::String(piece.to_owned()));
                }
            }
            serde_json::json!({ "Fn::Join": ["", parts] })
        }
        Value::Array(items) => items.iter().map(with_environment).collect(),
        Value::Object(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), with_environment(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}
