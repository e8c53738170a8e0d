//! Locking and unlocking an account in memory, with a death at every mutating call.

mod account;
mod stacks;

use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Value, json};

use self::{
    account::{APP, Account, BUCKET, Death, ROOT, url},
    stacks::{contents, large_contents},
};
use super::*;
use crate::{
    cloud::{Change, Depth, read_tree},
    error::{Error, Result},
    plan::{
        CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, NoEvents, Plan, StepPlan, ValidationStatus,
    },
};

async fn request(account: &Account, project: &Path) -> LockRequest {
    let cloud = account.cloud();
    let root = read_tree(cloud.cloudformation.as_ref(), ROOT, Depth::All)
        .await
        .unwrap()
        .unwrap();
    LockRequest {
        cloud,
        project_directory: project.to_owned(),
        app_id: APP.into(),
        environment: "main".into(),
        account_id: None,
        root,
        resources: Vec::new(),
        deployment_bucket: Some(BUCKET.into()),
        // Folders are copied here, and a copy is another folder.
        take_over: true,
    }
}

async fn planned(account: &Account, project: &Path, rollback: bool) -> Result<LockPlan> {
    let request = request(account, project).await;
    if rollback {
        plan_unlock(request).await
    } else {
        plan_lock(request).await
    }
}

async fn run(account: &Account, project: &Path, rollback: bool) -> Result<ExecutionReport> {
    let plan = Plan::new(planned(account, project, rollback).await?);
    let (report, executable) = plan.validate(&NoEvents).await?;
    let Some(executable) = executable else {
        panic!("not executable: {report:?}")
    };
    executable.execute(&NoEvents, &CancelToken::default()).await
}

async fn lock(account: &Account, project: &Path) -> Result<ExecutionReport> {
    run(account, project, false).await
}

async fn unlock(account: &Account, project: &Path) -> Result<ExecutionReport> {
    run(account, project, true).await
}

fn code(result: Result<ExecutionReport>) -> &'static str {
    result.err().as_ref().map_or("none", Error::code)
}

fn template(account: &Account, stack: &str) -> Value {
    serde_json::from_str(&account.contents().stacks[stack].template).unwrap()
}

/// What a user sees of an account.
#[derive(Debug, PartialEq)]
struct Visible {
    variables: IndexMap<String, String>,
    stacks: Vec<VisibleStack>,
    tables: IndexMap<String, bool>,
}

#[derive(Debug, PartialEq)]
struct VisibleStack {
    name: String,
    template: String,
    /// One that allows all is the same as none.
    policy: Option<String>,
}

fn visible(account: &Account) -> Visible {
    let contents = account.contents();
    assert!(
        contents.change_sets.is_empty(),
        "a change set was left: {:?}",
        contents.change_sets.keys()
    );
    let stacks = contents
        .stacks
        .iter()
        .map(|(name, stack)| {
            let policy = stack.policy.clone().filter(|policy| policy != policy::ALLOW_ALL);
            VisibleStack {
                name: name.clone(),
                template: stack.template.clone(),
                policy,
            }
        })
        .collect();
    Visible {
        variables: contents.variables.clone(),
        stacks,
        tables: contents.tables.clone(),
    }
}

fn assert_locked(account: &Account) {
    let contents = account.contents();
    assert_eq!(contents.variables["GEN2_MIGRATION_ENVIRONMENT_NAME"], "main");
    assert_eq!(contents.variables["OTHER"], "kept");
    assert!(policy::denies_all_updates(ROOT, contents.stacks[ROOT].policy.as_deref().unwrap()).unwrap());
    assert!(
        contents.tables.values().all(|protected| *protected),
        "{:?}",
        contents.tables
    );
    for (name, stack) in &contents.stacks {
        let template: Value = serde_json::from_str(&stack.template).unwrap();
        for (logical_id, resource) in &stack.resources {
            if name != ROOT && protection::is_stateful(logical_id, resource) {
                let definition = &template["Resources"][logical_id];
                assert_eq!(definition["DeletionPolicy"], "Retain", "{name} {logical_id}");
                assert_eq!(definition["UpdateReplacePolicy"], "Retain", "{name} {logical_id}");
            }
        }
    }
}

