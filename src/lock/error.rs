use serde_json::{Map, Value, json};
use thiserror::Error;

use super::MARKER_VARIABLE;
use crate::error::CodedError;

/// What can go wrong while locking or unlocking an environment.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another environment of the app is being migrated.
    #[error(
        "environment {environment} cannot be locked: the app {app} is marked for the migration of environment {marked}"
    )]
    OtherEnvironmentMarked {
        /// App id.
        app: String,
        /// Environment that is marked.
        marked: String,
        /// Environment that was to be locked.
        environment: String,
    },
    /// The app does not exist.
    #[error("there is no Amplify app {app} in this account and region")]
    AppNotFound {
        /// App id.
        app: String,
    },
    /// The stack policy cannot be understood.
    #[error("the stack policy of {stack} cannot be read: {reason}")]
    PolicyUnreadable {
        /// Stack.
        stack: String,
        /// What is wrong.
        reason: String,
    },
    /// The stack policy has no room for another statement.
    #[error("the stack policy of {stack} would have {size} bytes with the statement that locks it; the limit is 16384")]
    PolicyTooLarge {
        /// Stack.
        stack: String,
        /// Bytes.
        size: usize,
    },
    /// The service would change more than was planned.
    #[error("the change set of stack {stack} would change more than the protection of its resources: {}", changes.join("; "))]
    UnexpectedChanges {
        /// Stack.
        stack: String,
        /// What is not expected, one by one.
        changes: Vec<String>,
    },
    /// Somebody changed a stack after it was read.
    #[error("stack {stack} has been changed since it was read")]
    StackChanged {
        /// Stack.
        stack: String,
    },
    /// What was ordered is not there afterwards.
    #[error("{what} of {target} did not take effect")]
    WithoutEffect {
        /// Kind of change.
        what: &'static str,
        /// App, stack or table.
        target: String,
    },
    /// The update of a stack changed the settings of a resource behind its back.
    #[error("updating stack {stack} changed the settings of {resource}: {}", differences.join("; "))]
    SettingsChanged {
        /// Stack.
        stack: String,
        /// Type and physical id.
        resource: String,
        /// Differences.
        differences: Vec<String>,
    },
}

impl CodedError for LockError {
    fn code(&self) -> &'static str {
        match self {
            Self::OtherEnvironmentMarked { .. } => "OTHER_ENVIRONMENT_MARKED",
            Self::AppNotFound { .. } => "APP_NOT_FOUND",
            Self::PolicyUnreadable { .. } => "STACK_POLICY_UNREADABLE",
            Self::PolicyTooLarge { .. } => "STACK_POLICY_TOO_LARGE",
            Self::UnexpectedChanges { .. } => "UNEXPECTED_CHANGES",
            Self::StackChanged { .. } => "STACK_CHANGED",
            Self::WithoutEffect { .. } => "WITHOUT_EFFECT",
            Self::SettingsChanged { .. } => "SETTINGS_CHANGED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::OtherEnvironmentMarked { marked, .. } => format!(
                "One environment of an app is migrated at a time. Finish the migration of {marked}, or take it back with `lock --rollback --env {marked}`, then lock this one."
            ),
            Self::AppNotFound { .. } => "Check that --region and --profile are those of the environment, and that amplify/team-provider-info.json names the right app.".into(),
            Self::PolicyUnreadable { stack, .. } => format!(
                "Look at the policy with `aws cloudformation get-stack-policy --stack-name {stack}` and set one that is valid, then run the command again."
            ),
            Self::PolicyTooLarge { stack, .. } => format!("Shorten the stack policy of {stack}, then run the command again."),
            Self::UnexpectedChanges { stack, .. } => format!(
                "Nothing was changed in stack {stack}. Something differs between its deployed template and what it would become, for example a changed SSM parameter: run `amplify push` to bring it up to date, then lock again."
            ),
            Self::StackChanged { .. } => "Make sure that nobody deploys to the environment, then run the same command again: it plans anew from what is there.".into(),
            Self::WithoutEffect { .. } => "Run the same command again. If it happens again, look into CloudTrail for who changes it back.".into(),
            Self::SettingsChanged { .. } => "Put the settings that are named back in the console of the service, then run the same command again.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::OtherEnvironmentMarked {
                app,
                marked,
                environment,
            } => {
                json!({ "app": app, "variable": MARKER_VARIABLE, "marked": marked, "environment": environment })
            }
            Self::AppNotFound { app } => json!({ "app": app }),
            Self::PolicyUnreadable { stack, .. } | Self::StackChanged { stack } => json!({ "stack": stack }),
            Self::PolicyTooLarge { stack, size } => json!({ "stack": stack, "size": size }),
            Self::UnexpectedChanges { stack, changes } => json!({ "stack": stack, "changes": changes }),
            Self::WithoutEffect { what, target } => json!({ "what": what, "target": target }),
            Self::SettingsChanged {
                stack,
                resource,
                differences,
            } => {
                json!({ "stack": stack, "resource": resource, "differences": differences })
            }
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}
