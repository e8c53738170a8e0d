use std::{
    fs,
    io::Write,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::json;

use super::{lease::DURATION, place::CopyPlace, *};
use crate::{
    cloud::{CloudError, ConditionalWrite, ObjectStoreApi, ObjectVersion, StoredObject, WriteCondition},
    plan::{Event, EventSink, NoEvents, Step},
};

fn header(rollback: bool) -> RunHeader {
    RunHeader {
        step: Step::Refactor,
        rollback,
        tool_version: "1".into(),
        account_id: Some("123456789012".into()),
        region: "us-east-1".into(),
        gen1_root: "amplify-app-main-12345".into(),
        gen2_root: None,
        context: json!({ "number": 7 }),
    }
}

/// A bucket in memory, with S3's conditional writes.
#[derive(Default)]
struct Bucket {
    object: Mutex<Option<(Vec<u8>, u64)>>,
    age: Mutex<Duration>,
    failure: Mutex<Option<Failure>>,
    writes: Mutex<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Failure {
    Denied,
    /// Only of reads: what S3 says of absent objects to callers who may not list.
    DeniedReads,
    Unreachable,
    /// Once: the write is done and its answer lost.
    LostAnswer,
}

impl Bucket {
    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }

    fn fail(&self, failure: Option<Failure>) {
        *Self::lock(&self.failure) = failure;
    }

    fn error(&self, reads: bool) -> Option<CloudError> {
        let (service, action, resource) = ("s3", "PutObject", None);
        match *Self::lock(&self.failure) {
            Some(Failure::Denied) => Some(CloudError::AccessDenied {
                service,
                action,
                resource,
                message: "no".into(),
            }),
            Some(Failure::DeniedReads) if reads => Some(CloudError::AccessDenied {
                service,
                action,
                resource,
                message: "no".into(),
            }),
            Some(Failure::Unreachable) => Some(CloudError::NoAnswer {
                service,
                action,
                resource,
                message: "cut".into(),
            }),
            _ => None,
        }
    }

    fn content(&self) -> String {
        let object = Self::lock(&self.object);
        String::from_utf8(object.as_ref().unwrap().0.clone()).unwrap()
    }
}

#[async_trait]
impl ObjectStoreApi for Bucket {
    async fn get(&self, _: &str, _: &str) -> std::result::Result<Option<Vec<u8>>, CloudError> {
        unreachable!("the journal asks for versions")
    }

    async fn put(&self, _: &str, _: &str, _: Vec<u8>) -> std::result::Result<String, CloudError> {
        unreachable!("the journal writes on conditions")
    }

    async fn delete(&self, _: &str, _: &str) -> std::result::Result<(), CloudError> {
        unreachable!("the journal removes nothing")
    }

    async fn stored(&self, _: &str, key: &str) -> std::result::Result<Option<StoredObject>, CloudError> {
        assert!(key.starts_with("gen2-migration/"));
        if let Some(error) = self.error(true) {
            return Err(error);
        }
        Ok(Self::lock(&self.object).clone().map(|(content, version)| StoredObject {
            content,
            version: ObjectVersion(version.to_string()),
            age: *Self::lock(&self.age),
        }))
    }

    async fn put_if(
        &self,
        _: &str,
        _: &str,
        content: Vec<u8>,
        condition: &WriteCondition,
    ) -> std::result::Result<ConditionalWrite, CloudError> {
        if let Some(error) = self.error(false) {
            return Err(error);
        }
        let mut object = Self::lock(&self.object);
        let holds = match (condition, object.as_ref()) {
            (WriteCondition::Absent, found) => found.is_none(),
            (WriteCondition::Unchanged(_), None) => false,
            (WriteCondition::Unchanged(version), Some((_, found))) => version.0 == found.to_string(),
        };
        if !holds {
            return Ok(ConditionalWrite::ConditionFailed);
        }
        let mut writes = Self::lock(&self.writes);
        *writes += 1;
        *object = Some((content, *writes));
        *Self::lock(&self.age) = Duration::ZERO;
        let mut failure = Self::lock(&self.failure);
        if *failure == Some(Failure::LostAnswer) {
            *failure = None;
            return Err(CloudError::NoAnswer {
                service: "s3",
                action: "PutObject",
                resource: None,
                message: "cut".into(),
            });
        }
        Ok(ConditionalWrite::Written(ObjectVersion(writes.to_string())))
    }
}

/// Remembers the codes of warnings.
#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl EventSink for Warnings {
    fn emit(&self, event: Event) {
        if let Event::Warning { code, .. } = event {
            self.0.lock().unwrap().push(code);
        }
    }
}

