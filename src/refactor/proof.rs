//! Shows that a plan moves resources and changes nothing: over the states that the operations pass through, not over
//! what they are meant to do.

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    PLACEHOLDER_LOGICAL_ID, PlannedOperation, RefactorOperation, RefactorPlan, StackMove, StackState, StackUpdate,
    attributes::{DeployedAttributes, KnownAttributes},
};
use crate::cloudformation::{
    Place, ReferenceGraph, Template,
    evaluate::{Evaluator, same_value},
};

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Operation of the plan; empty for the plan as a whole.
    pub operation: String,
    /// Stack, resource and what is wrong.
    pub message: String,
}

/// Every violation of the plan; none when it is proved.
pub fn violations(plan: &RefactorPlan, place: &Place, known: &KnownAttributes) -> Vec<Violation> {
    let mut proof = Proof {
        place,
        known,
        states: plan
            .before
            .iter()
            .map(|state| (state.stack.name.clone(), state.clone()))
            .collect(),
        violations: Vec::new(),
    };
    for planned in &plan.operations {
        proof.follow(planned);
    }
    proof.compare_ownership(plan);
    proof.violations
}

struct Proof<'a> {
    place: &'a Place,
    known: &'a KnownAttributes,
    states: IndexMap<String, StackState>,
    violations: Vec<Violation>,
}

