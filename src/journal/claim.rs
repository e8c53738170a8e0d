//! The beginning of a run: one conditional write takes the lease and records what undoing the run needs.

use super::{
    copy::CopyWriter,
    error::JournalError,
    lease::Lease,
    lines,
    merge::merge,
    place::{Copy, CopyPlace},
    record::Entry,
};
use crate::{
    cloud::{CloudError, ConditionalWrite, WriteCondition},
    error::Result,
    plan::EventSink,
};

/// How often the claim is tried while answers are lost or others try as well.
const ATTEMPTS: u32 = 6;

/// What a run claims.
pub(super) struct Claim<'a> {
    pub(super) place: &'a CopyPlace,
    pub(super) environment: &'a str,
    pub(super) lease: Lease,
    /// What this disk knows of earlier runs.
    pub(super) disk: &'a [Entry],
    /// The beginning of this run.
    pub(super) started: &'a Entry,
    /// A lease of somebody else is no obstacle.
    pub(super) take_over: bool,
    /// The run may go on without a copy: it takes back what another run did.
    pub(super) is_optional: bool,
}

/// A claim that succeeded.
pub(super) struct Claimed {
    /// Everything that is known, the beginning of this run included.
    pub(super) entries: Vec<Entry>,
    /// Absent: the copy is out of reach.
    pub(super) writer: Option<CopyWriter>,
}

impl Claim<'_> {
    /// # Errors
    /// `LEASE_HELD`; `JOURNAL_COPY_REFUSED`, unless the run may go on without; `JOURNAL_CORRUPT` and `JOURNAL_TOO_NEW`
    /// of the copy.
    pub(super) async fn carry_out(self, events: &dyn EventSink) -> Result<Claimed> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match self.attempt(events).await? {
                Ok(Some(claimed)) => return Ok(claimed),
                // Somebody else was faster: look again who.
                Ok(None) => {}
                Err(error) if error.is_uncertain() => last = Some(error),
                Err(error) => return self.without_copy(error, events),
            }
        }
        let unknown = || CloudError::NoAnswer {
            service: "s3",
            action: "PutObject",
            resource: Some(self.location()),
            message: "others write it again and again".into(),
        };
        let error = last.unwrap_or_else(unknown);
        self.without_copy(error, events)
    }

    async fn attempt(&self, events: &dyn EventSink) -> Result<std::result::Result<Option<Claimed>, CloudError>> {
        let copy = match self.place.read(self.environment).await? {
            Ok(copy) => copy,
            // Without the right to list the bucket S3 says so of an object that is not there: writing tells.
            Err(CloudError::AccessDenied { .. }) => Copy::absent(),
            Err(error) => return Ok(Err(error)),
        };
        if let Some(lease) = &copy.lease {
            if lease.holder == self.lease.holder {
                // An earlier attempt was carried out although its answer was lost.
                return Ok(Ok(copy.version.map(|version| self.claimed(copy.entries, version))));
            }
            self.ensure_free(lease, &copy)?;
        }
        let mut entries = merge(&copy.entries, self.disk);
        entries.push(self.started.clone());
        let text = lines::text(Some(&self.lease), &entries).unwrap_or_default();
        let condition = match &copy.version {
            Some(version) => WriteCondition::Unchanged(version.clone()),
            None => WriteCondition::Absent,
        };
        let key = CopyPlace::key(self.environment);
        let written = match self
            .place
            .objects
            .put_if(&self.place.bucket, &key, text, &condition)
            .await
        {
            Ok(written) => written,
            Err(error) => return Ok(Err(error)),
        };
        let ConditionalWrite::Written(version) = written else {
            return Ok(Ok(None));
        };
        if let Some(previous) = copy.lease.filter(|lease| !lease.is_of_folder(&self.lease)) {
            events.warn(
                "LEASE_TAKEN_OVER",
                format!("The run of {previous} did not end; this run goes on from what it recorded."),
            );
        }
        Ok(Ok(Some(self.claimed(entries, version))))
    }

    fn claimed(&self, entries: Vec<Entry>, version: crate::cloud::ObjectVersion) -> Claimed {
        let written = entries.len();
        let writer = CopyWriter::new(
            self.place.clone(),
            self.environment,
            self.lease.clone(),
            version,
            written,
        );
        Claimed {
            entries,
            writer: Some(writer),
        }
    }

    fn ensure_free(&self, lease: &Lease, copy: &Copy) -> Result<()> {
        // Who holds the folder's lock knows that the earlier process there is gone.
        if self.take_over || lease.is_of_folder(&self.lease) || lease.remaining(copy.age).is_none() {
            return Ok(());
        }
        Err(JournalError::LeaseHeld {
            lease: Box::new(lease.clone()),
            age: copy.age,
            location: self.location(),
        }
        .into())
    }

    /// A run that changes something new is not begun when nobody else could take it back. A rollback must be possible.
    fn without_copy(&self, error: CloudError, events: &dyn EventSink) -> Result<Claimed> {
        if !self.is_optional {
            return Err(JournalError::CopyRefused {
                location: self.location(),
                bucket: self.place.bucket.clone(),
                source: Box::new(error),
            }
            .into());
        }
        events.warn(
            "JOURNAL_COPY_UNAVAILABLE",
            format!(
                "The copy of the journal ({}) cannot be kept: {error}. The rollback goes on with the journal on this disk and with what is deployed; make sure that nobody else works on this environment now.",
                self.location()
            ),
        );
        let mut entries = self.disk.to_vec();
        entries.push(self.started.clone());
        Ok(Claimed { entries, writer: None })
    }

    fn location(&self) -> String {
        self.place.location(self.environment)
    }
}
