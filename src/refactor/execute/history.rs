//! What earlier runs recorded: the migration's record, and leftovers.

use crate::{
    journal::{RunRecord, RunStatus},
    plan::Step,
    refactor::MigrationRecord,
};

/// What the runs of the present migration recorded: those since the last complete rollback.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Original templates and moves of all forward runs; the first one saw the originals.
    pub record: Option<MigrationRecord>,
    /// Change sets of runs that did not end: stack and name.
    pub leftover_change_sets: Vec<(String, String)>,
}

/// Reads the history out of a journal's runs.
pub fn history(runs: &[RunRecord]) -> History {
    let is_refactor = |run: &RunRecord| run.header.step == Step::Refactor;
    let last_rollback = runs
        .iter()
        .rposition(|run| is_refactor(run) && run.header.rollback && run.finished == Some(RunStatus::Done));
    let mut history = History::default();
    for run in runs
        .iter()
        .skip(last_rollback.map_or(0, |position| position + 1))
        .filter(|run| is_refactor(run))
    {
        if run.finished.is_none() {
            history.leftover_change_sets.extend(change_sets(run));
        }
        if run.header.rollback {
            continue;
        }
        let Ok(later) = serde_json::from_value::<MigrationRecord>(run.header.context.clone()) else {
            continue;
        };
        history.record = Some(match history.record.take() {
            Some(first) => first.merge(later),
            None => later,
        });
    }
    history
}

fn change_sets(run: &RunRecord) -> Vec<(String, String)> {
    run.operations
        .values()
        .filter(|operation| operation.results.is_empty())
        .flat_map(|operation| &operation.intents)
        .filter_map(|intent| {
            let text = |key: &str| intent.get(key)?.as_str().map(str::to_owned);
            Some((text("updateStack")?, text("changeSet")?))
        })
        .collect()
}
