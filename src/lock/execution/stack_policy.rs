//! The policy of the root stack, by which it refuses every update.

use super::{Execution, without_effect};
use crate::{
    error::Result,
    lock::{
        policy::{denies_all_updates, same_policy, with_lock},
        record::Intent,
    },
    plan::OperationOutcome,
};

impl Execution<'_> {
    pub(super) async fn deny_updates(&self, id: &str) -> Result<OperationOutcome> {
        let root = &self.request.root.stack;
        let previous = self.request.cloud.cloudformation.stack_policy(&root.id).await?;
        if let Some(previous) = &previous
            && denies_all_updates(&root.name, previous)?
        {
            return Ok(OperationOutcome::AlreadyDone);
        }
        let policy = with_lock(&root.name, previous.as_deref())?;
        let intent = Intent::DenyUpdates {
            stack: root.name.clone(),
            previous,
            policy: policy.clone(),
        };
        self.set_policy(id, &intent, &policy).await
    }

    pub(super) async fn restore_policy(&self, id: &str, policy: &str) -> Result<OperationOutcome> {
        let root = &self.request.root.stack;
        let live = self.request.cloud.cloudformation.stack_policy(&root.id).await?;
        if live.is_some_and(|live| same_policy(&live, policy)) {
            return Ok(OperationOutcome::AlreadyDone);
        }
        let intent = Intent::RestorePolicy {
            stack: root.name.clone(),
            policy: policy.to_owned(),
        };
        self.set_policy(id, &intent, policy).await
    }

    async fn set_policy(&self, id: &str, intent: &Intent, policy: &str) -> Result<OperationOutcome> {
        let root = &self.request.root.stack;
        let cloudformation = &self.request.cloud.cloudformation;
        self.intend(id, intent).await?;
        cloudformation.set_stack_policy(&root.id, policy).await?;
        let live = cloudformation.stack_policy(&root.id).await?;
        if !live.is_some_and(|live| same_policy(&live, policy)) {
            return Err(without_effect("the stack policy", &root.name));
        }
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }
}
