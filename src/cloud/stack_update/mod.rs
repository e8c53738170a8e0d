//! Updates of a stack's template that are looked at before they are made: a change set is created, inspected, and then
//! that very change set is executed. Whether its changes may be made is the caller's decision.

mod error;
mod hand_over;
mod leftover;

pub use error::{StackUpdateError, StackUpdateFailure};
pub use hand_over::{TemplateHandOver, short_hash};
pub use leftover::{Leftover, remove_leftover};

use self::leftover::{is_being_made, remove_change_set, remove_earlier_change_set, warn_of_change_set};
use super::{
    ChangeSet, ChangeSetRequest, Cloud, CloudError, ResourceImport, StackDescription,
    pace::{Pace, settled_stack},
};
use crate::{
    cloudformation::{Template, is_stable, same_template},
    error::Result,
    plan::OperationEvents,
};

/// How often a stack may be seen at rest and unchanged, with nothing under way, after the service took the order: what it
/// tells is a little behind what it does.
const LOOKS_BEFORE_BEGIN: u32 = 24;

const NO_REASON: &str = "no reason was given";

/// A change of a stack's template. All parameters keep their values, tags are not touched.
#[derive(Clone, Debug)]
pub struct StackUpdateRequest<'a> {
    /// ARN or name of the stack; what calls are made with.
    pub stack: &'a str,
    /// Plain name, for messages.
    pub stack_name: &'a str,
    /// Template that the stack gets.
    pub template: &'a TemplateHandOver,
    /// Parameters of the stack.
    pub parameter_keys: &'a [String],
    /// Resources that the stack takes over; the template may then differ in nothing else.
    pub imports: &'a [ResourceImport],
    /// Name of the change set. One that a crashed run left under this name is removed first.
    pub change_set: &'a str,
    /// Beginning of the client tokens, different for each run and stack; at most 120 characters.
    pub token: &'a str,
}

/// What an update did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackUpdateOutcome {
    /// The service saw nothing to change.
    Unchanged,
    /// The stack has the new template.
    Updated,
}

/// Updates a stack through a change set. `approve` decides whether its changes may be made; what it records is on disk
/// before they are.
///
/// A lost answer is no failure: what happened is read from the service. There is no time limit. Neither the change set nor
/// an object with the template is left behind, whatever comes of it; when one cannot be removed, an event tells.
///
/// # Errors
/// [`StackUpdateFailure`]: the caller's objection, a refused call, or the service's failure.
pub async fn update_stack(
    cloud: &Cloud,
    request: &StackUpdateRequest<'_>,
    approve: &(dyn Fn(&ChangeSet) -> Result<()> + Sync),
    events: OperationEvents<'_>,
) -> Result<StackUpdateOutcome, StackUpdateFailure> {
    let expected = Template::parse(request.template.body(), request.stack_name)
        .map_err(|error| StackUpdateFailure::Objection(error.into()))?;
    let update = Update {
        cloud,
        request,
        events,
        expected,
    };
    let outcome = update.run(approve).await;
    request.template.remove(cloud, events).await;
    outcome
}

struct Update<'a> {
    cloud: &'a Cloud,
    request: &'a StackUpdateRequest<'a>,
    events: OperationEvents<'a>,
    expected: Template,
}

