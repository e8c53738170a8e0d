//! Assembling a plan: every operation is applied to the simulation as soon as it is planned, so that the next one is
//! planned on what will then be there.

use indexmap::{IndexMap, IndexSet};

use super::{
    literal::PLACEHOLDER,
    operation::{
        AllowedChanges, DeleteReason, DeleteStack, ExpectedResource, MoveKind, PlannedOperation, Presence,
        RefactorOperation, ResourceMove, StackExpectation, StackRef, StackRefactor, StackTransition, UpdatePurpose,
        UpdateStack,
    },
};
use crate::cloudformation::{
    Template, same_template,
    simulate::{Rule, Simulation, StackRefactorRequest, UpdateEffect, Violation},
};

/// The service's limit for the description of a refactor.
const MAXIMUM_DESCRIPTION: usize = 1024;

/// A plan in the making.
pub(super) struct Assembly<'facts> {
    pub(super) simulation: Simulation<'facts>,
    pub(super) operations: Vec<PlannedOperation>,
    pub(super) violations: Vec<Violation>,
    references: IndexMap<String, StackRef>,
    shells: IndexSet<String>,
    owned_before: Vec<(String, String)>,
}

/// Resources that change owner in one refactor.
pub(super) struct PlannedMove<'m> {
    pub(super) kind: MoveKind,
    pub(super) source: &'m str,
    pub(super) target: &'m str,
    pub(super) source_after: Template,
    pub(super) target_after: Template,
    pub(super) moves: Vec<ResourceMove>,
}

impl<'facts> Assembly<'facts> {
    /// Begins with the stacks as they are. `references` also names stacks that do not exist yet.
    pub(super) fn new(simulation: Simulation<'facts>, references: IndexMap<String, StackRef>) -> Self {
        let owned_before = owned(&simulation);
        Self {
            simulation,
            operations: Vec::new(),
            violations: Vec::new(),
            references,
            shells: IndexSet::new(),
            owned_before,
        }
    }

    /// A stack that is only a shell.
    pub(super) fn shell(&mut self, stack: &str) {
        self.shells.insert(stack.into());
    }

    /// Template of a stack at this point of the plan.
    pub(super) fn template(&self, stack: &str) -> Option<&Template> {
        self.simulation.stacks.get(stack).map(|stack| &stack.template)
    }

    /// Plans an update, unless the stack is already so.
    pub(super) fn update(&mut self, stack: &str, after: Template, purpose: UpdatePurpose, group: &str) {
        let Some(before) = self.template(stack).cloned() else {
            return;
        };
        if same_template(&before, &after) {
            return;
        }
        let expected_before = vec![self.expectation(stack)];
        let effect = match self.simulation.update(stack, &after) {
            Ok(effect) => effect,
            Err(violations) => {
                self.violations.extend(violations);
                if let Some(stack) = self.simulation.stacks.get_mut(stack) {
                    stack.template = after.clone();
                }
                UpdateEffect::default()
            }
        };
        let allowed_changes = self.allowed_changes(stack, purpose, &effect);
        let parameters = self
            .simulation
            .stacks
            .get(stack)
            .map(|stack| {
                stack
                    .template
                    .parameters()
                    .map(|parameter| parameter.name.to_owned())
                    .collect()
            })
            .unwrap_or_default();
        let operation = RefactorOperation::UpdateStack(UpdateStack {
            stack: self.reference(stack),
            purpose,
            before,
            after,
            parameters,
            capabilities: vec!["CAPABILITY_NAMED_IAM".into()],
            allowed_changes,
        });
        let expected_after = vec![self.expectation(stack)];
        self.push(group, operation, expected_before, expected_after);
    }

