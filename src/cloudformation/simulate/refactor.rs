use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Rule, SimulatedResource, SimulatedStack, Simulation, Violation, configuration, configuration_changes, limits,
    template_violations,
};
use crate::cloudformation::{
    evaluate::{ParameterValues, PseudoParameters, is_literal, same_value},
    is_stable,
    reference::names_in,
    template::Template,
};

/// A resource by stack and logical id, as in the mappings of a stack refactor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogicalAddress {
    /// Plain name of the stack.
    pub stack_name: String,
    /// Logical id.
    pub logical_resource_id: String,
}

/// One move of a stack refactor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceMapping {
    /// Where the resource is.
    pub source: LogicalAddress,
    /// Where it goes.
    pub destination: LogicalAddress,
}

/// What `CreateStackRefactor` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct StackRefactorRequest {
    /// 1 to 1,024 characters.
    pub description: String,
    /// `EnableStackCreation`
    pub create_stacks: bool,
    /// Plain stack names and the templates they shall have.
    pub definitions: Vec<(String, Template)>,
    /// The moves.
    pub mappings: Vec<ResourceMapping>,
}

impl Simulation<'_> {
    /// Applies a stack refactor.
    ///
    /// # Errors
    /// Every rule of the service that it breaks; the stacks are left as they were.
    pub fn refactor(&mut self, request: &StackRefactorRequest) -> Result<(), Vec<Violation>> {
        let mut violations = self.request_violations(request);
        let moves = self.moves(request, &mut violations);
        let next = self.next_states(request, &moves);
        for stack in next.values() {
            self.stack_violations(stack, &moves, &mut violations);
        }
        violations.extend(self.duplicate_exports(&next));
        if !violations.is_empty() {
            violations.sort();
            violations.dedup();
            return Err(violations);
        }
        for (name, mut stack) in next {
            let existed = self.stacks.contains_key(&name);
            stack.status = if existed { "UPDATE_COMPLETE" } else { "CREATE_COMPLETE" }.into();
            self.stacks.insert(name, stack);
        }
        Ok(())
    }

    fn request_violations(&self, request: &StackRefactorRequest) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut names = IndexSet::new();
        let first = request
            .definitions
            .first()
            .map(|(name, _)| name.as_str())
            .unwrap_or_default();
        if !(2..=5).contains(&request.definitions.len()) {
            let message = format!("a refactor takes two to five stacks, not {}", request.definitions.len());
            violations.push(Violation::of(Rule::Stacks, first, "", message));
        }
        let description = request.description.chars().count();
        if !(1..=1024).contains(&description) {
            let message = format!("the description has {description} characters, 1 to 1024 are allowed");
            violations.push(Violation::of(Rule::Limit, first, "", message));
        }
        for (name, template) in &request.definitions {
            if !names.insert(name.as_str()) {
                violations.push(Violation::of(
                    Rule::Stacks,
                    name,
                    "",
                    "the stack takes part twice".into(),
                ));
            }
            match self.stacks.get(name) {
                Some(stack) if !is_stable(&stack.status) => {
                    let message = format!("the stack is in {} state and can not be refactored", stack.status);
                    violations.push(Violation::of(Rule::UnstableStack, name, "", message));
                }
                Some(stack) => violations.extend(section_violations(name, &stack.template, template)),
                None if !request.create_stacks => {
                    violations.push(Violation::of(
                        Rule::MissingStack,
                        name,
                        "",
                        "the stack does not exist".into(),
                    ));
                }
                None => violations.extend(new_stack_violations(name, template)),
            }
        }
        for mapping in &request.mappings {
            for address in [&mapping.source, &mapping.destination] {
                if !names.contains(address.stack_name.as_str()) {
                    let message = "the mapping names a stack that does not take part".into();
                    let (stack, logical_id) = (&address.stack_name, &address.logical_resource_id);
                    violations.push(Violation::of(Rule::ForeignStack, stack, logical_id, message));
                }
            }
        }
        violations
    }

    /// Explicit mappings, and those that the service finds itself because the logical id stays the same.
    fn moves(&self, request: &StackRefactorRequest, violations: &mut Vec<Violation>) -> Vec<ResourceMapping> {
        let mut moves = Vec::new();
        for mapping in &request.mappings {
            let repeated = |address: &LogicalAddress, earlier: &dyn Fn(&ResourceMapping) -> bool| {
                moves.iter().any(earlier).then(|| {
                    let message = "it is mapped more than once".into();
                    Violation::of(
                        Rule::AmbiguousMapping,
                        &address.stack_name,
                        &address.logical_resource_id,
                        message,
                    )
                })
            };
            let source = repeated(&mapping.source, &|other| other.source == mapping.source);
            let destination = repeated(&mapping.destination, &|other| other.destination == mapping.destination);
            violations.extend(source.into_iter().chain(destination));
            moves.push(mapping.clone());
        }
        let detected = self.detected_moves(request, &moves);
        moves.extend(detected);
        moves
    }

    fn detected_moves(&self, request: &StackRefactorRequest, explicit: &[ResourceMapping]) -> Vec<ResourceMapping> {
        let mut detected = Vec::new();
        for (name, template) in &request.definitions {
            for resource in template.resources() {
                let here = LogicalAddress {
                    stack_name: name.clone(),
                    logical_resource_id: resource.logical_id.into(),
                };
                let current = self.stacks.get(name);
                let known = current.is_some_and(|stack| stack.resources.contains_key(resource.logical_id));
                if known || explicit.iter().any(|mapping| mapping.destination == here) {
                    continue;
                }
                let mut sources = request.definitions.iter().filter(|(other, after)| {
                    let owns = self.stacks.get(other).is_some_and(|stack| {
                        stack
                            .resources
                            .get(resource.logical_id)
                            .is_some_and(|owned| owned.resource_type == resource.resource_type())
                    });
                    let mapped = explicit.iter().any(|mapping| {
                        mapping.source.stack_name == *other && mapping.source.logical_resource_id == resource.logical_id
                    });
                    other != name && owns && !mapped && after.resource(resource.logical_id).is_none()
                });
                if let (Some((source, _)), None) = (sources.next(), sources.next()) {
                    detected.push(ResourceMapping {
                        source: LogicalAddress {
                            stack_name: source.clone(),
                            logical_resource_id: resource.logical_id.into(),
                        },
                        destination: here,
                    });
                }
            }
        }
        detected
    }

    /// The stacks as they would be: submitted templates, resources kept, moved in and moved out.
    fn next_states(
        &self,
        request: &StackRefactorRequest,
        moves: &[ResourceMapping],
    ) -> IndexMap<String, SimulatedStack> {
        let mut next = IndexMap::new();
        for (name, template) in &request.definitions {
            let mut stack = self
                .stacks
                .get(name)
                .cloned()
                .unwrap_or_else(|| self.created_stack(name, request));
            let mut resources = stack.resources.clone();
            resources.retain(|logical_id, _| !moves.iter().any(|mapping| is_at(&mapping.source, name, logical_id)));
            for mapping in moves.iter().filter(|mapping| mapping.destination.stack_name == *name) {
                if let Some(resource) = self.resource_at(&mapping.source) {
                    resources.insert(mapping.destination.logical_resource_id.clone(), resource.clone());
                }
            }
            stack.template = template.clone();
            stack.resources = resources;
            next.insert(name.clone(), stack);
        }
        next
    }

    fn created_stack(&self, name: &str, request: &StackRefactorRequest) -> SimulatedStack {
        let neighbour = request.definitions.iter().find_map(|(other, _)| self.stacks.get(other));
        let pseudo = neighbour.map(|stack| stack.pseudo.clone()).unwrap_or_default();
        SimulatedStack {
            name: name.into(),
            status: "CREATE_COMPLETE".into(),
            template: Template::empty(),
            resources: IndexMap::new(),
            parameters: ParameterValues::new(),
            pseudo: PseudoParameters {
                stack_name: Some(name.into()),
                stack_id: None,
                ..pseudo
            },
        }
    }

    fn resource_at(&self, address: &LogicalAddress) -> Option<&SimulatedResource> {
        self.stacks
            .get(&address.stack_name)?
            .resources
            .get(&address.logical_resource_id)
    }

    fn stack_violations(&self, next: &SimulatedStack, moves: &[ResourceMapping], violations: &mut Vec<Violation>) {
        let name = next.name.as_str();
        let template = &next.template;
        violations.extend(self.with_evaluator(next, template, &next.resources, |evaluator| {
            template_violations(name, template, evaluator)
        }));
        for mapping in moves {
            if mapping.source.stack_name == name {
                self.source_violations(mapping, next, violations);
            }
            if mapping.destination.stack_name == name {
                self.destination_violations(mapping, next, moves, violations);
            }
        }
        self.inventory_violations(next, moves, violations);
    }

    fn source_violations(&self, mapping: &ResourceMapping, next: &SimulatedStack, violations: &mut Vec<Violation>) {
        let LogicalAddress {
            stack_name,
            logical_resource_id,
        } = &mapping.source;
        let Some(resource) = self.resource_at(&mapping.source) else {
            let message = "the resource does not exist in the stack".into();
            violations.push(Violation::of(
                Rule::MissingSource,
                stack_name,
                logical_resource_id,
                message,
            ));
            return;
        };
        if next.template.resource(logical_resource_id).is_some() && !next.resources.contains_key(logical_resource_id) {
            let message = "the resource moves, but is still in the template of the stack it leaves".into();
            violations.push(Violation::of(
                Rule::SourceRemains,
                stack_name,
                logical_resource_id,
                message,
            ));
        }
        if let Some(reason) = limits::cannot_move(&resource.resource_type) {
            violations.push(Violation::of(
                Rule::ImmovableType,
                stack_name,
                logical_resource_id,
                reason,
            ));
        }
    }

    fn destination_violations(
        &self,
        mapping: &ResourceMapping,
        next: &SimulatedStack,
        moves: &[ResourceMapping],
        violations: &mut Vec<Violation>,
    ) {
        let LogicalAddress {
            stack_name,
            logical_resource_id,
        } = &mapping.destination;
        let mut refuse = |rule, message: String| {
            violations.push(Violation::of(rule, stack_name, logical_resource_id, message));
        };
        let taken = self.resource_at(&mapping.destination).is_some()
            && !moves.iter().any(|other| other.source == mapping.destination);
        if taken {
            refuse(Rule::Destination, "a resource that stays has this logical id".into());
        }
        let Some(definition) = next.template.resource(logical_resource_id) else {
            return refuse(
                Rule::Destination,
                "the destination is not in the submitted template".into(),
            );
        };
        let Some(source) = self.stacks.get(&mapping.source.stack_name) else {
            return;
        };
        let Some(moved) = source.template.resource(&mapping.source.logical_resource_id) else {
            return;
        };
        if moved.resource_type() != definition.resource_type() {
            let message = format!(
                "its type changes from {} to {}",
                moved.resource_type(),
                definition.resource_type()
            );
            refuse(Rule::ChangedResource, message);
        }
        for message in self.changed_configuration(source, moved.logical_id, next, logical_resource_id) {
            refuse(Rule::ChangedResource, message);
        }
        for name in names_in(&json!(definition.definition)) {
            if matches!(
                name.as_str(),
                "AWS::StackName" | "AWS::StackId" | "AWS::NotificationARNs"
            ) {
                refuse(
                    Rule::PseudoParameter,
                    format!("it uses {name}, which differs between the stacks"),
                );
            }
        }
    }

    /// Configuration of a resource before and after, each evaluated in its own stack.
    fn changed_configuration(
        &self,
        before: &SimulatedStack,
        before_id: &str,
        after: &SimulatedStack,
        after_id: &str,
    ) -> Vec<String> {
        let evaluated = |stack: &SimulatedStack, logical_id: &str| {
            self.with_evaluator(stack, &stack.template, &stack.resources, |evaluator| {
                configuration(evaluator, &stack.template, logical_id)
            })
        };
        let (properties, attributes) =
            configuration_changes(&evaluated(before, before_id), &evaluated(after, after_id));
        let properties = properties
            .into_iter()
            .map(|difference| format!("property {} changes", difference.path));
        let attributes = attributes
            .into_iter()
            .map(|attribute| format!("its {attribute} changes"));
        properties.chain(attributes).collect()
    }

    /// Nothing new, nothing lost, and what stays is unchanged.
    fn inventory_violations(&self, next: &SimulatedStack, moves: &[ResourceMapping], violations: &mut Vec<Violation>) {
        let name = next.name.as_str();
        let current = self.stacks.get(name);
        let exists: Vec<&str> = self.with_evaluator(next, &next.template, &next.resources, |evaluator| {
            next.template
                .resources()
                .filter(|resource| evaluator.exists(resource.logical_id) != Some(false))
                .map(|resource| resource.logical_id)
                .collect()
        });
        for logical_id in &exists {
            let mapped = moves
                .iter()
                .any(|mapping| is_at(&mapping.destination, name, logical_id));
            match current.filter(|stack| stack.resources.contains_key(*logical_id)) {
                _ if mapped => {}
                Some(stack) if next.resources.contains_key(*logical_id) => {
                    for message in self.changed_configuration(stack, logical_id, next, logical_id) {
                        violations.push(Violation::of(Rule::ChangedResource, name, logical_id, message));
                    }
                }
                _ => {
                    let message = "a refactor must not create resources".into();
                    violations.push(Violation::of(Rule::NewResource, name, logical_id, message));
                }
            }
        }
        for logical_id in next
            .resources
            .keys()
            .filter(|logical_id| !exists.contains(&logical_id.as_str()))
        {
            let message = "a refactor must not delete resources".into();
            violations.push(Violation::of(Rule::DeletedResource, name, logical_id, message));
        }
    }

    /// Export names are unique in an account and region.
    fn duplicate_exports(&self, next: &IndexMap<String, SimulatedStack>) -> Vec<Violation> {
        let mut seen: Vec<(Value, &str)> = Vec::new();
        let mut violations = Vec::new();
        let unchanged = self.stacks.values().filter(|stack| !next.contains_key(&stack.name));
        for stack in unchanged.chain(next.values()) {
            for output in stack.template.outputs() {
                let Some(export) = output.export_name() else { continue };
                let name = self.with_evaluator(stack, &stack.template, &stack.resources, |evaluator| {
                    evaluator.value(export).value
                });
                // Names that are not known to be the same may differ.
                let Some(name) = name.filter(is_literal) else { continue };
                if let Some((_, other)) = seen.iter().find(|(seen, _)| same_value(seen, &name)) {
                    let message = format!("the export {name} exists in {other} too");
                    violations.push(Violation::of(Rule::DuplicateExport, &stack.name, output.name, message));
                }
                seen.push((name, stack.name.as_str()));
            }
        }
        violations
    }
}

