//! What the status of a stack means for those who want to change it.

/// Status of a stack that was never created: it has no resources, and nothing ever happens to it by itself.
pub const SHELL: &str = "REVIEW_IN_PROGRESS";

/// The stack is at rest as a whole: the service updates and refactors only such stacks.
pub fn is_stable(status: &str) -> bool {
    matches!(
        status,
        "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE"
    )
}

/// Something is happening to the stack, and it will end by itself.
pub fn is_busy(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") && status != SHELL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_and_a_failed_stack_are_neither_at_rest_nor_busy() {
        for status in [SHELL, "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "DELETE_COMPLETE", ""] {
            assert!(!is_stable(status) && !is_busy(status), "{status}");
        }
        for status in ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"] {
            assert!(is_busy(status) && !is_stable(status), "{status}");
        }
        for status in ["CREATE_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"] {
            assert!(is_stable(status) && !is_busy(status), "{status}");
        }
    }
}
