//! Carries a plan out. Every operation is decided by what is live: done already, as expected, or changed by somebody else.

mod at_rest;
mod baseline;
mod configuration;
mod deletion;
mod error;
mod history;
mod moves;
mod next_deployment;
mod output;
mod planning;
mod reattach;
mod region;
mod run;
mod sign_in;
mod stack_policies;
mod step;
mod update;
mod wait;
mod whereabouts;

pub use baseline::Baseline;
pub use error::{ExecutionError, GO_ON, TargetError};
pub use history::{History, UncomparedConfiguration, history};
pub use planning::{RefactorRequest, RefactorSubject, plan_refactor};
pub use step::{RefactorStep, RefactorTarget};
