//! Moves the stateful resources into the Gen 2 stacks, and back.
//!
//! [`pairing`] says what belongs together, [`plan_forward`] and [`plan_rollback`] turn that into operations over evolving
//! templates, [`proof`] shows that they move and change nothing, [`files`] writes them down.

mod attributes;
mod error;
pub mod execute;
pub mod files;
mod forward;
mod holding;
mod literal;
mod operation;
pub mod pairing;
pub mod proof;
mod rollback;
mod state;
mod timeline;

pub use attributes::{AttributeKey, KnownAttributes};
pub use error::RefactorError;
pub use forward::plan_forward;
pub use holding::holding_stack_name;
pub use operation::{
    HoldingDeletion, MoveKind, PlannedOperation, RefactorOperation, RefactorPlan, ResourceMove, StackMove, StackRef,
    StackUpdate, UpdatePurpose,
};
pub use rollback::{OriginalTemplates, plan_rollback};
pub use state::{RefactorInput, StackState};

/// Logical id of the resource that keeps a stack from being empty.
pub const PLACEHOLDER_LOGICAL_ID: &str = "MigrationPlaceholder";

#[cfg(test)]
mod tests;
