use serde_json::{Map, Value, json};

use super::{definition::Definition, overrides::Body};
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, UserPoolClient},
    },
    generate::{
        findings::Findings,
        typescript::{Code, Statement, camel_case},
    },
};

/// Set after the refactor, or by what the client belongs to.
const NOT_SET: [&str; 2] = ["ClientName", "UserPoolId"];

/// What Gen 2 makes of its built-in client.
fn built_in(definition: &Definition) -> Map<String, Value> {
    let mut properties = json!({
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["profile", "phone", "email", "openid", "aws.cognito.signin.user.admin"],
        "CallbackURLs": ["https://example.com"],
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "SupportedIdentityProviders": ["COGNITO"],
    });
    let Value::Object(properties) = &mut properties else {
        return Map::new();
    };
    if let Some(providers) = &definition.providers {
        // These are said in the definition.
        if providers.says_callbacks {
            properties.remove("CallbackURLs");
        }
        if !providers.says_logouts {
            properties.insert("LogoutURLs".to_owned(), json!(["https://example.com"]));
        }
        if providers.says_scopes {
            properties.remove("AllowedOAuthScopes");
        }
    }
    std::mem::take(properties)
}

/// The clients with the names that they have in the setup function.
pub(super) fn clients_of(auth: &Auth) -> impl Iterator<Item = (&UserPoolClient, &'static str)> {
    let web = auth.web_client.iter().map(|client| (client, "cfnUserPoolClient"));
    web.chain(auth.native_client.iter().map(|client| (client, "nativeAppClient")))
}

/// The client names providers by their plain names: the list that Gen 2 makes is another one.
pub(super) fn lists_own_providers(auth: &Auth, client: &UserPoolClient, definition: &Definition) -> bool {
    settings(client, auth)
        .get("SupportedIdentityProviders")
        .is_some_and(|names| !same_providers(names, definition))
}

/// The web client of Gen 1 is the built-in client of Gen 2.
pub(super) fn web_client(body: &mut Body<'_, '_>, auth: &Auth, definition: &Definition, findings: &mut Findings) {
    let target = Code::name("cfnUserPoolClient");
    let Some(client) = &auth.web_client else {
        body.retain(target);
        findings.add(
            "auth-web-client-missing",
            Severity::Warning,
            format!("auth {} has no web client in Gen 1; Gen 2 always makes one", auth.name),
            &auth.location,
            "Nothing has to be done. The client is new.",
        );
        return;
    };
    let mut gen1 = settings(client, auth);
    if let Some(providers) = &definition.providers {
        for (said, property) in [
            (providers.says_callbacks, "CallbackURLs"),
            (providers.says_logouts, "LogoutURLs"),
        ] {
            if said {
                gen1.shift_remove(property);
            }
        }
        if providers.says_scopes {
            gen1.shift_remove("AllowedOAuthScopes");
        }
        if gen1
            .get("SupportedIdentityProviders")
            .is_some_and(|names| same_providers(names, definition))
        {
            gen1.shift_remove("SupportedIdentityProviders");
        }
    }
    let mut built_in = built_in(definition);
    if definition.providers.is_some() && !gen1.contains_key("SupportedIdentityProviders") {
        built_in.remove("SupportedIdentityProviders");
    }
    body.override_properties(&target, &gen1, &built_in, &NOT_SET, findings, auth);
    body.retain(target);
}

/// The native client of Gen 1 has no counterpart that Gen 2 would make.
pub(super) fn native_client(
    body: &mut Body<'_, '_>,
    auth: &Auth,
    client: &UserPoolClient,
    definition: &Definition,
    findings: &mut Findings,
) {
    let mut properties = vec![("userPoolId".to_owned(), Code::name("userPool").member("userPoolId"))];
    for (property, value) in &settings(client, auth) {
        if NOT_SET.contains(&property.as_str()) {
            continue;
        }
        let web_lists_own = || {
            let web = auth.web_client.as_ref();
            web.is_none_or(|web| lists_own_providers(auth, web, definition))
        };
        if property == "SupportedIdentityProviders"
            && definition.providers.is_some()
            && same_providers(value, definition)
            && !web_lists_own()
        {
            // The same list, whose names make the client wait for the providers.
            let list = Code::name("cfnUserPoolClient").member("supportedIdentityProviders");
            properties.push(("supportedIdentityProviders".to_owned(), list));
            continue;
        }
        if let Some(code) = body.property(property, value, findings, auth) {
            properties.push((camel_case(property), code));
        }
    }
    body.statements.push(Statement::Const(
        "nativeAppClient".to_owned(),
        Code::import("aws-cdk-lib/aws-cognito", "CfnUserPoolClient").construct(vec![
            Code::name("backend").path(&["auth", "stack"]),
            Code::text("NativeAppClient"),
            Code::object(properties),
        ]),
    ));
    body.retain(Code::name("nativeAppClient"));
}

/// Properties of a client; where the hosted UI was set up by the CLI's custom resource, its settings are in the wizard's file.
fn settings(client: &UserPoolClient, auth: &Auth) -> Map<String, Value> {
    let mut properties = client.properties.clone();
    let oauth: Map<String, Value> = match auth.cognito_config.get("oAuthMetadata") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    for property in ["AllowedOAuthFlows", "AllowedOAuthScopes", "CallbackURLs", "LogoutURLs"] {
        if let Some(value) = oauth.get(property)
            && !properties.contains_key(property)
        {
            properties.insert(property.to_owned(), value.clone());
            properties.insert("AllowedOAuthFlowsUserPoolClient".to_owned(), json!(true));
        }
    }
    if !oauth.is_empty() && !properties.contains_key("SupportedIdentityProviders") {
        let mut providers = vec![json!("COGNITO")];
        let meta = match auth.cognito_config.get("hostedUIProviderMeta") {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            Some(other) => other.clone(),
            None => Value::Null,
        };
        for provider in meta.as_array().into_iter().flatten() {
            providers.push(provider["ProviderName"].clone());
        }
        properties.insert("SupportedIdentityProviders".to_owned(), Value::Array(providers));
    }
    properties
}

fn same_providers(names: &Value, definition: &Definition) -> bool {
    let mut gen1: Vec<&str> = names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut gen2: Vec<&str> = definition
        .providers
        .iter()
        .flat_map(|providers| providers.names.iter().map(String::as_str))
        .chain(["COGNITO"])
        .collect();
    gen1.sort_unstable();
    gen2.sort_unstable();
    gen1 == gen2
}
