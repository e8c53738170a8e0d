//! Reads a folder of deployed stacks (`<stack>.{template,parameters,outputs}.json`) as stack trees.

use std::{collections::BTreeMap, fs, path::Path};

use indexmap::IndexMap;
use serde_json::Value;

use crate::{
    cloudformation::Template,
    deployment::{Output, Parameter, Stack, StackResource, StackTree},
};

/// Every stack of the folder by name.
pub(super) struct DeployedStacks {
    bodies: BTreeMap<String, String>,
    parameters: BTreeMap<String, Vec<Parameter>>,
    outputs: BTreeMap<String, Vec<Output>>,
}

impl DeployedStacks {
    pub(super) fn read(folder: &Path) -> Self {
        let mut stacks = Self {
            bodies: BTreeMap::new(),
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
        };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            if let Some(stack) = file.strip_suffix(".template.json") {
                stacks.bodies.insert(stack.to_owned(), text);
            } else if let Some(stack) = file.strip_suffix(".parameters.json") {
                stacks.parameters.insert(stack.to_owned(), list(&text));
            } else if let Some(stack) = file.strip_suffix(".outputs.json") {
                stacks.outputs.insert(stack.to_owned(), list(&text));
            }
        }
        stacks
    }

    /// Root of Gen 1: the shortest name.  Root of Gen 2: the other name with exactly five dash parts.
    pub(super) fn roots(&self) -> (String, String) {
        let gen1 = self.bodies.keys().min_by_key(|name| name.len()).unwrap().clone();
        let gen2 = self
            .bodies
            .keys()
            .find(|name| name.split('-').count() == 5 && !name.starts_with(&gen1))
            .unwrap()
            .clone();
        (gen1, gen2)
    }

    pub(super) fn tree(&self, name: &str) -> StackTree {
        let template = Template::parse(&self.bodies[name], name).unwrap();
        let outputs = self.outputs.get(name).cloned().unwrap_or_default();
        let mut resources = IndexMap::new();
        let mut nested = IndexMap::new();
        for resource in template.resources() {
            let logical_id = resource.logical_id;
            let mut physical_id = outputs
                .iter()
                .find(|output| {
                    let declared = template.document()["Outputs"][&output.output_key].get("Value");
                    declared == Some(&serde_json::json!({ "Ref": logical_id }))
                })
                .map_or_else(|| format!("{name}/{logical_id}"), |output| output.output_value.clone());
            if resource.resource_type() == "AWS::CloudFormation::Stack"
                && let Some(child) = self.child(name, logical_id)
            {
                physical_id = child.clone();
                nested.insert(logical_id.to_owned(), self.tree(&child));
            }
            resources.insert(
                logical_id.to_owned(),
                StackResource {
                    resource_type: resource.resource_type().to_owned(),
                    physical_id: Some(physical_id),
                    status: "UPDATE_COMPLETE".into(),
                },
            );
        }
        StackTree {
            stack: Stack {
                name: name.to_owned(),
                id: name.to_owned(),
                status: "UPDATE_COMPLETE".into(),
                status_reason: None,
                description: None,
                parent_id: None,
                template_body: self.bodies[name].clone(),
                parameters: self.parameters.get(name).cloned().unwrap_or_default(),
                outputs,
                tags: IndexMap::new(),
                resources,
                last_updated: None,
                role_arn: None,
            },
            nested,
        }
    }

    /// The shortest name that begins like the parent and holds the logical id.
    fn child(&self, parent: &str, logical_id: &str) -> Option<String> {
        let start: Vec<&str> = parent.split('-').take(5).collect();
        let start = start.join("-");
        self.bodies
            .keys()
            .filter(|name| *name != parent && name.starts_with(&start) && name.contains(logical_id))
            .min_by_key(|name| name.len())
            .cloned()
    }
}

fn list<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let value: Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(value).unwrap()
}