impl Update<'_> {
    async fn run(
        &self,
        approve: &(dyn Fn(&ChangeSet) -> Result<()> + Sync),
    ) -> Result<StackUpdateOutcome, StackUpdateFailure> {
        let (stack, name) = (self.request.stack, self.request.change_set);
        let before = self.at_rest().await?;
        let (removed, template) = tokio::join!(
            remove_earlier_change_set(self.cloud, stack, name, self.events),
            self.request.template.source(self.cloud)
        );
        removed?;
        let order = ChangeSetRequest {
            stack: stack.to_owned(),
            name: name.to_owned(),
            template: template?,
            parameter_keys: self.request.parameter_keys.to_vec(),
            imports: self.request.imports.to_vec(),
            token: format!("{}-create", self.request.token),
        };
        let lost_answer = self.order_creation(&order).await?;
        let outcome = match self.created(&order, lost_answer).await {
            Ok(change_set) => self.inspect_and_execute(&change_set, &before, approve).await,
            Err(failure) => Err(failure),
        };
        if let Err(error) = remove_change_set(self.cloud, stack, name).await {
            warn_of_change_set(self.request.stack_name, name, &error, self.events);
        }
        outcome
    }

    async fn inspect_and_execute(
        &self,
        change_set: &ChangeSet,
        before: &StackDescription,
        approve: &(dyn Fn(&ChangeSet) -> Result<()> + Sync),
    ) -> Result<StackUpdateOutcome, StackUpdateFailure> {
        if change_set.is_without_changes() {
            return Ok(StackUpdateOutcome::Unchanged);
        }
        if change_set.status != "CREATE_COMPLETE" {
            let reason = change_set.status_reason.as_deref().unwrap_or(NO_REASON);
            return Err(self.change_set_failed(&change_set.status, reason));
        }
        if change_set.was_executed() {
            return Err(self.change_set_failed(
                change_set.execution_status.as_deref().unwrap_or_default(),
                "somebody else made it, and it was executed before",
            ));
        }
        approve(change_set).map_err(StackUpdateFailure::Objection)?;
        self.execute(&change_set.id).await?;
        self.applied(&change_set.id, before).await?;
        Ok(StackUpdateOutcome::Updated)
    }

    async fn at_rest(&self) -> Result<StackDescription, StackUpdateFailure> {
        let found = settled_stack(self.cloud.cloudformation.as_ref(), self.request.stack, self.events).await?;
        found.ok_or_else(|| {
            StackUpdateError::StackGone {
                stack: self.request.stack_name.to_owned(),
            }
            .into()
        })
    }

    fn change_set_failed(&self, status: &str, reason: &str) -> StackUpdateFailure {
        StackUpdateError::ChangeSetFailed {
            stack: self.request.stack_name.to_owned(),
            change_set: self.request.change_set.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
        }
        .into()
    }

    /// Gives the order; the error when it is not known whether it was taken.
    async fn order_creation(&self, order: &ChangeSetRequest) -> Result<Option<CloudError>, CloudError> {
        match self.cloud.cloudformation.create_change_set(order).await {
            Ok(()) => Ok(None),
            Err(error) if error.is_passing() => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    /// Waits until the change set is made. An order that was lost on its way is repeated: its token keeps it one order.
    async fn created(
        &self,
        order: &ChangeSetRequest,
        mut lost_answer: Option<CloudError>,
    ) -> Result<ChangeSet, StackUpdateFailure> {
        let (stack, name) = (self.request.stack, self.request.change_set);
        let mut pace = Pace::new(self.events);
        let mut missed = 0;
        loop {
            match self.cloud.cloudformation.change_set(stack, name).await {
                Ok(Some(found)) if is_being_made(&found.status) => {
                    pace.pause(name, &found.status).await;
                }
                Ok(Some(found)) => return Ok(found),
                Ok(None) if missed < LOOKS_BEFORE_BEGIN => {
                    missed += 1;
                    if lost_answer.is_some() {
                        lost_answer = self.order_creation(order).await?;
                    }
                    pace.pause(name, "CREATE_PENDING").await;
                }
                Ok(None) => {
                    return Err(match lost_answer {
                        Some(error) => error.into(),
                        None => self.change_set_failed("gone", "somebody removed it, or it never came to be"),
                    });
                }
                Err(error) => pace.pause_after(name, error).await?,
            }
        }
    }

    /// Gives the order. A refusal is none when an earlier attempt, whose answer was lost, had been taken.
    async fn execute(&self, change_set: &str) -> Result<(), StackUpdateFailure> {
        let error = match self.order_execution(change_set).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_passing() => return Ok(()),
            Err(error) => error,
        };
        let mut pace = Pace::new(self.events);
        loop {
            match self
                .cloud
                .cloudformation
                .change_set(self.request.stack, change_set)
                .await
            {
                Ok(Some(found)) if !found.was_executed() => return Err(error.into()),
                // An executed change set may be gone already: the stack tells what became of it.
                Ok(_) => return Ok(()),
                Err(unread) => pace.pause_after(self.request.change_set, unread).await?,
            }
        }
    }

    async fn order_execution(&self, change_set: &str) -> Result<(), CloudError> {
        let token = format!("{}-execute", self.request.token);
        self.cloud
            .cloudformation
            .execute_change_set(self.request.stack, change_set, &token)
            .await
    }

    /// Waits until the stack is at rest with the new template. An order that was lost on its way is repeated.
    async fn applied(&self, change_set: &str, before: &StackDescription) -> Result<(), StackUpdateFailure> {
        let mut pace = Pace::new(self.events);
        let mut refusal = None;
        let mut looks = 0;
        loop {
            let now = self.at_rest().await?;
            let (template, order) = tokio::join!(
                self.cloud.cloudformation.template(self.request.stack),
                self.cloud.cloudformation.change_set(self.request.stack, change_set)
            );
            let (template, order) = match (template, order) {
                (Ok(template), Ok(order)) => (template, order),
                (Err(error), _) | (_, Err(error)) => {
                    pace.pause_after(self.request.stack_name, error).await?;
                    continue;
                }
            };
            if is_stable(&now.status) && self.is_expected(&template)? {
                return Ok(());
            }
            if order.as_ref().is_some_and(ChangeSet::is_available) {
                if let Err(error) = self.order_execution(change_set).await
                    && !error.is_passing()
                {
                    looks += 1;
                    refusal = Some(error);
                }
            } else if !order.as_ref().is_some_and(ChangeSet::is_being_executed) {
                looks += 1;
                let is_over = order.as_ref().is_some_and(ChangeSet::has_failed_to_execute);
                if is_over || !is_stable(&now.status) || now.last_updated != before.last_updated {
                    return Err(self.update_failed(now));
                }
            }
            if looks > LOOKS_BEFORE_BEGIN {
                return Err(refusal.map_or_else(|| self.update_failed(now), StackUpdateFailure::Call));
            }
            pace.pause(self.request.stack_name, &now.status).await;
        }
    }

    fn update_failed(&self, stack: StackDescription) -> StackUpdateFailure {
        StackUpdateError::UpdateFailed {
            stack: self.request.stack_name.to_owned(),
            status: stack.status,
            reason: stack.status_reason.unwrap_or_else(|| NO_REASON.into()),
        }
        .into()
    }

    fn is_expected(&self, live: &str) -> Result<bool, StackUpdateFailure> {
        let live = Template::parse(live, self.request.stack_name)
            .map_err(|error| StackUpdateFailure::Objection(error.into()))?;
        Ok(same_template(&live, &self.expected))
    }
}
