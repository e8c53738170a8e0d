//! The copy in the deployment bucket while a run goes on. Every write is conditional on the version that this run wrote last:
//! a run that has lost its lease can neither renew it nor record anything over what its successor recorded.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use super::{
    error::JournalError,
    lease::{DURATION, Lease, RENEWAL},
    lines,
    place::CopyPlace,
    record::Entry,
};
use crate::{
    cloud::{CloudError, ConditionalWrite, ObjectVersion, WriteCondition},
    error::Result,
    plan::EventSink,
};

/// How long one write may take before the copy counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(45);

/// How often a write is tried while the copy turns out to be our own in another version: an answer was lost.
const ATTEMPTS: u32 = 5;

/// Writes the copy of one run.
pub(super) struct CopyWriter {
    place: CopyPlace,
    environment: String,
    state: tokio::sync::Mutex<CopyState>,
    loss: Mutex<Option<Loss>>,
    /// The last write did not succeed, and it has been told.
    is_behind: AtomicBool,
    /// The last time that the service confirmed the lease.
    confirmed: Mutex<Confirmation>,
}

/// When a write that the service confirmed was begun: the lease runs from then on at the latest.
#[derive(Clone, Copy, Debug)]
struct Confirmation {
    /// Goes on however the clock is set, and on some systems stands still while the machine sleeps.
    steady: Instant,
    /// Goes on while the machine sleeps, and can be set.
    clock: SystemTime,
}

impl Confirmation {
    fn now() -> Self {
        Self {
            steady: Instant::now(),
            clock: SystemTime::now(),
        }
    }

    /// Time since then by the clock that says more: neither says too much by itself.
    fn age(&self) -> Duration {
        self.steady.elapsed().max(self.clock.elapsed().unwrap_or_default())
    }
}

/// From this age on a lease does not cover a change any more: what begins just before it must have reached the service
/// before somebody else may take over.
const LAST_CHANGE: Duration = DURATION.saturating_sub(RENEWAL);

struct CopyState {
    lease: Lease,
    version: Option<ObjectVersion>,
    /// Entries in the copy.
    written: usize,
}

/// The lease is another's.
#[derive(Clone, Debug)]
struct Loss {
    by: Option<String>,
}

/// What is written with the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Entries that are not in the copy yet, or the lease when it is time.
    Keep,
    /// The last write of the run: the lease is given back.
    Release,
}

impl CopyWriter {
    pub(super) fn new(
        place: CopyPlace,
        environment: &str,
        lease: Lease,
        version: ObjectVersion,
        written: usize,
    ) -> Self {
        Self {
            place,
            environment: environment.to_owned(),
            state: tokio::sync::Mutex::new(CopyState {
                lease,
                version: Some(version),
                written,
            }),
            loss: Mutex::default(),
            is_behind: AtomicBool::new(false),
            confirmed: Mutex::new(Confirmation::now()),
        }
    }

    /// The lease is this run's, and holds long enough for one more change.
    ///
    /// # Errors
    /// `LEASE_LOST`, `LEASE_EXPIRED`
    pub(super) fn ensure_held(&self) -> Result<()> {
        let location = || self.place.location(&self.environment);
        if let Some(Loss { by }) = lock(&self.loss).clone() {
            return Err(JournalError::LeaseLost {
                by,
                location: location(),
            }
            .into());
        }
        let age = self.age();
        if age < LAST_CHANGE {
            return Ok(());
        }
        Err(JournalError::LeaseExpired {
            age,
            location: location(),
        }
        .into())
    }

    /// The lease was confirmed a moment ago. After a machine has slept it was not.
    pub(super) fn is_fresh(&self) -> bool {
        self.age() < RENEWAL * 2
    }

    /// Time since the service confirmed the lease.
    fn age(&self) -> Duration {
        lock(&self.confirmed).age()
    }

    /// As if the lease had been confirmed so much earlier.
    #[cfg(test)]
    pub(super) fn let_time_pass(&self, time: Duration) {
        let mut confirmed = lock(&self.confirmed);
        confirmed.clock -= time;
    }

    /// Brings the copy up to what `entries` gives. A bucket that cannot be reached is told once and tried again next time:
    /// what a rollback needs was there before the first change, and what has happened since is asked of AWS.
    pub(super) async fn write(&self, entries: impl Fn() -> Vec<Entry>, purpose: Purpose, events: &dyn EventSink) {
        let mut state = self.state.lock().await;
        if lock(&self.loss).is_some() {
            return;
        }
        let entries = entries();
        if purpose == Purpose::Keep && entries.len() == state.written && self.age() < RENEWAL {
            return;
        }
        let outcome = match tokio::time::timeout(PATIENCE, self.try_to_write(&mut state, &entries, purpose)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(CloudError::NoAnswer {
                service: "s3",
                action: "PutObject",
                resource: Some(self.place.location(&self.environment)),
                message: "no answer came in time".into(),
            }),
        };
        match outcome {
            Ok(()) => self.is_behind.store(false, Ordering::SeqCst),
            Err(error) => self.tell_behind(&error, events),
        }
    }

    async fn try_to_write(
        &self,
        state: &mut CopyState,
        entries: &[Entry],
        purpose: Purpose,
    ) -> std::result::Result<(), CloudError> {
        let key = CopyPlace::key(&self.environment);
        let lease = state.lease.renewed();
        let kept = (purpose == Purpose::Keep).then_some(&lease);
        let text = lines::text(kept, entries).unwrap_or_default();
        for _ in 0..ATTEMPTS {
            let condition = match &state.version {
                Some(version) => WriteCondition::Unchanged(version.clone()),
                None => WriteCondition::Absent,
            };
            let begun = Confirmation::now();
            let written = self
                .place
                .objects
                .put_if(&self.place.bucket, &key, text.clone(), &condition)
                .await?;
            if let ConditionalWrite::Written(version) = written {
                state.version = Some(version);
                state.written = entries.len();
                state.lease = lease;
                *lock(&self.confirmed) = begun;
                return Ok(());
            }
            let Ok(copy) = self.place.read(&self.environment).await else {
                self.lose(None);
                return Ok(());
            };
            let copy = copy?;
            let is_ours = copy.lease.as_ref().is_some_and(|found| found.holder == lease.holder);
            if purpose == Purpose::Release && copy.lease.is_none() && copy.entries == entries {
                return Ok(());
            }
            if !is_ours && copy.version.is_some() {
                self.lose(copy.lease.map(|lease| lease.to_string()));
                return Ok(());
            }
            // An earlier write succeeded although its answer was lost, or somebody removed the object.
            state.version = copy.version;
        }
        self.lose(None);
        Ok(())
    }

    fn lose(&self, by: Option<String>) {
        lock(&self.loss).get_or_insert(Loss { by });
    }

    fn tell_behind(&self, error: &CloudError, events: &dyn EventSink) {
        if !self.is_behind.swap(true, Ordering::SeqCst) {
            events.warn(
                "JOURNAL_COPY_BEHIND",
                format!(
                    "The copy of the journal ({}) cannot be written now: {error}. The run goes on with the journal on this disk as long as its lease holds; what a rollback needs is in the copy.",
                    self.place.location(&self.environment)
                ),
            );
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
