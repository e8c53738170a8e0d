use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;

use super::*;
use crate::{
    generate::{
        Generated,
        project_files::{ProjectFilesInput, plan_project_files},
    },
    plan::{Plan, ValidationStatus},
};

#[derive(Default)]
struct Recorded(Mutex<Vec<Event>>);

impl EventSink for Recorded {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

fn validation(name: &str, status: ValidationStatus) -> Validation {
    Validation {
        name: name.into(),
        description: String::new(),
        status,
        report: None,
        resolution: None,
    }
}

fn input(root: &Path, out_dir: Option<PathBuf>) -> GenerateStepInput {
    let mut tree = FileTree::default();
    for path in [
        "amplify/backend.ts",
        "amplify/auth/resource.ts",
        "amplify/function/a/resource.ts",
    ] {
        tree.insert(path, "export {};\n");
    }
    let generated = Generated {
        tree,
        ..Generated::default()
    };
    let mut project_files = plan_project_files(&ProjectFilesInput {
        project_dir: root,
        generated: &generated,
        console_build_spec: None,
    })
    .unwrap();
    let edited = ProjectFile::edited(root, "src/main.js", "new".into()).unwrap();
    project_files.files.push(edited);
    GenerateStepInput {
        project_dir: root.to_path_buf(),
        out_dir,
        branch: "gen2 main".into(),
        tree: generated.tree,
        files: project_files.files,
        package_manager: project_files.package_manager,
        findings: project_files.findings,
        lock_status: Arc::new(|| Box::pin(async { Ok(validation("Lock Status", ValidationStatus::NotChecked)) })),
        assessment: validation("Assessment", ValidationStatus::Passed),
    }
}

fn project() -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::create_dir_all(directory.path().join("amplify/backend")).unwrap();
    fs::create_dir_all(directory.path().join("src")).unwrap();
    fs::write(directory.path().join("amplify/team-provider-info.json"), "{}").unwrap();
    fs::write(directory.path().join("src/main.js"), "old").unwrap();
    fs::write(directory.path().join("yarn.lock"), "# yarn lockfile v1\n").unwrap();
    directory
}

#[tokio::test]
async fn forward_and_back() {
    let directory = project();
    let root = directory.path();
    let step = GenerateStep::new(input(root, None)).unwrap();
    assert!(root.join("amplify/team-provider-info.json").exists());
    let groups: Vec<(String, String)> = step
        .operations()
        .into_iter()
        .map(|operation| (operation.kind, operation.group))
        .collect();
    let expected = [
        ("replace-folder", "Project"),
        ("write-file", "Project"),
        ("write-file", "auth"),
        ("write-file", "function/a"),
        ("write-file", "Project"),
        ("write-file", "Project"),
        ("write-file", "Project"),
        ("edit-file", "Project"),
    ];
    assert_eq!(
        groups,
        expected.map(|(kind, group)| (kind.to_owned(), group.to_owned()))
    );

    let plan = Plan::new(step);
    let events = Recorded::default();
    let (report, validated) = plan.validate(&events).await.unwrap();
    let names: Vec<&str> = report.validations.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Lock Status", "Working Directory", "Assessment"]);
    let report = validated
        .unwrap()
        .execute(&events, &CancelToken::default())
        .await
        .unwrap();
    assert_eq!(report.status, ExecutionStatus::Done);
    assert!(report.files.contains(&"amplify/tsconfig.json".to_owned()));
    assert!(report.files.contains(&"src/main.js".to_owned()));
    assert!(report.next_steps.contains(&"yarn install".to_owned()));
    assert!(report.next_steps.contains(&"git push origin 'gen2 main'".to_owned()));
    assert!(!root.join("amplify/team-provider-info.json").exists());
    assert_eq!(fs::read_to_string(root.join("src/main.js")).unwrap(), "new");
    let written = events
        .0
        .lock()
        .unwrap()
        .iter()
        .filter(|event| matches!(event, Event::FileWritten { .. }))
        .count();
    assert_eq!(written, report.files.len());

    fs::write(root.join("src/main.js"), "changed").unwrap();
    let rollback = Plan::new(GenerateRollbackStep::new(root).unwrap());
    let (report, validated) = rollback.validate(&events).await.unwrap();
    assert!(validated.is_none());
    assert!(report.validations[0].report.as_ref().unwrap().ends_with("src/main.js"));

    fs::write(root.join("src/main.js"), "new").unwrap();
    let rollback = Plan::new(GenerateRollbackStep::new(root).unwrap());
    let (_, validated) = rollback.validate(&events).await.unwrap();
    validated
        .unwrap()
        .execute(&events, &CancelToken::default())
        .await
        .unwrap();
    assert!(root.join("amplify/team-provider-info.json").exists());
    assert_eq!(fs::read_to_string(root.join("src/main.js")).unwrap(), "old");
    assert!(!root.join("package.json").exists());
}

#[tokio::test]
async fn into_another_folder() {
    let directory = project();
    let out = directory.path().join("out");
    let step = GenerateStep::new(input(directory.path(), Some(out.clone()))).unwrap();
    let events = Recorded::default();
    let report = step.validate(&events).await.unwrap();
    assert_eq!(report.validations.len(), 2);
    step.execute(&events, &CancelToken::default()).await.unwrap();
    assert!(out.join("amplify/backend.ts").exists() && out.join("amplify.yml").exists());
    assert!(!directory.path().join(".amplify").exists());
    let error = GenerateStep::new(input(directory.path(), Some(out))).err().unwrap();
    assert_eq!(error.code(), "OUTPUT_NOT_EMPTY");
}

#[tokio::test]
async fn a_cancelled_step_changes_nothing() {
    let directory = project();
    let step = GenerateStep::new(input(directory.path(), None)).unwrap();
    let cancel = CancelToken::default();
    cancel.cancel();
    let report = step.execute(&Recorded::default(), &cancel).await.unwrap();
    assert_eq!(report.status, ExecutionStatus::Cancelled);
    assert!(directory.path().join("amplify/team-provider-info.json").exists());
}
