//! Updates of a stack's template that are looked at before they are made: a change set is created, inspected, and then
//! that very change set is executed.

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{ChangeSet, ChangeSetRequest, Cloud, CloudError, StackDescription, TemplateSource, pace::Pace};
use crate::{
    cloudformation::{Template, same_template},
    error::{CodedError, Error, Result},
};

/// Largest template that a request may hold, in bytes.
pub const LARGEST_INLINE_TEMPLATE: usize = 51_200;

/// Largest template that is read from S3, in bytes.
pub const LARGEST_TEMPLATE: usize = 1_048_576;

/// How often a stack may be seen neither changing nor changed after the service took the order.
const LOOKS_BEFORE_BEGIN: u32 = 24;

/// A change of a stack's template. All parameters keep their values, tags are not touched.
#[derive(Clone, Debug)]
pub struct StackUpdateRequest<'a> {
    /// ARN or name of the stack; what calls are made with.
    pub stack: &'a str,
    /// Plain name, for messages.
    pub stack_name: &'a str,
    /// Template that the stack gets.
    pub template: &'a str,
    /// Parameters of the stack.
    pub parameter_keys: &'a [String],
    /// Name of the change set. One that a crashed run left under this name is removed first.
    pub change_set: &'a str,
    /// Client token, different for each run and stack; at most 120 characters.
    pub token: &'a str,
    /// Bucket and key where a template that is too large for a request is put meanwhile.
    pub upload: Option<(&'a str, &'a str)>,
}

/// What an update did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackUpdateOutcome {
    /// The service saw nothing to change.
    Unchanged,
    /// The stack has the new template.
    Updated,
}

/// Why an update did not succeed.
#[derive(Debug, Error)]
pub enum StackUpdateError {
    /// Too large for a request, and there is no bucket to put it; or too large for that as well.
    #[error("the template of stack {stack} has {size} bytes: {reason}")]
    TemplateTooLarge {
        /// Stack.
        stack: String,
        /// Bytes.
        size: usize,
        /// Which limit.
        reason: &'static str,
    },
    /// The change set could not be made.
    #[error("the change set {change_set} of stack {stack} ended as {status}: {reason}")]
    ChangeSetFailed {
        /// Stack.
        stack: String,
        /// Change set.
        change_set: String,
        /// Status.
        status: String,
        /// Reason that the service gives.
        reason: String,
    },
    /// The stack did not get to the new template.
    #[error("the update of stack {stack} ended as {status}: {reason}")]
    UpdateFailed {
        /// Stack.
        stack: String,
        /// Status.
        status: String,
        /// Reason that the service gives.
        reason: String,
    },
    /// The stack is gone.
    #[error("stack {stack} does not exist any more")]
    StackGone {
        /// Stack.
        stack: String,
    },
}

