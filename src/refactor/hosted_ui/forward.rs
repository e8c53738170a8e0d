//! The way to Gen 2: what the Gen 2 stack lets go, and what it takes over of the user pool that it gets.

use serde_json::Value;

use super::{
    Adoption, HostedUiError, Part, TYPES, attached,
    definition::{self, Live},
    findings, name_property,
};
use crate::{
    backend::finding::Finding,
    deployment::{HostedUi as LiveHostedUi, LiveIdentityProvider, Stack, StackTree, UserPoolDomain},
    refactor::{
        candidate::candidates, error::PlanError, input::HostedUiReading, knowledge::runtime_output,
        landscape::Landscape, matching::Pair, record::ReleasedResource,
    },
};

/// CloudFormation type of a user pool.
const USER_POOL: &str = "AWS::Cognito::UserPool";

/// What has to be done with the hosted UI of one Gen 2 stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::refactor) struct HostedUi {
    /// What the stack still owns of the user pool that is parked.
    pub(in crate::refactor) release: Vec<ReleasedResource>,
    /// Everything that it owned of that pool, by this run and those before.
    pub(in crate::refactor) released: Vec<ReleasedResource>,
    /// What it takes over.
    pub(in crate::refactor) adopt: Vec<Adoption>,
    /// Pairs, by the logical id in Gen 2, whose Gen 1 resource does not exist although a stack owns it: they do not move.
    pub(in crate::refactor) gone: Vec<String>,
}

/// The user pools of a Gen 2 stack: the one that moves in, and Gen 2's own.
struct Pools {
    gen1: String,
    gen2: Option<String>,
    /// Logical id of both, one after the other, in the Gen 2 stack.
    logical_id: String,
    /// Plain name of the Gen 1 stack that owns it, or did.
    gen1_stack: String,
}

/// Plans it from what is live: what an earlier run has done is not planned again. `None` when no user pool moves.
pub(in crate::refactor) fn plan<'a>(
    landscape: &mut Landscape<'a>,
    stack: &'a Stack,
    pairs: &[Pair],
    group: &str,
    told: &mut Vec<Finding>,
) -> Result<Option<HostedUi>, PlanError> {
    landscape.load(stack)?;
    let Some(pools) = pools(landscape, stack, pairs)? else {
        return Ok(None);
    };
    let mut owned = attached(landscape, &stack.name).map_err(|resources| HostedUiError::Unknown {
        stack: stack.name.clone(),
        resources,
    })?;
    let mut earlier = landscape.released(&stack.name);
    for released in owned.iter_mut().chain(&mut earlier) {
        definition::refer_to_pool(released, &pools.logical_id);
    }
    for owned in &mut owned {
        definition::recall(owned, &earlier);
    }
    let release: Vec<ReleasedResource> = owned
        .iter()
        .filter(|owned| Some(&owned.resource.user_pool_id) == pools.gen2.as_ref())
        .cloned()
        .collect();
    let earlier = earlier.into_iter().filter(|released| {
        let same_place = |owned: &ReleasedResource| owned.is(released);
        !owned.iter().any(same_place)
    });
    let released: Vec<ReleasedResource> = release.iter().cloned().chain(earlier).collect();
    let mut hosted_ui = HostedUi {
        release,
        released,
        ..HostedUi::default()
    };
    let is_open = !hosted_ui.released.is_empty() || !pairs.is_empty() && has_hosted_ui(landscape, &pools);
    if !is_open {
        return Ok(Some(hosted_ui));
    }
    let live = live(landscape, &pools, group, told)?;
    for released in &mut hosted_ui.released {
        let counterpart = Live::of(&live.gen1, &Part::of(released));
        released.is_replaced |= counterpart.is_some();
        // Where a stack of Gen 1 owns its counterpart, that moves like everything else.
        if let Some(pair) = pairs.iter().find(|pair| is_target(pair, released)) {
            if counterpart.is_some() || live.is_presumed {
                released.is_replaced = true;
                continue;
            }
            told.push(findings::gone(group, pair, &pools.gen1));
            hosted_ui.gone.push(released.resource.logical_id.clone());
        }
        match counterpart {
            Some(counterpart) => {
                ensure_not_owned(landscape, stack, released, &pools.gen1, counterpart.name())?;
                let own = match &live.gen2 {
                    Some(gen2) => Live::of(gen2, &Part::of(released)),
                    // Nothing is known of either side's settings.
                    None if live.is_presumed => Some(counterpart),
                    None => None,
                };
                let (definition, differences) = definition::adopted(released, counterpart, own);
                told.extend(findings::differences(group, released, &differences));
                let adoption = Adoption::in_place_of(released, &pools.gen1, counterpart.name(), definition);
                hosted_ui.adopt.push(adoption);
            }
            None if matches!(Part::of(released), Part::Domain | Part::CustomDomain) => {
                return Err(HostedUiError::NoDomain {
                    stack: stack.name.clone(),
                    logical_id: released.resource.logical_id.clone(),
                    domain: released.resource.name.clone(),
                    user_pool_id: pools.gen1,
                }
                .into());
            }
            None => told.push(findings::only_in_gen2(group, released)),
        }
    }
    let known: Vec<Part> = owned.iter().chain(&hosted_ui.released).map(Part::of).collect();
    for part in parts(&live.gen1).into_iter().filter(|part| !known.contains(part)) {
        told.push(findings::only_in_gen1(group, &shown(&part)));
    }
    Ok(Some(hosted_ui))
}

