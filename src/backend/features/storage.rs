//! Features of the storage category.

use super::Detection;
use crate::{
    backend::model::{Expression, FeatureKind, Principal, Target, Trigger},
    project::MetaResource,
};

pub(super) fn detect_bucket(detection: &mut Detection<'_>, resource: &MetaResource) {
    let backend = detection.backend;
    if resource.imported {
        let meta = detection.project.tree.meta_path.clone();
        detection.add(FeatureKind::StorageImported, Some(resource), "imported bucket", &meta);
        return;
    }
    let inputs = detection.inputs_path(resource);
    let on_bucket = |resource_expression: &Expression| {
        resource_expression
            .references()
            .iter()
            .any(|reference| reference.target == Target::Bucket(resource.name.clone()))
    };
    let mut groups: Vec<&str> = Vec::new();
    let mut uploads = false;
    for grant in &backend.grants {
        let own: Vec<&Expression> = grant
            .statement
            .resources
            .iter()
            .filter(|found| on_bucket(found))
            .collect();
        if own.is_empty() {
            continue;
        }
        match &grant.principal {
            Principal::Group(group) if !groups.contains(&group.as_str()) => groups.push(group),
            Principal::Authenticated | Principal::Unauthenticated => {
                uploads |= own.iter().any(|found| ends_with(found, "/uploads/*"));
            }
            _ => {}
        }
    }
    if !groups.is_empty() {
        detection.add(FeatureKind::StorageGroups, Some(resource), groups.join(", "), &inputs);
    }
    if uploads {
        detection.add(FeatureKind::StorageUploadsPrefix, Some(resource), "uploads/*", &inputs);
    }
    let triggers = backend
        .triggers
        .iter()
        .filter(|trigger| matches!(trigger, Trigger::Bucket { bucket, .. } if *bucket == resource.name))
        .count();
    if triggers > 1 {
        let detail = format!("{triggers} notifications");
        detection.add(FeatureKind::StorageMultiTrigger, Some(resource), detail, &inputs);
    }
    if let Some(files) = detection.project.files_of(resource)
        && let Some(function) = files.cli_inputs["adminTriggerFunction"].as_object()
    {
        let name = function
            .get("triggerFunction")
            .and_then(|name| name.as_str())
            .unwrap_or_default()
            .to_owned();
        detection.add(FeatureKind::StorageAdminTrigger, Some(resource), name, &inputs);
    }
}

fn ends_with(expression: &Expression, ending: &str) -> bool {
    match expression {
        Expression::Literal(text) => text.ends_with(ending),
        Expression::Concat(parts) => parts.last().is_some_and(|last| ends_with(last, ending)),
        _ => false,
    }
}

pub(super) fn detect_table(detection: &mut Detection<'_>, resource: &MetaResource) {
    if resource.imported {
        let meta = detection.project.tree.meta_path.clone();
        detection.add(FeatureKind::StorageImported, Some(resource), "imported table", &meta);
        return;
    }
    let backend = detection.backend;
    let Some(table) = backend.tables.iter().find(|table| table.name == resource.name) else {
        return;
    };
    let path = table.location.path.clone();
    let mut add = |kind, detail: String| detection.add(kind, Some(resource), detail, &path);
    if !table.local_indexes.is_empty() {
        let names: Vec<&str> = table.local_indexes.iter().map(|index| index.name.as_str()).collect();
        add(FeatureKind::TableLocalIndexes, names.join(", "));
    }
    if let Some(attribute) = &table.time_to_live_attribute {
        add(FeatureKind::TableTimeToLive, format!("attribute {attribute}"));
    }
    if table.point_in_time_recovery {
        add(
            FeatureKind::TablePointInTimeRecovery,
            "point-in-time recovery".to_owned(),
        );
    }
    if table
        .encryption
        .as_ref()
        .is_some_and(|encryption| encryption["SSEEnabled"] == true || encryption.get("KMSMasterKeyId").is_some())
    {
        add(FeatureKind::TableEncryption, "encryption with KMS".to_owned());
    }
    if table.billing_mode == "PAY_PER_REQUEST" {
        add(FeatureKind::TableOnDemand, "on-demand capacity".to_owned());
    }
    for index in table.global_indexes.iter().chain(&table.local_indexes) {
        if index.projection_type != "ALL" {
            add(
                FeatureKind::TableProjection,
                format!("index {} holds {}", index.name, index.projection_type),
            );
        }
    }
    let scaled = backend.extra_resources.iter().any(|extra| {
        extra.owner.name == resource.name && extra.resource_type.starts_with("AWS::ApplicationAutoScaling::")
    });
    if scaled {
        add(FeatureKind::TableAutoscaling, "auto scaling".to_owned());
    }
}