    /// An update of a refactor must not touch a resource. What it does besides is a violation.
    fn allowed_changes(&mut self, stack: &str, purpose: UpdatePurpose, effect: &UpdateEffect) -> AllowedChanges {
        let is_placeholder = |logical_id: &&String| logical_id.as_str() == PLACEHOLDER;
        let mut violate = |logical_id: &str, message: String| {
            self.violations
                .push(Violation::of(Rule::Inventory, stack, logical_id, message));
        };
        for logical_id in effect.created.iter().filter(|id| !is_placeholder(id)) {
            violate(logical_id, "the update would create it".into());
        }
        for logical_id in effect.deleted.iter().filter(|id| !is_placeholder(id)) {
            violate(logical_id, "the update would delete it".into());
        }
        for (logical_id, difference) in &effect.changed {
            violate(logical_id, format!("the update would change {}", difference.path));
        }
        let mut policies = IndexSet::new();
        for (logical_id, attribute) in &effect.attributes {
            let is_policy = matches!(*attribute, "DeletionPolicy" | "UpdateReplacePolicy");
            if is_policy || purpose == UpdatePurpose::RestoreTemplate {
                policies.insert(logical_id.clone());
            } else {
                violate(logical_id, format!("the update would change its {attribute}"));
            }
        }
        AllowedChanges {
            policies: policies.into_iter().collect(),
            added: effect.created.iter().filter(is_placeholder).cloned().collect(),
            removed: effect.deleted.iter().filter(is_placeholder).cloned().collect(),
        }
    }

    /// Plans a refactor. The target is created when it does not exist.
    pub(super) fn refactor(&mut self, planned: PlannedMove<'_>, group: &str) {
        let PlannedMove {
            kind,
            source,
            target,
            source_after,
            target_after,
            moves,
        } = planned;
        let create_target = !self.simulation.stacks.contains_key(target);
        let refactor = StackRefactor {
            kind,
            description: description(source, target, &moves),
            source: StackTransition {
                stack: self.reference(source),
                before: self.template(source).cloned(),
                after: source_after,
            },
            target: StackTransition {
                stack: self.reference(target),
                before: self.template(target).cloned(),
                after: target_after,
            },
            create_target,
            moves,
        };
        let expected_before = vec![self.expectation(source), self.expectation(target)];
        let request = StackRefactorRequest {
            description: refactor.description.clone(),
            create_stacks: create_target,
            definitions: vec![
                (source.into(), refactor.source.after.clone()),
                (target.into(), refactor.target.after.clone()),
            ],
            mappings: refactor.mappings(),
        };
        if let Err(violations) = self.simulation.refactor(&request) {
            self.violations.extend(violations);
        }
        let expected_after = vec![self.expectation(source), self.expectation(target)];
        let operation = RefactorOperation::CreateAndExecuteStackRefactor(refactor);
        self.push(group, operation, expected_before, expected_after);
    }

    /// Plans the deletion of a stack that owns nothing real.
    pub(super) fn delete(&mut self, stack: &str, reason: DeleteReason, group: &str) {
        let expected_before = vec![self.expectation(stack)];
        self.shells.shift_remove(stack);
        if let Err(violations) = self.simulation.delete(stack) {
            self.violations.extend(violations);
        }
        let operation = RefactorOperation::DeleteStack(DeleteStack {
            stack: self.reference(stack),
            reason,
        });
        let expected_after = vec![self.expectation(stack)];
        self.push(group, operation, expected_before, expected_after);
        // A stack that is made under this name later is another one: the ARN of the deleted one does not name it.
        self.references.shift_remove(stack);
    }

    /// All violations of the rules, and of the invariant that every resource is owned as before, each by one stack.
    pub(super) fn finish(mut self, exclusive: &IndexSet<(String, String)>) -> (Vec<PlannedOperation>, Vec<Violation>) {
        let after = owned(&self.simulation);
        if after != self.owned_before {
            let lost = self.owned_before.iter().filter(|resource| !after.contains(resource));
            let gained = after.iter().filter(|resource| !self.owned_before.contains(resource));
            for (resource_type, physical_id) in lost.chain(gained) {
                let message = format!("{resource_type} {physical_id} is not owned as before");
                self.violations.push(Violation::of(Rule::Ownership, "", "", message));
            }
        }
        // A group's physical id is its name, which both pools may have: that none is lost or doubled is checked above.
        for (resource_type, physical_id) in exclusive.iter().filter(|(owned_type, _)| owned_type != GROUP) {
            let owners: Vec<String> = self
                .simulation
                .ownership()
                .into_iter()
                .filter(|(owned_type, owned_id, _)| owned_type == resource_type && owned_id == physical_id)
                .map(|(_, _, stack)| stack)
                .collect();
            if owners.len() != 1 {
                let message = format!("{resource_type} {physical_id} would have {} owners", owners.len());
                let stack = owners.first().map(String::as_str).unwrap_or_default();
                self.violations.push(Violation::of(Rule::Ownership, stack, "", message));
            }
        }
        self.violations.sort();
        self.violations.dedup();
        (self.operations, self.violations)
    }