impl Warnings {
    fn codes(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A project folder on some machine.
struct Machine {
    directory: tempfile::TempDir,
    place: JournalPlace,
}

impl Machine {
    fn new(bucket: Option<&Arc<Bucket>>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = JournalPlace {
            project_directory: directory.path().to_owned(),
            environment: "main".into(),
            copy: bucket.map(|bucket| CopyPlace {
                objects: Arc::clone(bucket) as Arc<dyn ObjectStoreApi>,
                bucket: "bucket".into(),
            }),
        };
        Self { directory, place }
    }

    fn path(&self) -> std::path::PathBuf {
        MigrationFolder::of(self.directory.path()).journal_path("main")
    }

    async fn begin(&self) -> Result<Journal> {
        Journal::begin(&self.place, header(false), false, &NoEvents).await
    }

    async fn runs(&self) -> Vec<RunRecord> {
        self.place.recorded(true).await.unwrap().runs
    }
}

/// A whole run with one operation.
async fn run(journal: Journal, operation: &str) {
    let work = async {
        journal.intent(journal.run(), operation, json!({ "before": "x" }))?;
        journal.result(journal.run(), operation, json!({ "id": 1.5 }))?;
        journal.finish(journal.run(), RunStatus::Done)
    };
    journal.alongside(&NoEvents, work).await.unwrap();
}

#[tokio::test]
async fn what_was_recorded_is_read_back_run_by_run() {
    let machine = Machine::new(None);
    run(machine.begin().await.unwrap(), "refactor-001").await;
    let second = machine.begin().await.unwrap();
    assert_eq!(second.earlier_runs().len(), 1);
    second.intent(second.run(), "refactor-002", json!(null)).unwrap();
    drop(second);
    let runs = machine.runs().await;
    let [one, two] = &runs[..] else { panic!("two runs") };
    assert_eq!(one.operations["refactor-001"].results, [json!({ "id": 1.5 })]);
    assert_eq!(one.header, header(false));
    assert_eq!(one.finished, Some(RunStatus::Done));
    assert_eq!(two.finished, None);
    assert!(two.operations["refactor-002"].results.is_empty());
}

#[tokio::test]
async fn intents_of_two_operations_may_alternate() {
    let machine = Machine::new(Some(&Arc::default()));
    let journal = machine.begin().await.unwrap();
    for (operation, number) in [("a", 1), ("b", 1), ("a", 2), ("b", 2)] {
        journal.intent(journal.run(), operation, json!(number)).unwrap();
    }
    journal.result(journal.run(), "b", json!("done")).unwrap();
    let runs = machine.runs().await;
    assert_eq!(runs[0].operations["a"].intents, [json!(1), json!(2)]);
    assert_eq!(runs[0].operations["b"].intents, [json!(1), json!(2)]);
    assert!(runs[0].operations["a"].results.is_empty());
}

#[tokio::test]
async fn a_torn_last_line_is_dropped_at_every_length_and_the_journal_goes_on() {
    let machine = Machine::new(None);
    drop(machine.begin().await.unwrap());
    let whole = fs::read(machine.path()).unwrap();
    for length in 1..whole.len() {
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&whole[..length]);
        fs::write(machine.path(), &bytes).unwrap();
        assert_eq!(machine.runs().await.len(), 1);
        let journal = machine.begin().await.unwrap();
        journal.intent(journal.run(), "next", json!(length)).unwrap();
        drop(journal);
        assert_eq!(machine.runs().await[1].operations["next"].intents, [json!(length)]);
    }
}

#[tokio::test]
async fn an_unreadable_line_in_the_middle_is_an_error_that_names_it() {
    let machine = Machine::new(None);
    drop(machine.begin().await.unwrap());
    let mut file = fs::OpenOptions::new().append(true).open(machine.path()).unwrap();
    file.write_all(b"{\"format\":1,\n").unwrap();
    let error = machine.begin().await.err().unwrap();
    assert_eq!(error.code(), "JOURNAL_CORRUPT");
    assert_eq!(error.details()["line"], 2);
    fs::write(machine.path(), "{\"format\":99}\n").unwrap();
    assert_eq!(machine.place.read(false).await.err().unwrap().code(), "JOURNAL_TOO_NEW");
}

#[tokio::test]
async fn a_second_process_of_the_machine_is_kept_out_until_the_first_is_gone() {
    let bucket = Arc::default();
    let machine = Machine::new(Some(&bucket));
    let first = machine.begin().await.unwrap();
    let error = machine.begin().await.err().unwrap();
    assert_eq!(error.code(), "RUN_IN_PROGRESS");
    assert!(error.to_string().contains(&std::process::id().to_string()));
    // A plan that is made meanwhile would be made from moves in flight.
    assert_eq!(machine.place.read(true).await.err().unwrap().code(), "RUN_IN_PROGRESS");
    drop(first);
    assert!(machine.place.read(false).await.is_ok());
    // The lease was not given back, but who holds the folder's lock knows that its holder is gone.
    assert!(machine.begin().await.is_ok());
}

#[tokio::test]
async fn the_folder_ignores_itself_and_names_cannot_leave_it() {
    let directory = tempfile::tempdir().unwrap();
    let folder = MigrationFolder::open(directory.path()).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "*\n");
    let path = folder.journal_path("../../etc/x");
    assert_eq!(path.parent().unwrap(), folder.path());
    assert_ne!(folder.journal_path("a/b"), folder.journal_path("a_b"));
    assert!(!CopyPlace::key("../x").contains(".."));
}

