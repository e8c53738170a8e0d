//! IAM policies of the templates as grants: every statement for every principal of the model, nothing added, nothing left out.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Interpretation, expressions::Decoder};
use crate::{
    backend::{
        finding::Severity,
        model::{Effect, Expression, Grant, Principal, ResourceId, SourceLocation, Statement},
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
};

/// Types that give permissions to roles.
pub(super) const POLICY_TYPES: [&str; 3] = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"];

/// Reads the policies of a stack and of those below it.
pub(super) fn read(interpretation: &mut Interpretation<'_>, stack: &EvaluatedTree) {
    // A stack of the user's own goes over as a whole, its permissions and triggers with it.
    if interpretation.is_custom(stack) {
        return;
    }
    read_own(interpretation, stack);
    for nested in stack.nested.values() {
        read(interpretation, nested);
    }
}

/// Reads the policies of a stack alone.
pub(super) fn read_own(interpretation: &mut Interpretation<'_>, stack: &EvaluatedTree) {
    for resource in stack.template.resources() {
        let gives = POLICY_TYPES.contains(&resource.resource_type()) || resource.resource_type() == "AWS::IAM::Role";
        if gives && interpretation.is_undecided(stack, &resource) {
            continue;
        }
        if POLICY_TYPES.contains(&resource.resource_type()) {
            read_policy(interpretation, stack, &resource);
        } else if resource.resource_type() == "AWS::IAM::Role" {
            read_role(interpretation, stack, &resource);
        }
    }
}

fn read_policy(interpretation: &mut Interpretation<'_>, stack: &EvaluatedTree, policy: &Resource<'_>) {
    let roles = match (policy.property("Roles"), policy.property("RoleName")) {
        (Some(Value::Array(roles)), _) => roles.clone(),
        (Some(role), _) | (None, Some(role)) => vec![role.clone()],
        (None, None) => Vec::new(),
    };
    let owner = interpretation.owner_of(stack);
    let location = interpretation.location(&stack.path);
    for role in &roles {
        match interpretation.decoder.index.principal(role).cloned() {
            Some(principal) => {
                let document = policy.property("PolicyDocument").cloned().unwrap_or_default();
                add_statements(
                    interpretation,
                    &principal,
                    &document,
                    policy.logical_id,
                    &owner,
                    &location,
                );
            }
            None if interpretation.decoder.index.is_internal_role(role) => {}
            None => interpretation.finding(
                "policy-of-unknown-role",
                Severity::Manual,
                format!(
                    "policy {} of {owner} belongs to a role that is not part of the backend: {role}",
                    policy.logical_id
                ),
                &location,
                "Check whether that role still needs these permissions and give them to it outside of the migration.",
            ),
        }
    }
}

/// Policies written inside a role.
fn read_role(interpretation: &mut Interpretation<'_>, stack: &EvaluatedTree, role: &Resource<'_>) {
    let path = if stack.path.is_empty() {
        role.logical_id.to_owned()
    } else {
        format!("{}/{}", stack.path, role.logical_id)
    };
    let Some(principal) = interpretation
        .decoder
        .index
        .principal(&serde_json::json!({ "Ref": path }))
        .cloned()
    else {
        return;
    };
    let owner = interpretation.owner_of(stack);
    let location = interpretation.location(&stack.path);
    for policy in role
        .property("Policies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = policy["PolicyName"].as_str().unwrap_or(role.logical_id).to_owned();
        add_statements(
            interpretation,
            &principal,
            &policy["PolicyDocument"],
            &name,
            &owner,
            &location,
        );
    }
}

/// Adds the statements of a policy document.
pub(super) fn add_statements(
    interpretation: &mut Interpretation<'_>,
    principal: &Principal,
    document: &Value,
    policy: &str,
    owner: &ResourceId,
    location: &SourceLocation,
) {
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Object(_) => vec![document["Statement"].clone()],
        _ => Vec::new(),
    };
    for (position, value) in statements.iter().enumerate() {
        match statement(&interpretation.decoder, value, owner) {
            Ok(statement) => interpretation.backend.grants.push(Grant {
                principal: principal.clone(),
                statement,
                policy: policy.to_owned(),
                location: location.clone(),
            }),
            Err(reason) => interpretation.finding(
                "policy-statement-unreadable",
                Severity::Manual,
                format!("statement {} of policy {policy} of {owner} {reason}", position + 1),
                location,
                "Write the permission into the generated code by hand.",
            ),
        }
    }
}

/// A statement, or why it cannot be one.
pub(super) fn statement(decoder: &Decoder<'_>, value: &Value, owner: &ResourceId) -> Result<Statement, String> {
    let effect = match value["Effect"].as_str() {
        // The CLI takes custom policies without effect for allowing ones.
        Some("Allow") | None => Effect::Allow,
        Some("Deny") => Effect::Deny,
        Some(other) => return Err(format!("has the effect {other:?}")),
    };
    let statement = Statement {
        effect,
        actions: literals(decoder, &value["Action"], owner, "an action")?,
        not_actions: literals(decoder, &value["NotAction"], owner, "an action")?,
        resources: decoder.expressions(&value["Resource"], owner),
        not_resources: decoder.expressions(&value["NotResource"], owner),
        conditions: conditions(decoder, &value["Condition"], owner),
    };
    if statement.actions.is_empty() && statement.not_actions.is_empty() {
        return Err("names no action".to_owned());
    }
    if statement.resources.is_empty() && statement.not_resources.is_empty() {
        return Err("names no resource".to_owned());
    }
    Ok(statement)
}

fn literals(decoder: &Decoder<'_>, value: &Value, owner: &ResourceId, what: &str) -> Result<Vec<String>, String> {
    decoder
        .expressions(value, owner)
        .into_iter()
        .filter(|expression| expression.as_literal() != Some(""))
        .map(|expression| match expression {
            Expression::Literal(text) => Ok(text.trim().to_owned()),
            _ => Err(format!("has {what} that is not known")),
        })
        .collect()
}

fn conditions(
    decoder: &Decoder<'_>,
    value: &Value,
    owner: &ResourceId,
) -> IndexMap<String, IndexMap<String, Vec<Expression>>> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(operator, keys)| {
            let keys = keys
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, values)| (key.clone(), decoder.expressions(values, owner)))
                .collect();
            (operator.clone(), keys)
        })
        .collect()
}
