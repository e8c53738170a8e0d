//! CloudFormation templates: the model (order kept), intrinsic functions and conditions, references as a graph,
//! simulation of stack changes, comparison by meaning. No files, no AWS.

pub mod evaluate;
pub mod simulate;

mod attribute;
mod compare;
mod error;
#[cfg(test)]
mod properties;
mod reference;
mod setting;
mod status;
mod template;
mod update_behaviour;
mod yaml;

pub use attribute::{Place, derived_attribute};
pub use compare::{Difference, meaning_differences, same_template, value_differences};
pub use error::TemplateError;
pub use reference::{Node, Reference, ReferenceGraph, ReferenceKind, names_in};
pub use setting::{SettingDifference, setting_differences, with_defaults};
pub use status::{SHELL, is_busy, is_stable};
pub use template::{OutputDeclaration, ParameterDeclaration, Resource, Template};
pub use update_behaviour::{UpdateBehaviour, is_write_only, update_behaviour, update_note};
