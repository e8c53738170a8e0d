//! From small projects in memory to the files of their backends.

mod auth;
mod custom;
mod functions;
mod geo;
mod graphql;
mod kept;
mod languages;
mod layers;
mod outputs;
mod rest;
mod storage;

use serde_json::{Value, json};

use super::{GenerateOptions, Generated, generate};
use crate::{backend::interpret, project::fixture::ProjectFiles};

/// Generates for a branch.
fn generated(files: &ProjectFiles, branch: &str) -> Generated {
    let project = files.open();
    let options = GenerateOptions { branch: branch.into() };
    let backend = interpret(&project, None);
    let mut generated = generate(&backend, project.files(), &options).unwrap();
    generated.findings.splice(0..0, backend.findings);
    generated
}

/// A generated text.
fn text(generated: &Generated, path: &str) -> String {
    let bytes = generated
        .tree
        .get(path)
        .unwrap_or_else(|| panic!("{path} is not among {:?}", generated.tree.paths().collect::<Vec<_>>()));
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Messages of the findings of a kind.
fn told<'g>(generated: &'g Generated, id: &str) -> Vec<&'g str> {
    generated
        .findings
        .iter()
        .filter(|finding| finding.id == id)
        .map(|finding| finding.message.as_str())
        .collect()
}

fn strings(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "Type": "String" })))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn get_att(stack: &str, output: &str) -> Value {
    json!({ "Fn::GetAtt": [stack, format!("Outputs.{output}")] })
}
