//! The model of a Gen 1 backend in plain types, and how it is made from what was read.

pub mod construct_names;
mod features;
pub mod finding;
mod interpret;
pub mod model;

pub use interpret::{MODEL_TABLE_UNKNOWN, interpret};

pub(crate) use features::line_of_computed_require;
