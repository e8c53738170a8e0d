use std::{fs, io::Write};

use serde_json::json;

use super::*;
use crate::plan::Step;

fn header() -> RunHeader {
    RunHeader {
        step: Step::Refactor,
        rollback: false,
        tool_version: "1".into(),
        account_id: Some("123456789012".into()),
        region: "us-east-1".into(),
        gen1_root: "amplify-app-main-12345".into(),
        gen2_root: None,
        context: json!({ "number": 7 }),
    }
}

fn folder() -> (tempfile::TempDir, MigrationFolder) {
    let directory = tempfile::tempdir().unwrap();
    let folder = MigrationFolder::open(directory.path()).unwrap();
    (directory, folder)
}

#[test]
fn what_was_recorded_is_read_back_run_by_run() {
    let (_directory, folder) = folder();
    let journal = Journal::open(&folder, "main").unwrap();
    let first = journal.begin(header()).unwrap();
    journal
        .intent(&first, "refactor-001", json!({ "before": "x" }))
        .unwrap();
    journal.result(&first, "refactor-001", json!({ "id": 1.5 })).unwrap();
    journal.intent(&first, "refactor-002", json!(null)).unwrap();
    let second = journal.begin(header()).unwrap();
    journal.finish(&second, RunStatus::Done).unwrap();
    let live = journal.runs();
    drop(journal);

    let journal = Journal::open(&folder, "main").unwrap();
    assert_eq!(journal.runs(), live);
    let [one, two] = &live[..] else { panic!("two runs") };
    assert_eq!(one.finished, None);
    assert_eq!(one.operations["refactor-001"].results, [json!({ "id": 1.5 })]);
    assert!(one.operations["refactor-002"].results.is_empty());
    assert_eq!(one.header, header());
    assert_eq!(two.finished, Some(RunStatus::Done));
}

#[test]
fn a_torn_last_line_is_dropped_at_every_length_and_the_journal_goes_on() {
    let (_directory, folder) = folder();
    let journal = Journal::open(&folder, "main").unwrap();
    let run = journal.begin(header()).unwrap();
    drop(journal);
    let path = folder.journal_path("main");
    let whole = fs::read(&path).unwrap();
    let line = whole.clone();
    for length in 1..line.len() {
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&line[..length]);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(Journal::read(&folder, "main").unwrap().len(), 1);
        let journal = Journal::open(&folder, "main").unwrap();
        journal.intent(&run, "next", json!(length)).unwrap();
        drop(journal);
        let runs = Journal::read(&folder, "main").unwrap();
        assert_eq!(runs[0].operations["next"].intents, [json!(length)]);
    }
}

#[test]
fn an_unreadable_line_in_the_middle_is_an_error_that_names_it() {
    let (_directory, folder) = folder();
    let journal = Journal::open(&folder, "main").unwrap();
    journal.begin(header()).unwrap();
    drop(journal);
    let path = folder.journal_path("main");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"format\":1,\n").unwrap();
    let error = Journal::open(&folder, "main").err().unwrap();
    assert_eq!(error.code(), "JOURNAL_CORRUPT");
    assert_eq!(error.details()["line"], 2);
    fs::write(&path, "{\"format\":99}\n").unwrap();
    assert_eq!(Journal::read(&folder, "main").err().unwrap().code(), "JOURNAL_TOO_NEW");
}

#[test]
fn a_second_holder_is_kept_out_until_the_first_is_gone() {
    let (_directory, folder) = folder();
    let first = Journal::open(&folder, "main").unwrap();
    assert_eq!(Journal::open(&folder, "main").err().unwrap().code(), "RUN_IN_PROGRESS");
    assert!(
        Journal::open(&folder, "prod").is_ok(),
        "another environment has a journal of its own"
    );
    drop(first);
    assert!(Journal::open(&folder, "main").is_ok());
}

#[test]
fn the_folder_ignores_itself_and_names_cannot_leave_it() {
    let (directory, folder) = folder();
    assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "*\n");
    let path = folder.journal_path("../../etc/x");
    assert_eq!(path.parent().unwrap(), folder.path());
    assert_ne!(folder.journal_path("a/b"), folder.journal_path("a_b"));
    assert!(folder.path().starts_with(directory.path()));
}
