//! The way to Gen 2: park what Gen 2 made, move what Gen 1 has into its place.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::{
    assembly::{Assembly, PlannedMove},
    error::{PairCandidate, PlanError},
    holding::{empty_template, holding_name, parking_id},
    hosted_ui::{self, HostedUi},
    input::PlanInput,
    landscape::{HoldingState, Landscape},
    literal::{self, PLACEHOLDER},
    matching::{Pair, group, matches},
    operation::{DeleteReason, MoveKind, RefactorPlan, ResourceMove, StackRef, UpdatePurpose},
    prediction,
    record::{MigrationRecord, RecordedAddress, RecordedMove, RecordedStack},
};
use crate::{backend::finding::Finding, cloudformation::Template};

/// Plans the refactor from what is live: what an earlier run has done is not planned again.
///
/// `earlier` is what earlier runs of the same migration journaled; without it the holding stacks tell what they released.
///
/// # Errors
/// When a stack or a counterpart is missing, something is ambiguous, or a value that is needed is not known.
pub fn plan_forward(input: &PlanInput<'_>, earlier: Option<&MigrationRecord>) -> Result<RefactorPlan, PlanError> {
    let mut landscape = Landscape::new(*input, earlier)?;
    let matches = matches(&mut landscape)?;
    let mut findings = matches.findings;
    let mut units = units(matches.pairs);
    units.extend(unfinished(&mut landscape, &units)?);
    let mut holdings = IndexMap::new();
    for unit in &units {
        holdings.insert(unit.gen2_stack.clone(), landscape.holding(&unit.gen2_stack)?);
    }
    for unit in &mut units {
        plan_hosted_ui(&mut landscape, unit, &mut findings)?;
    }
    let mut successors = matches.successors;
    successors.retain(|successor| units.iter().any(|unit| unit.moves(&successor.target.id)));
    let next_deployment = prediction::predict(&successors, &landscape.superseded());
    findings.extend(prediction::findings(&next_deployment));
    let record = record(&landscape, &units)?;
    let (simulation, references) = landscape.simulation();
    let mut assembly = Assembly::new(simulation, references);
    // Everything is retained before anything moves: what the service refuses to prepare stops a run that has changed nothing.
    for unit in &units {
        let holding = holdings.get(&unit.gen2_stack).copied().unwrap_or(HoldingState::Absent);
        let holding_stack = holding_name(&unit.gen2_stack);
        if holding == HoldingState::Shell {
            assembly.shell(&holding_stack);
            assembly.delete(&holding_stack, DeleteReason::Shell, &unit.group(&landscape));
        } else if holding == HoldingState::Usable && is_left_over(&landscape, unit, &holding_stack) {
            assembly.delete(&holding_stack, DeleteReason::EmptyHolding, &unit.group(&landscape));
        }
    }
    prepare_sources(&landscape, &mut assembly, &units)?;
    for unit in &units {
        prepare_target(&landscape, &mut assembly, unit)?;
    }
    for unit in &units {
        move_unit(&landscape, &mut assembly, unit, &record);
    }
    let exclusive = units
        .iter()
        .flat_map(|unit| unit.pairs.iter().flat_map(real_resources))
        .collect();
    let (operations, violations) = assembly.finish(&exclusive);
    Ok(RefactorPlan {
        rollback: false,
        operations,
        findings,
        next_deployment,
        record,
        violations,
    })
}

/// A rollback was about to delete the holding stack, and may have closed it to everything: a new one takes its place.
fn is_left_over(landscape: &Landscape<'_>, unit: &Unit, holding_stack: &str) -> bool {
    let owns_nothing = landscape
        .state(holding_stack)
        .is_some_and(|holding| holding.resources.keys().all(|logical_id| logical_id == PLACEHOLDER));
    // What it remembers of Gen 2's hosted UI is in the journal, and in the new one from its beginning.
    owns_nothing && unit.waiting().next().is_some()
}

/// All pairs of one Gen 2 stack: they are parked together.
struct Unit {
    gen2_stack: String,
    pairs: Vec<Pair>,
    hosted_ui: HostedUi,
}

