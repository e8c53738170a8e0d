use serde_json::{Map, Value, json};

use crate::error::CodedError;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Neither JSON nor YAML.
    #[error("{origin}:{line}:{column}: the template is not well-formed: {message}")]
    Syntax {
        /// File, or stack, that the template belongs to.
        origin: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// Well-formed, but not the shape of a template.
    #[error("{origin}: {path} of the template {message}")]
    Shape {
        /// File, or stack, that the template belongs to.
        origin: String,
        /// JSON pointer, for example `/Resources/Bucket/Type`.
        path: String,
        /// What is wrong there.
        message: String,
    },
}

impl CodedError for TemplateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "TEMPLATE_SYNTAX",
            Self::Shape { .. } => "TEMPLATE_SHAPE",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Syntax { origin, line, .. } => {
                format!(
                    "Correct line {line} of {origin}; templates are JSON or YAML with CloudFormation's short forms."
                )
            }
            Self::Shape { origin, path, .. } => {
                format!(
                    "Correct {path} of {origin}; `aws cloudformation validate-template` tells whether a template is valid."
                )
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Syntax {
                origin, line, column, ..
            } => json!({ "origin": origin, "line": line, "column": column }),
            Self::Shape { origin, path, .. } => json!({ "origin": origin, "path": path }),
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}
