//! Writing: the replacement of `amplify/` and the files beside it, atomic and reversible.
//!
//! New files are written completely beside the old ones, then a record says that the switch begins, then everything is renamed.
//! Whatever the instant of a crash, [`recover`] finds the record and puts back what was. What was replaced stays in
//! `.amplify/gen2-migration/backup-<n>/`, which git ignores.

mod backup;
mod disk;
mod error;
mod output;
#[cfg(test)]
mod plug;
mod switch;

#[cfg(test)]
mod tests;

pub use backup::{Backup, latest_backup};
pub use error::WriteError;
pub use output::{check_output_directory, write_output};
pub use switch::{Recovery, recover, replace, restore};

/// What is replaced in a project, in this order. `amplify` is a directory.
pub const REPLACED: [&str; 4] = ["amplify", "package.json", "amplify.yml", ".gitignore"];