impl CodedError for StackUpdateError {
    fn code(&self) -> &'static str {
        match self {
            Self::TemplateTooLarge { .. } => "TEMPLATE_TOO_LARGE",
            Self::ChangeSetFailed { .. } => "CHANGE_SET_FAILED",
            Self::UpdateFailed { .. } => "STACK_UPDATE_FAILED",
            Self::StackGone { .. } => "STACK_NOT_FOUND",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::TemplateTooLarge { .. } => "A template over 51,200 bytes is handed over through the environment's deployment bucket: make sure that amplify/team-provider-info.json names it. Beyond 1 MB CloudFormation takes no template.".into(),
            Self::ChangeSetFailed { .. } => "Nothing was changed in this stack. Read the reason that CloudFormation gives, mend the cause, and run the same command again.".into(),
            Self::UpdateFailed { stack, .. } => format!("Look at the events of stack {stack} in the CloudFormation console. CloudFormation puts a stack back when an update fails; mend the cause and run the same command again, it goes on where it stopped."),
            Self::StackGone { .. } => "Somebody deleted the stack meanwhile. Run the same command again: it plans anew from what is there.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::TemplateTooLarge { stack, size, .. } => json!({ "stack": stack, "size": size }),
            Self::ChangeSetFailed {
                stack,
                change_set,
                status,
                ..
            } => {
                json!({ "stack": stack, "changeSet": change_set, "status": status })
            }
            Self::UpdateFailed { stack, status, .. } => json!({ "stack": stack, "status": status }),
            Self::StackGone { stack } => json!({ "stack": stack }),
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}

/// Updates a stack through a change set. `inspect` decides whether its changes may be made; `waiting` hears what is waited
/// for: what, its status, and for how many milliseconds.
///
/// A lost answer is no failure: what happened is read from the service. There is no time limit; a change set that is not
/// executed is removed again.
///
/// # Errors
/// [`StackUpdateError`], the error of `inspect`, and [`CloudError`] of a call.
pub async fn update_stack(
    cloud: &Cloud,
    request: &StackUpdateRequest<'_>,
    inspect: &(dyn Fn(&ChangeSet) -> Result<()> + Sync),
    waiting: &(dyn Fn(&str, &str, u64) + Sync),
) -> Result<StackUpdateOutcome> {
    let update = Update {
        cloud,
        request,
        waiting,
        expected: Template::parse(request.template, request.stack_name)?,
    };
    let (source, uploaded) = update.hand_over().await?;
    let outcome = update.run(source, inspect).await;
    if let Some((bucket, key)) = uploaded {
        let removed = cloud.objects.delete(bucket, key).await;
        return match (outcome, removed) {
            (Ok(_), Err(error)) => Err(error.into()),
            (Err(first), Err(error)) => Err(first.with_suppressed(error.into())),
            (outcome, Ok(())) => outcome,
        };
    }
    outcome
}

struct Update<'a> {
    cloud: &'a Cloud,
    request: &'a StackUpdateRequest<'a>,
    waiting: &'a (dyn Fn(&str, &str, u64) + Sync),
    expected: Template,
}

impl<'a> Update<'a> {
    /// The template in the request itself, or in the bucket when it is too large for that.
    async fn hand_over(&self) -> Result<(TemplateSource, Option<(&'a str, &'a str)>)> {
        let size = self.request.template.len();
        if size <= LARGEST_INLINE_TEMPLATE {
            return Ok((TemplateSource::Body(self.request.template.to_owned()), None));
        }
        let too_large = |reason| StackUpdateError::TemplateTooLarge {
            stack: self.request.stack_name.to_owned(),
            size,
            reason,
        };
        if size > LARGEST_TEMPLATE {
            return Err(too_large("CloudFormation takes at most 1 MB").into());
        }
        let Some((bucket, key)) = self.request.upload else {
            return Err(too_large("a request holds at most 51,200, and no deployment bucket is known").into());
        };
        let url = self
            .cloud
            .objects
            .put(bucket, key, self.request.template.as_bytes().to_vec())
            .await?;
        Ok((TemplateSource::Url(url), Some((bucket, key))))
    }

    async fn run(
        &self,
        template: TemplateSource,
        inspect: &(dyn Fn(&ChangeSet) -> Result<()> + Sync),
    ) -> Result<StackUpdateOutcome> {
        let (stack, name) = (self.request.stack, self.request.change_set);
        if self.cloud.cloudformation.change_set(stack, name).await?.is_some() {
            self.remove().await?;
        }
        let before = self.describe().await?;
        self.cloud
            .cloudformation
            .create_change_set(&ChangeSetRequest {
                stack: stack.to_owned(),
                name: name.to_owned(),
                template,
                parameter_keys: self.request.parameter_keys.to_vec(),
                token: self.request.token.to_owned(),
            })
            .await?;
        let change_set = self.created().await?;
        if change_set.status != "CREATE_COMPLETE" {
            self.remove().await?;
            if change_set.is_without_changes() {
                return Ok(StackUpdateOutcome::Unchanged);
            }
            return Err(StackUpdateError::ChangeSetFailed {
                stack: self.request.stack_name.to_owned(),
                change_set: name.to_owned(),
                status: change_set.status,
                reason: change_set.status_reason.unwrap_or_else(|| "no reason was given".into()),
            }
            .into());
        }
        if let Err(refusal) = inspect(&change_set) {
            return Err(match self.remove().await {
                Ok(()) => refusal,
                Err(error) => refusal.with_suppressed(error),
            });
        }
        self.execute().await?;
        self.settled(&before).await?;
        // Nothing depends on this any more: the service may keep an executed change set to itself.
        match self.cloud.cloudformation.delete_change_set(stack, name).await {
            Err(error @ (CloudError::NoAnswer { .. } | CloudError::Throttled { .. })) => Err(error.into()),
            _ => Ok(StackUpdateOutcome::Updated),
        }
    }

