//! The way back: what was moved returns to Gen 1, what was parked returns to Gen 2, and the original templates return to both.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::{
    assembly::{Assembly, PlannedMove},
    error::PlanError,
    forward::transplant,
    give_back::{self, GiveBack, Lost},
    holding::{holding_name, place_of, remembered_moves},
    hosted_ui::{self, Restoration},
    inference::{self, inferred_moves},
    input::PlanInput,
    inventory::{self, KnownTemplate},
    landscape::{HoldingState, Landscape},
    literal::{self, PLACEHOLDER},
    matching::group,
    operation::{DeleteReason, MoveKind, RefactorPlan, ResourceMove, StackRef, UpdatePurpose},
    record::{MigrationRecord, RecordedMove},
};
use crate::{
    backend::finding::Finding,
    cloudformation::{
        Template, same_template,
        simulate::{SimulatedResource, SimulatedStack},
    },
    deployment::Stack,
};

/// Attributes of a resource whose change touches the resource itself in no way.
const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

/// Plans the way back from what is live. With the record of the migration the original templates return too; without it
/// the logical ids come from the holding stacks, or from the ids that Amplify gives in Gen 1. Then the templates that were
/// deployed last return where they provably describe the same; the others stay literal.
///
/// # Errors
/// When a stack is missing, something that was moved is nowhere to be found, or a value that is needed is not known.
pub fn plan_rollback(input: &PlanInput<'_>, record: Option<&MigrationRecord>) -> Result<RefactorPlan, PlanError> {
    let mut landscape = Landscape::new(*input, record)?;
    let mut findings = Vec::new();
    let stacks: Vec<(&str, &Stack)> = input
        .gen2
        .nested
        .iter()
        .map(|(logical_id, tree)| (logical_id.as_str(), &tree.stack))
        .collect();
    let mut units = Vec::new();
    for (nested_id, stack) in stacks {
        if let Some(unit) = unit(&mut landscape, nested_id, stack, record, &mut findings)? {
            units.push(unit);
        }
    }
    let accounted: IndexSet<&str> = units
        .iter()
        .flat_map(|unit: &Unit| &unit.gen1_stacks)
        .map(String::as_str)
        .collect();
    inference::nothing_is_lost(&mut landscape, &accounted)?;
    let (simulation, references) = landscape.simulation();
    let mut assembly = Assembly::new(simulation, references);
    give_back_last(&mut units);
    for unit in &units {
        plan_unit(&landscape, &mut assembly, unit)?;
        restore_templates(&mut assembly, unit, record, input.pushed, &mut findings);
    }
    let exclusive = units.iter().flat_map(Unit::real_resources).collect();
    let (operations, violations) = assembly.finish(&exclusive);
    findings.sort();
    findings.dedup();
    Ok(RefactorPlan {
        rollback: true,
        operations,
        next_deployment: Vec::new(),
        findings,
        record: record.cloned().unwrap_or_else(|| MigrationRecord {
            gen1_root: reference(&input.gen1.stack),
            gen2_root: reference(&input.gen2.stack),
            stacks: IndexMap::new(),
            moves: Vec::new(),
            released: Vec::new(),
        }),
        violations,
    })
}

fn reference(stack: &Stack) -> StackRef {
    StackRef {
        name: stack.name.clone(),
        id: stack.id.clone(),
    }
}

/// What has to be done for one Gen 2 stack.
struct Unit {
    group: String,
    gen2_stack: String,
    holding: HoldingState,
    /// Gen 1 stacks that took part, whether or not anything has to come back to them.
    gen1_stacks: IndexSet<String>,
    /// Resources of Gen 1 that are in the Gen 2 stack.
    back: Vec<RecordedMove>,
    /// Resources of Gen 1 that no stack owns any more.
    give_back: Vec<GiveBack>,
    /// What waits in the holding stack, and returns.
    parked: Vec<ResourceMove>,
    /// Something else stays in the holding stack: a deployment has taken its place.
    keeps_holding: bool,
    hosted_ui: Restoration,
    /// Stacks that are whole again when this unit is done.
    completes: IndexSet<String>,
}

