//! DynamoDB tables of the storage category.

use serde_json::{Map, Value};

use super::{Interpretation, id_of, index::main_resource, typing};
use crate::{
    backend::{
        finding::Severity,
        model::{Index, KeyAttribute, Table},
    },
    project::MetaResource,
};

const TABLE: &str = "AWS::DynamoDB::Table";

/// Properties that have a field of their own.
const MODELLED: [&str; 12] = [
    "TableName",
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "StreamSpecification",
    "BillingMode",
    "ProvisionedThroughput",
    "TimeToLiveSpecification",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "DeletionProtectionEnabled",
];

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    if resource.imported {
        read_imported(interpretation, resource);
        return;
    }
    let location = interpretation.location_of(resource);
    let found = interpretation
        .literal_stack(resource)
        .and_then(|stack| main_resource(stack, TABLE, "DynamoDBTable"));
    let properties = match found {
        Some(found) => found.properties().cloned().unwrap_or_default(),
        None => properties_of_inputs(interpretation, resource),
    };
    let mut properties = typing::typed(interpretation.decoder.properties(&properties, &id_of(resource)));
    let Some(partition_key) = key(&properties, &properties, "HASH") else {
        interpretation.finding(
            "table-keys-unknown",
            Severity::Blocker,
            format!("the keys of table {} are not known", resource.path()),
            &location,
            "Fetch the deployed backend with `amplify pull`, or work online.",
        );
        return;
    };
    let deployed_name = found
        .and_then(|found| interpretation.physical_id(&format!("{}/{}", resource.logical_id, found.logical_id)))
        .or_else(|| resource.output_text("Name").map(str::to_owned))
        .or_else(|| properties.get("TableName")?.as_str().map(str::to_owned));
    let throughput = |name: &str| typing::number(&properties.get("ProvisionedThroughput")?[name]);
    let billing_mode = properties
        .get("BillingMode")
        .and_then(Value::as_str)
        .unwrap_or("PROVISIONED")
        .to_owned();
    let table = Table {
        name: resource.name.clone(),
        imported: false,
        imported_stream_arn: None,
        table_name: deployed_name,
        sort_key: key(&properties, &properties, "RANGE"),
        partition_key,
        global_indexes: indexes(&properties, "GlobalSecondaryIndexes"),
        local_indexes: indexes(&properties, "LocalSecondaryIndexes"),
        stream_view_type: properties
            .get("StreamSpecification")
            .and_then(|stream| stream["StreamViewType"].as_str().map(str::to_owned)),
        read_capacity: throughput("ReadCapacityUnits"),
        write_capacity: throughput("WriteCapacityUnits"),
        billing_mode,
        time_to_live_attribute: properties
            .get("TimeToLiveSpecification")
            .filter(|ttl| typing::truth(&ttl["Enabled"]) == Some(true))
            .and_then(|ttl| ttl["AttributeName"].as_str().map(str::to_owned)),
        point_in_time_recovery: properties
            .get("PointInTimeRecoverySpecification")
            .and_then(|recovery| typing::truth(&recovery["PointInTimeRecoveryEnabled"]))
            .unwrap_or(false),
        encryption: properties.get("SSESpecification").cloned(),
        deletion_protection: properties
            .get("DeletionProtectionEnabled")
            .and_then(typing::truth)
            .unwrap_or(false),
        other_properties: {
            properties.retain(|name, _| !MODELLED.contains(&name.as_str()));
            properties
        },
        location,
    };
    interpretation.backend.tables.push(table);
}

/// An imported table is referred to by what amplify-meta.json, or the environment's parameters, say of it.
fn read_imported(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let values = interpretation
        .project
        .environment
        .parameters_of(&resource.category, &resource.name);
    let text = |output: &str, parameter: &str| {
        resource
            .output_text(output)
            .map(str::to_owned)
            .or_else(|| values?.get(parameter)?.as_str().map(str::to_owned))
            .filter(|text| !text.is_empty())
    };
    let key = |name: Option<String>, attribute_type: Option<String>| {
        Some(KeyAttribute {
            name: name?,
            attribute_type: attribute_type.unwrap_or_else(|| "S".to_owned()),
        })
    };
    let location = interpretation.location_of(resource);
    let table_name = text("Name", "tableName");
    let partition_key = key(
        text("PartitionKeyName", "partitionKeyName"),
        text("PartitionKeyType", "partitionKeyType"),
    );
    let sort_key = key(text("SortKeyName", "sortKeyName"), text("SortKeyType", "sortKeyType"));
    let imported_stream_arn = text("StreamArn", "streamArn");
    let (Some(table_name), Some(partition_key)) = (table_name, partition_key) else {
        interpretation.finding(
            "storage-imported-table-unknown",
            Severity::Manual,
            format!(
                "the name and the keys of the imported table {} are not known",
                resource.path()
            ),
            &location,
            "Fetch the deployed backend with `amplify pull`, or work online.",
        );
        return;
    };
    interpretation.backend.tables.push(Table {
        name: resource.name.clone(),
        imported: true,
        table_name: Some(table_name),
        imported_stream_arn,
        partition_key,
        sort_key,
        global_indexes: Vec::new(),
        local_indexes: Vec::new(),
        stream_view_type: None,
        billing_mode: "PAY_PER_REQUEST".to_owned(),
        read_capacity: None,
        write_capacity: None,
        time_to_live_attribute: None,
        point_in_time_recovery: false,
        encryption: None,
        deletion_protection: false,
        other_properties: Map::new(),
        location,
    });
}

