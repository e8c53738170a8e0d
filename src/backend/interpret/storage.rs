//! S3 buckets of the storage category. Who may do what with their objects is in the policies.

use serde_json::{Map, Value};

use super::{Interpretation, id_of, index::main_resource, typing};
use crate::{
    backend::{finding::Severity, model::Bucket},
    project::MetaResource,
};

const BUCKET: &str = "AWS::S3::Bucket";

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let location = interpretation.location_of(resource);
    let found = interpretation
        .literal_stack(resource)
        .and_then(|stack| main_resource(stack, BUCKET, "S3Bucket"));
    if found.is_none() && !resource.imported {
        interpretation.finding(
            "storage-template-missing",
            Severity::Blocker,
            format!(
                "the template of {} is missing, so the bucket is not known",
                resource.path()
            ),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
    }
    let mut properties = found.and_then(|found| found.properties().cloned()).unwrap_or_default();
    let notifications = properties.shift_remove("NotificationConfiguration");
    let event_bridge = notifications.and_then(|mut notifications| {
        let found = notifications.get_mut("EventBridgeConfiguration");
        found.map(Value::take)
    });
    // It is enabled by being there.
    let tells_event_bridge = event_bridge
        .is_some_and(|found| found["EventBridgeEnabled"] != false && found["EventBridgeEnabled"] != "false");
    let mut properties = typing::typed(interpretation.decoder.properties(&properties, &id_of(resource)));
    let physical =
        found.and_then(|found| interpretation.physical_id(&format!("{}/{}", resource.logical_id, found.logical_id)));
    let bucket_name = physical
        .or_else(|| resource.output_text("BucketName").map(str::to_owned))
        .or_else(|| {
            values(interpretation, resource)?
                .get("bucketName")?
                .as_str()
                .map(str::to_owned)
                .filter(|_| resource.imported)
        });
    // The name is made of the stack's; what is deployed tells it.
    if let (Some(name), true) = (&bucket_name, properties.contains_key("BucketName")) {
        properties.insert("BucketName".to_owned(), Value::String(name.clone()));
    }
    interpretation.backend.buckets.push(Bucket {
        name: resource.name.clone(),
        imported: resource.imported,
        bucket_name,
        friendly_name: friendly_name(interpretation, resource),
        properties,
        tells_event_bridge,
        location,
    });
}

fn values<'i>(interpretation: &'i Interpretation<'_>, resource: &MetaResource) -> Option<&'i Map<String, Value>> {
    interpretation
        .project
        .environment
        .parameters_of(&resource.category, &resource.name)
}

/// `bucketName` as the stack gets it, before the environment is added.
fn friendly_name(interpretation: &Interpretation<'_>, resource: &MetaResource) -> Option<String> {
    let passed = interpretation
        .literal_stack(resource)
        .and_then(|stack| stack.parameters.get("bucketName")?.as_str().map(str::to_owned));
    passed.or_else(|| {
        let files = interpretation.project.files_of(resource)?;
        files.cli_inputs["bucketName"].as_str().map(str::to_owned)
    })
}