/// Category by category: a stack gets its template back as soon as no later unit needs it any more.
fn give_back_last(units: &mut [Unit]) {
    let mut later: IndexSet<String> = IndexSet::new();
    for unit in units.iter_mut().rev() {
        let all = unit.gen1_stacks.iter().chain([&unit.gen2_stack]);
        unit.completes = all.filter(|stack| !later.contains(*stack)).cloned().collect();
        later.extend(unit.completes.iter().cloned());
    }
}

impl Unit {
    fn real_resources(&self) -> Vec<(String, String)> {
        let moved = self
            .back
            .iter()
            .map(|moved| (moved.resource_type.clone(), moved.physical_id.clone()));
        let parked = self
            .parked
            .iter()
            .map(|moved| (moved.resource_type.clone(), moved.physical_id.clone()));
        let given_back = self
            .give_back
            .iter()
            .map(|given| (given.resource.resource_type.clone(), given.resource.physical_id.clone()));
        moved.chain(given_back).chain(parked).collect()
    }
}

/// Reads what one Gen 2 stack and its holding stack hold; `None` when the stack took no part.
fn unit<'a>(
    landscape: &mut Landscape<'a>,
    nested_id: &str,
    stack: &'a Stack,
    record: Option<&MigrationRecord>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Unit>, PlanError> {
    let holding = landscape.holding(&stack.name)?;
    let parked = landscape
        .state(&holding_name(&stack.name))
        .filter(|_| holding == HoldingState::Usable)
        .map(parked_resources)
        .unwrap_or_default();
    let remembered = known_moves(landscape, nested_id, stack, holding, record, findings)?;
    if holding == HoldingState::Absent && remembered.is_empty() {
        return Ok(None);
    }
    landscape.load(stack)?;
    let mut gen1_stacks = IndexSet::new();
    let mut back = Vec::new();
    let mut lost = Vec::new();
    let moves = remembered.clone();
    for moved in remembered {
        let gen1 = Landscape::find(landscape.input.gen1, &moved.source.stack);
        let gen1_state = match gen1 {
            Some((_, gen1)) => Some(landscape.load(gen1)?.clone()),
            None => None,
        };
        gen1_stacks.insert(moved.source.stack.clone());
        let gen2_state = landscape.state(&stack.name);
        let in_gen2 = gen2_state.is_some_and(|state| owns(state, &moved.target.logical_id, &moved));
        let in_gen1 = gen1_state
            .as_ref()
            .is_some_and(|state| owns(state, &moved.source.logical_id, &moved));
        // What Gen 1 owns is home. Gen 2 may own something of that physical id as well: groups are known by their names,
        // and each pool has its own.
        if in_gen1 {
            continue;
        }
        if in_gen2 && gen1_state.is_some() {
            back.push(moved);
            continue;
        }
        if gen1_state.is_none() {
            return Err(PlanError::SourceGone {
                moved: Box::new(moved),
                is_in_gen2: in_gen2,
            });
        }
        let present = gen2_state.and_then(|state| state.resources.get(&moved.target.logical_id));
        lost.push(Lost::new(moved, present.and_then(|owned| owned.physical_id.as_deref())));
    }
    let give_back = give_back::plan(landscape, &lost, record, findings)?;
    findings.extend(lost_parked(landscape, stack, record, &back, &parked));
    let (parked, superseded) = restorable(landscape, stack, &back, parked);
    findings.extend(superseded.iter().map(|(one, place)| {
        inventory::parked_superseded(one, place.as_ref(), &stack.name, &holding_name(&stack.name))
    }));
    let group = unit_group(landscape, &gen1_stacks, stack);
    let hosted_ui = hosted_ui::plan_back(landscape, stack, &moves, &group, findings)?;
    Ok(Some(Unit {
        group,
        hosted_ui,
        gen2_stack: stack.name.clone(),
        holding,
        gen1_stacks,
        back,
        give_back,
        parked,
        keeps_holding: !superseded.is_empty(),
        completes: IndexSet::new(),
    }))
}

