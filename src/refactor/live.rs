//! Whether an operation has happened is decided by what is live, never by a journal.

use indexmap::IndexMap;

use super::operation::{
    DeleteReason, PlannedOperation, Presence, RefactorOperation, StackExpectation, StackRef, StackRefactor,
};
use crate::{
    cloudformation::{SHELL, Template, is_busy, same_template},
    deployment::StackResource,
};

/// A stack as it was just read.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveStack {
    /// Status.
    pub status: String,
    /// Original template.
    pub template: Template,
    /// All resources by logical id.
    pub resources: IndexMap<String, StackResource>,
}

/// State of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// Not done, and everything is as it must be before.
    Pending,
    /// Done.
    Done,
    /// Stacks that something is happening to: wait and look again.
    Busy(Vec<String>),
    /// Neither before nor after: somebody else changed something. Nothing must be done.
    Diverged(Vec<Divergence>),
}

/// How a stack differs from what the plan expects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Divergence {
    /// Plain stack name.
    pub stack: String,
    /// Logical id, when it is about one resource.
    pub logical_id: Option<String>,
    /// What differs.
    pub message: String,
}

/// Compares the stacks of an operation with what is live. `read` gives `None` for a stack that does not exist.
pub fn live_state(operation: &PlannedOperation, read: &dyn Fn(&StackRef) -> Option<LiveStack>) -> LiveState {
    let live: Vec<(&StackExpectation, Option<LiveStack>)> = operation
        .before
        .iter()
        .map(|expectation| (expectation, read(&expectation.stack)))
        .collect();
    let busy: Vec<String> = live
        .iter()
        .filter(|(_, stack)| stack.as_ref().is_some_and(|stack| is_busy(&stack.status)))
        .map(|(expectation, _)| expectation.stack.name.clone())
        .collect();
    if !busy.is_empty() {
        return LiveState::Busy(busy);
    }
    let stack_of = |wanted: &StackRef| {
        live.iter()
            .find(|(expectation, _)| expectation.stack.name == wanted.name)
            .and_then(|(_, stack)| stack.as_ref())
    };
    if is_done(operation, &stack_of) {
        return LiveState::Done;
    }
    let divergences: Vec<Divergence> = live
        .iter()
        .flat_map(|(expectation, stack)| divergences(expectation, stack.as_ref()))
        .collect();
    if divergences.is_empty() {
        LiveState::Pending
    } else {
        LiveState::Diverged(divergences)
    }
}

fn is_done<'s>(operation: &PlannedOperation, stack_of: &dyn Fn(&StackRef) -> Option<&'s LiveStack>) -> bool {
    match &operation.operation {
        RefactorOperation::UpdateStack(update) => {
            stack_of(&update.stack).is_some_and(|stack| same_template(&stack.template, &update.after))
        }
        RefactorOperation::CreateAndExecuteStackRefactor(refactor) => has_moved(refactor, stack_of),
        RefactorOperation::DeleteStack(delete) => stack_of(&delete.stack).is_none(),
    }
}

fn has_moved<'s>(refactor: &StackRefactor, stack_of: &dyn Fn(&StackRef) -> Option<&'s LiveStack>) -> bool {
    let Some(target) = stack_of(&refactor.target.stack) else {
        return false;
    };
    let source = stack_of(&refactor.source.stack);
    let owns = |stack: &LiveStack, logical_id: &str, physical_id: &str| {
        stack
            .resources
            .get(logical_id)
            .is_some_and(|resource| resource.physical_id.as_deref() == Some(physical_id))
    };
    refactor.moves.iter().all(|moved| {
        owns(target, &moved.target_logical_id, &moved.physical_id)
            && !source.is_some_and(|source| owns(source, &moved.source_logical_id, &moved.physical_id))
    })
}

/// Everything in which a stack is not as expected.
pub fn divergences(expectation: &StackExpectation, live: Option<&LiveStack>) -> Vec<Divergence> {
    let divergence = |logical_id: Option<&str>, message: String| Divergence {
        stack: expectation.stack.name.clone(),
        logical_id: logical_id.map(Into::into),
        message,
    };
    match (&expectation.presence, live) {
        (Presence::Absent, None) => Vec::new(),
        (Presence::Absent, Some(live)) => {
            vec![divergence(
                None,
                format!("the stack exists ({}), it was expected not to", live.status),
            )]
        }
        (Presence::Shell, Some(live)) if is_shell(&live.status, live.resources.len()) => Vec::new(),
        (Presence::Shell, Some(live)) => vec![divergence(
            None,
            format!(
                "the stack is {} with {} resources, an empty shell was expected",
                live.status,
                live.resources.len()
            ),
        )],
        (Presence::Shell | Presence::Present { .. }, None) => {
            vec![divergence(None, "the stack does not exist".into())]
        }
        (Presence::Present { template, resources }, Some(live)) => {
            let mut found = Vec::new();
            if !same_template(&live.template, template) {
                found.push(divergence(
                    None,
                    "the template is not the one that was planned for".into(),
                ));
            }
            for (logical_id, expected) in resources {
                match live.resources.get(logical_id) {
                    None => found.push(divergence(Some(logical_id), "the resource is not in the stack".into())),
                    Some(owned) if expected.physical_id.is_some() && owned.physical_id != expected.physical_id => {
                        let physical_id = owned.physical_id.as_deref().unwrap_or("nothing");
                        found.push(divergence(Some(logical_id), format!("it is {physical_id} now")));
                    }
                    Some(_) => {}
                }
            }
            for logical_id in live
                .resources
                .keys()
                .filter(|logical_id| !resources.contains_key(*logical_id))
            {
                found.push(divergence(Some(logical_id), "the resource was not there before".into()));
            }
            found
        }
    }
}

/// A stack that only a failed refactor leaves: to be treated as if it did not exist, and to be deleted.
pub fn is_shell(status: &str, resources: usize) -> bool {
    status == SHELL && resources == 0
}

/// What must still be live when a stack is deleted; checked once more right before the call.
pub fn may_delete(reason: DeleteReason, live: &LiveStack) -> bool {
    match reason {
        DeleteReason::Shell => is_shell(&live.status, live.resources.len()),
        DeleteReason::EmptyHolding => live
            .resources
            .values()
            .all(|resource| resource.resource_type == "AWS::CloudFormation::WaitConditionHandle"),
    }
}