#[tokio::test]
async fn locking_protects_everything_and_unlocking_restores_every_byte() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    let before = visible(&account);
    let report = lock(&account, project.path()).await.unwrap();
    assert_eq!(report.status, ExecutionStatus::Done);
    assert_locked(&account);
    let auth = template(&account, "auth");
    assert!(
        auth["Resources"]["Absent"].get("DeletionPolicy").is_none(),
        "its condition is false"
    );
    assert!(
        auth["Resources"]["Role"].get("DeletionPolicy").is_none(),
        "it holds no data"
    );

    let again = lock(&account, project.path()).await.unwrap();
    assert!(again.executed.is_empty());
    unlock(&account, project.path()).await.unwrap();
    assert_eq!(visible(&account), before);
    assert!(unlock(&account, project.path()).await.unwrap().executed.is_empty());
    lock(&account, project.path()).await.unwrap();
    assert_locked(&account);
    unlock(&account, project.path()).await.unwrap();
    assert_eq!(visible(&account), before);
}

#[tokio::test]
async fn a_death_at_any_mutating_call_is_mended_by_the_next_run() {
    // A template that goes through the bucket makes two calls more; a sample of its indexes is enough.
    let cases = [
        (contents(), false, 1),
        (contents(), true, 1),
        (large_contents(), false, 3),
        (large_contents(), true, 3),
    ];
    for (start, lock_first, stride) in cases {
        let origin = Account::of(start);
        let untouched = visible(&origin);
        let mut index = 0;
        loop {
            let mut reached = false;
            for after_effect in [false, true] {
                let project = tempfile::tempdir().unwrap();
                let account = origin.copy();
                if lock_first {
                    lock(&account, project.path()).await.unwrap();
                    account.revive();
                }
                account.contents().death = Some(Death {
                    at_mutation: index,
                    after_effect,
                });
                tokio::select! {
                    biased;
                    () = account.died() => reached = true,
                    outcome = run(&account, project.path(), lock_first) => drop(outcome.unwrap()),
                }
                account.revive();
                let finished = account.copy();
                let moved = tempfile::tempdir().unwrap();
                copy_folder(project.path(), moved.path());
                run(&finished, project.path(), lock_first).await.unwrap();
                if lock_first {
                    assert_eq!(
                        visible(&finished),
                        untouched,
                        "unlock finished after {index} {after_effect}"
                    );
                } else {
                    assert_locked(&finished);
                }
                run(&account, moved.path(), !lock_first).await.unwrap();
                if lock_first {
                    assert_locked(&account);
                    unlock(&account, moved.path()).await.unwrap();
                }
                assert_eq!(
                    visible(&account),
                    untouched,
                    "undone after {index} {after_effect} {lock_first}"
                );
                assert!(
                    account
                        .contents()
                        .objects
                        .keys()
                        .all(|key| !key.contains("/gen2-migration/") || key.ends_with("/main/journal/journal.jsonl"))
                );
            }
            if !reached {
                break;
            }
            index += stride;
        }
        assert!(index > 8, "{index} mutating calls");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_amid_an_update_and_comes_back_is_no_failure() {
    let cuts = [
        ("CreateChangeSet", false),
        ("CreateChangeSet", true),
        ("DescribeChangeSet", false),
        ("ExecuteChangeSet", false),
        ("ExecuteChangeSet", true),
        ("DescribeStacks", false),
    ];
    for cut in cuts {
        let project = tempfile::tempdir().unwrap();
        let account = Account::of(contents());
        let plan = Plan::new(planned(&account, project.path(), false).await.unwrap());
        let (_, executable) = plan.validate(&NoEvents).await.unwrap();
        account.contents().cuts = vec![cut];
        let report = executable.unwrap().execute(&NoEvents, &CancelToken::default()).await;
        assert_eq!(report.unwrap().status, ExecutionStatus::Done, "{cut:?}");
        assert!(account.contents().cuts.is_empty(), "{cut:?}");
        assert_locked(&account);
        visible(&account);
    }
}

#[tokio::test]
async fn what_cannot_be_cleared_away_is_told_and_stops_nothing() {
    struct Warnings(std::sync::Mutex<Vec<String>>);
    impl EventSink for Warnings {
        fn emit(&self, event: Event) {
            if let Event::Warning { code, .. } = event {
                self.0.lock().unwrap().push(code);
            }
        }
    }
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(large_contents());
    account.contents().denied = vec!["DeleteObject"];
    let plan = Plan::new(planned(&account, project.path(), false).await.unwrap());
    let (_, executable) = plan.validate(&NoEvents).await.unwrap();
    let warnings = Warnings(std::sync::Mutex::default());
    let report = executable.unwrap().execute(&warnings, &CancelToken::default()).await;
    assert_eq!(report.unwrap().status, ExecutionStatus::Done);
    assert_locked(&account);
    assert_eq!(*warnings.0.lock().unwrap(), ["TEMPLATE_LEFT_IN_BUCKET"]);
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn own_policy_and_own_protection_come_back_as_they_were() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    let own = r#"{ "Statement" : [ {"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}, {"Effect":"Deny","Action":"Update:Delete","Principal":"*","Resource":"LogicalResourceId/X"} ] }"#;
    account.contents().stacks[ROOT].policy = Some(own.into());
    // Protected in the console, not in the template.
    account.contents().tables.insert("Post-main".into(), true);
    let before = visible(&account);
    lock(&account, project.path()).await.unwrap();
    let locked: Value = serde_json::from_str(account.contents().stacks[ROOT].policy.as_deref().unwrap()).unwrap();
    assert_eq!(locked["Statement"].as_array().unwrap().len(), 3);
    unlock(&account, project.path()).await.unwrap();
    assert_eq!(visible(&account), before);
}

#[tokio::test]
async fn a_table_that_its_template_calls_protected_is_protected_in_fact() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    lock(&account, project.path()).await.unwrap();
    account.contents().tables.insert("Post-main".into(), false);
    let report = lock(&account, project.path()).await.unwrap();
    assert_eq!(report.executed, ["protect-Post"]);
    assert_locked(&account);
}

#[tokio::test]
async fn without_a_journal_the_pushed_templates_tell_what_was_there() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    let before = visible(&account);
    for name in ["auth", "storage", "Post"] {
        let body = account.contents().stacks[name].template.clone().into_bytes();
        account
            .contents()
            .objects
            .insert(url(BUCKET, &format!("stacks/{name}.json")), body);
    }
    lock(&account, project.path()).await.unwrap();
    std::fs::remove_dir_all(project.path().join(".amplify")).unwrap();
    account.contents().objects.retain(|key, _| !key.contains("/journal/"));
    let plan = planned(&account, project.path(), true).await.unwrap();
    let unknown: Vec<String> = plan
        .findings()
        .into_iter()
        .filter(|finding| finding.id == "protection-stays")
        .map(|finding| finding.path)
        .collect();
    assert_eq!(unknown, ["comment"], "its pushed template is not in the bucket");
    unlock(&account, project.path()).await.unwrap();
    let after = visible(&account);
    assert_eq!(after.variables, before.variables);
    let meaning = |account: &Visible, name: &str| -> Value {
        let stack = account.stacks.iter().find(|stack| stack.name == name).unwrap();
        serde_json::from_str(&stack.template).unwrap()
    };
    for name in [ROOT, "auth", "storage", "Post"] {
        assert_eq!(meaning(&after, name), meaning(&before, name), "{name}");
    }
    assert_eq!(
        template(&account, "comment")["Resources"]["CommentTable"]["DeletionPolicy"],
        "Retain"
    );
}

