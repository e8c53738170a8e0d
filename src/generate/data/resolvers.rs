//! `data/resolvers.ts` and `data/resolvers/`: the user's own templates in generated pipelines.

use serde::Serialize;

use super::settings;
use crate::{
    backend::{
        finding::Severity,
        model::{
            Category, CustomStack, GeneratedResource, GraphqlApi, PipelineFunction, ResolverTemplate, ResourceId, SLOTS,
        },
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        reference::Referrer,
        setup::{SetupCall, SetupFile},
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, Imports, Statement},
    },
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
    slots: Code,
    uses_pipelines: bool,
    uses_templates: bool,
}

/// Nothing when every pipeline is the generated one.
pub(super) fn generate(
    context: &Context<'_>,
    data: &GraphqlApi,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    copy_files(context, data, tree)?;
    if data.pipeline_functions.is_empty() && data.resolver_templates.is_empty() && data.generated_settings.is_empty() {
        return Ok(None);
    }
    let mut referrer = Referrer::new(context, "..");
    let mut statements = Vec::new();
    for function in &data.pipeline_functions {
        let target = pipeline_function(function);
        statements.extend(set_templates(&target, &function.request, &function.response));
        for (name, value) in &function.settings {
            let of = format!("function {} {} of {}", function.slot, function.position, function.field);
            let statement = settings::setting(&mut referrer, &target, name, value);
            statements.extend(found(statement, &of, name, data, findings));
        }
    }
    for templates in &data.resolver_templates {
        let resolvers = Code::name("backend").path(&["data", "resources", "cfnResources", "cfnResolvers"]);
        let target = resolvers.member(&templates.field);
        statements.extend(set_templates(&target, &templates.request, &templates.response));
    }
    for generated in &data.generated_settings {
        let resources = Code::name("backend").path(&["data", "resources", "cfnResources"]);
        let (target, of) = match &generated.of {
            GeneratedResource::Resolver(field) => (
                resources.member("cfnResolvers").member(field),
                format!("the resolver of {field}"),
            ),
            GeneratedResource::DataSource(name) => (
                resources.member("cfnDataSources").member(name),
                format!("data source {name}"),
            ),
        };
        for (name, value) in &generated.settings {
            let statement = settings::setting(&mut referrer, &target, name, value);
            statements.extend(found(statement, &of, name, data, findings));
        }
    }
    let uses_pipelines = !data.pipeline_functions.is_empty();
    let mut imports = Imports::default();
    let uses_templates = data
        .pipeline_functions
        .iter()
        .any(|function| function.request.is_some() || function.response.is_some())
        || !data.resolver_templates.is_empty();
    if uses_pipelines {
        imports.add("aws-cdk-lib", "Stack");
    }
    if uses_pipelines || uses_templates {
        imports.add("aws-cdk-lib/aws-appsync", "CfnFunctionConfiguration");
        imports.add("aws-cdk-lib/aws-appsync", "CfnResolver");
    }
    let handles = referrer.into_handles();
    let view = View {
        file: SetupFile::with_imports(context, "..", "customizeResolvers", &handles, statements, imports),
        slots: Code::texts(SLOTS),
        uses_pipelines,
        uses_templates,
    };
    tree.insert_for(
        [origin(data)],
        "amplify/data/resolvers.ts",
        render_template("data-resolvers", &view)?,
    );
    Ok(Some(SetupCall {
        module: "./data/resolvers".to_owned(),
        function: "customizeResolvers".to_owned(),
        handles,
        result: None,
    }))
}

fn origin(data: &GraphqlApi) -> ResourceId {
    ResourceId::new(Category::api(), &data.name)
}

/// The templates that anything uses, as they are.
fn copy_files(context: &Context<'_>, data: &GraphqlApi, tree: &mut FileTree) -> Result<(), GenerateError> {
    let around = data
        .resolver_templates
        .iter()
        .flat_map(|templates| [&templates.request, &templates.response]);
    let of_pipelines = data
        .pipeline_functions
        .iter()
        .flat_map(|function| [&function.request, &function.response])
        .chain(around)
        .flatten()
        .filter_map(|template| match template {
            ResolverTemplate::File { name, path } => Some((name, path)),
            ResolverTemplate::Text(_) => None,
        });
    let of_stacks = data
        .stacks
        .iter()
        .flat_map(|stack: &CustomStack| &stack.resolver_files)
        .filter_map(|file| Some((&file.name, file.path.as_ref()?)));
    let mut any = false;
    for (name, path) in of_pipelines.chain(of_stacks) {
        let bytes = context
            .files
            .read(path)
            .map_err(|source| GenerateError::Unreadable {
                path: path.clone(),
                source,
            })?
            .unwrap_or_default();
        tree.insert_for([origin(data)], format!("amplify/data/resolvers/{name}"), bytes);
        any = true;
    }
    if any {
        tree.insert_for(
            [origin(data)],
            "amplify/data/resolver-template.ts",
            render_template("data-resolver-template", &serde_json::json!({}))?,
        );
    }
    Ok(())
}

fn pipeline_function(function: &PipelineFunction) -> Code {
    Code::name("pipelineFunction").call(vec![
        Code::name("backend"),
        Code::text(&function.field),
        Code::text(&function.slot),
        Code::number(function.position),
    ])
}

fn set_templates(
    target: &Code,
    request: &Option<ResolverTemplate>,
    response: &Option<ResolverTemplate>,
) -> Option<Statement> {
    let text = |template: &ResolverTemplate| match template {
        ResolverTemplate::File { name, .. } => {
            Code::import("./resolver-template", "resolverTemplate").call(vec![Code::text(name)])
        }
        ResolverTemplate::Text(text) => Code::text(text),
    };
    let halves: Vec<(&str, Code)> = [("request", request), ("response", response)]
        .into_iter()
        .filter_map(|(half, template)| Some((half, text(template.as_ref()?))))
        .collect();
    (!halves.is_empty())
        .then(|| Statement::Expression(Code::name("setTemplates").call(vec![target.clone(), Code::object(halves)])))
}

/// The statement, or a finding on what it names.
pub(super) fn found(
    statement: Result<Statement, crate::generate::reference::Unresolved>,
    of: &str,
    property: &str,
    data: &GraphqlApi,
    findings: &mut Findings,
) -> Option<Statement> {
    match statement {
        Ok(statement) => Some(statement),
        Err(unresolved) => {
            findings.add(
                "api-property-unresolved",
                Severity::Manual,
                format!(
                    "{property} of {of} names {}, which has no counterpart in the generated backend",
                    unresolved.what
                ),
                &data.location,
                "Set the property in amplify/data/overrides.ts.",
            );
            None
        }
    }
}
