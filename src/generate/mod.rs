//! From the model of the backend to the files of the Gen 2 backend.

mod generated;
pub mod project_files;
pub mod step;
mod tree;
pub mod write;

pub use generated::{DependencyWish, Generated};
pub use tree::FileTree;
