//! User pool, clients, identity pool and groups; domains and identity providers that a Gen 1 stack owns.

use super::{PairingContext, PairingRule};
use crate::refactor::{candidate::Candidate, hosted_ui, identity::without_hash};

const CLIENT: &str = "AWS::Cognito::UserPoolClient";

/// Construct that `defineAuth` makes.
const CONSTRUCT: &str = "amplifyAuth";

pub(super) static USER_POOL: PairingRule = PairingRule {
    category: "auth",
    service: "Cognito",
    types: &[
        "AWS::Cognito::UserPool",
        CLIENT,
        "AWS::Cognito::IdentityPool",
        "AWS::Cognito::IdentityPoolRoleAttachment",
    ],
    attached_types: hosted_ui::TYPES,
    source_keys: auth_source_keys,
    target_keys: auth_target_keys,
    essential: |source| {
        matches!(
            source.id.logical_id.as_str(),
            "UserPool" | "UserPoolClientWeb" | "UserPoolClient" | "IdentityPool" | "IdentityPoolRoleMap"
        )
    },
    always_has_resources: true,
    sole_pair: false,
    incompatibility: |_, _| None,
    hint: auth_hint,
};

pub(super) static GROUPS: PairingRule = PairingRule {
    category: "auth",
    service: "Cognito-UserPool-Groups",
    types: &["AWS::Cognito::UserPoolGroup"],
    attached_types: &[],
    source_keys: |_, group| vec![group.text("GroupName").map(Into::into).into_iter().collect()],
    target_keys: |group| group.text("GroupName").map(Into::into).into_iter().collect(),
    essential: |_| true,
    always_has_resources: false,
    sole_pair: false,
    incompatibility: |_, _| None,
    hint: |group| {
        format!(
            "Add the group {} to defineAuth and deploy the Gen 2 backend.",
            group.text("GroupName").unwrap_or(&group.id.logical_id)
        )
    },
};

/// Part that a client plays: the web client, the native client, or whichever its name tells.
fn auth_source_keys(_: &PairingContext<'_>, source: &Candidate) -> Vec<Vec<String>> {
    if is_attached(source) {
        return vec![hosted_ui::pairing_key(source).into_iter().collect()];
    }
    if source.id.resource_type != CLIENT {
        // One of each kind; where Gen 2 has more, the one of defineAuth.
        return vec![vec![CONSTRUCT.into()], vec![String::new()]];
    }
    match source.id.logical_id.as_str() {
        "UserPoolClientWeb" => vec![vec!["web client".into()]],
        "UserPoolClient" => vec![vec!["native client".into()]],
        _ => vec![client_name(source).into_iter().collect()],
    }
}

fn is_attached(candidate: &Candidate) -> bool {
    hosted_ui::TYPES.contains(&candidate.id.resource_type.as_str())
}

fn auth_target_keys(target: &Candidate) -> Vec<String> {
    if is_attached(target) {
        return hosted_ui::pairing_key(target).into_iter().collect();
    }
    let ours = target.path.iter().any(|segment| segment == CONSTRUCT)
        || target.path.is_empty() && target.id.logical_id.starts_with(CONSTRUCT);
    if target.id.resource_type != CLIENT {
        let construct = ours.then(|| CONSTRUCT.to_owned());
        return construct.into_iter().chain([String::new()]).collect();
    }
    let part = match (ours, client_construct(target)) {
        (true, Some("UserPoolAppClient")) => Some("web client".to_owned()),
        // `generate` adds it to the auth stack beside the construct of defineAuth.
        (_, Some("NativeAppClient" | "UserPoolNativeAppClient")) => Some("native client".to_owned()),
        _ => None,
    };
    part.into_iter().chain(client_name(target)).collect()
}

/// Construct of a client: the segment before `Resource`, or what the logical id ends with.
fn client_construct(client: &Candidate) -> Option<&str> {
    match client.path.as_slice() {
        [.., construct, resource] if resource == "Resource" => Some(construct),
        [.., construct] => Some(construct),
        [] => {
            let name = without_hash(&client.id.logical_id).unwrap_or(&client.id.logical_id);
            Some(name.strip_prefix(CONSTRUCT).unwrap_or(name))
        }
    }
}

fn client_name(client: &Candidate) -> Option<String> {
    client.text("ClientName").map(|name| format!("name {name}"))
}

fn auth_hint(source: &Candidate) -> String {
    match source.id.logical_id.as_str() {
        "UserPoolClient" => {
            "The Gen 2 backend needs a client for native apps (userPool.addClient('NativeAppClient', ...), as `generate` writes it); \
             without it released mobile apps would lose their client."
                .into()
        }
        _ => format!("Deploy a Gen 2 backend that has a {} of its own.", source.id.resource_type),
    }
}
