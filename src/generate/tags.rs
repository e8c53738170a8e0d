//! Tags of single resources. The property of an L1 construct is read only: tags are added as the CDK wants it.

use serde_json::Value;

use super::{
    reference::{Referrer, Unresolved},
    typescript::{Code, Statement},
};
use crate::backend::model::Expression;

/// The property that holds them.
pub const TAGS: &str = "Tags";

/// `Tags.of(construct).add(key, value);` for each tag of the property.
pub fn statements(construct: &Code, tags: &Value, referrer: &mut Referrer<'_>) -> Result<Vec<Statement>, Unresolved> {
    let mut text = |value: &Value| {
        let expression = Expression::from_property(value).unwrap_or_else(|| Expression::Literal(String::new()));
        referrer.expression(&expression)
    };
    let mut statements = Vec::new();
    for tag in tags.as_array().into_iter().flatten() {
        let (key, value) = (text(&tag["Key"])?, text(&tag["Value"])?);
        let of = Code::import("aws-cdk-lib", "Tags").method("of", vec![construct.clone()]);
        statements.push(Statement::Expression(of.method("add", vec![key, value])));
    }
    Ok(statements)
}