/// What returns from the holding stack, and what cannot because a deployment has put another resource in its place since:
/// with that resource where it is in the Gen 2 stack now.
fn restorable(
    landscape: &Landscape<'_>,
    stack: &Stack,
    back: &[RecordedMove],
    parked: Vec<ResourceMove>,
) -> (Vec<ResourceMove>, Vec<(ResourceMove, Option<SimulatedResource>)>) {
    let gen2 = landscape.state(&stack.name);
    let taken_by = |logical_id: &str| {
        let owned = gen2?.resources.get(logical_id)?;
        let leaves = back.iter().any(|moved| moved.target.logical_id == logical_id);
        (!leaves).then(|| owned.clone())
    };
    let holding = landscape.state(&holding_name(&stack.name));
    let number =
        |one: &ResourceMove| holding.map_or(0, |holding| place_of(&holding.template, &one.source_logical_id).1);
    let mut restored = Vec::new();
    let mut superseded = Vec::new();
    for one in &parked {
        let place = taken_by(&one.target_logical_id);
        let is_last = !parked
            .iter()
            .any(|other| other.target_logical_id == one.target_logical_id && number(other) > number(one));
        if place.is_none() && is_last {
            restored.push(one.clone());
        } else {
            superseded.push((one.clone(), place));
        }
    }
    (restored, superseded)
}

/// What was parked and is neither in the holding stack nor back in its own: somebody deleted it there, or the whole stack.
fn lost_parked(
    landscape: &Landscape<'_>,
    stack: &Stack,
    record: Option<&MigrationRecord>,
    back: &[RecordedMove],
    parked: &[ResourceMove],
) -> Vec<Finding> {
    let Some(record) = record else {
        // Moving and parking go together: without the one the other is not to be had.
        let is_gone = parked.is_empty() && !back.is_empty();
        return is_gone
            .then(|| inventory::parked_unknown(&stack.name, &holding_name(&stack.name)))
            .into_iter()
            .collect();
    };
    let is_parked = |moved: &&RecordedMove| moved.kind == MoveKind::Park && moved.source.stack == stack.name;
    record
        .moves
        .iter()
        .filter(is_parked)
        .filter(|moved| {
            let waits = parked.iter().any(|one| one.physical_id == moved.physical_id);
            let is_back = landscape
                .state(&stack.name)
                .is_some_and(|state| owns(state, &moved.source.logical_id, moved));
            !waits && !is_back
        })
        .map(inventory::parked_lost)
        .collect()
}

fn owns(state: &SimulatedStack, logical_id: &str, moved: &RecordedMove) -> bool {
    state
        .resources
        .get(logical_id)
        .is_some_and(|resource| resource.physical_id.as_deref() == Some(moved.physical_id.as_str()))
}

fn unit_group(landscape: &Landscape<'_>, gen1_stacks: &IndexSet<String>, gen2_stack: &Stack) -> String {
    let groups: Vec<String> = landscape
        .input
        .resources
        .iter()
        .filter(|resource| {
            landscape
                .gen1_stack(&resource.id.logical_id())
                .is_some_and(|stack| gen1_stacks.contains(&stack.name))
        })
        .map(group)
        .collect();
    if groups.is_empty() {
        gen2_stack.name.clone()
    } else {
        groups.join(", ")
    }
}

