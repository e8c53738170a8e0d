//! Everything that Node sees. Thin: no decision is made here.

mod cancel;
mod credentials;
mod event;
mod migration;
mod options;
mod outcome;
mod plan;
mod report;

pub use migration::{Migration, required_iam_policy};
