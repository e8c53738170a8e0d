use serde_json::Number;

use crate::{
    backend::{
        finding::Severity,
        model::{AuthorizationMode, GraphqlApi},
    },
    generate::{
        context::Context,
        findings::Findings,
        typescript::{Code, Statement},
    },
};

/// Gen 2 wants a time to live of OIDC tokens; where Gen 1 has none, [`exact`] takes it away again.
const NO_LIMIT_SECONDS: u64 = 0;
/// AppSync's own, when the API does not say any.
const LAMBDA_DEFAULT_SECONDS: u32 = 300;
const MILLISECONDS: f64 = 1000.0;

/// `authorizationModes`
pub(super) fn modes(context: &Context<'_>, data: &GraphqlApi, findings: &mut Findings) -> Code {
    let mut properties = vec![("defaultAuthorizationMode", Code::text(name(&data.default_mode)))];
    for mode in std::iter::once(&data.default_mode).chain(&data.additional_modes) {
        let (key, settings) = match mode {
            AuthorizationMode::ApiKey {
                expires_in_days,
                description,
            } => (
                "apiKeyAuthorizationMode",
                api_key(*expires_in_days, description.as_deref()),
            ),
            AuthorizationMode::OpenIdConnect {
                name,
                issuer_url,
                client_id,
                auth_ttl_ms,
                issued_at_ttl_ms,
            } => {
                let mut settings = vec![
                    ("oidcProviderName", Code::text(name)),
                    ("oidcIssuerUrl", Code::text(issuer_url)),
                ];
                if let Some(client) = client_id {
                    settings.push(("clientId", Code::text(client)));
                }
                settings.push(("tokenExpiryFromAuthInSeconds", seconds(*auth_ttl_ms)));
                settings.push(("tokenExpireFromIssueInSeconds", seconds(*issued_at_ttl_ms)));
                ("oidcAuthorizationMode", Code::object(settings))
            }
            AuthorizationMode::Lambda { function, ttl_seconds } => {
                let Some(name) = context
                    .names
                    .functions
                    .get(function)
                    .filter(|_| context.is_generated(function))
                else {
                    findings.add(
                        "auth-mode-lambda",
                        Severity::Manual,
                        format!("the API {} is authorized by function {function}, which is not generated", data.name),
                        &data.location,
                        "Define the function by hand and name it in lambdaAuthorizationMode in amplify/data/resource.ts.",
                    );
                    continue;
                };
                let module = format!("../function/{}/resource", name.folder);
                (
                    "lambdaAuthorizationMode",
                    Code::object([
                        ("function", Code::import(module, &name.identifier)),
                        (
                            "timeToLiveInSeconds",
                            Code::number(ttl_seconds.unwrap_or(LAMBDA_DEFAULT_SECONDS)),
                        ),
                    ]),
                )
            }
            AuthorizationMode::UserPool | AuthorizationMode::Iam => continue,
        };
        properties.push((key, settings));
    }
    Code::object(properties)
}

/// Gen 1 counts milliseconds. What seconds cannot say in the library's own arithmetic is set by [`exact`].
fn seconds(milliseconds: Option<u64>) -> Code {
    let Some(milliseconds) = milliseconds else {
        return Code::number(NO_LIMIT_SECONDS);
    };
    match in_seconds(milliseconds) {
        Some(number) => Code::Number(number),
        None => Code::number(milliseconds / 1000),
    }
}

/// Seconds that the library turns back into exactly these milliseconds.
fn in_seconds(milliseconds: u64) -> Option<Number> {
    if milliseconds.is_multiple_of(1000) {
        return Some((milliseconds / 1000).into());
    }
    let milliseconds = f64::from(u32::try_from(milliseconds).ok()?);
    let seconds = milliseconds / MILLISECONDS;
    // The library refuses what is not whole after its multiplication.
    let whole = (seconds * MILLISECONDS).to_bits() == milliseconds.to_bits();
    whole.then(|| Number::from_f64(seconds)).flatten()
}

