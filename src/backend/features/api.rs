//! Features of AppSync APIs, from the parsed schema and the API's folder.

use serde_json::Value;

use super::Detection;
use crate::{
    backend::model::{AuthorizationMode, FeatureKind},
    project::{
        GraphqlFolder, MetaResource, ParsedSchemaFile,
        graphql::sdl::{Directive, TypeDefinition},
    },
};

/// Directives and what they are.
const DIRECTIVES: [(&str, FeatureKind); 8] = [
    ("searchable", FeatureKind::Searchable),
    ("predictions", FeatureKind::Predictions),
    ("manyToMany", FeatureKind::ManyToMany),
    ("key", FeatureKind::TransformerV1),
    ("connection", FeatureKind::TransformerV1),
    ("versioned", FeatureKind::TransformerV1),
    ("sql", FeatureKind::SqlDataSource),
    ("refersTo", FeatureKind::SqlDataSource),
];

pub(super) fn detect(detection: &mut Detection<'_>, resource: &MetaResource) {
    let project = detection.project;
    let Some(folder) = project.graphql.get(&resource.name) else {
        return;
    };
    for file in &folder.schema {
        detect_in_schema(detection, resource, file);
    }
    detect_settings(detection, resource, folder);
    detect_transformer_version(detection, resource);
    detect_iam(detection, resource, folder);
    detect_resolvers(detection, resource, folder);
    for stack in &folder.stacks {
        let own: Vec<String> = stack
            .template
            .resources()
            .filter(|found| found.logical_id != "EmptyResource")
            .map(|found| format!("{} ({})", found.logical_id, found.resource_type()))
            .collect();
        if !own.is_empty() {
            detection.add(FeatureKind::CustomStacks, Some(resource), own.join(", "), &stack.path);
        }
    }
    let in_folder = folder.schema.iter().any(|file| file.path.contains("/schema/"));
    if let (true, Some(first)) = (in_folder, folder.schema.first()) {
        let directory = first
            .path
            .split_once("/schema/")
            .map_or(first.path.as_str(), |(parent, _)| parent);
        let path = format!("{directory}/schema");
        let detail = format!("{} files", folder.schema.len());
        detection.add(FeatureKind::SchemaDirectory, Some(resource), detail, &path);
    }
}

fn detect_in_schema(detection: &mut Detection<'_>, resource: &MetaResource, file: &ParsedSchemaFile) {
    for ty in &file.document.types {
        for directive in ty.all_directives() {
            if let Some((_, kind)) = DIRECTIVES.iter().find(|(name, _)| *name == directive.name) {
                let detail = format!("@{} in type {}", directive.name, ty.name);
                detection.add_at(*kind, Some(resource), detail, &file.path, Some(directive.line));
            }
        }
        if ty.directive("model").is_some() && !has_any_auth(ty) {
            let detail = format!("model {}", ty.name);
            detection.add_at(
                FeatureKind::NoAuthModels,
                Some(resource),
                detail,
                &file.path,
                Some(ty.line),
            );
        }
        if ty.name == "AMPLIFY" && ty.fields.iter().any(|field| field.name == "engine") {
            detection.add_at(
                FeatureKind::SqlDataSource,
                Some(resource),
                "input AMPLIFY names an engine",
                &file.path,
                Some(ty.line),
            );
        }
    }
    if file.path.ends_with(".sql.graphql") {
        detection.add(
            FeatureKind::SqlDataSource,
            Some(resource),
            "schema of a SQL database",
            &file.path,
        );
    }
    let special = file
        .text
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains('`') || line.contains('\\') || variables(line).any(|name| name != "env"));
    if let Some((position, _)) = special {
        detection.add_at(
            FeatureKind::SchemaEscapes,
            Some(resource),
            "characters that are special in TypeScript",
            &file.path,
            u32::try_from(position + 1).ok(),
        );
    }
    for directive in file.document.types.iter().flat_map(TypeDefinition::all_directives) {
        let arguments = Value::Object(directive.arguments.clone()).to_string();
        // The transformer knows the region in URLs, in Gen 1 as in Gen 2.
        let in_url = directive.name == "http";
        for name in variables(&arguments).filter(|name| *name != "env" && !(in_url && *name == "aws_region")) {
            let detail = format!("${{{name}}} in @{}", directive.name);
            let line = Some(directive.line);
            detection.add_at(FeatureKind::SchemaVariables, Some(resource), detail, &file.path, line);
        }
    }
}

/// The type, or every field that holds data, is protected.
fn has_any_auth(ty: &TypeDefinition) -> bool {
    ty.directive("auth").is_some()
        || !ty.fields.is_empty() && ty.fields.iter().all(|field| field.directive("auth").is_some())
}