fn parked_resources(holding: &SimulatedStack) -> Vec<ResourceMove> {
    holding
        .template
        .resources()
        .filter(|resource| resource.logical_id != PLACEHOLDER)
        .filter_map(|resource| {
            let owned = holding.resources.get(resource.logical_id)?;
            Some(ResourceMove {
                source_logical_id: resource.logical_id.into(),
                target_logical_id: place_of(&holding.template, resource.logical_id).0,
                resource_type: owned.resource_type.clone(),
                physical_id: owned.physical_id.clone()?,
            })
        })
        .collect()
}

/// What was moved into this Gen 2 stack: from the record, else from the holding stack, else from Amplify's own ids.
fn known_moves<'a>(
    landscape: &mut Landscape<'a>,
    nested_id: &str,
    stack: &'a Stack,
    holding: HoldingState,
    record: Option<&MigrationRecord>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<RecordedMove>, PlanError> {
    let into_this = |moves: &[RecordedMove]| -> Vec<RecordedMove> {
        moves
            .iter()
            .filter(|moved| moved.kind == MoveKind::Move && moved.target.stack == stack.name)
            .cloned()
            .collect()
    };
    if let Some(record) = record {
        let moves = into_this(&record.moves);
        if !moves.is_empty() {
            return Ok(moves);
        }
    }
    let holding_stack = landscape
        .state(&holding_name(&stack.name))
        .filter(|_| holding == HoldingState::Usable);
    if let Some(holding_stack) = holding_stack {
        let moves = into_this(&remembered_moves(&holding_stack.template));
        if !moves.is_empty() {
            return Ok(moves);
        }
    }
    let inferred = inferred_moves(landscape, nested_id, stack)?;
    for moved in &inferred {
        findings.push(inventory::inferred(moved));
    }
    Ok(inferred)
}

fn plan_unit(landscape: &Landscape<'_>, assembly: &mut Assembly<'_>, unit: &Unit) -> Result<(), PlanError> {
    let holding_stack = holding_name(&unit.gen2_stack);
    if unit.holding == HoldingState::Shell {
        assembly.shell(&holding_stack);
        assembly.delete(&holding_stack, DeleteReason::Shell, &unit.group);
    }
    prepare_gen2(landscape, assembly, unit)?;
    let released = unit.hosted_ui.release.iter().map(|released| released.resource.clone());
    assembly.release(&unit.gen2_stack, released.collect(), &unit.group);
    for gen1_stack in &unit.gen1_stacks {
        move_back(assembly, unit, gen1_stack);
        // What it refers to is back by now.
        let given_back = unit.give_back.iter().filter(|given| given.stack == *gen1_stack);
        let given_back = given_back.map(|given| (given.resource.clone(), given.definition.clone()));
        assembly.give_back(gen1_stack, given_back.collect(), &unit.group);
    }
    if unit.holding == HoldingState::Usable {
        restore_parked(assembly, unit, &holding_stack);
    }
    let adopt = unit.hosted_ui.adopt.iter();
    let adopt = adopt.map(|adoption| (adoption.resource.clone(), adoption.definition.clone()));
    assembly.adopt(&unit.gen2_stack, adopt.collect(), &unit.group);
    // It remembers what was released: it goes when that is back.
    if unit.holding == HoldingState::Usable && !unit.keeps_holding {
        assembly.delete(&holding_stack, DeleteReason::EmptyHolding, &unit.group);
    }
    Ok(())
}

/// A deployment after the refactor has made the Gen 2 template symbolic again.
fn prepare_gen2(landscape: &Landscape<'_>, assembly: &mut Assembly<'_>, unit: &Unit) -> Result<(), PlanError> {
    let moved: IndexSet<String> = unit.back.iter().map(|moved| moved.target.logical_id.clone()).collect();
    let released = unit.hosted_ui.release.iter();
    let released: IndexSet<String> = released.map(|released| released.resource.logical_id.clone()).collect();
    let leaves = !moved.is_empty() || !released.is_empty();
    let Some(state) = assembly.simulation.stacks.get(&unit.gen2_stack).filter(|_| leaves) else {
        return Ok(());
    };
    let deployed = landscape.deployed(&unit.gen2_stack);
    let prepared = literal::prepare(state, deployed, &landscape.knowledge, &moved, &released)?;
    assembly.update(&unit.gen2_stack, prepared, UpdatePurpose::Prepare, &unit.group);
    Ok(())
}

