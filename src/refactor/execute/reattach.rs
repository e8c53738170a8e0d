//! What an earlier run began at the service and what may still be under way: it is recognised as ours, and waited for.

use std::sync::LazyLock;

use futures::future::join_all;
use regex::Regex;

use super::run::CHANGE_SET;
use crate::{
    cloud::{ChangeSet, Cloud, CloudError, Pace},
    deployment::Stack,
    plan::{EventSink, OperationEvents},
};

/// Id of what is told while waiting.
const OPERATION: &str = "read-stacks";

/// The end of the description of every stack refactor of this tool: run and operation.
static OURS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r" \[[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[a-z0-9-]+\]$").ok());

fn is_ours(description: &str) -> bool {
    OURS.as_ref().is_some_and(|pattern| pattern.is_match(description))
}

/// Whether this tool began what happens to one of these stacks. Asked when no journal tells.
pub(super) async fn is_at_work_for_us(cloud: &Cloud, busy: &[&Stack]) -> bool {
    let change_sets = busy
        .iter()
        .map(|stack| cloud.cloudformation.change_set(&stack.id, CHANGE_SET));
    let (change_sets, refactors) = tokio::join!(join_all(change_sets), cloud.cloudformation.open_stack_refactors());
    let is_updating = change_sets
        .into_iter()
        .flatten()
        .flatten()
        .any(|change_set: ChangeSet| change_set.was_executed());
    let is_moving = refactors
        .unwrap_or_default()
        .iter()
        .any(|(_, description)| is_ours(description) && busy.iter().any(|stack| description.contains(&stack.name)));
    is_updating || is_moving
}

/// Waits for the stack refactors that an interrupted run has begun to execute on stacks of these roots: the service may not
/// have come to the stacks yet. Those that were created and not executed change nothing, and stay unexecuted.
///
/// # Errors
/// When the service cannot be asked for good; a caller who may not list them goes on, as the stacks tell the same later.
pub(super) async fn wait_for_refactors(
    cloud: &Cloud,
    roots: [&str; 2],
    events: &dyn EventSink,
) -> Result<bool, CloudError> {
    let open = match cloud.cloudformation.open_stack_refactors().await {
        Ok(open) => open,
        Err(error) if error.is_unavailable() || error.is_passing() => return Ok(false),
        Err(error) => return Err(error),
    };
    let ours = open
        .iter()
        .filter(|(_, description)| is_ours(description) && roots.iter().any(|root| description.contains(root)));
    let mut has_waited = false;
    for (id, _) in ours {
        let mut pace = Pace::new(OperationEvents::new(events, OPERATION));
        loop {
            match cloud.cloudformation.stack_refactor(id).await {
                Ok(state) if state.execution_status.ends_with("_IN_PROGRESS") => {
                    has_waited = true;
                    pace.pause(id, &state.execution_status).await;
                }
                Ok(_) => break,
                Err(error) if error.is_unavailable() => break,
                Err(error) => pace.pause_after(id, error).await?,
            }
        }
    }
    Ok(has_waited)
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_descriptions_with_run_and_operation_are_ours() {
        let run = "0f6ba2a0-6f0c-4f4a-9b57-0123456789ab";
        assert!(is_ours(&format!("Move [A] from x to y [{run}/refactor-001]")));
        assert!(!is_ours("Move [A] from x to y"));
        assert!(!is_ours(&format!("Move [A] from x to y [{run}]")));
        assert!(!is_ours(&format!("[{run}/refactor-001] by hand")));
    }
}
