//! What can be migrated, per resource, feature and step.

mod report;
mod support;
#[cfg(test)]
mod tests;

pub use report::{Assessment, FeatureSupport, ResourceSupport, Support, SupportStatus};

use crate::{
    backend::{
        finding::{Finding, Severity},
        model::{Backend, Category, Feature, FeatureKind, Function, Language, Resource, SourceLocation},
    },
    frontend::{self, Usage},
};
use support::Row;

/// Id of the finding for a resource that a step does not carry over.
pub const RESOURCE_UNSUPPORTED: &str = "resource-unsupported";

/// Assesses a backend: one row per resource and feature, and everything else that was seen.
pub fn assess(backend: &Backend) -> Assessment {
    let rows: Vec<(&Resource, Row)> = backend
        .resources
        .iter()
        .map(|resource| (resource, row_of(backend, resource)))
        .collect();
    let mut findings = backend.findings.clone();
    findings.extend(
        rows.iter()
            .filter_map(|(resource, row)| resource_finding(backend, resource, row)),
    );
    findings.extend(
        backend
            .features
            .iter()
            .filter_map(|feature| feature_finding(backend, feature)),
    );
    findings.sort_by_key(|finding| finding.severity);
    Assessment {
        app_name: (!backend.app.name.is_empty()).then(|| backend.app.name.clone()),
        environment: backend.app.environment.clone(),
        resources: rows
            .into_iter()
            .map(|(resource, row)| ResourceSupport {
                category: resource.id.category.0.clone(),
                service: resource.service.clone().unwrap_or_default(),
                resource: resource.id.name.clone(),
                generate: row.generate.support(),
                refactor: row.refactor.support(),
            })
            .collect(),
        features: features(backend),
        findings,
    }
}

/// Adds the places in the app's own source that know Gen 1: a row per file, and a finding per place.
pub fn add_frontend(assessment: &mut Assessment, usages: &[Usage]) {
    for usage in usages {
        let known = assessment
            .features
            .iter()
            .any(|row| row.name == support::FRONTEND_USAGE && row.path == usage.path);
        if !known {
            let row = support::frontend_usage();
            assessment.features.push(FeatureSupport {
                name: support::FRONTEND_USAGE.to_owned(),
                path: usage.path.clone(),
                generate: row.generate.support(),
                refactor: row.refactor.support(),
            });
        }
    }
    assessment.findings.extend(frontend::findings(usages));
    assessment.findings.sort_by_key(|finding| finding.severity);
}

/// The row of a resource: that of its service, unless something about this one says otherwise.
fn row_of(backend: &Backend, resource: &Resource) -> Row {
    if resource.imported {
        return support::imported(resource.service.as_deref());
    }
    let function = backend
        .functions
        .iter()
        .find(|function| resource.id.category == Category::function() && function.name == resource.id.name);
    match function.map(Function::language) {
        None | Some(Language::Node) => {}
        Some(Language::Other) => return support::other_runtime(),
        Some(_) => return support::other_language(),
    }
    row_of_own_stack(backend, resource)
        .unwrap_or_else(|| support::resource(&resource.id.category.0, resource.service.as_deref()))
}

/// What is made anew in a stack of its own, as far as it could be read.
fn row_of_own_stack(backend: &Backend, resource: &Resource) -> Option<Row> {
    let name = &resource.id.name;
    match (resource.id.category.0.as_str(), resource.service.as_deref()) {
        ("custom", Some("customCDK" | "customCloudformation")) => {
            match backend.custom_stacks.iter().find(|custom| custom.name == *name) {
                None => Some(support::unread()),
                Some(custom) => (!custom.stateful.is_empty()).then(support::custom_with_data),
            }
        }
        ("geo", Some("Map" | "PlaceIndex" | "GeofenceCollection")) => {
            match backend.geo.iter().find(|geo| geo.name == *name) {
                None => Some(support::unread()),
                Some(geo) => geo.other_region.as_ref().map(|_| support::in_other_region()),
            }
        }
        ("function", Some("LambdaLayer")) => {
            let layer = backend.layers.iter().find(|layer| layer.name == *name);
            layer.is_none_or(|layer| layer.files.is_empty()).then(support::unread)
        }
        _ => None,
    }
}

