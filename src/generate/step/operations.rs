//! Writes as operations of a plan: the replacement is one transaction, its parts are shown one by one.

use std::{path::Path, time::Instant};

use indexmap::IndexMap;

use super::outcome;
use crate::{
    generate::write::{Applied, WritePlan},
    plan::{Event, EventSink, ExecutionReport, ExecutionStatus, OperationView},
};

/// An operation with the files that are written by it.
#[derive(Clone, Debug)]
pub struct PlannedWrite {
    /// As the user sees it.
    pub view: OperationView,
    /// There is something to do.
    pub is_changed: bool,
}

/// The operations of a plan, in order.
pub fn planned_writes(plan: &WritePlan, out_dir: Option<&Path>) -> Vec<PlannedWrite> {
    let mut writes = Vec::new();
    let count = plan.tree().len();
    if let (None, Some(old)) = (out_dir, plan.replaced_files()) {
        writes.push(planned(
            "replace-folder",
            "Project".into(),
            format!(
                "Replace amplify/ ({old} files, kept in .amplify/gen2-migration/) by the Gen 2 backend ({count} files)"
            ),
            Vec::new(),
            true,
        ));
    }
    let mut groups: IndexMap<String, Vec<String>> = IndexMap::new();
    for path in plan.tree().paths() {
        groups.entry(group(path)).or_default().push(path.to_owned());
    }
    // The project's files first, then the resources.
    groups.sort_by(|one, _, other, _| (one != "Project", one).cmp(&(other != "Project", other)));
    for (group, files) in groups {
        let description = format!("Write {}", files.join(", "));
        writes.push(planned("write-file", group, description, files, true));
    }
    for file in plan.files() {
        let path = if out_dir.is_some() {
            file.output_path()
        } else {
            file.path.as_str()
        };
        let is_new = out_dir.is_some() || file.before.is_none();
        let is_changed = is_new || file.is_changed();
        let (kind, description) = match (is_new, is_changed) {
            (true, _) => ("write-file", format!("Write {path}")),
            (false, true) => ("edit-file", format!("Edit {path}")),
            (false, false) => ("edit-file", format!("Leave {path} as it is: nothing is missing in it")),
        };
        writes.push(planned(
            kind,
            "Project".into(),
            description,
            vec![path.to_owned()],
            is_changed,
        ));
    }
    number(&mut writes);
    writes
}

/// An operation without its number.
pub fn planned(kind: &str, group: String, description: String, files: Vec<String>, is_changed: bool) -> PlannedWrite {
    PlannedWrite {
        view: OperationView {
            id: String::new(),
            kind: kind.to_owned(),
            group,
            description,
            moves: Vec::new(),
            files,
        },
        is_changed,
    }
}

/// Gives every operation its id.
pub fn number(writes: &mut [PlannedWrite]) {
    for (index, write) in writes.iter_mut().enumerate() {
        write.view.id = format!("generate-{:03}", index + 1);
    }
}

/// `Project` for files directly in `amplify/`, else the category, with the function's name for functions.
fn group(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [_, category @ ("function" | "functions"), name, _, ..] => format!("{category}/{name}"),
        [_, category, _, ..] => (*category).to_owned(),
        _ => "Project".to_owned(),
    }
}

/// Announces every operation.
pub fn emit_started(writes: &[PlannedWrite], events: &dyn EventSink) {
    let total = u32::try_from(writes.len()).unwrap_or(u32::MAX);
    for (index, write) in (1..).zip(writes) {
        events.emit(Event::OperationStarted {
            operation: write.view.id.clone(),
            index,
            total,
            message: write.view.description.clone(),
        });
    }
}

/// Reports every operation after the transaction.
pub fn emit_finished(writes: &[PlannedWrite], started: Instant, events: &dyn EventSink) -> ExecutionReport {
    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut report = ExecutionReport {
        status: ExecutionStatus::Done,
        executed: Vec::new(),
        skipped: Vec::new(),
        files: Vec::new(),
        next_steps: Vec::new(),
    };
    for write in writes {
        let id = write.view.id.clone();
        if write.is_changed {
            for path in &write.view.files {
                events.emit(Event::FileWritten { path: path.clone() });
            }
            report.files.extend(write.view.files.iter().cloned());
            report.executed.push(id.clone());
        } else {
            report.skipped.push(id.clone());
        }
        events.emit(Event::OperationFinished {
            operation: id,
            outcome: outcome(write.is_changed),
            elapsed_ms,
        });
    }
    report
}

/// Everything is in place, but not everything is tidy.
pub fn emit_left_over(applied: &Applied, events: &dyn EventSink) {
    if let Some(reason) = &applied.left_over {
        events.emit(Event::Warning {
            code: "TEMPORARY_FILES_LEFT".into(),
            message: format!(
                "Everything was written, but temporary files in .amplify/gen2-migration/ could not be removed ({reason}). The next run removes them."
            ),
        });
    }
}
