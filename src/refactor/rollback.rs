//! The plan that takes a refactor back, from any state in which it was left.

use indexmap::{IndexMap, IndexSet};

use super::{
    MoveKind, PLACEHOLDER_LOGICAL_ID, RefactorError, RefactorPlan, StackRef, StackState, UpdatePurpose,
    attributes::DeployedAttributes,
    forward::{group_of, is_shell, read_states},
    holding::{add_placeholder, holding_stack_name, recorded_mappings},
    operation::MOVES_PER_REFACTOR,
    pairing::{Pair, Progress, States},
    state::RefactorInput,
    timeline::Timeline,
};
use crate::{
    backend::finding::{Finding, Severity},
    cloudformation::{
        Template,
        evaluate::{Evaluator, same_value},
    },
};

/// Templates as they were before the refactor, by stack name, from the journal.
pub type OriginalTemplates = IndexMap<String, Template>;

/// Plans the rollback. `recorded` are the pairs that the journal knows; without a journal the metadata of the holding
/// stacks tells them. Without `originals` the templates keep their literal values, which means the same.
///
/// # Errors
/// When resources have left Gen 1 and nothing tells where they came from, or a stack is not stable.
pub fn plan_rollback(
    input: &RefactorInput<'_>,
    recorded: &[Pair],
    originals: &OriginalTemplates,
) -> Result<RefactorPlan, RefactorError> {
    let states = read_states(input)?;
    let pairs = known_pairs(input, &states, recorded);
    ensure_everything_is_known(input, &states, &pairs)?;
    let mut by_target: IndexMap<&str, Vec<&Pair>> = IndexMap::new();
    for pair in &pairs {
        by_target.entry(&pair.gen2_stack).or_default().push(pair);
    }
    let mut timeline = Timeline::new(input, states);
    let mut findings = Vec::new();
    for (gen2_stack, pairs) in by_target.iter().rev() {
        give_back(&mut timeline, gen2_stack, pairs)?;
        unpark(input, &mut timeline, gen2_stack, pairs)?;
        let stacks: IndexSet<&str> = pairs
            .iter()
            .map(|pair| pair.gen1_stack.as_str())
            .chain([*gen2_stack])
            .collect();
        for stack in stacks {
            restore(input, &mut timeline, stack, originals, &group_of(pairs), &mut findings);
        }
    }
    Ok(timeline.finish(pairs, findings))
}

/// Pairs of the journal, and those that only a holding stack remembers.
fn known_pairs(input: &RefactorInput<'_>, states: &States, recorded: &[Pair]) -> Vec<Pair> {
    let mut pairs = recorded.to_vec();
    for tree in input.gen2.nested.values() {
        let gen2_stack = &tree.stack.name;
        let Some(holding) = states.get(&holding_stack_name(gen2_stack)) else {
            continue;
        };
        for (gen2_logical_id, gen1_stack, gen1_logical_id) in recorded_mappings(&holding.template) {
            let is_known = pairs
                .iter()
                .any(|pair| pair.gen2_stack == *gen2_stack && pair.gen2_logical_id == gen2_logical_id);
            let Some(resource) = holding.template.resource(&gen2_logical_id) else {
                continue;
            };
            if is_known {
                continue;
            }
            pairs.push(Pair {
                group: group_of_stack(input, &gen1_stack),
                resource_type: resource.resource_type().to_owned(),
                gen1_stack,
                gen1_logical_id,
                gen2_stack: gen2_stack.clone(),
                gen2_logical_id,
                progress: Progress::Moved,
            });
        }
    }
    for pair in &mut pairs {
        pair.progress = progress(states, pair);
    }
    pairs
}

fn progress(states: &States, pair: &Pair) -> Progress {
    let owns = |stack: &str, logical_id: &str| states.get(stack).is_some_and(|state| state.owns(logical_id));
    let at_home = owns(&pair.gen1_stack, &pair.gen1_logical_id);
    let parked = owns(&holding_stack_name(&pair.gen2_stack), &pair.gen2_logical_id);
    match (at_home, parked) {
        (false, _) => Progress::Moved,
        (true, true) => Progress::Parked,
        (true, false) => Progress::Apart,
    }
}

