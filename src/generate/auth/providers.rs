//! Hosted UI and sign-in with other identity providers.

use serde_json::{Map, Value};

use super::attributes::standard_name;
use crate::{
    backend::{finding::Severity, model::Auth},
    generate::{
        context::Context,
        findings::Findings,
        typescript::{Code, Part},
    },
};

/// A provider of the CLI's wizard: its name in Cognito, its key in `externalProviders`, and its secrets by property.
struct SocialProvider {
    cognito: &'static str,
    key: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    scopes_property: &'static str,
}

const SOCIAL: &[SocialProvider] = &[
    SocialProvider {
        cognito: "Google",
        key: "google",
        secrets: &[
            ("clientId", "GOOGLE_CLIENT_ID"),
            ("clientSecret", "GOOGLE_CLIENT_SECRET"),
        ],
        scopes_property: "scopes",
    },
    SocialProvider {
        cognito: "Facebook",
        key: "facebook",
        secrets: &[
            ("clientId", "FACEBOOK_CLIENT_ID"),
            ("clientSecret", "FACEBOOK_CLIENT_SECRET"),
        ],
        scopes_property: "scopes",
    },
    SocialProvider {
        cognito: "LoginWithAmazon",
        key: "loginWithAmazon",
        secrets: &[
            ("clientId", "LOGINWITHAMAZON_CLIENT_ID"),
            ("clientSecret", "LOGINWITHAMAZON_CLIENT_SECRET"),
        ],
        scopes_property: "scopes",
    },
    SocialProvider {
        cognito: "SignInWithApple",
        key: "signInWithApple",
        secrets: &[
            ("clientId", "SIWA_CLIENT_ID"),
            ("keyId", "SIWA_KEY_ID"),
            ("privateKey", "SIWA_PRIVATE_KEY"),
            ("teamId", "SIWA_TEAM_ID"),
        ],
        scopes_property: "scopes",
    },
];

/// OAuth scopes that `externalProviders.scopes` can name.
const SCOPES: &[(&str, &str)] = &[
    ("phone", "PHONE"),
    ("email", "EMAIL"),
    ("openid", "OPENID"),
    ("profile", "PROFILE"),
    ("aws.cognito.signin.user.admin", "COGNITO_ADMIN"),
];

/// `externalProviders`, and what belongs to it elsewhere.
#[derive(Debug)]
pub(super) struct ExternalProviders {
    /// The value.
    pub code: Code,
    /// Prefix of the live domain.
    pub domain_prefix: Option<String>,
    /// Names of the providers in Cognito, the pool itself apart.
    pub names: Vec<String>,
    /// The definition names all OAuth scopes of Gen 1.
    pub says_scopes: bool,
}

