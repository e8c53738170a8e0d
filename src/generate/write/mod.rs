//! Generated files onto the disk. The replacement of `amplify/` and of the project's own files is one transaction: whatever
//! happens, and whenever the process dies, the project is afterwards all old or all new, and the old version is kept.
//!
//! The order of a replacement:
//! 1. everything new is written and synced below `staging-<run>/new`, copies of the old single files and a manifest below
//!    `staging-<run>/old`;
//! 2. a state file names all of it, in phase `replacing`;
//! 3. `amplify/` is renamed to `staging-<run>/old/amplify`, the new one and the new single files are renamed into place;
//! 4. the state file changes to phase `committed`;
//! 5. `staging-<run>/old` becomes `backup-<n>`; state file and staging folder go.
//!
//! A run that finds a state file undoes phase `replacing` and finishes phase `committed`.

mod disk;
mod error;
mod fingerprint;
mod output;
mod plan;
mod replacement;
mod rollback;
mod state;
mod transfer;

pub use disk::{Disk, LocalDisk};
pub use error::WriteError;
pub use output::{check_output, check_outside_amplify, write_output};
pub use plan::WritePlan;
pub use replacement::{Applied, Recovery, recover};
pub use rollback::RollbackPlan;

#[cfg(test)]
mod tests;
