//! `awscloudformation/override.ts`: what the deployed root stack has beyond what the CLI writes for the roles of users and for
//! the deployment bucket.

use serde_json::{Value, json};

use super::Interpretation;
use crate::{
    backend::{
        finding::Severity,
        model::{Category, Principal, ResourceId, RoleOverride, SourceLocation},
    },
    project::overrides,
};

/// Properties of the bucket that the CLI writes itself.
const OF_THE_BUCKET: [&str; 4] = [
    "BucketName",
    "BucketEncryption",
    "AccessControl",
    "PublicAccessBlockConfiguration",
];

pub(super) fn read(interpretation: &mut Interpretation<'_>) {
    let root = &interpretation.stacks.symbolic;
    for (logical_id, principal) in [
        ("AuthRole", Principal::Authenticated),
        ("UnauthRole", Principal::Unauthenticated),
    ] {
        if let Some(role) = root.template.resource(logical_id) {
            let properties = role.properties().cloned().unwrap_or_default();
            read_role(interpretation, &properties, logical_id, principal);
        }
    }
    let bucket = root.template.resource("DeploymentBucket");
    let changed: Vec<String> = bucket
        .and_then(|bucket| bucket.properties())
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .filter(|name| !OF_THE_BUCKET.contains(&name.as_str()))
        .collect();
    if !changed.is_empty() {
        let location = location(interpretation, "deploymentBucket");
        interpretation.finding(
            "project-override-bucket",
            Severity::Info,
            format!("the deployment bucket has settings of its own: {}", changed.join(", ")),
            &location,
            "Nothing has to be done: Gen 2 deploys through the bucket of the CDK's bootstrap stack. Set the same there if a rule asks for it.",
        );
    }
}

fn read_role(
    interpretation: &mut Interpretation<'_>,
    properties: &serde_json::Map<String, Value>,
    logical_id: &str,
    principal: Principal,
) {
    let member = if principal == Principal::Authenticated {
        "authRole"
    } else {
        "unauthRole"
    };
    let location = location(interpretation, member);
    let owner = ResourceId::new(Category("providers".to_owned()), "awscloudformation");
    if let Some(trust) = properties
        .get("AssumeRolePolicyDocument")
        .filter(|trust| !is_trust_of_the_cli(trust))
    {
        interpretation.finding(
            "project-override-trust",
            Severity::Manual,
            format!(
                "the trust policy of {logical_id} is not the CLI's: {trust}; the generated role trusts the identity pool alone"
            ),
            &location,
            "If somebody else takes on this role, allow it with assumeRolePolicy.addStatements in amplify/auth/overrides.ts.",
        );
    }
    let deployed_name = match principal {
        Principal::Authenticated => interpretation.backend.app.authenticated_role_name.as_deref(),
        _ => interpretation.backend.app.unauthenticated_role_name.as_deref(),
    };
    let named_otherwise = properties
        .get("RoleName")
        .is_some_and(|name| *name != json!({ "Ref": logical_id }) && name.as_str() != deployed_name);
    if named_otherwise {
        interpretation.finding(
            "project-override-name",
            Severity::Warning,
            format!("{logical_id} has a name of its own; the Gen 1 role keeps it, the role of Gen 2 gets a new one"),
            &location,
            "Look for places outside of the backend that name the role, for example policies of buckets and keys.",
        );
    }
    let overridden = properties
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "AssumeRolePolicyDocument" | "RoleName" | "Policies"))
        .map(|(name, value)| (name.clone(), interpretation.decoder.property(value, &owner)))
        .collect::<serde_json::Map<_, _>>();
    if !overridden.is_empty() {
        interpretation.backend.role_overrides.push(RoleOverride {
            principal,
            properties: overridden,
            location,
        });
    }
}

/// The CLI denies everybody at first and lets a function put the identity pool in.
fn is_trust_of_the_cli(trust: &Value) -> bool {
    let statements = match &trust["Statement"] {
        Value::Array(statements) => statements.clone(),
        single => vec![single.clone()],
    };
    statements.iter().all(|statement| {
        statement["Principal"] == json!({ "Federated": "cognito-identity.amazonaws.com" })
            && statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    })
}

fn location(interpretation: &Interpretation<'_>, needle: &str) -> SourceLocation {
    match &interpretation.project.root_override {
        Some((path, text)) => SourceLocation {
            path: path.clone(),
            line: overrides::line_naming(text, needle),
        },
        None => interpretation.location(""),
    }
}
