//! Results of exported functions. A failure reaches JavaScript as an `Error` object that carries what the engine knows.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use futures::FutureExt;
use napi::{
    Env, Status,
    bindgen_prelude::{JsObjectValue, JsValue, Object, ToNapiValue},
    sys,
};

use crate::error::{CodedError, Error, Result};

/// What an exported function returns: a value, or an `Error` object with `code`, `resolution`, `details`, `link` and
/// `suppressed`.
pub struct Outcome<T>(Result<T>);

impl<T> Outcome<T> {
    /// Runs the work of an exported function; a panic becomes an error like any other.
    pub async fn of(work: impl Future<Output = Result<T>>) -> Self {
        Self(
            AssertUnwindSafe(work)
                .catch_unwind()
                .await
                .unwrap_or_else(|panic| Err(InternalError::from_panic(panic.as_ref()).into())),
        )
    }
}

impl<T: ToNapiValue> ToNapiValue for Outcome<T> {
    // The signature is napi's: the caller guarantees that `env` is the one of the running thread.
    #[allow(unsafe_code)]
    unsafe fn to_napi_value(env: sys::napi_env, outcome: Self) -> napi::Result<sys::napi_value> {
        match outcome.0 {
            Ok(value) => unsafe { T::to_napi_value(env, value) },
            Err(error) => {
                let env = Env::from_raw(env);
                let object = error_object(&env, &error)?;
                Err(napi::Error::from(object.to_unknown()))
            }
        }
    }
}

fn error_object<'env>(env: &'env Env, error: &Error) -> napi::Result<Object<'env>> {
    let mut object = env.create_error(napi::Error::new(Status::GenericFailure, error.to_string()))?;
    object.set_named_property("name", "MigrationError")?;
    object.set_named_property("code", error.code())?;
    object.set_named_property("resolution", error.resolution())?;
    object.set_named_property("details", error.details())?;
    if let Some(link) = error.link() {
        object.set_named_property("link", link)?;
    }
    let suppressed = error
        .suppressed
        .iter()
        .map(|later| error_object(env, later))
        .collect::<napi::Result<Vec<_>>>()?;
    object.set_named_property("suppressed", suppressed)?;
    Ok(object)
}

/// A defect of the engine itself.
#[derive(Debug, thiserror::Error)]
#[error("An internal error occurred: {message}")]
struct InternalError {
    message: String,
}

impl InternalError {
    fn from_panic(panic: &(dyn Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self { message }
    }
}

impl CodedError for InternalError {
    fn code(&self) -> &'static str {
        "INTERNAL_ERROR"
    }

    fn resolution(&self) -> String {
        "This is a defect of amplify-gen2-migration; please report it with the output of --debug. \
         What was done so far is in the journal: the same command goes on from there, and --rollback undoes it."
            .to_owned()
    }
}
