//! What a run leaves behind when it ends amid an update.

use super::hand_over::remove_object;
use crate::{
    cloud::{Cloud, CloudError, Pace},
    plan::OperationEvents,
};

/// Traces of an operation that began and has no result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftover {
    /// Operation of the earlier run.
    pub operation: String,
    /// Stacks with a change set, by name, each with the name of its change set.
    pub change_sets: Vec<(String, String)>,
    /// Keys of templates in the deployment bucket.
    pub templates: Vec<String>,
}

/// Removes them. What cannot be removed is told and does not stop the run that was begun to finish the other: none of it
/// has any effect by itself.
pub async fn remove_leftover(cloud: &Cloud, bucket: Option<&str>, leftover: &Leftover, events: OperationEvents<'_>) {
    for (stack, name) in &leftover.change_sets {
        if let Err(error) = remove_change_set(cloud, stack, name).await {
            warn_of_change_set(stack, name, &error, events);
        }
    }
    if let Some(bucket) = bucket {
        for key in &leftover.templates {
            remove_object(cloud, bucket, key, events).await;
        }
    }
}

/// What became of a change set that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// There is none (any more).
    Gone,
    /// The service keeps it to itself: it is being made, or being executed, or was.
    Kept,
}

/// Removes a change set, if there is one.
///
/// # Errors
/// When it is there and cannot be removed.
pub(super) async fn remove_change_set(cloud: &Cloud, stack: &str, name: &str) -> Result<Removal, CloudError> {
    match cloud.cloudformation.delete_change_set(stack, name).await {
        Ok(()) => Ok(Removal::Gone),
        Err(CloudError::Refused { code, .. }) if code == "InvalidChangeSetStatus" => Ok(Removal::Kept),
        Err(error) if error.says("does not exist") => Ok(Removal::Gone),
        Err(error) => Err(error),
    }
}

/// The same for one that an earlier run may have ordered a moment ago: while it is being made it cannot be removed, and a
/// new one would be taken for it.
///
/// # Errors
/// When it is there and cannot be removed, or cannot be read for good.
pub(super) async fn remove_earlier_change_set(
    cloud: &Cloud,
    stack: &str,
    name: &str,
    events: OperationEvents<'_>,
) -> Result<(), CloudError> {
    let mut pace = Pace::new(events);
    while remove_change_set(cloud, stack, name).await? == Removal::Kept {
        match cloud.cloudformation.change_set(stack, name).await {
            Ok(Some(found)) if is_being_made(&found.status) => pace.pause(name, &found.status).await,
            // It is being executed, or was: whoever works on the stack waits for that.
            Ok(_) => return Ok(()),
            Err(error) => pace.pause_after(name, error).await?,
        }
    }
    Ok(())
}

pub(super) fn is_being_made(status: &str) -> bool {
    matches!(status, "CREATE_PENDING" | "CREATE_IN_PROGRESS")
}

pub(super) fn warn_of_change_set(stack: &str, name: &str, error: &CloudError, events: OperationEvents<'_>) {
    events.warn(
        "CHANGE_SET_LEFT",
        format!("change set {name} of stack {stack} could not be removed: {error}"),
    );
}
