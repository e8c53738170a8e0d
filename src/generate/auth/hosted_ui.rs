//! What belongs to signing in with other providers, and `defineAuth` cannot say.

use serde_json::Value;

use super::{
    clients::{clients_of, lists_own_providers},
    definition::Definition,
    overrides::Body,
    providers::{FurtherSaml, RemainingSettings, mapping, saml_metadata, signs_out},
};
use crate::{
    backend::model::{Auth, ResourceServer, UserPoolClient},
    generate::{
        findings::Findings,
        typescript::{Code, Scope, Statement, camel_case},
    },
};

/// Names that the setup function declares besides.
const TAKEN: [&str; 10] = [
    "backend",
    "userPool",
    "cfnUserPool",
    "cfnUserPoolClient",
    "cfnIdentityPool",
    "cfnIdentityPoolRoleAttachment",
    "nativeAppClient",
    "smsRole",
    "senderKey",
    "provider",
];

fn cognito(name: &str) -> Code {
    Code::import("aws-cdk-lib/aws-cognito", name)
}

/// Providers, their settings, resource servers, and that all of it outlives its stack, like the pool.
pub(super) fn hosted_ui(body: &mut Body<'_, '_>, auth: &Auth, definition: &Definition, findings: &mut Findings) {
    let mut scope = Scope::with_taken(TAKEN);
    for server in &auth.resource_servers {
        resource_server(body, auth, server, &mut scope, findings);
    }
    let Some(providers) = &definition.providers else {
        return;
    };
    body.retain(user_pool_domain(Code::name("userPool")));
    for saml in &providers.further_saml {
        further_saml(body, saml, &mut scope, auth, findings);
    }
    for settings in &providers.remaining {
        let parent = Code::name("userPool").path(&["node", "scope"]).non_null();
        let construct = parent
            .member("node")
            .method("findChild", vec![Code::text(&settings.construct)]);
        let resource = construct
            .path(&["node", "defaultChild"])
            .cast(cognito("CfnUserPoolIdentityProvider"));
        let name = scope.declare(&format!("cfn{}", settings.construct), "Provider");
        body.statements.push(Statement::Const(name.clone(), resource));
        remaining_settings(body, &Code::Name(name), settings);
    }
    let mut statements = vec![Statement::Expression(Code::name("provider").method(
        "applyRemovalPolicy",
        vec![Code::import("aws-cdk-lib", "RemovalPolicy").member("RETAIN")],
    ))];
    // A client that names its providers by their plain names would be made before them.
    for (_, name) in clients_of(auth).filter(|(client, _)| lists_own_providers(auth, client, definition)) {
        statements.push(Statement::Expression(
            Code::name(name)
                .member("node")
                .method("addDependency", vec![Code::name("provider")]),
        ));
    }
    body.statements.push(Statement::ForOf(
        "provider".to_owned(),
        Code::name("userPool").member("identityProviders"),
        statements,
    ));
}

/// The L1 construct of the domain.
pub(super) fn user_pool_domain(user_pool: Code) -> Code {
    user_pool
        .member("node")
        .method("findChild", vec![Code::text("UserPoolDomain")])
        .path(&["node", "defaultChild"])
        .cast(cognito("CfnUserPoolDomain"))
}

fn further_saml(body: &mut Body<'_, '_>, saml: &FurtherSaml, scope: &mut Scope, auth: &Auth, findings: &mut Findings) {
    let provider = &saml.provider;
    let Some((content, kind)) = saml_metadata(provider) else {
        super::providers::not_carried_over(auth, provider, "its metadata is not known", findings);
        return;
    };
    let source = if kind == "URL" { "url" } else { "file" };
    let mut properties = vec![
        ("userPool", Code::name("userPool")),
        ("name", Code::text(&provider.name)),
        (
            "metadata",
            cognito("UserPoolIdentityProviderSamlMetadata").method(source, vec![Code::text(content)]),
        ),
    ];
    if signs_out(provider) {
        properties.push(("idpSignout", Code::Boolean(true)));
    }
    if !provider.identifiers.is_empty() {
        properties.push(("identifiers", Code::texts(&provider.identifiers)));
    }
    let attribute = |source: &str| cognito("ProviderAttribute").method("other", vec![Code::text(source)]);
    if let Some(mapping) = mapping(provider, attribute) {
        properties.push(("attributeMapping", mapping));
    }
    let construct = cognito("UserPoolIdentityProviderSaml").construct(vec![
        Code::name("backend").path(&["auth", "stack"]),
        Code::text(&provider.name),
        Code::object(properties),
    ]);
    if saml.remaining.is_empty() {
        body.statements.push(Statement::Expression(construct));
        return;
    }
    let name = scope.declare(&provider.name, "Provider");
    body.statements.push(Statement::Const(
        name.clone(),
        construct
            .path(&["node", "defaultChild"])
            .cast(cognito("CfnUserPoolIdentityProvider")),
    ));
    remaining_settings(body, &Code::Name(name), &saml.remaining);
}

fn remaining_settings(body: &mut Body<'_, '_>, resource: &Code, settings: &RemainingSettings) {
    if let Some(mapping) = &settings.attribute_mapping {
        let value = match mapping.is_empty() {
            true => Code::Undefined,
            false => Code::json(&Value::Object(mapping.clone())),
        };
        body.statements
            .push(Statement::Assign(resource.clone().member("attributeMapping"), value));
    }
    for (key, value) in &settings.details {
        body.statements.push(Statement::Expression(resource.clone().method(
            "addPropertyOverride",
            vec![Code::text(format!("ProviderDetails.{key}")), Code::json(value)],
        )));
    }
}

fn resource_server(
    body: &mut Body<'_, '_>,
    auth: &Auth,
    server: &ResourceServer,
    scope: &mut Scope,
    findings: &mut Findings,
) {
    let mut properties = Vec::new();
    for (property, value) in &server.properties {
        if property == "UserPoolId" {
            properties.push(("userPoolId".to_owned(), Code::name("userPool").member("userPoolId")));
        } else if let Some(code) = body.property(property, value, findings, auth) {
            properties.push((camel_case(property), code));
        }
    }
    let name = scope.declare(&lower_first(&server.logical_id), "Server");
    body.statements.push(Statement::Const(
        name.clone(),
        cognito("CfnUserPoolResourceServer").construct(vec![
            Code::name("backend").path(&["auth", "stack"]),
            Code::text(&server.logical_id),
            Code::object(properties),
        ]),
    ));
    body.retain(Code::name(&name));
    let identifier = server.properties.get("Identifier").and_then(Value::as_str);
    for (client, client_name) in clients_of(auth) {
        if identifier.is_some_and(|identifier| asks_for(client, identifier)) {
            body.statements.push(Statement::Expression(
                Code::name(client_name).method("addDependency", vec![Code::name(&name)]),
            ));
        }
    }
}

/// The client may ask for a scope of the resource server.
fn asks_for(client: &UserPoolClient, identifier: &str) -> bool {
    let scopes = client.properties.get("AllowedOAuthScopes").and_then(Value::as_array);
    scopes
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|scope| scope.rsplit_once('/').is_some_and(|(server, _)| server == identifier))
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + characters.as_str()
    })
}