/// Settings of the API that `defineData` has no word for.
pub(super) fn exact(context: &Context<'_>, data: &GraphqlApi, findings: &mut Findings) -> Vec<Statement> {
    let api = Code::name("backend").path(&["data", "resources", "cfnResources", "cfnGraphqlApi"]);
    let mut statements = Vec::new();
    for (position, mode) in std::iter::once(&data.default_mode)
        .chain(&data.additional_modes)
        .enumerate()
    {
        let AuthorizationMode::OpenIdConnect {
            auth_ttl_ms,
            issued_at_ttl_ms,
            ..
        } = mode
        else {
            continue;
        };
        let holder = match position {
            0 => "OpenIDConnectConfig".to_owned(),
            _ => format!(
                "AdditionalAuthenticationProviders.{}.OpenIDConnectConfig",
                providers_before_oidc(data)
            ),
        };
        for (property, milliseconds) in [("AuthTTL", auth_ttl_ms), ("IatTTL", issued_at_ttl_ms)] {
            let path = Code::text(format!("{holder}.{property}"));
            let call = match milliseconds {
                None => api.clone().method("addPropertyDeletionOverride", vec![path]),
                Some(exactly) if in_seconds(*exactly).is_none() => api
                    .clone()
                    .method("addPropertyOverride", vec![path, Code::number(*exactly)]),
                Some(_) => continue,
            };
            statements.push(Statement::Expression(call));
        }
    }
    let known = all_providers(context, data).saturating_sub(1);
    for (position, provider) in data.further_providers.iter().enumerate() {
        let kind = provider["AuthenticationType"].as_str().unwrap_or_default();
        if kind != "OPENID_CONNECT" {
            findings.add(
                "auth-mode-repeated",
                Severity::Manual,
                format!(
                    "the API {} has a second authorization mode {kind}; Gen 2 takes one",
                    data.name
                ),
                &data.location,
                "Add it in amplify/data/overrides.ts with an override of AdditionalAuthenticationProviders.",
            );
            continue;
        }
        let path = format!("AdditionalAuthenticationProviders.{}", known + position);
        let call = api
            .clone()
            .method("addPropertyOverride", vec![Code::text(path), Code::json(provider)]);
        statements.push(Statement::Expression(call));
    }
    statements
}

/// Place of the OIDC provider in the list that the library makes: behind the API key and the function.
fn providers_before_oidc(data: &GraphqlApi) -> usize {
    data.additional_modes
        .iter()
        .filter(|mode| {
            matches!(
                mode,
                AuthorizationMode::ApiKey { .. } | AuthorizationMode::Lambda { .. }
            )
        })
        .count()
}

/// Modes of the API that the library makes: it adds IAM, and the user pool where there is one.
fn all_providers(context: &Context<'_>, data: &GraphqlApi) -> usize {
    let told = std::iter::once(&data.default_mode).chain(&data.additional_modes);
    let others = told
        .filter(|mode| !matches!(mode, AuthorizationMode::UserPool | AuthorizationMode::Iam))
        .count();
    others + 1 + usize::from(crate::generate::auth::is_defined(context))
}

fn name(mode: &AuthorizationMode) -> &'static str {
    match mode {
        AuthorizationMode::ApiKey { .. } => "apiKey",
        AuthorizationMode::UserPool => "userPool",
        AuthorizationMode::Iam => "identityPool",
        AuthorizationMode::OpenIdConnect { .. } => "oidc",
        AuthorizationMode::Lambda { .. } => "lambda",
    }
}

fn api_key(expires_in_days: Option<u32>, description: Option<&str>) -> Code {
    let mut settings = Vec::new();
    if let Some(days) = expires_in_days {
        settings.push(("expiresInDays", Code::number(days)));
    }
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        settings.push(("description", Code::text(description)));
    }
    Code::object(settings)
}
