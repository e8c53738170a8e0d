//! What is in the user pool and in no stack: somebody made it in the console, or a program did. It stays where it is when the
//! pool moves, but no template tells of it, so the generated code cannot either.

use super::Interpretation;
use crate::{
    backend::finding::Severity,
    deployment::{ListedClient, UserPoolContents},
};

const CLIENT: &str = "AWS::Cognito::UserPoolClient";

/// What to do about providers that are kept for every client that offers them.
const NOTHING_TO_DO: &str = "Nothing has to be done for this environment. Other branches and sandboxes start without them: to have them there, add them to `externalProviders` on a branch that is not the migrated one.";

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
    // Cognito itself puts the users of a provider into a group of its own.
    let pool = auth.user_pool.as_ref().and_then(|pool| pool.physical_id.as_deref());
    let is_of_provider = |group: &str| {
        let provider = pool.and_then(|pool| group.strip_prefix(pool)?.strip_prefix('_'));
        provider.is_some_and(|provider| contents.identity_providers.iter().any(|name| name == provider))
    };
    let groups: Vec<&str> = contents
        .groups
        .iter()
        .map(String::as_str)
        .filter(|name| !is_in_stack("AWS::Cognito::UserPoolGroup", name))
        .filter(|name| !auth.groups.iter().any(|group| group.name == *name) && !is_of_provider(name))
        .collect();
    let foreign_clients: Vec<String> = contents
        .clients
        .iter()
        .filter(|client| !is_in_stack(CLIENT, &client.id))
        .map(|client| format!("{} ({})", client.name, client.id))
        .collect();
    let providers: Vec<&str> = contents
        .identity_providers
        .iter()
        .map(String::as_str)
        .filter(|name| !is_in_stack("AWS::Cognito::UserPoolIdentityProvider", name) && !told_providers.contains(name))
        .collect();
    let offering: Vec<&ListedClient> = contents
        .clients
        .iter()
        .filter(|client| {
            let mut offered = client.identity_providers.iter();
            is_in_stack(CLIENT, &client.id) && offered.any(|name| providers.contains(&name.as_str()))
        })
        .collect();
    // Only these two are generated: another client is that of a stack which sets its list itself.
    let own_ids: Vec<&str> = [&auth.web_client, &auth.native_client]
        .into_iter()
        .flatten()
        .filter_map(|client| client.physical_id.as_deref())
        .collect();
    let named = |is_own: bool| {
        let clients = offering
            .iter()
            .filter(|client| own_ids.contains(&client.id.as_str()) == is_own);
        clients
            .map(|client| client.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (kept, not_kept) = (named(true), named(false));
    let (groups, clients, providers) = (groups.join(", "), foreign_clients.join(", "), providers.join(", "));
    let of_clients = match (kept.is_empty(), not_kept.is_empty()) {
        (true, true) => "no client that a stack made offers them".to_owned(),
        (false, true) => format!("postRefactor() keeps them for {kept}"),
        (true, false) => format!("{not_kept} offers them, which the next deployment may end"),
        (false, false) => {
            format!(
                "postRefactor() keeps them for {kept}; {not_kept} offers them too, which the next deployment may end"
            )
        }
    };
    if let Some(auth) = &mut interpretation.backend.auth {
        for client in [&mut auth.web_client, &mut auth.native_client].into_iter().flatten() {
            let mut offering = offering.iter();
            if let Some(live) = offering.find(|one| Some(&one.id) == client.physical_id.as_ref()) {
                client.live_identity_providers.clone_from(&live.identity_providers);
            }
        }
    }
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
            if not_kept.is_empty() { Severity::Warning } else { Severity::Manual },
            format!("the user pool has identity providers that no stack made: {providers}; they stay in the pool, and {of_clients}"),
            &location,
            if not_kept.is_empty() {
                NOTHING_TO_DO
            } else {
                "Name the providers in SupportedIdentityProviders of that client, in the stack that makes it, before the deployment that follows the refactor."
            },
        );
    }
}