#[tokio::test]
async fn another_machine_with_an_empty_folder_knows_what_was_recorded() {
    let bucket = Arc::default();
    let (first, second) = (Machine::new(Some(&bucket)), Machine::new(Some(&bucket)));
    run(first.begin().await.unwrap(), "one").await;
    assert_eq!(second.runs().await, first.runs().await);
    run(second.begin().await.unwrap(), "two").await;
    // And back: the first one learns what the second one did.
    let journal = first.begin().await.unwrap();
    let known: Vec<_> = journal
        .earlier_runs()
        .iter()
        .flat_map(|run| run.operations.keys().cloned().collect::<Vec<_>>())
        .collect();
    assert_eq!(known, ["one", "two"]);
    drop(journal);
    assert_eq!(fs::read_to_string(first.path()).unwrap().lines().count(), 9);
}

#[tokio::test]
async fn of_two_operators_one_is_kept_out_and_told_who_the_other_is() {
    let bucket = Arc::default();
    let (first, second) = (Machine::new(Some(&bucket)), Machine::new(Some(&bucket)));
    let journal = first.begin().await.unwrap();
    for error in [
        second.begin().await.err().unwrap(),
        second.place.read(false).await.err().unwrap(),
    ] {
        assert_eq!(error.code(), "LEASE_HELD");
        let lease = Lease::new(String::new(), Step::Refactor, false);
        assert_eq!(error.details()["host"], lease.host.as_str());
        assert!(error.to_string().contains(&lease.user) && error.to_string().contains("`refactor`"));
        assert!(error.resolution().contains("--take-over"));
    }
    run(journal, "one").await;
    assert!(second.begin().await.is_ok(), "the lease was given back");
}

#[tokio::test]
async fn a_lease_that_was_not_given_back_ends_by_itself_or_by_order_and_its_holder_stops() {
    for by_order in [false, true] {
        let bucket: Arc<Bucket> = Arc::default();
        let (first, second) = (Machine::new(Some(&bucket)), Machine::new(Some(&bucket)));
        let journal = first.begin().await.unwrap();
        *bucket.age.lock().unwrap() = lease::DURATION - Duration::from_secs(1);
        assert_eq!(second.begin().await.err().unwrap().code(), "LEASE_HELD");
        if !by_order {
            *bucket.age.lock().unwrap() = lease::DURATION;
        }
        let warnings = Warnings::default();
        let successor = Journal::begin(&second.place, header(true), by_order, &warnings)
            .await
            .unwrap();
        assert_eq!(warnings.codes(), ["LEASE_TAKEN_OVER"]);
        // The first one learns it with its next write, and from then on it may not act.
        assert!(journal.intent(journal.run(), "late", json!(1)).is_ok());
        assert_eq!(journal.secure(&NoEvents).await.err().unwrap().code(), "LEASE_LOST");
        let error = journal.intent(journal.run(), "later", json!(2)).err().unwrap();
        assert_eq!(error.code(), "LEASE_LOST");
        assert!(error.to_string().contains("--rollback"), "{error}");
        journal.alongside(&NoEvents, async { Ok(()) }).await.unwrap();
        assert!(!bucket.content().contains("late"), "what the successor wrote stays");
        run(successor, "back").await;
        // What only the first machine knows is not lost there.
        drop(journal);
        let operations: Vec<_> = first
            .runs()
            .await
            .iter()
            .flat_map(|run| run.operations.keys().cloned().collect::<Vec<_>>())
            .collect();
        assert_eq!(operations, ["late", "back"]);
    }
}

