//! Authorization modes of the API: the deployed template is the truth, the CLI's own notes tell what the template cannot.

use std::collections::HashMap;

use serde_json::Value;

use super::{GRAPHQL_API, Interpretation, SourceLocation, main_resource, typing};
use crate::{
    backend::{finding::Severity, model::AuthorizationMode},
    cloudformation::evaluate::EvaluatedTree,
    project::{GraphqlFolder, MetaResource},
};

/// Modes of the API.
pub(super) struct Modes {
    pub(super) default: AuthorizationMode,
    pub(super) additional: Vec<AuthorizationMode>,
    /// What cannot be said in Gen 2's own words, as CloudFormation has it.
    pub(super) further: Vec<Value>,
}

pub(super) fn read(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
    location: &SourceLocation,
) -> Modes {
    let functions: Vec<String> = interpretation
        .project
        .resources
        .iter()
        .filter(|resource| resource.category == "function")
        .map(|resource| resource.name.clone())
        .collect();
    let told = told(resource, folder);
    let deployed = interpretation.literal_stack(resource).map(deployed).unwrap_or_default();
    let pairs = match deployed.is_empty() {
        true => told.iter().map(|told| (told.clone(), None)).collect(),
        false => paired(&told, deployed),
    };
    let mut modes: Vec<AuthorizationMode> = Vec::new();
    let mut further = Vec::new();
    for (told, deployed) in pairs {
        let value = told_or_deployed(&told, deployed.as_ref());
        match mode(&value, deployed.as_ref(), &functions) {
            Ok(mode) => {
                let repeated = modes.iter().any(|known| kind(known) == kind(&mode));
                match deployed.filter(|_| repeated) {
                    Some(provider) => further.push(provider),
                    None => modes.push(mode),
                }
            }
            Err(name) => interpretation.finding(
                "auth-mode-unknown",
                Severity::Manual,
                format!(
                    "{} has an authorization mode that is not known: {name:?}",
                    resource.path()
                ),
                location,
                "Write the mode into the generated amplify/data/resource.ts by hand.",
            ),
        }
    }
    let mut modes = modes.into_iter();
    Modes {
        default: modes.next().unwrap_or(AuthorizationMode::ApiKey {
            expires_in_days: None,
            description: None,
        }),
        additional: modes.collect(),
        further,
    }
}

fn kind(mode: &AuthorizationMode) -> std::mem::Discriminant<AuthorizationMode> {
    std::mem::discriminant(mode)
}

/// What the CLI notes, default mode first: outputs, else inputs.
fn told(resource: &MetaResource, folder: &GraphqlFolder) -> Vec<Value> {
    let outputs = resource.output.get("authConfig").cloned().unwrap_or_default();
    let inputs = &folder.cli_inputs["serviceConfiguration"];
    let (default, additional) = if outputs["defaultAuthentication"].is_object() {
        (
            &outputs["defaultAuthentication"],
            &outputs["additionalAuthenticationProviders"],
        )
    } else if inputs["defaultAuthType"].is_object() {
        (&inputs["defaultAuthType"], &inputs["additionalAuthTypes"])
    } else {
        return Vec::new();
    };
    std::iter::once(default)
        .chain(additional.as_array().into_iter().flatten())
        .cloned()
        .collect()
}

/// Providers of the deployed API, default mode first.
fn deployed(stack: &EvaluatedTree) -> Vec<Value> {
    let Some(properties) = main_resource(stack, GRAPHQL_API, "GraphQLAPI").and_then(|api| api.properties().cloned())
    else {
        return Vec::new();
    };
    if properties.get("AuthenticationType").and_then(Value::as_str).is_none() {
        return Vec::new();
    }
    let additional = properties
        .get("AdditionalAuthenticationProviders")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    std::iter::once(Value::Object(properties)).chain(additional).collect()
}

