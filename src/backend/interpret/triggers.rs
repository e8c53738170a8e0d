//! What starts a function, besides the user pool: buckets, streams, schedules.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Interpretation, index::main_resource, typing};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, Category, EventSourceStream, Expression, Reference, ResourceId, SourceLocation, Target, Trigger,
        },
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
};

pub(super) fn read(interpretation: &mut Interpretation<'_>) {
    for stack in super::stacks_in_order(interpretation.project, &interpretation.stacks.symbolic) {
        if !interpretation.is_custom(stack) {
            read_stack(interpretation, stack);
        }
    }
    read_buckets(interpretation);
}

fn read_stack(interpretation: &mut Interpretation<'_>, stack: &EvaluatedTree) {
    let owner = interpretation.owner_of(stack);
    let location = interpretation.location(&stack.path);
    for found in stack.template.resources() {
        let starts = matches!(
            found.resource_type(),
            "AWS::Lambda::EventSourceMapping" | "AWS::Events::Rule"
        );
        if starts && (interpretation.is_undecided(stack, &found) || is_transformers_own(interpretation, stack, &found))
        {
            continue;
        }
        match found.resource_type() {
            "AWS::Lambda::EventSourceMapping" => read_event_source(interpretation, &found, &owner, &location),
            "AWS::Events::Rule" => read_rule(interpretation, &found, &owner, &location),
            _ => {}
        }
    }
    for nested in stack
        .nested
        .values()
        .filter(|nested| !interpretation.is_custom(nested))
        .collect::<Vec<_>>()
    {
        read_stack(interpretation, nested);
    }
}

/// The GraphQL transformer streams tables into its search domain with a function of its own.
fn is_transformers_own(interpretation: &Interpretation<'_>, stack: &EvaluatedTree, found: &Resource<'_>) -> bool {
    if !super::extras::is_transformer_stack(interpretation, stack) {
        return false;
    }
    let function = found
        .property("FunctionName")
        .map(super::index::references_in)
        .unwrap_or_default();
    function
        .iter()
        .any(|path| path.starts_with(&format!("{}/", stack.path)))
}

/// The function that a value names, by name or ARN.
fn function_of(interpretation: &Interpretation<'_>, value: &Value, owner: &ResourceId) -> Option<String> {
    match interpretation.decoder.expression(value, owner) {
        Expression::Reference(Reference {
            target: Target::Function(name),
            attribute: Attribute::Arn | Attribute::Name,
        }) => Some(name),
        spelled_out => interpretation.function_by_arn(&spelled_out),
    }
}

fn read_event_source(
    interpretation: &mut Interpretation<'_>,
    found: &Resource<'_>,
    owner: &ResourceId,
    location: &SourceLocation,
) {
    const MODELLED: [&str; 5] = [
        "FunctionName",
        "EventSourceArn",
        "StartingPosition",
        "BatchSize",
        "Enabled",
    ];
    let (Some(function), Some(source)) = (
        started_function(interpretation, found, owner),
        found.property("EventSourceArn"),
    ) else {
        if is_added_to_function(owner) {
            return;
        }
        interpretation.finding(
            "event-source-unknown",
            Severity::Manual,
            format!(
                "event source mapping {} of {owner} has no known function or source",
                found.logical_id
            ),
            location,
            "Write the event source into the generated code by hand.",
        );
        return;
    };
    let source = match interpretation.decoder.expression(source, owner) {
        Expression::Reference(
            reference @ Reference {
                target: Target::Table(_) | Target::ModelTable(_) | Target::KinesisStream(_),
                attribute: Attribute::StreamArn | Attribute::Arn,
            },
        ) => EventSourceStream::Reference(reference),
        other => EventSourceStream::Arn(other),
    };
    let properties = found
        .properties()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !MODELLED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), interpretation.decoder.property(value, owner)))
        .collect();
    interpretation.backend.triggers.push(Trigger::EventSource {
        function,
        source,
        starting_position: found
            .property("StartingPosition")
            .and_then(|position| position.as_str().map(str::to_owned)),
        batch_size: found.property("BatchSize").and_then(typing::small_number),
        enabled: found.property("Enabled").and_then(typing::truth).unwrap_or(true),
        properties,
    });
}

/// What is more than a trigger of the CLI's kind goes over with what else the user added to the function's template.
fn is_added_to_function(owner: &ResourceId) -> bool {
    owner.category == Category::function()
}

fn started_function(interpretation: &Interpretation<'_>, found: &Resource<'_>, owner: &ResourceId) -> Option<String> {
    function_of(interpretation, found.property("FunctionName")?, owner)
}

/// Whether a rule or event source mapping is a trigger of the model.
pub(super) fn is_trigger(interpretation: &Interpretation<'_>, found: &Resource<'_>, owner: &ResourceId) -> bool {
    match found.resource_type() {
        "AWS::Lambda::EventSourceMapping" => {
            started_function(interpretation, found, owner).is_some() && found.property("EventSourceArn").is_some()
        }
        "AWS::Events::Rule" => has_no_schedule(found) || scheduled_functions(interpretation, found, owner).is_some(),
        _ => false,
    }
}

/// The CLI's value for a function without schedule.
fn has_no_schedule(rule: &Resource<'_>) -> bool {
    rule.property("ScheduleExpression").and_then(Value::as_str) == Some("NONE")
}

