use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};

use super::error::{CloudError, OptionKind};

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
        check_region(&options.region)?;
        check_endpoints(options.endpoint_url.as_deref())?;
        let http = Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http.clone())
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
            // Who names a profile means that one, as with the AWS CLI: keys in the environment do not come before it.
            let provider = ProviderConfig::without_region()
                .with_region(Some(Region::new(options.region.clone())))
                .with_http_client(http);
            loader = loader.profile_name(profile).credentials_provider(
                ProfileFileCredentialsProvider::builder()
                    .profile_name(profile)
                    .configure(&provider)
                    .build(),
            );
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
                reason: credentials_reason(&error),
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

/// Why there are no credentials, in one line.
fn credentials_reason(error: &dyn std::error::Error) -> String {
    let message = full_message(error);
    if message.contains("no credentials found in chain") {
        return "neither the environment, nor the shared AWS configuration, nor a web identity, a container or an EC2 instance has any"
            .to_owned();
    }
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ")
}

/// The region becomes a part of host names.
fn check_region(region: &str) -> Result<(), CloudError> {
    let is_name = !region.is_empty()
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_name {
        return Ok(());
    }
    Err(CloudError::OptionInvalid {
        kind: OptionKind::Region,
        origin: "the region".to_owned(),
        value: region.to_owned(),
        reason: "is not the name of an AWS region",
    })
}

/// Every endpoint that is set, by option or environment, is an address.
fn check_endpoints(option: Option<&str>) -> Result<(), CloudError> {
    let from_environment =
        std::env::vars().filter(|(name, value)| name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty());
    let all = option
        .map(|value| ("--endpoint-url".to_owned(), value.to_owned()))
        .into_iter()
        .chain(from_environment);
    for (origin, value) in all {
        if !is_address(&value) {
            return Err(CloudError::OptionInvalid {
                kind: OptionKind::Endpoint,
                origin,
                value,
                reason: "is not an http or https address",
            });
        }
    }
    Ok(())
}

fn is_address(value: &str) -> bool {
    let host = value.strip_prefix("http://").or_else(|| value.strip_prefix("https://"));
    host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']) && !rest.contains(char::is_whitespace))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_whole_addresses() {
        for address in ["http://127.0.0.1:4566", "https://example.com/path", "http://[::1]:80"] {
            assert!(is_address(address), "{address}");
        }
        for other in [
            "",
            "localhost:4566",
            "http://",
            "http:///x",
            "ftp://a",
            "http://a b",
            "https://:1",
        ] {
            assert!(!is_address(other), "{other}");
        }
    }

    #[test]
    fn regions_are_names() {
        for region in ["eu-west-1", "us-gov-east-1", "cn-north-1"] {
            assert!(check_region(region).is_ok());
        }
        for other in ["", "EU-WEST-1", "x y", "eu.west", "eu-west-1/"] {
            assert!(check_region(other).is_err(), "{other}");
        }
    }
}
