//! Evaluation of intrinsic functions and conditions. It is total: what cannot be known stays symbolic in a normal form
//! (`Ref`, `Fn::GetAtt` as a list, flat `Fn::Join` with an empty delimiter) and is listed with the reason.

mod cidr;
mod condition;
mod function;
pub(crate) mod intrinsic;
pub(crate) mod normal_form;
mod parameters;
mod pseudo;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod unresolved;

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Map, Value};

pub use normal_form::{is_literal, same_value};
pub use parameters::{ParameterValue, ParameterValues, is_ssm_value};
pub use pseudo::{PseudoParameters, partition_of};
pub use source::{AttributeSource, NoAttributes};
pub use tree::{Decided, EvaluatedTree, TemplateTree, evaluate_decided_tree, evaluate_tree};
pub use unresolved::{Unresolved, UnresolvedReason};

use super::template::Template;
use function::Run;

/// Evaluates the expressions of one template.
pub struct Evaluator<'a> {
    template: &'a Template,
    /// `None` for secrets and parameters without value.
    parameters: IndexMap<&'a str, Option<Value>>,
    pseudo: PseudoParameters,
    source: &'a dyn AttributeSource,
    conditions: IndexMap<&'a str, Option<bool>>,
    /// Region, account, partition and URL suffix stay symbolic where nothing depends on their text.
    place_stays_symbolic: bool,
    /// Put before the names of what stays symbolic; empty, or a logical path with a slash at its end.
    prefix: String,
    /// What parameters that stay symbolic are as keys of mappings, by name.
    keys: &'a [(&'a str, &'a str)],
}

/// What a value evaluates to.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The value in normal form; `None` for `AWS::NoValue`.
    pub value: Option<Value>,
    /// What stayed symbolic.
    pub unresolved: Vec<Unresolved>,
}

/// What a template evaluates to.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedTemplate {
    /// Resources and outputs that exist, evaluated, without `Condition` when it is true. The other sections are as they were.
    pub template: Template,
    /// What stayed symbolic.
    pub unresolved: Vec<Unresolved>,
}

impl<'a> Evaluator<'a> {
    /// Prepares the evaluation of a template: types the parameters and decides the conditions.
    pub fn new(
        template: &'a Template,
        parameters: &ParameterValues,
        pseudo: PseudoParameters,
        source: &'a dyn AttributeSource,
    ) -> Self {
        let parameters = template
            .parameters()
            .map(|declaration| {
                (
                    declaration.name,
                    parameters::typed_value(declaration, parameters.get(declaration.name)),
                )
            })
            .collect();
        let mut evaluator = Self {
            template,
            parameters,
            pseudo,
            source,
            conditions: IndexMap::new(),
            place_stays_symbolic: false,
            prefix: String::new(),
            keys: &[],
        };
        evaluator.conditions = condition::decide_all(&evaluator);
        evaluator
    }

    /// Leaves `AWS::Region`, `AWS::AccountId`, `AWS::Partition` and `AWS::URLSuffix` as they are in values. They are the same
    /// in every stack of an account and region. Conditions, and functions that need their text, still see it.
    #[must_use]
    pub fn with_symbolic_place(mut self) -> Self {
        self.place_stays_symbolic = true;
        self
    }

    /// Names what stays symbolic by its logical path below a root stack.
    #[must_use]
    pub(super) fn at_path(mut self, path: &str) -> Self {
        self.prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        self
    }

    /// Takes over conditions that were decided with more values, and what symbolic parameters are as keys of mappings.
    #[must_use]
    pub(super) fn with_decided(
        mut self,
        conditions: &IndexMap<String, Option<bool>>,
        keys: &'a [(&'a str, &'a str)],
    ) -> Self {
        for (name, truth) in &mut self.conditions {
            if let Some(decided) = conditions.get(*name).copied().flatten() {
                *truth = Some(decided);
            }
        }
        self.keys = keys;
        self
    }

    /// Evaluates one value of the template.
    pub fn value(&self, value: &Value) -> Evaluation {
        self.value_at("", value)
    }

    /// Evaluates one value; `path` is the JSON pointer that [`Unresolved`] begins with.
    pub fn value_at(&self, path: &str, value: &Value) -> Evaluation {
        let mut run = Run::new(self, path);
        let value = run.value(value);
        Evaluation {
            value,
            unresolved: run.unresolved,
        }
    }

