//! The deployed definition of a REST API: the `Body` of its template, with all that an `override.ts` did to it. What the CLI
//! never writes and nothing here understands is told.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::REST_API;
use crate::{
    backend::{
        finding::Severity,
        interpret::{Interpretation, id_of, index::main_resource},
        model::{GatewayResponse, ResourceId, RestAuthorizer, RestProtection, SourceLocation, Target},
    },
    project::{MetaResource, overrides, texts},
};

/// The path below a path, which the CLI adds to every one.
const BELOW: &str = "/{proxy+}";
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";
const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// Parts of the definition that the CLI writes and that a generated API has in its own way.
const OF_THE_CLI: [&str; 9] = [
    "swagger",
    "info",
    "host",
    "basePath",
    "schemes",
    "paths",
    "securityDefinitions",
    "definitions",
    "x-amazon-apigateway-request-validators",
];
/// Parts of the definition that are properties of the API.
const AS_PROPERTIES: [(&str, &str); 4] = [
    ("x-amazon-apigateway-binary-media-types", "BinaryMediaTypes"),
    ("x-amazon-apigateway-minimum-compression-size", "MinimumCompressionSize"),
    ("x-amazon-apigateway-policy", "Policy"),
    ("x-amazon-apigateway-api-key-source", "ApiKeySourceType"),
];
/// What the CLI's integrations hold.
const PLAIN_INTEGRATION: [&str; 7] = [
    "uri",
    "httpMethod",
    "passthroughBehavior",
    "type",
    "responses",
    "cacheNamespace",
    "cacheKeyParameters",
];

/// What the definition says.
#[derive(Default)]
pub(super) struct Definition {
    pub(super) paths: Vec<DefinedPath>,
    pub(super) properties: Map<String, Value>,
    pub(super) gateway_responses: Vec<GatewayResponse>,
}

/// A path of the definition.
pub(super) struct DefinedPath {
    pub(super) path: String,
    pub(super) function: Option<String>,
    pub(super) protection: RestProtection,
    pub(super) below: Option<RestProtection>,
}

pub(super) fn read(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    location: &SourceLocation,
) -> Definition {
    let Some(stack) = interpretation.symbolic_stack(resource) else {
        return Definition::default();
    };
    let Some(api) = main_resource(stack, REST_API, &resource.name) else {
        return Definition::default();
    };
    let owner = id_of(resource);
    let body = api.property("Body").cloned().unwrap_or_default();
    let properties = properties(interpretation, &body, api.properties(), &owner);
    let gateway_responses = gateway_responses(stack.template.resources());
    let mut reader = Reader {
        interpretation,
        resource,
        owner,
        location,
        body: &body,
        properties,
    };
    reader.tell_unknown_parts();
    let paths = reader.paths();
    Definition {
        paths,
        properties: reader.properties,
        gateway_responses,
    }
}

/// Properties beyond those of the CLI. An empty description is the CLI's, too.
fn properties(
    interpretation: &Interpretation<'_>,
    body: &Value,
    of_api: Option<&Map<String, Value>>,
    owner: &ResourceId,
) -> Map<String, Value> {
    let own = of_api
        .into_iter()
        .flatten()
        .filter(|(name, value)| match name.as_str() {
            "Body" | "Name" | "FailOnWarnings" => false,
            "Description" => *value != "",
            _ => true,
        });
    let in_body = AS_PROPERTIES
        .iter()
        .filter_map(|(part, property)| Some((*property, body.get(*part)?)));
    own.map(|(name, value)| (name.as_str(), value))
        .chain(in_body)
        .map(|(name, value)| (name.to_owned(), interpretation.decoder.property(value, owner)))
        .collect()
}