    fn push(
        &mut self,
        group: &str,
        operation: RefactorOperation,
        before: Vec<StackExpectation>,
        afterwards: Vec<StackExpectation>,
    ) {
        // Everything is retained before anything moves.
        let moves_resources = matches!(operation, RefactorOperation::CreateAndExecuteStackRefactor(_));
        let after = self
            .operations
            .iter()
            .filter(|earlier| {
                let shares_a_stack = earlier
                    .before
                    .iter()
                    .any(|theirs| before.iter().any(|ours| ours.stack.name == theirs.stack.name));
                shares_a_stack || (moves_resources && earlier.operation.is_preparation())
            })
            .map(|earlier| earlier.id.clone())
            .collect();
        self.operations.push(PlannedOperation {
            id: format!("refactor-{:03}", self.operations.len() + 1),
            group: group.into(),
            after,
            operation,
            before,
            afterwards,
        });
    }

    fn reference(&self, stack: &str) -> StackRef {
        self.references.get(stack).cloned().unwrap_or_else(|| StackRef {
            name: stack.into(),
            id: stack.into(),
        })
    }

    fn expectation(&self, stack: &str) -> StackExpectation {
        let presence = match self.simulation.stacks.get(stack) {
            _ if self.shells.contains(stack) => Presence::Shell,
            None => Presence::Absent,
            Some(simulated) => Presence::Present {
                template: simulated.template.clone(),
                resources: simulated
                    .resources
                    .iter()
                    .map(|(logical_id, resource)| {
                        let expected = ExpectedResource {
                            resource_type: resource.resource_type.clone(),
                            physical_id: resource.physical_id.clone(),
                        };
                        (logical_id.clone(), expected)
                    })
                    .collect(),
            },
        };
        StackExpectation {
            stack: self.reference(stack),
            presence,
        }
    }
}

/// The only moved type whose physical id is unique within its user pool only.
const GROUP: &str = "AWS::Cognito::UserPoolGroup";

/// Everything real that is owned, whoever owns it. Placeholders come and go.
fn owned(simulation: &Simulation<'_>) -> Vec<(String, String)> {
    simulation
        .ownership()
        .into_iter()
        .filter(|(resource_type, ..)| resource_type != "AWS::CloudFormation::WaitConditionHandle")
        .map(|(resource_type, physical_id, _)| (resource_type, physical_id))
        .collect()
}

/// What the refactor does, within the service's limit.
fn description(source: &str, target: &str, moves: &[ResourceMove]) -> String {
    let written = |count: usize| {
        let ids: Vec<&str> = moves
            .iter()
            .take(count)
            .map(|moved| moved.source_logical_id.as_str())
            .collect();
        let rest = match moves.len() - count {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("Move [{}]{rest} from {source} to {target}", ids.join(", "))
    };
    (0..=moves.len())
        .rev()
        .map(written)
        .find(|description| description.chars().count() <= MAXIMUM_DESCRIPTION)
        .unwrap_or_else(|| "Move resources".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_fit() {
        let moved = |id: &str| ResourceMove {
            source_logical_id: id.into(),
            target_logical_id: "x".into(),
            resource_type: "T".into(),
            physical_id: "p".into(),
        };
        assert_eq!(
            description("a", "b", &[moved("A"), moved("B")]),
            "Move [A, B] from a to b"
        );
        let many: Vec<ResourceMove> = (0..100).map(|index| moved(&format!("Resource{index:020}"))).collect();
        let long = description(&"s".repeat(128), &"t".repeat(128), &many);
        assert!(long.len() <= 1024 && long.contains(" more from sss"), "{long}");
    }
}
