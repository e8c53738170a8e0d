//! What can be migrated, per resource, feature and step.

mod report;

pub use report::{Assessment, FeatureSupport, ResourceSupport, Support, SupportStatus};
