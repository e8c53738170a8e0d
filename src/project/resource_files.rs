//! What lies in the folder of a resource, whatever its category: inputs, parameters, template, override.

use serde_json::{Map, Value};

use super::{
    BACKEND, Reader,
    error::ProjectError,
    resources::MetaResource,
    source::join,
    tree::{TemplateFile, Tree},
};

/// Files of a resource.
#[derive(Clone, Debug, Default)]
pub struct ResourceFiles {
    /// Its folder, relative to the project.
    pub directory: String,
    /// `cli-inputs.json`; null when missing.
    pub cli_inputs: Value,
    /// Path of `cli-inputs.json`, when it is there.
    pub cli_inputs_path: Option<String>,
    /// Parameters of its stack (`parameters.json`).
    pub parameters: Map<String, Value>,
    /// Its template, the deployed copy where there is one.
    pub template: Option<TemplateFile>,
    /// `override.ts`, path and text.
    pub override_script: Option<(String, String)>,
}

impl ResourceFiles {
    pub(super) fn read(reader: &mut Reader<'_>, tree: &Tree, resource: &MetaResource) -> Result<Self, ProjectError> {
        let directory = tree.resource_directory(&resource.category, &resource.name);
        let inputs = join(&directory, "cli-inputs.json");
        let cli_inputs = reader.object(&inputs)?;
        let script = join(&directory, "override.ts");
        Ok(Self {
            cli_inputs_path: cli_inputs.is_some().then_some(inputs),
            cli_inputs: cli_inputs.unwrap_or_default(),
            parameters: parameters(reader, &directory, &resource.name)?,
            template: template(reader, tree, resource)?,
            override_script: reader.text(&script)?.map(|text| (script, text)),
            directory,
        })
    }
}

fn parameters(reader: &mut Reader<'_>, directory: &str, name: &str) -> Result<Map<String, Value>, ProjectError> {
    for file in [
        "build/parameters.json".to_owned(),
        "parameters.json".to_owned(),
        format!("{name}-parameters.json"),
    ] {
        if let Some(Value::Object(parameters)) = reader.object(&join(directory, &file))? {
            return Ok(parameters);
        }
    }
    Ok(Map::new())
}

/// The first folder that has a template wins, and in it the template named after the resource.
fn template(
    reader: &mut Reader<'_>,
    tree: &Tree,
    resource: &MetaResource,
) -> Result<Option<TemplateFile>, ProjectError> {
    for directory in tree.template_directories(&resource.category, &resource.name) {
        let names: Vec<String> = reader
            .files
            .entries(&directory)
            .map_err(reader.unreadable(&directory))?
            .into_iter()
            .filter(|entry| !entry.is_directory && is_template_name(&entry.name))
            .map(|entry| entry.name)
            .collect();
        let own = format!("{}-cloudformation-template.", resource.name);
        let chosen = names
            .iter()
            .find(|name| name.starts_with(&own))
            .or_else(|| names.iter().find(|name| name.starts_with("cloudformation-template.")))
            .or_else(|| names.iter().find(|name| !name.starts_with("template.")))
            .or_else(|| names.first());
        if let Some(name) = chosen {
            return reader.template(&join(&directory, name));
        }
    }
    Ok(None)
}

fn is_template_name(name: &str) -> bool {
    let Some((stem, "json" | "yaml" | "yml")) = name.rsplit_once('.') else {
        return false;
    };
    stem != "auth-trigger-cloudformation-template" && (stem.ends_with("-template") || stem == "template")
}

/// The template that sets the triggers of the user pool lies in the folder of the auth resource.
pub(super) fn auth_trigger_template(
    reader: &mut Reader<'_>,
    tree: &Tree,
    resources: &[MetaResource],
) -> Result<Option<TemplateFile>, ProjectError> {
    for resource in resources.iter().filter(|resource| resource.category == "auth") {
        for directory in tree.template_directories("auth", &resource.name) {
            let path = join(&directory, "auth-trigger-cloudformation-template.json");
            if let Some(template) = reader.template(&path)? {
                return Ok(Some(template));
            }
        }
    }
    Ok(None)
}

/// The template with the policies of REST APIs lies in the folder of the api category. The CLI writes it on each push, and
/// leaves it out of the copy of what is deployed.
pub(super) fn api_gateway_auth_template(
    reader: &mut Reader<'_>,
    tree: &Tree,
) -> Result<Option<TemplateFile>, ProjectError> {
    for path in [
        join(&tree.path, "awscloudformation/build/api/APIGatewayAuthStack.json"),
        join(&tree.path, "api/APIGatewayAuthStack.json"),
        join(BACKEND, "api/APIGatewayAuthStack.json"),
    ] {
        if let Some(template) = reader.template(&path)? {
            return Ok(Some(template));
        }
    }
    Ok(None)
}