/// `category/name (service)` of the resource whose stack this is.
fn group_of_stack(input: &RefactorInput<'_>, stack: &str) -> String {
    let of_stack = |logical_id: &str| {
        input
            .gen1
            .child(logical_id)
            .is_some_and(|tree| tree.stack.name == stack)
    };
    input
        .resources
        .iter()
        .find(|resource| of_stack(&resource.id.logical_id()))
        .map_or_else(
            || stack.to_owned(),
            |resource| format!("{} ({})", resource.id, resource.service.as_deref().unwrap_or("?")),
        )
}

/// Types that have to be in the Gen 1 stack of a service, or to be known to have left it.
const MAIN_TYPES: [(&str, &str); 4] = [
    ("Cognito", "AWS::Cognito::UserPool"),
    ("S3", "AWS::S3::Bucket"),
    ("DynamoDB", "AWS::DynamoDB::Table"),
    ("Kinesis", "AWS::Kinesis::Stream"),
];

/// A resource that has left Gen 1 without a trace must not be passed over in silence.
fn ensure_everything_is_known(input: &RefactorInput<'_>, states: &States, pairs: &[Pair]) -> Result<(), RefactorError> {
    for resource in input.resources.iter().filter(|resource| !resource.imported) {
        let Some((_, main_type)) = MAIN_TYPES
            .iter()
            .find(|(service, _)| resource.service.as_deref() == Some(service))
        else {
            continue;
        };
        let Some(state) = input
            .gen1
            .child(&resource.id.logical_id())
            .and_then(|tree| states.get(&tree.stack.name))
        else {
            continue;
        };
        let is_of_main_type = |logical_id: &str| {
            state
                .template
                .resource(logical_id)
                .is_some_and(|found| found.resource_type() == *main_type)
        };
        let is_there = state
            .resources
            .keys()
            .any(|logical_id| is_of_main_type(logical_id) && state.owns(logical_id));
        let is_known = pairs.iter().any(|pair| pair.gen1_stack == state.stack.name);
        // An auth resource may consist of an identity pool only.
        let is_expected = *main_type != "AWS::Cognito::UserPool"
            || state.template.outputs().any(|output| output.name == "UserPoolId");
        if is_expected && !is_there && !is_known {
            return Err(RefactorError::SourceMissing {
                resource: resource.id.to_string(),
                source_stack: state.stack.name.clone(),
                wanted: format!("its {main_type}"),
            });
        }
    }
    Ok(())
}

/// Gen 1's resources go home.
fn give_back(timeline: &mut Timeline<'_>, gen2_stack: &str, pairs: &[&Pair]) -> Result<(), RefactorError> {
    let returning: Vec<&Pair> = pairs
        .iter()
        .copied()
        .filter(|pair| pair.progress == Progress::Moved)
        .filter(|pair| {
            timeline
                .state(gen2_stack)
                .is_some_and(|state| state.owns(&pair.gen2_logical_id))
        })
        .collect();
    if returning.is_empty() {
        return Ok(());
    }
    timeline.ensure_stable(gen2_stack)?;
    let leaving = returning.iter().map(|pair| pair.gen2_logical_id.clone()).collect();
    timeline.resolve_references(gen2_stack, &leaving, &group_of(&returning))?;
    let mut by_home: IndexMap<&str, Vec<&Pair>> = IndexMap::new();
    for pair in &returning {
        by_home.entry(&pair.gen1_stack).or_default().push(pair);
    }
    for (gen1_stack, pairs) in by_home {
        timeline.ensure_stable(gen1_stack)?;
        let moves = pairs
            .iter()
            .map(|pair| (pair.gen2_logical_id.clone(), pair.gen1_logical_id.clone()));
        for batch in timeline.in_template_order(gen2_stack, moves).chunks(MOVES_PER_REFACTOR) {
            timeline.move_resources(MoveKind::MoveBack, gen2_stack, gen1_stack, batch, &group_of(&pairs))?;
        }
    }
    Ok(())
}

