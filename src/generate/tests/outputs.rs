//! The whole output for sample apps, so that every change of it is seen in a diff, and what must hold for all of them.

use std::{fmt::Write as _, path::Path};

use crate::generate::{GenerateOptions, Generated, generate};
use crate::{backend::interpret, project::Project};

fn generated(app: &str) -> Generated {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("__test__/apps")
        .join(app)
        .join("gen1-project");
    let project = Project::open(&path, None).unwrap();
    let options = GenerateOptions { branch: "main".into() };
    generate(&interpret(&project, None), project.files(), &options).unwrap()
}

/// Everything but copies: sources of functions and pages are the app's own.
fn written(generated: &Generated) -> String {
    let is_copy = |path: &str| path.contains("/src/") || path.contains("/verification-page/");
    let mut text = String::new();
    for (path, bytes) in generated.tree.iter().filter(|(path, _)| !is_copy(path)) {
        let _ = writeln!(text, "━━ {path}\n{}", String::from_utf8_lossy(bytes));
    }
    for finding in &generated.findings {
        let _ = writeln!(
            text,
            "{:?} {} {}:{}\n  {}\n  → {}",
            finding.severity,
            finding.id,
            finding.path,
            finding.line.map(|line| line.to_string()).unwrap_or_default(),
            finding.message,
            finding.remedy
        );
    }
    text
}

#[test]
fn notes() {
    insta::assert_snapshot!(written(&generated("notes")));
}

#[test]
fn shop() {
    insta::assert_snapshot!(written(&generated("shop")));
}

#[test]
fn gallery() {
    insta::assert_snapshot!(written(&generated("gallery")));
}

#[test]
fn depot() {
    insta::assert_snapshot!(written(&generated("depot")));
}

#[test]
fn workshop() {
    insta::assert_snapshot!(written(&generated("workshop")));
}

#[test]
fn clinic() {
    insta::assert_snapshot!(written(&generated("clinic")));
}

#[test]
fn forum() {
    insta::assert_snapshot!(written(&generated("forum")));
}

#[test]
fn club() {
    insta::assert_snapshot!(written(&generated("club")));
}

#[test]
fn guests() {
    insta::assert_snapshot!(written(&generated("guests")));
}

#[test]
fn no_secret_of_gen_1_is_generated() {
    for app in ["gallery", "depot", "odd", "club", "workshop"] {
        let text = written(&generated(app));
        assert!(text.contains("secret("), "{app} has secrets");
        assert!(!text.contains("not-a-real-secret"), "{app}");
    }
}