    /// Whether a condition is true; `None` when it cannot be decided or is not there.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied().flatten()
    }

    /// All conditions of the template.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, Option<bool>)> {
        self.conditions.iter().map(|(name, truth)| (*name, *truth))
    }

    /// The typed value of a parameter; `None` for secrets and parameters without value.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name)?.as_ref()
    }

    /// Whether a resource of the template exists: its condition is true, or it has none.
    pub fn exists(&self, logical_id: &str) -> Option<bool> {
        let resource = self.template.resource(logical_id)?;
        match resource.condition() {
            Some(condition) => self.condition(condition),
            None => Some(true),
        }
    }

    /// Evaluates resources and outputs. What has a false condition is left out.
    pub fn template(&self) -> EvaluatedTemplate {
        let mut unresolved = Vec::new();
        let own = self.template.document();
        let mut evaluated = ["Resources", "Outputs"].map(|section| {
            let entries = own.get(section)?.as_object()?.iter().filter_map(|(name, entry)| {
                let path = format!("/{section}/{}", pointer_segment(name));
                Some((name.clone(), self.entry(&path, entry, &mut unresolved)?))
            });
            Some((section, Value::Object(entries.collect())))
        });
        // Every section in its place.
        let mut document: Map<String, Value> = own
            .iter()
            .map(|(name, value)| {
                let evaluated = evaluated.iter_mut().flatten().find(|(section, _)| section == name);
                let value = evaluated.map_or_else(|| value.clone(), |(_, value)| value.take());
                (name.clone(), value)
            })
            .collect();
        for name in self.template.transforms() {
            unresolved.push(Unresolved {
                path: "/Transform".into(),
                reason: UnresolvedReason::Transform { name: name.into() },
            });
        }
        if let Some(Value::Object(resources)) = document.get_mut("Resources") {
            drop_dangling_depends_on(self, resources);
        }
        let template = Template::from_value(Value::Object(document), "").unwrap_or_else(|_| Template::empty());
        EvaluatedTemplate { template, unresolved }
    }

    /// A resource or output; `None` when its condition is false.
    fn entry(&self, path: &str, entry: &Value, unresolved: &mut Vec<Unresolved>) -> Option<Value> {
        let Value::Object(definition) = entry else {
            let evaluation = self.value_at(path, entry);
            unresolved.extend(evaluation.unresolved);
            return evaluation.value;
        };
        let truth = match definition.get("Condition").and_then(Value::as_str) {
            Some(name) => match self.condition(name) {
                None => {
                    unresolved.push(Unresolved {
                        path: format!("{path}/Condition"),
                        reason: UnresolvedReason::Condition { name: name.into() },
                    });
                    None
                }
                truth => truth,
            },
            None => Some(true),
        };
        if truth == Some(false) {
            return None;
        }
        let mut evaluated = Map::new();
        for (key, value) in definition {
            match key.as_str() {
                "Condition" if truth == Some(true) => {}
                "Condition" | "Type" | "DependsOn" => {
                    evaluated.insert(key.clone(), value.clone());
                }
                _ => {
                    let evaluation = self.value_at(&format!("{path}/{}", pointer_segment(key)), value);
                    unresolved.extend(evaluation.unresolved);
                    if let Some(value) = evaluation.value {
                        evaluated.insert(key.clone(), value);
                    }
                }
            }
        }
        Some(Value::Object(evaluated))
    }
}

/// A resource may depend on one whose condition is false; once that one is gone the dependency means nothing.
fn drop_dangling_depends_on(evaluator: &Evaluator<'_>, resources: &mut Map<String, Value>) {
    let gone = |logical_id: &str| evaluator.exists(logical_id) == Some(false);
    for resource in resources.values_mut().filter_map(Value::as_object_mut) {
        match resource.get_mut("DependsOn") {
            Some(Value::Array(logical_ids)) => logical_ids.retain(|logical_id| !logical_id.as_str().is_some_and(gone)),
            Some(Value::String(logical_id)) if gone(logical_id) => {
                resource.shift_remove("DependsOn");
            }
            _ => {}
        }
    }
}

/// A name as a segment of a JSON pointer.
pub(crate) fn pointer_segment(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        name.replace('~', "~0").replace('/', "~1").into()
    } else {
        name.into()
    }
}
