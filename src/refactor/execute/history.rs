//! What earlier runs recorded: pairs, original templates, leftovers.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    cloudformation::Template,
    journal::{RunRecord, RunStatus},
    plan::Step,
    refactor::{OriginalTemplates, RefactorPlan, pairing::Pair},
};

/// What the runs of the present migration recorded: those since the last complete rollback.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Pairs of all runs.
    pub pairs: Vec<Pair>,
    /// Templates before the first run that touched them.
    pub originals: OriginalTemplates,
    /// Gen 2 root stack of the last forward run.
    pub gen2_root: Option<String>,
    /// Change sets of runs that did not end: stack and name.
    pub leftover_change_sets: Vec<(String, String)>,
    /// A run of this migration did not end.
    pub is_interrupted: bool,
}

/// What a run writes into its header.
#[derive(Serialize, Deserialize)]
pub(super) struct RunContext {
    pairs: Vec<Pair>,
    originals: IndexMap<String, Value>,
}

impl RunContext {
    pub(super) fn of(plan: &RefactorPlan) -> Self {
        Self {
            pairs: plan.pairs.clone(),
            originals: plan
                .before
                .iter()
                .map(|state| {
                    (
                        state.stack.name.clone(),
                        Value::Object(state.template.document().clone()),
                    )
                })
                .collect(),
        }
    }
}

/// Reads the history out of a journal's runs.
pub fn history(runs: &[RunRecord]) -> History {
    let of_refactor = |run: &&RunRecord| run.header.step == Step::Refactor;
    let last_rollback = runs.iter().rposition(|run| {
        run.header.step == Step::Refactor && run.header.rollback && run.finished == Some(RunStatus::Done)
    });
    let mut history = History::default();
    for run in runs
        .iter()
        .skip(last_rollback.map_or(0, |position| position + 1))
        .filter(of_refactor)
    {
        history.is_interrupted = run.finished != Some(RunStatus::Done);
        if run.finished.is_none() {
            history.leftover_change_sets.extend(change_sets(run));
        }
        if run.header.rollback {
            continue;
        }
        history.gen2_root = run.header.gen2_root.clone();
        let Ok(context) = serde_json::from_value::<RunContext>(run.header.context.clone()) else {
            continue;
        };
        for pair in context.pairs {
            let is_known =
                |known: &Pair| known.gen2_stack == pair.gen2_stack && known.gen2_logical_id == pair.gen2_logical_id;
            if !history.pairs.iter().any(is_known) {
                history.pairs.push(pair);
            }
        }
        for (stack, template) in context.originals {
            if let Ok(template) = Template::from_value(template, &stack) {
                history.originals.entry(stack).or_insert(template);
            }
        }
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