/// Gen 2's own resources come out of the holding stack, which then goes.
fn unpark(
    input: &RefactorInput<'_>,
    timeline: &mut Timeline<'_>,
    gen2_stack: &str,
    pairs: &[&Pair],
) -> Result<(), RefactorError> {
    let holding = holding_stack_name(gen2_stack);
    let group = group_of(pairs);
    if let Some(shell) = input.holding.get(&holding).filter(|stack| is_shell(stack)) {
        let stack = StackRef {
            name: shell.name.clone(),
            id: shell.id.clone(),
        };
        timeline.delete_shell(stack, &group);
    }
    let Some(state) = timeline.state(&holding) else {
        return Ok(());
    };
    timeline.ensure_stable(&holding)?;
    let parked: IndexSet<String> = state
        .template
        .resources()
        .map(|resource| resource.logical_id.to_owned())
        .filter(|logical_id| logical_id != PLACEHOLDER_LOGICAL_ID && state.owns(logical_id))
        .collect();
    if !parked.is_empty() {
        let mut template = state.template.clone();
        add_placeholder(&mut template);
        timeline.update(&holding, UpdatePurpose::AddPlaceholder, template, &group);
        let moves: Vec<(String, String)> = parked
            .iter()
            .map(|logical_id| (logical_id.clone(), logical_id.clone()))
            .collect();
        for batch in moves.chunks(MOVES_PER_REFACTOR) {
            timeline.move_resources(MoveKind::Unpark, &holding, gen2_stack, batch, &group)?;
        }
    }
    timeline.delete_holding(&holding, &group);
    Ok(())
}

/// The template of before comes back, when it still means what the stack is.
fn restore(
    input: &RefactorInput<'_>,
    timeline: &mut Timeline<'_>,
    stack: &str,
    originals: &OriginalTemplates,
    group: &str,
    findings: &mut Vec<Finding>,
) {
    let Some(original) = originals.get(stack) else { return };
    let Some(state) = timeline.state(stack) else { return };
    if means_the_same(input, state, original) {
        timeline.update(stack, UpdatePurpose::RestoreTemplate, original.clone(), group);
    } else {
        findings.push(Finding {
            id: "rollback-template-changed".into(),
            severity: Severity::Warning,
            feature: "rollback".into(),
            message: format!("stack {stack} was deployed again since the refactor: its former template no longer describes it and is not put back"),
            path: stack.to_owned(),
            line: None,
            remedy: "Deploy the environment again after the rollback, so that its template refers to its own resources by name.".into(),
        });
    }
}

/// Every resource of the stack has the same type and properties under either template.
fn means_the_same(input: &RefactorInput<'_>, state: &StackState, original: &Template) -> bool {
    let former = StackState {
        template: original.clone(),
        ..state.clone()
    };
    let now = evaluated(input, state);
    let then = evaluated(input, &former);
    let ids: IndexSet<&str> = state
        .resources
        .keys()
        .map(String::as_str)
        .filter(|id| *id != PLACEHOLDER_LOGICAL_ID)
        .collect();
    ids.into_iter().all(|logical_id| {
        let (Some(now), Some(then)) = (now.resource(logical_id), then.resource(logical_id)) else {
            return false;
        };
        let empty = serde_json::Map::new();
        now.resource_type() == then.resource_type()
            && same_value(
                &now.properties().unwrap_or(&empty).clone().into(),
                &then.properties().unwrap_or(&empty).clone().into(),
            )
    })
}

fn evaluated(input: &RefactorInput<'_>, state: &StackState) -> Template {
    let source = DeployedAttributes {
        state,
        place: input.place,
        known: input.attributes,
    };
    let evaluator = Evaluator::new(
        &state.template,
        &state.parameter_values(),
        state.pseudo_parameters(input.place),
        &source,
    );
    evaluator.template().template
}
