use crate::{
    backend::{
        finding::Severity,
        model::{EventSourceStream, Expression, Function, Trigger},
    },
    generate::{
        findings::Findings,
        reference::Referrer,
        typescript::{Code, Statement, camel_case},
    },
};

/// Event source mappings of a function. As L1 constructs: the L2 ones would add permissions of their own.
pub fn event_sources(
    referrer: &mut Referrer<'_>,
    function: &Function,
    triggers: &[Trigger],
    scope: &Code,
    findings: &mut Findings,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for trigger in triggers {
        let Trigger::EventSource {
            function: name,
            source,
            starting_position,
            batch_size,
            enabled,
            properties: others,
        } = trigger
        else {
            continue;
        };
        if *name != function.name {
            continue;
        }
        let stream = match source {
            EventSourceStream::Reference(reference) => Expression::Reference(reference.clone()),
            EventSourceStream::Arn(expression) => expression.clone(),
        };
        let arn = match referrer.expression(&stream) {
            Ok(arn) => arn,
            Err(unresolved) => {
                findings.add(
                    "event-source-unresolved",
                    Severity::Manual,
                    format!(
                        "function {} reads {}, which has no counterpart in the generated backend",
                        function.name, unresolved.what
                    ),
                    &function.location,
                    "Add the event source mapping in the function's wiring.ts.",
                );
                continue;
            }
        };
        let mut properties = vec![
            (
                "functionName".to_owned(),
                referrer.lambda(&function.name).member("functionArn"),
            ),
            ("eventSourceArn".to_owned(), arn),
        ];
        if let Some(position) = starting_position {
            properties.push(("startingPosition".to_owned(), Code::text(position)));
        }
        if let Some(size) = batch_size {
            properties.push(("batchSize".to_owned(), Code::number(*size)));
        }
        properties.push(("enabled".to_owned(), Code::Boolean(*enabled)));
        for (key, value) in others {
            match referrer.property(key, value) {
                Ok(code) => properties.push((camel_case(key), code)),
                Err(unresolved) => findings.add(
                    "event-source-unresolved",
                    Severity::Manual,
                    format!(
                        "{key} of an event source of function {} names {}, which has no counterpart in the generated backend",
                        function.name, unresolved.what
                    ),
                    &function.location,
                    format!("Set {} of the event source mapping in the function's wiring.ts.", camel_case(key)),
                ),
            }
        }
        let id = format!("EventSource{}", statements.len() + 1);
        statements.push(Statement::Expression(
            Code::import("aws-cdk-lib/aws-lambda", "CfnEventSourceMapping").construct(vec![
                scope.clone(),
                Code::text(format!("{}{id}", function.name)),
                Code::object(properties),
            ]),
        ));
    }
    statements
}
