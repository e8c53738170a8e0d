//! Finding what moves where: the resources of the app, their stacks on both sides, and the pairs.

use super::{
    candidate::{Candidate, candidates},
    error::{PairCandidate, PlanError},
    inventory,
    landscape::Landscape,
    pairing::{PairingContext, PairingRule, PairingSource, construct_names, pair, rule_for},
    prediction::Successor,
};
use crate::{
    backend::{finding::Finding, model::Resource},
    cloudformation::{
        evaluate::ParameterValue,
        simulate::{ResourceMapping, SimulatedStack, cannot_move},
    },
    deployment::{Stack, plain_stack_name},
};

/// A Gen 1 resource and the Gen 2 resource whose place it takes.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// For people, for example `auth/myapp (Cognito)`.
    pub(super) group: String,
    /// The Gen 1 resource.
    pub(super) source: PairCandidate,
    /// The Gen 2 resource; its stack is the Gen 2 stack even when it is parked.
    pub(super) target: PairCandidate,
    /// The Gen 2 resource waits in the holding stack already.
    pub(super) parked: bool,
}

/// What matching found.
#[derive(Default)]
pub(super) struct Matches {
    pub(super) pairs: Vec<Pair>,
    /// The same pairs with their definitions.
    pub(super) successors: Vec<Successor>,
    pub(super) findings: Vec<Finding>,
}

impl Matches {
    fn insert(&mut self, successor: Successor) {
        self.pairs.push(Pair {
            group: successor.group.clone(),
            source: successor.source.id.clone(),
            target: successor.target.id.clone(),
            parked: successor.target.parked,
        });
        self.successors.push(successor);
    }
}

/// Everything that moves.
pub(super) fn matches(landscape: &mut Landscape<'_>) -> Result<Matches, PlanError> {
    let mappings = landscape.input.mappings;
    matched(landscape).map_err(|error| mappings.located(error))
}

fn matched(landscape: &mut Landscape<'_>) -> Result<Matches, PlanError> {
    let resources = landscape.input.resources;
    let mut matches = Matches::default();
    let imported_auth = resources
        .iter()
        .any(|resource| resource.imported && resource.id.category.0 == "auth");
    let mut services: Vec<(&'static PairingRule, Vec<&Resource>)> = Vec::new();
    for resource in resources {
        let Some(rule) = rule_for(resource) else {
            matches.findings.extend(inventory::unmoved_resource(resource));
            continue;
        };
        if resource.imported || imported_auth && rule.category == "auth" {
            matches.findings.push(inventory::imported(resource));
            continue;
        }
        match services.iter_mut().find(|(known, _)| std::ptr::eq(*known, rule)) {
            Some((_, resources)) => resources.push(resource),
            None => services.push((rule, vec![resource])),
        }
    }
    let mut open: Vec<&ResourceMapping> = landscape.input.mappings.mappings.iter().collect();
    for (rule, resources) in services {
        match_service(landscape, rule, &resources, &mut open, &mut matches)?;
    }
    for mapping in open {
        let successor = custom_pair(landscape, mapping)?;
        matches.insert(successor);
    }
    landscape.input.obstacles.leave_out(&mut matches);
    Ok(matches)
}

fn match_service<'a>(
    landscape: &mut Landscape<'a>,
    rule: &PairingRule,
    resources: &[&Resource],
    mappings: &mut Vec<&'a ResourceMapping>,
    matches: &mut Matches,
) -> Result<(), PlanError> {
    let types = rule.all_types();
    let constructs = construct_names(landscape.input.resources);
    let mut states = Vec::new();
    for resource in resources {
        let logical_id = resource.id.logical_id();
        let stack = landscape
            .gen1_stack(&logical_id)
            .ok_or_else(|| PlanError::SourceStackMissing {
                root: landscape.input.gen1.stack.name.clone(),
                resource: resource.id.to_string(),
                logical_id: logical_id.clone(),
                present: Landscape::nested_ids(landscape.input.gen1),
            })?;
        let state = landscape.load(stack)?.clone();
        states.push((*resource, stack, state));
    }
    let mut sources = Vec::new();
    for (resource, stack, state) in &states {
        let found = candidates(state, &landscape.knowledge, &types, "");
        matches.findings.extend(inventory::left_behind(resource, stack, &types));
        if found.is_empty() {
            matches.findings.push(inventory::nothing_to_move(resource, stack));
        }
        sources.extend(found.into_iter().map(|candidate| PairingSource {
            context: PairingContext {
                resource,
                environment: environment(state),
                constructs: &constructs,
            },
            candidate,
        }));
    }
    if sources.is_empty() {
        return Ok(());
    }
    let mut stacks: Vec<(&str, &Stack)> = landscape.gen2_stacks(rule.category);
    for mapping in mappings.iter() {
        let names_source = sources
            .iter()
            .any(|source| names(&mapping.source, &source.candidate.id));
        if names_source {
            let found = gen2_stack_of(landscape, mapping)?;
            if !stacks.iter().any(|(_, stack)| stack.name == found.1.name) {
                stacks.push(found);
            }
        }
    }
    let mut targets = Vec::new();
    for (nested_id, stack) in stacks {
        targets.extend(landscape.gen2_candidates(nested_id, stack, &types)?);
    }
    let decided = decided(mappings, &sources, &targets)?;
    if let (true, Some(source)) = (targets.is_empty(), sources.first()) {
        return Err(PlanError::TargetStackMissing {
            root: landscape.input.gen2.stack.name.clone(),
            resource: source.context.resource.id.to_string(),
            category: rule.category.into(),
            resource_type: source.candidate.id.resource_type.clone(),
            present: Landscape::nested_ids(landscape.input.gen2),
        });
    }
    let found = pair(rule, &sources, &targets, decided)?;
    for (source, target) in found.pairs {
        let (source, target) = (&sources[source], &targets[target]);
        matches.insert(Successor {
            group: group(source.context.resource),
            source: source.candidate.clone(),
            target: target.clone(),
        });
    }
    for position in found.left {
        let source = &sources[position];
        matches
            .findings
            .push(inventory::unpaired(source.context.resource, &source.candidate));
    }
    Ok(())
}

