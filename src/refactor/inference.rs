//! What was moved, when neither a journal nor a holding stack tells: Gen 1 stacks still name in their outputs and parameters
//! what they owned, and Amplify gives its resources fixed logical ids.

use indexmap::IndexSet;
use serde_json::Value;

use super::{
    candidate::{Candidate, candidates},
    error::PlanError,
    identity::{category_stack, normalised},
    landscape::Landscape,
    operation::MoveKind,
    pairing::{PairingRule, rule_for},
    record::{RecordedAddress, RecordedMove},
};
use crate::{backend::model::Resource, cloudformation::simulate::SimulatedStack, deployment::Stack};

/// Resources of a Gen 2 stack that belong to Gen 1 stacks which own nothing of their kind any more.
pub(super) fn inferred_moves<'a>(
    landscape: &mut Landscape<'a>,
    nested_id: &str,
    stack: &'a Stack,
) -> Result<Vec<RecordedMove>, PlanError> {
    let resources = landscape.input.resources;
    let mut moves = Vec::new();
    for resource in resources {
        let Some(rule) = rule_for(resource).filter(|_| !resource.imported) else {
            continue;
        };
        let fits = category_stack(rule.category, nested_id)
            .is_some_and(|id| id.name.is_empty() || normalised(id.name) == normalised(&resource.id.name));
        let Some(gen1) = landscape.gen1_stack(&resource.id.logical_id()).filter(|_| fits) else {
            continue;
        };
        if owns_any(landscape.load(gen1)?, rule) {
            continue;
        }
        let gen2 = landscape.load(stack)?.clone();
        let present = candidates(&gen2, &landscape.knowledge, rule.types, nested_id);
        moves.extend(belonging(gen1, &present).into_iter().filter_map(|candidate| {
            Some(RecordedMove {
                kind: MoveKind::Move,
                resource_type: candidate.id.resource_type.clone(),
                physical_id: candidate.id.physical_id.clone(),
                source: RecordedAddress {
                    stack: gen1.name.clone(),
                    logical_id: gen1_logical_id(candidate)?,
                },
                target: RecordedAddress {
                    stack: stack.name.clone(),
                    logical_id: candidate.id.logical_id.clone(),
                },
            })
        }));
    }
    let sources: IndexSet<&RecordedAddress> = moves.iter().map(|moved| &moved.source).collect();
    if sources.len() == moves.len() {
        return Ok(moves);
    }
    Err(PlanError::Mapping {
        place: None,
        stack: stack.name.clone(),
        logical_id: moves
            .first()
            .map(|moved| moved.target.logical_id.clone())
            .unwrap_or_default(),
        message: "more than one resource could belong to the same place in Gen 1".into(),
    })
}

/// A stack that has lost its resources, while nothing tells where they are, must not be passed over in silence.
pub(super) fn nothing_is_lost(landscape: &mut Landscape<'_>, accounted: &IndexSet<&str>) -> Result<(), PlanError> {
    let resources = landscape.input.resources;
    for resource in resources {
        let Some(rule) = rule_for(resource).filter(|rule| !resource.imported && rule.always_has_resources) else {
            continue;
        };
        let Some(gen1) = landscape.gen1_stack(&resource.id.logical_id()) else {
            continue;
        };
        if !accounted.contains(gen1.name.as_str()) && !owns_any(landscape.load(gen1)?, rule) {
            return Err(unknown_whereabouts(resource, gen1, landscape));
        }
    }
    Ok(())
}

fn unknown_whereabouts(resource: &Resource, gen1: &Stack, landscape: &Landscape<'_>) -> PlanError {
    PlanError::Whereabouts {
        resource: resource.id.to_string(),
        gen1_stack: gen1.name.clone(),
        gen2_root: landscape.input.gen2.stack.name.clone(),
    }
}

fn owns_any(stack: &SimulatedStack, rule: &PairingRule) -> bool {
    stack
        .resources
        .values()
        .any(|owned| rule.types.contains(&owned.resource_type.as_str()))
}

/// Candidates that the Gen 1 stack names: itself, or the user pool that it belongs to.
fn belonging<'c>(gen1: &Stack, candidates: &'c [Candidate]) -> Vec<&'c Candidate> {
    let named = |candidate: &Candidate| mentions(gen1, &candidate.id.physical_id);
    let pool = candidates
        .iter()
        .find(|candidate| candidate.id.resource_type == "AWS::Cognito::UserPool" && named(candidate));
    candidates
        .iter()
        .filter(|candidate| match candidate.id.resource_type.as_str() {
            "AWS::Cognito::UserPoolGroup" => candidate.text("UserPoolId").is_some_and(|pool| mentions(gen1, pool)),
            // Their ids are not always among the outputs; they are told by the pool they came with.
            "AWS::Cognito::IdentityPoolRoleAttachment"
            | "AWS::Cognito::UserPoolClient"
            | "AWS::Cognito::IdentityPool" => pool.is_some() || named(candidate),
            _ => named(candidate),
        })
        .collect()
}

/// An output or a parameter of the stack is this physical id, or an ARN of it.
fn mentions(stack: &Stack, physical_id: &str) -> bool {
    let is_it = |text: &str| {
        text == physical_id
            || text.starts_with("arn:")
                && text
                    .strip_suffix(physical_id)
                    .is_some_and(|before| before.ends_with(['/', ':']))
    };
    stack.outputs.iter().any(|output| is_it(&output.output_value))
        || stack
            .parameters
            .iter()
            .any(|parameter| parameter.parameter_value.as_deref().is_some_and(is_it))
}

/// Logical id that Amplify gives to a resource in Gen 1.
fn gen1_logical_id(candidate: &Candidate) -> Option<String> {
    let gen2_id = candidate.id.logical_id.as_str();
    let logical_id = match candidate.id.resource_type.as_str() {
        "AWS::Cognito::UserPool" => "UserPool",
        "AWS::Cognito::UserPoolClient" if gen2_id.contains("NativeAppClient") => "UserPoolClient",
        "AWS::Cognito::UserPoolClient" if gen2_id.contains("UserPoolAppClient") => "UserPoolClientWeb",
        "AWS::Cognito::IdentityPool" => "IdentityPool",
        "AWS::Cognito::IdentityPoolRoleAttachment" => "IdentityPoolRoleMap",
        "AWS::Cognito::UserPoolGroup" => {
            let name = candidate.properties.get("GroupName").and_then(Value::as_str)?;
            return Some(format!("{name}Group"));
        }
        "AWS::S3::Bucket" => "S3Bucket",
        "AWS::DynamoDB::Table" => "DynamoDBTable",
        "AWS::Kinesis::Stream" => "KinesisStream",
        _ => return None,
    };
    Some(logical_id.into())
}
