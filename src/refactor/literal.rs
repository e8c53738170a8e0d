//! Templates in which nothing refers across the boundary that a move is about to draw.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::{
    RefactorError,
    attributes::{DeployedAttributes, KnownAttributes},
    operation::MOVES_PER_REFACTOR,
    state::StackState,
};
use crate::cloudformation::{
    Place, Template,
    evaluate::{
        AttributeSource, Evaluator, UnresolvedReason,
        intrinsic::{SubPart, attribute_of, call, sub_parts},
    },
};

/// A template of the same meaning in which the resources that will move are free of every reference (and have the Retain
/// policies), and nothing that stays refers to them any more.
///
/// # Errors
/// `VALUE_UNRESOLVED` when a value that has to be literal cannot be known.
pub(super) fn literalise(
    state: &StackState,
    moving: &IndexSet<String>,
    place: &Place,
    known: &KnownAttributes,
) -> Result<Template, RefactorError> {
    let source = DeployedAttributes { state, place, known };
    let evaluator = Evaluator::new(
        &state.template,
        &state.parameter_values(),
        state.pseudo_parameters(place),
        &source,
    );
    let literaliser = Literaliser {
        state,
        moving,
        source: &source,
    };
    let mut template = state.template.clone();
    for resource in state.template.resources() {
        let logical_id = resource.logical_id;
        if moving.contains(logical_id) {
            let definition = literaliser.moving_definition(&evaluator, logical_id, resource.definition)?;
            template.insert("Resources", logical_id, Value::Object(definition));
            continue;
        }
        match literaliser.staying_definition(logical_id, resource.definition) {
            Ok(definition) => template.insert("Resources", logical_id, Value::Object(definition)),
            // A resource whose condition is false does not exist: what it would need cannot be known and is not needed.
            Err(_) if evaluator.exists(logical_id) == Some(false) => {
                template.remove("Resources", logical_id);
            }
            Err(error) => return Err(error),
        }
    }
    for output in state.template.outputs() {
        let exists = output
            .condition()
            .is_none_or(|condition| evaluator.condition(condition) != Some(false));
        match literaliser.substitute(output.name, &Value::Object(output.declaration.clone())) {
            Ok(declaration) => template.insert("Outputs", output.name, declaration),
            Err(_) if !exists => {
                template.remove("Outputs", output.name);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(template)
}

struct Literaliser<'a> {
    state: &'a StackState,
    moving: &'a IndexSet<String>,
    source: &'a DeployedAttributes<'a>,
}

impl Literaliser<'_> {
    /// Properties fully evaluated, no condition, Retain on deletion and on replacement, dependencies only on what moves too.
    fn moving_definition(
        &self,
        evaluator: &Evaluator<'_>,
        logical_id: &str,
        definition: &Map<String, Value>,
    ) -> Result<Map<String, Value>, RefactorError> {
        let mut literal = definition.clone();
        literal.shift_remove("Condition");
        if let Some(properties) = definition.get("Properties") {
            let evaluation = evaluator.value_at("/Properties", properties);
            if let Some(unresolved) = evaluation.unresolved.first() {
                return Err(self.unresolved(logical_id, unresolved.to_string()));
            }
            literal.insert(
                "Properties".into(),
                evaluation.value.unwrap_or_else(|| Value::Object(Map::new())),
            );
        }
        // Dependencies do not survive when the resources move in several batches.
        let moves_at_once = self.moving.len() <= MOVES_PER_REFACTOR;
        keep_dependencies(&mut literal, |dependency| {
            moves_at_once && self.moving.contains(dependency)
        });
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            literal.insert(policy.into(), Value::String("Retain".into()));
        }
        Ok(literal)
    }

    /// References to what moves become literal; everything else stays as it was written.
    fn staying_definition(
        &self,
        logical_id: &str,
        definition: &Map<String, Value>,
    ) -> Result<Map<String, Value>, RefactorError> {
        let mut literal = Map::new();
        for (key, value) in definition {
            literal.insert(key.clone(), self.substitute(logical_id, value)?);
        }
        keep_dependencies(&mut literal, |dependency| !self.moving.contains(dependency));
        Ok(literal)
    }

    fn substitute(&self, owner: &str, value: &Value) -> Result<Value, RefactorError> {
        match value {
            Value::Array(items) => items.iter().map(|item| self.substitute(owner, item)).collect(),
            Value::Object(entries) => match call(entries) {
                Some(("Ref", Value::String(name))) if self.moving.contains(name) => self.reference(owner, name),
                Some(("Fn::GetAtt", argument)) => match attribute_of(argument) {
                    Some((name, attribute)) if self.moving.contains(&name) => self.attribute(owner, &name, &attribute),
                    _ => Ok(value.clone()),
                },
                Some(("Fn::Sub", argument)) => self.substitute_text(owner, argument),
                _ => entries
                    .iter()
                    .map(|(key, entry)| Ok((key.clone(), self.substitute(owner, entry)?)))
                    .collect::<Result<Map<_, _>, _>>()
                    .map(Value::Object),
            },
            scalar => Ok(scalar.clone()),
        }
    }

    /// `Fn::Sub` with one or two arguments: variables that name what moves become text.
    fn substitute_text(&self, owner: &str, argument: &Value) -> Result<Value, RefactorError> {
        let (text, variables) = match argument {
            Value::String(text) => (text, None),
            Value::Array(items) => match items.as_slice() {
                [Value::String(text), Value::Object(variables)] => (text, Some(variables)),
                _ => return Ok(serde_json::json!({ "Fn::Sub": argument })),
            },
            _ => return Ok(serde_json::json!({ "Fn::Sub": argument })),
        };
        let Some(parts) = sub_parts(text) else {
            return Ok(serde_json::json!({ "Fn::Sub": argument }));
        };
        let mut written = String::new();
        for part in parts {
            match part {
                SubPart::Literal(literal) => written.push_str(&literal.replace("${", "${!")),
                SubPart::Variable(name) => {
                    let own = variables.is_some_and(|variables| variables.contains_key(&name));
                    let (resource, attribute) = name
                        .split_once('.')
                        .map_or((name.as_str(), None), |(resource, attribute)| {
                            (resource, Some(attribute))
                        });
                    if own || !self.moving.contains(resource) {
                        written.push_str(&format!("${{{name}}}"));
                        continue;
                    }
                    let value = match attribute {
                        None => self.reference(owner, resource)?,
                        Some(attribute) => self.attribute(owner, resource, &Value::String(attribute.to_owned()))?,
                    };
                    written.push_str(&value.as_str().unwrap_or_default().replace("${", "${!"));
                }
            }
        }
        match variables {
            None => Ok(serde_json::json!({ "Fn::Sub": written })),
            Some(variables) => {
                let variables = self.substitute(owner, &Value::Object(variables.clone()))?;
                Ok(serde_json::json!({ "Fn::Sub": [written, variables] }))
            }
        }
    }

    fn reference(&self, owner: &str, logical_id: &str) -> Result<Value, RefactorError> {
        self.source.reference(logical_id).ok_or_else(|| {
            let reason = UnresolvedReason::Reference {
                logical_id: logical_id.to_owned(),
            };
            self.unresolved(owner, reason.to_string())
        })
    }

    fn attribute(&self, owner: &str, logical_id: &str, attribute: &Value) -> Result<Value, RefactorError> {
        attribute
            .as_str()
            .and_then(|attribute| self.source.attribute(logical_id, attribute))
            .ok_or_else(|| {
                let reason = UnresolvedReason::Attribute {
                    logical_id: logical_id.to_owned(),
                    attribute: attribute.as_str().map_or_else(|| attribute.to_string(), str::to_owned),
                };
                self.unresolved(owner, reason.to_string())
            })
    }

    fn unresolved(&self, logical_id: &str, reason: String) -> RefactorError {
        RefactorError::Unresolved {
            stack: self.state.stack.name.clone(),
            logical_id: logical_id.to_owned(),
            reason,
        }
    }
}

/// Drops the dependencies that must not be kept; the key goes with the last of them.
pub(super) fn keep_dependencies(definition: &mut Map<String, Value>, keep: impl Fn(&str) -> bool) {
    let Some(dependencies) = definition.get("DependsOn") else {
        return;
    };
    let all: Vec<String> = match dependencies {
        Value::String(one) => vec![one.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return,
    };
    let kept: Vec<&String> = all.iter().filter(|dependency| keep(dependency)).collect();
    if kept.len() == all.len() {
        return;
    }
    if kept.is_empty() {
        definition.shift_remove("DependsOn");
    } else {
        definition.insert("DependsOn".into(), kept.into_iter().cloned().collect());
    }
}
