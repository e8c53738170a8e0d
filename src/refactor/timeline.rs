//! The stacks as they will be after each planned operation. Every operation is made from the state that those before it leave.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::{
    HoldingDeletion, MoveKind, PLACEHOLDER_LOGICAL_ID, PlannedOperation, RefactorError, RefactorOperation,
    RefactorPlan, ResourceMove, StackMove, StackRef, StackState, StackUpdate, UpdatePurpose,
    forward::{group_of, is_shell},
    holding::{add_placeholder, empty_template, holding_stack_name},
    literal::{keep_dependencies, literalise},
    operation::MOVES_PER_REFACTOR,
    pairing::{Pair, States},
    state::{RefactorInput, ensure_stable},
};
use crate::{backend::finding::Finding, cloudformation::Template, deployment::StackResource};

/// Stacks in memory and the operations planned so far.
pub(super) struct Timeline<'input> {
    input: &'input RefactorInput<'input>,
    before: States,
    states: States,
    touched: IndexSet<String>,
    operations: Vec<PlannedOperation>,
}

impl<'input> Timeline<'input> {
    pub(super) fn new(input: &'input RefactorInput<'input>, states: States) -> Self {
        Self {
            input,
            before: states.clone(),
            states,
            touched: IndexSet::new(),
            operations: Vec::new(),
        }
    }

    /// The stack as it is after the operations planned so far.
    pub(super) fn state(&self, stack: &str) -> Option<&StackState> {
        self.states.get(stack)
    }

    /// The stack may take part in a refactor.
    pub(super) fn ensure_stable(&self, stack: &str) -> Result<(), RefactorError> {
        let trees = [self.input.gen1, self.input.gen2];
        let nested = trees
            .into_iter()
            .flat_map(|tree| tree.nested.values())
            .map(|tree| &tree.stack);
        match nested
            .chain(self.input.holding.values())
            .find(|candidate| candidate.name == stack)
        {
            Some(found) => ensure_stable(found),
            None => Ok(()),
        }
    }

    /// Logical ids with their partners, in the order of the stack's template.
    pub(super) fn in_template_order(
        &self,
        stack: &str,
        moves: impl Iterator<Item = (String, String)>,
    ) -> Vec<(String, String)> {
        let mut partners: IndexMap<String, String> = moves.collect();
        let Some(state) = self.states.get(stack) else {
            return partners.into_iter().collect();
        };
        state
            .template
            .resources()
            .filter_map(|resource| partners.shift_remove_entry(resource.logical_id))
            .collect()
    }

    /// Plans the update after which the leaving resources can leave: no reference crosses the boundary, they have the Retain
    /// policies, and something stays in the stack. Nothing is planned when that is so already.
    pub(super) fn resolve_references(
        &mut self,
        stack: &str,
        leaving: &IndexSet<String>,
        group: &str,
    ) -> Result<(), RefactorError> {
        let Some(state) = self.states.get(stack) else {
            return Ok(());
        };
        let mut template = literalise(state, leaving, self.input.place, self.input.attributes)?;
        if leaves_nothing(state, leaving) {
            add_placeholder(&mut template);
        }
        self.update(stack, UpdatePurpose::ResolveReferences, template, group);
        Ok(())
    }

    /// Plans an update, unless the stack has this template already.
    pub(super) fn update(&mut self, stack: &str, purpose: UpdatePurpose, template: Template, group: &str) {
        let Some(state) = self.states.get_mut(stack) else {
            return;
        };
        if state.template == template {
            return;
        }
        let operation = StackUpdate {
            stack: state.stack.clone(),
            purpose,
            parameter_keys: state.parameter_keys(),
            before: std::mem::replace(&mut state.template, template.clone()),
            after: template,
        };
        apply_placeholder(state);
        self.touched.insert(stack.to_owned());
        self.push(group, RefactorOperation::Update(operation));
    }

