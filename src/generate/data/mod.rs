//! Data: `defineData` over the Gen 1 schema and its tables.

mod authorization;
mod many_to_many;
mod operations;
mod overrides;
mod predictions;
mod resolvers;
mod schema;
mod search;
mod settings;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    setup::SetupCall,
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Entry, ImportLine, Imports},
};
use crate::backend::{
    MODEL_TABLE_UNKNOWN,
    finding::Severity,
    model::{Category, GraphqlApi, ResourceId, SourceLocation},
};

pub use schema::functions_by_name;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceView {
    imports: Vec<ImportLine>,
    schema_files: Code,
    several_files: bool,
    with_environment: bool,
    definition: Code,
}

/// Writes `data/resource.ts`, the schema and, where needed, `data/overrides.ts` and `data/resolvers.ts`.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Vec<SetupCall>, GenerateError> {
    let Some(data) = &context.backend.data else {
        return Ok(Vec::new());
    };
    let schema = schema::schema(context, data, findings);
    let origin = ResourceId::new(Category::api(), &data.name);
    for (name, text) in &schema.files {
        tree.insert_for([origin.clone()], format!("amplify/data/{name}"), text.clone());
    }
    let definition = Code::Object(
        std::iter::once(Entry::Property("schema".to_owned(), Code::name("schema")))
            .chain(properties(context, data, &schema, findings))
            .collect(),
    );
    let mut imports = Imports::default();
    imports.add("node:fs", "readFileSync");
    imports.add("@aws-amplify/backend", "defineData");
    imports.add_code(&definition);
    if schema.with_environment {
        imports.add("../branch", "environmentName");
    }
    let names: Vec<String> = schema.files.iter().map(|(name, _)| format!("./{name}")).collect();
    let view = ResourceView {
        imports: imports.lines(),
        several_files: names.len() != 1,
        schema_files: match names.as_slice() {
            [single] => Code::text(single),
            several => Code::texts(several),
        },
        with_environment: schema.with_environment,
        definition,
    };
    tree.insert_for(
        [origin],
        "amplify/data/resource.ts",
        render_template("data-resource", &view)?,
    );
    search::script(context, data, tree, findings)?;
    let overrides = overrides::generate(context, data, tree, findings)?;
    let resolvers = resolvers::generate(context, data, tree, findings)?;
    Ok(overrides.into_iter().chain(resolvers).collect())
}

/// Writes what becomes of `@predictions`.
pub fn add_predictions(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    predictions::generate(context, tree, findings)
}

fn properties(
    context: &Context<'_>,
    data: &GraphqlApi,
    schema: &schema::Schema,
    findings: &mut Findings,
) -> Vec<Entry> {
    let mut properties = Vec::new();
    if !schema.functions.is_empty() {
        let functions = schema.functions.iter().filter_map(|(key, function)| {
            let name = context.names.functions.get(function)?;
            let module = format!("../function/{}/resource", name.folder);
            Some((key, Code::import(module, &name.identifier)))
        });
        properties.push(Entry::Property("functions".to_owned(), Code::object(functions)));
    }
    properties.push(Entry::Property(
        "authorizationModes".to_owned(),
        authorization::modes(context, data, findings),
    ));
    if let Some(logging) = logging(data) {
        properties.push(Entry::Property("logging".to_owned(), logging));
    }
    tell_unknown_tables(context, findings);
    if let Some(mappings) = table_mappings(context, data) {
        properties.push(Entry::Property(
            "migratedAmplifyGen1DynamoDbTableMappings".to_owned(),
            mappings,
        ));
    }
    properties
}

/// A model whose table is not known would get a new, empty one: that is not written.
fn tell_unknown_tables(context: &Context<'_>, findings: &mut Findings) {
    let seen = &context.backend.findings;
    for unknown in seen.iter().filter(|finding| finding.id == MODEL_TABLE_UNKNOWN) {
        let location = SourceLocation {
            path: unknown.path.clone(),
            line: unknown.line,
        };
        findings.add(
            MODEL_TABLE_UNKNOWN,
            Severity::Blocker,
            &unknown.message,
            &location,
            &unknown.remedy,
        );
    }
}

/// The Gen 1 table of every model, for the one branch that takes them over.
fn table_mappings(context: &Context<'_>, data: &GraphqlApi) -> Option<Code> {
    let tables: Vec<_> = data
        .models
        .iter()
        .filter_map(|model| Some((&model.name, Code::text(model.table_name.as_ref()?))))
        .collect();
    if tables.is_empty() {
        return None;
    }
    Some(Code::Array(vec![Code::object([
        ("branchName", Code::text(&context.options.branch)),
        ("modelNameToTableNameMapping", Code::object(tables)),
    ])]))
}

fn logging(data: &GraphqlApi) -> Option<Code> {
    let configuration = data.log_config.as_ref()?;
    let level = configuration["FieldLogLevel"].as_str()?.to_ascii_lowercase();
    if !matches!(level.as_str(), "all" | "info" | "debug" | "error") {
        return None;
    }
    let mut properties = vec![("fieldLogLevel", Code::text(level))];
    let exclude = &configuration["ExcludeVerboseContent"];
    let excludes = exclude.as_bool() == Some(true) || exclude.as_str() == Some("true");
    properties.push(("excludeVerboseContent", Code::Boolean(excludes)));
    // Gen 1 lets AppSync make the log group, whose events never expire.
    properties.push(("retention", Code::text("infinite")));
    Some(Code::object(properties))
}
