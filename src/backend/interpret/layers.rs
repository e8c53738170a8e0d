//! Lambda layers of the project: the current version, who may use it, and what it is made of.

use serde_json::Value;

use super::{Interpretation, id_of, index::references_in};
use crate::{
    backend::{
        finding::Severity,
        model::{LambdaLayer, LayerPermission, SourceLocation},
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::{BACKEND, MetaResource, files_below, join, texts},
};

const VERSION: &str = "AWS::Lambda::LayerVersion";
const PERMISSION: &str = "AWS::Lambda::LayerVersionPermission";
/// Folders of a layer that go into it.
const CONTENT: [&str; 2] = ["lib", "opt"];
/// What tools make in them.
const NOT_CONTENT: [&str; 5] = [
    "__pycache__",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "dist",
];

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let location = interpretation.location_of(resource);
    let id = id_of(resource);
    let found = interpretation
        .symbolic_stack(resource)
        .and_then(|stack| Some((stack, current_version(stack)?)));
    let Some((stack, version)) = found else {
        interpretation.finding(
            "lambda-layer-template-missing",
            Severity::Manual,
            format!("the template of {} is missing or holds no layer", resource.path()),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
        return;
    };
    let text = |name: &str| version.property(name).and_then(Value::as_str).map(str::to_owned);
    let permissions = permissions(interpretation, stack, version.logical_id, &id);
    let runtimes = texts(version.property("CompatibleRuntimes").unwrap_or(&Value::Null));
    let (directory, files) = content(interpretation, resource, &location);
    let package = interpretation
        .project
        .files()
        .read(&join(&directory, "lib/nodejs/package.json"))
        .ok()
        .flatten()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .unwrap_or_default();
    if files.is_empty() {
        interpretation.finding(
            "lambda-layer-content-missing",
            Severity::Manual,
            format!("the content of {} (folders lib and opt) is missing", resource.path()),
            &location,
            "Fetch the backend with `amplify pull`, or put the content into the generated folder by hand.",
        );
    }
    let layer = LambdaLayer {
        name: resource.name.clone(),
        deployed_name: interpretation
            .literal_stack(resource)
            .and_then(|stack| {
                stack
                    .template
                    .resource(version.logical_id)?
                    .property("LayerName")?
                    .as_str()
            })
            .map(str::to_owned),
        description: text("Description").filter(|text| !text.is_empty()),
        license: text("LicenseInfo"),
        runtimes,
        permissions,
        directory,
        files,
        dependencies: package["dependencies"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned())))
            .collect(),
        location,
    };
    interpretation.backend.layers.push(layer);
}

/// The version that the stack gives out, else its last one.
fn current_version(stack: &EvaluatedTree) -> Option<Resource<'_>> {
    let given_out = stack
        .outputs
        .get("Arn")
        .map(references_in)
        .and_then(|paths| stack.template.resource(paths.first()?.rsplit('/').next()?))
        .filter(|found| found.resource_type() == VERSION);
    given_out.or_else(|| {
        stack
            .template
            .resources()
            .filter(|found| found.resource_type() == VERSION)
            .last()
    })
}

fn permissions(
    interpretation: &Interpretation<'_>,
    stack: &EvaluatedTree,
    version: &str,
    owner: &crate::backend::model::ResourceId,
) -> Vec<LayerPermission> {
    let path = format!("{}/{version}", stack.path);
    stack
        .template
        .resources()
        .filter(|found| found.resource_type() == PERMISSION)
        .filter(|found| {
            found
                .property("LayerVersionArn")
                .is_some_and(|arn| references_in(arn).contains(&path))
        })
        .filter_map(|found| {
            let text = |name: &str| found.property(name).and_then(Value::as_str).map(str::to_owned);
            Some(LayerPermission {
                action: text("Action")?,
                principal: interpretation.decoder.expression(found.property("Principal")?, owner),
                organization: text("OrganizationId"),
            })
        })
        .collect()
}

/// The folder with the content, and the files in it. What npm installs is left out where package.json tells it.
fn content(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    location: &SourceLocation,
) -> (String, Vec<String>) {
    let deployed = interpretation
        .project
        .tree
        .resource_directory(&resource.category, &resource.name);
    let edited = format!("{BACKEND}/{}/{}", resource.category, resource.name);
    for directory in [&deployed, &edited] {
        let mut files = Vec::new();
        for folder in CONTENT {
            match files_below(interpretation.project.files(), &join(directory, folder), &NOT_CONTENT) {
                Ok(found) => files.extend(found.into_iter().map(|file| join(folder, &file))),
                Err(error) => interpretation.finding(
                    "lambda-layer-content-unreadable",
                    Severity::Manual,
                    format!("the content of {} cannot be read: {error}", resource.path()),
                    location,
                    "Make the folder readable and generate again.",
                ),
            }
        }
        if files.iter().any(|file| file == "lib/nodejs/package.json") {
            files.retain(|file| !file.starts_with("lib/nodejs/node_modules/"));
        }
        if !files.is_empty() {
            return (directory.clone(), files);
        }
    }
    (deployed, Vec::new())
}