/// Names between `${` and `}`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn detect_settings(detection: &mut Detection<'_>, resource: &MetaResource, folder: &GraphqlFolder) {
    let backend = detection.backend;
    let Some(data) = backend.data.as_ref().filter(|data| data.name == resource.name) else {
        return;
    };
    let directory = data.location.path.clone();
    if data.conflict_resolution {
        // The files say so, or what is deployed alone.
        let told = [
            (format!("{directory}/transform.conf.json"), "ResolverConfig"),
            (detection.inputs_path(resource), "conflictResolution"),
        ];
        let told = told
            .into_iter()
            .find_map(|(path, key)| Some((line_in(detection, &path, key)?, path)));
        let (path, line) = match told {
            Some((line, path)) => (path, Some(line)),
            None => (detection.template_path(resource), None),
        };
        let detail = "conflict resolution is on";
        detection.add_at(FeatureKind::DataStore, Some(resource), detail, &path, line);
    }
    if !folder.admin_role_names.is_empty() {
        let path = format!("{directory}/custom-roles.json");
        let detail = folder.admin_role_names.join(", ");
        detection.add(FeatureKind::CustomRoles, Some(resource), detail, &path);
    }
    let inputs = detection.inputs_path(resource);
    for mode in std::iter::once(&data.default_mode).chain(&data.additional_modes) {
        match mode {
            AuthorizationMode::OpenIdConnect { name, .. } => {
                detection.add(
                    FeatureKind::AuthModeOidc,
                    Some(resource),
                    format!("provider {name}"),
                    &inputs,
                );
            }
            AuthorizationMode::Lambda { function, .. } => {
                detection.add(
                    FeatureKind::AuthModeLambda,
                    Some(resource),
                    format!("function {function}"),
                    &inputs,
                );
            }
            _ => {}
        }
    }
}

fn line_in(detection: &Detection<'_>, path: &str, key: &str) -> Option<u32> {
    let bytes = detection.project.files().read(path).ok()??;
    crate::project::line_of(&String::from_utf8_lossy(&bytes), &[key])
}

fn detect_transformer_version(detection: &mut Detection<'_>, resource: &MetaResource) {
    if detection.backend.app.transformer_version == Some(1) {
        let line = line_in(detection, "amplify/cli.json", "transformerversion");
        detection.add_at(
            FeatureKind::TransformerV1,
            Some(resource),
            "transformerversion is 1",
            "amplify/cli.json",
            line,
        );
    }
}

/// Rules with the provider `iam`, or rules without provider where IAM is the default.
fn detect_iam(detection: &mut Detection<'_>, resource: &MetaResource, folder: &GraphqlFolder) {
    let backend = detection.backend;
    let app_id = backend.app.app_id.as_deref();
    let prepared = app_id.is_some_and(|app_id| {
        folder
            .admin_role_names
            .iter()
            .any(|name| *name == format!("amplify-{app_id}"))
    });
    if prepared {
        return;
    }
    let default_is_iam = backend
        .data
        .as_ref()
        .is_some_and(|data| data.default_mode == AuthorizationMode::Iam);
    let types: Vec<(&ParsedSchemaFile, &TypeDefinition, u32)> = folder
        .schema
        .iter()
        .flat_map(|file| file.document.types.iter().map(move |ty| (file, ty)))
        .filter_map(|(file, ty)| {
            let rule = ty
                .all_directives()
                .find(|directive| directive.name == "auth" && uses_iam(directive, default_is_iam))?;
            Some((file, ty, rule.line))
        })
        .collect();
    // What is to be done is done once for the whole API.
    if let Some((file, _, line)) = types.first() {
        let names: Vec<&str> = types.iter().map(|(_, ty, _)| ty.name.as_str()).collect();
        let detail = format!("type {}", names.join(", "));
        detection.add_at(
            FeatureKind::AuthProviderIam,
            Some(resource),
            detail,
            &file.path,
            Some(*line),
        );
    }
}

fn uses_iam(directive: &Directive, default_is_iam: bool) -> bool {
    directive
        .arguments
        .get("rules")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|rule| match rule["provider"].as_str() {
            Some(provider) => provider == "iam" || provider == "identityPool",
            None => default_is_iam && matches!(rule["allow"].as_str(), Some("public" | "private")),
        })
}

fn detect_resolvers(detection: &mut Detection<'_>, resource: &MetaResource, folder: &GraphqlFolder) {
    let models: Vec<&str> = folder
        .schema
        .iter()
        .flat_map(|file| &file.document.types)
        .filter(|ty| ty.directive("model").is_some())
        .map(|ty| ty.name.as_str())
        .collect();
    for path in &folder.resolvers {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !name.ends_with(".vtl") && !name.ends_with(".js") {
            continue;
        }
        let kind = if is_generated_slot(name, &models) {
            FeatureKind::ResolverOverrides
        } else {
            FeatureKind::CustomResolvers
        };
        detection.add(kind, Some(resource), name, path);
    }
}

/// `Type.field.slot.N.req.vtl` extends a generated resolver; `Query.getModel.req.vtl` replaces one.
fn is_generated_slot(name: &str, models: &[&str]) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [_, _, _, number, _, _] => number.parse::<u32>().is_ok(),
        [ty, field, _, _] => {
            models.contains(ty)
                || models.iter().any(|model| {
                    [
                        "get", "list", "sync", "create", "update", "delete", "onCreate", "onUpdate", "onDelete",
                    ]
                    .iter()
                    .any(|verb| {
                        let generated = format!("{verb}{}", upper_first(model));
                        *field == generated || verb == &"list" && field.starts_with(&generated)
                    })
                })
        }
        _ => false,
    }
}

fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}
