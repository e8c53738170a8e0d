//! Append-only record of what is being done: intent before effect, so that a run can be resumed or undone.
