//! What earlier runs recorded: the migration's record, and leftovers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    cloud::{Leftover, RecordedConfiguration},
    journal::{OperationRecord, RunId, RunRecord, RunStatus},
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
    /// Configurations from before operations that have no result: nobody compared them afterwards. The earliest of each.
    pub uncompared: Vec<UncomparedConfiguration>,
    /// Gen 2 root of the latest run, be it of a migration that was taken back.
    pub gen2_root: Option<String>,
}

/// A configuration that a run recorded before an operation that it did not finish.
#[derive(Clone, Debug, PartialEq)]
pub struct UncomparedConfiguration {
    /// Runs that recorded it and did not compare.
    pub runs: Vec<RunId>,
    /// The configuration.
    pub before: RecordedConfiguration,
}

/// Id under which a run records configurations, beside its operations.
pub(super) const CONFIGURATION: &str = "live-configuration";

/// What a run records of a resource before its first operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfigurationIntent {
    /// Stacks that own it at one time of the run: an update of one of them can change it.
    pub(super) stacks: Vec<String>,
    /// As it is before the run.
    pub(super) configuration: RecordedConfiguration,
}

impl ConfigurationIntent {
    /// An operation with this intent can change the resource.
    fn is_touched_by(&self, intent: &Value) -> bool {
        let updates = intent
            .get("updateStack")
            .and_then(Value::as_str)
            .is_some_and(|stack| self.stacks.iter().any(|own| own == stack));
        let mut moves = intent.get("moves").and_then(Value::as_array).into_iter().flatten();
        let id = self.configuration.physical_id.as_str();
        updates || moves.any(|moved| moved.get("physicalId").and_then(Value::as_str) == Some(id))
    }
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
            remember_uncompared(run, &mut history.uncompared);
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

fn remember_uncompared(run: &RunRecord, found: &mut Vec<UncomparedConfiguration>) {
    let Some(recorded) = run
        .operations
        .get(CONFIGURATION)
        .filter(|record| record.results.is_empty())
    else {
        return;
    };
    let unfinished: Vec<&Value> = unfinished(run).flat_map(|(_, record)| &record.intents).collect();
    let entries = recorded
        .intents
        .iter()
        .filter_map(|intent| intent.get("before")?.as_array());
    for entry in entries.flatten() {
        let Ok(entry) = serde_json::from_value::<ConfigurationIntent>(entry.clone()) else {
            continue;
        };
        if !unfinished.iter().any(|intent| entry.is_touched_by(intent)) {
            continue;
        }
        let id = entry.configuration.physical_id.as_str();
        match found.iter_mut().find(|known| known.before.physical_id == id) {
            Some(known) => known.runs.push(run.id.clone()),
            None => found.push(UncomparedConfiguration {
                runs: vec![run.id.clone()],
                before: entry.configuration,
            }),
        }
    }
}

/// Operations that were begun and have no result.
fn unfinished(run: &RunRecord) -> impl Iterator<Item = (&String, &OperationRecord)> {
    run.operations
        .iter()
        .filter(|(operation, record)| operation.as_str() != CONFIGURATION && record.results.is_empty())
}

fn leftovers(run: &RunRecord) -> impl Iterator<Item = Leftover> {
    unfinished(run).map(|(operation, record)| leftover(operation, &record.intents))
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
    fn a_configuration_is_compared_later_where_the_operation_that_may_have_changed_it_has_no_result() {
        let with_before = |id: &str, finished, stack: &str, compared: bool| {
            let mut run = run(id, finished, false);
            let before = json!({ "before": [{ "stacks": [stack], "configuration": {
                "resourceType": "AWS::Cognito::UserPool", "physicalId": "pool", "answers": { "DescribeUserPool": id }
            }}] });
            let record = OperationRecord {
                intents: vec![before],
                results: if compared { vec![json!({})] } else { Vec::new() },
            };
            run.operations.insert(CONFIGURATION.to_owned(), record);
            run
        };
        let uncompared = |runs: &[RunRecord]| {
            let found = history(runs).uncompared;
            let shown = found.iter().map(|one| {
                let of = one.before.answers["DescribeUserPool"].as_str().unwrap().to_owned();
                (of, one.runs.len())
            });
            shown.collect::<Vec<_>>()
        };
        let failed = Some(RunStatus::Failed);
        for finished in [None, failed] {
            assert_eq!(
                uncompared(&[with_before("a", finished, "amid", false)]),
                [("a".to_owned(), 1)]
            );
        }
        // Done, compared since, or of a stack whose operation has a result.
        let none: [(String, usize); 0] = [];
        assert_eq!(
            uncompared(&[with_before("a", Some(RunStatus::Done), "amid", false)]),
            none
        );
        assert_eq!(uncompared(&[with_before("a", failed, "amid", true)]), none);
        assert_eq!(uncompared(&[with_before("a", failed, "before", false)]), none);
        // Of two that were cut short the first saw the pool as it was.
        let both = [
            with_before("a", None, "amid", false),
            with_before("b", failed, "amid", false),
        ];
        assert_eq!(uncompared(&both), [("a".to_owned(), 2)]);
        assert_eq!(history(&both).leftovers.len(), 2, "it leaves nothing by itself");
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