#[tokio::test]
async fn unlocking_is_refused_while_resources_are_moved_away() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    lock(&account, project.path()).await.unwrap();
    let pool = account.contents().stacks["auth"]
        .resources
        .shift_remove("UserPool")
        .unwrap();
    let plan = Plan::new(planned(&account, project.path(), true).await.unwrap());
    let (report, executable) = plan.validate(&NoEvents).await.unwrap();
    assert!(executable.is_none());
    let failed: Vec<_> = report
        .validations
        .iter()
        .filter(|validation| validation.status == ValidationStatus::Failed)
        .collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].report.as_deref().unwrap().contains("UserPool"), "{failed:?}");
    assert!(plan.skip_validations().1.is_none(), "no flag waives it");
    account.contents().stacks["auth"]
        .resources
        .insert("UserPool".into(), pool);
    unlock(&account, project.path()).await.unwrap();
}

#[tokio::test]
async fn a_change_beyond_protection_stops_before_anything_happens_to_the_stack() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    account.contents().stray_change = Some(Change {
        action: "Remove".into(),
        logical_id: "Role".into(),
        resource_type: "AWS::IAM::Role".into(),
        ..Change::default()
    });
    let templates = |account: &Account| -> Vec<String> {
        account
            .contents()
            .stacks
            .values()
            .map(|stack| stack.template.clone())
            .collect()
    };
    let before = templates(&account);
    assert_eq!(code(lock(&account, project.path()).await), "UNEXPECTED_CHANGES");
    assert_eq!(templates(&account), before);
    assert!(account.contents().change_sets.is_empty());
}

