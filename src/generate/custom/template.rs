use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::backend::model::{CustomStack, Expression};

/// What the CDK writes into every template for its own bootstrapping, which the Gen 2 backend has itself.
const OF_THE_CDK: [(&str, &str); 4] = [
    ("Parameters", "BootstrapVersion"),
    ("Rules", "CheckBootstrapVersion"),
    ("Resources", "CDKMetadata"),
    ("Conditions", "CDKMetadataAvailable"),
];

/// A template as it is included, and what was changed in it.
pub(super) struct Included {
    /// The template as JSON.
    pub(super) text: String,
    /// Parameters that stand for what other stacks exported.
    pub(super) imports: IndexMap<String, Expression>,
    /// Parameters that nothing refers to: the CLI hands every output of a resource over that is depended on.
    pub(super) unused: Vec<String>,
    /// Outputs that were exported.
    pub(super) exports: Vec<String>,
    /// Logical ids of nested stacks.
    pub(super) nested_stacks: Vec<String>,
}

/// The template without what belongs to Gen 1: imports of other stacks' exports become parameters, exports are gone, and
/// what holds data is retained.
pub(super) fn included(custom: &CustomStack) -> Included {
    let mut document = Value::Object(custom.template.clone());
    let imports = replace_imports(custom, &mut document);
    let exports = drop_exports(&mut document);
    let mut nested_stacks = Vec::new();
    if let Some(template) = document.as_object_mut() {
        for (section, name) in OF_THE_CDK {
            if let Some(Value::Object(entries)) = template.get_mut(section) {
                entries.shift_remove(name);
                if entries.is_empty() {
                    template.shift_remove(section);
                }
            }
        }
        // The CLI describes its stacks in JSON, for its own statistics.
        if template
            .get("Description")
            .and_then(Value::as_str)
            .is_some_and(|text| serde_json::from_str::<Map<String, Value>>(text).is_ok())
        {
            template.shift_remove("Description");
        }
        for (logical_id, resource) in resources(template) {
            if resource["Type"] == "AWS::CloudFormation::Stack" {
                nested_stacks.push(logical_id.clone());
            }
            if custom.stateful.iter().any(|(stateful, _)| stateful == logical_id) {
                retain(resource);
            }
        }
    }
    let unused = drop_unused_parameters(&mut document);
    Included {
        text: format!("{document:#}\n"),
        imports,
        unused,
        exports,
        nested_stacks,
    }
}

/// A parameter is used where its name is in any text outside of the list of parameters. Macros may use all of them.
fn drop_unused_parameters(document: &mut Value) -> Vec<String> {
    let Some(template) = document
        .as_object_mut()
        .filter(|template| !template.contains_key("Transform"))
    else {
        return Vec::new();
    };
    let Some(Value::Object(mut parameters)) = template.shift_remove("Parameters") else {
        return Vec::new();
    };
    let rest = Value::Object(std::mem::take(template));
    let unused: Vec<String> = parameters.keys().filter(|name| !names(&rest, name)).cloned().collect();
    parameters.retain(|name, _| !unused.contains(name));
    let Value::Object(rest) = rest else {
        return unused;
    };
    // The parameters stay before the resources, where templates have them.
    for (section, value) in rest {
        if section == "Resources" && !parameters.is_empty() {
            template.insert("Parameters".to_owned(), Value::Object(std::mem::take(&mut parameters)));
        }
        template.insert(section, value);
    }
    unused
}

fn names(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text.contains(name),
        Value::Array(values) => values.iter().any(|value| names(value, name)),
        Value::Object(entries) => entries.values().any(|value| names(value, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn resources(template: &mut Map<String, Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    template
        .get_mut("Resources")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
}

fn retain(resource: &mut Value) {
    let Some(resource) = resource.as_object_mut() else {
        return;
    };
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        resource.insert(policy.to_owned(), json!("Retain"));
    }
}

fn replace_imports(custom: &CustomStack, document: &mut Value) -> IndexMap<String, Expression> {
    let mut imports: IndexMap<String, Expression> = IndexMap::new();
    for (pointer, expression) in &custom.imports {
        let known = imports
            .iter()
            .find(|(_, known)| *known == expression)
            .map(|(name, _)| name.clone());
        let name = known.unwrap_or_else(|| {
            let name = free_name(document, imports.len() + 1);
            imports.insert(name.clone(), expression.clone());
            document["Parameters"][&name] = json!({ "Type": "String" });
            name
        });
        if let Some(import) = document.pointer_mut(pointer) {
            *import = json!({ "Ref": name });
        }
    }
    imports
}

/// A name for a parameter that the template does not have yet.
fn free_name(document: &Value, number: usize) -> String {
    let is_taken = |name: &String| {
        ["Parameters", "Resources"]
            .iter()
            .any(|section| document[*section].get(name).is_some())
    };
    (number..)
        .map(|number| format!("ImportedValue{number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_default()
}

fn drop_exports(document: &mut Value) -> Vec<String> {
    let Some(outputs) = document.get_mut("Outputs").and_then(Value::as_object_mut) else {
        return Vec::new();
    };
    outputs
        .iter_mut()
        .filter_map(|(name, output)| {
            output.as_object_mut()?.shift_remove("Export")?;
            Some(name.clone())
        })
        .collect()
}
