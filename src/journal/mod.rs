//! Append-only record of what is being done: intent before effect, so that a run can be resumed or undone.
//!
//! A journal is one file of JSON lines for each environment in the tool's own folder of the project. Every append is
//! synced to disk before the effect that it announces. After a crash the journal says what was intended; whether it
//! happened is asked of AWS. Secrets and parameter values never go into it.

mod error;
mod file;
mod folder;
mod record;

pub use error::JournalError;
pub use folder::MigrationFolder;
pub use record::{Entry, OperationRecord, RunHeader, RunId, RunRecord, RunStatus};

use std::sync::Mutex;

use serde_json::Value;

use self::file::JournalFile;
use crate::error::Result;

/// The journal of one environment, held exclusively by this process while it is open.
pub struct Journal {
    state: Mutex<State>,
}

struct State {
    file: JournalFile,
    entries: Vec<Entry>,
}

impl Journal {
    /// Opens (and creates, when absent) the journal of an environment and takes its lock.
    ///
    /// # Errors
    /// `RUN_IN_PROGRESS` when another process holds it, `JOURNAL_CORRUPT` when a line other than a torn last one cannot
    /// be read, `JOURNAL_IO` when the disk refuses.
    pub fn open(folder: &MigrationFolder, environment: &str) -> Result<Self> {
        let (file, entries) = JournalFile::open(&folder.journal_path(environment))?;
        Ok(Self {
            state: Mutex::new(State { file, entries }),
        })
    }

    /// The runs recorded in an environment's journal, oldest first, without taking its lock; empty when there is no journal.
    ///
    /// # Errors
    /// `JOURNAL_CORRUPT` and `JOURNAL_IO` as [`Journal::open`].
    pub fn read(folder: &MigrationFolder, environment: &str) -> Result<Vec<RunRecord>> {
        Ok(record::runs(&file::read(&folder.journal_path(environment))?))
    }

    /// Every run, oldest first.
    pub fn runs(&self) -> Vec<RunRecord> {
        record::runs(&self.lock().entries)
    }

    /// Begins a run; its id is unique in this journal and across machines.
    ///
    /// # Errors
    /// `JOURNAL_IO` when it cannot be written.
    pub fn begin(&self, header: RunHeader) -> Result<RunId> {
        let run = RunId::new();
        self.append(Entry::RunStarted {
            run: run.clone(),
            time_ms: record::now_ms(),
            header,
        })?;
        Ok(run)
    }

    /// Records what is about to be done, with what undoing it needs. On return it is on disk.
    ///
    /// # Errors
    /// `JOURNAL_IO` when it cannot be written: the effect must not be tried then.
    pub fn intent(&self, run: &RunId, operation: &str, intent: Value) -> Result<()> {
        self.append(Entry::Intent {
            run: run.clone(),
            operation: operation.to_owned(),
            time_ms: record::now_ms(),
            intent,
        })
    }

    /// Records what came of an intent: ids that AWS gave, or that it was done, found done or undone.
    ///
    /// # Errors
    /// `JOURNAL_IO` when it cannot be written.
    pub fn result(&self, run: &RunId, operation: &str, result: Value) -> Result<()> {
        self.append(Entry::Result {
            run: run.clone(),
            operation: operation.to_owned(),
            time_ms: record::now_ms(),
            result,
        })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// `JOURNAL_IO` when it cannot be written.
    pub fn finish(&self, run: &RunId, status: RunStatus) -> Result<()> {
        self.append(Entry::RunFinished {
            run: run.clone(),
            time_ms: record::now_ms(),
            status,
        })
    }

    fn append(&self, entry: Entry) -> Result<()> {
        let mut state = self.lock();
        state.file.append(&entry)?;
        state.entries.push(entry);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic while appending leaves at worst a torn last line, which the next open tolerates.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
