use crate::{
    backend::{
        finding::Severity,
        model::{AuthorizationMode, GraphqlApi},
    },
    generate::{context::Context, findings::Findings, typescript::Code},
};

/// Gen 1's time to live of an OIDC token when the API does not say any: none, for which Gen 2 has no word.
const OIDC_DEFAULT_SECONDS: u64 = 0;
const LAMBDA_DEFAULT_SECONDS: u32 = 300;

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
                let seconds = |milliseconds: Option<u64>| {
                    Code::number(milliseconds.map_or(OIDC_DEFAULT_SECONDS, |milliseconds| milliseconds / 1000))
                };
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
        if properties.iter().any(|(taken, _)| *taken == key) {
            findings.add(
                "auth-mode-repeated",
                Severity::Manual,
                format!(
                    "the API {} has several authorization modes of one kind; Gen 2 takes one",
                    data.name
                ),
                &data.location,
                "Add the others with an override of additionalAuthenticationProviders.",
            );
        } else {
            properties.push((key, settings));
        }
    }
    Code::object(properties)
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