/// The gateway's own answers, unless they are those that the CLI gives to every API.
fn gateway_responses<'t>(resources: impl Iterator<Item = crate::cloudformation::Resource<'t>>) -> Vec<GatewayResponse> {
    let texts = |value: Option<&Value>, prefix: &str| -> IndexMap<String, String> {
        let entries = value.and_then(Value::as_object).into_iter().flatten();
        entries
            .filter_map(|(name, value)| Some((name.trim_start_matches(prefix).to_owned(), value.as_str()?.to_owned())))
            .collect()
    };
    let responses: Vec<GatewayResponse> = resources
        .filter(|found| found.resource_type() == "AWS::ApiGateway::GatewayResponse")
        .filter_map(|found| {
            Some(GatewayResponse {
                response_type: found.property("ResponseType")?.as_str()?.to_owned(),
                status_code: found.property("StatusCode").map(|code| match code {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                }),
                headers: texts(found.property("ResponseParameters"), "gatewayresponse.header."),
                templates: texts(found.property("ResponseTemplates"), ""),
            })
        })
        .collect();
    let standard = responses.iter().all(|response| {
        matches!(response.response_type.as_str(), "DEFAULT_4XX" | "DEFAULT_5XX")
            && response.status_code.is_none()
            && response.templates.is_empty()
            && response.headers.len() == STANDARD_HEADERS.len()
            && STANDARD_HEADERS
                .iter()
                .all(|(name, value)| response.headers.get(*name).is_some_and(|given| given == value))
    });
    if standard { Vec::new() } else { responses }
}

/// Headers of the CLI's gateway responses.
const STANDARD_HEADERS: [(&str, &str); 4] = [
    ("Access-Control-Allow-Origin", "'*'"),
    (
        "Access-Control-Allow-Headers",
        "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'",
    ),
    (
        "Access-Control-Allow-Methods",
        "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'",
    ),
    ("Access-Control-Expose-Headers", "'Date,X-Amzn-ErrorType'"),
];

struct Reader<'i, 'p, 'b> {
    interpretation: &'i mut Interpretation<'p>,
    resource: &'b MetaResource,
    owner: ResourceId,
    location: &'b SourceLocation,
    body: &'b Value,
    properties: Map<String, Value>,
}

