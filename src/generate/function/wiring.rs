use serde_json::Value;

use crate::{
    backend::{
        finding::Severity,
        model::{Expression, Function, Principal},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        names::FunctionName,
        reference::Referrer,
        setup::{SetupCall, SetupFile},
        template::render as render_template,
        typescript::{Code, Statement, camel_case},
        wiring::{Environment, event_sources, inline_policy, is_log_permission, policy_statement, schedules},
    },
};

const BASIC_EXECUTION: &str = "AWSLambdaBasicExecutionRole";

/// `wiring.ts`: what the function needs of the rest of the backend. Nothing when it needs nothing.
pub(super) fn render(
    context: &Context<'_>,
    function: &Function,
    name: &FunctionName,
    environment: Environment,
    mut referrer: Referrer<'_>,
    findings: &mut Findings,
) -> Result<Option<(String, SetupCall)>, GenerateError> {
    let resource = Code::name("backend").member(&name.identifier);
    let mut statements: Vec<Statement> = environment
        .wiring
        .into_iter()
        .map(|(key, value)| {
            Statement::Expression(resource.clone().method("addEnvironment", vec![Code::text(key), value]))
        })
        .collect();
    permissions(context, function, &mut referrer, &mut statements, findings);
    managed_policies(function, &mut referrer, &mut statements, findings);
    let scope = resource.clone().member("stack");
    let triggers = &context.backend.triggers;
    statements.extend(event_sources(&mut referrer, function, triggers, &scope, findings));
    statements.extend(schedules(&referrer, function, triggers, &scope));
    remaining_properties(function, &resource, &mut referrer, &mut statements, findings);
    if statements.is_empty() {
        return Ok(None);
    }
    let handles = referrer.into_handles();
    let file = SetupFile::new(context, "../..", &name.wire, &handles, statements);
    let call = SetupCall {
        module: format!("./function/{}/wiring", name.folder),
        function: name.wire.clone(),
        handles,
        result: None,
    };
    Ok(Some((render_template("function-wiring", &file)?, call)))
}

/// Every statement of the execution role, one by one.
fn permissions(
    context: &Context<'_>,
    function: &Function,
    referrer: &mut Referrer<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Findings,
) {
    let own = Principal::Function(function.name.clone());
    let lambda = referrer.lambda(&function.name);
    let mut about_itself = Vec::new();
    for grant in context.backend.grants.iter().filter(|grant| grant.principal == own) {
        if is_log_permission(&function.name, &grant.statement) {
            continue;
        }
        match policy_statement(referrer, &grant.statement) {
            // The function waits for its role's own policy: a statement about the function itself has to stand apart.
            Ok(code) if refers_to_function(grant.statement.resources.iter(), &function.name) => about_itself.push(code),
            Ok(code) => statements.push(Statement::Expression(
                lambda.clone().method("addToRolePolicy", vec![code]),
            )),
            Err(unresolved) => findings.add(
                "grant-unresolved",
                Severity::Manual,
                format!(
                    "function {} may {} in Gen 1 (policy {}); this names {}, which has no counterpart in the generated backend",
                    function.name,
                    grant.statement.actions.join(", "),
                    grant.policy,
                    unresolved.what
                ),
                &grant.location,
                "Add the statement with addToRolePolicy in the function's wiring.ts.",
            ),
        }
    }
    if !about_itself.is_empty() {
        let scope = Code::name("backend")
            .member(
                context
                    .names
                    .functions
                    .get(&function.name)
                    .map_or("", |name| &name.identifier),
            )
            .member("stack");
        statements.push(Statement::Expression(inline_policy(
            scope,
            &format!("{}OwnAccess", function.name),
            vec![lambda.member("role").non_null()],
            about_itself,
        )));
    }
}

fn refers_to_function<'e>(expressions: impl Iterator<Item = &'e Expression>, function: &str) -> bool {
    use crate::backend::model::Target;
    expressions
        .flat_map(Expression::references)
        .any(|reference| matches!(&reference.target, Target::Function(name) if name == function))
}

fn managed_policies(
    function: &Function,
    referrer: &mut Referrer<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Findings,
) {
    for (index, policy) in function.managed_policies.iter().enumerate() {
        let is_basic = match policy {
            Expression::Literal(arn) => arn.ends_with(BASIC_EXECUTION),
            Expression::Concat(parts) => {
                matches!(parts.last(), Some(Expression::Literal(end)) if end.ends_with(BASIC_EXECUTION))
            }
            _ => false,
        };
        if is_basic {
            continue;
        }
        let Ok(arn) = referrer.expression(policy) else {
            findings.add(
                "managed-policy-unresolved",
                Severity::Manual,
                format!(
                    "a managed policy of the role of function {} is not known",
                    function.name
                ),
                &function.location,
                "Add it with addManagedPolicy in the function's wiring.ts.",
            );
            continue;
        };
        let role = referrer.role(&Principal::Function(function.name.clone()));
        let managed = Code::import("aws-cdk-lib/aws-iam", "ManagedPolicy").method(
            "fromManagedPolicyArn",
            vec![
                referrer.lambda(&function.name).member("stack"),
                Code::text(format!("{}ManagedPolicy{}", function.name, index + 1)),
                arn,
            ],
        );
        statements.push(Statement::Expression(role.method("addManagedPolicy", vec![managed])));
    }
}

/// Properties of the Lambda function that `defineFunction` does not know.
fn remaining_properties(
    function: &Function,
    resource: &Code,
    referrer: &mut Referrer<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Findings,
) {
    let construct = resource.clone().path(&["resources", "cfnResources", "cfnFunction"]);
    let mut assign = |property: &str, value: Code| {
        statements.push(Statement::Assign(construct.clone().member(property), value));
    };
    if let Some(description) = &function.description {
        assign("description", Code::text(description));
    }
    if let Some(executions) = function.reserved_concurrency {
        assign("reservedConcurrentExecutions", Code::number(executions));
    }
    for (property, value) in &function.other_properties {
        let value: &Value = value;
        match referrer.property(property, value) {
            Ok(code) => assign(&camel_case(property), code),
            Err(unresolved) => findings.add(
                "function-property-unresolved",
                Severity::Manual,
                format!(
                    "{property} of function {} names {}, which has no counterpart in the generated backend",
                    function.name, unresolved.what
                ),
                &function.location,
                "Set the property of cfnFunction in the function's wiring.ts.",
            ),
        }
    }
}
