//! `auth/overrides.ts`: L1 properties, the native client, groups, permissions that name nothing of the backend.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{clients, definition::Definition, groups, hosted_ui, role_overrides, user_pool};
use crate::{
    backend::{finding::Severity, model::Auth},
    generate::{
        context::Context,
        findings::Findings,
        reference::{Handle, Referrer},
        roles,
        setup::{SetupCall, SetupFile},
        typescript::{Code, Statement, camel_case},
    },
};

/// The body of the setup function while it grows.
pub(super) struct Body<'r, 'c> {
    pub referrer: &'r mut Referrer<'c>,
    pub statements: Vec<Statement>,
}

/// `overrides.ts` with what `backend.ts` has to know of it.
pub(super) struct Overrides {
    pub file: View,
    pub call: SetupCall,
    pub post_refactor: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    #[serde(flatten)]
    file: SetupFile,
    returns_client: bool,
}

impl Body<'_, '_> {
    /// Assigns what differs: Gen 1's value, or nothing where Gen 1 has none.
    pub fn override_properties(
        &mut self,
        target: &Code,
        gen1: &Map<String, Value>,
        gen2: &Map<String, Value>,
        not_set: &[&str],
        findings: &mut Findings,
        auth: &Auth,
    ) {
        for (property, value) in gen1 {
            if not_set.contains(&property.as_str()) || gen2.get(property) == Some(value) {
                continue;
            }
            if let Some(code) = self.property(property, value, findings, auth) {
                self.assign(target, property, code);
            }
        }
        for property in gen2.keys() {
            if !gen1.contains_key(property) && !not_set.contains(&property.as_str()) {
                self.assign(target, property, Code::Undefined);
            }
        }
    }

    /// A property's value, or a finding.
    pub fn property(&mut self, name: &str, value: &Value, findings: &mut Findings, auth: &Auth) -> Option<Code> {
        match self.referrer.property(name, value) {
            Ok(code) => Some(code),
            Err(unresolved) => {
                findings.add(
                    "auth-property-unresolved",
                    Severity::Manual,
                    format!(
                        "{name} of auth {} names {}, which has no counterpart in the generated backend",
                        auth.name, unresolved.what
                    ),
                    &auth.location,
                    "Set the property in amplify/auth/overrides.ts.",
                );
                None
            }
        }
    }

    /// `target.applyRemovalPolicy(RemovalPolicy.RETAIN)`
    pub fn retain(&mut self, target: Code) {
        self.statements.push(Statement::Expression(target.method(
            "applyRemovalPolicy",
            vec![Code::import("aws-cdk-lib", "RemovalPolicy").member("RETAIN")],
        )));
    }

    fn assign(&mut self, target: &Code, property: &str, value: Code) {
        self.statements
            .push(Statement::Assign(target.clone().member(camel_case(property)), value));
    }
}

pub(super) fn overrides(
    context: &Context<'_>,
    auth: &Auth,
    definition: &Definition,
    findings: &mut Findings,
) -> Overrides {
    let mut referrer = Referrer::new(context, "..");
    let mut body = Body {
        referrer: &mut referrer,
        statements: Vec::new(),
    };
    user_pool::user_pool(&mut body, context, auth, definition, findings);
    clients::web_client(&mut body, auth, definition, findings);
    let native = auth.native_client.as_ref();
    if let Some(client) = native {
        clients::native_client(&mut body, auth, client, definition, findings);
    }
    hosted_ui::hosted_ui(&mut body, auth, definition, findings);
    if auth.identity_pool.is_none() {
        findings.add(
            "auth-user-pool-only",
            Severity::Warning,
            format!(
                "auth {} has no identity pool in Gen 1; Gen 2 always makes one, without access for guests and without the permissions of Gen 1's roles, which nobody could use",
                auth.name
            ),
            &auth.location,
            "Nothing has to be done. Leave the identity pool out of the app's configuration if it must not be used.",
        );
    }
    if auth.user_pool.is_none() {
        findings.add(
            "auth-identity-pool-only",
            Severity::Warning,
            format!(
                "auth {} has no user pool in Gen 1; Gen 2 always makes one, which nobody can sign up to and whose users the identity pool does not know",
                auth.name
            ),
            &auth.location,
            "Nothing has to be done. Leave the user pool out of the app's configuration.",
        );
    }
    user_pool::identity_pool(&mut body, auth, findings);
    groups::groups(&mut body, auth, findings);
    let mut statements = body.statements;
    statements.extend(role_overrides::statements(context, &mut referrer, findings));
    statements.extend(roles::without_target(context, &mut referrer, findings));
    // The native client is made here; nobody hands it in.
    let handles: BTreeSet<Handle> = referrer
        .into_handles()
        .into_iter()
        .filter(|handle| *handle != Handle::NativeAppClient)
        .collect();
    let destructured = [
        "cfnUserPool",
        "cfnUserPoolClient",
        "cfnIdentityPool",
        "cfnIdentityPoolRoleAttachment",
    ];
    let mut prelude = Vec::new();
    let used: Vec<String> = destructured
        .iter()
        .filter(|name| uses(&statements, name))
        .map(|name| (*name).to_owned())
        .collect();
    let resources = Code::name("backend").path(&["auth", "resources"]);
    if uses(&statements, "userPool") {
        prelude.push(Statement::Destructure(vec!["userPool".to_owned()], resources.clone()));
    }
    if !used.is_empty() {
        prelude.push(Statement::Destructure(used, resources.member("cfnResources")));
    }
    prelude.extend(statements);
    Overrides {
        file: View {
            file: SetupFile::new(context, "..", "overrideAuth", &handles, prelude),
            returns_client: native.is_some(),
        },
        call: SetupCall {
            module: "./auth/overrides".to_owned(),
            function: "overrideAuth".to_owned(),
            handles,
            result: native.map(|_| "nativeAppClient".to_owned()),
        },
        post_refactor: post_refactor(auth, definition),
    }
}