    /// Plans the parking of Gen 2's own resources, after the removal of a shell that bears the holding stack's name.
    pub(super) fn park(&mut self, gen2_stack: &str, all: &[&Pair], parked: &[&Pair]) -> Result<(), RefactorError> {
        if parked.is_empty() {
            return Ok(());
        }
        let holding = holding_stack_name(gen2_stack);
        let group = group_of(parked);
        if let Some(shell) = self.input.holding.get(&holding).filter(|stack| is_shell(stack)) {
            let stack = StackRef {
                name: shell.name.clone(),
                id: shell.id.clone(),
            };
            self.push(
                &group,
                RefactorOperation::DeleteHolding(HoldingDeletion { stack, is_shell: true }),
            );
        }
        self.ensure_holding_is_free(&holding, gen2_stack, parked)?;
        let moves = parked
            .iter()
            .map(|pair| (pair.gen2_logical_id.clone(), pair.gen2_logical_id.clone()));
        let moves = self.in_template_order(gen2_stack, moves);
        for batch in moves.chunks(MOVES_PER_REFACTOR) {
            if !self.states.contains_key(&holding) {
                self.states.insert(holding.clone(), new_holding(&holding, all));
            }
            self.move_resources(MoveKind::Park, gen2_stack, &holding, batch, &group)?;
        }
        Ok(())
    }

    fn ensure_holding_is_free(&self, holding: &str, gen2_stack: &str, parked: &[&Pair]) -> Result<(), RefactorError> {
        let Some(state) = self.states.get(holding) else {
            return Ok(());
        };
        let conflict = |logical_id: &str| RefactorError::HoldingConflict {
            stack: holding.to_owned(),
            status: state.status.clone(),
            logical_id: logical_id.to_owned(),
            owner: gen2_stack.to_owned(),
        };
        self.ensure_stable(holding)?;
        match parked
            .iter()
            .find(|pair| state.template.resource(&pair.gen2_logical_id).is_some())
        {
            Some(pair) => Err(conflict(&pair.gen2_logical_id)),
            None => Ok(()),
        }
    }

    /// Plans a move: the definitions leave the source's template and are appended to the target's under their new ids.
    pub(super) fn move_resources(
        &mut self,
        kind: MoveKind,
        source: &str,
        target: &str,
        moves: &[(String, String)],
        group: &str,
    ) -> Result<(), RefactorError> {
        let (Some(source_state), Some(target_state)) = (self.states.get(source), self.states.get(target)) else {
            return Ok(());
        };
        let creates_target = target_state.status.is_empty();
        let mut source_after = source_state.template.clone();
        let mut target_after = target_state.template.clone();
        let mut moved_source = source_state.resources.clone();
        let mut moved_target = target_state.resources.clone();
        let mut recorded = Vec::new();
        for (from, to) in moves {
            let (Some(mut definition), Some(resource)) =
                (source_after.remove("Resources", from), moved_source.shift_remove(from))
            else {
                continue;
            };
            if let Value::Object(definition) = &mut definition {
                rename_dependencies(definition, moves);
            }
            recorded.push(ResourceMove {
                resource_type: resource.resource_type.clone(),
                physical_id: resource.physical_id.clone().unwrap_or_default(),
                source_logical_id: from.clone(),
                target_logical_id: to.clone(),
            });
            target_after.insert("Resources", to.clone(), definition);
            moved_target.insert(to.clone(), resource);
        }
        let operation = StackMove {
            kind,
            source: source_state.stack.clone(),
            target: target_state.stack.clone(),
            creates_target,
            moves: recorded,
            source_before: source_state.template.clone(),
            source_after: source_after.clone(),
            target_before: (!creates_target).then(|| target_state.template.clone()),
            target_after: target_after.clone(),
        };
        for (stack, template, resources) in [
            (source, source_after, moved_source),
            (target, target_after, moved_target),
        ] {
            if let Some(state) = self.states.get_mut(stack) {
                state.template = template;
                state.resources = resources;
                state.status = if creates_target && stack == target {
                    "CREATE_COMPLETE"
                } else {
                    "UPDATE_COMPLETE"
                }
                .into();
            }
            self.touched.insert(stack.to_owned());
        }
        self.push(group, RefactorOperation::Move(operation));
        Ok(())
    }

