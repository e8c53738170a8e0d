//! Answers of a service as it gave them: kept as JSON, and read again as if the service gave them now. So a configuration can
//! be written to a journal and be put back by a later run, whatever settings the service has.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cognitoidentityprovider::{Config, client::customize::CustomizableOperation};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        interceptors::{Intercept, context::AfterDeserializationInterceptorContextRef},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use serde_json::Value;

/// Keeps the last answer of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct AnswerKeeper(Arc<Mutex<Option<Value>>>);

impl AnswerKeeper {
    /// The answer; `None` when there was none, or it was no JSON.
    pub(super) fn answer(&self) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The call with its answer kept; where there is a kept one already, it is that answer again and nothing is asked.
pub(super) fn asked_or_kept<T, E, B>(
    request: CustomizableOperation<T, E, B>,
    keeper: &AnswerKeeper,
    kept: Option<&Value>,
) -> CustomizableOperation<T, E, B> {
    let request = request.interceptor(keeper.clone());
    match kept {
        Some(answer) => request.config_override(Config::builder().http_client(KeptAnswer::new(answer))),
        None => request,
    }
}

impl Intercept for AnswerKeeper {
    fn name(&self) -> &'static str {
        "AnswerKeeper"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _configuration: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes();
        let answer = body.and_then(|body| serde_json::from_slice(body).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        Ok(())
    }
}

/// Gives a kept answer to whatever is asked. Nothing leaves this machine.
#[derive(Clone, Debug)]
struct KeptAnswer(String);

impl KeptAnswer {
    fn new(answer: &Value) -> Self {
        Self(answer.to_string())
    }
}

impl HttpConnector for KeptAnswer {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let status = StatusCode::try_from(200).map_err(|error| ConnectorError::other(error.into(), None));
        let body = SdkBody::from(self.0.as_str());
        HttpConnectorFuture::ready(status.map(|status| HttpResponse::new(status, body)))
    }
}

impl HttpClient for KeptAnswer {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
