//! Single properties of constructs that Gen 2 makes, set to what is deployed in Gen 1.

use serde_json::Value;

use crate::generate::{
    reference::{Referrer, Unresolved},
    typescript::{Code, Statement, camel_case},
};

/// Properties that the constructs of the CDK know; the others go into the template as they are.
const KNOWN: [&str; 21] = [
    "ApiType",
    "BatchSize",
    "CachingConfig",
    "EBSOptions",
    "ElasticsearchClusterConfig",
    "ElasticsearchVersion",
    "EncryptionAtRestOptions",
    "EnhancedMetricsConfig",
    "EnvironmentVariables",
    "IntrospectionConfig",
    "MaxBatchSize",
    "MaximumBatchingWindowInSeconds",
    "MemorySize",
    "MergedApiExecutionRoleArn",
    "MetricsConfig",
    "NodeToNodeEncryptionOptions",
    "OwnerContact",
    "QueryDepthLimit",
    "ResolverCountLimit",
    "Timeout",
    "Visibility",
];

/// `target.property = value`, or an override where the construct does not know the property.
pub(super) fn setting(
    referrer: &mut Referrer<'_>,
    target: &Code,
    property: &str,
    value: &Value,
) -> Result<Statement, Unresolved> {
    if KNOWN.contains(&property) {
        let code = referrer.property(property, value)?;
        return Ok(Statement::Assign(target.clone().member(camel_case(property)), code));
    }
    let arguments = vec![Code::text(property), referrer.free_property(value)?];
    Ok(Statement::Expression(
        target.clone().method("addPropertyOverride", arguments),
    ))
}
