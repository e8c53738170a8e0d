use super::overrides::Body;
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, Expression, Principal},
    },
    generate::{
        findings::Findings,
        reference,
        typescript::{Code, Statement, camel_case},
    },
};

/// Said by Gen 2 in the same way, or read as grants, or names that only one stack can have.
const HANDLED: [&str; 5] = [
    "AssumeRolePolicyDocument",
    "RoleName",
    "Policies",
    "Path",
    "ManagedPolicyArns",
];

/// Precedence and description of every group; settings of its role.
pub(super) fn groups(body: &mut Body<'_, '_>, auth: &Auth, findings: &mut Findings) {
    for (index, group) in auth.groups.iter().enumerate() {
        let target = reference::group(&group.name).member("cfnUserGroup");
        // Gen 2 numbers them by their place in the list.
        let place = i64::try_from(index).ok();
        if group.precedence != place || place.is_none() {
            let value = group.precedence.map_or(Code::Undefined, Code::number);
            body.statements
                .push(Statement::Assign(target.clone().member("precedence"), value));
        }
        if let Some(description) = &group.description {
            body.statements.push(Statement::Assign(
                target.clone().member("description"),
                Code::text(description),
            ));
        }
        if group.role_properties.is_empty() {
            body.statements
                .push(Statement::Assign(target.clone().member("roleArn"), Code::Undefined));
        }
        body.retain(target);
        role(body, auth, index, findings);
    }
}

fn role(body: &mut Body<'_, '_>, auth: &Auth, index: usize, findings: &mut Findings) {
    let Some(group) = auth.groups.get(index) else { return };
    let role = body.referrer.role(&Principal::Group(group.name.clone()));
    let managed = group
        .role_properties
        .get("ManagedPolicyArns")
        .and_then(|arns| arns.as_array());
    for (number, arn) in managed.into_iter().flatten().enumerate() {
        let code = Expression::from_property(arn).and_then(|arn| body.referrer.expression(&arn).ok());
        let Some(code) = code else {
            findings.add(
                "group-role-unresolved",
                Severity::Manual,
                format!("a managed policy of the role of group {} is not known", group.name),
                &auth.location,
                "Add it with addManagedPolicy in amplify/auth/overrides.ts.",
            );
            continue;
        };
        let policy = Code::import("aws-cdk-lib/aws-iam", "ManagedPolicy").method(
            "fromManagedPolicyArn",
            vec![
                Code::name("backend").path(&["auth", "stack"]),
                Code::text(format!("{}GroupPolicy{}", group.name, number + 1)),
                code,
            ],
        );
        body.statements.push(Statement::Expression(
            role.clone().method("addManagedPolicy", vec![policy]),
        ));
    }
    let construct = role
        .path(&["node", "defaultChild"])
        .cast(Code::import("aws-cdk-lib/aws-iam", "CfnRole"));
    for (property, value) in &group.role_properties {
        if HANDLED.contains(&property.as_str()) || property == "Arn" {
            continue;
        }
        if let Some(code) = body.property(property, value, findings, auth) {
            body.statements
                .push(Statement::Assign(construct.clone().member(camel_case(property)), code));
        }
    }
}
