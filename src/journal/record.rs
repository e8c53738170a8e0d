use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::Step;

/// Id of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    pub(super) fn new() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// As text; letters, digits and dashes only, so that it can be part of a client request token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunHeader {
    /// Step.
    pub step: Step,
    /// It undoes the step.
    pub rollback: bool,
    /// Version of this tool.
    pub tool_version: String,
    /// Account.
    pub account_id: Option<String>,
    /// Region.
    pub region: String,
    /// Gen 1 root stack.
    pub gen1_root: String,
    /// Gen 2 root stack, for a refactor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gen2_root: Option<String>,
    /// What undoing or resuming the whole run needs, in the step's own form.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub context: Value,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// Everything was done.
    Done,
    /// An operation failed.
    Failed,
    /// Stopped on request.
    Cancelled,
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Entry {
    /// A run begins.
    RunStarted {
        /// Run.
        run: RunId,
        /// Milliseconds since 1970.
        time_ms: u64,
        /// What it is about.
        header: RunHeader,
    },
    /// An effect is about to be tried.
    Intent {
        /// Run.
        run: RunId,
        /// Id of the operation in the plan.
        operation: String,
        /// Milliseconds since 1970.
        time_ms: u64,
        /// In the step's own form.
        intent: Value,
    },
    /// What came of it.
    Result {
        /// Run.
        run: RunId,
        /// Id of the operation in the plan.
        operation: String,
        /// Milliseconds since 1970.
        time_ms: u64,
        /// In the step's own form.
        result: Value,
    },
    /// A run ended.
    RunFinished {
        /// Run.
        run: RunId,
        /// Milliseconds since 1970.
        time_ms: u64,
        /// How.
        status: RunStatus,
    },
}

impl Entry {
    /// The run that it belongs to.
    pub(super) fn run(&self) -> &RunId {
        match self {
            Self::RunStarted { run, .. }
            | Self::Intent { run, .. }
            | Self::Result { run, .. }
            | Self::RunFinished { run, .. } => run,
        }
    }

    /// When it was written, in milliseconds since 1970.
    pub(super) fn time_ms(&self) -> u64 {
        match self {
            Self::RunStarted { time_ms, .. }
            | Self::Intent { time_ms, .. }
            | Self::Result { time_ms, .. }
            | Self::RunFinished { time_ms, .. } => *time_ms,
        }
    }
}

/// A run with all its operations.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Id.
    pub id: RunId,
    /// What it is about.
    pub header: RunHeader,
    /// Operations in the order in which they were first intended.
    pub operations: IndexMap<String, OperationRecord>,
    /// How it ended; absent after a crash.
    pub finished: Option<RunStatus>,
}

/// What a run recorded about one operation. An operation may have several intents: its effects one by one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperationRecord {
    /// Intents in order.
    pub intents: Vec<Value>,
    /// Results in order.
    pub results: Vec<Value>,
}

/// Groups entries by run, oldest run first. Entries of a run whose beginning is missing are left out.
pub(super) fn runs(entries: &[Entry]) -> Vec<RunRecord> {
    let mut runs: IndexMap<&str, RunRecord> = IndexMap::new();
    for entry in entries {
        match entry {
            Entry::RunStarted { run, header, .. } => {
                runs.insert(
                    run.as_str(),
                    RunRecord {
                        id: run.clone(),
                        header: header.clone(),
                        operations: IndexMap::new(),
                        finished: None,
                    },
                );
            }
            Entry::Intent {
                run, operation, intent, ..
            } => {
                if let Some(record) = runs.get_mut(run.as_str()) {
                    record
                        .operations
                        .entry(operation.clone())
                        .or_default()
                        .intents
                        .push(intent.clone());
                }
            }
            Entry::Result {
                run, operation, result, ..
            } => {
                if let Some(record) = runs.get_mut(run.as_str()) {
                    record
                        .operations
                        .entry(operation.clone())
                        .or_default()
                        .results
                        .push(result.clone());
                }
            }
            Entry::RunFinished { run, status, .. } => {
                if let Some(record) = runs.get_mut(run.as_str()) {
                    record.finished = Some(*status);
                }
            }
        }
    }
    runs.into_values().collect()
}

/// Milliseconds since 1970; 0 on a machine whose clock stands before that.
pub(super) fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}