#[tokio::test]
async fn without_the_bucket_nothing_new_begins_and_a_rollback_does() {
    for failure in [Failure::Denied, Failure::Unreachable] {
        let bucket: Arc<Bucket> = Arc::default();
        let machine = Machine::new(Some(&bucket));
        bucket.fail(Some(failure));
        let error = machine.begin().await.err().unwrap();
        assert_eq!(error.code(), "JOURNAL_COPY_REFUSED");
        assert!(error.resolution().contains("s3:PutObject"));
        assert!(machine.place.read(false).await.unwrap().copy_unread.is_some());
        let warnings = Warnings::default();
        let journal = Journal::begin(&machine.place, header(true), false, &warnings)
            .await
            .unwrap();
        assert_eq!(warnings.codes(), ["JOURNAL_COPY_UNAVAILABLE"]);
        run(journal, "back").await;
        bucket.fail(None);
        assert_eq!(machine.runs().await.len(), 1, "the run that was not begun left nothing");
    }
}

#[tokio::test]
async fn a_caller_who_may_not_list_the_bucket_begins_where_there_is_no_copy() {
    let bucket: Arc<Bucket> = Arc::default();
    bucket.fail(Some(Failure::DeniedReads));
    assert!(Machine::new(Some(&bucket)).begin().await.is_ok());
    let error = Machine::new(Some(&bucket)).begin().await.err().unwrap();
    assert_eq!(
        error.code(),
        "JOURNAL_COPY_REFUSED",
        "there is one now, and it cannot be read"
    );
}

#[tokio::test]
async fn a_bucket_that_is_lost_amid_a_run_is_told_once_and_caught_up_with() {
    let bucket: Arc<Bucket> = Arc::default();
    let (machine, other) = (Machine::new(Some(&bucket)), Machine::new(Some(&bucket)));
    let journal = machine.begin().await.unwrap();
    assert!(
        bucket.content().contains("\"number\":7"),
        "what undoing needs is there before the first effect"
    );
    bucket.fail(Some(Failure::Unreachable));
    let warnings = Warnings::default();
    let work = async {
        for number in 0..3 {
            journal.intent(journal.run(), "one", json!(number))?;
            journal.secure(&warnings).await?;
        }
        bucket.fail(None);
        journal.intent(journal.run(), "two", json!(3))?;
        journal.finish(journal.run(), RunStatus::Done)
    };
    journal.alongside(&warnings, work).await.unwrap();
    assert_eq!(warnings.codes(), ["JOURNAL_COPY_BEHIND"]);
    assert_eq!(other.runs().await, machine.runs().await);
    assert!(other.begin().await.is_ok());
}

#[tokio::test]
async fn a_run_that_could_not_renew_its_lease_stops_before_somebody_else_may_hold_it() {
    let bucket: Arc<Bucket> = Arc::default();
    let (machine, other) = (Machine::new(Some(&bucket)), Machine::new(Some(&bucket)));
    let journal = machine.begin().await.unwrap();
    let writer = journal.copy.as_ref().unwrap();
    // The machine has slept: the lease is asked for, and is still this run's.
    writer.let_time_pass(DURATION * 10);
    journal.confirm(&NoEvents).await.unwrap();
    journal.intent(journal.run(), "one", json!(1)).unwrap();

    bucket.fail(Some(Failure::Unreachable));
    writer.let_time_pass(DURATION - RENEWAL * 3);
    journal.confirm(&NoEvents).await.unwrap();
    journal
        .intent(journal.run(), "two", json!(2))
        .expect("it holds for one more change");
    writer.let_time_pass(RENEWAL * 2);
    for error in [
        journal.confirm(&NoEvents).await.err().unwrap(),
        journal.secure(&NoEvents).await.err().unwrap(),
        journal.intent(journal.run(), "three", json!(3)).err().unwrap(),
    ] {
        assert_eq!(error.code(), "LEASE_EXPIRED");
        assert!(error.details()["secondsSinceConfirmed"].as_u64().unwrap() >= 150);
    }

    // The bucket is back before anybody came: the run may go on. Somebody came: it stops, whatever the time.
    bucket.fail(None);
    journal.confirm(&NoEvents).await.unwrap();
    journal.intent(journal.run(), "three", json!(3)).unwrap();
    journal.secure(&NoEvents).await.unwrap();
    *bucket.age.lock().unwrap() = DURATION;
    let successor = other.begin().await.unwrap();
    writer.let_time_pass(DURATION);
    assert_eq!(journal.confirm(&NoEvents).await.err().unwrap().code(), "LEASE_LOST");
    drop(successor);
}

