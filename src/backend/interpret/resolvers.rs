//! What a GraphQL API has beyond its schema in the stacks that the schema's directives generate: templates of the folder
//! `resolvers/` and what override.ts sets. The deployed pipelines are the truth, not the names of the files.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Interpretation, id_of, index::references_in, typing};
use crate::{
    backend::{
        finding::Severity,
        model::{
            CustomStack, DATA_SLOT, GeneratedResource, GeneratedSettings, PipelineFunction, ResolverTemplate,
            ResolverTemplates, SLOTS, SourceLocation,
        },
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::{GraphqlFolder, MetaResource, overrides},
};

const RESOLVER: &str = "AWS::AppSync::Resolver";
const FUNCTION: &str = "AWS::AppSync::FunctionConfiguration";
const DATA_SOURCE: &str = "AWS::AppSync::DataSource";

/// What the transformer writes inline; everything else of its own lies in files.
const GENERATED_TEXTS: [&str; 4] = [
    "$util.toJson({})",
    "$util.toJson($ctx.result)",
    "$util.toJson($ctx.prev.result)",
    "$util.toJson($context.result)",
];

const TEMPLATES: [&str; 6] = [
    "RequestMappingTemplate",
    "RequestMappingTemplateS3Location",
    "ResponseMappingTemplate",
    "ResponseMappingTemplateS3Location",
    "Code",
    "CodeS3Location",
];

/// Properties that the transformer writes, besides templates.
const OF_RESOLVERS: [&str; 7] = [
    "ApiId",
    "DataSourceName",
    "FieldName",
    "Kind",
    "PipelineConfig",
    "SyncConfig",
    "TypeName",
];
const OF_FUNCTIONS: [&str; 6] = [
    "ApiId",
    "DataSourceName",
    "Description",
    "FunctionVersion",
    "Name",
    "SyncConfig",
];
const OF_DATA_SOURCES: [&str; 12] = [
    "ApiId",
    "Description",
    "DynamoDBConfig",
    "ElasticsearchConfig",
    "EventBridgeConfig",
    "HttpConfig",
    "LambdaConfig",
    "Name",
    "OpenSearchServiceConfig",
    "RelationalDatabaseConfig",
    "ServiceRoleArn",
    "Type",
];

/// What was found in the generated stacks.
#[derive(Default)]
pub(super) struct Resolvers {
    pub(super) pipeline_functions: Vec<PipelineFunction>,
    pub(super) resolver_templates: Vec<ResolverTemplates>,
    pub(super) generated_settings: Vec<GeneratedSettings>,
}

/// Reads the generated stacks of the API, which are all but those of the user.
pub(super) fn read(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
    own_stacks: &[CustomStack],
) -> Resolvers {
    let Some(api) = interpretation.symbolic_stack(resource) else {
        return Resolvers::default();
    };
    let generated: Vec<&EvaluatedTree> = std::iter::once(api)
        .chain(api.nested.values())
        .filter(|stack| !own_stacks.iter().any(|own| own.stack_path == stack.path))
        .collect();
    let owner = id_of(resource);
    let has_override = has_override(interpretation, resource);
    let mut found = Resolvers::default();
    let mut used: BTreeSet<String> = own_stacks
        .iter()
        .flat_map(|stack| stack.resolver_files.iter().map(|file| file.name.clone()))
        .collect();
    for stack in &generated {
        for resolver in stack
            .template
            .resources()
            .filter(|found| found.resource_type() == RESOLVER)
        {
            let Some(field) = field_of(&resolver) else { continue };
            read_pipeline(
                interpretation,
                folder,
                &resolver,
                &field,
                has_override,
                &mut found,
                &mut used,
            );
            let file = |property| own_template(folder, &resolver, property, false);
            let (request, response) = (file("RequestMappingTemplate"), file("ResponseMappingTemplate"));
            if request.is_some() || response.is_some() {
                used.extend(names_of([&request, &response]));
                found.resolver_templates.push(ResolverTemplates {
                    field: field.clone(),
                    request,
                    response,
                });
            }
            if has_override {
                check_own_template(interpretation, stack, &resolver, &field);
            }
            add_settings(
                &mut found,
                GeneratedResource::Resolver(field),
                other(&resolver, &OF_RESOLVERS, |value| {
                    interpretation.decoder.property(value, &owner)
                }),
            );
        }
        for source in stack
            .template
            .resources()
            .filter(|found| found.resource_type() == DATA_SOURCE)
        {
            let Some(name) = source.property("Name").and_then(Value::as_str) else {
                continue;
            };
            let settings = other(&source, &OF_DATA_SOURCES, |value| {
                interpretation.decoder.property(value, &owner)
            });
            add_settings(&mut found, GeneratedResource::DataSource(name.to_owned()), settings);
        }
    }
    report_unused(interpretation, folder, &used);
    found
}

fn has_override(interpretation: &Interpretation<'_>, resource: &MetaResource) -> bool {
    interpretation
        .project
        .files_of(resource)
        .and_then(|files| files.override_script.as_ref())
        .is_some_and(|(_, text)| overrides::does_something(text))
}

fn field_of(resolver: &Resource<'_>) -> Option<String> {
    let text = |name: &str| resolver.property(name)?.as_str();
    Some(format!("{}.{}", text("TypeName")?, text("FieldName")?))
}

fn read_pipeline(
    interpretation: &Interpretation<'_>,
    folder: &GraphqlFolder,
    resolver: &Resource<'_>,
    field: &str,
    has_override: bool,
    found: &mut Resolvers,
    used: &mut BTreeSet<String>,
) {
    let functions = resolver
        .property("PipelineConfig")
        .and_then(|pipeline| pipeline["Functions"].as_array())
        .into_iter()
        .flatten();
    let mut slots: Vec<&str> = Vec::new();
    for id in functions {
        let references = references_in(id);
        let [path] = references.as_slice() else { continue };
        let Some(function) = interpretation.stacks.symbolic.resource(path) else {
            continue;
        };
        if function.resource_type() != FUNCTION {
            continue;
        }
        let slot = slot_of(function.property("Name").and_then(Value::as_str).unwrap_or_default());
        let position = slots.iter().filter(|other| **other == slot).count();
        slots.push(slot);
        let request = own_template(folder, &function, "RequestMappingTemplate", has_override);
        let response = own_template(folder, &function, "ResponseMappingTemplate", has_override);
        used.extend(names_of([&request, &response]));
        let owner = interpretation.decoder.index.owner(path).cloned();
        let settings = other(&function, &OF_FUNCTIONS, |value| match &owner {
            Some(owner) => interpretation.decoder.property(value, owner),
            None => value.clone(),
        });
        if request.is_some() || response.is_some() || !settings.is_empty() {
            found.pipeline_functions.push(PipelineFunction {
                field: field.to_owned(),
                slot: slot.to_owned(),
                position,
                request,
                response,
                settings,
            });
        }
    }
}

fn names_of(templates: [&Option<ResolverTemplate>; 2]) -> impl Iterator<Item = String> {
    templates.into_iter().flatten().filter_map(|template| match template {
        ResolverTemplate::File { name, .. } => Some(name.clone()),
        ResolverTemplate::Text(_) => None,
    })
}

/// The transformer calls the functions of a slot after it, `MutationcreatePostpreUpdate1Function`, and what checks the rules of
/// a field with `@function` or the like `QueryShoutAuthFN`.
fn slot_of(name: &str) -> &'static str {
    if name.ends_with("AuthFN") {
        return "auth";
    }
    let Some(stem) = name.strip_suffix("Function") else {
        return DATA_SLOT;
    };
    let slotted = stem.trim_end_matches(|character: char| character.is_ascii_digit());
    if slotted.len() == stem.len() {
        return DATA_SLOT;
    }
    SLOTS
        .iter()
        .filter(|slot| **slot != DATA_SLOT && slotted.ends_with(**slot))
        .max_by_key(|slot| slot.len())
        .copied()
        .unwrap_or(DATA_SLOT)
}

