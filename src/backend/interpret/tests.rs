use std::path::{Path, PathBuf};

use crate::{backend::interpret, project::Project};

/// Gen 1 projects of the sample apps, and those of the corpus beside the project where it is there.
fn projects() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for apps in [root.join("__test__/apps"), root.join("../shared/corpus")] {
        for entry in std::fs::read_dir(&apps).into_iter().flatten().flatten() {
            let project = entry.path().join("gen1-project");
            if project.join("amplify").is_dir() {
                found.push((entry.file_name().to_string_lossy().into_owned(), project));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn print() {
    for (name, path) in projects() {
        let project = Project::open(&path, None).unwrap();
        let backend = interpret(&project, None);
        std::fs::write(
            format!("/tmp/backend-{name}.json"),
            serde_json::to_string_pretty(&backend).unwrap(),
        )
        .unwrap();
    }
}
#[test]
fn print_assess() {
    for (name, path) in projects() {
        let project = Project::open(&path, None).unwrap();
        let a = crate::assess::assess(&interpret(&project, None));
        eprintln!("== {name}");
        for r in &a.resources {
            eprintln!(
                "R {} {} {} {:?} {:?}",
                r.category, r.service, r.resource, r.generate, r.refactor
            );
        }
        for r in &a.features {
            eprintln!("F {} {} {:?} {:?}", r.name, r.path, r.generate, r.refactor);
        }
        for r in &a.findings {
            eprintln!("! {:?} {} {} {}:{:?}", r.severity, r.id, r.message, r.path, r.line);
        }
    }
}
