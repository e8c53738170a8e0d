use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};

use super::error::CloudError;

/// Attempts of a read, the first included.
const READ_ATTEMPTS: u32 = 8;

/// How to reach AWS.
#[derive(Clone, Debug, Default)]
pub struct CloudOptions {
    /// Region.
    pub region: String,
    /// Named profile; absent: the default one.
    pub profile: Option<String>,
    /// Credentials of the host; absent: the SDK's default chain.
    pub credentials: Option<SharedCredentialsProvider>,
    /// One endpoint for all services; absent: `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, else the real ones.
    pub endpoint_url: Option<String>,
}

/// What all clients share: HTTP client, credentials, region, retry.
pub(super) struct SharedConfiguration {
    sdk: SdkConfig,
    pub(super) region: String,
    has_endpoint: bool,
}

impl SharedConfiguration {
    pub(super) async fn load(options: CloudOptions) -> Result<Self, CloudError> {
        let http = Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .region(Region::new(options.region.clone()))
            .retry_config(
                // Not the adaptive mode: after a single throttled call its rate limiter holds every call back for seconds.
                RetryConfig::standard()
                    .with_max_attempts(READ_ATTEMPTS)
                    .with_initial_backoff(Duration::from_millis(200))
                    .with_max_backoff(Duration::from_secs(10)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(10))
                    .operation_attempt_timeout(Duration::from_secs(60))
                    .build(),
            );
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(credentials) = options.credentials {
            loader = loader.credentials_provider(credentials);
        }
        if let Some(endpoint) = &options.endpoint_url {
            loader = loader.endpoint_url(endpoint);
        }
        let sdk = loader.load().await;
        let provider = sdk
            .credentials_provider()
            .ok_or_else(|| CloudError::CredentialsMissing {
                profile: options.profile.clone(),
                reason: "no source of credentials is configured".into(),
            })?;
        let credentials = provider
            .provide_credentials()
            .await
            .map_err(|error| CloudError::CredentialsMissing {
                profile: options.profile.clone(),
                reason: full_message(&error),
            })?;
        if credentials
            .expiry()
            .is_some_and(|expiry| expiry < std::time::SystemTime::now())
        {
            return Err(CloudError::CredentialsExpired);
        }
        let has_endpoint = options.endpoint_url.is_some()
            || ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]
                .iter()
                .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        Ok(Self {
            sdk,
            region: options.region,
            has_endpoint,
        })
    }

    pub(super) fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.sdk)
    }

    pub(super) fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.sdk)
    }

    pub(super) fn amplify(&self) -> aws_sdk_amplify::Client {
        aws_sdk_amplify::Client::new(&self.sdk)
    }

    pub(super) fn cognito(&self) -> aws_sdk_cognitoidentityprovider::Client {
        aws_sdk_cognitoidentityprovider::Client::new(&self.sdk)
    }

    pub(super) fn cognito_identity(&self) -> aws_sdk_cognitoidentity::Client {
        aws_sdk_cognitoidentity::Client::new(&self.sdk)
    }

    pub(super) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk)
    }

    pub(super) fn kinesis(&self) -> aws_sdk_kinesis::Client {
        aws_sdk_kinesis::Client::new(&self.sdk)
    }

    /// Path style whenever an endpoint is set: host names of buckets do not resolve there.
    pub(super) fn s3(&self) -> aws_sdk_s3::Client {
        let configuration = aws_sdk_s3::config::Builder::from(&self.sdk)
            .force_path_style(self.has_endpoint)
            .build();
        aws_sdk_s3::Client::from_conf(configuration)
    }
}

/// The message of an error with those of its causes.
pub(super) fn full_message(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = cause.source();
    }
    message
}
