use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::resource::SourceLocation;

/// An S3 bucket. Who may do what with its objects is in [`super::Grant`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Resource name.
    pub name: String,
    /// It is imported: referred to, neither generated nor moved.
    pub imported: bool,
    /// Name of the deployed bucket.
    pub bucket_name: Option<String>,
    /// Friendly name: `bucketName` of the parameters, before the environment is added.
    pub friendly_name: Option<String>,
    /// Properties of `AWS::S3::Bucket`, evaluated, without NotificationConfiguration.
    pub properties: Map<String, Value>,
    /// It tells EventBridge of everything that happens in it.
    pub tells_event_bridge: bool,
    /// The bucket's template, or its entry in amplify-meta.json.
    pub location: SourceLocation,
}

/// A DynamoDB table of the storage category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Resource name.
    pub name: String,
    /// It is imported.
    pub imported: bool,
    /// Name of the deployed table.
    pub table_name: Option<String>,
    /// ARN of the stream of an imported table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_stream_arn: Option<String>,
    /// Partition key.
    pub partition_key: KeyAttribute,
    /// Sort key.
    pub sort_key: Option<KeyAttribute>,
    /// Global secondary indexes in order.
    pub global_indexes: Vec<Index>,
    /// Local secondary indexes in order.
    pub local_indexes: Vec<Index>,
    /// `StreamSpecification.StreamViewType`
    pub stream_view_type: Option<String>,
    /// `PAY_PER_REQUEST` or `PROVISIONED`
    pub billing_mode: String,
    /// Read capacity units, when provisioned.
    pub read_capacity: Option<u64>,
    /// Write capacity units, when provisioned.
    pub write_capacity: Option<u64>,
    /// `TimeToLiveSpecification.AttributeName`, when enabled.
    pub time_to_live_attribute: Option<String>,
    /// Point-in-time recovery.
    pub point_in_time_recovery: bool,
    /// `SSESpecification`, evaluated.
    pub encryption: Option<Value>,
    /// `DeletionProtectionEnabled`
    pub deletion_protection: bool,
    /// Properties of the table that none of the fields above holds, evaluated.
    pub other_properties: Map<String, Value>,
    /// The table's template.
    pub location: SourceLocation,
}

/// A key attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAttribute {
    /// Name.
    pub name: String,
    /// `S`, `N` or `B`.
    pub attribute_type: String,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Name.
    pub name: String,
    /// Partition key.
    pub partition_key: KeyAttribute,
    /// Sort key.
    pub sort_key: Option<KeyAttribute>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection_type: String,
    /// Attributes of an `INCLUDE` projection.
    pub non_key_attributes: Vec<String>,
    /// Read capacity units, when provisioned.
    pub read_capacity: Option<u64>,
    /// Write capacity units, when provisioned.
    pub write_capacity: Option<u64>,
}
