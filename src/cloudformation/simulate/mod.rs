//! Stacks in memory, to which updates and stack refactors are applied by the rules of the service that can be checked
//! without it. A plan is simulated operation by operation before anything is done.

mod import;
mod limits;
mod refactor;
mod update;
mod violation;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

pub use import::SimulatedImport;
pub use limits::{MAXIMUM_INLINE_TEMPLATE, MAXIMUM_TEMPLATE, cannot_move};
pub use refactor::{LogicalAddress, ResourceMapping, StackRefactorRequest};
pub use update::UpdateEffect;
pub use violation::{Rule, Violation};

use super::{
    compare::{Difference, value_differences},
    evaluate::{AttributeSource, Evaluator, ParameterValues, PseudoParameters, same_value},
    reference::{Node, ReferenceGraph},
    template::Template,
};

/// A stack of a [`Simulation`].
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedStack {
    /// Plain name.
    pub name: String,
    /// Status, for example `UPDATE_COMPLETE`.
    pub status: String,
    /// Template.
    pub template: Template,
    /// Deployed resources by logical id.
    pub resources: IndexMap<String, SimulatedResource>,
    /// Values of the parameters.
    pub parameters: ParameterValues,
    /// Pseudo parameters, those of this stack included.
    pub pseudo: PseudoParameters,
}

/// A deployed resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimulatedResource {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id; `None` for one that the simulation created.
    pub physical_id: Option<String>,
}

/// Knows attributes of real resources by physical id, whichever stack they are in.
pub trait ResourceFacts {
    /// `Fn::GetAtt`; `None` when it is not known.
    fn attribute(
        &self,
        resource_type: &str,
        physical_id: &str,
        attribute: &str,
        properties: Option<&Map<String, Value>>,
    ) -> Option<Value>;
}

/// Stacks by plain name.
#[derive(Clone)]
pub struct Simulation<'facts> {
    /// The stacks.
    pub stacks: IndexMap<String, SimulatedStack>,
    facts: &'facts dyn ResourceFacts,
}

impl<'facts> Simulation<'facts> {
    /// A simulation without stacks.
    pub fn new(facts: &'facts dyn ResourceFacts) -> Self {
        Self {
            stacks: IndexMap::new(),
            facts,
        }
    }

    /// Adds a stack, or replaces the one of that name.
    pub fn insert(&mut self, stack: SimulatedStack) {
        self.stacks.insert(stack.name.clone(), stack);
    }

    /// Every owned physical resource, as a sorted list with repetitions: type, physical id and owning stack.
    pub fn ownership(&self) -> Vec<(String, String, String)> {
        let mut owned: Vec<_> = self
            .stacks
            .values()
            .flat_map(|stack| {
                stack.resources.values().filter_map(|resource| {
                    Some((
                        resource.resource_type.clone(),
                        resource.physical_id.clone()?,
                        stack.name.clone(),
                    ))
                })
            })
            .collect();
        owned.sort();
        owned
    }

    /// A property of a deployed resource, evaluated; `None` when it is absent or not known.
    pub fn property(&self, stack: &str, logical_id: &str, property: &str) -> Option<Value> {
        let stack = self.stacks.get(stack)?;
        let value = stack.template.resource(logical_id)?.property(property)?;
        self.with_evaluator(stack, &stack.template, &stack.resources, |evaluator| {
            evaluator.value(value).value
        })
    }

    /// Deletes a stack. Only a stack that owns nothing real may go: everything else would take resources with it.
    ///
    /// # Errors
    /// When the stack owns resources.
    pub fn delete(&mut self, stack: &str) -> Result<(), Vec<Violation>> {
        let Some(existing) = self.stacks.get(stack) else {
            return Ok(());
        };
        let violations: Vec<_> = existing
            .resources
            .iter()
            .filter(|(_, resource)| resource.resource_type != "AWS::CloudFormation::WaitConditionHandle")
            .map(|(logical_id, resource)| {
                Violation::of(
                    Rule::DeletionOfResources,
                    stack,
                    logical_id,
                    format!("deleting the stack would delete {}", resource.resource_type),
                )
            })
            .collect();
        if violations.is_empty() {
            self.stacks.shift_remove(stack);
            Ok(())
        } else {
            Err(violations)
        }
    }

