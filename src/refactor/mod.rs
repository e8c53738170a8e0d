//! Moves the stateful resources into the Gen 2 stacks, and back.