impl Unit {
    /// What it belongs to.
    fn group(&self, landscape: &Landscape<'_>) -> String {
        let groups: IndexSet<&str> = self.pairs.iter().map(|pair| pair.group.as_str()).collect();
        if !groups.is_empty() {
            return groups.into_iter().collect::<Vec<_>>().join(", ");
        }
        let pool = landscape.input.resources.iter().find(|resource| {
            resource.id.category.0 == "auth" && resource.service.as_deref() == Some("Cognito") && !resource.imported
        });
        pool.map_or_else(|| self.gen2_stack.clone(), group)
    }

    /// Gen 1 stacks that resources come from.
    fn sources(&self) -> IndexSet<&str> {
        self.pairs.iter().map(|pair| pair.source.stack.as_str()).collect()
    }

    /// Something takes the place of this Gen 2 resource.
    fn moves(&self, target: &PairCandidate) -> bool {
        self.pairs.iter().any(|pair| pair.target == *target)
    }

    /// Pairs whose Gen 2 resource is to be parked and is not yet; one of the hosted UI is released instead.
    fn waiting(&self) -> impl Iterator<Item = &Pair> {
        self.pairs
            .iter()
            .filter(|pair| !pair.parked && !hosted_ui::TYPES.contains(&pair.target.resource_type.as_str()))
    }
}

fn units(pairs: Vec<Pair>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for pair in pairs {
        match units.iter_mut().find(|unit| unit.gen2_stack == pair.target.stack) {
            Some(unit) => unit.pairs.push(pair),
            None => units.push(Unit {
                gen2_stack: pair.target.stack.clone(),
                pairs: vec![pair],
                hosted_ui: HostedUi::default(),
            }),
        }
    }
    units
}

/// Gen 2 stacks whose user pool an earlier run has moved: what it released must still be replaced.
fn unfinished(landscape: &mut Landscape<'_>, units: &[Unit]) -> Result<Vec<Unit>, PlanError> {
    let mut found = Vec::new();
    for (_, stack) in landscape.input.gen2.nested.iter().map(|(id, tree)| (id, &tree.stack)) {
        if units.iter().any(|unit| unit.gen2_stack == stack.name) {
            continue;
        }
        landscape.holding(&stack.name)?;
        if !landscape.released(&stack.name).is_empty() {
            found.push(Unit {
                gen2_stack: stack.name.clone(),
                pairs: Vec::new(),
                hosted_ui: HostedUi::default(),
            });
        }
    }
    Ok(found)
}

/// What happens to the hosted UI that belongs to the unit's user pool.
fn plan_hosted_ui(
    landscape: &mut Landscape<'_>,
    unit: &mut Unit,
    findings: &mut Vec<Finding>,
) -> Result<(), PlanError> {
    let Some((_, stack)) = Landscape::find(landscape.input.gen2, &unit.gen2_stack) else {
        return Ok(());
    };
    let group = unit.group(landscape);
    if let Some(planned) = hosted_ui::plan(landscape, stack, &unit.pairs, &group, findings)? {
        let is_gone = |pair: &Pair| {
            hosted_ui::TYPES.contains(&pair.target.resource_type.as_str())
                && planned.gone.contains(&pair.target.logical_id)
        };
        unit.pairs.retain(|pair| !is_gone(pair));
        unit.hosted_ui = planned;
    }
    Ok(())
}

fn real_resources(pair: &Pair) -> [(String, String); 2] {
    [&pair.source, &pair.target].map(|resource| (resource.resource_type.clone(), resource.physical_id.clone()))
}

fn move_unit(landscape: &Landscape<'_>, assembly: &mut Assembly<'_>, unit: &Unit, record: &MigrationRecord) {
    let group = unit.group(landscape);
    park(assembly, unit, &group, record);
    let released = unit.hosted_ui.release.iter().map(|released| released.resource.clone());
    assembly.release(&unit.gen2_stack, released.collect(), &group);
    for source in unit.sources() {
        move_from(assembly, unit, source);
    }
    let adopt = unit.hosted_ui.adopt.iter();
    let adopt = adopt.map(|adoption| (adoption.resource.clone(), adoption.definition.clone()));
    assembly.adopt(&unit.gen2_stack, adopt.collect(), &group);
}