impl Reader<'_, '_, '_> {
    /// Paths in their order; the one below a path belongs to the path, where there is one and both lead to the same function.
    fn paths(&mut self) -> Vec<DefinedPath> {
        let Some(paths) = self.body["paths"].as_object() else {
            return Vec::new();
        };
        let mut defined: Vec<DefinedPath> = Vec::new();
        let mut belows: Vec<DefinedPath> = Vec::new();
        for (path, methods) in paths {
            let Some(method) = self.method(path, methods) else {
                continue;
            };
            let one = DefinedPath {
                path: path.clone(),
                function: self.function(&method),
                protection: self.protection(path, &method),
                below: None,
            };
            match path.strip_suffix(BELOW) {
                Some(_) => belows.push(one),
                None => defined.push(one),
            }
        }
        for below in belows {
            let parent = below.path.strip_suffix(BELOW).filter(|parent| !parent.is_empty());
            let parent = parent.unwrap_or("/");
            match defined
                .iter_mut()
                .find(|one| one.path == parent && one.function == below.function)
            {
                Some(one) => one.below = Some(below.protection),
                None => defined.push(below),
            }
        }
        defined
    }

    /// The one method that the CLI gives to a path, for every verb. Verbs of their own are told.
    fn method(&mut self, path: &str, methods: &Value) -> Option<Value> {
        let methods = methods.as_object()?;
        let verbs: Vec<&str> = methods
            .iter()
            .filter(|(name, method)| *name != "options" && method.is_object())
            .map(|(name, _)| name.as_str())
            .collect();
        let Some(any) = methods.get(ANY_METHOD) else {
            self.tell(
                "rest-path-without-method",
                format!(
                    "path {path} has no method for every verb{}",
                    if verbs.is_empty() {
                        String::new()
                    } else {
                        format!(", but {}", verbs.join(", "))
                    }
                ),
                path,
            );
            return None;
        };
        if verbs.len() > 1 {
            self.tell(
                "rest-method-changed",
                format!("path {path} has methods of its own for {}", verbs.join(", ")),
                path,
            );
        }
        let integration = &any[INTEGRATION];
        let kind = integration["type"].as_str().unwrap_or_default();
        let unusual: Vec<&str> = integration
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .filter(|name| !PLAIN_INTEGRATION.contains(name) && *name != "contentHandling")
            .collect();
        if !kind.eq_ignore_ascii_case("aws_proxy") || !unusual.is_empty() {
            let what = if unusual.is_empty() {
                format!("type {kind:?}")
            } else {
                unusual.join(", ")
            };
            self.tell(
                "rest-method-changed",
                format!("the integration of path {path} is not the CLI's: {what}"),
                path,
            );
        }
        Some(any.clone())
    }

    fn function(&self, method: &Value) -> Option<String> {
        let uri = &method[INTEGRATION]["uri"];
        self.interpretation
            .decoder
            .expression(uri, &self.owner)
            .references()
            .into_iter()
            .find_map(|reference| match &reference.target {
                Target::Function(name) => Some(name.clone()),
                _ => None,
            })
    }

    /// All that a method asks, or else what the definition asks of every method.
    fn protection(&mut self, path: &str, method: &Value) -> RestProtection {
        let security = method.get("security").or_else(|| self.body.get("security"));
        let schemes: Vec<(String, Vec<String>)> = security
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
            .map(|(name, scopes)| (name.clone(), texts(scopes)))
            .collect();
        let mut protection = RestProtection {
            authorizer: RestAuthorizer::None,
            api_key_required: false,
        };
        for (name, scopes) in schemes {
            let definition = &self.body["securityDefinitions"][name.as_str()];
            let authorizer = match definition["x-amazon-apigateway-authtype"].as_str() {
                Some("awsSigv4") => RestAuthorizer::Iam,
                Some("cognito_user_pools") if self.is_own_user_pool(definition) => RestAuthorizer::UserPool { scopes },
                None if name == "sigv4" => RestAuthorizer::Iam,
                None if definition["type"] == "apiKey"
                    && definition["name"]
                        .as_str()
                        .is_some_and(|header| header.eq_ignore_ascii_case("x-api-key")) =>
                {
                    protection.api_key_required = true;
                    continue;
                }
                _ => RestAuthorizer::Other(name),
            };
            protection.authorizer = authorizer;
        }
        if let RestAuthorizer::Other(name) = &protection.authorizer {
            let what = format!("path {path} asks authorizer {name}, which is not the backend's user pool");
            self.tell("rest-authorizer-unknown", what, name);
        }
        if protection.api_key_required {
            self.tell(
                "rest-api-key",
                format!("path {path} asks for an API key; keys and usage plans are not part of the backend's code"),
                path,
            );
        }
        protection
    }

    /// The authorizer asks the backend's own user pool and no other one.
    fn is_own_user_pool(&self, definition: &Value) -> bool {
        if self.resource.name == super::ADMIN_QUERIES {
            return true;
        }
        let pools = definition["x-amazon-apigateway-authorizer"]["providerARNs"].as_array();
        pools.is_some_and(|pools| {
            pools.len() == 1
                && pools.iter().all(|pool| {
                    self.interpretation
                        .decoder
                        .expression(pool, &self.owner)
                        .references()
                        .iter()
                        .any(|reference| reference.target == Target::UserPool)
                })
        })
    }

    fn tell_unknown_parts(&mut self) {
        let unknown: Vec<String> = self
            .body
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .filter(|name| {
                !OF_THE_CLI.contains(&name.as_str())
                    && name != "security"
                    && !AS_PROPERTIES.iter().any(|(part, _)| part == name)
            })
            .collect();
        for name in unknown {
            self.tell(
                "rest-definition-changed",
                format!("the API's definition has {name}, which the CLI does not write"),
                &name,
            );
        }
    }

    /// What is not carried over, with the line of `override.ts` that names it.
    fn tell(&mut self, id: &str, what: String, needle: &str) {
        let project = self.interpretation.project;
        let place = project
            .files_of(self.resource)
            .and_then(|files| files.override_script.as_ref())
            .map_or_else(
                || self.location.clone(),
                |(path, text)| SourceLocation {
                    path: path.clone(),
                    line: overrides::line_naming(text, needle),
                },
            );
        let message = format!("REST API {}: {what}; this is not carried over", self.resource.name);
        self.interpretation.finding(
            id,
            Severity::Manual,
            message,
            &place,
            "Write it into the API's generated file in amplify/api with the CDK's aws-apigateway constructs.",
        );
    }
}
