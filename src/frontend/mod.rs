//! The places in the app's own source that know Gen 1.
