//! What earlier runs recorded: the migration's record, and leftovers.

use serde_json::Value;

use crate::{
    cloud::Leftover,
    journal::{RunRecord, RunStatus},
    plan::Step,
    refactor::MigrationRecord,
};

/// What the runs of the present migration recorded: those since the last complete rollback.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Original templates and moves of all forward runs; the first one saw the originals.
    pub record: Option<MigrationRecord>,
    /// What operations without a result may have left, in runs that did not end well.
    pub leftovers: Vec<Leftover>,
    /// Gen 2 root of the latest run, be it of a migration that was taken back.
    pub gen2_root: Option<String>,
}

/// Reads the history out of a journal's runs.
pub fn history(runs: &[RunRecord]) -> History {
    let is_refactor = |run: &RunRecord| run.header.step == Step::Refactor;
    let last_rollback = runs
        .iter()
        .rposition(|run| is_refactor(run) && run.header.rollback && run.finished == Some(RunStatus::Done));
    let mut history = History {
        gen2_root: runs
            .iter()
            .rev()
            .filter(|run| is_refactor(run))
            .find_map(|run| run.header.gen2_root.clone()),
        ..History::default()
    };
    for run in runs
        .iter()
        .skip(last_rollback.map_or(0, |position| position + 1))
        .filter(|run| is_refactor(run))
    {
        if run.finished != Some(RunStatus::Done) {
            history.leftovers.extend(leftovers(run));
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

fn leftovers(run: &RunRecord) -> impl Iterator<Item = Leftover> {
    run.operations
        .iter()
        .filter(|(_, record)| record.results.is_empty())
        .map(|(operation, record)| leftover(operation, &record.intents))
}

fn leftover(operation: &str, intents: &[Value]) -> Leftover {
    let mut found = Leftover {
        operation: operation.to_owned(),
        ..Leftover::default()
    };
    for intent in intents {
        let text = |key: &str| intent.get(key)?.as_str().map(str::to_owned);
        found.change_sets.extend(text("updateStack").zip(text("changeSet")));
        let templates = intent.get("templates").and_then(Value::as_array);
        let keys = templates.into_iter().flatten().filter_map(Value::as_str);
        found.templates.extend(keys.map(str::to_owned));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::journal::{OperationRecord, RunHeader};

    /// A run that was about to update a stack, and one operation before that is done.
    fn run(id: &str, finished: Option<RunStatus>, rollback: bool) -> RunRecord {
        let header = json!({
            "step": "refactor", "rollback": rollback, "toolVersion": "1", "accountId": null, "region": "us-east-1",
            "gen1Root": "gen1", "gen2Root": "gen2",
        });
        let header: RunHeader = serde_json::from_value(header).unwrap();
        let operation = |stack: &str, results: Vec<Value>| OperationRecord {
            intents: vec![
                json!({ "updateStack": stack, "changeSet": "ours", "templates": [format!("{stack}.json")] }),
                json!({ "executeChangeSet": "arn", "updateStack": stack }),
            ],
            results,
        };
        RunRecord {
            id: serde_json::from_value(id.into()).unwrap(),
            header,
            operations: [
                ("001".to_owned(), operation("before", vec![json!({})])),
                ("002".to_owned(), operation("amid", Vec::new())),
            ]
            .into_iter()
            .collect(),
            finished,
        }
    }

    #[test]
    fn what_operations_without_a_result_left_is_found_however_the_run_ended() {
        let amid = Leftover {
            operation: "002".into(),
            change_sets: vec![("amid".into(), "ours".into())],
            templates: vec!["amid.json".into()],
        };
        for finished in [None, Some(RunStatus::Failed), Some(RunStatus::Cancelled)] {
            assert_eq!(
                history(&[run("a", finished, false)]).leftovers,
                std::slice::from_ref(&amid)
            );
        }
        assert_eq!(history(&[run("a", Some(RunStatus::Done), false)]).leftovers, []);
        let taken_back = [run("a", None, false), run("b", Some(RunStatus::Done), true)];
        assert_eq!(history(&taken_back).leftovers, []);
        assert_eq!(history(&taken_back).gen2_root.as_deref(), Some("gen2"));
    }
}