pub(super) fn external_providers(
    context: &Context<'_>,
    auth: &Auth,
    findings: &mut Findings,
) -> Option<ExternalProviders> {
    let config = &auth.cognito_config;
    let oauth = parsed_object(config.get("oAuthMetadata"));
    let client = auth.web_client.as_ref().map(|client| &client.properties);
    let from_client = |property: &str| client.and_then(|client| texts(client.get(property)));
    let callbacks = from_client("CallbackURLs").or_else(|| texts(oauth.get("CallbackURLs")));
    let logouts = from_client("LogoutURLs").or_else(|| texts(oauth.get("LogoutURLs")));
    let providers = parsed_array(config.get("hostedUIProviderMeta"));
    let hosted = config.get("hostedUI").is_some_and(is_true);
    if !hosted && providers.is_empty() && callbacks.is_none() {
        return None;
    }
    let (Some(callbacks), Some(logouts)) = (
        callbacks.filter(|urls| !urls.is_empty()),
        logouts.filter(|urls| !urls.is_empty()),
    ) else {
        findings.add(
            "auth-oauth",
            Severity::Manual,
            format!(
                "auth {} has a hosted UI, but its redirect URIs are not known",
                auth.name
            ),
            &auth.location,
            "Add externalProviders with callbackUrls and logoutUrls to loginWith in amplify/auth/resource.ts.",
        );
        return None;
    };
    let mut properties: Vec<(&str, Code)> = Vec::new();
    let mut names = Vec::new();
    for meta in &providers {
        let Some(name) = meta["ProviderName"].as_str() else {
            continue;
        };
        let Some(provider) = SOCIAL.iter().find(|provider| provider.cognito == name) else {
            findings.add(
                "auth-provider-unknown",
                Severity::Manual,
                format!("users of {} sign in with {name}, which is not carried over", auth.name),
                &auth.location,
                "Add the provider to externalProviders in amplify/auth/resource.ts.",
            );
            continue;
        };
        names.push(name.to_owned());
        properties.push((provider.key, social(provider, meta)));
        let secrets: Vec<&str> = provider.secrets.iter().map(|(_, secret)| *secret).collect();
        findings.add(
            "auth-social-secrets",
            Severity::Manual,
            format!(
                "sign-in with {name} needs the secrets {} on the Gen 2 branch",
                secrets.join(", ")
            ),
            &auth.location,
            "Create the secrets in the Amplify console (Hosting, Secrets) before the first deployment of the branch.",
        );
    }
    let scopes = from_client("AllowedOAuthScopes")
        .or_else(|| texts(oauth.get("AllowedOAuthScopes")))
        .unwrap_or_default();
    let known: Vec<&str> = scopes
        .iter()
        .filter_map(|scope| {
            SCOPES
                .iter()
                .find(|(cognito, _)| cognito == scope)
                .map(|(_, name)| *name)
        })
        .collect();
    let says_scopes = !known.is_empty() && known.len() == scopes.len();
    if !known.is_empty() {
        properties.push(("scopes", Code::texts(known)));
    }
    properties.push(("callbackUrls", urls(context, callbacks)));
    properties.push(("logoutUrls", urls(context, logouts)));
    let domain_prefix = config
        .get("hostedUIDomainName")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
        .map(|name| format!("{name}-{}", context.backend.app.environment));
    Some(ExternalProviders {
        code: Code::object(properties),
        domain_prefix,
        names,
        says_scopes,
    })
}

fn social(provider: &SocialProvider, meta: &Value) -> Code {
    let mut properties: Vec<(&str, Code)> = provider
        .secrets
        .iter()
        .map(|(property, secret)| {
            let secret = Code::import("@aws-amplify/backend", "secret").call(vec![Code::text(*secret)]);
            (*property, secret)
        })
        .collect();
    let scopes: Vec<&str> = meta["authorize_scopes"]
        .as_str()
        .unwrap_or_default()
        .split([' ', ','])
        .filter(|scope| !scope.is_empty())
        .collect();
    if !scopes.is_empty() {
        properties.push((provider.scopes_property, Code::texts(scopes)));
    }
    let mut mapping = Vec::new();
    let mut custom = Vec::new();
    for (attribute, source) in meta["AttributeMapping"].as_object().into_iter().flatten() {
        let Some(source) = source.as_str() else { continue };
        if let Some(standard) = standard_name(attribute) {
            mapping.push((standard, Code::text(source)));
        } else if attribute.starts_with("custom:") {
            custom.push((attribute, Code::text(source)));
        }
    }
    if !custom.is_empty() {
        mapping.push(("custom", Code::object(custom)));
    }
    if !mapping.is_empty() {
        properties.push(("attributeMapping", Code::object(mapping)));
    }
    Code::object(properties)
}

/// The URLs of Gen 1 and that of the branch, which may be one of them already.
fn urls(context: &Context<'_>, urls: Vec<String>) -> Code {
    let Some(app) = &context.backend.app.app_id else {
        return Code::texts(urls);
    };
    let host: String = context
        .options
        .branch
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    let migrated = format!("https://{}.{app}.amplifyapp.com/", host.to_ascii_lowercase());
    let own = Code::joined([
        Part::Text("https://".to_owned()),
        Part::Code(Code::import("../branch", "hostName")),
        Part::Text(format!(".{app}.amplifyapp.com/")),
    ]);
    let others = urls.into_iter().filter(|url| *url != migrated).map(Code::Text);
    Code::Array(others.chain([own]).collect())
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str() == Some("true")
}

fn parsed(value: Option<&Value>) -> Value {
    match value {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    }
}

fn parsed_object(value: Option<&Value>) -> Map<String, Value> {
    match parsed(value) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn parsed_array(value: Option<&Value>) -> Vec<Value> {
    match parsed(value) {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    Some(
        value?
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}
