//! Lets tests pull the plug: after so many changes of the disk no further one succeeds.

use std::cell::Cell;

thread_local! {
    static CHANGES_LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

pub(super) fn pull_after(changes: Option<u32>) {
    CHANGES_LEFT.set(changes);
}

pub(super) fn is_pulled() -> bool {
    match CHANGES_LEFT.get() {
        None => false,
        Some(0) => true,
        Some(left) => {
            CHANGES_LEFT.set(Some(left - 1));
            false
        }
    }
}
