//! What `awscloudformation/override.ts` set on the roles of users, set on the roles of Gen 2.

use serde_json::Value;

use crate::{
    backend::{
        finding::Severity,
        model::{Principal, RoleOverride},
    },
    generate::{
        context::Context,
        findings::Findings,
        reference::Referrer,
        typescript::{Code, Statement, camel_case},
    },
};

/// Properties that are set on the role; others are told.
const SETTABLE: [&str; 5] = [
    "Description",
    "ManagedPolicyArns",
    "MaxSessionDuration",
    "Path",
    "PermissionsBoundary",
];

pub(super) fn statements(
    context: &Context<'_>,
    referrer: &mut Referrer<'_>,
    findings: &mut Findings,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for role in &context.backend.role_overrides {
        let construct = referrer.role(&role.principal);
        let name = match role.principal {
            Principal::Unauthenticated => "cfnUnauthenticatedRole",
            _ => "cfnAuthenticatedRole",
        };
        let mut assignments = Vec::new();
        for (property, value) in &role.properties {
            match property.as_str() {
                "Tags" => assignments.extend(tags(&construct, value)),
                known if SETTABLE.contains(&known) => match referrer.property(property, value) {
                    Ok(value) => {
                        assignments.push(Statement::Assign(Code::name(name).member(camel_case(property)), value));
                    }
                    Err(unresolved) => tell(
                        role,
                        property,
                        &format!("{} has no counterpart", unresolved.what),
                        findings,
                    ),
                },
                _ => tell(role, property, "it is not a setting of the role in Gen 2", findings),
            }
        }
        let on_l1 = assignments
            .iter()
            .any(|statement| matches!(statement, Statement::Assign(..)));
        if on_l1 {
            let l1 = construct
                .path(&["node", "defaultChild"])
                .cast(Code::import("aws-cdk-lib/aws-iam", "CfnRole"));
            statements.push(Statement::Const(name.to_owned(), l1));
        }
        statements.extend(assignments);
    }
    statements
}

/// The roles are not the generated backend's own: what is set on them is told.
pub(super) fn without_roles(context: &Context<'_>, findings: &mut Findings) {
    for role in &context.backend.role_overrides {
        for property in role.properties.keys() {
            tell(
                role,
                property,
                "the generated backend has no such role of its own",
                findings,
            );
        }
    }
}

fn tags(role: &Code, value: &Value) -> Vec<Statement> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| Some((tag["Key"].as_str()?, tag["Value"].as_str()?)))
        .map(|(key, value)| {
            let of_role = Code::import("aws-cdk-lib", "Tags").method("of", vec![role.clone()]);
            Statement::Expression(of_role.method("add", vec![Code::text(key), Code::text(value)]))
        })
        .collect()
}

fn tell(role: &RoleOverride, property: &str, why: &str, findings: &mut Findings) {
    findings.add(
        "project-override-property",
        Severity::Manual,
        format!(
            "override.ts sets {property} of the role of {}, which is not carried over: {why}",
            role.principal
        ),
        &role.location,
        "Set it on the role in amplify/auth/overrides.ts.",
    );
}
