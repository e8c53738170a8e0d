//! Stack trees from folders of `<stack>.{template,parameters,outputs}.json`.

use std::{collections::BTreeMap, fs, path::Path};

use indexmap::IndexMap;
use serde_json::Value;

use crate::{
    backend::model::{Category, Resource, ResourceId},
    cloudformation::Template,
    deployment::{Output, Parameter, Stack, StackResource, StackTree},
};

/// Both trees of an app and the resources of its Gen 1 backend.
pub(super) struct App {
    pub(super) gen1: StackTree,
    pub(super) gen2: StackTree,
    pub(super) resources: Vec<Resource>,
    pub(super) region: String,
}

pub(super) fn read_app(folder: &Path) -> App {
    let json = |path: &str| -> Value {
        let text = fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap()
    };
    let environments = json("gen1-project/amplify/team-provider-info.json");
    let provider = &environments.as_object().unwrap().values().next().unwrap()["awscloudformation"];
    let gen1_root = provider["StackName"].as_str().unwrap();
    let meta = json("gen1-project/amplify/#current-cloud-backend/amplify-meta.json");
    let stacks = read_stacks(&folder.join("deployed-stacks"));
    let gen2_root = stacks
        .keys()
        .find(|name| name.split('-').count() == 5 && *name != gen1_root)
        .unwrap();
    App {
        gen1: tree(&stacks, gen1_root),
        gen2: tree(&stacks, gen2_root),
        resources: resources(&meta),
        region: provider["Region"].as_str().unwrap().into(),
    }
}

fn resources(meta: &Value) -> Vec<Resource> {
    let mut resources = Vec::new();
    for (category, entries) in meta.as_object().unwrap() {
        if matches!(category.as_str(), "providers" | "hosting") {
            continue;
        }
        for (name, entry) in entries.as_object().unwrap() {
            resources.push(Resource {
                id: ResourceId::new(Category(category.clone()), name),
                service: entry["service"].as_str().map(Into::into),
                imported: entry["serviceType"] == "imported",
                depends_on: Vec::new(),
            });
        }
    }
    resources
}

/// Stacks without resources: those depend on the names of all stacks.
fn read_stacks(folder: &Path) -> BTreeMap<String, Stack> {
    let mut stacks = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(name) = file.strip_suffix(".template.json") else {
            continue;
        };
        let beside = |kind: &str| fs::read_to_string(folder.join(format!("{name}.{kind}.json"))).unwrap_or("[]".into());
        let parameters: Vec<Parameter> = serde_json::from_str(&beside("parameters")).unwrap();
        let outputs: Vec<Output> = serde_json::from_str(&beside("outputs")).unwrap();
        let stack = Stack {
            name: name.into(),
            id: name.into(),
            status: "UPDATE_COMPLETE".into(),
            status_reason: None,
            description: None,
            parent_id: None,
            template_body: fs::read_to_string(&path).unwrap(),
            parameters,
            outputs,
            tags: IndexMap::new(),
            resources: IndexMap::new(),
            last_updated: None,
            role_arn: None,
        };
        stacks.insert(name.to_owned(), stack);
    }
    stacks
}

fn tree(stacks: &BTreeMap<String, Stack>, name: &str) -> StackTree {
    let mut stack = stacks[name].clone();
    let template = Template::parse(&stack.template_body, name).unwrap();
    let prefix: Vec<&str> = name.split('-').take(5).collect();
    let prefix = prefix.join("-");
    let mut nested = IndexMap::new();
    for resource in template.resources() {
        let output_name = template.outputs().find_map(|output| {
            let refers = output.value()?.get("Ref")?.as_str()? == resource.logical_id;
            refers.then_some(output.name)
        });
        let output = output_name
            .and_then(|name| stack.outputs.iter().find(|output| output.output_key == name))
            .map(|output| output.output_value.clone());
        let mut physical_id = output.unwrap_or_else(|| format!("{name}/{}", resource.logical_id));
        if resource.resource_type() == "AWS::CloudFormation::Stack" {
            let child = stacks
                .keys()
                .filter(|other| *other != name && other.starts_with(&prefix) && other.contains(resource.logical_id))
                .min_by_key(|other| other.len());
            if let Some(child) = child {
                physical_id.clone_from(child);
                nested.insert(resource.logical_id.to_owned(), tree(stacks, child));
            }
        }
        stack.resources.insert(
            resource.logical_id.into(),
            StackResource {
                resource_type: resource.resource_type().into(),
                physical_id: Some(physical_id),
                status: "UPDATE_COMPLETE".into(),
            },
        );
    }
    StackTree { stack, nested }
}
