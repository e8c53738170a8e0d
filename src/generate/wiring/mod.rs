//! Edges of the model as code: permissions, environment variables, event sources, schedules, notifications.

mod environment;
mod event_source;
mod notification;
mod policy;
mod schedule;

pub use environment::{Environment, environment};
pub use event_source::event_sources;
pub use notification::{EventKind, notifications};
pub use policy::{inline_policy, is_log_permission, policy_statement};
pub use schedule::schedules;
