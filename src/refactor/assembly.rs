//! Assembling a plan: every operation is applied to the simulation as soon as it is planned, so that the next one is
//! planned on what will then be there.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::{
    hosted_ui,
    literal::PLACEHOLDER,
    operation::{
        AllowedChanges, AttachedResource, DeleteReason, DeleteStack, ExpectedResource, MoveKind, PlannedOperation,
        Presence, RefactorOperation, ResourceMove, ReturnedResource, StackExpectation, StackRef, StackRefactor,
        StackTransition, UpdatePurpose, UpdateStack,
    },
};
use crate::cloudformation::{
    Template, same_template,
    simulate::{Rule, SimulatedImport, SimulatedResource, Simulation, StackRefactorRequest, UpdateEffect, Violation},
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
    attached_before: Vec<Attachment>,
    released: Vec<Attachment>,
    adopted: Vec<Attachment>,
    /// Type and physical id of what no stack owned.
    returned: Vec<(String, String)>,
}

/// A resource within a user pool: type, user pool, name. Its physical id may be that of another pool's resource as well.
type Attachment = (String, String, String);

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
        let attached_before = attached(&simulation);
        Self {
            simulation,
            operations: Vec::new(),
            violations: Vec::new(),
            references,
            shells: IndexSet::new(),
            owned_before,
            attached_before,
            released: Vec::new(),
            adopted: Vec::new(),
            returned: Vec::new(),
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
        let operation = UpdateStack {
            stack: self.reference(stack),
            purpose,
            before,
            after,
            parameters: self.parameters(stack),
            capabilities: vec!["CAPABILITY_NAMED_IAM".into()],
            allowed_changes,
            resources: Vec::new(),
            returned: Vec::new(),
        };
        self.push_update(group, operation, expected_before);
    }

    /// Plans that a stack lets resources go that it retains. Nothing but that happens to it.
    pub(super) fn release(&mut self, stack: &str, resources: Vec<AttachedResource>, group: &str) {
        let Some(before) = self.template(stack).cloned().filter(|_| !resources.is_empty()) else {
            return;
        };
        let released: Vec<String> = resources.iter().map(|resource| resource.logical_id.clone()).collect();
        let mut after = before.clone();
        for logical_id in &released {
            let is_retained = before
                .resource(logical_id)
                .is_some_and(|resource| resource.deletion_policy() == Some("Retain"));
            if !is_retained {
                let message = "the update would delete it: it is not retained".into();
                self.violations
                    .push(Violation::of(Rule::Inventory, stack, logical_id, message));
            }
            after.remove("Resources", logical_id);
        }
        let expected_before = vec![self.expectation(stack)];
        let attached = resources.iter().map(attachment);
        self.released.extend(attached);
        let mut effect = UpdateEffect::default();
        match self.simulation.update(stack, &after) {
            Ok(found) => effect = found,
            Err(violations) => self.violations.extend(violations),
        }
        effect.deleted.retain(|logical_id| !released.contains(logical_id));
        let allowed_changes = AllowedChanges {
            released,
            ..self.allowed_changes(stack, UpdatePurpose::Release, &effect)
        };
        let operation = UpdateStack {
            stack: self.reference(stack),
            purpose: UpdatePurpose::Release,
            before,
            after,
            parameters: self.parameters(stack),
            capabilities: vec!["CAPABILITY_NAMED_IAM".into()],
            allowed_changes,
            resources,
            returned: Vec::new(),
        };
        self.push_update(group, operation, expected_before);
    }

    /// Plans that a stack takes over resources that exist, each with its definition. Nothing but that happens to it.
    pub(super) fn adopt(&mut self, stack: &str, adoptions: Vec<(AttachedResource, Value)>, group: &str) {
        self.adopted
            .extend(adoptions.iter().map(|(resource, _)| attachment(resource)));
        let imports = adoptions.iter().map(|(resource, definition)| {
            let AttachedResource {
                logical_id,
                resource_type,
                physical_id,
                ..
            } = resource;
            (
                simulated_import(logical_id, resource_type, physical_id.clone()),
                definition.clone(),
            )
        });
        let import = self.import(stack, UpdatePurpose::Adopt, imports.collect());
        if let Some((mut operation, before)) = import {
            operation.resources = adoptions.into_iter().map(|(resource, _)| resource).collect();
            self.push_update(group, operation, before);
        }
    }

    /// Plans that a stack gets resources back that no stack owns, each with its definition. Nothing but that happens to it.
    pub(super) fn give_back(&mut self, stack: &str, given: Vec<(ReturnedResource, Value)>, group: &str) {
        let imports = given.iter().map(|(resource, definition)| {
            let ReturnedResource {
                logical_id,
                resource_type,
                physical_id,
                ..
            } = resource;
            (
                simulated_import(logical_id, resource_type, Some(physical_id.clone())),
                definition.clone(),
            )
        });
        let import = self.import(stack, UpdatePurpose::GiveBack, imports.collect());
        if let Some((mut operation, before)) = import {
            operation.returned = given.into_iter().map(|(resource, _)| resource).collect();
            let returned = operation.returned.iter();
            self.returned
                .extend(returned.map(|resource| (resource.resource_type.clone(), resource.physical_id.clone())));
            self.push_update(group, operation, before);
        }
    }

    /// An update that imports and does nothing else, and the stack before; `None` when there is nothing to import.
    fn import(
        &mut self,
        stack: &str,
        purpose: UpdatePurpose,
        imports: Vec<(SimulatedImport, Value)>,
    ) -> Option<(UpdateStack, Vec<StackExpectation>)> {
        let before = self.template(stack).cloned().filter(|_| !imports.is_empty())?;
        let mut after = before.clone();
        let mut imported = Vec::new();
        for (import, definition) in imports {
            after.insert("Resources", &import.logical_id, definition);
            imported.push(import);
        }
        let expected_before = vec![self.expectation(stack)];
        if let Err(violations) = self.simulation.import(stack, &after, &imported) {
            self.violations.extend(violations);
        }
        let operation = UpdateStack {
            stack: self.reference(stack),
            purpose,
            before,
            after,
            parameters: self.parameters(stack),
            capabilities: vec!["CAPABILITY_NAMED_IAM".into()],
            allowed_changes: AllowedChanges {
                adopted: imported.into_iter().map(|import| import.logical_id).collect(),
                ..AllowedChanges::default()
            },
            resources: Vec::new(),
            returned: Vec::new(),
        };
        Some((operation, expected_before))
    }

    fn parameters(&self, stack: &str) -> Vec<String> {
        let template = self.template(stack);
        template
            .into_iter()
            .flat_map(Template::parameters)
            .map(|parameter| parameter.name.to_owned())
            .collect()
    }

    fn push_update(&mut self, group: &str, operation: UpdateStack, before: Vec<StackExpectation>) {
        let afterwards = vec![self.expectation(&operation.stack.name)];
        self.push(group, RefactorOperation::UpdateStack(operation), before, afterwards);
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
            ..AllowedChanges::default()
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

    /// All violations of the rules, and of the invariant that every resource is owned as before, each by one stack. Of what
    /// belongs to a user pool exactly what the plan says is let go and taken over.
    pub(super) fn finish(mut self, exclusive: &IndexSet<(String, String)>) -> (Vec<PlannedOperation>, Vec<Violation>) {
        let after = owned(&self.simulation);
        let mut expected = std::mem::take(&mut self.owned_before);
        expected.append(&mut self.returned);
        expected.sort();
        if after != expected {
            let lost = expected.iter().filter(|resource| !after.contains(resource));
            let gained = after.iter().filter(|resource| !expected.contains(resource));
            for (resource_type, physical_id) in lost.chain(gained) {
                let message = format!("{resource_type} {physical_id} is not owned as before");
                self.violations.push(Violation::of(Rule::Ownership, "", "", message));
            }
        }
        self.check_attached();
        // A group's physical id is its name, which both pools may have: that none is lost or doubled is checked above.
        let is_within_pool = |owned_type: &str| owned_type == GROUP || hosted_ui::TYPES.contains(&owned_type);
        for (resource_type, physical_id) in exclusive.iter().filter(|(owned_type, _)| !is_within_pool(owned_type)) {
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
        // Everything is retained before anything changes its owner.
        let changes_owners = !operation.is_preparation();
        let after = self
            .operations
            .iter()
            .filter(|earlier| {
                let shares_a_stack = earlier
                    .before
                    .iter()
                    .any(|theirs| before.iter().any(|ours| ours.stack.name == theirs.stack.name));
                shares_a_stack || (changes_owners && earlier.operation.is_preparation())
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

    fn check_attached(&mut self) {
        let mut expected = self.attached_before.clone();
        let mut message = |(resource_type, pool, name): &Attachment, problem: &str| {
            let message = format!("{resource_type} {name} of user pool {pool} {problem}");
            self.violations.push(Violation::of(Rule::Ownership, "", "", message));
        };
        for released in &self.released {
            match expected.iter().position(|attachment| attachment == released) {
                Some(position) => drop(expected.remove(position)),
                None => message(released, "would be let go, but no stack owns it"),
            }
        }
        for adopted in &self.adopted {
            if expected.contains(adopted) {
                message(adopted, "would be taken over, but a stack owns it");
            }
            expected.push(adopted.clone());
        }
        expected.sort();
        let after = attached(&self.simulation);
        if after != expected {
            let lost = expected.iter().filter(|attachment| !after.contains(attachment));
            let gained = after.iter().filter(|attachment| !expected.contains(attachment));
            for attachment in lost.chain(gained) {
                message(attachment, "is not owned as planned");
            }
        }
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
        .filter(|(resource_type, ..)| !hosted_ui::TYPES.contains(&resource_type.as_str()))
        .map(|(resource_type, physical_id, _)| (resource_type, physical_id))
        .collect()
}

/// Everything of user pools' hosted UIs that is owned, sorted, with repetitions.
fn attached(simulation: &Simulation<'_>) -> Vec<Attachment> {
    let mut found = Vec::new();
    for (stack, state) in &simulation.stacks {
        for (logical_id, resource) in &state.resources {
            if !hosted_ui::TYPES.contains(&resource.resource_type.as_str()) {
                continue;
            }
            let text = |property: &str| match simulation.property(stack, logical_id, property) {
                Some(Value::String(text)) => text,
                // Not known: it is told apart by its place.
                _ => format!("{logical_id} of {stack}"),
            };
            let name = text(hosted_ui::name_property(&resource.resource_type));
            found.push((resource.resource_type.clone(), text("UserPoolId"), name));
        }
    }
    found.sort();
    found
}

fn simulated_import(logical_id: &str, resource_type: &str, physical_id: Option<String>) -> SimulatedImport {
    SimulatedImport {
        logical_id: logical_id.into(),
        resource: SimulatedResource {
            resource_type: resource_type.into(),
            physical_id,
        },
    }
}

fn attachment(resource: &AttachedResource) -> Attachment {
    let AttachedResource {
        resource_type,
        user_pool_id,
        name,
        ..
    } = resource;
    (resource_type.clone(), user_pool_id.clone(), name.clone())
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
