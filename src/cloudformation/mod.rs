//! CloudFormation templates: the model (order kept), intrinsic functions and conditions, references as a graph,
//! simulation of stack changes, comparison by meaning. No files, no AWS.

pub mod evaluate;

mod error;
mod template;
mod yaml;

pub use error::TemplateError;
pub use template::{OutputDeclaration, ParameterDeclaration, Resource, Template};
