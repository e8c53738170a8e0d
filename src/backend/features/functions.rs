//! Features of the function category.

use super::Detection;
use crate::{
    backend::model::{EventSourceStream, FeatureKind, Function, ModuleFormat, Target, Trigger},
    project::{MetaResource, Project, join, overrides},
};

/// Runtimes that Gen 2 functions have.
const GEN2_RUNTIMES: [&str; 4] = ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"];

pub(super) fn detect(detection: &mut Detection<'_>, resource: &MetaResource) {
    let project = detection.project;
    let backend = detection.backend;
    let Some(function) = backend.functions.iter().find(|function| function.name == resource.name) else {
        return;
    };
    let template = function.location.path.clone();
    if let Some(folder) = project.functions.get(&resource.name) {
        let directory = project.tree.resource_directory("function", &resource.name);
        let parameters = join(&directory, "function-parameters.json");
        if let (false, Some(path)) = (folder.custom_policies.is_empty(), &folder.custom_policies_path) {
            let detail = format!("{} statements", folder.custom_policies.len());
            detection.add(FeatureKind::CustomPolicies, Some(resource), detail, path);
        }
        let secrets = folder.secret_names();
        if !secrets.is_empty() {
            detection.add(
                FeatureKind::FunctionSecrets,
                Some(resource),
                secrets.join(", "),
                &parameters,
            );
        }
        detect_access(detection, resource, &parameters);
    }
    if !function.layers.is_empty() {
        let detail = format!("{} layers", function.layers.len());
        detection.add(FeatureKind::LambdaLayers, Some(resource), detail, &template);
    }
    if !GEN2_RUNTIMES.contains(&function.runtime.as_str()) {
        detection.add(
            FeatureKind::FunctionRuntime,
            Some(resource),
            &function.runtime,
            &template,
        );
    }
    detect_modules(detection, resource, function);
    detect_extras(detection, resource, function);
    detect_triggers(detection, resource, &template);
    detect_build_script(detection, resource);
}

/// What the CLI's wizard gave access to, and what the function depends on.
fn detect_access(detection: &mut Detection<'_>, resource: &MetaResource, parameters: &str) {
    let project = detection.project;
    let mut accessed: Vec<(String, String)> = project
        .functions
        .get(&resource.name)
        .map(|folder| folder.permissions())
        .into_iter()
        .flatten()
        .flat_map(|(category, names)| names.into_iter().map(move |name| (category.clone(), name)))
        .collect();
    accessed.extend(
        resource
            .depends_on
            .iter()
            .map(|dependency| (dependency.category.clone(), dependency.resource.clone())),
    );
    accessed.sort();
    accessed.dedup();
    for (category, name) in accessed {
        let service = project
            .resource(&category, &name)
            .and_then(|target| target.service.clone())
            .unwrap_or_default();
        let kind = match (category.as_str(), service.as_str()) {
            // A layer is a dependency without permissions.
            ("function", "LambdaLayer") => continue,
            ("function", _) => FeatureKind::FunctionAccessFunction,
            ("geo", _) => FeatureKind::FunctionAccessGeo,
            ("api", "API Gateway") => FeatureKind::FunctionAccessRest,
            ("predictions", _) => FeatureKind::FunctionAccessPredictions,
            ("interactions", _) => FeatureKind::FunctionAccessInteractions,
            ("analytics" | "notifications", "Pinpoint") => FeatureKind::FunctionAccessPinpoint,
            _ => continue,
        };
        detection.add(kind, Some(resource), format!("{category}/{name}"), parameters);
    }
}

fn detect_modules(detection: &mut Detection<'_>, resource: &MetaResource, function: &Function) {
    let Some(directory) = &function.source_directory else {
        return;
    };
    if function.module_format == ModuleFormat::CommonJs {
        detection.add(
            FeatureKind::FunctionCommonJs,
            Some(resource),
            "CommonJS handler",
            directory,
        );
    }
    if function.module_format == ModuleFormat::NotNode {
        return;
    }
    for file in &function.source_files {
        let scanned = [".js", ".cjs", ".mjs", ".ts"]
            .iter()
            .any(|ending| file.ends_with(ending));
        let path = join(directory, file);
        let Some(text) = scanned.then(|| text_of(detection.project, &path)).flatten() else {
            continue;
        };
        let code = overrides::without_comments(&text);
        if let Some(line) = line_of_computed_require(&code) {
            detection.add_at(
                FeatureKind::DynamicRequire,
                Some(resource),
                "require of a computed name",
                &path,
                Some(line),
            );
        }
    }
}

fn text_of(project: &Project, path: &str) -> Option<String> {
    let bytes = project.files().read(path).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Line of the first `require(` whose argument is no plain text.
pub(crate) fn line_of_computed_require(code: &str) -> Option<u32> {
    let mut from = 0;
    while let Some(found) = code[from..].find("require(") {
        let at = from + found;
        from = at + "require(".len();
        let before = code[..at].chars().next_back();
        // A longer word, or a method of another object.
        if before.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | '$' | '.')) {
            continue;
        }
        let argument = code[from..].trim_start();
        let plain = match argument.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                after_text(argument, quote).is_some_and(|rest| rest.trim_start().starts_with(')'))
            }
            Some('`') => after_text(argument, '`').is_some_and(|rest| {
                let text = &argument[..argument.len() - rest.len()];
                !text.contains("${") && rest.trim_start().starts_with(')')
            }),
            _ => false,
        };
        if !plain {
            return u32::try_from(code[..at].matches('\n').count() + 1).ok();
        }
    }
    None
}

