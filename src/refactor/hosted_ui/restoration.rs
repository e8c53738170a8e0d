//! The way back: the Gen 2 stack lets go what it took over, and takes over again what it let go.

use super::{Adoption, HostedUiError, attached, findings};
use crate::{
    backend::finding::Finding,
    cloudformation::names_in,
    deployment::{HostedUi as LiveHostedUi, Stack},
    refactor::{
        error::PlanError,
        hosted_ui::{Part, definition::Live},
        input::HostedUiReading,
        landscape::Landscape,
        record::{RecordedMove, ReleasedResource},
    },
};

/// What has to be done with the hosted UI of one Gen 2 stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::refactor) struct Restoration {
    /// What the stack owns of the Gen 1 user pool, and no stack of Gen 1 owned.
    pub(in crate::refactor) release: Vec<ReleasedResource>,
    /// What it takes over again.
    pub(in crate::refactor) adopt: Vec<Adoption>,
}

/// Plans it from what is live. `moves` are the resources that were moved into the stack.
pub(in crate::refactor) fn plan_back(
    landscape: &mut Landscape<'_>,
    stack: &Stack,
    moves: &[RecordedMove],
    group: &str,
    told: &mut Vec<Finding>,
) -> Result<Restoration, PlanError> {
    let gen1_pools: Vec<&str> = moves
        .iter()
        .filter(|moved| moved.resource_type == "AWS::Cognito::UserPool")
        .map(|moved| moved.physical_id.as_str())
        .collect();
    let owned = attached(landscape, &stack.name).map_err(|resources| HostedUiError::Unknown {
        stack: stack.name.clone(),
        resources,
    })?;
    let released = landscape.released(&stack.name);
    let mut restoration = Restoration::default();
    for owned in &owned {
        let is_of_gen1 = gen1_pools.contains(&owned.resource.user_pool_id.as_str());
        let goes_back = moves
            .iter()
            .any(|moved| moved.target.logical_id == owned.resource.logical_id);
        if !is_of_gen1 || goes_back {
            continue;
        }
        let was_there = |released: &ReleasedResource| released.is_replaced && Part::of(released) == Part::of(owned);
        if !released.iter().any(was_there) {
            told.push(findings::left_on_gen1(group, owned));
        }
        restoration.release.push(owned.clone());
    }
    let is_back = |released: &ReleasedResource| {
        owned
            .iter()
            .any(|owned| owned.is(released) && owned.resource.user_pool_id == released.resource.user_pool_id)
    };
    for released in released.iter().filter(|released| !is_back(released)) {
        let live = live(landscape, &released.resource.user_pool_id)?;
        let reason = if let Some(name) = missing_name(landscape, stack, released) {
            Some(format!("its definition refers to {name}, which the stack has no more"))
        } else if live.is_some_and(|live| is_gone(&live, released)) {
            Some(format!(
                "user pool {} does not have it any more",
                released.resource.user_pool_id
            ))
        } else {
            None
        };
        match reason {
            Some(reason) => told.push(findings::not_taken_back(group, released, &reason)),
            None => restoration.adopt.push(Adoption::of(released)),
        }
    }
    Ok(restoration)
}

/// What the service tells of Gen 2's user pool; `None` when it is not allowed to tell. The import itself fails, harmlessly,
/// when the resource is not there.
fn live(landscape: &Landscape<'_>, pool: &str) -> Result<Option<LiveHostedUi>, PlanError> {
    match landscape.input.attributes.hosted_ui(pool) {
        None => Err(PlanError::HostedUiNeeded(vec![pool.to_owned()])),
        Some(HostedUiReading::Read(found)) => Ok(Some(found.as_ref().clone())),
        Some(HostedUiReading::Unreadable(_)) => Ok(None),
    }
}

fn is_gone(live: &LiveHostedUi, released: &ReleasedResource) -> bool {
    Live::of(live, &Part::of(released)).is_none_or(|live| live.name() != released.resource.name)
}

/// A name in the definition that the stack's template, with what waits in the holding stack, does not have.
fn missing_name(landscape: &Landscape<'_>, stack: &Stack, released: &ReleasedResource) -> Option<String> {
    let holding = super::super::holding::holding_name(&stack.name);
    let templates: Vec<_> = [stack.name.as_str(), &holding]
        .into_iter()
        .filter_map(|name| landscape.state(name))
        .map(|state| &state.template)
        .collect();
    names_in(&released.definition).into_iter().find(|name| {
        let is_known = templates
            .iter()
            .any(|template| template.resource(name).is_some() || template.parameter(name).is_some());
        !name.starts_with("AWS::") && !is_known
    })
}
