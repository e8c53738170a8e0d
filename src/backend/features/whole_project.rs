//! Features of the project as a whole.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Detection, STATEFUL_TYPES};
use crate::{
    backend::model::{CustomOrigin, FeatureKind},
    project::{TEAM_PROVIDER_INFO, overrides},
};

pub(super) fn detect(detection: &mut Detection<'_>) {
    detect_project_override(detection);
    detect_environment_parameters(detection);
    detect_hooks(detection);
    detect_stateful_extras(detection);
    detect_dependency_conflicts(detection);
    detect_versions(detection);
}

fn detect_project_override(detection: &mut Detection<'_>) {
    if let Some((path, text)) = &detection.project.root_override
        && overrides::does_something(text)
    {
        let line = overrides::line(text);
        detection.add_at(
            FeatureKind::ProjectOverride,
            None,
            "override.ts changes the root stack",
            path,
            line,
        );
    }
}

/// Parameters whose value differs between environments. Values are never shown: they may be secrets.
fn detect_environment_parameters(detection: &mut Detection<'_>) {
    // The CLI writes these itself, differently for every environment.
    const OF_THE_CLI: [&str; 3] = ["deploymentBucketName", "s3Key", "secretsPathAmplifyAppId"];
    let project = detection.project;
    let flat: Vec<BTreeMap<String, &Value>> = project
        .environments
        .known
        .values()
        .map(|environment| flatten(&environment.categories))
        .collect();
    let mut names: Vec<String> = flat
        .iter()
        .flat_map(|values| values.keys().cloned())
        .filter(|name| !OF_THE_CLI.iter().any(|own| name.ends_with(&format!("/{own}"))))
        .collect();
    names.sort();
    names.dedup();
    for name in names {
        let mut values = flat.iter().map(|values| values.get(&name));
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            detection.add(FeatureKind::EnvironmentParameters, None, &name, TEAM_PROVIDER_INFO);
        }
    }
}

/// Values by `category/resource/parameter`.
fn flatten(categories: &Map<String, Value>) -> BTreeMap<String, &Value> {
    let mut flat = BTreeMap::new();
    for (category, resources) in categories {
        for (resource, parameters) in resources.as_object().into_iter().flatten() {
            for (name, value) in parameters.as_object().into_iter().flatten() {
                flat.insert(format!("{category}/{resource}/{name}"), value);
            }
        }
    }
    flat
}

fn detect_hooks(detection: &mut Detection<'_>) {
    let hooks = detection.project.hooks.clone();
    for path in hooks {
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let own = name.starts_with("pre-") || name.starts_with("post-");
        if own && !name.contains(".sample") {
            detection.add(FeatureKind::Hooks, None, name, &path);
        }
    }
}

/// Resources that hold data and that nothing moves: in templates of known resources, custom stacks, unknown categories.
fn detect_stateful_extras(detection: &mut Detection<'_>) {
    let project = detection.project;
    let mut found: Vec<(String, String)> = detection
        .backend
        .extra_resources
        .iter()
        .filter(|extra| STATEFUL_TYPES.contains(&extra.resource_type.as_str()))
        .map(|extra| {
            (
                format!("{} {} ({})", extra.owner, extra.logical_id, extra.resource_type),
                extra.location.path.clone(),
            )
        })
        .collect();
    for custom in &detection.backend.custom_stacks {
        if custom.origin == CustomOrigin::Category {
            let path = project
                .resource(&custom.resource.category.0, &custom.resource.name)
                .and_then(|resource| project.files_of(resource)?.template.as_ref())
                .map_or_else(|| custom.location.path.clone(), |template| template.path.clone());
            found.extend(
                custom
                    .stateful
                    .iter()
                    .map(|(logical_id, kind)| (format!("{} {logical_id} ({kind})", custom.resource), path.clone())),
            );
        }
    }
    for resource in &project.resources {
        let understood = matches!(
            resource.service.as_deref(),
            Some(
                "Cognito"
                    | "Cognito-UserPool-Groups"
                    | "S3"
                    | "DynamoDB"
                    | "AppSync"
                    | "API Gateway"
                    | "Lambda"
                    | "Kinesis"
                    | "customCDK"
                    | "customCloudformation"
            )
        );
        let template = project.files_of(resource).and_then(|files| files.template.as_ref());
        let Some(template) = template.filter(|_| !understood) else {
            continue;
        };
        for stateful in template
            .template
            .resources()
            .filter(|stateful| STATEFUL_TYPES.contains(&stateful.resource_type()))
        {
            found.push((
                format!(
                    "{} {} ({})",
                    resource.path(),
                    stateful.logical_id,
                    stateful.resource_type()
                ),
                template.path.clone(),
            ));
        }
    }
    found.sort();
    found.dedup();
    for (detail, path) in found {
        detection.add(FeatureKind::StatefulExtras, None, detail, &path);
    }
}