/// Each Gen 1 stack once, whatever number of Gen 2 stacks its resources go to.
fn prepare_sources(landscape: &Landscape<'_>, assembly: &mut Assembly<'_>, units: &[Unit]) -> Result<(), PlanError> {
    let mut sources: IndexMap<&str, Vec<&Pair>> = IndexMap::new();
    for pair in units.iter().flat_map(|unit| &unit.pairs) {
        sources.entry(&pair.source.stack).or_default().push(pair);
    }
    for (source, pairs) in sources {
        let moved: IndexSet<String> = pairs.iter().map(|pair| pair.source.logical_id.clone()).collect();
        let group = pairs.first().map(|pair| pair.group.as_str()).unwrap_or_default();
        let Some(state) = assembly.simulation.stacks.get(source) else {
            continue;
        };
        let deployed = landscape.deployed(source);
        let prepared = literal::prepare(state, deployed, &landscape.knowledge, &moved, &IndexSet::new())?;
        assembly.update(source, prepared, UpdatePurpose::Prepare, group);
    }
    Ok(())
}

fn prepare_target(landscape: &Landscape<'_>, assembly: &mut Assembly<'_>, unit: &Unit) -> Result<(), PlanError> {
    let gen2_stack = unit.gen2_stack.as_str();
    let moved: IndexSet<String> = unit.waiting().map(|pair| pair.target.logical_id.clone()).collect();
    let released: IndexSet<String> = unit
        .hosted_ui
        .release
        .iter()
        .map(|released| released.resource.logical_id.clone())
        .collect();
    let leaves = !moved.is_empty() || !released.is_empty();
    let Some(state) = assembly.simulation.stacks.get(gen2_stack).filter(|_| leaves) else {
        return Ok(());
    };
    let deployed = landscape.deployed(gen2_stack);
    let prepared = literal::prepare(state, deployed, &landscape.knowledge, &moved, &released)?;
    assembly.update(gen2_stack, prepared, UpdatePurpose::Prepare, &unit.group(landscape));
    Ok(())
}

fn park(assembly: &mut Assembly<'_>, unit: &Unit, group: &str, record: &MigrationRecord) {
    let gen2_stack = unit.gen2_stack.as_str();
    let holding_stack = holding_name(gen2_stack);
    let waiting: IndexMap<&str, &Pair> = unit
        .waiting()
        .map(|pair| (pair.target.logical_id.as_str(), pair))
        .collect();
    let Some(prepared) = assembly.template(gen2_stack).filter(|_| !waiting.is_empty()).cloned() else {
        return;
    };
    let moves: Vec<RecordedMove> = record
        .moves
        .iter()
        .filter(|moved| moved.kind == MoveKind::Move && moved.target.stack == gen2_stack)
        .cloned()
        .collect();
    let source_after = prepared.clone();
    let target_after = assembly
        .template(&holding_stack)
        .cloned()
        .unwrap_or_else(|| empty_template(&moves, &unit.hosted_ui.released));
    // In the order of the template, which is also the order of the file that is written.
    let order: Vec<String> = prepared
        .resources()
        .map(|resource| resource.logical_id.to_owned())
        .filter(|logical_id| waiting.contains_key(logical_id.as_str()))
        .collect();
    let before = assembly.template(&holding_stack);
    let renamed: IndexMap<&str, String> = order
        .iter()
        .map(|logical_id| (logical_id.as_str(), parking_id(before, logical_id)))
        .collect();
    let renamed: IndexMap<&str, &str> = renamed.iter().map(|(id, parked)| (*id, parked.as_str())).collect();
    let (source_after, target_after, _) = transplant(source_after, target_after, &renamed);
    let moves = order
        .iter()
        .filter_map(|logical_id| waiting.get_key_value(logical_id.as_str()))
        .map(|(logical_id, pair)| ResourceMove {
            source_logical_id: pair.target.logical_id.clone(),
            target_logical_id: renamed
                .get(logical_id)
                .map_or_else(|| pair.target.logical_id.clone(), |id| (*id).into()),
            resource_type: pair.target.resource_type.clone(),
            physical_id: pair.target.physical_id.clone(),
        })
        .collect();
    let planned = PlannedMove {
        kind: MoveKind::Park,
        source: gen2_stack,
        target: &holding_stack,
        source_after,
        target_after,
        moves,
    };
    assembly.refactor(planned, group);
}

