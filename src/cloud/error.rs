use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::error::CodedError;

/// Why a call to AWS did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CloudError {
    /// No credentials were found.
    #[error("no AWS credentials were found{}: {reason}", profile.as_deref().map(|profile| format!(" for profile {profile}")).unwrap_or_default())]
    CredentialsMissing {
        /// Profile that was asked for.
        profile: Option<String>,
        /// What the chain said.
        reason: String,
    },
    /// The credentials are past their time.
    #[error("the AWS credentials have expired")]
    CredentialsExpired,
    /// The service does not know the credentials.
    #[error("AWS does not accept the credentials: {message}")]
    CredentialsInvalid {
        /// The service's words.
        message: String,
    },
    /// The caller may not make the call.
    #[error("{service}:{action}{} is not allowed: {message}", on(resource))]
    AccessDenied {
        /// IAM prefix of the service, for example `cloudformation`.
        service: &'static str,
        /// Action, for example `DescribeStacks`.
        action: &'static str,
        /// Stack or other resource.
        resource: Option<String>,
        /// The service's words.
        message: String,
    },
    /// The service kept refusing because of its rate.
    #[error("{service}:{action}{} was throttled again and again: {message}", on(resource))]
    Throttled {
        /// Service.
        service: &'static str,
        /// Action.
        action: &'static str,
        /// Stack or other resource.
        resource: Option<String>,
        /// The service's words.
        message: String,
    },
    /// The service could not be reached, or the connection was cut: whether a mutation happened is unknown.
    #[error("{service}:{action}{} got no answer: {message}", on(resource))]
    NoAnswer {
        /// Service.
        service: &'static str,
        /// Action.
        action: &'static str,
        /// Stack or other resource.
        resource: Option<String>,
        /// What happened.
        message: String,
    },
    /// Any other refusal.
    #[error("{service}:{action}{} failed: {code}: {message}", on(resource))]
    Refused {
        /// Service.
        service: &'static str,
        /// Action.
        action: &'static str,
        /// Stack or other resource.
        resource: Option<String>,
        /// Error code of the service.
        code: String,
        /// The service's words.
        message: String,
    },
}

fn on(resource: &Option<String>) -> String {
    resource
        .as_deref()
        .map(|resource| format!(" on {resource}"))
        .unwrap_or_default()
}

impl CloudError {
    /// The effect of a mutation is not known: it may or may not have happened.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Refused { code, .. } => matches!(
                code.as_str(),
                "InternalFailure" | "InternalError" | "ServiceUnavailable" | "InternalServerError"
            ),
            _ => false,
        }
    }

    /// The connection or the rate is at fault: no reason to give up while AWS is at work.
    pub fn is_passing(&self) -> bool {
        self.is_uncertain() || matches!(self, Self::Throttled { .. })
    }

    /// The read is optional and cannot be had: refused, not there, or not known to the endpoint.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::AccessDenied { .. } => true,
            Self::Refused { code, .. } => {
                let code = code.as_str();
                code.contains("NotFound")
                    || code.starts_with("NoSuch")
                    || matches!(
                        code,
                        "MethodNotAllowed"
                            | "UnknownOperationException"
                            | "InvalidAction"
                            | "NotImplemented"
                            | "UnsupportedOperation"
                            | "ValidationError"
                            | "UnreadableAnswer"
                            | "unknown"
                    )
            }
            _ => false,
        }
    }

    /// The message of the service begins or goes on with this text.
    pub fn says(&self, text: &str) -> bool {
        matches!(self, Self::Refused { message, .. } if message.contains(text))
    }
}

impl CodedError for CloudError {
    fn code(&self) -> &'static str {
        match self {
            Self::CredentialsMissing { .. } => "CREDENTIALS_MISSING",
            Self::CredentialsExpired => "CREDENTIALS_EXPIRED",
            Self::CredentialsInvalid { .. } => "CREDENTIALS_INVALID",
            Self::AccessDenied { .. } => "ACCESS_DENIED",
            Self::Throttled { .. } => "THROTTLED",
            Self::NoAnswer { .. } => "NO_ANSWER",
            Self::Refused { .. } => "AWS_REFUSED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::CredentialsMissing { .. } => "Configure credentials (`aws configure`, `aws sso login`, environment variables) or name a profile with --profile.".into(),
            Self::CredentialsExpired => "Renew the credentials, for example with `aws sso login`, and run the command again.".into(),
            Self::CredentialsInvalid { .. } => "Check the access key and the session token of the profile in use, then run the command again.".into(),
            Self::AccessDenied { service, action, .. } => format!("Allow {service}:{action} for the caller; `assess --print-iam-policy` prints the policy that the tool needs."),
            Self::Throttled { .. } => "Wait a few minutes, and make sure that nothing else calls the service in a loop; the same command goes on where it stopped.".into(),
            Self::NoAnswer { .. } => "Check the network and the endpoint (--endpoint-url, AWS_ENDPOINT_URL), then run the same command again: it finds out what has happened and goes on.".into(),
            Self::Refused { .. } => "Read what the service says, mend the cause, and run the same command again.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::CredentialsMissing { profile, .. } => json!({ "profile": profile }),
            Self::CredentialsExpired | Self::CredentialsInvalid { .. } => json!({}),
            Self::AccessDenied {
                service,
                action,
                resource,
                ..
            }
            | Self::Throttled {
                service,
                action,
                resource,
                ..
            }
            | Self::NoAnswer {
                service,
                action,
                resource,
                ..
            } => json!({ "service": service, "action": action, "resource": resource }),
            Self::Refused {
                service,
                action,
                resource,
                code,
                ..
            } => {
                json!({ "service": service, "action": action, "resource": resource, "awsCode": code })
            }
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}