/// Every deployed provider with what the CLI notes of the one of its kind.
fn paired(told: &[Value], deployed: Vec<Value>) -> Vec<(Value, Option<Value>)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    deployed
        .into_iter()
        .map(|provider| {
            let name = name_of(&provider).to_owned();
            let position = seen.entry(name.clone()).or_default();
            let note = told.iter().filter(|told| name_of(told) == name).nth(*position);
            *position += 1;
            (note.cloned().unwrap_or_default(), Some(provider))
        })
        .collect()
}

fn told_or_deployed(told: &Value, deployed: Option<&Value>) -> Value {
    match deployed {
        Some(deployed) if !told.is_object() => deployed.clone(),
        _ => told.clone(),
    }
}

/// One of the three shapes: outputs (`authenticationType`), inputs (`mode`), template (`AuthenticationType`).
fn name_of(value: &Value) -> &str {
    ["authenticationType", "mode", "AuthenticationType"]
        .iter()
        .find_map(|key| value[*key].as_str())
        .unwrap_or_default()
}

fn mode(value: &Value, deployed: Option<&Value>, functions: &[String]) -> Result<AuthorizationMode, String> {
    let text = |holder: &Value, keys: &[&str]| {
        keys.iter()
            .find_map(|key| holder[*key].as_str())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let number = |holder: &Value, keys: &[&str]| keys.iter().find_map(|key| typing::number(&holder[*key]));
    let small = |holder: &Value, keys: &[&str]| number(holder, keys).and_then(|number| u32::try_from(number).ok());
    let holder = |keys: &[&str]| {
        keys.iter()
            .map(|key| &value[*key])
            .find(|holder| holder.is_object())
            .unwrap_or(value)
    };
    Ok(match name_of(value) {
        "API_KEY" => {
            let key = holder(&["apiKeyConfig"]);
            AuthorizationMode::ApiKey {
                expires_in_days: small(key, &["apiKeyExpirationDays", "expirationTime"]),
                description: text(key, &["description", "keyDescription"]),
            }
        }
        "AMAZON_COGNITO_USER_POOLS" => AuthorizationMode::UserPool,
        "AWS_IAM" => AuthorizationMode::Iam,
        "OPENID_CONNECT" => {
            let provider = holder(&["openIDConnectConfig", "OpenIDConnectConfig"]);
            // What is deployed counts; the name is known to the CLI alone.
            let settings = deployed.map_or(provider, |deployed| &deployed["OpenIDConnectConfig"]);
            AuthorizationMode::OpenIdConnect {
                name: text(provider, &["name", "openIDProviderName"]).unwrap_or_else(|| "oidc".to_owned()),
                issuer_url: text(settings, &["issuerUrl", "openIDIssuerURL", "Issuer"]).unwrap_or_default(),
                client_id: text(settings, &["clientId", "openIDClientID", "ClientId"]),
                auth_ttl_ms: number(settings, &["authTTL", "openIDAuthTTL", "AuthTTL"]),
                issued_at_ttl_ms: number(settings, &["iatTTL", "openIDIatTTL", "IatTTL"]),
            }
        }
        "AWS_LAMBDA" => {
            let authorizer = holder(&["lambdaAuthorizerConfig", "LambdaAuthorizerConfig"]);
            let settings = deployed.map_or(authorizer, |deployed| &deployed["LambdaAuthorizerConfig"]);
            // The template names the function by its ARN; an override may have put in another one than the CLI notes.
            let printed = settings["AuthorizerUri"].to_string();
            let in_template = functions
                .iter()
                .filter(|name| {
                    printed.contains(&format!("\"function{name}/")) || printed.contains(&format!(":{name}-"))
                })
                .max_by_key(|name| name.len())
                .cloned();
            let function = in_template
                .or_else(|| text(authorizer, &["lambdaFunction"]))
                .unwrap_or_default();
            AuthorizationMode::Lambda {
                function,
                ttl_seconds: small(
                    settings,
                    &[
                        "ttlSeconds",
                        "authorizerResultTtlInSeconds",
                        "AuthorizerResultTtlInSeconds",
                    ],
                ),
            }
        }
        other => return Err(other.to_owned()),
    })
}
