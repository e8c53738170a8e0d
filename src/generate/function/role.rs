//! What developers write on the execution role in a function's template, on the role that Gen 2 makes.

use crate::{
    backend::{
        finding::Severity,
        model::{Function, Principal},
    },
    generate::{
        findings::Findings,
        reference::Referrer,
        tags::{self, TAGS},
        typescript::{Code, Statement, camel_case},
    },
};

/// Properties that are set on the role; others are told.
const SETTABLE: [&str; 4] = ["Description", "MaxSessionDuration", "Path", "PermissionsBoundary"];

/// Sets what the template sets.
pub(super) fn properties(function: &Function, referrer: &mut Referrer<'_>, findings: &mut Findings) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (property, value) in &function.role_properties {
        let role = referrer.role(&Principal::Function(function.name.clone()));
        let set = match property.as_str() {
            TAGS => tags::statements(&role, value, referrer).map_err(|unresolved| unresolved.what),
            known if SETTABLE.contains(&known) => referrer
                .property(property, value)
                .map(|value| {
                    let construct = role
                        .path(&["node", "defaultChild"])
                        .cast(Code::import("aws-cdk-lib/aws-iam", "CfnRole"));
                    vec![Statement::Assign(construct.member(camel_case(property)), value)]
                })
                .map_err(|unresolved| unresolved.what),
            _ => Err("something that Gen 2 does not set on it".to_owned()),
        };
        match set {
            Ok(set) => statements.extend(set),
            Err(what) => findings.add(
                "function-role-property",
                Severity::Manual,
                format!(
                    "{property} of the role of function {} names {what}: it is not carried over",
                    function.name
                ),
                &function.location,
                "Set it on the role (resources.lambda.role) in the function's wiring.ts.",
            ),
        }
    }
    statements
}