/// One row per feature and file: a feature that is seen many times in a file is one feature.
fn features(backend: &Backend) -> Vec<FeatureSupport> {
    let mut rows: Vec<FeatureSupport> = Vec::new();
    for feature in &backend.features {
        let row = support_of(backend, feature);
        let path = path_in_tree(backend, &feature.location.path);
        let known = rows
            .iter()
            .any(|known| known.name == feature.kind.name() && known.path == path);
        if !known {
            rows.push(FeatureSupport {
                name: feature.kind.name().to_owned(),
                path,
                generate: row.generate.support(),
                refactor: row.refactor.support(),
            });
        }
    }
    rows
}

/// The path as the guide shows it: relative to the tree that was read, and to the resource where the file is a copy.
fn path_in_tree(backend: &Backend, path: &str) -> String {
    let in_tree = path
        .strip_prefix(&backend.app.source_tree)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(path);
    in_tree
        .strip_prefix("awscloudformation/build/")
        .filter(|rest| rest.contains('/'))
        .unwrap_or(in_tree)
        .to_owned()
}

fn resource_finding(backend: &Backend, resource: &Resource, row: &Row) -> Option<Finding> {
    // A missing service has a finding of its own already.
    let service = resource.service.as_deref()?;
    let told = row.generate.is_no() || row.refactor.is_no() || resource.id.category.0 == "hosting";
    told.then(|| Finding {
        id: RESOURCE_UNSUPPORTED.to_owned(),
        severity: row.severity,
        feature: format!("{}:{service}", resource.id.category.0),
        message: match row.refactor.reason().filter(|_| !row.generate.is_no()) {
            Some(reason) => format!("{} ({service}) is made anew in Gen 2: {reason}", resource.id),
            None => format!("{} ({service}) is not migrated", resource.id),
        },
        path: format!(
            "{}/{}/{}",
            backend.app.source_tree, resource.id.category.0, resource.id.name
        ),
        line: None,
        remedy: row.remedy.to_owned(),
    })
}

fn support_of(backend: &Backend, feature: &Feature) -> Row {
    if feature.kind == FeatureKind::CustomStacks {
        let mut stacks = backend.data.iter().flat_map(|data| &data.stacks);
        let own = stacks.find(|own| own.location.path == feature.location.path);
        return own.map_or_else(support::api_stack_not_deployed, |own| {
            support::api_stack(!own.stateful.is_empty())
        });
    }
    if feature.kind == FeatureKind::FunctionRuntime {
        let named = |function: &&Function| feature.resource.as_ref().is_some_and(|id| id.name == function.name);
        let function = backend.functions.iter().find(named);
        if function.is_some_and(|function| function.language() == Language::Node) {
            return support::newer_node();
        }
    }
    let category = feature.resource.as_ref().map(|resource| resource.category.0.as_str());
    support::feature(feature.kind, category)
}

/// What the user has to know or do about a feature. What simply works is a row and no finding.
fn feature_finding(backend: &Backend, feature: &Feature) -> Option<Finding> {
    let row = support_of(backend, feature);
    if row.remedy.is_empty() {
        return None;
    }
    let SourceLocation { path, line } = feature.location.clone();
    Some(Finding {
        id: feature.kind.name().to_owned(),
        severity: row.severity,
        feature: feature.kind.name().to_owned(),
        message: message(feature),
        path,
        line,
        remedy: row.remedy.to_owned(),
    })
}

/// Where it is, what it is, and what exactly was seen.
fn message(feature: &Feature) -> String {
    let on = feature
        .resource
        .as_ref()
        .map(|resource| format!("{resource}: "))
        .unwrap_or_default();
    let what = feature.kind.description().trim_end_matches('.');
    format!("{on}{what} ({})", feature.detail)
}

/// Whether something stops every step.
pub fn is_blocked(assessment: &Assessment) -> bool {
    assessment
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Blocker)
}
