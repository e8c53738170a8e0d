use serde_json::{Map, Value, json};

use crate::{error::CodedError, plan::Step};

/// What can go wrong before a step's own room is reached.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The step does not exist in this version.
    #[error("The step `{}` is not available in this version.", .step.as_str())]
    StepNotAvailable {
        /// The step.
        step: Step,
    },
    /// The step works on what is deployed.
    #[error("The step `{}` cannot be done offline: it works on what is deployed.", .step.as_str())]
    OfflineImpossible {
        /// The step.
        step: Step,
    },
    /// There is no root stack.
    #[error("There is no stack {stack} (environment `{environment}`) in {region}.")]
    RootStackNotFound {
        /// Name of the environment.
        environment: String,
        /// Its root stack.
        stack: String,
        /// Region that was looked into.
        region: String,
    },
    /// The credentials belong to another account than the environment.
    #[error(
        "The AWS credentials belong to account {found}, but the environment `{environment}` (stack {stack}) is in account {expected}."
    )]
    WrongAccount {
        /// Name of the environment.
        environment: String,
        /// Its root stack.
        stack: String,
        /// Account of the root stack.
        expected: String,
        /// Account of the credentials.
        found: String,
    },
}

impl CodedError for MigrationError {
    fn code(&self) -> &'static str {
        match self {
            Self::StepNotAvailable { .. } => "STEP_NOT_AVAILABLE",
            Self::OfflineImpossible { .. } => "OFFLINE_IMPOSSIBLE",
            Self::RootStackNotFound { .. } => "GEN1_ROOT_NOT_FOUND",
            Self::WrongAccount { .. } => "ACCOUNT_MISMATCH",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::StepNotAvailable { .. } => {
                "Nothing was changed. Install a version of amplify-gen2-migration that has this step.".to_owned()
            }
            Self::OfflineImpossible { .. } => "Open the project without `offline`, with AWS credentials.".to_owned(),
            Self::RootStackNotFound { environment, .. } => format!(
                "Check the region (--region) and amplify/team-provider-info.json (`amplify pull --envName {environment}`)."
            ),
            Self::WrongAccount { expected, .. } => {
                format!("Use credentials of account {expected}, for example with --profile. Nothing was changed.")
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::StepNotAvailable { step } | Self::OfflineImpossible { step } => json!({ "step": step.as_str() }),
            Self::RootStackNotFound {
                environment,
                stack,
                region,
            } => json!({ "environment": environment, "stack": stack, "region": region }),
            Self::WrongAccount {
                environment,
                stack,
                expected,
                found,
            } => json!({ "environment": environment, "stack": stack, "expected": expected, "found": found }),
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}
