use serde_json::Value;

use super::{physical_name, role};
use crate::{
    backend::{
        finding::Severity,
        model::{Category, Expression, Function, Layer, Principal, Target},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        names::FunctionName,
        reference::Referrer,
        roles,
        setup::{SetupCall, SetupFile},
        tags::{self, TAGS},
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
    let secrets = environment.secrets;
    let mut statements: Vec<Statement> = environment
        .wiring
        .into_iter()
        .map(|(key, value)| {
            Statement::Expression(resource.clone().method("addEnvironment", vec![Code::text(key), value]))
        })
        .collect();
    if context.groups.is_called_by_name(&function.name) {
        called_by_name(context, function, &resource, &referrer, &mut statements);
    }
    permissions(context, function, &mut referrer, &mut statements, findings);
    statements.extend(secret_permission(function, &referrer, &secrets));
    managed_policies(function, &mut referrer, &mut statements, findings);
    statements.extend(role::properties(function, &mut referrer, findings));
    let scope = resource.clone().member("stack");
    let triggers = &context.backend.triggers;
    statements.extend(event_sources(&mut referrer, function, triggers, &scope, findings));
    statements.extend(schedules(&referrer, function, triggers, &scope));
    layers(function, &resource, &mut referrer, &mut statements, findings);
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

/// What Gen 1 allowed on its parameters, on those of Gen 2.
fn secret_permission(function: &Function, referrer: &Referrer<'_>, secrets: &[String]) -> Option<Statement> {
    if secrets.is_empty() {
        return None;
    }
    let parameters = secrets
        .iter()
        .map(|secret| referrer.secret("secretArn", secret))
        .collect();
    let statement = Code::import("aws-cdk-lib/aws-iam", "PolicyStatement").construct(vec![Code::object([
        ("actions", Code::texts(["ssm:GetParameter", "ssm:GetParameters"])),
        ("resources", Code::Array(parameters)),
    ])]);
    let lambda = referrer.lambda(&function.name);
    Some(Statement::Expression(lambda.method("addToRolePolicy", vec![statement])))
}

/// The user pool cannot wait for a function that waits for it: it gets the function's name, the function the permission.
fn called_by_name(
    context: &Context<'_>,
    function: &Function,
    resource: &Code,
    referrer: &Referrer<'_>,
    statements: &mut Vec<Statement>,
) {
    let resources = resource.clone().member("resources");
    statements.push(Statement::Assign(
        resources.clone().path(&["cfnResources", "cfnFunction", "functionName"]),
        physical_name(context, referrer, function),
    ));
    let principal = Code::import("aws-cdk-lib/aws-iam", "ServicePrincipal")
        .construct(vec![Code::text("cognito-idp.amazonaws.com")]);
    let pool = Code::name("backend").path(&["auth", "resources", "userPool", "userPoolArn"]);
    statements.push(Statement::Expression(resources.member("lambda").method(
        "addPermission",
        vec![
            Code::text("UserPool"),
            Code::object([("principal", principal), ("sourceArn", pool)]),
        ],
    )));
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
    let mut detached: Vec<(Code, Vec<Code>)> = Vec::new();
    for grant in context.backend.grants.iter().filter(|grant| grant.principal == own) {
        if is_log_permission(&function.name, &grant.statement) {
            findings.granted(grant.into());
            continue;
        }
        let resources = || grant.statement.resources.iter().chain(&grant.statement.not_resources);
        match policy_statement(referrer, &grant.statement) {
            Ok(code) if context.groups.is_detached(&function.name, resources()) => {
                findings.granted(grant.into());
                let scope = scope_of(context, &function.name, resources(), referrer);
                match detached.iter_mut().find(|(known, _)| *known == scope) {
                    Some((_, statements)) => statements.push(code),
                    None => detached.push((scope, vec![code])),
                }
            }
            Ok(code) => {
                findings.granted(grant.into());
                statements.push(Statement::Expression(
                    lambda.clone().method("addToRolePolicy", vec![code]),
                ));
            }
            Err(unresolved) => roles::not_granted(
                grant,
                &format!("{} has no counterpart in the generated backend", unresolved.what),
                findings,
            ),
        }
    }
    for (index, (scope, policy)) in detached.into_iter().enumerate() {
        let id = match index {
            0 => format!("{}Access", function.name),
            index => format!("{}Access{}", function.name, index + 1),
        };
        let role = lambda.clone().member("role").non_null();
        statements.push(Statement::Expression(inline_policy(scope, &id, vec![role], policy)));
    }
}

/// The stack of what a detached statement is about.
fn scope_of<'e>(
    context: &Context<'_>,
    function: &str,
    resources: impl Iterator<Item = &'e Expression>,
    referrer: &mut Referrer<'_>,
) -> Code {
    let backend = || Code::name("backend");
    let stack = |code: Code| code.member("stack");
    let own = || {
        let name = context.names.functions.get(function);
        stack(backend().member(name.map_or(function, |name| name.identifier.as_str())))
    };
    let target = resources
        .flat_map(Expression::references)
        .map(|reference| &reference.target)
        .find(|target| !matches!(target, Target::Function(name) if name == function));
    match target {
        Some(
            Target::UserPool
            | Target::WebClient
            | Target::NativeClient
            | Target::IdentityPool
            | Target::AuthenticatedRole
            | Target::UnauthenticatedRole
            | Target::GroupRole(_),
        ) => stack(backend().member("auth")),
        Some(Target::GraphqlApi | Target::ModelTable(_)) => stack(backend().member("data")),
        Some(Target::Bucket(bucket)) => match context.names.buckets.get(bucket) {
            Some(identifier) if referrer.bucket(bucket).is_some() => stack(backend().member(identifier)),
            _ => own(),
        },
        Some(Target::Table(table)) => referrer.table(table).map_or_else(own, stack),
        Some(Target::KinesisStream(name)) => context
            .names
            .streams
            .get(name)
            .map_or_else(own, |name| stack(Code::name(&name.identifier))),
        Some(Target::RestApi(name)) => context
            .names
            .rest_apis
            .get(name)
            .map_or_else(own, |name| stack(Code::name(&name.identifier))),
        Some(Target::Function(name)) => context
            .names
            .functions
            .get(name)
            .map_or_else(own, |name| stack(backend().member(&name.identifier))),
        Some(Target::Other(resource)) if resource.category == Category::custom() => context
            .names
            .custom_stacks
            .get(&resource.name)
            .map_or_else(own, |name| stack(Code::name(&name.identifier))),
        Some(Target::Other(resource)) if resource.category == Category::geo() => {
            match context.names.geo.get(&resource.name) {
                Some(property) => stack(Code::name("geo").member(property)),
                None => own(),
            }
        }
        Some(Target::Other(resource)) => referrer.stack_of(resource).unwrap_or_else(own),
        Some(Target::DeploymentBucket) | None => own(),
    }
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

/// All layers in the order of Gen 1, where one of them is made by this backend.
fn layers(
    function: &Function,
    resource: &Code,
    referrer: &mut Referrer<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Findings,
) {
    if !function.layers.iter().any(|layer| matches!(layer, Layer::Project(_))) {
        return;
    }
    let mut arns = Vec::new();
    for layer in &function.layers {
        match layer {
            Layer::External(arn) => arns.push(Code::text(arn)),
            Layer::Project(name) => match referrer.layer(name) {
                Some(arn) => arns.push(arn),
                None => findings.add(
                    "lambda-layers",
                    Severity::Manual,
                    format!("layer {name} of function {} is not generated", function.name),
                    &function.location,
                    "Make the layer in amplify/layers and add it to the function's layers.",
                ),
            },
        }
    }
    let construct = resource.clone().path(&["resources", "cfnResources", "cfnFunction"]);
    statements.push(Statement::Assign(construct.member("layers"), Code::Array(arns)));
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
    let assign = |property: &str, value: Code| Statement::Assign(construct.clone().member(property), value);
    if let Some(description) = &function.description {
        statements.push(assign("description", Code::text(description)));
    }
    if let Some(executions) = function.reserved_concurrency {
        statements.push(assign("reservedConcurrentExecutions", Code::number(executions)));
    }
    for (property, value) in &function.other_properties {
        let value: &Value = value;
        let overriding = match property.as_str() {
            TAGS => tags::statements(&referrer.lambda(&function.name), value, referrer),
            _ => referrer
                .property(property, value)
                .map(|code| vec![assign(&camel_case(property), code)]),
        };
        match overriding {
            Ok(overriding) => statements.extend(overriding),
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
