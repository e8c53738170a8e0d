//! Sign-in with other providers: what the CLI's custom resources make from the answers of its wizard, and what an override
//! adds to the template.

use serde_json::{Map, Value, json};

use super::{Interpretation, id_of};
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, IdentityProvider, ResourceServer, SourceLocation, VerificationPage},
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::{MetaResource, files_below, join, texts},
};

/// The CLI's custom resource that makes the domain.
const DOMAIN_INPUTS: &str = "HostedUICustomResourceInputs";
/// The CLI's custom resource that makes the providers of the wizard.
const PROVIDER_INPUTS: &str = "HostedUIProvidersCustomResourceInputs";
/// Ids, keys and secrets among the details of a provider.
const SECRET_DETAILS: [&str; 5] = ["client_id", "client_secret", "team_id", "key_id", "private_key"];

/// Reads everything about signing in besides the pool and its two clients.
pub(super) fn read(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    stack: &EvaluatedTree,
    auth: &mut Auth,
) {
    let location = interpretation.location_of(resource);
    for meta in wizard_providers(stack, auth) {
        if let Some(provider) = wizard_provider(&meta, &location) {
            auth.identity_providers.push(provider);
        }
    }
    auth.domain_prefix = wizard_domain(interpretation, stack, auth);
    for found in stack.template.resources() {
        match found.resource_type() {
            "AWS::Cognito::UserPoolIdentityProvider" => read_provider(interpretation, resource, &found, auth),
            "AWS::Cognito::UserPoolResourceServer" => {
                let properties = found.properties().cloned().unwrap_or_default();
                auth.resource_servers.push(ResourceServer {
                    logical_id: found.logical_id.to_owned(),
                    properties: interpretation.decoder.properties(&properties, &id_of(resource)),
                });
            }
            "AWS::Cognito::UserPoolDomain" => read_domain(interpretation, &found, auth, &location),
            "AWS::S3::Bucket" if found.logical_id == VerificationPage::BUCKET => {
                auth.verification_page = verification_page(interpretation, resource, &found, &location);
            }
            _ => {}
        }
    }
}

/// What the wizard asked about providers, as it is deployed, else as its file says.
fn wizard_providers(stack: &EvaluatedTree, auth: &Auth) -> Vec<Value> {
    let deployed = stack
        .template
        .resource(PROVIDER_INPUTS)
        .and_then(|found| found.property("hostedUIProviderMeta"));
    let value = deployed.or_else(|| auth.cognito_config.get("hostedUIProviderMeta"));
    match value {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(Value::Array(providers)) => providers.clone(),
        _ => Vec::new(),
    }
}

fn wizard_provider(meta: &Value, location: &SourceLocation) -> Option<IdentityProvider> {
    let name = meta["ProviderName"].as_str()?.to_owned();
    let mut details = Map::new();
    if let Some(scopes) = meta.get("authorize_scopes") {
        details.insert("authorize_scopes".to_owned(), scopes.clone());
    }
    Some(IdentityProvider {
        kind: name.clone(),
        name,
        details,
        attribute_mapping: meta["AttributeMapping"].as_object().cloned().unwrap_or_default(),
        identifiers: Vec::new(),
        location: location.clone(),
    })
}

/// Only one environment has the prefix of the wizard as it is: the one without a name.
fn wizard_domain(interpretation: &Interpretation<'_>, stack: &EvaluatedTree, auth: &Auth) -> Option<String> {
    let deployed = stack
        .template
        .resource(DOMAIN_INPUTS)
        .and_then(|found| found.property("hostedUIDomainName")?.as_str().map(str::to_owned));
    deployed
        .or_else(|| {
            let prefix = auth.cognito_config.get("hostedUIDomainName")?.as_str()?;
            Some(format!("{prefix}-{}", interpretation.backend.app.environment)).filter(|_| !prefix.is_empty())
        })
        .filter(|domain| !domain.is_empty())
}