/// `category/name (service)`
pub(super) fn group(resource: &Resource) -> String {
    let service = resource.service.as_deref().unwrap_or("no service");
    format!("{} ({service})", resource.id)
}

fn environment(state: &SimulatedStack) -> Option<&str> {
    match state.parameters.get("env")? {
        ParameterValue::Text(environment) if environment != "NONE" => Some(environment),
        _ => None,
    }
}

fn names(address: &crate::cloudformation::simulate::LogicalAddress, candidate: &PairCandidate) -> bool {
    address.logical_resource_id == candidate.logical_id && plain_stack_name(&address.stack_name) == candidate.stack
}

/// The user's pairs among these sources and targets; what is used is taken out of the list.
fn decided(
    mappings: &mut Vec<&ResourceMapping>,
    sources: &[PairingSource<'_>],
    targets: &[Candidate],
) -> Result<Vec<(usize, usize)>, PlanError> {
    let mut decided: Vec<(usize, usize)> = Vec::new();
    let mut rest = Vec::new();
    for mapping in mappings.drain(..) {
        let Some(source) = sources
            .iter()
            .position(|source| names(&mapping.source, &source.candidate.id))
        else {
            rest.push(mapping);
            continue;
        };
        let target = targets
            .iter()
            .position(|target| names(&mapping.destination, &target.id))
            .ok_or_else(|| {
                destination_error(mapping, "no Gen 2 resource that could be replaced has this logical id")
            })?;
        if sources[source].candidate.id.resource_type != targets[target].id.resource_type {
            return Err(destination_error(mapping, "it has another type than the source"));
        }
        if decided.iter().any(|(one, other)| *one == source || *other == target) {
            return Err(destination_error(
                mapping,
                "the source or the destination is named twice",
            ));
        }
        decided.push((source, target));
    }
    *mappings = rest;
    Ok(decided)
}

fn destination_error(mapping: &ResourceMapping, message: &str) -> PlanError {
    PlanError::Mapping {
        place: None,
        stack: mapping.destination.stack_name.clone(),
        logical_id: mapping.destination.logical_resource_id.clone(),
        message: message.into(),
    }
}

fn source_error(mapping: &ResourceMapping, message: &str) -> PlanError {
    PlanError::Mapping {
        place: None,
        stack: mapping.source.stack_name.clone(),
        logical_id: mapping.source.logical_resource_id.clone(),
        message: message.into(),
    }
}

fn gen2_stack_of<'a>(landscape: &Landscape<'a>, mapping: &ResourceMapping) -> Result<(&'a str, &'a Stack), PlanError> {
    Landscape::find(landscape.input.gen2, &mapping.destination.stack_name)
        .or_else(|| Landscape::find(landscape.input.gen2, plain_stack_name(&mapping.destination.stack_name)))
        .ok_or_else(|| destination_error(mapping, "the Gen 2 tree has no such stack"))
}

/// A pair of the user's that belongs to no service that is known: any movable resource of a Gen 1 stack.
fn custom_pair(landscape: &mut Landscape<'_>, mapping: &ResourceMapping) -> Result<Successor, PlanError> {
    let stack_name = &mapping.source.stack_name;
    let (_, stack) = Landscape::find(landscape.input.gen1, stack_name)
        .or_else(|| Landscape::find(landscape.input.gen1, plain_stack_name(stack_name)))
        .ok_or_else(|| source_error(mapping, "the Gen 1 tree has no such stack"))?;
    let owned = stack
        .resources
        .get(&mapping.source.logical_resource_id)
        .ok_or_else(|| source_error(mapping, "the stack has no such resource"))?;
    if let Some(reason) = cannot_move(&owned.resource_type) {
        return Err(source_error(mapping, &reason));
    }
    let types = [owned.resource_type.as_str()];
    let state = landscape.load(stack)?.clone();
    let source = candidates(&state, &landscape.knowledge, &types, "")
        .into_iter()
        .find(|candidate| names(&mapping.source, &candidate.id))
        .ok_or_else(|| source_error(mapping, "the stack has no such resource"))?;
    let (nested_id, target_stack) = gen2_stack_of(landscape, mapping)?;
    let target = landscape
        .gen2_candidates(nested_id, target_stack, &types)?
        .into_iter()
        .find(|candidate| names(&mapping.destination, &candidate.id))
        .ok_or_else(|| destination_error(mapping, "no Gen 2 resource of the same type has this logical id"))?;
    Ok(Successor {
        group: format!("{} ({})", source.id.stack, source.id.resource_type),
        source,
        target,
    })
}
