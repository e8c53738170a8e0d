use super::template::Included;
use crate::{
    backend::{
        finding::Severity,
        model::{CustomStack, Expression},
    },
    cloudformation::{Template, evaluate::is_ssm_value},
    generate::{
        findings::Findings,
        reference::{Referrer, Unresolved},
        typescript::{Code, Statement},
    },
};

/// Values for the parameters, in the order of the template.
pub(super) fn parameters(
    custom: &CustomStack,
    included: &Included,
    referrer: &mut Referrer<'_>,
    findings: &mut Findings,
) -> Code {
    let mut values = Vec::new();
    for (name, expression) in custom.parameters.iter().chain(&included.imports) {
        let kind = kind_of(custom, name);
        if is_ssm_value(&kind) || included.unused.contains(name) {
            continue;
        }
        match value(&kind, expression, referrer) {
            Ok(code) => values.push((name, code)),
            Err(unresolved) => without_counterpart(custom, name, &unresolved, findings),
        }
    }
    Code::object(values)
}

/// A parameter whose value lies in SSM is asked for by name when the stack is deployed: the name is its default.
pub(super) fn defaults(
    custom: &CustomStack,
    included: &Included,
    template: &Code,
    referrer: &mut Referrer<'_>,
    findings: &mut Findings,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (name, expression) in &custom.parameters {
        if !is_ssm_value(&kind_of(custom, name)) || included.unused.contains(name) {
            continue;
        }
        match referrer.expression(expression) {
            Ok(code) => statements.push(Statement::Assign(
                template
                    .clone()
                    .method("getParameter", vec![Code::text(name)])
                    .member("default"),
                code,
            )),
            Err(unresolved) => without_counterpart(custom, name, &unresolved, findings),
        }
    }
    statements
}

fn without_counterpart(custom: &CustomStack, name: &str, unresolved: &Unresolved, findings: &mut Findings) {
    findings.add(
        "custom-parameter-unresolved",
        Severity::Manual,
        format!(
            "parameter {name} of {} is {}, which has no counterpart in the generated backend",
            custom.label(),
            unresolved.what
        ),
        &custom.location,
        "Give it a value under `parameters` in the generated resource.ts.",
    );
}

/// What takes the place of `Ref` of the parameter, so it has the parameter's type.
fn value(kind: &str, expression: &Expression, referrer: &mut Referrer<'_>) -> Result<Code, Unresolved> {
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    match expression {
        Expression::Literal(text) if is_list => Ok(Code::texts(text.split(',').map(str::trim))),
        Expression::Literal(text) if kind == "Number" => Ok(text
            .parse::<serde_json::Number>()
            .map_or_else(|_| Code::text(text), Code::Number)),
        symbolic if is_list => {
            let text = referrer.expression(symbolic)?;
            Ok(Code::import("aws-cdk-lib", "Fn").method("split", vec![Code::text(","), text]))
        }
        other => referrer.expression(other),
    }
}

/// The declared type of a parameter; those that stand for imports are texts.
fn kind_of(custom: &CustomStack, name: &str) -> String {
    Template::from_value(serde_json::Value::Object(custom.template.clone()), &custom.name)
        .ok()
        .and_then(|template| Some(template.parameter(name)?.parameter_type().to_owned()))
        .unwrap_or_else(|| "String".to_owned())
}
