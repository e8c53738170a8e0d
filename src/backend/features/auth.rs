//! Features of the auth category.

use serde_json::Value;

use super::Detection;
use crate::{
    backend::model::FeatureKind,
    project::{MetaResource, texts},
};

pub(super) fn detect(detection: &mut Detection<'_>, resource: &MetaResource) {
    let Some(auth) = detection
        .backend
        .auth
        .as_ref()
        .filter(|auth| auth.name == resource.name)
    else {
        return;
    };
    let inputs = detection.inputs_path(resource);
    if auth.imported.is_some() {
        let meta = detection.project.tree.meta_path.clone();
        detection.add(FeatureKind::AuthImported, Some(resource), "imported user pool", &meta);
        return;
    }
    let config = &auth.cognito_config;
    let get = |key: &str| config.get(key).unwrap_or(&Value::Null);
    let social = [
        ("LoginWithAmazon", FeatureKind::AuthSocialAmazon),
        ("SignInWithApple", FeatureKind::AuthSocialApple),
        ("Google", FeatureKind::AuthSocialGoogle),
        ("Facebook", FeatureKind::AuthSocialFacebook),
    ];
    let mut providers = texts(get("authProvidersUserPool"));
    providers.extend(provider_names(get("hostedUIProviderMeta")));
    providers.extend(providers_of_clients(
        auth.web_client.as_ref().map(|client| &client.properties),
    ));
    for (name, kind) in social {
        if providers.iter().any(|provider| provider == name) {
            detection.add(kind, Some(resource), format!("sign-in with {name}"), &inputs);
        }
    }
    detect_template_providers(detection, resource);
    let hosted = is_true(get("hostedUI"))
        || !texts(get("hostedUIDomainName")).iter().all(String::is_empty)
        || auth
            .web_client
            .iter()
            .chain(&auth.native_client)
            .any(|client| is_filled(client.properties.get("CallbackURLs")));
    if hosted {
        let domain = get("hostedUIDomainName").as_str().unwrap_or_default();
        detection.add(
            FeatureKind::AuthOauth,
            Some(resource),
            format!("hosted UI {domain}"),
            &inputs,
        );
    }
    let third_party = is_true(get("thirdPartyAuth")) || is_filled(config.get("authProviders"));
    let in_pool = auth.identity_pool.as_ref().is_some_and(|pool| {
        [
            "SupportedLoginProviders",
            "OpenIdConnectProviderARNs",
            "SamlProviderARNs",
        ]
        .iter()
        .any(|key| is_filled(pool.properties.get(*key)))
    });
    if third_party || in_pool {
        detection.add(
            FeatureKind::AuthThirdPartyIdentityPool,
            Some(resource),
            "providers of the identity pool",
            &inputs,
        );
    }
    if is_true(get("adminQueries")) {
        let group = get("adminQueryGroup").as_str().unwrap_or_default();
        detection.add(
            FeatureKind::AuthAdminQueries,
            Some(resource),
            format!("admin queries {group}"),
            &inputs,
        );
    }
    let attributes = auth.web_client.iter().chain(&auth.native_client).any(|client| {
        ["ReadAttributes", "WriteAttributes"]
            .iter()
            .any(|key| client.properties.contains_key(*key))
    });
    if attributes || is_true(get("userpoolClientSetAttributes")) {
        detection.add(
            FeatureKind::AuthAttributesReadWrite,
            Some(resource),
            "clients with their own attributes",
            &inputs,
        );
    }
    for (event, template) in trigger_templates(get("triggers")) {
        let kind = if template == "verification-link" {
            FeatureKind::AuthVerificationLink
        } else {
            FeatureKind::AuthTriggerTemplate
        };
        detection.add(kind, Some(resource), format!("{event}: {template}"), &inputs);
    }
    match (&auth.user_pool, &auth.identity_pool) {
        (Some(_), None) => detection.add(
            FeatureKind::AuthUserPoolOnly,
            Some(resource),
            "no identity pool",
            &inputs,
        ),
        (None, Some(_)) => detection.add(
            FeatureKind::AuthIdentityPoolOnly,
            Some(resource),
            "no user pool",
            &inputs,
        ),
        _ => {}
    }
}

pub(super) fn detect_groups(detection: &mut Detection<'_>, resource: &MetaResource) {
    let Some((path, groups)) = &detection.project.group_precedence else {
        return;
    };
    for group in groups.as_array().into_iter().flatten() {
        if is_filled(group.get("customPolicies")) {
            let name = group["groupName"].as_str().unwrap_or_default();
            detection.add(
                FeatureKind::CustomGroupPolicies,
                Some(resource),
                format!("group {name}"),
                path,
            );
        }
    }
}

/// Providers that a template makes as resources.
fn detect_template_providers(detection: &mut Detection<'_>, resource: &MetaResource) {
    let Some(template) = detection
        .project
        .files_of(resource)
        .and_then(|files| files.template.as_ref())
    else {
        return;
    };
    for found in template.template.resources() {
        if found.resource_type() != "AWS::Cognito::UserPoolIdentityProvider" {
            continue;
        }
        let kind = match found.property("ProviderType").and_then(Value::as_str) {
            Some("OIDC") => FeatureKind::AuthOidc,
            Some("SAML") => FeatureKind::AuthSaml,
            _ => continue,
        };
        let name = found
            .property("ProviderName")
            .and_then(Value::as_str)
            .unwrap_or(found.logical_id)
            .to_owned();
        let path = template.path.clone();
        detection.add(kind, Some(resource), name, &path);
    }
}

/// Names in `hostedUIProviderMeta`, which is a list or the text of one.
fn provider_names(meta: &Value) -> Vec<String> {
    let parsed;
    let list = match meta {
        Value::String(text) => {
            parsed = serde_json::from_str(text).unwrap_or(Value::Null);
            &parsed
        }
        other => other,
    };
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|provider| provider["ProviderName"].as_str().map(str::to_owned))
        .collect()
}

fn providers_of_clients(properties: Option<&serde_json::Map<String, Value>>) -> Vec<String> {
    properties
        .and_then(|properties| properties.get("SupportedIdentityProviders"))
        .map(texts)
        .unwrap_or_default()
}

/// `{"PreSignup": ["email-filter-allowlist"]}`, or the text of it. `custom` is the user's own code.
fn trigger_templates(triggers: &Value) -> Vec<(String, String)> {
    let parsed;
    let map = match triggers {
        Value::String(text) => {
            parsed = serde_json::from_str(text).unwrap_or(Value::Null);
            &parsed
        }
        other => other,
    };
    map.as_object()
        .into_iter()
        .flatten()
        .flat_map(|(event, templates)| {
            texts(templates)
                .into_iter()
                .filter(|template| template != "custom")
                .map(move |template| (event.clone(), template))
        })
        .collect()
}

fn is_true(value: &Value) -> bool {
    value == &Value::Bool(true) || value.as_str() == Some("true")
}

/// A list or object with something in it, or a text that is not empty.
pub(super) fn is_filled(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(entries)) => !entries.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        _ => false,
    }
}
