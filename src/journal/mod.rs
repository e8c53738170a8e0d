//! Append-only record of what is being done: intent before effect, so that a run can be resumed or undone.
//!
//! A journal is one file of JSON lines for each environment in the tool's own folder of the project, and a copy of it in
//! the environment's deployment bucket, so that another machine can go on. Secrets and parameter values never go into it.
//!
//! What is guaranteed:
//! - **Before the first change** of a run the lease is held, and what undoing the run needs (original templates, moves) is
//!   in the copy: one conditional write does both. Without it a run that goes forward is not begun.
//! - **Before every effect** its intent is synced to disk, and its way to the copy has begun. The effect does not wait for
//!   the copy: after the loss of a machine the last intents may be missing there, and what happened is asked of AWS anyhow,
//!   after a crash as well. Where an intent itself holds what undoing it needs, [`Journal::secure`] waits for the copy.
//! - **While a run goes on** its lease is renewed. When somebody took it over, the next intent fails. When the bucket is
//!   out of reach, the run goes on and says so, as half a move is the worst state to stop in; but no longer than its lease
//!   holds: after that somebody else may be at work, and two beside each other are worse.
//! - **At the end** the lease is given back with the last write.

mod claim;
mod copy;
mod error;
mod file;
mod folder;
mod lease;
mod lines;
mod merge;
mod place;
mod record;

pub use error::JournalError;
pub use folder::MigrationFolder;
pub use lease::Lease;
pub use place::{CopyPlace, JournalPlace, JournalReading};
pub use record::{Entry, OperationRecord, RunHeader, RunId, RunRecord, RunStatus};

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use serde_json::Value;
use tokio::sync::Notify;

use self::{
    claim::{Claim, Claimed},
    copy::{CopyWriter, Purpose},
    file::JournalFile,
    lease::RENEWAL,
};
use crate::{error::Result, plan::EventSink};

/// The journal of one environment, held exclusively by one run.
pub struct Journal {
    run: RunId,
    state: Mutex<State>,
    copy: Option<CopyWriter>,
    /// Something was intended, or the run has ended.
    changed: Notify,
    is_over: AtomicBool,
}

struct State {
    file: JournalFile,
    entries: Vec<Entry>,
}

impl Journal {
    /// Begins a run: takes the lock of the folder and the lease of the environment, brings disk and copy together, and
    /// records the beginning in both. With `take_over` a lease of somebody else is no obstacle.
    ///
    /// # Errors
    /// `RUN_IN_PROGRESS` when another process of this machine is at work, `LEASE_HELD` when somebody elsewhere is,
    /// `JOURNAL_COPY_REFUSED` when the copy cannot be written (a rollback goes on without), `JOURNAL_CORRUPT` when a line
    /// other than a torn last one cannot be read, `JOURNAL_IO` when the disk refuses.
    pub async fn begin(
        place: &JournalPlace,
        header: RunHeader,
        take_over: bool,
        events: &dyn EventSink,
    ) -> Result<Self> {
        let folder = MigrationFolder::open(&place.project_directory)?;
        let (mut file, disk) = JournalFile::open(&folder.journal_path(&place.environment))?;
        let run = RunId::new();
        let (step, is_rollback) = (header.step, header.rollback);
        let started = Entry::RunStarted {
            run: run.clone(),
            time_ms: record::now_ms(),
            header,
        };
        // On this disk first: should the process die amid the claim, a rollback knows what was about to begin.
        file.append(&started)?;
        let Claimed { entries, writer } = match &place.copy {
            Some(copy) => {
                let claim = Claim {
                    place: copy,
                    environment: &place.environment,
                    lease: Lease::new(folder.identity()?, step, is_rollback),
                    disk: &disk,
                    started: &started,
                    take_over,
                    is_optional: is_rollback,
                };
                match claim.carry_out(events).await {
                    Ok(claimed) => claimed,
                    Err(refusal) => {
                        return Err(match file.replace(&disk) {
                            Ok(()) => refusal,
                            Err(later) => refusal.with_suppressed(later),
                        });
                    }
                }
            }
            None => Claimed {
                entries: disk.iter().chain([&started]).cloned().collect(),
                writer: None,
            },
        };
        let is_on_disk = entries
            .split_last()
            .is_some_and(|(last, earlier)| *last == started && earlier == disk);
        if !is_on_disk && let Err(refusal) = file.replace(&entries) {
            if let Some(copy) = &writer {
                copy.write(|| entries.clone(), Purpose::Release, events).await;
            }
            return Err(refusal);
        }
        Ok(Self {
            run,
            state: Mutex::new(State { file, entries }),
            copy: writer,
            changed: Notify::new(),
            is_over: AtomicBool::new(false),
        })
    }

    /// Id of the run; unique across machines.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// Every run before this one, oldest first.
    pub fn earlier_runs(&self) -> Vec<RunRecord> {
        let mut runs = record::runs(&self.lock().entries);
        runs.retain(|run| run.id != self.run);
        runs
    }

    /// Carries out the work of the run while copy and lease are kept, and gives the lease back at its end.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn alongside<T>(&self, events: &dyn EventSink, work: impl Future<Output = Result<T>>) -> Result<T> {
        let work = async {
            let outcome = work.await;
            self.is_over.store(true, Ordering::SeqCst);
            self.changed.notify_one();
            outcome
        };
        let (outcome, ()) = tokio::join!(work, self.keep(events));
        outcome
    }

    async fn keep(&self, events: &dyn EventSink) {
        let Some(copy) = &self.copy else {
            return;
        };
        loop {
            // A write that failed is tried again as well when it is time to renew.
            let _ = tokio::time::timeout(RENEWAL, self.changed.notified()).await;
            let is_over = self.is_over.load(Ordering::SeqCst);
            let purpose = if is_over { Purpose::Release } else { Purpose::Keep };
            copy.write(|| self.lock().entries.clone(), purpose, events).await;
            if is_over {
                return;
            }
        }
    }

    /// Waits until all that was recorded is in the copy, or the copy is known to be out of reach.
    ///
    /// # Errors
    /// `LEASE_LOST`, `LEASE_EXPIRED`
    pub async fn secure(&self, events: &dyn EventSink) -> Result<()> {
        let Some(copy) = &self.copy else {
            return Ok(());
        };
        copy.write(|| self.lock().entries.clone(), Purpose::Keep, events).await;
        copy.ensure_held()
    }

    /// Asks whether the lease is still held when that has not been confirmed for a while, as after a machine has slept.
    ///
    /// # Errors
    /// `LEASE_LOST`, `LEASE_EXPIRED`
    pub async fn confirm(&self, events: &dyn EventSink) -> Result<()> {
        match &self.copy {
            Some(copy) if copy.is_fresh() => copy.ensure_held(),
            Some(_) => self.secure(events).await,
            None => Ok(()),
        }
    }

    /// Records what is about to be done, with what undoing it needs. On return it is on disk.
    ///
    /// # Errors
    /// `JOURNAL_IO` when it cannot be written, `LEASE_LOST` when somebody took over, `LEASE_EXPIRED` when
    /// somebody may: the effect must not be tried then.
    pub fn intent(&self, run: &RunId, operation: &str, intent: Value) -> Result<()> {
        if let Some(copy) = &self.copy {
            copy.ensure_held()?;
        }
        self.append(Entry::Intent {
            run: run.clone(),
            operation: operation.to_owned(),
            time_ms: record::now_ms(),
            intent,
        })?;
        // Results go with the next intent: what has happened is asked of AWS anyhow.
        self.changed.notify_one();
        Ok(())
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
