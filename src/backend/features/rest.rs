//! Features of REST APIs.

use serde_json::Value;

use super::Detection;
use crate::{backend::model::FeatureKind, project::MetaResource};

pub(super) fn detect(detection: &mut Detection<'_>, resource: &MetaResource) {
    let backend = detection.backend;
    let path = detection.inputs_path(resource);
    if let Some(api) = backend.rest_apis.iter().find(|api| api.name == resource.name) {
        if api.admin_queries && !is_told_by_auth(detection) {
            detection.add(FeatureKind::AuthAdminQueries, Some(resource), "admin queries", &path);
        }
        for rest_path in api.paths.iter().filter(|path| !path.access.guest.is_empty()) {
            let detail = format!("path {}", rest_path.path);
            detection.add(FeatureKind::RestGuest, Some(resource), detail, &path);
        }
    }
    let Some(files) = detection.project.files_of(resource) else {
        return;
    };
    let entries: Vec<(String, &Value)> = match &files.cli_inputs["paths"] {
        Value::Object(paths) => paths.iter().map(|(path, entry)| (path.clone(), entry)).collect(),
        Value::Array(paths) => paths
            .iter()
            .map(|entry| (entry["name"].as_str().unwrap_or_default().to_owned(), entry))
            .collect(),
        _ => Vec::new(),
    };
    for (name, entry) in entries {
        if entry["permissions"]["setting"] == "protected" {
            detection.add(
                FeatureKind::RestProtected,
                Some(resource),
                format!("path {name}"),
                &path,
            );
        }
    }
    let schemes = files
        .template
        .iter()
        .flat_map(|template| template.template.resources())
        .filter(|found| found.resource_type() == "AWS::ApiGateway::RestApi")
        .filter_map(|found| found.property("Body")?["securityDefinitions"].as_object())
        .flatten()
        .filter(|(name, definition)| {
            *name != "sigv4"
                && !matches!(
                    definition["x-amazon-apigateway-authtype"].as_str(),
                    Some("awsSigv4" | "cognito_user_pools")
                )
        })
        .map(|(name, _)| name.clone())
        .collect::<Vec<_>>();
    for scheme in schemes {
        let template = detection.template_path(resource);
        detection.add(FeatureKind::RestAuthorizer, Some(resource), scheme, &template);
    }
}

fn is_told_by_auth(detection: &Detection<'_>) -> bool {
    detection
        .found
        .iter()
        .any(|feature| feature.kind == FeatureKind::AuthAdminQueries)
}