/// The functions that a rule starts by its schedule; `None` when the rule is or does anything more.
fn scheduled_functions(
    interpretation: &Interpretation<'_>,
    rule: &Resource<'_>,
    owner: &ResourceId,
) -> Option<Vec<String>> {
    const PLAIN: [&str; 4] = ["ScheduleExpression", "State", "Description", "Targets"];
    rule.property("ScheduleExpression")?.as_str()?;
    let is_plain = rule
        .properties()?
        .keys()
        .all(|name| PLAIN.contains(&name.as_str()) || name == "Name");
    let targets = rule.property("Targets")?.as_array()?;
    let is_simple = |target: &Value| {
        target
            .as_object()
            .is_some_and(|target| target.keys().all(|key| key == "Arn" || key == "Id"))
    };
    if !is_plain || !targets.iter().all(is_simple) {
        return None;
    }
    targets
        .iter()
        .map(|target| function_of(interpretation, &target["Arn"], owner))
        .collect()
}

fn read_rule(
    interpretation: &mut Interpretation<'_>,
    found: &Resource<'_>,
    owner: &ResourceId,
    location: &SourceLocation,
) {
    if has_no_schedule(found) {
        return;
    }
    let schedule = found.property("ScheduleExpression").and_then(Value::as_str);
    let (Some(schedule), Some(functions)) = (schedule, scheduled_functions(interpretation, found, owner)) else {
        if is_added_to_function(owner) {
            return;
        }
        interpretation.finding(
            "event-rule-unsupported",
            Severity::Manual,
            format!(
                "event rule {} of {owner} is more than a schedule that starts a function",
                found.logical_id
            ),
            location,
            "Write the rule into the generated code by hand.",
        );
        return;
    };
    for function in functions {
        interpretation.backend.triggers.push(Trigger::Schedule {
            function,
            expression: schedule.to_owned(),
            enabled: found.property("State").and_then(Value::as_str) != Some("DISABLED"),
            description: found
                .property("Description")
                .and_then(|text| text.as_str().map(str::to_owned))
                .filter(|text| !text.is_empty()),
        });
    }
}

/// Notifications of buckets, those with the same function and filter together.
fn read_buckets(interpretation: &mut Interpretation<'_>) {
    let project = interpretation.project;
    for resource in project
        .resources
        .iter()
        .filter(|resource| resource.service.as_deref() == Some("S3"))
    {
        let Some(stack) = interpretation.symbolic_stack(resource) else {
            continue;
        };
        let Some(bucket) = main_resource(stack, "AWS::S3::Bucket", "S3Bucket") else {
            continue;
        };
        let Some(notifications) = bucket.property("NotificationConfiguration").and_then(Value::as_object) else {
            continue;
        };
        let owner = interpretation.owner_of(stack);
        let location = interpretation.location(&stack.path);
        type Key = (String, Option<String>, Option<String>);
        let mut by_function: IndexMap<Key, Vec<String>> = IndexMap::new();
        for (kind, value) in notifications {
            if kind == "EventBridgeConfiguration" {
                continue;
            }
            if kind != "LambdaConfigurations" {
                interpretation.finding(
                    "storage-notification-unsupported",
                    Severity::Manual,
                    format!("bucket {owner} notifies something else than functions: {kind}"),
                    &location,
                    "Write the notification into the generated code by hand.",
                );
                continue;
            }
            for entry in value.as_array().into_iter().flatten() {
                let function = function_of(interpretation, &entry["Function"], &owner);
                let filter = filter(interpretation, &entry["Filter"], &owner);
                match (function, entry["Event"].as_str(), filter) {
                    (Some(function), Some(event), Some((prefix, suffix))) => by_function
                        .entry((function, prefix, suffix))
                        .or_default()
                        .push(event.to_owned()),
                    _ => interpretation.finding(
                        "storage-trigger-unknown",
                        Severity::Manual,
                        format!("a notification of bucket {owner} has no known function, event or filter"),
                        &location,
                        "Write the notification into the generated code by hand.",
                    ),
                }
            }
        }
        for ((function, prefix, suffix), events) in by_function {
            interpretation.backend.triggers.push(Trigger::Bucket {
                bucket: resource.name.clone(),
                function,
                events,
                prefix,
                suffix,
            });
        }
    }
}

/// Prefix and suffix; `None` when they are not plain texts.
fn filter(
    interpretation: &Interpretation<'_>,
    filter: &Value,
    owner: &ResourceId,
) -> Option<(Option<String>, Option<String>)> {
    let mut prefix = None;
    let mut suffix = None;
    for rule in filter["S3Key"]["Rules"].as_array().into_iter().flatten() {
        let value = match interpretation.decoder.expression(&rule["Value"], owner) {
            Expression::Literal(text) => text,
            // The CLI's own triggers for predictions filter by region.
            Expression::Concat(parts) => parts
                .into_iter()
                .map(|part| match part {
                    Expression::Literal(text) => Some(text),
                    Expression::Region => Some(interpretation.backend.app.region.clone()),
                    Expression::EnvironmentName => Some(interpretation.backend.app.environment.clone()),
                    _ => None,
                })
                .collect::<Option<String>>()?,
            _ => return None,
        };
        match rule["Name"].as_str()?.to_ascii_lowercase().as_str() {
            "prefix" => prefix = Some(value),
            "suffix" => suffix = Some(value),
            _ => return None,
        }
    }
    Some((prefix, suffix))
}
