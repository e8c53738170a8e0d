//! What is checked before an environment is locked or unlocked, and whether it is locked.

use super::policy::denies_all_updates;
use crate::{
    cloud::CloudFormationApi,
    cloudformation::is_stable,
    deployment::StackTree,
    error::Result,
    plan::{Validation, ValidationStatus},
};

/// Stacks of the environment that are not at rest: name, status and reason of each. One that was rolled back is: a migration
/// that failed half-way must be able to go on.
pub fn unstable_stacks(tree: &StackTree) -> Vec<String> {
    tree.walk()
        .iter()
        .filter(|stack| !is_stable(&stack.status))
        .map(|stack| match &stack.status_reason {
            Some(reason) => format!("{}: {} ({reason})", stack.name, stack.status),
            None => format!("{}: {}", stack.name, stack.status),
        })
        .collect()
}

/// Every stack of the environment is at rest.
pub fn environment_status(tree: &StackTree) -> Validation {
    let unstable = unstable_stacks(tree);
    let passed = unstable.is_empty();
    Validation {
        name: "Environment Status".into(),
        description: "The root stack and all nested stacks are in a stable state.".into(),
        status: if passed { ValidationStatus::Passed } else { ValidationStatus::Failed },
        report: (!passed).then(|| unstable.join("\n")),
        resolution: (!passed).then(|| {
            "Wait until updates that are in progress have ended; bring stacks that failed back to a stable state in the CloudFormation console.".into()
        }),
    }
}

/// Differences between the project, the templates and what is deployed.
pub(super) fn drift() -> Validation {
    Validation {
        name: "Drift".into(),
        description: "The deployed resources are as the project and its stacks describe them.".into(),
        status: ValidationStatus::NotChecked,
        report: Some("This version does not detect drift: nothing is known about changes made outside of `amplify push`.".into()),
        resolution: Some(
            "Run `amplify status` and the drift detection of the CloudFormation console on the root stack, and push what is to stay.".into(),
        ),
    }
}

/// Whether the root stack refuses updates. A policy that may not be read counts as not checked.
///
/// # Errors
/// When the policy is not readable as JSON, or the call fails for another reason than a missing permission.
pub async fn lock_status(cloudformation: &dyn CloudFormationApi, root: &str) -> Result<Validation> {
    let validation = |status, report: Option<String>, resolution: Option<&str>| Validation {
        name: "Lock Status".into(),
        description: "The Gen 1 environment is locked: the stack policy of the root stack denies every update.".into(),
        status,
        report,
        resolution: resolution.map(str::to_owned),
    };
    let policy = match cloudformation.stack_policy(root).await {
        Ok(policy) => policy,
        Err(error) if error.is_unavailable() => {
            return Ok(validation(
                ValidationStatus::NotChecked,
                Some(format!("The stack policy of {root} could not be read: {error}")),
                Some("Allow cloudformation:GetStackPolicy for the caller."),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let locked = match &policy {
        Some(policy) => denies_all_updates(root, policy)?,
        None => false,
    };
    if locked {
        return Ok(validation(ValidationStatus::Passed, None, None));
    }
    let report = match policy {
        Some(_) => format!("The stack policy of {root} does not deny all updates."),
        None => format!("Stack {root} has no stack policy."),
    };
    Ok(validation(
        ValidationStatus::Failed,
        Some(report),
        Some("Lock the environment with the step `lock`."),
    ))
}
