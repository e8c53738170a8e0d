//! The AppSync API of the api category: schema, models with their real tables, authorization modes.

mod authorization;
mod predictions;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::{
    Interpretation, api_override, api_stacks, id_of, index::main_resource, join_models, model_tables, resolvers,
    search, typing,
};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, Expression, GraphqlApi, Join, Model, ModelKey, Reference, ResourceId, SchemaFile,
            SourceLocation, Target,
        },
    },
    cloudformation::evaluate::EvaluatedTree,
    project::{GraphqlFolder, MetaResource, graphql::sdl::TypeKind},
};

const GRAPHQL_API: &str = "AWS::AppSync::GraphQLApi";

/// Properties of the API that have a place of their own in the model, or that Gen 2 sets for itself.
const KNOWN_PROPERTIES: [&str; 9] = [
    "AdditionalAuthenticationProviders",
    "AuthenticationType",
    "LambdaAuthorizerConfig",
    "LogConfig",
    "Name",
    "OpenIDConnectConfig",
    "Tags",
    "UserPoolConfig",
    "XrayEnabled",
];

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let project = interpretation.project;
    let Some(folder) = project.graphql.get(&resource.name) else {
        return;
    };
    let directory = project
        .files_of(resource)
        .map(|files| files.directory.clone())
        .unwrap_or_default();
    let location = SourceLocation {
        path: directory.clone(),
        line: None,
    };
    if interpretation.backend.data.is_some() {
        interpretation.finding(
            "api-second-graphql",
            Severity::Manual,
            format!(
                "{} is a second GraphQL API; only the first is migrated",
                resource.path()
            ),
            &location,
            "Gen 2 has one data resource: write the second API by hand, or merge the schemas.",
        );
        return;
    }
    if folder.schema.is_empty() {
        interpretation.finding(
            "schema-missing",
            Severity::Blocker,
            format!("{} has neither schema.graphql nor a folder schema/", resource.path()),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
    }
    if let Some(ignored) = &folder.ignored_schema_directory {
        interpretation.finding(
            "schema-directory-ignored",
            Severity::Info,
            format!(
                "{} has schema.graphql, so the folder schema/ is not part of the schema",
                resource.path()
            ),
            &SourceLocation {
                path: ignored.clone(),
                line: None,
            },
            "Nothing needs to be done: the Gen 1 CLI reads the file alone, too.",
        );
    }
    let stack = interpretation.literal_stack(resource);
    let api_resource = stack.and_then(|stack| main_resource(stack, GRAPHQL_API, "GraphQLAPI"));
    let api_id = resource
        .output_text("GraphQLAPIIdOutput")
        .map(str::to_owned)
        .or_else(|| api_id_of_arn(&interpretation.physical_id(&format!("{}/GraphQLAPI", resource.logical_id))?));
    let tables = stack
        .map(|stack| deployed_tables(interpretation, stack, &id_of(resource), api_id.as_deref()))
        .unwrap_or_default();
    let models = models(interpretation, folder, &tables);
    check_function_directives(interpretation, folder);
    let modes = authorization::read(interpretation, resource, folder, &location);
    let predictions = predictions::read(interpretation, folder, stack);
    let denied_models = denied_models(folder);
    let stacks = api_stacks::read(interpretation, resource, folder);
    let resolvers = resolvers::read(interpretation, resource, folder, &stacks);
    let search = search::read(interpretation, resource, folder);
    model_tables::check(interpretation, resource, folder);
    api_override::check(interpretation, resource);
    let other_properties: Map<String, Value> = interpretation
        .symbolic_stack(resource)
        .and_then(|stack| main_resource(stack, GRAPHQL_API, "GraphQLAPI")?.properties())
        .into_iter()
        .flatten()
        .filter(|(name, _)| !KNOWN_PROPERTIES.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), interpretation.decoder.property(value, &id_of(resource))))
        .collect();
    let property = |name: &str| {
        let value = api_resource.as_ref()?.property(name)?;
        Some(interpretation.decoder.property(value, &id_of(resource)))
    };
    let api = GraphqlApi {
        name: resource.name.clone(),
        api_id,
        schema: folder
            .schema
            .iter()
            .map(|file| SchemaFile {
                path: file.path.clone(),
                text: file.text.clone(),
            })
            .collect(),
        default_mode: modes.default,
        additional_modes: modes.additional,
        models,
        operations_are_merged: project.cli["features"]["graphqltransformer"]["shoulddeepmergedirectiveconfigdefaults"]
            == true,
        log_config: property("LogConfig"),
        xray_enabled: property("XrayEnabled")
            .as_ref()
            .and_then(typing::truth)
            .unwrap_or(false),
        other_properties: typing::typed(other_properties),
        pipeline_functions: resolvers.pipeline_functions,
        resolver_templates: resolvers.resolver_templates,
        generated_settings: resolvers.generated_settings,
        stacks,
        search,
        admin_role_names: folder.admin_role_names.clone(),
        transform_configuration: folder.transform_configuration.clone(),
        conflict_resolution: has_conflict_resolution(folder) || stack.is_some_and(synchronises),
        further_providers: modes.further,
        denied_models,
        predictions,
        location,
    };
    interpretation.backend.data = Some(api);
}

