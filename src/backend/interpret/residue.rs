//! What the user added to the template of a function, table, bucket or stream: queues, alarms, aliases, scaling. It goes over
//! as a template of its own, evaluated, with parameters for what belongs to the rest of the backend.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{
    Interpretation, custom, id_of, index::references_in, policies::POLICY_TYPES, stacks::ENVIRONMENT_PARAMETER,
};
use crate::{
    backend::{
        features::STATEFUL_TYPES,
        model::{CustomLanguage, CustomOrigin, CustomStack, Expression, ResourceId, Target},
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::MetaResource,
};

/// Services whose templates people add resources to.
const EXTENDED: [&str; 4] = ["Lambda", "DynamoDB", "S3", "Kinesis"];

/// Carries over what can stand alone among the resources `added` to a template; the logical ids of those that went over.
pub(super) fn read<'t>(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    stack: &'t EvaluatedTree,
    added: &[Resource<'t>],
) -> BTreeSet<String> {
    let is_extended = resource
        .service
        .as_deref()
        .is_some_and(|service| EXTENDED.contains(&service));
    if !is_extended || resource.imported || added.is_empty() {
        return BTreeSet::new();
    }
    let owner = id_of(resource);
    let taken = taken(interpretation, stack, added, &owner);
    if taken.is_empty() {
        return taken;
    }
    let mut writer = Writer {
        interpretation,
        stack,
        owner: &owner,
        taken: &taken,
        parameters: IndexMap::new(),
    };
    let mut resources = Map::new();
    for found in stack
        .template
        .resources()
        .filter(|found| taken.contains(found.logical_id))
    {
        resources.insert(found.logical_id.to_owned(), writer.definition(&found));
    }
    let parameters = writer.parameters;
    let declarations: Map<String, Value> = parameters
        .keys()
        .map(|name| (name.clone(), json!({ "Type": "String" })))
        .collect();
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), Value::from("2010-09-09"));
    if !declarations.is_empty() {
        template.insert("Parameters".to_owned(), Value::Object(declarations));
    }
    let taken_of = |types: &[&str]| -> Vec<(String, String)> {
        stack
            .template
            .resources()
            .filter(|found| taken.contains(found.logical_id) && types.contains(&found.resource_type()))
            .map(|found| (found.logical_id.to_owned(), found.resource_type().to_owned()))
            .collect()
    };
    let stateful = taken_of(&STATEFUL_TYPES);
    let known_outside = taken_of(&custom::KNOWN_OUTSIDE);
    template.insert("Resources".to_owned(), Value::Object(resources));
    let physical_names = custom::physical_names(interpretation, stack, &owner)
        .into_iter()
        .filter(|name| taken.contains(&name.logical_id))
        .collect();
    let location = interpretation.location_of(resource);
    interpretation.backend.custom_stacks.push(CustomStack {
        name: CustomStack::name_of_additions(&owner),
        resource: owner,
        stack_path: stack.path.clone(),
        origin: CustomOrigin::Additions,
        language: CustomLanguage::CloudFormation,
        template,
        parameters,
        parameters_without_value: Vec::new(),
        imports: IndexMap::new(),
        physical_names,
        stateful,
        known_outside,
        directory: interpretation
            .project
            .tree
            .resource_directory(&resource.category, &resource.name),
        source_files: Vec::new(),
        resolver_files: Vec::new(),
        location,
    });
    taken
}

/// The added resources that can stand alone, with the policies and permissions that serve them only.
fn taken<'t>(
    interpretation: &mut Interpretation<'_>,
    stack: &'t EvaluatedTree,
    added: &[Resource<'t>],
    owner: &ResourceId,
) -> BTreeSet<String> {
    let mut taken: BTreeSet<String> = added
        .iter()
        .filter(|found| is_portable(found) && !interpretation.is_undecided(stack, found))
        .map(|found| found.logical_id.to_owned())
        .collect();
    // Policies of added roles and rights to start something by an added resource are nobody else's.
    for found in stack.template.resources() {
        let serves = match found.resource_type() {
            kind if POLICY_TYPES.contains(&kind) => {
                let roles =
                    ["Roles", "RoleName"].map(|name| found.property(name).map(references_in).unwrap_or_default());
                let mut roles = roles.iter().flatten().peekable();
                roles.peek().is_some() && roles.all(|path| is_in(path, stack, &taken))
            }
            "AWS::Lambda::Permission" => {
                let source = found.property("SourceArn").map(references_in).unwrap_or_default();
                source.iter().any(|path| is_in(path, stack, &taken))
            }
            _ => false,
        };
        if serves {
            taken.insert(found.logical_id.to_owned());
        }
    }
    // What refers to something that stays behind stays behind.
    loop {
        let stranded: Vec<String> = stack
            .template
            .resources()
            .filter(|found| taken.contains(found.logical_id))
            .filter(|found| refers_to_what_stays(interpretation, found, stack, &taken, owner))
            .map(|found| found.logical_id.to_owned())
            .collect();
        if stranded.is_empty() {
            return taken;
        }
        taken.retain(|logical_id| !stranded.contains(logical_id));
    }
}

