use crate::{
    backend::{
        finding::Severity,
        model::{EnvironmentValue, Expression, Function},
    },
    generate::{findings::Findings, reference::Referrer, secrets::SCRIPT, typescript::Code},
};

/// Environment variables of a function, by where they can be set.
#[derive(Debug, Default)]
pub struct Environment {
    /// Known where the function is defined.
    pub definition: Vec<(String, Code)>,
    /// Known only once the backend is defined, because they refer to it.
    pub wiring: Vec<(String, Code)>,
    /// Secrets of Gen 2 whose parameters the function reads itself.
    pub secrets: Vec<String>,
}

/// The variables of a function. `definition` refers from its `resource.ts`, `wiring` from its `wiring.ts`.
pub fn environment<'c>(
    function: &Function,
    definition: &mut Referrer<'c>,
    wiring: &mut Referrer<'c>,
    asks_ssm: bool,
    findings: &mut Findings,
) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in &function.environment {
        match value {
            EnvironmentValue::Secret(secret) => {
                let in_gen2 = wiring.secret_name(&function.name, secret);
                if asks_ssm {
                    // The function goes on asking SSM for what its variable names.
                    let path = wiring.secret("secretPath", &in_gen2);
                    environment.wiring.push((name.clone(), path));
                    environment.secrets.push(in_gen2.clone());
                } else {
                    let code = Code::import("@aws-amplify/backend", "secret").call(vec![Code::text(&in_gen2)]);
                    environment.definition.push((name.clone(), code));
                }
                findings.add(
                    "function-secrets",
                    Severity::Manual,
                    format!(
                        "function {} reads the secret {secret}: the Gen 2 branch needs its value as {in_gen2}",
                        function.name
                    ),
                    &function.location,
                    format!("Run `node {SCRIPT}` before the first deployment of the branch: it copies the values of all secrets and prints none."),
                );
            }
            EnvironmentValue::PlainSecret(secret) => {
                let code = Code::import("@aws-amplify/backend", "secret").call(vec![Code::text(secret)]);
                environment.definition.push((name.clone(), code));
                findings.add(
                    "function-secrets",
                    Severity::Manual,
                    format!("function {} has the secret {secret} as plain text in Gen 1; Gen 2 takes it from the secrets of the branch", function.name),
                    &function.location,
                    format!("Create the secret {secret} for the Gen 2 branch (Amplify console, Hosting, Secrets) with the value that the function has in Gen 1."),
                );
            }
            EnvironmentValue::Expression(expression) => {
                let refers = !expression.references().is_empty();
                let referrer = if refers { &mut *wiring } else { &mut *definition };
                match referrer.expression(expression) {
                    // Gen 2 refuses names of one letter where the function is defined, but not afterwards.
                    Ok(code) if refers || !accepted(name) => environment.wiring.push((name.clone(), code)),
                    Ok(code) => environment.definition.push((name.clone(), code)),
                    Err(unresolved) => findings.add(
                        "environment-variable-unresolved",
                        Severity::Manual,
                        format!(
                            "environment variable {name} of function {} is {}, which has no counterpart in the generated backend",
                            function.name, unresolved.what
                        ),
                        &function.location,
                        "Set the variable with addEnvironment in the function's wiring.ts.",
                    ),
                }
                if let Expression::Literal(text) = expression {
                    warn_of_frozen_path(function, name, text, findings);
                }
            }
        }
    }
    environment
}

/// As Gen 2 checks it.
fn accepted(name: &str) -> bool {
    let mut characters = name.chars();
    name.chars().count() > 1
        && characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|rest| rest.is_ascii_alphanumeric() || rest == '_')
}

fn warn_of_frozen_path(function: &Function, name: &str, text: &str, findings: &mut Findings) {
    if text.starts_with("/amplify/") {
        findings.add(
            "environment-variable-ssm-path",
            Severity::Warning,
            format!(
                "environment variable {name} of function {} holds the path of a Gen 1 parameter",
                function.name
            ),
            &function.location,
            "Keep the parameter for as long as the function reads it, or make it a secret of the Gen 2 branch.",
        );
    }
}
