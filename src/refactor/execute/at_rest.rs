//! Nothing may be under way in the stacks that a refactor works on, and nothing half done.

use super::error::{TargetError, UnstableStack};
use crate::{cloudformation::is_stable, deployment::StackTree};

/// Every stack of the trees is at rest. A stack that was rolled back counts as well: a refactor that failed half-way must be
/// able to go on.
///
/// # Errors
/// `STACK_NOT_STABLE` with all that are not.
pub(super) fn ensure_at_rest(trees: [&StackTree; 2]) -> Result<(), TargetError> {
    let unstable: Vec<UnstableStack> = trees
        .into_iter()
        .flat_map(StackTree::walk)
        .filter(|stack| !is_at_rest(&stack.status))
        .map(|stack| UnstableStack {
            stack: stack.name.clone(),
            status: stack.status.clone(),
            reason: stack.status_reason.clone().filter(|reason| !reason.is_empty()),
        })
        .collect();
    if unstable.is_empty() {
        Ok(())
    } else {
        Err(TargetError::NotStable { stacks: unstable })
    }
}

/// A nested stack that was removed from its parent is no stack any more.
fn is_at_rest(status: &str) -> bool {
    is_stable(status) || status == "DELETE_COMPLETE"
}