/// A key of a table or index; its type is among the attribute definitions of the table.
fn key(holder: &Map<String, Value>, table: &Map<String, Value>, key_type: &str) -> Option<KeyAttribute> {
    let name = holder
        .get("KeySchema")?
        .as_array()?
        .iter()
        .find(|entry| entry["KeyType"] == key_type)?
        .get("AttributeName")?
        .as_str()?;
    let attribute_type = table
        .get("AttributeDefinitions")?
        .as_array()?
        .iter()
        .find(|entry| entry["AttributeName"] == name)?
        .get("AttributeType")?
        .as_str()?;
    Some(KeyAttribute {
        name: name.to_owned(),
        attribute_type: attribute_type.to_owned(),
    })
}

fn indexes(table: &Map<String, Value>, property: &str) -> Vec<Index> {
    table
        .get(property)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|index| {
            let holder = index.as_object()?;
            let throughput = |name: &str| typing::number(&index["ProvisionedThroughput"][name]);
            Some(Index {
                name: index["IndexName"].as_str()?.to_owned(),
                partition_key: key(holder, table, "HASH")?,
                sort_key: key(holder, table, "RANGE"),
                projection_type: index["Projection"]["ProjectionType"]
                    .as_str()
                    .unwrap_or("ALL")
                    .to_owned(),
                non_key_attributes: crate::project::texts(&index["Projection"]["NonKeyAttributes"]),
                read_capacity: throughput("ReadCapacityUnits"),
                write_capacity: throughput("WriteCapacityUnits"),
            })
        })
        .collect()
}

/// What the CLI makes of cli-inputs.json, for a table whose template is missing.
fn properties_of_inputs(interpretation: &Interpretation<'_>, resource: &MetaResource) -> Map<String, Value> {
    let Some(files) = interpretation.project.files_of(resource) else {
        return Map::new();
    };
    let inputs = &files.cli_inputs;
    let mut definitions: Vec<Value> = Vec::new();
    let mut schema_of = |holder: &Value| -> Vec<Value> {
        [("partitionKey", "HASH"), ("sortKey", "RANGE")]
            .into_iter()
            .filter_map(|(field, key_type)| {
                let name = holder[field]["fieldName"].as_str()?;
                // Key types that DynamoDB does not have are kept as texts by the CLI.
                let attribute_type = match holder[field]["fieldType"].as_str()? {
                    "number" => "N",
                    "binary" => "B",
                    _ => "S",
                };
                let definition = serde_json::json!({ "AttributeName": name, "AttributeType": attribute_type });
                if !definitions.contains(&definition) {
                    definitions.push(definition);
                }
                Some(serde_json::json!({ "AttributeName": name, "KeyType": key_type }))
            })
            .collect()
    };
    let schema = schema_of(inputs);
    if schema.is_empty() {
        return Map::new();
    }
    let capacity = serde_json::json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 });
    let indexes: Vec<Value> = inputs["gsi"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|index| {
            serde_json::json!({
                "IndexName": index["name"],
                "KeySchema": schema_of(index),
                "Projection": { "ProjectionType": "ALL" },
                "ProvisionedThroughput": capacity,
            })
        })
        .collect();
    let mut properties = Map::new();
    properties.insert("KeySchema".to_owned(), Value::Array(schema));
    properties.insert("AttributeDefinitions".to_owned(), Value::Array(definitions));
    properties.insert("ProvisionedThroughput".to_owned(), capacity);
    properties.insert(
        "StreamSpecification".to_owned(),
        serde_json::json!({ "StreamViewType": "NEW_IMAGE" }),
    );
    if !indexes.is_empty() {
        properties.insert("GlobalSecondaryIndexes".to_owned(), Value::Array(indexes));
    }
    properties
}
