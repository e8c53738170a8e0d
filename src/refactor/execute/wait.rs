//! Waiting without giving up: no time-out of ours counts as a failure.

use std::time::{Duration, Instant};

use super::{error::ExecutionError, run::Run};
use crate::{
    cloud::{CloudError, StackDescription},
    plan::Event,
};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Pauses between two looks: short at first, longer later.
pub(super) struct Patience {
    pause: Duration,
    began: Instant,
    last_status: String,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self {
            pause: FIRST_PAUSE,
            began: Instant::now(),
            last_status: String::new(),
        }
    }

    /// Tells a status when it is news, and pauses.
    pub(super) async fn pause(&mut self, run: &Run<'_>, operation: &str, target: &str, status: &str) {
        let elapsed = self.began.elapsed();
        if self.last_status != status || self.pause == LONGEST_PAUSE {
            status.clone_into(&mut self.last_status);
            run.events.emit(Event::Waiting {
                operation: operation.to_owned(),
                target: target.to_owned(),
                status: status.to_owned(),
                elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            });
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// A read that may fail for a while: the connection or the rate is no reason to give up while AWS is at work.
pub(super) fn is_passing(error: &CloudError) -> bool {
    error.is_uncertain() || matches!(error, CloudError::Throttled { .. })
}

/// Waits until nothing is happening to the stack. `None`: it does not exist (any more).
pub(super) async fn until_settled(
    run: &Run<'_>,
    operation: &str,
    stack: &str,
) -> Result<Option<StackDescription>, ExecutionError> {
    let mut patience = Patience::new();
    loop {
        match run.cloud.cloudformation.describe_stack(stack).await {
            Ok(Some(found)) if is_busy(&found.status) => patience.pause(run, operation, stack, &found.status).await,
            Ok(found) => return Ok(found),
            Err(error) if is_passing(&error) => patience.pause(run, operation, stack, "no answer").await,
            Err(error) => return Err(run.failed(operation, error)),
        }
    }
}

/// The stack is settled, exists, and may take part in the next operation.
pub(super) async fn until_usable(
    run: &Run<'_>,
    operation: &str,
    stack: &str,
) -> Result<StackDescription, ExecutionError> {
    let Some(found) = until_settled(run, operation, stack).await? else {
        return Err(ExecutionError::StackChanged {
            stack: stack.to_owned(),
            difference: "it does not exist any more".into(),
        });
    };
    match found.status.as_str() {
        "CREATE_COMPLETE"
        | "UPDATE_COMPLETE"
        | "UPDATE_ROLLBACK_COMPLETE"
        | "IMPORT_COMPLETE"
        | "IMPORT_ROLLBACK_COMPLETE" => Ok(found),
        _ => Err(ExecutionError::StackFailed {
            stack: found.name,
            status: found.status,
            reason: found.status_reason,
        }),
    }
}

/// Something is happening to the stack. `REVIEW_IN_PROGRESS` is not: nothing ever happens to it by itself.
fn is_busy(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"
}
