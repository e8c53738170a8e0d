//! Credentials that the host hands in, as a provider of the AWS SDK.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials as SdkCredentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use napi::{Status, bindgen_prelude::Promise, threadsafe_function::ThreadsafeFunction};
use napi_derive::napi;

/// Name under which the SDK mentions these credentials.
const PROVIDER_NAME: &str = "host";

/// Credentials this close to their end are replaced before they are used.
const REFRESH_BEFORE_END: Duration = Duration::from_secs(5 * 60);

/// AWS credentials.
#[napi(object, object_to_js = false)]
#[derive(Clone)]
pub struct Credentials {
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key. Never printed, logged or stored.
    pub secret_access_key: String,
    /// Session token of temporary credentials.
    pub session_token: Option<String>,
    /// When they expire: a date, a text that `Date` understands, or milliseconds since 1970.
    #[napi(ts_type = "Date | string | number")]
    pub expiration: Option<f64>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl From<Credentials> for SdkCredentials {
    fn from(credentials: Credentials) -> Self {
        let expiry = credentials
            .expiration
            .and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok())
            .and_then(|since_epoch| SystemTime::UNIX_EPOCH.checked_add(since_epoch));
        Self::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            credentials.session_token,
            expiry,
            PROVIDER_NAME,
        )
    }
}

/// The caller's function for new credentials. Weak: it never keeps the process alive.
pub type RefreshCallback = ThreadsafeFunction<(), Promise<Credentials>, (), Status, false, true>;

/// The provider for what the host handed in; `None` when it handed in nothing.
pub fn provider(
    credentials: Option<Credentials>,
    refresh: Option<RefreshCallback>,
) -> Option<SharedCredentialsProvider> {
    if credentials.is_none() && refresh.is_none() {
        return None;
    }
    Some(SharedCredentialsProvider::new(HostCredentials {
        current: Mutex::new(credentials.map(Into::into)),
        refresh,
    }))
}

struct HostCredentials {
    current: Mutex<Option<SdkCredentials>>,
    refresh: Option<RefreshCallback>,
}

impl fmt::Debug for HostCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HostCredentials").finish_non_exhaustive()
    }
}

impl HostCredentials {
    fn current(&self) -> Option<SdkCredentials> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn load(&self) -> Result<SdkCredentials, CredentialsError> {
        let current = self.current();
        match (current, &self.refresh) {
            (Some(credentials), None) => Ok(credentials),
            (Some(credentials), Some(_)) if !ends_soon(&credentials) => Ok(credentials),
            (_, Some(refresh)) => {
                let fresh: SdkCredentials = ask(refresh).await?.into();
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh.clone());
                Ok(fresh)
            }
            (None, None) => Err(CredentialsError::not_loaded("the host gave no credentials")),
        }
    }
}

fn ends_soon(credentials: &SdkCredentials) -> bool {
    credentials
        .expiry()
        .is_some_and(|end| end <= SystemTime::now() + REFRESH_BEFORE_END)
}

async fn ask(refresh: &RefreshCallback) -> Result<Credentials, CredentialsError> {
    let promise = refresh
        .call_async_catch(())
        .await
        .map_err(|error| CredentialsError::provider_error(error.reason.clone()))?;
    promise
        .await
        .map_err(|error| CredentialsError::provider_error(error.reason.clone()))
}

impl ProvideCredentials for HostCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}
