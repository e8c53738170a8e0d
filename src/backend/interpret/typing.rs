//! Values with the types that CloudFormation gives them: parameters of Gen 1 templates are texts.

use serde_json::{Map, Number, Value};

/// Properties that are numbers, in the types that the model holds properties of.
const NUMBERS: [&str; 34] = [
    "AutomatedSnapshotStartHour",
    "AvailabilityZoneCount",
    "BatchSize",
    "DedicatedMasterCount",
    "InstanceCount",
    "Iops",
    "MaxBatchSize",
    "MaximumBatchingWindowInSeconds",
    "MemorySize",
    "QueryDepthLimit",
    "ResolverCountLimit",
    "Throughput",
    "Timeout",
    "Ttl",
    "VolumeSize",
    "WarmCount",
    "MinimumLength",
    "TemporaryPasswordValidityDays",
    "PasswordHistorySize",
    "UnusedAccountValidityDays",
    "RefreshTokenValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "AuthSessionValidity",
    "Precedence",
    "ShardCount",
    "RetentionPeriodHours",
    "ReadCapacityUnits",
    "WriteCapacityUnits",
    "MaxAge",
    "ExpirationInDays",
    "MaxSessionDuration",
    "Priority",
    "ObjectSizeGreaterThan",
];

/// Properties that are booleans.
const BOOLEANS: [&str; 33] = [
    "DedicatedMasterEnabled",
    "EBSEnabled",
    "EnforceHTTPS",
    "WarmEnabled",
    "ZoneAwarenessEnabled",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "Enabled",
    "RequireLowercase",
    "RequireUppercase",
    "RequireNumbers",
    "RequireSymbols",
    "CaseSensitive",
    "Mutable",
    "Required",
    "DeveloperOnlyAttribute",
    "AllowAdminCreateUserOnly",
    "ChallengeRequiredOnNewDevice",
    "DeviceOnlyRememberedOnUserPrompt",
    "GenerateSecret",
    "AllowedOAuthFlowsUserPoolClient",
    "EnableTokenRevocation",
    "EnablePropagateAdditionalUserContextData",
    "AllowUnauthenticatedIdentities",
    "AllowClassicFlow",
    "ServerSideTokenCheck",
    "SSEEnabled",
    "PointInTimeRecoveryEnabled",
    "DeletionProtectionEnabled",
    "BucketKeyEnabled",
    "BlockPublicAcls",
    "RestrictPublicBuckets",
    "XrayEnabled",
];

/// Converts texts that stand for numbers and booleans, at any depth.
pub(super) fn typed(properties: Map<String, Value>) -> Map<String, Value> {
    properties
        .into_iter()
        .map(|(key, value)| {
            let value = typed_value(&key, value);
            (key, value)
        })
        .collect()
}

fn typed_value(key: &str, value: Value) -> Value {
    match value {
        // Their keys are the user's own, and their values are always texts.
        Value::Object(entries) if key.ends_with("Variables") => Value::Object(entries),
        Value::Object(entries) => Value::Object(typed(entries)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| typed_value("", item)).collect()),
        Value::String(text) if NUMBERS.contains(&key) => match text.trim().parse::<Number>() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text),
        },
        Value::String(text) if BOOLEANS.contains(&key) => boolean(&text).map_or(Value::String(text), Value::Bool),
        other => other,
    }
}

/// A truth value, however it is written.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => boolean(text),
        _ => None,
    }
}

/// A number, however it is written.
pub(super) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A small number, however it is written.
pub(super) fn small_number(value: &Value) -> Option<u32> {
    number(value).and_then(|number| u32::try_from(number).ok())
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_become_what_the_property_is() {
        let properties = json!({
            "Policies": {"PasswordPolicy": {"MinimumLength": "12", "RequireSymbols": "False"}},
            "Schema": [{"Name": "true", "Mutable": "true", "StringAttributeConstraints": {"MinLength": "0"}}],
            "RefreshTokenValidity": "thirty"
        });
        assert_eq!(
            Value::Object(typed(properties.as_object().unwrap().clone())),
            json!({
                "Policies": {"PasswordPolicy": {"MinimumLength": 12, "RequireSymbols": false}},
                "Schema": [{"Name": "true", "Mutable": true, "StringAttributeConstraints": {"MinLength": "0"}}],
                "RefreshTokenValidity": "thirty"
            })
        );
    }
}
