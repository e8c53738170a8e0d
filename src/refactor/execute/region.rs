//! Whether the region has stack refactors at all.

use super::error::TargetError;
use crate::{cloud::Cloud, error::Result};

/// Regions that had none in October 2026, by the list of regions that `cdk refactor` is tested in. Such a list grows old: it
/// only tells where it is worth a call to ask.
const WITHOUT_STACK_REFACTOR: [&str; 3] = ["ap-southeast-5", "ap-southeast-7", "mx-central-1"];

/// The service knows of stack refactors, as far as that can be told without making one.
///
/// # Errors
/// `STACK_REFACTOR_UNAVAILABLE`
pub(super) async fn ensure_stack_refactor(cloud: &Cloud) -> Result<()> {
    if !WITHOUT_STACK_REFACTOR.contains(&cloud.region.as_str()) {
        return Ok(());
    }
    match cloud.cloudformation.open_stack_refactors().await {
        Err(error) if error.is_unavailable() => Err(TargetError::NoStackRefactor {
            region: cloud.region.clone(),
            reason: error.to_string(),
        }
        .into()),
        _ => Ok(()),
    }
}
