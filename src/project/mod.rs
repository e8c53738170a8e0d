//! The Gen 1 project on disk, read by typed and tolerant readers.