fn move_back(assembly: &mut Assembly<'_>, unit: &Unit, gen1_stack: &str) {
    let moved: Vec<&RecordedMove> = unit
        .back
        .iter()
        .filter(|moved| moved.source.stack == gen1_stack)
        .collect();
    if moved.is_empty() {
        return;
    }
    let renamed: IndexMap<&str, &str> = moved
        .iter()
        .map(|moved| (moved.target.logical_id.as_str(), moved.source.logical_id.as_str()))
        .collect();
    let (Some(source), Some(target)) = (
        assembly.template(&unit.gen2_stack).cloned(),
        assembly.template(gen1_stack).cloned(),
    ) else {
        return;
    };
    let (source_after, target_after, order) = transplant(source, target, &renamed);
    let moves = order
        .iter()
        .filter_map(|logical_id| moved.iter().find(|moved| moved.target.logical_id == *logical_id))
        .map(|moved| ResourceMove {
            source_logical_id: moved.target.logical_id.clone(),
            target_logical_id: moved.source.logical_id.clone(),
            resource_type: moved.resource_type.clone(),
            physical_id: moved.physical_id.clone(),
        })
        .collect();
    let planned = PlannedMove {
        kind: MoveKind::MoveBack,
        source: &unit.gen2_stack,
        target: gen1_stack,
        source_after,
        target_after,
        moves,
    };
    assembly.refactor(planned, &unit.group);
}

fn restore_parked(assembly: &mut Assembly<'_>, unit: &Unit, holding_stack: &str) {
    if unit.parked.is_empty() {
        return;
    }
    let Some(mut holding) = assembly.template(holding_stack).cloned() else {
        return;
    };
    if holding.resource(PLACEHOLDER).is_none() && !unit.keeps_holding {
        holding.insert("Resources", PLACEHOLDER, literal::placeholder());
        assembly.update(holding_stack, holding.clone(), UpdatePurpose::Placeholder, &unit.group);
    }
    let Some(gen2) = assembly.template(&unit.gen2_stack).cloned() else {
        return;
    };
    let same_ids: IndexMap<&str, &str> = unit
        .parked
        .iter()
        .map(|moved| (moved.source_logical_id.as_str(), moved.target_logical_id.as_str()))
        .collect();
    let (source_after, target_after, _) = transplant(holding, gen2, &same_ids);
    let planned = PlannedMove {
        kind: MoveKind::Restore,
        source: holding_stack,
        target: &unit.gen2_stack,
        source_after,
        target_after,
        moves: unit.parked.clone(),
    };
    assembly.refactor(planned, &unit.group);
}

/// Gives the stacks their original templates back where that changes no resource; else takes the placeholder away.
fn restore_templates(
    assembly: &mut Assembly<'_>,
    unit: &Unit,
    record: Option<&MigrationRecord>,
    pushed: &IndexMap<String, Template>,
    findings: &mut Vec<Finding>,
) {
    for stack in &unit.completes {
        let Some(live) = assembly.template(stack).cloned() else {
            continue;
        };
        let recorded = record
            .and_then(|record| record.stacks.get(stack))
            .map(|recorded| &recorded.original);
        let pushed_here = pushed.get(stack).filter(|pushed| has_outputs_of(pushed, &live));
        let protected = pushed_here.map(|pushed| with_protection_of(pushed, &live));
        let original = recorded
            .or(protected.as_ref())
            .map(|original| with_metadata_of(original, &live));
        if original.as_ref().is_some_and(|original| same_template(original, &live)) {
            continue;
        }
        match original.filter(|original| changes_nothing(assembly, stack, original)) {
            Some(original) => {
                assembly.update(stack, original, UpdatePurpose::RestoreTemplate, &unit.group);
            }
            None => {
                let known = match (recorded, pushed.get(stack)) {
                    (Some(_), _) => KnownTemplate::Recorded,
                    (None, Some(_)) => KnownTemplate::Pushed,
                    (None, None) => KnownTemplate::None,
                };
                findings.push(inventory::template_stays_literal(stack, known));
                without_placeholder(assembly, stack, live, &unit.group);
            }
        }
    }
}