    /// Evaluates a template as the template of this stack.
    fn with_evaluator<T>(
        &self,
        stack: &SimulatedStack,
        template: &Template,
        resources: &IndexMap<String, SimulatedResource>,
        evaluate: impl FnOnce(&Evaluator<'_>) -> T,
    ) -> T {
        let source = Owned {
            facts: self.facts,
            template,
            resources,
        };
        let evaluator = Evaluator::new(template, &stack.parameters, stack.pseudo.clone(), &source);
        evaluate(&evaluator)
    }
}

/// References are closed (R18, R19) and the sizes are within the limits (R4, R20, R21).
fn template_violations(stack: &str, template: &Template, evaluator: &Evaluator<'_>) -> Vec<Violation> {
    let mut violations: Vec<_> = ReferenceGraph::of(template)
        .dangling()
        .map(|reference| {
            let name = match &reference.to {
                Node::Nothing(name) => name.as_str(),
                _ => "",
            };
            let logical_id = match &reference.from {
                Node::Resource(name) | Node::Output(name) | Node::Condition(name) | Node::Rule(name) => name.as_str(),
                _ => "",
            };
            Violation::of(
                Rule::UnresolvedReference,
                stack,
                logical_id,
                format!("{} refers to {name}, which is not in the template", reference.path),
            )
        })
        .collect();
    violations.extend(limits::violations(stack, template));
    let remaining = template
        .resources()
        .filter(|resource| evaluator.exists(resource.logical_id) != Some(false))
        .count();
    if remaining == 0 {
        violations.push(Violation::of(
            Rule::EmptyStack,
            stack,
            "",
            "no resource would be left in the stack".into(),
        ));
    }
    violations
}

/// What a stack's own resources answer: physical ids, and attributes as far as they are known. An unknown attribute
/// stays a token of the physical resource, so that it is the same in whichever stack the resource is.
struct Owned<'s> {
    facts: &'s dyn ResourceFacts,
    template: &'s Template,
    resources: &'s IndexMap<String, SimulatedResource>,
}

impl AttributeSource for Owned<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.resources.get(logical_id)?.physical_id.clone().map(Value::String)
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let resource = self.resources.get(logical_id)?;
        let physical_id = resource.physical_id.as_deref()?;
        let properties = self
            .template
            .resource(logical_id)
            .and_then(|resource| resource.properties());
        let known = self
            .facts
            .attribute(&resource.resource_type, physical_id, attribute, properties);
        Some(known.unwrap_or_else(
            || json!({ "Fn::GetAtt": [format!("{}:{physical_id}", resource.resource_type), attribute] }),
        ))
    }

    fn is_deployed(&self, logical_id: &str) -> Option<bool> {
        Some(self.resources.contains_key(logical_id))
    }
}

/// Configuration of a resource after evaluation: properties, policies, metadata.
fn configuration(evaluator: &Evaluator<'_>, template: &Template, logical_id: &str) -> Map<String, Value> {
    let mut configuration = template
        .resource(logical_id)
        .map(|resource| resource.definition.clone())
        .unwrap_or_default();
    for key in ["Type", "Condition", "DependsOn"] {
        configuration.shift_remove(key);
    }
    let evaluated = evaluator.value(&Value::Object(configuration)).value;
    match evaluated {
        Some(Value::Object(configuration)) => configuration,
        _ => Map::new(),
    }
}

/// Properties that differ, and attributes (policies, metadata) that differ.
fn configuration_changes(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> (Vec<Difference>, Vec<&'static str>) {
    let none = json!({});
    let properties =
        |configuration: &Map<String, Value>| configuration.get("Properties").cloned().unwrap_or(none.clone());
    let attributes = [
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
        "CreationPolicy",
        "UpdatePolicy",
    ]
    .into_iter()
    .filter(|key| match (before.get(*key), after.get(*key)) {
        (None, None) => false,
        (Some(before), Some(after)) => !same_value(before, after),
        _ => true,
    })
    .collect();
    (
        value_differences("", &properties(before), &properties(after)),
        attributes,
    )
}

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