impl Proof<'_> {
    fn follow(&mut self, planned: &PlannedOperation) {
        match &planned.operation {
            RefactorOperation::Update(update) => self.follow_update(&planned.id, update),
            RefactorOperation::Move(moved) => self.follow_move(&planned.id, moved),
            RefactorOperation::DeleteHolding(deletion) => {
                let owned: Vec<String> = self
                    .states
                    .shift_remove(&deletion.stack.name)
                    .map(|state| {
                        state
                            .resources
                            .keys()
                            .filter(|id| *id != PLACEHOLDER_LOGICAL_ID)
                            .cloned()
                            .collect()
                    })
                    .unwrap_or_default();
                for logical_id in owned {
                    self.violate(
                        &planned.id,
                        format!("{} is deleted while it owns {logical_id}", deletion.stack.name),
                    );
                }
            }
        }
    }

    /// Same resources before and after, with the same type and properties.
    fn follow_update(&mut self, operation: &str, update: &StackUpdate) {
        let name = &update.stack.name;
        let Some(mut state) = self.states.get(name).cloned() else {
            return self.violate(operation, format!("{name} is updated but does not exist"));
        };
        if state.template != update.before {
            self.violate(
                operation,
                format!("{name} does not have the template from which its update begins"),
            );
        }
        self.closed(operation, name, &update.after);
        let before = self.evaluated(&state);
        state.template = update.after.clone();
        let after = self.evaluated(&state);
        let owned: Vec<String> = state
            .resources
            .keys()
            .filter(|id| *id != PLACEHOLDER_LOGICAL_ID)
            .cloned()
            .collect();
        for logical_id in &owned {
            match (before.resource(logical_id), after.resource(logical_id)) {
                (Some(before), Some(after)) if before.resource_type() == after.resource_type() => {
                    if !same_properties(before.properties(), after.properties()) {
                        self.violate(
                            operation,
                            format!("the update of {name} changes properties of {logical_id}"),
                        );
                    }
                }
                (Some(_), _) => self.violate(operation, format!("the update of {name} drops or retypes {logical_id}")),
                (None, _) => {}
            }
        }
        for resource in after.resources() {
            let id = resource.logical_id;
            if id != PLACEHOLDER_LOGICAL_ID && !owned.iter().any(|owned| owned == id) && before.resource(id).is_none() {
                self.violate(operation, format!("the update of {name} adds {id}"));
            }
        }
        if update.after.resource(PLACEHOLDER_LOGICAL_ID).is_none() {
            state.resources.shift_remove(PLACEHOLDER_LOGICAL_ID);
        } else if !state.resources.contains_key(PLACEHOLDER_LOGICAL_ID) {
            state.resources.insert(PLACEHOLDER_LOGICAL_ID.into(), placeholder());
        }
        if state.resources.is_empty() {
            self.violate(operation, format!("the update leaves {name} without resources"));
        }
        self.states.insert(name.clone(), state);
    }

    /// Exactly the moved resources change owner; their definitions and everything that stays are as they were.
    fn follow_move(&mut self, operation: &str, moved: &StackMove) {
        let (source_name, target_name) = (&moved.source.name, &moved.target.name);
        let Some(mut source) = self.states.get(source_name).cloned() else {
            return self.violate(operation, format!("{source_name} does not exist"));
        };
        let existing = self.states.get(target_name).cloned();
        if existing.is_none() != moved.creates_target {
            self.violate(
                operation,
                format!(
                    "{target_name} {} exist",
                    if moved.creates_target { "must not" } else { "must" }
                ),
            );
        }
        let mut target = existing.unwrap_or_else(|| StackState {
            stack: moved.target.clone(),
            status: "CREATE_COMPLETE".into(),
            template: Template::empty(),
            parameters: Vec::new(),
            outputs: Vec::new(),
            resources: IndexMap::new(),
        });
        if source.template != moved.source_before {
            self.violate(
                operation,
                format!("{source_name} does not have the template from which the move begins"),
            );
        }
        if moved
            .target_before
            .as_ref()
            .is_some_and(|before| *before != target.template)
        {
            self.violate(
                operation,
                format!("{target_name} does not have the template from which the move begins"),
            );
        }
        self.closed(operation, source_name, &moved.source_after);
        self.closed(operation, target_name, &moved.target_after);
        for section in ["Parameters", "Conditions", "Mappings"] {
            if source.template.document().get(section) != moved.source_after.document().get(section)
                || (!moved.creates_target
                    && target.template.document().get(section) != moved.target_after.document().get(section))
            {
                self.violate(
                    operation,
                    format!("the move from {source_name} to {target_name} changes {section}"),
                );
            }
        }
        let source_before = self.evaluated(&source);
        let target_before = self.evaluated(&target);
        for one in &moved.moves {
            let Some(resource) = source.resources.shift_remove(&one.source_logical_id) else {
                self.violate(operation, format!("{} is not in {source_name}", one.source_logical_id));
                continue;
            };
            if resource.physical_id.as_deref() != Some(one.physical_id.as_str())
                || resource.resource_type != one.resource_type
            {
                self.violate(
                    operation,
                    format!("{} in {source_name} is not {}", one.source_logical_id, one.physical_id),
                );
            }
            if target
                .resources
                .insert(one.target_logical_id.clone(), resource)
                .is_some()
            {
                self.violate(
                    operation,
                    format!("{target_name} has a resource {} already", one.target_logical_id),
                );
            }
        }
        source.template = moved.source_after.clone();
        target.template = moved.target_after.clone();
        let source_after = self.evaluated(&source);
        let target_after = self.evaluated(&target);
        for one in &moved.moves {
            let before = source_before.resource(&one.source_logical_id);
            let after = target_after.resource(&one.target_logical_id);
            let is_same = match (before, after) {
                (Some(before), Some(after)) => {
                    before.resource_type() == after.resource_type()
                        && same_properties(before.properties(), after.properties())
                        && before.deletion_policy() == after.deletion_policy()
                        && before.update_replace_policy() == after.update_replace_policy()
                }
                _ => false,
            };
            if !is_same {
                self.violate(
                    operation,
                    format!(
                        "{} is not the same in {source_name} and in {target_name}",
                        one.source_logical_id
                    ),
                );
            }
            if after.is_some_and(|after| {
                after.deletion_policy() != Some("Retain") || after.update_replace_policy() != Some("Retain")
            }) {
                self.violate(
                    operation,
                    format!("{} moves without the Retain policies", one.source_logical_id),
                );
            }
            if source_after.resource(&one.source_logical_id).is_some() {
                self.violate(
                    operation,
                    format!("{} stays declared in {source_name}", one.source_logical_id),
                );
            }
        }
        for (state, before, after) in [
            (&source, &source_before, &source_after),
            (&target, &target_before, &target_after),
        ] {
            let moved_ids: Vec<&str> = moved.moves.iter().map(|one| one.target_logical_id.as_str()).collect();
            for logical_id in state.resources.keys() {
                let is_arrived = state.stack.name == *target_name && moved_ids.contains(&logical_id.as_str());
                let is_kept = match (before.resource(logical_id), after.resource(logical_id)) {
                    (Some(before), Some(after)) => same_properties(before.properties(), after.properties()),
                    (None, Some(_)) => is_arrived,
                    (_, None) => false,
                };
                if !is_kept {
                    self.violate(
                        operation,
                        format!("the move changes {logical_id}, which stays in {}", state.stack.name),
                    );
                }
            }
            if state.resources.is_empty() {
                self.violate(
                    operation,
                    format!("the move leaves {} without resources", state.stack.name),
                );
            }
        }
        self.states.insert(source_name.clone(), source);
        self.states.insert(target_name.clone(), target);
    }

    /// The multiset of (physical id, type) is the same before and after, and each has one owner.
    fn compare_ownership(&mut self, plan: &RefactorPlan) {
        let before = owners(plan.before.iter());
        let after = owners(self.states.values());
        for ((physical_id, resource_type), stacks) in &after {
            if stacks.len() > 1
                && before
                    .get(&(physical_id.clone(), resource_type.clone()))
                    .is_none_or(|owners| owners.len() < stacks.len())
            {
                self.violations.push(Violation {
                    operation: String::new(),
                    message: format!("{physical_id} would be owned by {}", stacks.join(" and ")),
                });
            }
        }
        for (key, stacks) in &before {
            if after.get(key).map_or(0, Vec::len) < stacks.len() {
                self.violations.push(Violation {
                    operation: String::new(),
                    message: format!(
                        "{} ({}) of {} would be owned by no stack",
                        key.0,
                        key.1,
                        stacks.join(" and ")
                    ),
                });
            }
        }
        for key in after.keys().filter(|key| !before.contains_key(*key)) {
            self.violations.push(Violation {
                operation: String::new(),
                message: format!("{} ({}) appears from nowhere", key.0, key.1),
            });
        }
    }

    fn closed(&mut self, operation: &str, stack: &str, template: &Template) {
        let graph = ReferenceGraph::of(template);
        let dangling: Vec<String> = graph
            .dangling()
            .map(|reference| format!("{} refers to {:?}", reference.path, reference.to))
            .collect();
        for reference in dangling {
            self.violate(operation, format!("the template of {stack} is not closed: {reference}"));
        }
    }

    fn evaluated(&self, state: &StackState) -> Template {
        let source = DeployedAttributes {
            state,
            place: self.place,
            known: self.known,
        };
        let pseudo = state.pseudo_parameters(self.place);
        Evaluator::new(&state.template, &state.parameter_values(), pseudo, &source)
            .template()
            .template
    }

    fn violate(&mut self, operation: &str, message: String) {
        self.violations.push(Violation {
            operation: operation.to_owned(),
            message,
        });
    }
}

fn placeholder() -> crate::deployment::StackResource {
    crate::deployment::StackResource {
        resource_type: "AWS::CloudFormation::WaitConditionHandle".into(),
        physical_id: Some(PLACEHOLDER_LOGICAL_ID.into()),
        status: "CREATE_COMPLETE".into(),
    }
}

fn owners<'a>(states: impl Iterator<Item = &'a StackState>) -> IndexMap<(String, String), Vec<String>> {
    let mut owners: IndexMap<(String, String), Vec<String>> = IndexMap::new();
    for state in states {
        for (logical_id, resource) in &state.resources {
            if logical_id == PLACEHOLDER_LOGICAL_ID {
                continue;
            }
            let key = (
                resource.physical_id.clone().unwrap_or_default(),
                resource.resource_type.clone(),
            );
            owners.entry(key).or_default().push(state.stack.name.clone());
        }
    }
    owners
}

fn same_properties(
    left: Option<&serde_json::Map<String, Value>>,
    right: Option<&serde_json::Map<String, Value>>,
) -> bool {
    let empty = serde_json::Map::new();
    same_value(
        &Value::Object(left.unwrap_or(&empty).clone()),
        &Value::Object(right.unwrap_or(&empty).clone()),
    )
}