/// `@function(name: "resource-${env}")` names a deployed function: one that is not there fails when it is called.
fn check_function_directives(interpretation: &mut Interpretation<'_>, folder: &GraphqlFolder) {
    for file in &folder.schema {
        for ty in &file.document.types {
            for field in &ty.fields {
                for directive in field.directives.iter().filter(|directive| directive.name == "function") {
                    let Some(name) = directive.arguments.get("name").and_then(Value::as_str) else {
                        continue;
                    };
                    // Without the environment it is the name of a function outside of the backend.
                    let Some(resource) = name.strip_suffix("-${env}") else {
                        continue;
                    };
                    if interpretation.project.resource("function", resource).is_some() {
                        continue;
                    }
                    interpretation.finding(
                        "function-directive-unknown",
                        Severity::Warning,
                        format!(
                            "field {}.{} calls function {name:?}, which is not in the backend (names are case-sensitive)",
                            ty.name, field.name
                        ),
                        &SourceLocation {
                            path: file.path.clone(),
                            line: Some(directive.line),
                        },
                        "Correct the name in the schema; in Gen 1 the field fails when it is called.",
                    );
                }
            }
        }
    }
}

/// The last part of an API's ARN.
fn api_id_of_arn(arn: &str) -> Option<String> {
    let id = arn.rsplit('/').next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// Types with `@model`, in the order of the schema, and the join models behind them.
fn models(
    interpretation: &mut Interpretation<'_>,
    folder: &GraphqlFolder,
    tables: &HashMap<String, DeployedTable>,
) -> Vec<Model> {
    let mut models: Vec<Model> = Vec::new();
    for file in &folder.schema {
        let types = file.document.types.iter();
        for ty in types.filter(|ty| ty.kind == TypeKind::Object && ty.directive("model").is_some()) {
            if models.iter().any(|model| model.name == ty.name) {
                continue;
            }
            let location = SourceLocation {
                path: file.path.clone(),
                line: Some(ty.line),
            };
            let has_auth = ty.directive("auth").is_some();
            models.push(model(interpretation, tables, &ty.name, &location, has_auth, None));
        }
    }
    for (name, location, join) in join_models::joins(interpretation, folder, tables) {
        models.push(model(interpretation, tables, &name, &location, false, Some(join)));
    }
    models
}

/// Id of the finding for a model whose table nobody knows. Reading goes on without it, writing a backend must not.
pub const MODEL_TABLE_UNKNOWN: &str = "model-table-unknown";

fn model(
    interpretation: &mut Interpretation<'_>,
    tables: &HashMap<String, DeployedTable>,
    name: &str,
    location: &SourceLocation,
    has_auth: bool,
    join: Option<Join>,
) -> Model {
    let table = tables.get(name).cloned().unwrap_or_default();
    if table.name.is_none() {
        interpretation.finding(
            MODEL_TABLE_UNKNOWN,
            Severity::Manual,
            format!("the table of model {name} is not known: Gen 2 would make a new, empty one"),
            location,
            "Run `amplify pull` so that the project holds what is deployed, or work online.",
        );
    }
    Model {
        name: name.to_owned(),
        table_name: table.name,
        key: table.key,
        has_auth,
        join,
    }
}

/// What the deployed backend tells of a model's table.
#[derive(Clone, Default)]
pub(super) struct DeployedTable {
    name: Option<String>,
    key: Option<ModelKey>,
    /// Attributes of every index; several sort keys are one attribute, joined by `#`.
    pub(super) indexes: BTreeMap<String, Vec<String>>,
}

/// The deployed tables by model: names from the cloud, else from the templates of the build.
fn deployed_tables(
    interpretation: &Interpretation<'_>,
    stack: &EvaluatedTree,
    owner: &ResourceId,
    api_id: Option<&str>,
) -> HashMap<String, DeployedTable> {
    let mut tables = HashMap::new();
    for nested in stack.nested.values() {
        for found in nested.template.resources() {
            if found.resource_type() != "AWS::DynamoDB::Table" {
                continue;
            }
            let path = format!("{}/{}", nested.path, found.logical_id);
            let Some(Target::ModelTable(model)) = interpretation.decoder.index.target(&path) else {
                continue;
            };
            let name = interpretation.physical_id(&path).or_else(|| {
                let name = found.property("TableName")?;
                with_api_id(interpretation.decoder.expression(name, owner), api_id?)
            });
            let key = own_key(found.property("KeySchema"), found.property("AttributeDefinitions"));
            let indexes = indexes(found.property("GlobalSecondaryIndexes"));
            tables.insert(model.clone(), DeployedTable { name, key, indexes });
        }
    }
    tables
}

fn indexes(of_table: Option<&Value>) -> BTreeMap<String, Vec<String>> {
    let of_table = of_table.and_then(Value::as_array).into_iter().flatten();
    of_table
        .filter_map(|index| {
            let attributes = index["KeySchema"].as_array().into_iter().flatten();
            let attributes = attributes
                .filter_map(|attribute| attribute["AttributeName"].as_str())
                .flat_map(|name| name.split('#'))
                .map(str::to_owned)
                .collect();
            Some((index["IndexName"].as_str()?.to_owned(), attributes))
        })
        .collect()
}

/// The key, where it is not the field `id` that every model has.
fn own_key(key_schema: Option<&Value>, attribute_definitions: Option<&Value>) -> Option<ModelKey> {
    let (key_schema, attribute_definitions) = (key_schema?, attribute_definitions?);
    let names: Vec<&str> = key_schema
        .as_array()?
        .iter()
        .filter_map(|element| element["AttributeName"].as_str())
        .collect();
    (names != ["id"]).then(|| ModelKey {
        key_schema: key_schema.clone(),
        attribute_definitions: attribute_definitions.clone(),
    })
}

/// The text, when nothing but the API's id is symbolic in it.
fn with_api_id(expression: Expression, api_id: &str) -> Option<String> {
    let parts = match expression {
        Expression::Concat(parts) => parts,
        single => vec![single],
    };
    parts
        .into_iter()
        .map(|part| match part {
            Expression::Literal(text) => Some(text),
            Expression::Reference(Reference {
                target: Target::GraphqlApi,
                attribute: Attribute::Id,
            }) => Some(api_id.to_owned()),
            _ => None,
        })
        .collect()
}

/// Models without rules for which the deployed API has a resolver that refuses everybody. In the CLI's sandbox mode it lets in
/// whoever has the API key.
fn denied_models(folder: &GraphqlFolder) -> BTreeSet<String> {
    folder
        .access_of_models_without_rules
        .iter()
        .filter(|(_, template)| !template.contains("API Key"))
        .map(|(model, _)| model.clone())
        .collect()
}

/// DataStore: the project or a model resolves conflicts.
fn has_conflict_resolution(folder: &GraphqlFolder) -> bool {
    let resolver = folder.transform_configuration.get("ResolverConfig");
    let in_transform = resolver.is_some_and(|resolver| {
        is_filled(&resolver["project"]) || resolver["models"].as_object().is_some_and(|models| !models.is_empty())
    });
    in_transform || is_filled(&folder.cli_inputs["serviceConfiguration"]["conflictResolution"])
}

/// The deployed API keeps versions of its items for DataStore, whatever the files say.
fn synchronises(stack: &EvaluatedTree) -> bool {
    let own = stack.template.resources().any(|found| match found.resource_type() {
        "AWS::AppSync::DataSource" => found
            .property("DynamoDBConfig")
            .is_some_and(|config| config["Versioned"] == true),
        "AWS::AppSync::Resolver" | "AWS::AppSync::FunctionConfiguration" => found
            .property("SyncConfig")
            .is_some_and(|config| config["ConflictDetection"] != "NONE"),
        _ => false,
    });
    own || stack.nested.values().any(synchronises)
}

fn is_filled(value: &Value) -> bool {
    value.as_object().is_some_and(|entries| {
        entries
            .values()
            .any(|value| !value.is_null() && *value != Value::Bool(false))
    })
}
