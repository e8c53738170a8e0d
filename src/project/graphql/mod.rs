//! Folders of AppSync APIs: schema, resolvers, stacks, settings.

pub mod sdl;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    Reader,
    error::ProjectError,
    resources::texts,
    source::{files_below, join},
    tree::TemplateFile,
};
use sdl::SchemaDocument;

/// The folder of an AppSync API.
#[derive(Clone, Debug, Default)]
pub struct GraphqlFolder {
    /// Files of the schema in the order in which they are concatenated.
    pub schema: Vec<ParsedSchemaFile>,
    /// Both `schema.graphql` and a folder `schema/` are there; the file wins.
    pub ignored_schema_directory: Option<String>,
    /// `transform.conf.json`; empty when missing.
    pub transform_configuration: Map<String, Value>,
    /// `cli-inputs.json`; null when missing.
    pub cli_inputs: Value,
    /// `adminRoleNames` of `custom-roles.json`.
    pub admin_role_names: Vec<String>,
    /// Files in `resolvers/`, relative to the project.
    pub resolvers: Vec<String>,
    /// Templates in `stacks/`: what the user added to the API.
    pub stacks: Vec<TemplateFile>,
    /// Templates in `build/stacks/` by file name without ending: one per model, and those of `stacks/` as deployed.
    pub built_stacks: IndexMap<String, TemplateFile>,
    /// The deployed template behind the authorization of models without `@auth`, by model.
    pub access_of_models_without_rules: IndexMap<String, String>,
}

/// A file of the schema, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedSchemaFile {
    /// Path relative to the project.
    pub path: String,
    /// Text.
    pub text: String,
    /// Its types.
    pub document: SchemaDocument,
}

impl GraphqlFolder {
    pub(super) fn read(reader: &mut Reader<'_>, directory: &str) -> Result<Self, ProjectError> {
        let mut paths = Vec::new();
        let file = join(directory, "schema.graphql");
        let folder = join(directory, "schema");
        let mut in_folder: Vec<String> = files_below(reader.files, &folder, &[])
            .map_err(reader.unreadable(&folder))?
            .into_iter()
            .filter(|name| name.ends_with(".graphql"))
            .map(|name| join(&folder, &name))
            .collect();
        let mut ignored_schema_directory = None;
        if reader.files.has_file(&file).map_err(reader.unreadable(&file))? {
            paths.push(file);
            ignored_schema_directory = (!in_folder.is_empty()).then_some(folder);
        } else {
            paths.append(&mut in_folder);
        }
        let mut schema = Vec::new();
        for path in paths {
            let Some(text) = reader.text(&path)? else { continue };
            match SchemaDocument::parse(&path, &text) {
                Ok(document) => schema.push(ParsedSchemaFile { path, text, document }),
                Err(problems) => reader.malformed.extend(problems),
            }
        }
        let list = |reader: &Reader<'_>, name: &str| {
            let folder = join(directory, name);
            files_below(reader.files, &folder, &[])
                .map(|files| {
                    files
                        .iter()
                        .filter(|file| !file.to_lowercase().ends_with("readme.md"))
                        .map(|file| join(&folder, file))
                        .collect::<Vec<_>>()
                })
                .map_err(reader.unreadable(&folder))
        };
        let resolvers = list(reader, "resolvers")?;
        let mut stacks = Vec::new();
        for path in list(reader, "stacks")? {
            if [".json", ".yaml", ".yml"].iter().any(|ending| path.ends_with(ending))
                && let Some(template) = reader.template(&path)?
            {
                stacks.push(template);
            }
        }
        let mut built_stacks = IndexMap::new();
        for path in list(reader, "build/stacks")? {
            let name = path.rsplit('/').next().unwrap_or_default();
            let Some((stem, "json" | "yaml" | "yml")) = name.rsplit_once('.') else {
                continue;
            };
            let stem = stem.to_owned();
            if let Some(template) = reader.template(&path)? {
                built_stacks.insert(stem, template);
            }
        }
        let mut access_of_models_without_rules = IndexMap::new();
        let models = schema.iter().flat_map(|file| &file.document.types);
        let without_rules: Vec<String> = models
            .filter(|ty| ty.directive("model").is_some() && ty.directive("auth").is_none())
            .map(|ty| ty.name.clone())
            .collect();
        let built_resolvers = if without_rules.is_empty() {
            Vec::new()
        } else {
            list(reader, "build/resolvers")?
        };
        for model in without_rules {
            let ending = format!("/Mutation.create{}.postAuth.1.req.vtl", upper_first(&model));
            if let Some(path) = built_resolvers.iter().find(|path| path.ends_with(&ending))
                && let Some(text) = reader.text(path)?
            {
                access_of_models_without_rules.insert(model, text);
            }
        }
        let roles = reader
            .object(&join(directory, "custom-roles.json"))?
            .unwrap_or_default();
        Ok(Self {
            schema,
            ignored_schema_directory,
            transform_configuration: reader
                .object(&join(directory, "transform.conf.json"))?
                .and_then(|value| value.as_object().cloned())
                .unwrap_or_default(),
            cli_inputs: reader.object(&join(directory, "cli-inputs.json"))?.unwrap_or_default(),
            admin_role_names: texts(&roles["adminRoleNames"]),
            resolvers,
            stacks,
            built_stacks,
            access_of_models_without_rules,
        })
    }
}

/// The name of a model as it stands in the names of its operations.
fn upper_first(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}
