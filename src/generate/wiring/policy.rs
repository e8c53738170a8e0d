use crate::{
    backend::model::{Attribute, Effect, Expression, Statement as IamStatement, Target},
    generate::{
        reference::{Referrer, Unresolved},
        typescript::Code,
    },
};

const IAM: &str = "aws-cdk-lib/aws-iam";

/// `new PolicyStatement({ ... })`, action by action and resource by resource as in Gen 1.
pub fn policy_statement(referrer: &mut Referrer<'_>, statement: &IamStatement) -> Result<Code, Unresolved> {
    let mut properties = Vec::new();
    if statement.effect == Effect::Deny {
        properties.push(("effect", Code::import(IAM, "Effect").member("DENY")));
    }
    for (name, actions) in [("actions", &statement.actions), ("notActions", &statement.not_actions)] {
        if !actions.is_empty() {
            properties.push((name, Code::texts(without_repetition(actions))));
        }
    }
    for (name, resources) in [
        ("resources", &statement.resources),
        ("notResources", &statement.not_resources),
    ] {
        if !resources.is_empty() {
            properties.push((name, expressions(referrer, resources)?));
        }
    }
    if !statement.conditions.is_empty() {
        let mut operators = Vec::new();
        for (operator, keys) in &statement.conditions {
            let mut entries = Vec::new();
            for (key, values) in keys {
                entries.push((key, condition_values(referrer, values)?));
            }
            operators.push((operator, Code::object(entries)));
        }
        properties.push(("conditions", Code::object(operators)));
    }
    Ok(Code::import(IAM, "PolicyStatement").construct(vec![Code::object(properties)]))
}

/// `new Policy(scope, id, { roles, statements });`
pub fn inline_policy(scope: Code, id: &str, roles: Vec<Code>, statements: Vec<Code>) -> Code {
    Code::import(IAM, "Policy").construct(vec![
        scope,
        Code::text(id),
        Code::object([("roles", Code::Array(roles)), ("statements", Code::Array(statements))]),
    ])
}

/// The statement lets a function write its own log and nothing else, which every Gen 2 function may by the managed policy
/// AWSLambdaBasicExecutionRole.
pub fn is_log_permission(function: &str, statement: &IamStatement) -> bool {
    const ACTIONS: [&str; 3] = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
    let own_log = |resource: &Expression| match resource {
        Expression::Concat(parts) => parts.iter().any(|part| {
            matches!(part, Expression::Reference(reference)
                if reference.target == Target::Function(function.to_owned()) && reference.attribute == Attribute::Name)
        }),
        _ => false,
    };
    statement.effect == Effect::Allow
        && statement.not_actions.is_empty()
        && statement.not_resources.is_empty()
        && statement.conditions.is_empty()
        && statement
            .actions
            .iter()
            .all(|action| ACTIONS.contains(&action.as_str()))
        && statement.resources.iter().all(own_log)
}

fn expressions(referrer: &mut Referrer<'_>, values: &[Expression]) -> Result<Code, Unresolved> {
    let mut items: Vec<Code> = Vec::new();
    for value in values {
        let item = referrer.expression(value)?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(Code::Array(items))
}

fn condition_values(referrer: &mut Referrer<'_>, values: &[Expression]) -> Result<Code, Unresolved> {
    match values {
        [single] => referrer.expression(single),
        several => expressions(referrer, several),
    }
}

fn without_repetition(texts: &[String]) -> Vec<&str> {
    let mut unique: Vec<&str> = Vec::new();
    for text in texts {
        if !unique.contains(&text.as_str()) {
            unique.push(text);
        }
    }
    unique
}