/// Permissions that name nothing of the generated backend, on roles that are referred to.
pub(super) fn rights_of_imported_roles(context: &Context<'_>, findings: &mut Findings) -> Option<Overrides> {
    let mut referrer = Referrer::new(context, "..");
    let statements = roles::without_target(context, &mut referrer, findings);
    if statements.is_empty() {
        return None;
    }
    let handles = referrer.into_handles();
    Some(Overrides {
        file: View {
            file: SetupFile::new(context, "..", "overrideAuth", &handles, statements),
            returns_client: false,
        },
        call: SetupCall {
            module: "./auth/overrides".to_owned(),
            function: "overrideAuth".to_owned(),
            handles,
            result: None,
        },
        post_refactor: Vec::new(),
    })
}

fn uses(statements: &[Statement], name: &str) -> bool {
    let mut found = false;
    for statement in statements {
        statement.walk(&mut |code| found |= matches!(code, Code::Name(used) if used == name));
    }
    found
}

/// What the moved resources have and Gen 2's own could not: their names, providers that were made in the console.
fn post_refactor(auth: &Auth, definition: &Definition) -> Vec<Statement> {
    let construct = |name: &str| Code::name("backend").path(&["auth", "resources", "cfnResources", name]);
    let pool = auth.user_pool.as_ref().map(|pool| &pool.properties);
    let web = auth.web_client.as_ref().map(|client| &client.properties);
    let native = auth.native_client.as_ref().map(|client| &client.properties);
    let identity = auth.identity_pool.as_ref().map(|pool| &pool.properties);
    let names = [
        (construct("cfnUserPool"), "userPoolName", pool, "UserPoolName"),
        (construct("cfnUserPoolClient"), "clientName", web, "ClientName"),
        (Code::name("nativeAppClient"), "clientName", native, "ClientName"),
        (
            construct("cfnIdentityPool"),
            "identityPoolName",
            identity,
            "IdentityPoolName",
        ),
    ];
    let mut statements: Vec<Statement> = names
        .into_iter()
        .filter_map(|(target, member, properties, property)| {
            let name = properties?.get(property)?.as_str()?;
            Some(Statement::Assign(target.member(member), Code::text(name)))
        })
        .collect();
    // Before the refactor the pool of Gen 2 does not have these providers.
    let clients = [
        (construct("cfnUserPoolClient"), &auth.web_client),
        (Code::name("nativeAppClient"), &auth.native_client),
    ];
    for (target, client) in clients {
        let Some(client) = client
            .as_ref()
            .filter(|client| !client.live_identity_providers.is_empty())
        else {
            continue;
        };
        statements.push(Statement::Assign(
            target.member("supportedIdentityProviders"),
            Code::texts(client.live_identity_providers.iter().cloned()),
        ));
    }
    if let Some(prefix) = auth.domain_prefix.as_ref().filter(|_| definition.providers.is_some()) {
        let domain = hosted_ui::user_pool_domain(Code::name("backend").path(&["auth", "resources", "userPool"]));
        statements.push(Statement::Assign(domain.member("domain"), Code::text(prefix)));
    }
    statements
}
