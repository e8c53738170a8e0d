//! Options that JavaScript hands in. An option that does not exist is an error: a misspelt `rollback` must not run
//! the step forward.

use std::path::PathBuf;

use napi::{
    Status, Unknown,
    bindgen_prelude::{FromNapiValue, JsObjectValue, Object, TypeName, ValidateNapiValue},
    sys,
};
use napi_derive::napi;

use super::{
    credentials::{Credentials, RefreshCallback, provider},
    report::Step,
};
use crate::migration;

/// Where the project is, which of its environments is meant, and how to reach AWS.
#[napi(object, object_to_js = false)]
pub struct OpenOptions {
    /// Folder that holds `amplify/`.
    pub project_dir: String,
    /// Name of the Gen 1 environment. Default: the current one, else the one marked as migrating, else the only one.
    pub env_name: Option<String>,
    /// Read files only: no credentials, no network. For `assess` and `generate`.
    pub offline: Option<bool>,
    /// AWS region. Default: the region of the environment.
    pub region: Option<String>,
    /// Named profile of the shared AWS configuration files.
    pub profile: Option<String>,
    /// Credentials. Default: the default chain of the AWS SDK (environment, profile, SSO, process).
    pub credentials: Option<Credentials>,
    /// Called for new credentials when those given expire.
    #[napi(ts_type = "() => Promise<Credentials>")]
    pub refresh_credentials: Option<RefreshCallback>,
    /// One endpoint for all services. Default: `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, else the real ones.
    pub endpoint_url: Option<String>,
}

impl KnownFields for OpenOptions {
    const FIELDS: &'static [&'static str] = &[
        "projectDir",
        "envName",
        "offline",
        "region",
        "profile",
        "credentials",
        "refreshCredentials",
        "endpointUrl",
    ];
}

impl From<OpenOptions> for migration::OpenOptions {
    fn from(options: OpenOptions) -> Self {
        Self {
            project_dir: PathBuf::from(options.project_dir),
            environment: options.env_name,
            offline: options.offline.unwrap_or_default(),
            region: options.region,
            profile: options.profile,
            credentials: provider(options.credentials, options.refresh_credentials),
            endpoint_url: options.endpoint_url,
        }
    }
}

/// How to plan a step. Options of other steps have no effect.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct PlanOptions {
    /// Undo the step instead of doing it.
    pub rollback: Option<bool>,
    /// When executing fails, undo what was done. Default: true.
    pub rollback_on_failure: Option<bool>,
    /// Name of the Gen 2 branch. Default: the current git branch.
    pub branch: Option<String>,
    /// Refactor: name or ARN of the Gen 2 root stack. A rollback needs it only when there is no journal.
    pub to: Option<String>,
    /// Refactor: file with explicit resource mappings.
    pub mappings: Option<String>,
    /// Generate: folder, absent or empty, that receives the Gen 2 backend. Default: `amplify/` is replaced.
    pub out_dir: Option<String>,
    /// Generate: also edit the places in the app's own source that know Gen 1.
    pub frontend: Option<bool>,
    /// Lock and refactor: go on from a run of somebody else that did not end, without waiting for its lease to end by itself.
    pub take_over: Option<bool>,
}

impl KnownFields for PlanOptions {
    const FIELDS: &'static [&'static str] = &[
        "rollback",
        "rollbackOnFailure",
        "branch",
        "to",
        "mappings",
        "outDir",
        "frontend",
        "takeOver",
    ];
}

impl PlanOptions {
    pub fn into_request(self, step: Step) -> migration::PlanRequest {
        migration::PlanRequest {
            step: step.into(),
            rollback: self.rollback.unwrap_or_default(),
            rollback_on_failure: self.rollback_on_failure.unwrap_or(true),
            branch: self.branch,
            to: self.to,
            mappings: self.mappings.map(PathBuf::from),
            out_dir: self.out_dir.map(PathBuf::from),
            frontend: self.frontend.unwrap_or_default(),
            take_over: self.take_over.unwrap_or_default(),
        }
    }
}

/// The names of an options type.
pub trait KnownFields {
    /// As JavaScript spells them.
    const FIELDS: &'static [&'static str];
}

/// Options without unknown properties.
pub struct Strict<T>(pub T);

impl<T: TypeName> TypeName for Strict<T> {
    fn type_name() -> &'static str {
        T::type_name()
    }

    fn value_type() -> napi::ValueType {
        T::value_type()
    }
}

impl<T: ValidateNapiValue> ValidateNapiValue for Strict<T> {}

impl<T: FromNapiValue + KnownFields> FromNapiValue for Strict<T> {
    // The signature is napi's: the caller guarantees that `env` and `value` belong to the running call.
    #[allow(unsafe_code)]
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        let given = unsafe { Unknown::from_napi_value(env, value) }?;
        if given.get_type()? != napi::ValueType::Object {
            return Err(napi::Error::new(
                Status::ObjectExpected,
                "The options must be an object.",
            ));
        }
        let object = unsafe { Object::from_napi_value(env, value) }?;
        for name in Object::keys(&object)? {
            let is_undefined = object.get_named_property::<Unknown>(&name)?.get_type()? == napi::ValueType::Undefined;
            if !is_undefined && !T::FIELDS.contains(&name.as_str()) {
                return Err(napi::Error::new(
                    Status::InvalidArg,
                    format!("There is no option `{name}`; the options are {}.", T::FIELDS.join(", ")),
                ));
            }
        }
        Ok(Self(unsafe { T::from_napi_value(env, value) }?))
    }
}