    /// Plans the removal of a holding stack that holds nothing but the placeholder.
    pub(super) fn delete_holding(&mut self, holding: &str, group: &str) {
        if let Some(state) = self.states.shift_remove(holding) {
            self.touched.insert(holding.to_owned());
            self.push(
                group,
                RefactorOperation::DeleteHolding(HoldingDeletion {
                    stack: state.stack,
                    is_shell: false,
                }),
            );
        }
    }

    /// Plans the removal of a shell.
    pub(super) fn delete_shell(&mut self, stack: StackRef, group: &str) {
        self.push(
            group,
            RefactorOperation::DeleteHolding(HoldingDeletion { stack, is_shell: true }),
        );
    }

    /// The plan.
    pub(super) fn finish(self, pairs: Vec<Pair>, findings: Vec<Finding>) -> RefactorPlan {
        let of = |states: &States| {
            self.touched
                .iter()
                .filter_map(|name| states.get(name).cloned())
                .collect()
        };
        RefactorPlan {
            before: of(&self.before),
            after: of(&self.states),
            operations: self.operations,
            pairs,
            findings,
        }
    }

    fn push(&mut self, group: &str, operation: RefactorOperation) {
        let id = format!("refactor-{:03}", self.operations.len() + 1);
        self.operations.push(PlannedOperation {
            id,
            group: group.to_owned(),
            operation,
        });
    }
}

/// No resource that exists stays when these leave. A resource whose condition is false does not exist.
fn leaves_nothing(state: &StackState, leaving: &IndexSet<String>) -> bool {
    !state
        .resources
        .keys()
        .any(|logical_id| state.owns(logical_id) && !leaving.contains(logical_id))
}

/// Keeps the resources in step with an update that adds or removes the placeholder, the only resource that updates may.
fn apply_placeholder(state: &mut StackState) {
    let declared = state.template.resource(PLACEHOLDER_LOGICAL_ID).is_some();
    let exists = state.resources.contains_key(PLACEHOLDER_LOGICAL_ID);
    if declared && !exists {
        state.resources.insert(
            PLACEHOLDER_LOGICAL_ID.into(),
            StackResource {
                resource_type: "AWS::CloudFormation::WaitConditionHandle".into(),
                physical_id: Some(PLACEHOLDER_LOGICAL_ID.into()),
                status: "CREATE_COMPLETE".into(),
            },
        );
    } else if !declared && exists {
        state.resources.shift_remove(PLACEHOLDER_LOGICAL_ID);
    }
}

/// A holding stack that does not exist yet: its status is empty.
fn new_holding(name: &str, pairs: &[&Pair]) -> StackState {
    StackState {
        stack: StackRef {
            name: name.to_owned(),
            id: name.to_owned(),
        },
        status: String::new(),
        template: empty_template(pairs),
        parameters: Vec::new(),
        outputs: Vec::new(),
        resources: IndexMap::new(),
    }
}

/// Dependencies on what moves along get the new ids; others cannot be kept across the boundary.
fn rename_dependencies(definition: &mut serde_json::Map<String, Value>, moves: &[(String, String)]) {
    let target_of = |dependency: &str| {
        moves
            .iter()
            .find(|(from, _)| from == dependency)
            .map(|(_, to)| to.clone())
    };
    keep_dependencies(definition, |dependency| target_of(dependency).is_some());
    match definition.get_mut("DependsOn") {
        Some(Value::String(dependency)) => {
            if let Some(target) = target_of(dependency) {
                *dependency = target;
            }
        }
        Some(Value::Array(dependencies)) => {
            for dependency in dependencies {
                if let Some(target) = dependency.as_str().and_then(target_of) {
                    *dependency = Value::String(target);
                }
            }
        }
        _ => {}
    }
}
