//! The way to Gen 2: park what Gen 2 made, move what Gen 1 has into its place.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::{
    assembly::{Assembly, PlannedMove},
    error::PlanError,
    holding::{empty_template, holding_name},
    input::PlanInput,
    landscape::{HoldingState, Landscape},
    literal,
    matching::{Pair, matches},
    operation::{DeleteReason, MoveKind, RefactorPlan, ResourceMove, StackRef, UpdatePurpose},
    record::{MigrationRecord, RecordedAddress, RecordedMove, RecordedStack},
};
use crate::cloudformation::Template;

/// Plans the refactor from what is live: what an earlier run has done is not planned again.
///
/// # Errors
/// When a stack or a counterpart is missing, something is ambiguous, or a value that is needed is not known.
pub fn plan_forward(input: &PlanInput<'_>) -> Result<RefactorPlan, PlanError> {
    let mut landscape = Landscape::new(*input)?;
    let matches = matches(&mut landscape)?;
    let units = units(matches.pairs);
    let mut holdings = IndexMap::new();
    for unit in &units {
        holdings.insert(unit.gen2_stack.clone(), landscape.holding(&unit.gen2_stack)?);
    }
    for unit in &units {
        ensure_no_hosted_ui(&landscape, unit)?;
    }
    let record = record(&landscape, &units)?;
    let (simulation, references) = landscape.simulation();
    let mut assembly = Assembly::new(simulation, references);
    // Everything is retained before anything moves: what the service refuses to prepare stops a run that has changed nothing.
    for unit in &units {
        let holding = holdings.get(&unit.gen2_stack).copied().unwrap_or(HoldingState::Absent);
        if holding == HoldingState::Shell {
            let holding_stack = holding_name(&unit.gen2_stack);
            assembly.shell(&holding_stack);
            assembly.delete(&holding_stack, DeleteReason::Shell, &unit.group());
        }
    }
    prepare_sources(&landscape, &mut assembly, &units)?;
    for unit in &units {
        prepare_target(&landscape, &mut assembly, unit)?;
    }
    for unit in &units {
        move_unit(&mut assembly, unit, &record);
    }
    let exclusive = units
        .iter()
        .flat_map(|unit| unit.pairs.iter().flat_map(real_resources))
        .collect();
    let (operations, violations) = assembly.finish(&exclusive);
    Ok(RefactorPlan {
        rollback: false,
        operations,
        findings: matches.findings,
        record,
        violations,
    })
}

/// All pairs of one Gen 2 stack: they are parked together.
struct Unit {
    gen2_stack: String,
    pairs: Vec<Pair>,
}

impl Unit {
    /// Groups of all pairs, as operations show them.
    fn group(&self) -> String {
        let groups: IndexSet<&str> = self.pairs.iter().map(|pair| pair.group.as_str()).collect();
        groups.into_iter().collect::<Vec<_>>().join(", ")
    }

    /// Gen 1 stacks that resources come from.
    fn sources(&self) -> IndexSet<&str> {
        self.pairs.iter().map(|pair| pair.source.stack.as_str()).collect()
    }

    /// Pairs whose Gen 2 resource is not parked yet.
    fn waiting(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| !pair.parked)
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
            }),
        }
    }
    units
}

/// Domain, identity providers and resource servers of Gen 2 stay with the parked user pool. The next deployment would make them anew on the
/// moved pool, which has its own already, and fail.
fn ensure_no_hosted_ui(landscape: &Landscape<'_>, unit: &Unit) -> Result<(), PlanError> {
    const OF_HOSTED_UI: [&str; 3] = [
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolIdentityProvider",
        "AWS::Cognito::UserPoolResourceServer",
    ];
    let moves_pool = unit
        .pairs
        .iter()
        .any(|pair| !pair.parked && pair.target.resource_type == "AWS::Cognito::UserPool");
    let Some(state) = landscape.state(&unit.gen2_stack).filter(|_| moves_pool) else {
        return Ok(());
    };
    let resources: Vec<String> = state
        .resources
        .iter()
        .filter(|(_, resource)| OF_HOSTED_UI.contains(&resource.resource_type.as_str()))
        .map(|(logical_id, _)| logical_id.clone())
        .collect();
    if resources.is_empty() {
        return Ok(());
    }
    Err(PlanError::HostedUi {
        stack: unit.gen2_stack.clone(),
        resources,
    })
}

fn real_resources(pair: &Pair) -> [(String, String); 2] {
    [&pair.source, &pair.target].map(|resource| (resource.resource_type.clone(), resource.physical_id.clone()))
}

fn move_unit(assembly: &mut Assembly<'_>, unit: &Unit, record: &MigrationRecord) {
    park(assembly, unit, record);
    for source in unit.sources() {
        move_from(assembly, unit, source);
    }
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
        let prepared = literal::prepare(state, deployed, &landscape.knowledge, &moved)?;
        assembly.update(source, prepared, UpdatePurpose::Prepare, group);
    }
    Ok(())
}

fn prepare_target(landscape: &Landscape<'_>, assembly: &mut Assembly<'_>, unit: &Unit) -> Result<(), PlanError> {
    let gen2_stack = unit.gen2_stack.as_str();
    let moved: IndexSet<String> = unit.waiting().map(|pair| pair.target.logical_id.clone()).collect();
    let Some(state) = assembly.simulation.stacks.get(gen2_stack).filter(|_| !moved.is_empty()) else {
        return Ok(());
    };
    let deployed = landscape.deployed(gen2_stack);
    let prepared = literal::prepare(state, deployed, &landscape.knowledge, &moved)?;
    assembly.update(gen2_stack, prepared, UpdatePurpose::Prepare, &unit.group());
    Ok(())
}

fn park(assembly: &mut Assembly<'_>, unit: &Unit, record: &MigrationRecord) {
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
    let mut source_after = prepared.clone();
    let mut target_after = assembly
        .template(&holding_stack)
        .cloned()
        .unwrap_or_else(|| empty_template(&moves));
    // In the order of the template, which is also the order of the file that is written.
    let order: Vec<String> = prepared
        .resources()
        .map(|resource| resource.logical_id.to_owned())
        .filter(|logical_id| waiting.contains_key(logical_id.as_str()))
        .collect();
    for logical_id in &order {
        if let Some(definition) = source_after.remove("Resources", logical_id) {
            target_after.insert("Resources", logical_id, definition);
        }
    }
    let moves = order
        .iter()
        .filter_map(|logical_id| waiting.get(logical_id.as_str()))
        .map(|pair| ResourceMove {
            source_logical_id: pair.target.logical_id.clone(),
            target_logical_id: pair.target.logical_id.clone(),
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
    assembly.refactor(planned, &unit.group());
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
        record.moves.push(RecordedMove {
            kind: MoveKind::Park,
            resource_type: target.resource_type.clone(),
            physical_id: target.physical_id.clone(),
            source: address(&target.stack, &target.logical_id),
            target: address(&holding_name(&target.stack), &target.logical_id),
        });
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
