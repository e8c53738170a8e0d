//! Secrets: what they are called in Gen 2, and the script that copies their values. A value is never read here.

use serde::Serialize;
use serde_json::Value;

use super::{
    context::Context, error::GenerateError, template::render as render_template, tree::FileTree, typescript::Code,
};
use crate::backend::model::{Auth, Backend, EnvironmentValue};

/// Where the script lies.
pub const SCRIPT: &str = "amplify/copy-secrets.mjs";

/// Secrets of sign-in providers: kind of the provider, detail of it that Cognito knows, name in `externalProviders`.
const PROVIDERS: [(&str, &[(&str, &str)]); 4] = [
    (
        "Google",
        &[
            ("client_id", "GOOGLE_CLIENT_ID"),
            ("client_secret", "GOOGLE_CLIENT_SECRET"),
        ],
    ),
    (
        "Facebook",
        &[
            ("client_id", "FACEBOOK_CLIENT_ID"),
            ("client_secret", "FACEBOOK_CLIENT_SECRET"),
        ],
    ),
    (
        "LoginWithAmazon",
        &[
            ("client_id", "LOGINWITHAMAZON_CLIENT_ID"),
            ("client_secret", "LOGINWITHAMAZON_CLIENT_SECRET"),
        ],
    ),
    (
        "SignInWithApple",
        &[
            ("client_id", "SIWA_CLIENT_ID"),
            ("key_id", "SIWA_KEY_ID"),
            ("private_key", "SIWA_PRIVATE_KEY"),
            ("team_id", "SIWA_TEAM_ID"),
        ],
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    branch: String,
    app_id: Option<String>,
    region: String,
    function_secrets: Code,
    provider_secrets: Code,
}

/// Name of a function's secret in Gen 2, where all secrets of a branch share their names: with the function's name in front
/// where two functions, or a sign-in provider, have a secret of the same name.
pub fn name_of(backend: &Backend, function: &str, secret: &str) -> String {
    let others = backend.functions.iter().filter(|other| other.name != function);
    let shared = others
        .flat_map(|other| other.environment.values())
        .any(|value| matches!(value, EnvironmentValue::Secret(name) if name == secret));
    let of_provider = PROVIDERS
        .iter()
        .flat_map(|(_, secrets)| secrets.iter())
        .any(|(_, name)| *name == secret);
    if shared || of_provider {
        format!("{function}_{secret}")
    } else {
        secret.to_owned()
    }
}

/// Writes the script, when there is anything to copy.
pub fn generate(context: &Context<'_>, tree: &mut FileTree) -> Result<(), GenerateError> {
    let backend = context.backend;
    let mut function_secrets = Vec::new();
    for function in context.functions() {
        for value in function.environment.values() {
            let EnvironmentValue::Secret(secret) = value else {
                continue;
            };
            let Some(from) = function.secret_paths.get(secret) else {
                continue;
            };
            function_secrets.push(Code::object([
                ("name", Code::text(name_of(backend, &function.name, secret))),
                ("from", Code::text(from)),
            ]));
        }
    }
    let provider_secrets = provider_secrets(backend);
    if function_secrets.is_empty() && provider_secrets.is_empty() {
        return Ok(());
    }
    let view = View {
        branch: context.options.branch.clone(),
        app_id: backend.app.app_id.clone(),
        region: backend.app.region.clone(),
        function_secrets: Code::Array(function_secrets),
        provider_secrets: Code::Array(provider_secrets),
    };
    tree.insert(SCRIPT, render_template("copy-secrets", &view)?);
    Ok(())
}

/// Whether the script copies the secrets of a sign-in provider.
pub fn are_copied(auth: &Auth, provider: &str) -> bool {
    let is_known = PROVIDERS.iter().any(|(name, _)| *name == provider);
    let pool = auth.user_pool.as_ref().and_then(|pool| pool.physical_id.as_ref());
    is_known
        && pool.is_some()
        && auth.imported.is_none()
        && names_of_providers(auth).iter().any(|name| name == provider)
}

fn provider_secrets(backend: &Backend) -> Vec<Code> {
    let Some(auth) = backend.auth.as_ref().filter(|auth| auth.imported.is_none()) else {
        return Vec::new();
    };
    let Some(pool) = auth.user_pool.as_ref().and_then(|pool| pool.physical_id.as_ref()) else {
        return Vec::new();
    };
    let providers = names_of_providers(auth);
    PROVIDERS
        .iter()
        .filter(|(provider, _)| providers.iter().any(|name| name == provider))
        .flat_map(|(provider, secrets)| secrets.iter().map(move |secret| (provider, secret)))
        .map(|(provider, (detail, name))| {
            Code::object([
                ("name", Code::text(*name)),
                ("userPoolId", Code::text(pool)),
                ("provider", Code::text(*provider)),
                ("detail", Code::text(*detail)),
            ])
        })
        .collect()
}

/// The providers of the CLI's wizard that users sign in with.
fn names_of_providers(auth: &Auth) -> Vec<String> {
    let meta = auth.cognito_config.get("hostedUIProviderMeta");
    let parsed: Option<Value> = meta
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str(text).ok())
        .or_else(|| meta.cloned());
    parsed
        .iter()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|provider| provider["ProviderName"].as_str().map(str::to_owned))
        .collect()
}
