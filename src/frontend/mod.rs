//! The places in the app's own source that know Gen 1: what has to change when the frontend moves to Gen 2.

mod edit;
mod literals;
mod usage;

#[cfg(test)]
mod tests;

pub use edit::edited;
pub use usage::{BackendNames, Usage, UsageKind};

use std::io;

use crate::{
    backend::finding::{Finding, Severity},
    project::{FileSource, files_below},
};
use usage::usages_in;

/// Folders that hold no source of the app.
const SKIPPED: [&str; 22] = [
    "node_modules",
    ".git",
    "amplify",
    ".amplify",
    ".amplify-gen1-backup",
    ".amplify-hosting",
    "dist",
    "build",
    "out",
    ".next",
    ".nuxt",
    ".output",
    ".svelte-kit",
    ".angular",
    ".expo",
    "coverage",
    "Pods",
    "vendor",
    ".gradle",
    ".dart_tool",
    "DerivedData",
    ".yarn",
];

/// Endings of files that are read.
const SOURCES: [&str; 14] = [
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro", ".swift", ".kt", ".dart",
];

/// A source file is not larger than this; bundles and data are.
const LARGEST: usize = 2 * 1024 * 1024;

/// Every place that knows Gen 1, by file and line.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn find(files: &dyn FileSource, names: &BackendNames) -> io::Result<Vec<Usage>> {
    let mut found = Vec::new();
    for path in files_below(files, "", &SKIPPED)? {
        let name = path.rsplit('/').next().unwrap_or(&path);
        if !SOURCES.iter().any(|ending| name.ends_with(ending)) || is_generated(name) {
            continue;
        }
        let Some(bytes) = files.read(&path)?.filter(|bytes| bytes.len() <= LARGEST) else {
            continue;
        };
        found.extend(usages_in(&path, &String::from_utf8_lossy(&bytes), names));
    }
    Ok(found)
}

/// The CLI writes these itself.
fn is_generated(name: &str) -> bool {
    name.starts_with("aws-exports.") || name.ends_with(".min.js")
}

/// What the places mean for the migration.
pub fn findings(usages: &[Usage]) -> Vec<Finding> {
    usages
        .iter()
        .map(|usage| {
            let (severity, message, remedy) = usage.kind.explanation();
            Finding {
                id: "frontend-usage".to_owned(),
                severity,
                feature: "frontend-usage".to_owned(),
                message: format!("{message}: {}", usage.text),
                path: usage.path.clone(),
                line: Some(usage.line),
                remedy: remedy.to_owned(),
            }
        })
        .collect()
}

impl UsageKind {
    fn explanation(self) -> (Severity, &'static str, &'static str) {
        match self {
            Self::ConfigurationImport => (
                Severity::Manual,
                "the app imports the Gen 1 configuration",
                "Import amplify_outputs.json instead (generate --frontend edits the common forms).",
            ),
            Self::ConfigurationFile => (
                Severity::Manual,
                "the app names the Gen 1 configuration file",
                "Use amplify_outputs.json, which `npx ampx generate outputs` writes.",
            ),
            Self::ConfigurationKey => (
                Severity::Manual,
                "the app reads a key of the Gen 1 configuration",
                "Read the value from amplify_outputs.json, whose keys are different, or from Amplify.getConfig().",
            ),
            Self::RestApiName => (
                Severity::Manual,
                "the app names a Gen 1 REST API",
                "Use the name of the Gen 2 API, which is in custom.API of amplify_outputs.json.",
            ),
            Self::StreamName => (
                Severity::Manual,
                "the app names a Gen 1 Kinesis stream",
                "Take the name of the stream from amplify_outputs.json.",
            ),
            Self::DataStore => (
                Severity::Warning,
                "the app uses DataStore, which Gen 2 does not have",
                "Move to the GraphQL client of aws-amplify/api before you migrate.",
            ),
        }
    }
}