/// What was deployed last, with what has been done since to keep resources alive: the lock has protected them, and only
/// unlocking may end that.
fn with_protection_of(pushed: &Template, live: &Template) -> Template {
    let mut protected = pushed.clone();
    for resource in pushed.resources() {
        let Some(now) = live.resource(resource.logical_id) else {
            continue;
        };
        let mut definition = resource.definition.clone();
        for policy in POLICIES {
            if let Some(retain) = now.definition.get(policy).filter(|value| *value == "Retain") {
                definition.insert(policy.into(), retain.clone());
            }
        }
        let is_protected = now.property(TABLE_PROTECTION).filter(|value| *value == true);
        if let (Some(value), Some(Value::Object(properties))) = (is_protected, definition.get_mut("Properties")) {
            properties.insert(TABLE_PROTECTION.into(), value.clone());
        }
        protected.insert("Resources", resource.logical_id, Value::Object(definition));
    }
    protected
}

/// Property by which a table refuses to be deleted.
const TABLE_PROTECTION: &str = "DeletionProtectionEnabled";

/// Whoever reads an output of the stack finds it. What is only in the pushed template may have a condition that is false.
fn has_outputs_of(pushed: &Template, live: &Template) -> bool {
    let has = |template: &Template, name: &str| template.outputs().any(|output| output.name == name);
    let mut own = pushed.outputs();
    live.outputs().all(|output| has(pushed, output.name))
        && own.all(|output| has(live, output.name) || output.condition().is_some())
}

/// The template with the metadata that its resources have now: what comes back after a deployment brings the paths of CDK
/// along, and an update of metadata alone is an update of the resource.
fn with_metadata_of(original: &Template, live: &Template) -> Template {
    const METADATA: &str = "Metadata";
    let mut template = original.clone();
    for resource in live.resources() {
        let current = resource.definition.get(METADATA);
        let Some(before) = original.resource(resource.logical_id) else {
            continue;
        };
        if before.definition.get(METADATA) == current {
            continue;
        }
        let mut definition = before.definition.clone();
        match current {
            Some(metadata) => definition.insert(METADATA.into(), metadata.clone()),
            None => definition.shift_remove(METADATA),
        };
        template.insert("Resources", resource.logical_id, Value::Object(definition));
    }
    template
}

/// The update would touch nothing but policies and the placeholder.
fn changes_nothing(assembly: &Assembly<'_>, stack: &str, original: &Template) -> bool {
    let mut trial = assembly.simulation.clone();
    trial.update(stack, original).is_ok_and(|effect| {
        effect.created.is_empty()
            && effect.changed.is_empty()
            && effect.deleted.iter().all(|logical_id| logical_id == PLACEHOLDER)
            && effect
                .attributes
                .iter()
                .all(|(_, attribute)| POLICIES.contains(attribute))
    })
}

fn without_placeholder(assembly: &mut Assembly<'_>, stack: &str, mut template: Template, group: &str) {
    let others = assembly
        .simulation
        .stacks
        .get(stack)
        .is_some_and(|stack| stack.resources.keys().any(|logical_id| logical_id != PLACEHOLDER));
    if others && template.remove("Resources", PLACEHOLDER).is_some() {
        assembly.update(stack, template, UpdatePurpose::RestoreTemplate, group);
    }
}
