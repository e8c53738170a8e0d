//! Tables of models as they are deployed, compared with what Gen 2 asks of a table that it takes over: what it would refuse
//! when the branch is deployed is told before.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Interpretation;
use crate::{
    backend::{
        finding::Severity,
        model::{SourceLocation, Target},
    },
    cloudformation::Resource,
    project::{
        GraphqlFolder, MetaResource,
        graphql::sdl::{Directive, TypeDefinition},
    },
};

pub(super) fn check(interpretation: &mut Interpretation<'_>, resource: &MetaResource, folder: &GraphqlFolder) {
    let Some(api) = interpretation.literal_stack(resource) else {
        return;
    };
    let types = |name: &str| {
        let all = folder.schema.iter().flat_map(|file| &file.document.types);
        all.filter(|ty| ty.name == name).collect::<Vec<_>>()
    };
    for stack in api.nested.values() {
        for table in stack.template.resources() {
            let path = format!("{}/{}", stack.path, table.logical_id);
            let Some(Target::ModelTable(model)) = interpretation.decoder.index.target(&path).cloned() else {
                continue;
            };
            let refused: Vec<String> = refusals(&table)
                .into_iter()
                .chain(foreign_indexes(&table, &types(&model)))
                .collect();
            let location = location(interpretation, resource, &stack.path, &model);
            for (what, remedy) in refused.iter().map(|what| (what, remedy(what))) {
                interpretation.finding(
                    "model-table-refused",
                    Severity::Blocker,
                    format!("the table of model {model} {what}; Gen 2 refuses to take over such a table"),
                    &location,
                    remedy,
                );
            }
        }
    }
}

/// Where override.ts speaks of the model, else the template.
fn location(interpretation: &Interpretation<'_>, resource: &MetaResource, stack: &str, model: &str) -> SourceLocation {
    let script = interpretation
        .project
        .files_of(resource)
        .and_then(|files| files.override_script.as_ref());
    if let Some((path, text)) = script
        && let Some(position) = text.lines().position(|line| speaks_of(line, model))
    {
        return SourceLocation {
            path: path.clone(),
            line: u32::try_from(position + 1).ok(),
        };
    }
    interpretation.location(stack)
}

fn speaks_of(line: &str, model: &str) -> bool {
    ['\'', '"', '`']
        .iter()
        .any(|quote| line.contains(&format!("{quote}{model}{quote}")))
        || line.contains(&format!("models.{model}."))
}

const ENCRYPTED: &str = "is encrypted with a KMS key";
const PROVISIONED: &str = "has provisioned capacity";
const STREAM: &str = "has no stream of new and old images";
const LOCAL_INDEXES: &str = "has local indexes of its own";

fn remedy(what: &str) -> &'static str {
    match what {
        ENCRYPTED => {
            "Set DynamoDBEnableServerSideEncryption to false in the API's parameters.json (and take it out of override.ts), push, and assess again; the table stays encrypted with a key that DynamoDB owns."
        }
        PROVISIONED => {
            "Set DynamoDBBillingMode to PAY_PER_REQUEST in the API's parameters.json (and take it out of override.ts), push, and assess again."
        }
        STREAM => "Take streamSpecification out of override.ts, push, and assess again.",
        _ => "Say the index in the schema with @index instead of in override.ts, push, and assess again.",
    }
}

/// What the table manager of Gen 2 compares and the schema cannot say.
fn refusals(table: &Resource<'_>) -> Vec<String> {
    let is_true = |value: &Value| *value == Value::Bool(true) || value.as_str() == Some("true");
    let mut refused = Vec::new();
    if table
        .property("SSESpecification")
        .is_some_and(|encryption| is_true(&encryption["SSEEnabled"]))
    {
        refused.push(ENCRYPTED.to_owned());
    }
    if table.property("BillingMode").and_then(Value::as_str) != Some("PAY_PER_REQUEST") {
        refused.push(PROVISIONED.to_owned());
    }
    let view = table
        .property("StreamSpecification")
        .map(|stream| &stream["StreamViewType"]);
    if view.and_then(Value::as_str) != Some("NEW_AND_OLD_IMAGES") {
        refused.push(STREAM.to_owned());
    }
    refused
}

/// Indexes that no directive of the schema asks for.
fn foreign_indexes(table: &Resource<'_>, types: &[&TypeDefinition]) -> Vec<String> {
    let directives = || {
        types
            .iter()
            .flat_map(|ty| &ty.fields)
            .flat_map(|field| &field.directives)
    };
    let indexes: Vec<&Directive> = directives().filter(|directive| directive.name == "index").collect();
    // The transformer finds names for what has none, and for relations and the like.
    let names: Option<BTreeSet<&str>> = indexes
        .iter()
        .map(|directive| directive.arguments.get("name").and_then(Value::as_str))
        .collect();
    let (Some(names), false) = (names, types.is_empty()) else {
        return Vec::new();
    };
    let of_table = |property: &str| {
        let indexes = table.property(property).and_then(Value::as_array).into_iter().flatten();
        indexes
            .filter_map(|index| index["IndexName"].as_str())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut foreign: Vec<String> = of_table("GlobalSecondaryIndexes")
        .into_iter()
        .filter(|name| !names.contains(name.as_str()) && !name.starts_with("gsi-"))
        .map(|name| format!("has index {name:?}, which the schema does not know"))
        .collect();
    if of_table("LocalSecondaryIndexes")
        .iter()
        .any(|name| !names.contains(name.as_str()))
    {
        foreign.push(LOCAL_INDEXES.to_owned());
    }
    foreign
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudformation::Template;

    fn refused(properties: Value) -> Vec<String> {
        let template = Template::from_value(
            json!({"Resources": {"PostTable": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}),
            "test",
        )
        .unwrap();
        refusals(&template.resource("PostTable").unwrap())
    }

    #[test]
    fn tables_as_the_transformer_makes_them_are_taken_over() {
        let plain = json!({"BillingMode": "PAY_PER_REQUEST", "SSESpecification": {"SSEEnabled": false},
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}});
        assert_eq!(refused(plain), Vec::<String>::new());
    }

    #[test]
    fn everything_that_is_refused_is_told() {
        let odd = json!({"ProvisionedThroughput": {"ReadCapacityUnits": 5}, "SSESpecification": {"SSEEnabled": "true"},
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"}});
        assert_eq!(refused(odd), [ENCRYPTED, PROVISIONED, STREAM]);
    }
}