    async fn remove(&self) -> Result<()> {
        let (stack, name) = (self.request.stack, self.request.change_set);
        Ok(self.cloud.cloudformation.delete_change_set(stack, name).await?)
    }

    async fn describe(&self) -> Result<StackDescription> {
        let found = self.cloud.cloudformation.describe_stack(self.request.stack).await?;
        found.ok_or_else(|| {
            StackUpdateError::StackGone {
                stack: self.request.stack_name.to_owned(),
            }
            .into()
        })
    }

    /// Waits until the change set is made.
    async fn created(&self) -> Result<ChangeSet> {
        let mut pace = Pace::new();
        let mut missed = 0;
        loop {
            match self
                .cloud
                .cloudformation
                .change_set(self.request.stack, self.request.change_set)
                .await?
            {
                Some(change_set) if !matches!(change_set.status.as_str(), "CREATE_PENDING" | "CREATE_IN_PROGRESS") => {
                    return Ok(change_set);
                }
                Some(change_set) => (self.waiting)(self.request.change_set, &change_set.status, pace.elapsed_ms()),
                None if missed < LOOKS_BEFORE_BEGIN => missed += 1,
                None => {
                    return Err(StackUpdateError::ChangeSetFailed {
                        stack: self.request.stack_name.to_owned(),
                        change_set: self.request.change_set.to_owned(),
                        status: "gone".into(),
                        reason: "somebody removed it, or it never came to be".into(),
                    }
                    .into());
                }
            }
            pace.pause().await;
        }
    }

    /// Gives the order. When the answer says that it failed, the change set tells whether it was taken all the same.
    async fn execute(&self) -> Result<()> {
        let (stack, name) = (self.request.stack, self.request.change_set);
        let Err(error) = self
            .cloud
            .cloudformation
            .execute_change_set(stack, name, &format!("{}-execute", self.request.token))
            .await
        else {
            return Ok(());
        };
        let was_taken = match self.cloud.cloudformation.change_set(stack, name).await {
            Ok(Some(change_set)) => change_set
                .execution_status
                .is_some_and(|status| status.starts_with("EXECUTE_")),
            // An executed change set may be gone already; `settled` tells by the template what became of it.
            Ok(None) => true,
            Err(later) => return Err(Error::from(error).with_suppressed(later.into())),
        };
        if was_taken {
            return Ok(());
        }
        Err(if error.is_uncertain() {
            error.into()
        } else {
            self.give_up(error).await
        })
    }

    /// The order was refused for certain: the change set must not stay behind.
    async fn give_up(&self, error: CloudError) -> Error {
        match self.remove().await {
            Ok(()) => error.into(),
            Err(later) => Error::from(error).with_suppressed(later),
        }
    }

    /// Waits until the stack is at rest with the new template.
    async fn settled(&self, before: &StackDescription) -> Result<()> {
        let mut pace = Pace::new();
        let mut began = false;
        let mut looks = 0;
        loop {
            let now = self.describe().await?;
            if now.status.ends_with("_IN_PROGRESS") {
                began = true;
            } else {
                if self.has_expected_template().await? && !now.status.contains("FAILED") {
                    return Ok(());
                }
                looks += 1;
                if began || now.last_updated != before.last_updated || looks > LOOKS_BEFORE_BEGIN {
                    return Err(StackUpdateError::UpdateFailed {
                        stack: self.request.stack_name.to_owned(),
                        status: now.status,
                        reason: now.status_reason.unwrap_or_else(|| "no reason was given".into()),
                    }
                    .into());
                }
            }
            (self.waiting)(self.request.stack_name, &now.status, pace.elapsed_ms());
            pace.pause().await;
        }
    }

    async fn has_expected_template(&self) -> Result<bool> {
        let body = self.cloud.cloudformation.template(self.request.stack).await?;
        Ok(same_template(
            &Template::parse(&body, self.request.stack_name)?,
            &self.expected,
        ))
    }
}
