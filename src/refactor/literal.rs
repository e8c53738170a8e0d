//! Making references literal, so that resources can leave their stack without changing.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::{
    error::PlanError,
    input::AttributeRequest,
    knowledge::{Everything, runtime_output},
};
use crate::{
    cloudformation::{
        Node, ReferenceGraph, Template,
        evaluate::{AttributeSource, Evaluator, Unresolved, UnresolvedReason, intrinsic},
        names_in,
        simulate::{ResourceFacts, SimulatedStack},
    },
    deployment::Stack,
};

/// Logical id of the resource that keeps a stack from becoming empty.
pub const PLACEHOLDER: &str = "MigrationPlaceholder";

/// The template of a stack with everything literal that has to be before some of its resources leave:
/// the resources that move in full, references to them wherever they stand, and the outputs. Resources that move are
/// retained and depend only on others that move with them. Resources that are released are retained, and referred to by
/// nothing; their own definitions stay symbolic, secrets and all. The placeholder is added when nothing else would be left.
pub(super) fn prepare(
    stack: &SimulatedStack,
    deployed: Option<&Stack>,
    facts: &dyn ResourceFacts,
    moved: &IndexSet<String>,
    released: &IndexSet<String>,
) -> Result<Template, PlanError> {
    if let Some(name) = stack.template.transforms().first() {
        return Err(PlanError::Transform {
            stack: stack.name.clone(),
            name: (*name).into(),
        });
    }
    let leaving: IndexSet<String> = moved.union(released).cloned().collect();
    let mut preparation = Preparation {
        stack,
        facts,
        moved,
        leaving: &leaving,
        needed: Vec::new(),
    };
    let mut template = stack.template.clone();
    for resource in stack.template.resources() {
        let mut definition = if moved.contains(resource.logical_id) {
            preparation.moving(resource.logical_id, resource.definition)?
        } else {
            preparation.staying(&format!("/Resources/{}", resource.logical_id), resource.definition)?
        };
        if released.contains(resource.logical_id) {
            retain(&mut definition);
        }
        template.insert("Resources", resource.logical_id, Value::Object(definition));
    }
    preparation.outputs(deployed, &mut template)?;
    if !preparation.needed.is_empty() {
        preparation.needed.sort();
        preparation.needed.dedup();
        return Err(PlanError::AttributesNeeded(preparation.needed));
    }
    add_placeholder_if_empty(&mut template, stack, &leaving);
    Ok(template)
}

/// Adds the placeholder when no resource that exists would be left without those that leave.
pub(super) fn add_placeholder_if_empty(template: &mut Template, stack: &SimulatedStack, leaving: &IndexSet<String>) {
    let left = stack.resources.keys().any(|logical_id| !leaving.contains(logical_id));
    if !left {
        template.insert("Resources", PLACEHOLDER, placeholder());
    }
}

/// Whatever becomes of its stack, the resource stays.
pub(super) fn retain(definition: &mut Map<String, Value>) {
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        definition.insert(policy.into(), "Retain".into());
    }
}