/// Code in the deployment bucket and templates of nested stacks are gone with Gen 1; a bucket has one policy, and Gen 2 writes it.
fn is_portable(found: &Resource<'_>) -> bool {
    match found.resource_type() {
        "AWS::CloudFormation::Stack" | "AWS::S3::BucketPolicy" => false,
        "AWS::Lambda::Function" => found
            .property("Code")
            .is_some_and(|code| code.get("ZipFile").is_some() || code.get("ImageUri").is_some()),
        _ => true,
    }
}

fn is_in(path: &str, stack: &EvaluatedTree, taken: &BTreeSet<String>) -> bool {
    path.strip_prefix(&format!("{}/", stack.path))
        .is_some_and(|logical_id| taken.contains(logical_id))
}

fn refers_to_what_stays(
    interpretation: &Interpretation<'_>,
    found: &Resource<'_>,
    stack: &EvaluatedTree,
    taken: &BTreeSet<String>,
    owner: &ResourceId,
) -> bool {
    let paths = found
        .definition
        .get("Properties")
        .map(references_in)
        .unwrap_or_default();
    paths.iter().any(|path| {
        if is_in(path, stack, taken) {
            return false;
        }
        match interpretation.decoder.index.target(path) {
            Some(Target::DeploymentBucket) => true,
            // The execution role is no target of its own, but the function's.
            Some(_) => false,
            None => {
                interpretation.decoder.index.owner(path) == Some(owner)
                    && interpretation
                        .decoder
                        .index
                        .principal(&json!({ "Ref": path }))
                        .is_none()
            }
        }
    })
}

struct Writer<'w, 'p> {
    interpretation: &'w Interpretation<'p>,
    stack: &'w EvaluatedTree,
    owner: &'w ResourceId,
    taken: &'w BTreeSet<String>,
    parameters: IndexMap<String, Expression>,
}

impl Writer<'_, '_> {
    fn definition(&mut self, found: &Resource<'_>) -> Value {
        let mut definition = Map::new();
        for (key, value) in found.definition {
            match key.as_str() {
                "DependsOn" => {
                    let kept: Vec<&str> = found
                        .depends_on()
                        .into_iter()
                        .filter(|logical_id| self.taken.contains(*logical_id))
                        .collect();
                    if !kept.is_empty() {
                        definition.insert(key.clone(), json!(kept));
                    }
                }
                "Properties" => {
                    definition.insert(key.clone(), self.value(value));
                }
                "Metadata" | "Condition" => {}
                _ => {
                    definition.insert(key.clone(), value.clone());
                }
            }
        }
        Value::Object(definition)
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(entries) => {
                let single = entries.iter().next().filter(|_| entries.len() == 1);
                match single {
                    Some((name, Value::String(path))) if name == "Ref" => self.reference(value, path, None),
                    Some((name, Value::Array(arguments))) if name == "Fn::GetAtt" => match arguments.as_slice() {
                        [Value::String(path), Value::String(attribute)] => self.reference(value, path, Some(attribute)),
                        _ => value.clone(),
                    },
                    Some((name, _)) if name == "Fn::ImportValue" => self.parameter(value, "ImportedValue"),
                    _ => entries
                        .iter()
                        .map(|(key, inner)| (key.clone(), self.value(inner)))
                        .collect(),
                }
            }
            scalar => scalar.clone(),
        }
    }

    fn reference(&mut self, value: &Value, path: &str, attribute: Option<&str>) -> Value {
        if path.starts_with("AWS::") {
            return value.clone();
        }
        if path == ENVIRONMENT_PARAMETER {
            return self.parameter(value, ENVIRONMENT_PARAMETER);
        }
        let logical_id = path.rsplit('/').next().unwrap_or(path);
        if is_in(path, self.stack, self.taken) {
            return match attribute {
                None => json!({ "Ref": logical_id }),
                Some(attribute) => json!({ "Fn::GetAtt": [logical_id, attribute] }),
            };
        }
        let attribute = attribute.unwrap_or_default();
        self.parameter(value, &format!("{logical_id}{attribute}"))
    }

    /// A parameter for a value of the rest of the backend; the same value is the same parameter.
    fn parameter(&mut self, value: &Value, wish: &str) -> Value {
        let expression = self.interpretation.decoder.expression(value, self.owner);
        if let Some((name, _)) = self.parameters.iter().find(|(_, known)| **known == expression) {
            return json!({ "Ref": name });
        }
        let wish: String = wish.chars().filter(char::is_ascii_alphanumeric).collect();
        let is_taken = |name: &String| self.taken.contains(name) || self.parameters.contains_key(name);
        let name = std::iter::once(wish.clone())
            .chain((2..).map(|number| format!("{wish}{number}")))
            .find(|name| !is_taken(name))
            .unwrap_or(wish);
        self.parameters.insert(name.clone(), expression);
        json!({ "Ref": name })
    }
}
