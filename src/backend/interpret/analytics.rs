//! Kinesis streams of the analytics category.

use serde_json::Value;

use super::{Interpretation, id_of, index::main_resource, typing};
use crate::{
    backend::{finding::Severity, model::KinesisStream},
    project::MetaResource,
};

const STREAM: &str = "AWS::Kinesis::Stream";

/// Properties that have a field of their own.
const MODELLED: [&str; 4] = ["Name", "ShardCount", "RetentionPeriodHours", "StreamModeDetails"];

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let location = interpretation.location_of(resource);
    let Some(found) = interpretation
        .literal_stack(resource)
        .and_then(|stack| main_resource(stack, STREAM, "KinesisStream"))
    else {
        interpretation.finding(
            "stream-template-missing",
            Severity::Blocker,
            format!(
                "the template of {} is missing, so the stream is not known",
                resource.path()
            ),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
        return;
    };
    let properties = found.properties().cloned().unwrap_or_default();
    let mut properties = typing::typed(interpretation.decoder.properties(&properties, &id_of(resource)));
    let number = |name: &str| properties.get(name).and_then(typing::small_number);
    let stream = KinesisStream {
        name: resource.name.clone(),
        stream_name: interpretation
            .physical_id(&format!("{}/{}", resource.logical_id, found.logical_id))
            .or_else(|| resource.output_text("kinesisStreamId").map(str::to_owned))
            .or_else(|| properties.get("Name").and_then(Value::as_str).map(str::to_owned)),
        shard_count: number("ShardCount"),
        retention_hours: number("RetentionPeriodHours"),
        stream_mode: properties
            .get("StreamModeDetails")
            .and_then(|mode| mode["StreamMode"].as_str().map(str::to_owned)),
        other_properties: {
            properties.retain(|name, _| !MODELLED.contains(&name.as_str()));
            properties
        },
        location,
    };
    interpretation.backend.streams.push(stream);
}