fn is_target(pair: &Pair, released: &ReleasedResource) -> bool {
    pair.target.stack == released.stack && pair.target.logical_id == released.resource.logical_id
}

/// From the pair that moves, else from what an earlier run has moved.
fn pools(landscape: &Landscape<'_>, stack: &Stack, pairs: &[Pair]) -> Result<Option<Pools>, PlanError> {
    if let Some(pair) = pairs.iter().find(|pair| pair.source.resource_type == USER_POOL) {
        return Ok(Some(Pools {
            gen1: pair.source.physical_id.clone(),
            gen2: Some(pair.target.physical_id.clone()),
            logical_id: pair.target.logical_id.clone(),
            gen1_stack: pair.source.stack.clone(),
        }));
    }
    let moved = landscape
        .moves_into(&stack.name)
        .into_iter()
        .find(|moved| moved.resource_type == USER_POOL);
    Ok(moved.map(|moved| Pools {
        gen2: landscape
            .released(&stack.name)
            .first()
            .map(|released| released.resource.user_pool_id.clone()),
        gen1: moved.physical_id,
        logical_id: moved.target.logical_id,
        gen1_stack: moved.source.stack,
    }))
}

/// What the service tells of the two user pools.
struct LivePools {
    gen1: LiveHostedUi,
    gen2: Option<LiveHostedUi>,
    /// Gen 1 is what its stack says, not what the service tells.
    is_presumed: bool,
}

fn live(
    landscape: &Landscape<'_>,
    pools: &Pools,
    group: &str,
    told: &mut Vec<Finding>,
) -> Result<LivePools, PlanError> {
    let attributes = landscape.input.attributes;
    let needed: Vec<String> = [Some(&pools.gen1), pools.gen2.as_ref()]
        .into_iter()
        .flatten()
        .filter(|pool| attributes.hosted_ui(pool).is_none())
        .cloned()
        .collect();
    if !needed.is_empty() {
        return Err(PlanError::HostedUiNeeded(needed));
    }
    let gen2 = pools.gen2.as_ref().and_then(|pool| match attributes.hosted_ui(pool) {
        Some(HostedUiReading::Read(found)) => Some(found.as_ref().clone()),
        _ => None,
    });
    match attributes.hosted_ui(&pools.gen1) {
        Some(HostedUiReading::Read(found)) => Ok(LivePools {
            gen1: found.as_ref().clone(),
            gen2,
            is_presumed: false,
        }),
        reading => {
            let reason = match reading {
                Some(HostedUiReading::Unreadable(reason)) => reason.as_str(),
                _ => "it was not read",
            };
            told.push(findings::not_read(group, &pools.gen1, reason));
            Ok(LivePools {
                gen1: presumed(landscape, &pools.gen1_stack),
                gen2: None,
                is_presumed: true,
            })
        }
    }
}

