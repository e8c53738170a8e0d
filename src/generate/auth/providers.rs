//! Hosted UI and sign-in with other identity providers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::attributes::standard_name;
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, IdentityProvider},
    },
    generate::{
        context::Context,
        findings::Findings,
        secrets,
        typescript::{Code, Part},
    },
};

/// A provider of the CLI's wizard: its name in Cognito, its key in `externalProviders`, its secrets by property, its construct,
/// and what it calls the id of a user.
struct SocialProvider {
    cognito: &'static str,
    key: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    construct: &'static str,
    user_id: &'static str,
}

const SOCIAL: &[SocialProvider] = &[
    SocialProvider {
        cognito: "Google",
        key: "google",
        secrets: &[
            ("clientId", "GOOGLE_CLIENT_ID"),
            ("clientSecret", "GOOGLE_CLIENT_SECRET"),
        ],
        construct: "GoogleIdP",
        user_id: "sub",
    },
    SocialProvider {
        cognito: "Facebook",
        key: "facebook",
        secrets: &[
            ("clientId", "FACEBOOK_CLIENT_ID"),
            ("clientSecret", "FACEBOOK_CLIENT_SECRET"),
        ],
        construct: "FacebookIDP",
        user_id: "id",
    },
    SocialProvider {
        cognito: "LoginWithAmazon",
        key: "loginWithAmazon",
        secrets: &[
            ("clientId", "LOGINWITHAMAZON_CLIENT_ID"),
            ("clientSecret", "LOGINWITHAMAZON_CLIENT_SECRET"),
        ],
        construct: "AmazonIDP",
        user_id: "user_id",
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
        construct: "AppleIDP",
        user_id: "sub",
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

/// Endpoints of an OIDC provider by their names in Cognito and in `endpoints`, which takes all of them or none.
const ENDPOINTS: &[(&str, &str)] = &[
    ("authorize_url", "authorization"),
    ("token_url", "token"),
    ("attributes_url", "userInfo"),
    ("jwks_uri", "jwksUri"),
];

/// `externalProviders`, and what belongs to it elsewhere.
#[derive(Debug)]
pub(super) struct ExternalProviders {
    /// The value.
    pub code: Code,
    /// Names of the providers in Cognito that the client gets by itself, the pool apart.
    pub names: Vec<String>,
    /// The definition names all OAuth scopes of Gen 1.
    pub says_scopes: bool,
    /// The definition's redirect URIs are those of Gen 1, with that of the branch.
    pub says_callbacks: bool,
    /// The same for where users come back to after they signed out.
    pub says_logouts: bool,
    /// Providers that the definition takes, where something of them is left to say.
    pub remaining: Vec<RemainingSettings>,
    /// SAML providers besides the first, which `saml` of the definition takes.
    pub further_saml: Vec<FurtherSaml>,
}

/// A SAML provider that gets a construct of its own.
#[derive(Debug)]
pub(super) struct FurtherSaml {
    /// The provider.
    pub provider: IdentityProvider,
    /// What its construct cannot be told.
    pub remaining: RemainingSettings,
}

/// What a provider has in Gen 1 and the definition cannot say.
#[derive(Debug)]
pub(super) struct RemainingSettings {
    /// Id of the provider's construct.
    pub construct: String,
    /// `AttributeMapping`, when it would be another.
    pub attribute_mapping: Option<Map<String, Value>>,
    /// Entries of `ProviderDetails` that would be others.
    pub details: Vec<(String, Value)>,
}

pub(super) fn external_providers(
    context: &Context<'_>,
    auth: &Auth,
    maps_email: bool,
    findings: &mut Findings,
) -> Option<ExternalProviders> {
    let oauth = parsed_object(auth.cognito_config.get("oAuthMetadata"));
    let client = auth.web_client.as_ref().map(|client| &client.properties);
    let setting = |property: &str| {
        let of_client = client.and_then(|client| texts(client.get(property)));
        of_client.or_else(|| texts(oauth.get(property))).unwrap_or_default()
    };
    let (callbacks, logouts) = (setting("CallbackURLs"), setting("LogoutURLs"));
    let hosted = auth.cognito_config.get("hostedUI").is_some_and(is_true);
    if !hosted && auth.domain_prefix.is_none() && auth.identity_providers.is_empty() && callbacks.is_empty() {
        return None;
    }
    let mut properties: Vec<(&str, Code)> = Vec::new();
    let mut names = Vec::new();
    let mut remaining = Vec::new();
    let mut oidc = Vec::new();
    let mut saml = None;
    let mut further_saml = Vec::new();
    let mut secrets = Secrets::default();
    for provider in &auth.identity_providers {
        let social = SOCIAL.iter().find(|social| social.cognito == provider.kind);
        let (needed, construct, result) = match (social, provider.kind.as_str()) {
            (Some(social), _) => {
                properties.push((social.key, social_provider(social, provider)));
                // All four call the address `email`.
                let result = resulting_mapping(provider, maps_email.then_some("email"));
                let needed = social.secrets.iter().map(|(_, secret)| (*secret).to_owned()).collect();
                (needed, social.construct.to_owned(), (result, scopes_only(provider)))
            }
            (None, "OIDC") => {
                let (id, secret) = secrets.of(&provider.name);
                oidc.push(oidc_provider(provider, &id, &secret));
                let result = resulting_mapping(provider, maps_email.then_some("email"));
                let construct = format!("{}OidcIDP", provider.name);
                (vec![id, secret], construct, (result, oidc_details(provider)))
            }
            (None, "SAML") if saml.is_none() => {
                saml = saml_provider(provider);
                if saml.is_none() {
                    not_carried_over(auth, provider, "its metadata is not known", findings);
                    continue;
                }
                let result = resulting_mapping(provider, None);
                (Vec::new(), "SamlIDP".to_owned(), (result, saml_details(provider)))
            }
            (None, "SAML") => {
                let result = (resulting_mapping(provider, None), saml_details(provider));
                further_saml.push(FurtherSaml {
                    provider: provider.clone(),
                    remaining: RemainingSettings::of(String::new(), provider, None, result),
                });
                continue;
            }
            (None, other) => {
                not_carried_over(auth, provider, &format!("type {other} is not known"), findings);
                continue;
            }
        };
        names.push(provider.name.clone());
        let settings = RemainingSettings::of(construct, provider, social, result);
        if !settings.is_empty() {
            remaining.push(settings);
        }
        if !needed.is_empty() {
            tell_secrets(auth, provider, &needed, findings);
        }
    }
    if !oidc.is_empty() {
        properties.push(("oidc", Code::Array(oidc)));
    }
    if let Some(saml) = saml {
        properties.push(("saml", saml));
    }
    let scopes = setting("AllowedOAuthScopes");
    let known: Vec<&str> = scopes.iter().filter_map(|scope| named(SCOPES, scope)).collect();
    let says_scopes = !known.is_empty() && known.len() == scopes.len();
    if says_scopes {
        properties.push(("scopes", Code::texts(known)));
    }
    let (says_callbacks, callbacks) = urls(context, callbacks);
    let (says_logouts, logouts) = urls(context, logouts);
    properties.push(("callbackUrls", callbacks));
    properties.push(("logoutUrls", logouts));
    Some(ExternalProviders {
        code: Code::object(properties),
        names,
        says_scopes,
        says_callbacks,
        says_logouts,
        remaining,
        further_saml,
    })
}

impl RemainingSettings {
    /// Nothing is left to say.
    pub(super) fn is_empty(&self) -> bool {
        self.attribute_mapping.is_none() && self.details.is_empty()
    }

    fn of(
        construct: String,
        provider: &IdentityProvider,
        social: Option<&SocialProvider>,
        (mapping, details): (Map<String, Value>, Map<String, Value>),
    ) -> Self {
        let mut wanted = provider.attribute_mapping.clone();
        // Cognito itself takes the id at the provider as the user name.
        if let Some(social) = social
            && wanted.get("username").and_then(Value::as_str) == Some(social.user_id)
        {
            wanted.shift_remove("username");
        }
        let differs = mapping != wanted;
        let details = provider
            .details
            .iter()
            .filter(|(key, value)| !same_detail(key, value, details.get(*key)))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Self {
            construct,
            attribute_mapping: differs.then(|| provider.attribute_mapping.clone()),
            details,
        }
    }
}

/// Scopes are a set, and truth values may be written as texts.
fn same_detail(key: &str, gen1: &Value, gen2: Option<&Value>) -> bool {
    let Some(gen2) = gen2 else { return false };
    if key == "authorize_scopes" {
        let set = |value: &Value| -> BTreeSet<String> { scopes(value).map(str::to_owned).collect() };
        return set(gen1) == set(gen2);
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text(gen1) == text(gen2)
}

pub(super) fn not_carried_over(auth: &Auth, provider: &IdentityProvider, why: &str, findings: &mut Findings) {
    findings.add(
        "auth-provider-unknown",
        Severity::Manual,
        format!(
            "users of {} sign in with {}, which is not carried over: {why}",
            auth.name, provider.name
        ),
        &provider.location,
        "Add the provider to externalProviders in amplify/auth/resource.ts.",
    );
}

fn tell_secrets(auth: &Auth, provider: &IdentityProvider, needed: &[String], findings: &mut Findings) {
    let remedy = match provider.kind.as_str() {
        _ if !secrets::are_copied(auth, &provider.name) => {
            "Create the secrets in the Amplify console (Hosting, Secrets) before the first deployment of the branch."
        }
        "SignInWithApple" => {
            "Run `node amplify/copy-secrets.mjs` before the first deployment of the branch: it copies the values of Gen 1 and prints none. Create those that Cognito does not tell it in the Amplify console (Hosting, Secrets)."
        }
        _ => {
            "Run `node amplify/copy-secrets.mjs` before the first deployment of the branch: it copies the values of Gen 1 and prints none."
        }
    };
    findings.add(
        "auth-social-secrets",
        Severity::Manual,
        format!(
            "sign-in with {} needs the secrets {} on the Gen 2 branch",
            provider.name,
            needed.join(", ")
        ),
        &provider.location,
        remedy,
    );
}

/// Names of the secrets of OIDC providers, each of its own.
#[derive(Default)]
struct Secrets {
    taken: BTreeSet<String>,
}

impl Secrets {
    fn of(&mut self, provider: &str) -> (String, String) {
        let word: String = provider
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        let prefix = std::iter::once(word.clone())
            .chain((2u32..).map(|number| format!("{word}_{number}")))
            .find(|candidate| {
                let id = format!("{candidate}_CLIENT_ID");
                let of_social = SOCIAL
                    .iter()
                    .flat_map(|social| social.secrets)
                    .any(|(_, secret)| *secret == id);
                !of_social && !self.taken.contains(candidate)
            })
            .unwrap_or(word);
        self.taken.insert(prefix.clone());
        (format!("{prefix}_CLIENT_ID"), format!("{prefix}_CLIENT_SECRET"))
    }
}

fn secret(name: &str) -> Code {
    Code::import("@aws-amplify/backend", "secret").call(vec![Code::text(name)])
}

fn social_provider(social: &SocialProvider, provider: &IdentityProvider) -> Code {
    let mut properties: Vec<(&str, Code)> = social
        .secrets
        .iter()
        .map(|(property, name)| (*property, secret(name)))
        .collect();
    add_scopes(provider, &mut properties);
    add_mapping(provider, &mut properties);
    Code::object(properties)
}

fn oidc_provider(provider: &IdentityProvider, client_id: &str, client_secret: &str) -> Code {
    let detail = |key: &str| provider.details.get(key).and_then(Value::as_str);
    let mut properties = vec![
        ("name", Code::text(&provider.name)),
        ("clientId", secret(client_id)),
        ("clientSecret", secret(client_secret)),
        ("issuerUrl", Code::text(detail("oidc_issuer").unwrap_or_default())),
    ];
    if detail("attributes_request_method") == Some("POST") {
        properties.push(("attributeRequestMethod", Code::text("POST")));
    }
    add_scopes(provider, &mut properties);
    if has_all_endpoints(provider) {
        let endpoints = ENDPOINTS
            .iter()
            .filter_map(|(key, name)| Some((*name, Code::text(detail(key)?))));
        properties.push(("endpoints", Code::object(endpoints)));
    }
    if !provider.identifiers.is_empty() {
        properties.push(("identifiers", Code::texts(&provider.identifiers)));
    }
    add_mapping(provider, &mut properties);
    Code::object(properties)
}

fn saml_provider(provider: &IdentityProvider) -> Option<Code> {
    let (content, kind) = saml_metadata(provider)?;
    let metadata = Code::object([
        ("metadataContent", Code::text(content)),
        ("metadataType", Code::text(kind)),
    ]);
    let mut properties = vec![("name", Code::text(&provider.name)), ("metadata", metadata)];
    if signs_out(provider) {
        properties.push(("idpSignout", Code::Boolean(true)));
    }
    if !provider.identifiers.is_empty() {
        properties.push(("identifiers", Code::texts(&provider.identifiers)));
    }
    add_mapping(provider, &mut properties);
    Some(Code::object(properties))
}

/// What describes a SAML provider, and whether that is a document or its address.
pub(super) fn saml_metadata(provider: &IdentityProvider) -> Option<(&str, &'static str)> {
    let detail = |key: &str| provider.details.get(key).and_then(Value::as_str);
    detail("MetadataURL")
        .map(|url| (url, "URL"))
        .or_else(|| detail("MetadataFile").map(|file| (file, "FILE")))
}

pub(super) fn signs_out(provider: &IdentityProvider) -> bool {
    provider.details.get("IDPSignout").is_some_and(is_true)
}

fn add_scopes(provider: &IdentityProvider, properties: &mut Vec<(&str, Code)>) {
    let scopes: Vec<&str> = provider
        .details
        .get("authorize_scopes")
        .into_iter()
        .flat_map(scopes)
        .collect();
    if !scopes.is_empty() {
        properties.push(("scopes", Code::texts(scopes)));
    }
}

/// The mapping by the names that Gen 2 and the CDK have for attributes; `source` makes the value.
pub(super) fn mapping(provider: &IdentityProvider, source: impl Fn(&str) -> Code) -> Option<Code> {
    let mut mapping = Vec::new();
    let mut custom = Vec::new();
    for (attribute, value) in &provider.attribute_mapping {
        let Some(value) = value.as_str() else { continue };
        if let Some(standard) = standard_name(attribute) {
            mapping.push((standard, source(value)));
        } else if attribute.starts_with("custom:") {
            custom.push((attribute, source(value)));
        }
    }
    if !custom.is_empty() {
        mapping.push(("custom", Code::object(custom)));
    }
    (!mapping.is_empty()).then(|| Code::object(mapping))
}

fn add_mapping(provider: &IdentityProvider, properties: &mut Vec<(&str, Code)>) {
    if let Some(mapping) = mapping(provider, |source| Code::text(source)) {
        properties.push(("attributeMapping", mapping));
    }
}

/// `AttributeMapping` as the definition results in it: with the e-mail address where Gen 2 adds that, without what it cannot say.
fn resulting_mapping(provider: &IdentityProvider, email: Option<&str>) -> Map<String, Value> {
    let mut result: Map<String, Value> = provider
        .attribute_mapping
        .iter()
        .filter(|(attribute, source)| {
            (standard_name(attribute).is_some() || attribute.starts_with("custom:")) && source.is_string()
        })
        .map(|(attribute, source)| (attribute.clone(), source.clone()))
        .collect();
    if let Some(email) = email {
        result.entry("email").or_insert_with(|| json!(email));
    }
    result
}

/// `ProviderDetails` as the definition results in them.
fn scopes_only(provider: &IdentityProvider) -> Map<String, Value> {
    let scopes = provider.details.get("authorize_scopes").cloned();
    scopes
        .map(|scopes| Map::from_iter([("authorize_scopes".to_owned(), scopes)]))
        .unwrap_or_default()
}

fn oidc_details(provider: &IdentityProvider) -> Map<String, Value> {
    let mut details = scopes_only(provider);
    let said = ["oidc_issuer", "attributes_request_method"];
    let endpoints = ENDPOINTS.iter().map(|(key, _)| *key);
    for key in said
        .into_iter()
        .chain(endpoints.filter(|_| has_all_endpoints(provider)))
    {
        if let Some(value) = provider.details.get(key) {
            details.insert(key.to_owned(), value.clone());
        }
    }
    details
}

fn saml_details(provider: &IdentityProvider) -> Map<String, Value> {
    let mut details = Map::from_iter([("IDPSignout".to_owned(), json!(signs_out(provider)))]);
    if let Some((content, kind)) = saml_metadata(provider) {
        let key = if kind == "URL" { "MetadataURL" } else { "MetadataFile" };
        details.insert(key.to_owned(), json!(content));
    }
    details
}

fn has_all_endpoints(provider: &IdentityProvider) -> bool {
    ENDPOINTS
        .iter()
        .all(|(key, _)| provider.details.get(*key).is_some_and(Value::is_string))
}

/// Separated by spaces or commas.
fn scopes(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_str()
        .unwrap_or_default()
        .split([' ', ','])
        .filter(|scope| !scope.is_empty())
}

fn named(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, name)| *name)
}

/// The URLs of Gen 1 and that of the branch, which may be one of them already. Gen 2 refuses empty lists: where there is nothing to
/// name, its own placeholder stands, and the result has to be put right.
fn urls(context: &Context<'_>, urls: Vec<String>) -> (bool, Code) {
    const PLACEHOLDER: &str = "https://example.com";
    let Some(app) = &context.backend.app.app_id else {
        return match urls.is_empty() {
            true => (false, Code::texts([PLACEHOLDER])),
            false => (true, Code::texts(urls)),
        };
    };
    let migrated = context.backend.app.hosting_address(&context.options.branch);
    let own = Code::joined([
        Part::Text("https://".to_owned()),
        Part::Code(Code::import("../branch", "hostName")),
        Part::Text(format!(".{app}.amplifyapp.com/")),
    ]);
    let others = urls
        .into_iter()
        .filter(|url| Some(url) != migrated.as_ref())
        .map(Code::Text);
    (true, Code::Array(others.chain([own]).collect()))
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str() == Some("true")
}

fn parsed_object(value: Option<&Value>) -> Map<String, Value> {
    match value {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
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