/// A template of the user's own: a file that lies in `resolvers/`, or a text that override.ts sets.
fn own_template(
    folder: &GraphqlFolder,
    function: &Resource<'_>,
    property: &str,
    has_override: bool,
) -> Option<ResolverTemplate> {
    if let Some(location) = function.property(&format!("{property}S3Location")) {
        let name = file_of_location(location)?;
        let path = folder.resolvers.iter().find(|path| file_name(path) == name)?;
        return Some(ResolverTemplate::File {
            name,
            path: path.clone(),
        });
    }
    let text = function.property(property)?.as_str()?;
    (has_override && !GENERATED_TEXTS.contains(&text.trim())).then(|| ResolverTemplate::Text(text.to_owned()))
}

/// Name of the file that a location in the deployment bucket ends with.
pub(super) fn file_of_location(location: &Value) -> Option<String> {
    let mut end = location;
    let text = loop {
        match end {
            Value::String(text) => break text,
            Value::Object(entries) => end = entries.get("Fn::Join")?.get(1)?.as_array()?.last()?,
            _ => return None,
        }
    };
    let (folder, name) = text.rsplit_once('/')?;
    (["resolvers", "pipelineFunctions"]
        .iter()
        .any(|known| folder.ends_with(known))
        && !name.is_empty())
    .then(|| name.to_owned())
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn other(resource: &Resource<'_>, known: &[&str], decode: impl Fn(&Value) -> Value) -> Map<String, Value> {
    let properties = resource
        .properties()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !known.contains(&name.as_str()) && !TEMPLATES.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), decode(value)))
        .collect();
    typing::typed(properties)
}

