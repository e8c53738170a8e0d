//! Tags of the whole backend and of single resources. The property of an L1 construct is read only: tags are added as the
//! CDK wants it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    context::Context,
    error::GenerateError,
    reference::{Referrer, Unresolved},
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
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

/// `tags.ts`: what the user added to tags.json is on every resource of every stack.
pub fn generate(context: &Context<'_>, tree: &mut FileTree) -> Result<Option<SetupCall>, GenerateError> {
    const FUNCTION: &str = "tagBackend";
    let tags = &context.backend.app.tags;
    if tags.is_empty() {
        return Ok(None);
    }
    let statements = tags
        .iter()
        .map(|(key, value)| {
            let stack = Code::name("backend").member("stack");
            let of = Code::import("aws-cdk-lib", "Tags").method("of", vec![stack]);
            Statement::Expression(of.method("add", vec![Code::text(key), Code::text(value)]))
        })
        .collect();
    let file = SetupFile::new(context, ".", FUNCTION, &BTreeSet::new(), statements);
    tree.insert("amplify/tags.ts", render_template("function-wiring", &file)?);
    Ok(Some(SetupCall {
        module: "./tags".to_owned(),
        function: FUNCTION.to_owned(),
        handles: BTreeSet::new(),
        result: None,
    }))
}
