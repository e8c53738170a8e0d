//! What a run leaves behind when it ends amid an update.

use super::hand_over::remove_object;
use crate::{
    cloud::{Cloud, CloudError},
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

/// Removes a change set, if there is one.
///
/// # Errors
/// When it is there and cannot be removed.
pub(super) async fn remove_change_set(cloud: &Cloud, stack: &str, name: &str) -> Result<(), CloudError> {
    match cloud.cloudformation.delete_change_set(stack, name).await {
        // It is being executed, or was, and the service keeps it to itself: whoever works on the stack waits for that.
        Err(CloudError::Refused { code, .. }) if code == "InvalidChangeSetStatus" => Ok(()),
        Err(error) if error.says("does not exist") => Ok(()),
        removed => removed,
    }
}

pub(super) fn warn_of_change_set(stack: &str, name: &str, error: &CloudError, events: OperationEvents<'_>) {
    events.warn(
        "CHANGE_SET_LEFT",
        format!("change set {name} of stack {stack} could not be removed: {error}"),
    );
}
