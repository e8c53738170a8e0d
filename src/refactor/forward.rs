//! The plan that moves Gen 1's resources into the Gen 2 stacks.

use indexmap::{IndexMap, IndexSet};

use super::{
    MoveKind, RefactorError, RefactorPlan, StackState,
    operation::MOVES_PER_REFACTOR,
    pairing::{Pair, Progress, States, pair_resources},
    state::RefactorInput,
    timeline::Timeline,
};
use crate::deployment::Stack;

/// Plans the refactor from the state in which the stacks are: from the beginning, or what an interrupted run has left.
///
/// # Errors
/// When stacks or counterparts are missing or ambiguous, a stack is not stable, or a value that has to be literal is not known.
pub fn plan_forward(input: &RefactorInput<'_>) -> Result<RefactorPlan, RefactorError> {
    let states = read_states(input)?;
    let (pairs, findings) = pair_resources(input, &states)?;
    let mut timeline = Timeline::new(input, states);
    for (gen2_stack, pairs) in by_target(&pairs) {
        plan_category(&mut timeline, &gen2_stack, &pairs)?;
    }
    Ok(timeline.finish(pairs, findings))
}

/// The category stacks of both environments and the holding stacks, by name. Shells are left out: they own nothing.
pub(super) fn read_states(input: &RefactorInput<'_>) -> Result<States, RefactorError> {
    let mut states = States::new();
    let nested = input.gen1.nested.values().chain(input.gen2.nested.values());
    let holding = input.holding.values().filter(|stack| !is_shell(stack));
    for stack in nested.map(|tree| &tree.stack).chain(holding) {
        states.insert(stack.name.clone(), StackState::of(stack)?);
    }
    Ok(states)
}

/// A stack that was never created: a failed refactor leaves it.
pub(super) fn is_shell(stack: &Stack) -> bool {
    stack.status == "REVIEW_IN_PROGRESS" && stack.resources.is_empty()
}

/// Pairs by the Gen 2 stack they lead to, in the order in which the stacks first appear.
fn by_target(pairs: &[Pair]) -> IndexMap<String, Vec<&Pair>> {
    let mut groups: IndexMap<String, Vec<&Pair>> = IndexMap::new();
    for pair in pairs {
        groups.entry(pair.gen2_stack.clone()).or_default().push(pair);
    }
    groups
}

fn plan_category(timeline: &mut Timeline<'_>, gen2_stack: &str, pairs: &[&Pair]) -> Result<(), RefactorError> {
    let to_move: Vec<&Pair> = pairs
        .iter()
        .copied()
        .filter(|pair| pair.progress != Progress::Moved)
        .collect();
    if to_move.is_empty() {
        return Ok(());
    }
    let to_park: Vec<&Pair> = to_move
        .iter()
        .copied()
        .filter(|pair| pair.progress == Progress::Apart)
        .collect();
    let mut by_source: IndexMap<&str, Vec<&Pair>> = IndexMap::new();
    for pair in &to_move {
        by_source.entry(&pair.gen1_stack).or_default().push(pair);
    }
    for stack in by_source.keys().copied().chain([gen2_stack]) {
        timeline.ensure_stable(stack)?;
    }
    for (gen1_stack, pairs) in &by_source {
        let leaving = pairs.iter().map(|pair| pair.gen1_logical_id.clone()).collect();
        timeline.resolve_references(gen1_stack, &leaving, &group_of(pairs))?;
    }
    let parking: IndexSet<String> = to_park.iter().map(|pair| pair.gen2_logical_id.clone()).collect();
    if !parking.is_empty() {
        timeline.resolve_references(gen2_stack, &parking, &group_of(&to_park))?;
    }
    timeline.park(gen2_stack, pairs, &to_park)?;
    for (gen1_stack, pairs) in &by_source {
        let moves: Vec<(String, String)> = timeline.in_template_order(
            gen1_stack,
            pairs
                .iter()
                .map(|pair| (pair.gen1_logical_id.clone(), pair.gen2_logical_id.clone())),
        );
        for batch in moves.chunks(MOVES_PER_REFACTOR) {
            timeline.move_resources(MoveKind::Move, gen1_stack, gen2_stack, batch, &group_of(pairs))?;
        }
    }
    Ok(())
}

/// The resources that an operation serves.
pub(super) fn group_of(pairs: &[&Pair]) -> String {
    let groups: IndexSet<&str> = pairs.iter().map(|pair| pair.group.as_str()).collect();
    groups.into_iter().collect::<Vec<_>>().join(", ")
}
