//! Removal of holding stacks: shells, and those that hold nothing but the placeholder.

use serde_json::json;

use super::{error::ExecutionError, run::Run, wait::until_settled};
use crate::{
    cloud::Pace,
    error::Result,
    plan::OperationOutcome,
    refactor::{DeleteStack, PLACEHOLDER},
};

pub(super) async fn carry_out(run: &Run<'_>, operation: &str, deletion: &DeleteStack) -> Result<OperationOutcome> {
    delete(run, operation, &deletion.stack.name).await
}

/// Deletes a holding stack that owns nothing.
pub(super) async fn delete(run: &Run<'_>, operation: &str, stack: &str) -> Result<OperationOutcome> {
    let mut pace = Pace::new(run.events_of(operation));
    let mut was_there = false;
    loop {
        let Some(found) = until_settled(run, operation, stack).await? else {
            return Ok(if was_there {
                OperationOutcome::Done
            } else {
                OperationOutcome::AlreadyDone
            });
        };
        ensure_owns_nothing(run, operation, stack).await?;
        if was_there && found.status == "DELETE_FAILED" {
            return Err(ExecutionError::StackFailed {
                stack: stack.to_owned(),
                status: found.status,
                reason: found.status_reason,
            }
            .into());
        }
        if !was_there {
            run.intend(operation, json!({ "deleteStack": stack })).await?;
        }
        was_there = true;
        match run
            .cloud
            .cloudformation
            .delete_stack(stack, &format!("{}-delete", run.token(operation)))
            .await
        {
            Err(error) if !error.is_passing() => return Err(run.failed(operation, error).into()),
            _ => pace.pause(stack, "DELETE_IN_PROGRESS").await,
        }
    }
}

async fn ensure_owns_nothing(run: &Run<'_>, operation: &str, stack: &str) -> Result<()> {
    let resources = match run.cloud.cloudformation.stack_resources(stack).await {
        Ok(resources) => resources,
        Err(error) if error.says("does not exist") => return Ok(()),
        Err(error) => return Err(run.failed(operation, error).into()),
    };
    match resources
        .iter()
        .find(|(logical_id, resource)| *logical_id != PLACEHOLDER && resource.physical_id.is_some())
    {
        None => Ok(()),
        Some((logical_id, _)) => Err(ExecutionError::StackChanged {
            stack: stack.to_owned(),
            difference: format!("it owns {logical_id} and is not deleted"),
        }
        .into()),
    }
}