/// What the Gen 1 stack says of its hosted UI.
fn presumed(landscape: &Landscape<'_>, gen1_stack: &str) -> LiveHostedUi {
    let Some((_, stack)) = Landscape::find(landscape.input.gen1, gen1_stack) else {
        return LiveHostedUi::default();
    };
    let parameter = |name: &str| {
        stack
            .parameters
            .iter()
            .find(|parameter| parameter.parameter_key == name)
            .and_then(|parameter| parameter.parameter_value.as_deref())
    };
    let providers: Vec<Value> = parameter("hostedUIProviderMeta")
        .and_then(|meta| serde_json::from_str(meta).ok())
        .unwrap_or_default();
    LiveHostedUi {
        domain: runtime_output(stack, HOSTED_UI_DOMAIN)
            .filter(|domain| !domain.is_empty())
            .map(|domain| UserPoolDomain {
                name: domain.into(),
                ..UserPoolDomain::default()
            }),
        providers: providers
            .iter()
            .filter_map(|provider| provider.get("ProviderName")?.as_str())
            .map(|name| (name.to_owned(), LiveIdentityProvider::default()))
            .collect(),
        ..LiveHostedUi::default()
    }
}

/// Output of Gen 1's auth stack.
const HOSTED_UI_DOMAIN: &str = "HostedUIDomain";

/// The Gen 1 stack tells of a hosted UI, whether or not Gen 2 has one.
fn has_hosted_ui(landscape: &Landscape<'_>, pools: &Pools) -> bool {
    Landscape::find(landscape.input.gen1, &pools.gen1_stack)
        .and_then(|(_, stack)| runtime_output(stack, HOSTED_UI_DOMAIN))
        .is_some_and(|domain| !domain.is_empty())
}

fn parts(hosted_ui: &LiveHostedUi) -> Vec<Part> {
    let domain = hosted_ui.domain.iter().map(|_| Part::Domain);
    let custom_domain = hosted_ui.custom_domain.iter().map(|_| Part::CustomDomain);
    let providers = hosted_ui.providers.keys().cloned().map(Part::Provider);
    let servers = hosted_ui.resource_servers.keys().cloned().map(Part::ResourceServer);
    domain.chain(custom_domain).chain(providers).chain(servers).collect()
}

fn shown(part: &Part) -> String {
    match part {
        Part::Domain => "a domain below amazoncognito.com".into(),
        Part::CustomDomain => "a custom domain".into(),
        Part::Provider(name) => format!("the identity provider {name}"),
        Part::ResourceServer(identifier) => format!("the resource server {identifier}"),
    }
}

/// CloudFormation imports only what no stack owns: looked for in all stacks of both trees.
fn ensure_not_owned<'a>(
    landscape: &mut Landscape<'a>,
    stack: &Stack,
    released: &ReleasedResource,
    pool: &str,
    name: &str,
) -> Result<(), PlanError> {
    let trees: [&'a StackTree; 2] = [landscape.input.gen1, landscape.input.gen2];
    let resource_type = released.resource.resource_type.as_str();
    for other in trees.into_iter().flat_map(StackTree::walk) {
        let may_own = other
            .resources
            .values()
            .any(|owned| owned.resource_type == resource_type);
        if other.name == stack.name || !may_own {
            continue;
        }
        let state = landscape.load(other)?.clone();
        let owner = candidates(&state, &landscape.knowledge, TYPES, "")
            .into_iter()
            .filter(|candidate| candidate.id.resource_type == resource_type)
            .find(|candidate| {
                let is = |property: &str, value: &str| candidate.text(property).is_none_or(|text| text == value);
                is("UserPoolId", pool) && is(name_property(resource_type), name)
            });
        if let Some(owner) = owner {
            return Err(HostedUiError::Owned {
                resource_type: resource_type.into(),
                name: name.into(),
                user_pool_id: pool.into(),
                owner: other.name.clone(),
                owner_logical_id: owner.id.logical_id,
                stack: stack.name.clone(),
                logical_id: released.resource.logical_id.clone(),
            }
            .into());
        }
    }
    Ok(())
}
