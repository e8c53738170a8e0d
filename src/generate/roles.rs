//! Permissions of signed-in users, guests and groups.

use super::{
    context::Context,
    findings::Findings,
    reference::Referrer,
    typescript::{Code, Statement},
    wiring::policy_statement,
};
use crate::backend::{
    finding::Severity,
    model::{Category, CustomStack, Grant, Principal, Target},
};

/// Grants of users' roles, those of REST APIs apart (they are written with the API).
pub fn of_users<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Grant> {
    context
        .backend
        .grants
        .iter()
        .filter(|grant| !context.has_unused_identities() && !matches!(grant.principal, Principal::Function(_)))
        .filter(|grant| !names_rest_api(grant))
}

fn names_rest_api(grant: &Grant) -> bool {
    targets(grant).any(|target| matches!(target, Target::RestApi(_)))
}

/// What a grant's resources name.
pub fn targets(grant: &Grant) -> impl Iterator<Item = &Target> {
    grant
        .statement
        .resources
        .iter()
        .chain(&grant.statement.not_resources)
        .flat_map(|resource| resource.references())
        .map(|reference| &reference.target)
}

/// The role exists in the generated backend.
pub fn has_role(context: &Context<'_>, principal: &Principal) -> bool {
    match principal {
        Principal::Authenticated | Principal::Unauthenticated => super::auth::is_defined(context),
        Principal::Group(name) => super::auth::is_defined(context) && context.has_group(name),
        Principal::Function(name) => context.is_generated(name),
    }
}

/// A finding for a permission that cannot be given.
pub fn not_granted(grant: &Grant, why: &str, findings: &mut Findings) {
    findings.not_granted(grant.into(), why);
    findings.add(
        "grant-unresolved",
        Severity::Manual,
        format!(
            "{} may {} in Gen 1 (policy {}), which is not carried over: {why}",
            grant.principal,
            grant.statement.actions.join(", "),
            grant.policy
        ),
        &grant.location,
        "Add the statement to the role in amplify/auth/overrides.ts.",
    );
}

/// Permissions whose resources name nothing of the generated backend: they go to the role itself.
pub fn without_target(context: &Context<'_>, referrer: &mut Referrer<'_>, findings: &mut Findings) -> Vec<Statement> {
    let mut statements = Vec::new();
    for grant in of_users(context) {
        if targets(grant).any(|target| is_placed_elsewhere(context, target)) {
            continue;
        }
        if !has_role(context, &grant.principal) {
            not_granted(grant, "there is no such role", findings);
            continue;
        }
        match policy_statement(referrer, &grant.statement) {
            Ok(code) => {
                findings.granted(grant.into());
                statements.push(Statement::Expression(
                    referrer
                        .role(&grant.principal)
                        .method("addToPrincipalPolicy", vec![code]),
                ));
            }
            Err(unresolved) => not_granted(grant, &format!("{} has no counterpart", unresolved.what), findings),
        }
    }
    statements
}

/// Permissions on a resource are written beside it, so that the stack of auth does not depend on the resource's stack.
fn is_placed_elsewhere(context: &Context<'_>, target: &Target) -> bool {
    matches!(
        target,
        Target::Bucket(_)
            | Target::Table(_)
            | Target::KinesisStream(_)
            | Target::GraphqlApi
            | Target::ModelTable(_)
            | Target::Function(_)
            | Target::RestApi(_)
    ) || is_in_own_stack(context, target)
}

fn is_in_own_stack(context: &Context<'_>, target: &Target) -> bool {
    matches!(target, Target::Other(resource)
        if resource.category == Category::custom()
            || resource.category == Category::geo()
            || context.names.custom_stacks.contains_key(&CustomStack::name_of_additions(resource)))
}

/// Permissions of users that name something for which `belongs` says yes, as one policy for each role in the stack `scope`.
pub fn policies(
    context: &Context<'_>,
    referrer: &mut Referrer<'_>,
    scope: &Code,
    id: &str,
    belongs: impl Fn(&Grant) -> bool,
    findings: &mut Findings,
) -> Vec<Statement> {
    let mut by_principal: Vec<(&Principal, Vec<Code>)> = Vec::new();
    for grant in of_users(context).filter(|grant| belongs(grant)) {
        if !has_role(context, &grant.principal) {
            not_granted(grant, "there is no such role", findings);
            continue;
        }
        match policy_statement(referrer, &grant.statement) {
            Ok(code) => {
                findings.granted(grant.into());
                match by_principal
                    .iter_mut()
                    .find(|(principal, _)| **principal == grant.principal)
                {
                    Some((_, statements)) => statements.push(code),
                    None => by_principal.push((&grant.principal, vec![code])),
                }
            }
            Err(unresolved) => not_granted(grant, &format!("{} has no counterpart", unresolved.what), findings),
        }
    }
    by_principal
        .into_iter()
        .map(|(principal, statements)| {
            let role = referrer.role(principal);
            Statement::Expression(super::wiring::inline_policy(
                scope.clone(),
                &format!("{id}{}", principal_id(principal)),
                vec![role],
                statements,
            ))
        })
        .collect()
}

/// A construct id for a role's policy.
pub fn principal_id(principal: &Principal) -> String {
    match principal {
        Principal::Authenticated => "AuthenticatedPolicy".to_owned(),
        Principal::Unauthenticated => "GuestPolicy".to_owned(),
        Principal::Group(name) => format!("{name}GroupPolicy"),
        Principal::Function(name) => format!("{name}Policy"),
    }
}