/// The resource that keeps a stack from becoming empty. The service does not move its type, it only ever stays.
pub(super) fn placeholder() -> Value {
    serde_json::json!({ "Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {} })
}

struct Preparation<'p> {
    stack: &'p SimulatedStack,
    facts: &'p dyn ResourceFacts,
    moved: &'p IndexSet<String>,
    /// Moved and released.
    leaving: &'p IndexSet<String>,
    needed: Vec<AttributeRequest>,
}

impl Preparation<'_> {
    fn evaluator<'e>(&'e self, source: &'e dyn AttributeSource) -> Evaluator<'e> {
        let SimulatedStack {
            template,
            parameters,
            pseudo,
            ..
        } = self.stack;
        Evaluator::new(template, parameters, pseudo.clone(), source).with_symbolic_place()
    }

    fn moving(&mut self, logical_id: &str, definition: &Map<String, Value>) -> Result<Map<String, Value>, PlanError> {
        let (stack, facts) = (self.stack, self.facts);
        let everything = Everything { stack, facts };
        let mut prepared = Map::new();
        for (key, value) in definition {
            match key.as_str() {
                // It is deployed, so its condition is true; and the target has no such condition.
                "Condition" | "DeletionPolicy" | "UpdateReplacePolicy" => {}
                "Type" => {
                    prepared.insert(key.clone(), value.clone());
                }
                "DependsOn" => {
                    let kept: Vec<Value> = depends_on(value)
                        .into_iter()
                        .filter(|other| self.moved.contains(*other))
                        .map(Value::from)
                        .collect();
                    if !kept.is_empty() {
                        prepared.insert(key.clone(), Value::Array(kept));
                    }
                }
                _ => {
                    let path = format!("/Resources/{logical_id}/{key}");
                    let evaluation = self.evaluator(&everything).value_at(&path, value);
                    for unresolved in evaluation.unresolved {
                        self.must_resolve(logical_id, unresolved)?;
                    }
                    if let Some(value) = evaluation.value {
                        prepared.insert(key.clone(), value);
                    }
                }
            }
        }
        retain(&mut prepared);
        Ok(prepared)
    }

    /// Something of a resource that moves stayed symbolic.
    fn must_resolve(&mut self, logical_id: &str, unresolved: Unresolved) -> Result<(), PlanError> {
        let stack = self.stack.name.clone();
        match unresolved.reason {
            UnresolvedReason::Attribute {
                logical_id: target,
                attribute,
            } if self.stack.resources.contains_key(&target) => {
                self.need(&target, attribute, logical_id);
                Ok(())
            }
            UnresolvedReason::SecretParameter { name } => Err(PlanError::SecretParameter {
                stack,
                logical_id: logical_id.into(),
                parameter: name,
            }),
            reason => Err(PlanError::Unresolvable {
                stack,
                path: unresolved.path,
                reason: reason.to_string(),
            }),
        }
    }

    fn need(&mut self, logical_id: &str, attribute: String, needed_by: &str) {
        let Some(resource) = self.stack.resources.get(logical_id) else {
            return;
        };
        self.needed.push(AttributeRequest {
            stack: self.stack.name.clone(),
            logical_id: logical_id.into(),
            resource_type: resource.resource_type.clone(),
            physical_id: resource.physical_id.clone().unwrap_or_default(),
            attribute,
            needed_by: needed_by.into(),
        });
    }

    fn staying(&mut self, path: &str, definition: &Map<String, Value>) -> Result<Map<String, Value>, PlanError> {
        let mut prepared = Map::new();
        for (key, value) in definition {
            if key == "DependsOn" {
                let all = depends_on(value);
                let kept: Vec<&str> = all
                    .iter()
                    .copied()
                    .filter(|other| !self.leaving.contains(*other))
                    .collect();
                if kept.len() == all.len() {
                    prepared.insert(key.clone(), value.clone());
                } else if !kept.is_empty() {
                    prepared.insert(key.clone(), kept.into());
                }
            } else if let Some(value) = self.substituted(&format!("{path}/{key}"), value)? {
                prepared.insert(key.clone(), value);
            }
        }
        Ok(prepared)
    }

    /// The value with every reference to a resource that leaves made literal; everything else stays as it is written.
    fn substituted(&mut self, path: &str, value: &Value) -> Result<Option<Value>, PlanError> {
        match value {
            Value::Array(items) => {
                let mut substituted = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    substituted.extend(self.substituted(&format!("{path}/{index}"), item)?);
                }
                Ok(Some(Value::Array(substituted)))
            }
            Value::Object(entries) => {
                if let Some((function @ ("Ref" | "Fn::GetAtt" | "Fn::Sub"), argument)) = intrinsic::call(entries)
                    && self.is_affected(function, argument, value)
                {
                    return self.literal(path, value);
                }
                let mut substituted = Map::new();
                for (key, value) in entries {
                    if let Some(value) = self.substituted(&format!("{path}/{key}"), value)? {
                        substituted.insert(key.clone(), value);
                    }
                }
                Ok(Some(Value::Object(substituted)))
            }
            scalar => Ok(Some(scalar.clone())),
        }
    }

    /// It refers to a resource that leaves, or is an ARN that is certain: those are literal in every stack of a refactor.
    fn is_affected(&self, function: &str, argument: &Value, call: &Value) -> bool {
        let names = names_in(call);
        if names.iter().any(|name| self.leaving.contains(name)) {
            return true;
        }
        let attribute = intrinsic::attribute_of(argument).map(|(_, attribute)| attribute);
        function == "Fn::GetAtt" && attribute.is_some_and(|attribute| attribute == "Arn")
    }

    fn literal(&mut self, path: &str, value: &Value) -> Result<Option<Value>, PlanError> {
        let (stack, facts, leaving) = (self.stack, self.facts, self.leaving);
        let source = Moving {
            everything: Everything { stack, facts },
            leaving,
        };
        let evaluation = self.evaluator(&source).value_at(path, value);
        for unresolved in evaluation.unresolved {
            if let UnresolvedReason::Attribute { logical_id, attribute } = unresolved.reason
                && self.leaving.contains(&logical_id)
            {
                self.need(&logical_id, attribute, &logical_id);
            }
        }
        Ok(evaluation.value)
    }

    /// Outputs that refer to resources get the value that the service computed. Other stacks read them by name.
    fn outputs(&mut self, deployed: Option<&Stack>, template: &mut Template) -> Result<(), PlanError> {
        let graph = ReferenceGraph::of(&self.stack.template);
        for output in self.stack.template.outputs() {
            let references = || {
                graph
                    .references
                    .iter()
                    .filter(|reference| reference.from == Node::Output(output.name.into()))
            };
            let refers_to_leaving =
                references().any(|reference| matches!(&reference.to, Node::Resource(id) if self.leaving.contains(id)));
            let refers_to_resource = references().any(|reference| matches!(reference.to, Node::Resource(_)));
            let secret = references().any(|reference| match &reference.to {
                Node::Parameter(name) => self
                    .stack
                    .template
                    .parameter(name)
                    .is_some_and(|parameter| parameter.no_echo()),
                _ => false,
            });
            if !refers_to_resource || secret && !refers_to_leaving {
                continue;
            }
            let runtime = deployed.and_then(|stack| runtime_output(stack, output.name));
            let value = match runtime {
                Some(runtime) => Some(Value::String(runtime.into())),
                None if refers_to_leaving => match output.value() {
                    Some(value) if self.output_exists(output.condition()) => {
                        self.literal(&format!("/Outputs/{}/Value", output.name), value)?
                    }
                    // Its condition is false: nobody reads it, and its reference would dangle.
                    _ => None,
                },
                None => continue,
            };
            match value {
                Some(value) => {
                    let mut declaration = output.declaration.clone();
                    declaration.insert("Value".into(), value);
                    template.insert("Outputs", output.name, Value::Object(declaration));
                }
                None => {
                    template.remove("Outputs", output.name);
                }
            }
        }
        Ok(())
    }

    fn output_exists(&self, condition: Option<&str>) -> bool {
        let everything = Everything {
            stack: self.stack,
            facts: self.facts,
        };
        condition.is_none_or(|condition| self.evaluator(&everything).condition(condition) != Some(false))
    }
}

fn depends_on(value: &Value) -> Vec<&str> {
    match value {
        Value::String(logical_id) => vec![logical_id],
        Value::Array(logical_ids) => logical_ids.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Answers for what stays: resources that leave in full, and of the others only ARNs that follow from rules.
struct Moving<'s> {
    everything: Everything<'s>,
    leaving: &'s IndexSet<String>,
}

impl AttributeSource for Moving<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.leaving
            .contains(logical_id)
            .then(|| self.everything.reference(logical_id))?
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        if self.leaving.contains(logical_id) || attribute == "Arn" {
            self.everything.attribute(logical_id, attribute)
        } else {
            None
        }
    }

    fn is_deployed(&self, logical_id: &str) -> Option<bool> {
        self.everything.is_deployed(logical_id)
    }
}
