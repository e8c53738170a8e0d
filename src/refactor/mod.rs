//! Moves the stateful resources into the Gen 2 stacks, and back.
//!
//! Planning is pure: stack trees go in, a [`RefactorPlan`] comes out. Every operation is simulated on the templates that the
//! operations before it leave, and the plan carries all violations of the service's rules and of the move-only invariant.

mod assembly;
mod candidate;
mod error;
pub mod execute;
mod files;
mod forward;
mod give_back;
mod holding;
mod hosted_ui;
mod identity;
mod inference;
mod input;
mod inventory;
mod knowledge;
mod landscape;
mod literal;
mod live;
mod mapping_file;
mod matching;
mod obstacle;
mod operation;
mod pairing;
mod prediction;
mod record;
mod rollback;
#[cfg(test)]
mod tests;
mod view;

pub use error::{LostCause, LostResource, PairCandidate, PlanError};
pub use files::{FileNames, OperationFile, operation_files};
pub use forward::plan_forward;
pub use holding::{holding_name, holding_names};
pub use hosted_ui::HostedUiError;
pub use input::{
    AttributeRequest, Existence, ExistenceRequest, HostedUiReading, KnownAttributes, LiveAttributes, NoLiveAttributes,
    PlanInput,
};
pub use literal::PLACEHOLDER;
pub use mapping_file::ResourceMappings;
pub use obstacle::{Obstacle, Obstacles};
pub use operation::{
    AllowedChanges, AttachedResource, DeleteReason, DeleteStack, ExpectedResource, MoveKind, PlannedOperation,
    Presence, RefactorOperation, RefactorPlan, ResourceMove, ReturnedResource, StackExpectation, StackRef,
    StackRefactor, StackTransition, UpdatePurpose, UpdateStack,
};
pub use record::{MigrationRecord, RecordedAddress, RecordedMove, RecordedStack, ReleasedResource};
pub use rollback::plan_rollback;

pub use crate::cloudformation::same_template;
