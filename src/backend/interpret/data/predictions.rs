//! Fields with `@predictions`: their actions from the schema, their mapping templates from the stack that is deployed for them.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Interpretation, SourceLocation};
use crate::{
    backend::model::{PredictionField, PredictionTemplates, Predictions},
    cloudformation::evaluate::EvaluatedTree,
    project::{GraphqlFolder, graphql::sdl::Directive},
};

/// Logical id of the stack that the transformer makes for the directive.
const STACK: &str = "PredictionsDirectiveStack";
/// The part of a statement that leads to the bucket.
const BUCKET_ARN: &str = "arn:aws:s3:::";

pub(super) fn read(
    interpretation: &Interpretation<'_>,
    folder: &GraphqlFolder,
    stack: Option<&EvaluatedTree>,
) -> Option<Predictions> {
    let fields = fields(folder);
    if fields.is_empty() {
        return None;
    }
    let mut predictions = Predictions {
        bucket: only_bucket(interpretation),
        fields,
        ..Predictions::default()
    };
    let Some(stack) = stack.and_then(|stack| stack.nested.get(STACK)) else {
        return Some(predictions);
    };
    let mut templates = IndexMap::new();
    for found in stack.template.resources() {
        let text = |name: &str| found.property(name).and_then(Value::as_str).map(str::to_owned);
        match found.resource_type() {
            "AWS::AppSync::FunctionConfiguration" => {
                let action = text("Name").and_then(|name| Some(name.strip_suffix("Function")?.to_owned()));
                if let (Some(action), Some(request), Some(response)) =
                    (action, text("RequestMappingTemplate"), text("ResponseMappingTemplate"))
                {
                    templates.insert(action, PredictionTemplates { request, response });
                }
            }
            "AWS::AppSync::Resolver" => {
                predictions.response = predictions.response.take().or_else(|| text("ResponseMappingTemplate"));
            }
            "AWS::IAM::Policy" => {
                if let Some(bucket) = found
                    .property("PolicyDocument")
                    .and_then(|document| bucket_of(interpretation, &document.to_string()))
                {
                    predictions.bucket = Some(bucket);
                }
            }
            _ => {}
        }
    }
    predictions.templates = templates;
    Some(predictions)
}

fn fields(folder: &GraphqlFolder) -> Vec<PredictionField> {
    let mut fields = Vec::new();
    for file in &folder.schema {
        for ty in &file.document.types {
            for field in &ty.fields {
                if let Some(directive) = field.directive("predictions") {
                    fields.push(PredictionField {
                        type_name: ty.name.clone(),
                        field: field.name.clone(),
                        actions: actions(directive),
                        location: SourceLocation {
                            path: file.path.clone(),
                            line: Some(directive.line),
                        },
                    });
                }
            }
        }
    }
    fields
}

/// One action or a list of them.
fn actions(directive: &Directive) -> Vec<String> {
    match directive.arguments.get("actions") {
        Some(Value::String(action)) => vec![action.clone()],
        Some(Value::Array(actions)) => actions.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn only_bucket(interpretation: &Interpretation<'_>) -> Option<String> {
    let mut buckets = interpretation
        .project
        .resources
        .iter()
        .filter(|resource| resource.category == "storage" && resource.service.as_deref() == Some("S3"));
    let bucket = buckets.next()?;
    buckets.next().is_none().then(|| bucket.name.clone())
}

/// The bucket whose name begins as the deployed policy says: what follows is the environment's.
fn bucket_of(interpretation: &Interpretation<'_>, document: &str) -> Option<String> {
    let (_, rest) = document.split_once(BUCKET_ARN)?;
    let begin: String = rest
        .chars()
        .take_while(|character| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || ".-".contains(*character)
        })
        .collect();
    interpretation
        .project
        .resources
        .iter()
        .filter(|resource| resource.category == "storage" && resource.service.as_deref() == Some("S3"))
        .find(|resource| {
            resource
                .output_text("BucketName")
                .is_some_and(|name| !begin.is_empty() && name.starts_with(&begin))
        })
        .map(|resource| resource.name.clone())
}