fn read_domain(
    interpretation: &mut Interpretation<'_>,
    found: &Resource<'_>,
    auth: &mut Auth,
    location: &SourceLocation,
) {
    let domain = found.property("Domain").and_then(Value::as_str);
    if found.property("CustomDomainConfig").is_some() {
        interpretation.finding(
            "auth-custom-domain",
            Severity::Manual,
            format!(
                "{} signs users in at its own domain {}; a domain belongs to one user pool, and Gen 2 gives its pool a prefix domain",
                auth.name,
                domain.unwrap_or(found.logical_id)
            ),
            location,
            "Leave the domain where it is until the refactor is done; then add a UserPoolDomain with customDomain to amplify/auth/overrides.ts and import the domain into the stack, or make it again and point its DNS record at the new alias target.",
        );
    } else if let Some(domain) = domain {
        auth.domain_prefix = Some(domain.to_owned());
    }
}

/// A provider that an override added.
fn read_provider(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    found: &Resource<'_>,
    auth: &mut Auth,
) {
    let owner = id_of(resource);
    let location = interpretation.location_of(resource);
    let mapped = |property: &str| {
        let value = found.property(property).and_then(Value::as_object).cloned();
        interpretation.decoder.properties(&value.unwrap_or_default(), &owner)
    };
    let text = |property: &str| found.property(property).and_then(Value::as_str).map(str::to_owned);
    let (Some(name), Some(kind)) = (text("ProviderName"), text("ProviderType")) else {
        interpretation.finding(
            "auth-provider-unknown",
            Severity::Manual,
            format!(
                "the name or type of identity provider {} of {owner} is not known",
                found.logical_id
            ),
            &location,
            "Add the provider to externalProviders in amplify/auth/resource.ts.",
        );
        return;
    };
    let mut details = mapped("ProviderDetails");
    details.retain(|key, _| !SECRET_DETAILS.contains(&key.as_str()));
    let provider = IdentityProvider {
        name,
        kind,
        details,
        attribute_mapping: mapped("AttributeMapping"),
        identifiers: found.property("IdpIdentifiers").map(texts).unwrap_or_default(),
        location,
    };
    auth.identity_providers.retain(|known| known.name != provider.name);
    auth.identity_providers.push(provider);
}

fn verification_page(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    found: &Resource<'_>,
    location: &SourceLocation,
) -> Option<VerificationPage> {
    let environment = &interpretation.backend.app.environment;
    let bucket_name = found.property("BucketName").and_then(Value::as_str)?.to_owned();
    let bucket_prefix = bucket_name
        .strip_suffix(&format!("-{environment}"))
        .unwrap_or(&bucket_name)
        .to_owned();
    let directory = join(&interpretation.project.files_of(resource)?.directory, "assets");
    let files = files_below(interpretation.project.files(), &directory, &[".DS_Store"]).unwrap_or_default();
    if files.is_empty() {
        interpretation.finding(
            "auth-verification-page-missing",
            Severity::Warning,
            format!(
                "the page that the verification link of {} opens is not among the files; it stays in bucket {bucket_name}, and other branches have none",
                resource.path()
            ),
            location,
            "Fetch the deployed backend with `amplify pull`, or download the page from the bucket into amplify/auth/verification-page.",
        );
    }
    Some(VerificationPage {
        bucket_prefix,
        bucket_name,
        directory: (!files.is_empty()).then_some(directory),
        files,
    })
}

/// Google's entry among the account's OpenID Connect providers, which a custom resource of the CLI makes and whose ARN it returns.
pub(super) fn with_google_provider(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let is_google = entries.get("Fn::GetAtt").is_some_and(|arguments| {
                arguments[0]
                    .as_str()
                    .is_some_and(|path| path.ends_with("/OpenIdLambdaInputs"))
                    && arguments[1] == "providerArn"
            });
            if is_google {
                let (partition, account) = (json!({ "Ref": "AWS::Partition" }), json!({ "Ref": "AWS::AccountId" }));
                return json!({ "Fn::Join": ["", ["arn:", partition, ":iam::", account, ":oidc-provider/accounts.google.com"]] });
            }
            Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), with_google_provider(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(with_google_provider).collect(),
        other => other.clone(),
    }
}