#[tokio::test]
async fn a_lost_answer_is_no_loss_of_the_lease() {
    let bucket: Arc<Bucket> = Arc::default();
    let machine = Machine::new(Some(&bucket));
    bucket.fail(Some(Failure::LostAnswer));
    let journal = machine.begin().await.unwrap();
    assert_eq!(journal.earlier_runs().len(), 0);
    bucket.fail(Some(Failure::LostAnswer));
    journal.intent(journal.run(), "one", json!(1)).unwrap();
    journal.secure(&NoEvents).await.unwrap();
    journal.intent(journal.run(), "two", json!(2)).unwrap();
    journal.secure(&NoEvents).await.unwrap();
    bucket.fail(Some(Failure::LostAnswer));
    journal.alongside(&NoEvents, async { Ok(()) }).await.unwrap();
    drop(journal);
    assert_eq!(Machine::new(Some(&bucket)).runs().await[0].operations.len(), 2);
    assert!(Machine::new(Some(&bucket)).begin().await.is_ok());
}

#[tokio::test]
async fn a_copy_that_somebody_removed_amid_a_run_is_written_again() {
    let bucket: Arc<Bucket> = Arc::default();
    let machine = Machine::new(Some(&bucket));
    let journal = machine.begin().await.unwrap();
    *bucket.object.lock().unwrap() = None;
    run(journal, "one").await;
    assert_eq!(Machine::new(Some(&bucket)).runs().await, machine.runs().await);
}

/// A journal of some runs, as one machine wrote it: no other writes the same entry.
fn entries(machine: &'static str) -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec((0..4_u64, 0..3_u8), 0..24).prop_map(move |steps| {
        let mut entries = Vec::new();
        for (time, (run, kind)) in steps.into_iter().enumerate() {
            let time_ms = time as u64;
            let run: RunId = serde_json::from_value(format!("run-{run}").into()).unwrap();
            let operation = machine.to_owned();
            entries.push(match kind {
                0 => Entry::RunStarted {
                    run,
                    time_ms,
                    header: RunHeader {
                        gen1_root: machine.into(),
                        ..header(false)
                    },
                },
                1 => Entry::Intent {
                    run,
                    operation,
                    time_ms,
                    intent: json!(time),
                },
                _ => Entry::Result {
                    run,
                    operation,
                    time_ms,
                    result: json!(time),
                },
            });
        }
        entries
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_when_disk_and_copy_come_together(
        common in entries("both"),
        disk in entries("disk"),
        copy in entries("copy"),
    ) {
        let (disk, copy) = ([common.clone(), disk].concat(), [common.clone(), copy].concat());
        let merged = merge::merge(&copy, &disk);
        for entry in copy.iter().chain(&disk) {
            prop_assert!(merged.contains(entry));
        }
        for entry in &merged {
            prop_assert!(copy.contains(entry) || disk.contains(entry));
        }
        // The two machines agree from then on, whoever merges again.
        prop_assert_eq!(&merge::merge(&merged, &disk), &merged);
        prop_assert_eq!(&merge::merge(&merged, &copy), &merged);
        prop_assert_eq!(&merge::merge(&merged, &merged), &merged);
        // Within a run the order of either side stays.
        for side in [&copy, &disk] {
            for run in ["run-0", "run-1", "run-2", "run-3"] {
                let of_run = |entries: &[Entry]| entries.iter().filter(|entry| entry.run().as_str() == run).cloned().collect::<Vec<_>>();
                let mut rest = of_run(&merged).into_iter();
                for entry in of_run(side) {
                    prop_assert!(rest.any(|other| other == entry), "{run}");
                }
            }
        }
    }

    #[test]
    fn what_one_side_began_and_the_other_finished_is_whole(all in entries("one"), cut in 0..24_usize) {
        let begun = &all[..cut.min(all.len())];
        prop_assert_eq!(&merge::merge(&all, begun), &all);
        prop_assert_eq!(&merge::merge(begun, &all), &all);
    }

    #[test]
    fn a_text_cut_anywhere_gives_the_whole_lines_before(all in entries("one"), cut in 0..4000_usize) {
        let lease = Lease::new("folder".into(), Step::Lock, false);
        let text = lines::text(Some(&lease), &all).unwrap();
        let parsed = lines::parse("here", &text).unwrap();
        prop_assert_eq!(&parsed.entries, &all);
        prop_assert_eq!(parsed.lease, Some(lease));
        let torn = &text[..cut.min(text.len())];
        let parsed = lines::parse("here", torn).unwrap();
        prop_assert!(all.starts_with(&parsed.entries));
        prop_assert!(parsed.whole <= torn.len());
    }
}
