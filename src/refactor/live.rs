//! What the state of a live stack means to a refactor.

use crate::cloudformation::SHELL;

/// A stack that only a failed refactor leaves: to be treated as if it did not exist, and to be deleted.
pub(super) fn is_shell(status: &str, resources: usize) -> bool {
    status == SHELL && resources == 0
}