#[tokio::test]
async fn another_marked_environment_and_a_missing_app_are_refused() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    account
        .contents()
        .variables
        .insert(MARKER_VARIABLE.into(), "prod".into());
    let error = planned(&account, project.path(), false).await.err().unwrap();
    assert_eq!(error.code(), "OTHER_ENVIRONMENT_MARKED");
    assert_eq!(error.details()["marked"], "prod");
    // Unlocking leaves the mark of the other environment alone.
    unlock(&account, project.path()).await.unwrap();
    assert_eq!(account.contents().variables[MARKER_VARIABLE], "prod");
    let mut request = request(&account, project.path()).await;
    request.app_id = "d2other".into();
    assert_eq!(plan_lock(request).await.err().unwrap().code(), "APP_NOT_FOUND");
    assert!(
        !project
            .path()
            .join(".amplify/gen2-migration/journal-prod.jsonl")
            .exists()
    );
}

#[tokio::test]
async fn planning_changes_nothing_on_disk_or_in_the_account() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    let before = visible(&account);
    let plan = planned(&account, project.path(), false).await.unwrap();
    assert_eq!(std::fs::read_dir(project.path()).unwrap().count(), 0);
    assert_eq!(account.contents().mutations, 0);
    assert_eq!(visible(&account), before);
    let out = tempfile::tempdir().unwrap();
    let files = plan.write_operations(out.path()).unwrap();
    let listed: Vec<String> = plan
        .operations()
        .into_iter()
        .flat_map(|operation| operation.files)
        .collect();
    assert_eq!(files, listed);
    let parameters: Value =
        serde_json::from_slice(&std::fs::read(out.path().join("update.auth.parameters.json")).unwrap()).unwrap();
    assert_eq!(parameters, json!([]));
}

