//! What is in the user pool and in no stack: somebody made it in the console, or a program did. It stays where it is when the
//! pool moves, but no template tells of it, so the generated code cannot either.

use super::Interpretation;
use crate::{backend::finding::Severity, deployment::UserPoolContents};

pub(super) fn read(interpretation: &mut Interpretation<'_>, contents: &UserPoolContents) {
    let Some(auth) = interpretation.backend.auth.as_ref() else {
        return;
    };
    // Nothing is generated for what is imported.
    if auth.imported.is_some() {
        return;
    }
    let location = auth.location.clone();
    // Gen 1 makes providers by a custom resource, which tells no name.
    let told_providers: Vec<&str> = auth.identity_providers.iter().map(|one| one.name.as_str()).collect();
    let is_in_stack = |resource_type: &str, physical_id: &str| {
        interpretation.deployed.is_some_and(|root| {
            let mut resources = root.walk().into_iter().flat_map(|stack| stack.resources.values());
            resources.any(|one| one.resource_type == resource_type && one.physical_id.as_deref() == Some(physical_id))
        })
    };
    let groups: Vec<&str> = contents
        .groups
        .iter()
        .map(String::as_str)
        .filter(|name| !is_in_stack("AWS::Cognito::UserPoolGroup", name))
        .filter(|name| !auth.groups.iter().any(|group| group.name == *name))
        .collect();
    let clients: Vec<String> = contents
        .clients
        .iter()
        .filter(|client| !is_in_stack("AWS::Cognito::UserPoolClient", &client.id))
        .map(|client| format!("{} ({})", client.name, client.id))
        .collect();
    let providers: Vec<&str> = contents
        .identity_providers
        .iter()
        .map(String::as_str)
        .filter(|name| !is_in_stack("AWS::Cognito::UserPoolIdentityProvider", name) && !told_providers.contains(name))
        .collect();
    let (groups, clients, providers) = (groups.join(", "), clients.join(", "), providers.join(", "));
    if !groups.is_empty() {
        interpretation.finding(
            "auth-console-groups",
            Severity::Warning,
            format!("the user pool has groups that no stack made: {groups}; they stay in the pool with members and roles, and the generated code does not know them"),
            &location,
            "Nothing has to be done for this environment. Other branches and sandboxes start without them: make them there by hand, or add them to `groups` on a branch that is not the migrated one.",
        );
    }
    if !clients.is_empty() {
        interpretation.finding(
            "auth-console-clients",
            Severity::Warning,
            format!("the user pool has app clients that no stack made: {clients}; they stay in the pool, and the generated code does not know them"),
            &location,
            "Nothing has to be done for signing in. Where such a client gets AWS credentials too, add it to cognitoIdentityProviders of the identity pool in amplify/auth/overrides.ts.",
        );
    }
    if !providers.is_empty() {
        interpretation.finding(
            "auth-console-identity-providers",
            Severity::Manual,
            format!("the user pool has identity providers that no stack made: {providers}; they stay in the pool, but Gen 2 gives the app clients only those that the code names"),
            &location,
            "Before the refactor add them to supportedIdentityProviders of the clients in amplify/auth/overrides.ts: without that nobody signs in with them after the next deployment.",
        );
    }
}
