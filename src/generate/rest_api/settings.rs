//! What an `override.ts` set on the API itself: its properties and the gateway's own answers.

use super::{API_GATEWAY, Findings, Referrer};
use crate::{
    backend::{finding::Severity, model::RestApi},
    generate::typescript::{Code, Statement, camel_case},
};

/// Properties of the deployed API, assigned to the generated one.
pub(super) fn settings(api: &RestApi, referrer: &mut Referrer<'_>, findings: &mut Findings) -> Vec<Statement> {
    let target = Code::name("cfnRestApi");
    let mut assignments = Vec::new();
    for (property, value) in &api.properties {
        match referrer.property(property, value) {
            Ok(value) => assignments.push(Statement::Assign(target.clone().member(camel_case(property)), value)),
            Err(unresolved) => findings.add(
                "rest-property-unresolved",
                Severity::Manual,
                format!(
                    "{property} of REST API {} names {}, which has no counterpart in the generated backend",
                    api.name, unresolved.what
                ),
                &api.location,
                "Set the property in the API's file in amplify/api.",
            ),
        }
    }
    if assignments.is_empty() {
        return Vec::new();
    }
    let l1 = Code::name("api")
        .path(&["node", "defaultChild"])
        .cast(Code::import(API_GATEWAY, "CfnRestApi"));
    std::iter::once(Statement::Const("cfnRestApi".to_owned(), l1))
        .chain(assignments)
        .collect()
}

/// The gateway's own answers, where they are others than those that every API of the CLI has.
pub(super) fn gateway_responses(api: &RestApi) -> Vec<Statement> {
    api.gateway_responses
        .iter()
        .map(|response| {
            let kind =
                Code::import(API_GATEWAY, "ResponseType").method("of", vec![Code::text(&response.response_type)]);
            let mut options = vec![("type", kind)];
            if let Some(code) = &response.status_code {
                options.push(("statusCode", Code::text(code)));
            }
            let texts = |entries: &indexmap::IndexMap<String, String>| {
                Code::object(entries.iter().map(|(name, value)| (name, Code::text(value))))
            };
            if !response.headers.is_empty() {
                options.push(("responseHeaders", texts(&response.headers)));
            }
            if !response.templates.is_empty() {
                options.push(("templates", texts(&response.templates)));
            }
            let arguments = vec![Code::text(&response.response_type), Code::object(options)];
            Statement::Expression(Code::name("api").method("addGatewayResponse", arguments))
        })
        .collect()
}