fn is_at(address: &LogicalAddress, stack: &str, logical_id: &str) -> bool {
    address.stack_name == stack && address.logical_resource_id == logical_id
}

const FROZEN_SECTIONS: [&str; 5] = ["Parameters", "Conditions", "Mappings", "Transform", "Rules"];

fn section_violations(stack: &str, before: &Template, after: &Template) -> Vec<Violation> {
    FROZEN_SECTIONS
        .into_iter()
        .filter(|section| {
            let empty = json!({});
            let before = before.document().get(*section).unwrap_or(&empty);
            let after = after.document().get(*section).unwrap_or(&empty);
            !same_value(before, after)
        })
        .map(|section| {
            let message = format!("a refactor must not change the {section} of a stack");
            Violation::of(Rule::ChangedSection, stack, "", message)
        })
        .collect()
}

fn new_stack_violations(stack: &str, template: &Template) -> Vec<Violation> {
    let mut violations: Vec<_> = template
        .parameters()
        .filter(|parameter| parameter.default().is_none())
        .map(|parameter| {
            let message = format!(
                "parameter {} must have a value, and a refactor passes none",
                parameter.name
            );
            Violation::of(Rule::ChangedSection, stack, "", message)
        })
        .collect();
    if stack.is_empty() || stack.len() > 128 {
        let message = format!("a stack name has 1 to 128 characters, not {}", stack.len());
        violations.push(Violation::of(Rule::Limit, stack, "", message));
    }
    violations
}
