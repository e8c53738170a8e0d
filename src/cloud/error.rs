use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::error::CodedError;

/// Why a call to AWS did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CloudError {
    /// An endpoint or region that no call can be made with.
    #[error("{origin} {value:?} {reason}")]
    OptionInvalid {
        /// What it is for.
        kind: OptionKind,
        /// Where it comes from: a flag or an environment variable, or what it is.
        origin: String,
        /// What was given.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
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

/// What an invalid option says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// Where AWS is.
    Endpoint,
    /// Which region.
    Region,
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
                self.is_missing()
                    || matches!(
                        code,
                        "MethodNotAllowed"
                            | "UnknownOperationException"
                            | "InvalidAction"
                            | "NotImplemented"
                            | "UnsupportedOperation"
                            | "ValidationError"
                            | "UnreadableAnswer"
                            // A bucket of another region.
                            | "PermanentRedirect"
                            | "AuthorizationHeaderMalformed"
                            | "unknown"
                    )
            }
            _ => false,
        }
    }

    /// The service says that there is no such thing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code.contains("NotFound") || code.starts_with("NoSuch"))
    }

    /// The endpoint does not know the call at all.
    pub fn is_unknown_action(&self) -> bool {
        matches!(self, Self::Refused { code, .. }
            if matches!(code.as_str(), "InvalidAction" | "UnknownOperationException" | "NotImplemented" | "UnsupportedOperation"))
    }

    /// The message of the service begins or goes on with this text.
    pub fn says(&self, text: &str) -> bool {
        matches!(self, Self::Refused { message, .. } if message.contains(text))
    }
}

impl CodedError for CloudError {
    fn code(&self) -> &'static str {
        match self {
            Self::OptionInvalid { kind, .. } => match kind {
                OptionKind::Endpoint => "ENDPOINT_INVALID",
                OptionKind::Region => "REGION_INVALID",
            },
            Self::CredentialsMissing { .. } => "CREDENTIALS_MISSING",
            Self::CredentialsExpired => "CREDENTIALS_EXPIRED",
            Self::CredentialsInvalid { .. } => "CREDENTIALS_INVALID",
            Self::AccessDenied { .. } => "ACCESS_DENIED",
            Self::Throttled { .. } => "THROTTLED",
            Self::NoAnswer { .. } => "NO_ANSWER",
            Self::Refused { .. } if self.is_unknown_action() => "API_UNAVAILABLE",
            Self::Refused { .. } => "AWS_REFUSED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::OptionInvalid { kind, .. } => match kind {
                OptionKind::Endpoint => "Nothing was changed. Give the whole address with --endpoint-url or AWS_ENDPOINT_URL, for example http://localhost:4566; without them AWS itself is called.".into(),
                OptionKind::Region => "Nothing was changed. Give the name of a region with --region, for example eu-west-1; without it the region of the environment is taken.".into(),
            },
            Self::CredentialsMissing { profile: Some(profile), .. } => format!("Check that the shared AWS configuration has the profile {profile} and that it is signed in (`aws configure list-profiles`, `aws sso login --profile {profile}`), or name another with --profile."),
            Self::CredentialsMissing { .. } => "Configure credentials (`aws configure`, `aws sso login`, environment variables) or name a profile with --profile.".into(),
            Self::CredentialsExpired => "Renew the credentials, for example with `aws sso login`, and run the command again.".into(),
            Self::CredentialsInvalid { .. } => "Check the access key and the session token of the profile in use, then run the command again.".into(),
            Self::AccessDenied { service, action, .. } => format!("Allow {service}:{action} for the caller; `assess --print-iam-policy` prints the policy that the tool needs."),
            Self::Throttled { .. } => "Wait a few minutes, and make sure that nothing else calls the service in a loop; the same command goes on where it stopped.".into(),
            Self::NoAnswer { .. } => "Check the network and the endpoint (--endpoint-url, AWS_ENDPOINT_URL), then run the same command again: it finds out what has happened and goes on.".into(),
            Self::Refused { service, action, .. } if self.is_unknown_action() => format!("This region or endpoint does not have {service}:{action}. Check --region and --endpoint-url; CloudFormation's stack refactoring is not in every region yet."),
            Self::Refused { .. } => "Read what the service says, mend the cause, and run the same command again.".into(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::OptionInvalid { origin, value, .. } => json!({ "option": origin, "value": value }),
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
