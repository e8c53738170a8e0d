//! One place where the SDK's errors become ours.

use std::future::Future;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{configuration::full_message, error::CloudError};

/// Makes a call and names it in its error.
pub(super) async fn read<T, E, R>(
    service: &'static str,
    action: &'static str,
    resource: Option<&str>,
    request: impl Future<Output = Result<T, SdkError<E, R>>>,
) -> Result<T, CloudError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    request
        .await
        .map_err(|error| translate(service, action, resource, error))
}

/// The innermost cause: what the system says about a connection, without the layers of the client around it.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn translate<E, R>(
    service: &'static str,
    action: &'static str,
    resource: Option<&str>,
    error: SdkError<E, R>,
) -> CloudError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let resource = resource.map(str::to_owned);
    let SdkError::ServiceError(refusal) = &error else {
        let message = full_message(&error);
        if message.contains("credential") {
            return CloudError::CredentialsMissing {
                profile: None,
                reason: message,
            };
        }
        if matches!(error, SdkError::ResponseError(_)) {
            return CloudError::Refused {
                service,
                action,
                resource,
                code: "UnreadableAnswer".to_owned(),
                message,
            };
        }
        return CloudError::NoAnswer {
            service,
            action,
            resource,
            message: match &error {
                SdkError::TimeoutError(_) => "no answer came in time".to_owned(),
                SdkError::DispatchFailure(failure) if failure.is_timeout() => "no answer came in time".to_owned(),
                SdkError::DispatchFailure(failure) if failure.is_io() => root_cause(&error),
                _ => message,
            },
        };
    };
    let code = refusal.err().code().unwrap_or("unknown").to_owned();
    let message = refusal
        .err()
        .message()
        .map_or_else(|| full_message(refusal.err()), str::to_owned);
    match code.as_str() {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => CloudError::CredentialsExpired,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "InvalidAccessKeyId" => CloudError::CredentialsInvalid { message },
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorizedException"
        | "AuthorizationError" => CloudError::AccessDenied {
            service,
            action,
            resource,
            message,
        },
        "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "LimitExceededException" => CloudError::Throttled {
            service,
            action,
            resource,
            message,
        },
        _ => CloudError::Refused {
            service,
            action,
            resource,
            code,
            message,
        },
    }
}
