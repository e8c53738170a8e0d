use crate::{
    backend::model::{Function, Trigger},
    generate::{
        reference::Referrer,
        typescript::{Code, Statement},
    },
};

const EVENTS: &str = "aws-cdk-lib/aws-events";

/// Schedules of a function, as rules with the very expression of Gen 1: the function goes on getting the event it knows
/// (`schedule` of `defineFunction` is another service with another event and fewer expressions).
pub fn schedules(referrer: &Referrer<'_>, function: &Function, triggers: &[Trigger], scope: &Code) -> Vec<Statement> {
    let mut statements = Vec::new();
    for trigger in triggers {
        let Trigger::Schedule {
            function: name,
            expression,
            enabled,
            description,
        } = trigger
        else {
            continue;
        };
        if *name != function.name {
            continue;
        }
        let mut properties = vec![(
            "schedule",
            Code::import(EVENTS, "Schedule").method("expression", vec![Code::text(expression)]),
        )];
        if !enabled {
            properties.push(("enabled", Code::Boolean(false)));
        }
        if let Some(description) = description {
            properties.push(("description", Code::text(description)));
        }
        let target = Code::import("aws-cdk-lib/aws-events-targets", "LambdaFunction")
            .construct(vec![referrer.lambda(&function.name)]);
        properties.push(("targets", Code::Array(vec![target])));
        let id = match statements.len() {
            0 => format!("{}Schedule", function.name),
            count => format!("{}Schedule{}", function.name, count + 1),
        };
        statements.push(Statement::Expression(Code::import(EVENTS, "Rule").construct(vec![
            scope.clone(),
            Code::text(id),
            Code::object(properties),
        ])));
    }
    statements
}