#[tokio::test]
async fn what_may_not_be_read_is_unknown_and_said_so() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    account.contents().denied = vec!["DescribeTable", "DescribeUserPool"];
    let plan = planned(&account, project.path(), false).await.unwrap();
    assert!(
        plan.findings()
            .iter()
            .any(|finding| finding.id == "table-protection-unknown")
    );
    lock(&account, project.path()).await.unwrap();
    assert_locked(&account);
    account.contents().denied = vec!["GetStackPolicy"];
    let status = lock_status(&account, ROOT).await.unwrap();
    assert_eq!(status.status, ValidationStatus::NotChecked);
    account.contents().denied.clear();
    assert_eq!(
        lock_status(&account, ROOT).await.unwrap().status,
        ValidationStatus::Passed
    );
    unlock(&account, project.path()).await.unwrap();
    assert_eq!(
        lock_status(&account, ROOT).await.unwrap().status,
        ValidationStatus::Failed
    );
}

#[tokio::test]
async fn the_last_variable_goes_even_where_an_empty_map_changes_nothing() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    account.contents().variables.clear();
    account.contents().ignores_empty_variables = true;
    lock(&account, project.path()).await.unwrap();
    unlock(&account, project.path()).await.unwrap();
    assert!(account.contents().variables.is_empty());
}

#[tokio::test]
async fn a_stop_request_is_obeyed_between_operations_and_the_next_run_goes_on() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    let before = visible(&account);
    let cancel = CancelToken::default();
    cancel.cancel();
    let plan = Plan::new(planned(&account, project.path(), false).await.unwrap());
    let (_, executable) = plan.validate(&NoEvents).await.unwrap();
    let report = executable.unwrap().execute(&NoEvents, &cancel).await.unwrap();
    assert_eq!(report.status, ExecutionStatus::Cancelled);
    assert_eq!(visible(&account), before);
    lock(&account, project.path()).await.unwrap();
    assert_locked(&account);
}

#[tokio::test]
async fn what_taking_a_lock_back_needs_is_in_the_bucket_when_the_folder_is_lost_amid_it() {
    let origin = Account::of(contents());
    let before = visible(&origin);
    for index in 0.. {
        let project = tempfile::tempdir().unwrap();
        let account = origin.copy();
        account.contents().death = Some(Death {
            at_mutation: index,
            after_effect: true,
        });
        let has_died = tokio::select! {
            biased;
            () = account.died() => true,
            outcome = lock(&account, project.path()) => { outcome.unwrap(); false }
        };
        if !has_died {
            break;
        }
        account.revive();
        let elsewhere = tempfile::tempdir().unwrap();
        unlock(&account, elsewhere.path()).await.unwrap();
        assert_eq!(visible(&account), before, "after call {index}");
    }
}

#[tokio::test]
async fn an_environment_that_is_not_at_rest_fails_its_validation() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    account.contents().stacks["Post"].status = "UPDATE_IN_PROGRESS".into();
    let plan = Plan::new(planned(&account, project.path(), false).await.unwrap());
    let (report, executable) = plan.validate(&NoEvents).await.unwrap();
    assert!(executable.is_none());
    assert!(
        report.validations[0]
            .report
            .as_deref()
            .unwrap()
            .contains("Post: UPDATE_IN_PROGRESS")
    );
    assert_eq!(report.validations[1].status, ValidationStatus::NotChecked, "drift");
}

#[tokio::test]
async fn a_stack_changed_between_plan_and_execution_is_left_alone() {
    let project = tempfile::tempdir().unwrap();
    let account = Account::of(contents());
    let plan = Plan::new(planned(&account, project.path(), false).await.unwrap());
    let mut changed = template(&account, "storage");
    changed["Resources"]["Bucket"]["Properties"]["BucketName"] = "other".into();
    account.contents().stacks["storage"].template = changed.to_string();
    let (_, executable) = plan.validate(&NoEvents).await.unwrap();
    let error = executable
        .unwrap()
        .execute(&NoEvents, &CancelToken::default())
        .await
        .err()
        .unwrap();
    assert_eq!(error.code(), "STACK_CHANGED");
    assert_eq!(template(&account, "storage"), changed);
}
