//! Pairing of the auth category: user pool, clients, identity pool, role attachment, groups.

use serde_json::Value;

use super::{
    Pair, Pairing,
    candidate::{Candidate, Candidates, split_hash},
};
use crate::{
    backend::finding::{Finding, Severity},
    refactor::{RefactorError, state::StackState},
};

const USER_POOL: &str = "AWS::Cognito::UserPool";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const GROUP: &str = "AWS::Cognito::UserPoolGroup";

/// Types of which the auth stack has one each.
const SINGLE_TYPES: [&str; 3] = [
    USER_POOL,
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::IdentityPoolRoleAttachment",
];

/// Custom resources by which Gen 1 makes a hosted UI domain and identity providers.
const HOSTED_UI_RESOURCES: [&str; 3] = [
    "HostedUICustomResourceInputs",
    "HostedUIProvidersCustomResourceInputs",
    "OpenIdLambdaInputs",
];

pub(super) fn pair_pool(
    pairing: &Pairing<'_>,
    candidates: &mut Candidates,
    pairs: &mut Vec<Pair>,
    findings: &mut Vec<Finding>,
) -> Result<(), RefactorError> {
    let stack = pairing.source_stack()?;
    for resource_type in SINGLE_TYPES {
        for source in pairing.sources(stack, resource_type) {
            let free = in_auth_stack(candidates.free(resource_type));
            let chosen = candidates.choose(
                pairing,
                &stack.stack.name,
                &source,
                &format!("no {resource_type}"),
                free,
            )?;
            pairs.push(candidates.take(pairing, &stack.stack.name, &source, &chosen)?);
        }
        pairing.take_moved(candidates, stack, resource_type, false, resource_type, pairs)?;
    }
    for source in pairing.sources(stack, CLIENT) {
        let name = literal(pairing, stack, &source, "ClientName");
        let free: Vec<&Candidate> = in_auth_stack(candidates.free(CLIENT))
            .into_iter()
            .filter(|candidate| is_same_client(&source, name.as_deref(), candidate))
            .collect();
        let wanted = format!("no app client for {source}");
        let chosen = candidates.choose(pairing, &stack.stack.name, &source, &wanted, free)?;
        pairs.push(candidates.take(pairing, &stack.stack.name, &source, &chosen)?);
    }
    pairing.take_moved(candidates, stack, CLIENT, false, CLIENT, pairs)?;
    if !pairs
        .iter()
        .any(|pair| pair.gen1_stack == stack.stack.name && pair.resource_type == USER_POOL)
        && pairing.resource.service.as_deref() == Some("Cognito")
        && !has_identity_pool_only(pairs, stack)
    {
        return Err(pairing.gone(stack, "its user pool"));
    }
    if HOSTED_UI_RESOURCES
        .iter()
        .any(|logical_id| stack.template.resource(logical_id).is_some())
    {
        findings.push(hosted_ui(pairing, stack));
    }
    Ok(())
}

pub(super) fn pair_groups(
    pairing: &Pairing<'_>,
    candidates: &mut Candidates,
    pairs: &mut Vec<Pair>,
) -> Result<(), RefactorError> {
    let stack = pairing.source_stack()?;
    for source in pairing.sources(stack, GROUP) {
        let name = literal(pairing, stack, &source, "GroupName");
        let free: Vec<&Candidate> = in_auth_stack(candidates.free(GROUP))
            .into_iter()
            .filter(|candidate| {
                name.is_some() && candidate.property("GroupName").and_then(Value::as_str) == name.as_deref()
            })
            .collect();
        let wanted = format!("no user pool group {}", name.as_deref().unwrap_or(&source));
        let chosen = candidates.choose(pairing, &stack.stack.name, &source, &wanted, free)?;
        pairs.push(candidates.take(pairing, &stack.stack.name, &source, &chosen)?);
    }
    pairing.take_moved(candidates, stack, GROUP, false, GROUP, pairs)?;
    Ok(())
}

/// Those in the stack that `defineAuth` makes; all of them when there is no such stack.
fn in_auth_stack(candidates: Vec<&Candidate>) -> Vec<&Candidate> {
    let own: Vec<&Candidate> = candidates
        .iter()
        .copied()
        .filter(|candidate| split_hash(&candidate.stack_logical_id) == Some("auth"))
        .collect();
    let made_by_amplify: Vec<&Candidate> = own
        .iter()
        .copied()
        .filter(|candidate| candidate.logical_id.starts_with("amplifyAuth"))
        .collect();
    [made_by_amplify, own, candidates]
        .into_iter()
        .find(|list| !list.is_empty())
        .unwrap_or_default()
}

/// `UserPoolClientWeb` is the client that `defineAuth` makes, `UserPoolClient` the one added for native apps; any other
/// client is known by its name.
fn is_same_client(source: &str, name: Option<&str>, candidate: &Candidate) -> bool {
    let is_native = candidate.mentions("NativeAppClient");
    let is_web = candidate.mentions("UserPoolAppClient") && !is_native;
    match source {
        "UserPoolClientWeb" => is_web,
        "UserPoolClient" => is_native,
        _ => name.is_some() && candidate.property("ClientName").and_then(Value::as_str) == name,
    }
}

fn has_identity_pool_only(pairs: &[Pair], stack: &StackState) -> bool {
    pairs
        .iter()
        .any(|pair| pair.gen1_stack == stack.stack.name && pair.resource_type == "AWS::Cognito::IdentityPool")
        && stack
            .template
            .resources()
            .all(|resource| resource.resource_type() != CLIENT)
}

/// A property of a resource, evaluated to a text.
fn literal(pairing: &Pairing<'_>, stack: &StackState, logical_id: &str, property: &str) -> Option<String> {
    pairing
        .evaluated_properties(stack, logical_id)?
        .get(property)?
        .as_str()
        .map(str::to_owned)
}

fn hosted_ui(pairing: &Pairing<'_>, stack: &StackState) -> Finding {
    Finding {
        id: "refactor-hosted-ui".into(),
        severity: Severity::Blocker,
        feature: "auth-oauth".into(),
        message: format!(
            "{} has a hosted UI: its domain and identity providers are made by custom resources in stack {}, which a stack refactor cannot move",
            pairing.resource.id, stack.stack.name
        ),
        path: format!("auth/{}/cli-inputs.json", pairing.resource.id.name),
        line: None,
        remedy: "This version moves user pools without a hosted UI only. Do not refactor this environment yet: the next Gen 2 deployment would try to create a second domain for the pool and fail.".into(),
    }
}