/// Packages that functions (and the project itself) want in versions of different text.
fn detect_dependency_conflicts(detection: &mut Detection<'_>) {
    let project = detection.project;
    let mut versions: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for function in &detection.backend.functions {
        for (package, version) in &function.dependencies {
            versions
                .entry(package)
                .or_default()
                .entry(version)
                .or_default()
                .push(format!("function/{}", function.name));
        }
    }
    for (package, version) in project.package["dependencies"].as_object().into_iter().flatten() {
        if let (Some(wanted), Some(version)) = (versions.get_mut(package.as_str()), version.as_str()) {
            wanted.entry(version).or_default().push("package.json".to_owned());
        }
    }
    for (package, wanted) in versions.iter().filter(|(_, wanted)| wanted.len() > 1) {
        let detail = wanted
            .iter()
            .map(|(version, users)| format!("{version} ({})", users.join(", ")))
            .collect::<Vec<_>>()
            .join(" and ");
        detection.add(
            FeatureKind::DependencyConflicts,
            None,
            format!("{package}: {detail}"),
            "package.json",
        );
    }
}

fn detect_versions(detection: &mut Detection<'_>) {
    const LEAST: [(&str, [u64; 3]); 3] = [
        ("aws-amplify", [6, 16, 2]),
        ("@aws-amplify/ui-react", [6, 0, 0]),
        ("typescript", [5, 0, 0]),
    ];
    let project = detection.project;
    for (package, least) in LEAST {
        let version = ["dependencies", "devDependencies"]
            .iter()
            .find_map(|section| project.package[*section][package].as_str());
        if let Some(version) = version
            && is_below(version, least)
        {
            let wanted = least.map(|part| part.to_string()).join(".");
            detection.add(
                FeatureKind::ToolVersions,
                None,
                format!("{package} {version} is older than {wanted}"),
                "package.json",
            );
        }
    }
    let created_with = project.tree.root_template.as_ref().and_then(|root| {
        let description = root.template.document().get("Description")?.as_str()?;
        let parsed: Value = serde_json::from_str(description).ok()?;
        Some((parsed["createdWith"].as_str()?.to_owned(), root.path.clone()))
    });
    if let Some((version, path)) = created_with
        && is_below(&version, [14, 0, 0])
    {
        detection.add(
            FeatureKind::ToolVersions,
            None,
            format!("deployed with Amplify CLI {version}, older than 14"),
            &path,
        );
    }
}

/// A version range whose highest plain version is below `least`. Ranges that cannot be read are not told.
fn is_below(range: &str, least: [u64; 3]) -> bool {
    let digits = range.trim_start_matches(['^', '~', '=', 'v', ' ']);
    if digits.contains(['|', '>', '<', '*', ' ', ':', '/']) {
        return false;
    }
    let mut parts = digits.split(['.', '-', '+']);
    let Some(Ok(major)) = parts.next().map(str::parse::<u64>) else {
        return false;
    };
    let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok());
    let (minor, patch) = (number(), number());
    // A caret takes every later minor version, so that only the major one counts.
    if range.starts_with('^') {
        return major < least[0];
    }
    if range.starts_with('~') || patch.is_none() {
        return (major, minor.unwrap_or(u64::MAX)) < (least[0], least[1]);
    }
    [major, minor.unwrap_or(0), patch.unwrap_or(0)] < least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_npm_would_install_them() {
        let least = [6, 16, 2];
        for version in ["5.0.1", "^5.3.0", "6.16.1", "~6.15.9", "4"] {
            assert!(is_below(version, least), "{version}");
        }
        for version in [
            "6.16.2",
            "^6.0.0",
            "6",
            "7.0.0",
            "latest",
            ">=5",
            "*",
            "workspace:*",
            "~6.16.0",
            "git+https://x",
        ] {
            assert!(!is_below(version, least), "{version}");
        }
    }
}