/// What comes after the text that `argument` begins with.
fn after_text(argument: &str, quote: char) -> Option<&str> {
    let inside = &argument[1..];
    let end = inside.find(quote)?;
    Some(&inside[end + 1..])
}

/// Settings beyond the CLI's, and resources in the function's template.
fn detect_extras(detection: &mut Detection<'_>, resource: &MetaResource, function: &Function) {
    let backend = detection.backend;
    let path = &function.location.path;
    let mut settings: Vec<String> = function.other_properties.keys().cloned().collect();
    if !function.managed_policies.is_empty() {
        settings.push("ManagedPolicyArns".to_owned());
    }
    settings.extend(
        function
            .role_properties
            .keys()
            .map(|property| format!("{property} of its role")),
    );
    if !settings.is_empty() {
        detection.add(FeatureKind::FunctionSettings, Some(resource), settings.join(", "), path);
    }
    let extras: Vec<String> = backend
        .extra_resources
        .iter()
        .filter(|extra| extra.owner.category.0 == "function" && extra.owner.name == resource.name)
        .map(|extra| format!("{} ({})", extra.logical_id, extra.resource_type))
        .collect();
    if !extras.is_empty() {
        detection.add(
            FeatureKind::FunctionExtraResources,
            Some(resource),
            extras.join(", "),
            path,
        );
    }
}

fn detect_triggers(detection: &mut Detection<'_>, resource: &MetaResource, template: &str) {
    let backend = detection.backend;
    for trigger in &backend.triggers {
        match trigger {
            Trigger::EventSource { function, source, .. } if *function == resource.name => {
                let (kind, detail) = match source {
                    EventSourceStream::Reference(reference) => match &reference.target {
                        Target::Table(name) => (FeatureKind::FunctionTriggerStorageTable, format!("table {name}")),
                        Target::ModelTable(name) => (FeatureKind::FunctionTriggerModel, format!("model {name}")),
                        Target::KinesisStream(name) => (FeatureKind::FunctionTriggerKinesis, format!("stream {name}")),
                        _ => (FeatureKind::FunctionTriggerRawArn, "another stream".to_owned()),
                    },
                    EventSourceStream::Arn(_) => (FeatureKind::FunctionTriggerRawArn, "a stream by its ARN".to_owned()),
                };
                detection.add(kind, Some(resource), detail, template);
            }
            Trigger::Schedule {
                function, expression, ..
            } if *function == resource.name && !is_gen2_schedule(expression) => {
                detection.add(
                    FeatureKind::FunctionScheduleUnsupported,
                    Some(resource),
                    expression,
                    template,
                );
            }
            _ => {}
        }
    }
}

/// Gen 2 turns `every 5m` into a cron expression with steps, which is the same only where the steps fill the hour or day.
fn is_gen2_schedule(expression: &str) -> bool {
    if let Some(rate) = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        let mut words = rate.split_whitespace();
        let (Some(Ok(count)), Some(unit)) = (words.next().map(str::parse::<u32>), words.next()) else {
            return false;
        };
        return match unit {
            "minute" | "minutes" => count > 0 && 60 % count == 0,
            "hour" | "hours" => count > 0 && 24 % count == 0,
            "day" | "days" => count == 1,
            _ => false,
        };
    }
    let Some(cron) = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    // Names of days and months, L, W and # are not known to Gen 2.
    cron.split_whitespace().count() == 6
        && cron
            .chars()
            .all(|character| character.is_ascii_digit() || matches!(character, ' ' | '*' | '?' | '/' | ',' | '-'))
}

fn detect_build_script(detection: &mut Detection<'_>, resource: &MetaResource) {
    let project = detection.project;
    let script = format!("amplify:{}", resource.name);
    if let Some(command) = project.package["scripts"][script.as_str()].as_str() {
        detection.add(
            FeatureKind::FunctionBuildScript,
            Some(resource),
            command,
            "package.json",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_requires_are_told_from_plain_ones() {
        for code in [
            "const a = require('./a');",
            "require(\n  \"b\"\n)",
            "require(`c`)",
            "x.require(name)",
            "myrequire(name)",
        ] {
            assert_eq!(line_of_computed_require(code), None, "{code}");
        }
        assert_eq!(line_of_computed_require("a\nrequire(`./${name}`)"), Some(2));
        assert_eq!(line_of_computed_require("require('a');\n\nrequire(name)"), Some(3));
        assert_eq!(line_of_computed_require("require('./' + name)"), Some(1));
        assert_eq!(line_of_computed_require("require("), Some(1));
    }

    #[test]
    fn schedules_that_gen2_expresses() {
        for schedule in ["rate(5 minutes)", "rate(1 hour)", "rate(1 day)", "cron(0 12 * * ? *)"] {
            assert!(is_gen2_schedule(schedule), "{schedule}");
        }
        for schedule in [
            "rate(7 minutes)",
            "rate(2 days)",
            "cron(0 6 ? * MON-FRI *)",
            "cron(0 0 L * ? *)",
            "at(x)",
            "rate()",
        ] {
            assert!(!is_gen2_schedule(schedule), "{schedule}");
        }
    }
}
