//! Waiting for stacks, in the terms of a refactor.

use super::{error::ExecutionError, run::Run};
use crate::{
    cloud::{StackDescription, settled_stack},
    cloudformation::is_stable,
};

/// Waits until nothing is happening to the stack. `None`: it does not exist (any more).
pub(super) async fn until_settled(
    run: &Run<'_>,
    operation: &str,
    stack: &str,
) -> Result<Option<StackDescription>, ExecutionError> {
    settled_stack(run.cloud.cloudformation.as_ref(), stack, run.events_of(operation))
        .await
        .map_err(|error| run.failed(operation, error))
}

/// The stack is settled, exists, has the parameters and tags of the plan, and may take part in the next operation.
pub(super) async fn until_usable(
    run: &Run<'_>,
    operation: &str,
    stack: &str,
) -> Result<StackDescription, ExecutionError> {
    let Some(found) = until_settled(run, operation, stack).await? else {
        return Err(ExecutionError::gone(stack.to_owned()));
    };
    if is_stable(&found.status) {
        return match run.target.baseline.difference(&found) {
            None => Ok(found),
            Some(difference) => Err(ExecutionError::StackChanged {
                stack: found.name,
                difference,
            }),
        };
    }
    Err(ExecutionError::StackFailed {
        stack: found.name,
        status: found.status,
        reason: found.status_reason,
    })
}
