//! Every entry of the inventory is either generated or told: nothing is dropped without a word.

use super::findings::Findings;
use crate::backend::{
    finding::Severity,
    model::{Backend, Resource, SourceLocation},
};

/// Adds a finding for each resource that no category takes up.
pub fn check(backend: &Backend, findings: &mut Findings) {
    for resource in &backend.resources {
        if is_known(backend, resource) {
            continue;
        }
        let service = resource.service.as_deref().unwrap_or("no service");
        let content = content_of(backend, resource);
        let location = SourceLocation {
            path: format!(
                "{}/{}/{}",
                backend.app.source_tree, resource.id.category.0, resource.id.name
            ),
            line: None,
        };
        if resource.id.category.0 == "hosting" {
            findings.add(
                "hosting",
                Severity::Info,
                format!(
                    "{} ({service}) stays where it is: hosting is not part of a Gen 2 backend{content}",
                    resource.id
                ),
                &location,
                "Host the app with Amplify Hosting, or go on deploying it as before: then keep the Gen 1 stacks as long as the app is served from there.",
            );
        } else {
            findings.add(
                "category-unsupported",
                Severity::Manual,
                format!("{} ({service}) is not generated{content}", resource.id),
                &location,
                "Write it with the CDK in amplify/backend.ts, in a stack of its own (backend.createStack), with its permissions.",
            );
        }
    }
}

/// What is in the stack of the entry, for the end of a sentence.
fn content_of(backend: &Backend, resource: &Resource) -> String {
    let stack = backend.foreign_stacks.iter().find(|stack| stack.id == resource.id);
    let resources: Vec<String> = stack
        .into_iter()
        .flat_map(|stack| &stack.resources)
        .map(|(logical_id, resource_type)| format!("{logical_id} ({resource_type})"))
        .collect();
    if resources.is_empty() {
        return String::new();
    }
    format!("; in its stack: {}", resources.join(", "))
}

fn is_known(backend: &Backend, resource: &Resource) -> bool {
    if backend.kept_services.iter().any(|kept| kept.id == resource.id) {
        return true;
    }
    let name = &resource.id.name;
    match resource.id.category.0.as_str() {
        "auth" => backend
            .auth
            .as_ref()
            .is_some_and(|auth| auth.name == *name || resource.service.as_deref() == Some("Cognito-UserPool-Groups")),
        "api" => {
            backend.data.as_ref().is_some_and(|data| data.name == *name)
                || backend.rest_apis.iter().any(|api| api.name == *name)
        }
        "storage" => {
            backend.buckets.iter().any(|bucket| bucket.name == *name)
                || backend.tables.iter().any(|table| table.name == *name)
        }
        "function" => {
            backend.functions.iter().any(|function| function.name == *name)
                || backend.layers.iter().any(|layer| layer.name == *name)
        }
        "geo" => backend.geo.iter().any(|geo| geo.name == *name),
        "custom" => backend.custom_stacks.iter().any(|custom| custom.name == *name),
        "analytics" => backend.streams.iter().any(|stream| stream.name == *name),
        _ => false,
    }
}
