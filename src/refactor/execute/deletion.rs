//! Removal of holding stacks: shells, and those that hold nothing but the placeholder.
//!
//! Between a look at what a stack owns and its deletion somebody could move something in, and no condition can be attached to
//! a deletion. But CloudFormation refuses to refactor stacks that have a stack policy, whatever it says, and a policy cannot
//! be removed again. So the stack gets one first, and is looked at after that: what is not in it then cannot get in.

use serde_json::json;

use super::{error::ExecutionError, run::Run, wait::until_settled};
use crate::{
    cloud::{CloudError, Pace},
    cloudformation::is_stable,
    error::Result,
    plan::OperationOutcome,
    refactor::{DeleteStack, PLACEHOLDER},
};

pub(super) async fn carry_out(run: &Run<'_>, operation: &str, deletion: &DeleteStack) -> Result<OperationOutcome> {
    delete(run, operation, &deletion.stack.name).await
}

/// Denies every update. What matters is that it is there.
const CLOSED: &str = r#"{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;

/// Deletes a holding stack that owns nothing. One that cannot be closed to others is left, and told.
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
            if is_open(&found.status) {
                if !close(run, operation, stack).await? {
                    return Ok(OperationOutcome::Unchanged);
                }
                ensure_owns_nothing(run, operation, stack).await?;
            }
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

/// Resources can be moved into it.
fn is_open(status: &str) -> bool {
    is_stable(status)
}

/// `false` when the service knows no stack policies.
async fn close(run: &Run<'_>, operation: &str, stack: &str) -> Result<bool> {
    let mut pace = Pace::new(run.events_of(operation));
    loop {
        match run.cloud.cloudformation.set_stack_policy(stack, CLOSED).await {
            Ok(()) => return Ok(true),
            Err(error) if error.is_unavailable() && !matches!(error, CloudError::AccessDenied { .. }) => {
                run.events.warn(
                    "HOLDING_STACK_KEPT",
                    format!(
                        "{stack} owns nothing any more and is left: it cannot be closed before it is deleted ({error}). Delete it when nobody works on this environment: aws cloudformation delete-stack --stack-name {stack}"
                    ),
                );
                return Ok(false);
            }
            Err(error) => pace
                .pause_after(stack, error)
                .await
                .map_err(|error| run.failed(operation, error))?,
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
        Some((logical_id, resource)) => Err(ExecutionError::StackChanged {
            stack: stack.to_owned(),
            difference: format!(
                "it owns {logical_id} ({}), which somebody has moved into it, and is not deleted",
                resource.physical_id.as_deref().unwrap_or_default()
            ),
        }
        .into()),
    }
}
