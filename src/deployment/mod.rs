//! What is deployed, as plain serialisable data. AWS fills it (`cloud`), and so can a file: offline runs and tests.

mod stack;

pub use stack::{Output, Parameter, Stack, StackResource, StackTree};