fn move_from(assembly: &mut Assembly<'_>, unit: &Unit, source: &str) {
    let pairs: Vec<&Pair> = unit.pairs.iter().filter(|pair| pair.source.stack == source).collect();
    let group = pairs.first().map(|pair| pair.group.clone()).unwrap_or_default();
    let renamed: IndexMap<&str, &str> = pairs
        .iter()
        .map(|pair| (pair.source.logical_id.as_str(), pair.target.logical_id.as_str()))
        .collect();
    let (Some(source_after), Some(target_after)) = (
        assembly.template(source).cloned(),
        assembly.template(&unit.gen2_stack).cloned(),
    ) else {
        return;
    };
    let (source_after, target_after, order) = transplant(source_after, target_after, &renamed);
    let moves = order
        .iter()
        .filter_map(|logical_id| pairs.iter().find(|pair| pair.source.logical_id == *logical_id))
        .map(|pair| ResourceMove {
            source_logical_id: pair.source.logical_id.clone(),
            target_logical_id: pair.target.logical_id.clone(),
            resource_type: pair.source.resource_type.clone(),
            physical_id: pair.source.physical_id.clone(),
        })
        .collect();
    let planned = PlannedMove {
        kind: MoveKind::Move,
        source,
        target: &unit.gen2_stack,
        source_after,
        target_after,
        moves,
    };
    assembly.refactor(planned, &group);
}

/// Takes resources out of one template and puts them at the end of another under their new logical ids. Returns the old
/// ids in the order of the first template.
pub(super) fn transplant(
    mut source: Template,
    mut target: Template,
    renamed: &IndexMap<&str, &str>,
) -> (Template, Template, Vec<String>) {
    let order: Vec<String> = source
        .resources()
        .map(|resource| resource.logical_id.to_owned())
        .filter(|logical_id| renamed.contains_key(logical_id.as_str()))
        .collect();
    for logical_id in &order {
        let Some(mut definition) = source.remove("Resources", logical_id) else {
            continue;
        };
        if let Some(Value::Array(depends_on)) = definition.get_mut("DependsOn") {
            for dependency in depends_on {
                if let Some(new) = dependency.as_str().and_then(|old| renamed.get(old)) {
                    *dependency = Value::from(*new);
                }
            }
        }
        if let Some(new) = renamed.get(logical_id.as_str()) {
            target.insert("Resources", *new, definition);
        }
    }
    (source, target, order)
}

/// Templates before anything is done, and all moves, the ones of earlier runs excepted.
fn record(landscape: &Landscape<'_>, units: &[Unit]) -> Result<MigrationRecord, PlanError> {
    let root = |stack: &crate::deployment::Stack| StackRef {
        name: stack.name.clone(),
        id: stack.id.clone(),
    };
    let mut record = MigrationRecord {
        gen1_root: root(&landscape.input.gen1.stack),
        gen2_root: root(&landscape.input.gen2.stack),
        stacks: IndexMap::new(),
        moves: Vec::new(),
        released: units.iter().flat_map(|unit| unit.hosted_ui.released.clone()).collect(),
    };
    let address = |stack: &str, logical_id: &str| RecordedAddress {
        stack: stack.into(),
        logical_id: logical_id.into(),
    };
    for pair in units.iter().flat_map(|unit| &unit.pairs) {
        for stack in [&pair.source.stack, &pair.target.stack] {
            if !record.stacks.contains_key(stack)
                && let Some((reference, original)) = landscape.original(stack)?
            {
                let recorded = RecordedStack {
                    stack: reference,
                    original,
                };
                record.stacks.insert(stack.clone(), recorded);
            }
        }
        let target = &pair.target;
        if !hosted_ui::TYPES.contains(&target.resource_type.as_str()) {
            record.moves.push(RecordedMove {
                kind: MoveKind::Park,
                resource_type: target.resource_type.clone(),
                physical_id: target.physical_id.clone(),
                source: address(&target.stack, &target.logical_id),
                target: address(&holding_name(&target.stack), &landscape.parked_as(target)),
            });
        }
        record.moves.push(RecordedMove {
            kind: MoveKind::Move,
            resource_type: pair.source.resource_type.clone(),
            physical_id: pair.source.physical_id.clone(),
            source: address(&pair.source.stack, &pair.source.logical_id),
            target: address(&target.stack, &target.logical_id),
        });
    }
    Ok(record)
}