fn add_settings(found: &mut Resolvers, of: GeneratedResource, settings: Map<String, Value>) {
    if !settings.is_empty() {
        found.generated_settings.push(GeneratedSettings { of, settings });
    }
}

/// Before and after its functions a pipeline has templates that the transformer writes; override.ts can change them.
fn check_own_template(
    interpretation: &mut Interpretation<'_>,
    stack: &EvaluatedTree,
    resolver: &Resource<'_>,
    field: &str,
) {
    let is_generated = |line: &str| {
        let line = line.trim();
        line.is_empty()
            || line == "{}"
            || line.starts_with("## ")
            || GENERATED_TEXTS.contains(&line)
            || line.starts_with("$util.qr($ctx.stash.put(")
            || line.starts_with("$util.qr($ctx.stash.metadata.put(")
    };
    for property in ["RequestMappingTemplate", "ResponseMappingTemplate"] {
        let Some(template) = resolver.property(property) else {
            continue;
        };
        if text_of(template).lines().all(is_generated) {
            continue;
        }
        let location = interpretation.location(&stack.path);
        interpretation.finding(
            "resolver-template-overridden",
            Severity::Manual,
            format!("override.ts changes {property} of the pipeline of {field}, which runs around its functions"),
            &location,
            "Set the template on backend.data.resources.cfnResources.cfnResolvers in amplify/data/resolvers.ts; keep what the generated template puts on the stash.",
        );
    }
}

/// The text with what is symbolic left out.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(entries) => match entries.get("Fn::Join").and_then(|arguments| arguments.get(1)) {
            Some(Value::Array(parts)) => parts.iter().map(text_of).collect(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// Files that no resolver uses: the CLI uploads them, and nothing happens.
fn report_unused(interpretation: &mut Interpretation<'_>, folder: &GraphqlFolder, used: &BTreeSet<String>) {
    for path in &folder.resolvers {
        let name = file_name(path);
        if used.contains(name) {
            continue;
        }
        let field = name.split('.').take(2).collect::<Vec<_>>().join(".");
        interpretation.finding(
            "resolver-file-unused",
            Severity::Warning,
            format!("no resolver that is deployed uses {name}, so it is not copied; {field} may not be a field with a resolver"),
            &SourceLocation {
                path: path.clone(),
                line: None,
            },
            "Correct the name of the file and push, or delete it.",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn functions_are_in_the_slot_that_their_name_ends_with() {
        for (name, slot) in [
            ("QuerygetPostauth0Function", "auth"),
            ("QuerygetPostpostAuth0Function", "postAuth"),
            ("QuerygetPostpreAuth12Function", "preAuth"),
            ("MutationcreateinitpreUpdate1Function", "preUpdate"),
            ("QueryGetPostDataResolverFn", DATA_SLOT),
            ("QueryShoutAuthFN", "auth"),
            ("InvokeGreetingLambdaDataSource", DATA_SLOT),
            ("Mutationauth0Functionx", DATA_SLOT),
            ("InvokeauthFunction", DATA_SLOT),
        ] {
            assert_eq!(slot_of(name), slot, "{name}");
        }
    }

    #[test]
    fn the_file_of_a_location() {
        let location =
            json!({"Fn::Join": ["", ["s3://", {"Ref": "b"}, "/", {"Ref": "k"}, "/resolvers/Query.a.req.vtl"]]});
        assert_eq!(file_of_location(&location).as_deref(), Some("Query.a.req.vtl"));
        assert_eq!(file_of_location(&json!("s3://b/k/functions/x.zip")), None);
        assert_eq!(file_of_location(&json!({"Ref": "somewhere"})), None);
    }
}
