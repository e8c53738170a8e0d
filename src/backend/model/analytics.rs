use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::resource::SourceLocation;

/// A Kinesis data stream of the analytics category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KinesisStream {
    /// Resource name.
    pub name: String,
    /// Name of the deployed stream.
    pub stream_name: Option<String>,
    /// `ShardCount`
    pub shard_count: Option<u32>,
    /// `RetentionPeriodHours`
    pub retention_hours: Option<u32>,
    /// `StreamModeDetails.StreamMode`
    pub stream_mode: Option<String>,
    /// Properties that none of the fields above holds, evaluated.
    pub other_properties: Map<String, Value>,
    /// The stream's template.
    pub location: SourceLocation,
}
