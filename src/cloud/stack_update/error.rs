use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::{
    cloud::CloudError,
    error::{CodedError, Error},
};

/// What keeps a stack from its new template.
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

/// Why an update was not made, so that each caller can say it in its own terms.
#[derive(Debug)]
pub enum StackUpdateFailure {
    /// A call was refused.
    Call(CloudError),
    /// The caller does not want these changes.
    Objection(Error),
    /// The update itself.
    Update(StackUpdateError),
}

impl From<CloudError> for StackUpdateFailure {
    fn from(error: CloudError) -> Self {
        Self::Call(error)
    }
}

impl From<StackUpdateError> for StackUpdateFailure {
    fn from(error: StackUpdateError) -> Self {
        Self::Update(error)
    }
}

impl From<StackUpdateFailure> for Error {
    fn from(failure: StackUpdateFailure) -> Self {
        match failure {
            StackUpdateFailure::Call(error) => error.into(),
            StackUpdateFailure::Objection(error) => error,
            StackUpdateFailure::Update(error) => error.into(),
        }
    }
}
