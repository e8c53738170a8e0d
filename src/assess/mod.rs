//! What can be migrated, per resource, feature and step.
