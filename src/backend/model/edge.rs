use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    expression::{Expression, Reference},
    resource::SourceLocation,
};

/// Who a permission is given to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Principal {
    /// The execution role of a function, by resource name.
    Function(String),
    /// Signed-in users.
    Authenticated,
    /// Guests.
    Unauthenticated,
    /// Members of a user-pool group, by group name.
    Group(String),
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => write!(formatter, "function {name}"),
            Self::Authenticated => formatter.write_str("signed-in users"),
            Self::Unauthenticated => formatter.write_str("guests"),
            Self::Group(name) => write!(formatter, "members of group {name}"),
        }
    }
}

/// `Allow` or `Deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// Allow.
    Allow,
    /// Deny.
    Deny,
}

/// One IAM statement, with lists even where the template had a single string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Effect.
    pub effect: Effect,
    /// `Action`
    pub actions: Vec<String>,
    /// `NotAction`
    pub not_actions: Vec<String>,
    /// `Resource`
    pub resources: Vec<Expression>,
    /// `NotResource`
    pub not_resources: Vec<Expression>,
    /// `Condition`: operator, key, values.
    pub conditions: IndexMap<String, IndexMap<String, Vec<Expression>>>,
}

/// A permission: the edge from a principal to what its statement names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Who.
    pub principal: Principal,
    /// May (or may not) do what to what.
    pub statement: Statement,
    /// Logical id of the policy in its template, for example `AmplifyResourcesPolicy`.
    pub policy: String,
    /// Where it was read.
    pub location: SourceLocation,
}

/// What starts a function. User-pool triggers are in [`super::Auth`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Trigger {
    /// Notification of an S3 bucket.
    Bucket {
        /// Resource name of the bucket.
        bucket: String,
        /// Resource name of the function.
        function: String,
        /// For example `s3:ObjectCreated:*`.
        events: Vec<String>,
        /// Key prefix filter.
        prefix: Option<String>,
        /// Key suffix filter.
        suffix: Option<String>,
    },
    /// `AWS::Lambda::EventSourceMapping` on a table's stream or a Kinesis stream.
    EventSource {
        /// Resource name of the function.
        function: String,
        /// The stream, or its ARN where it belongs to no resource of the backend.
        source: EventSourceStream,
        /// `StartingPosition`
        starting_position: Option<String>,
        /// `BatchSize`
        batch_size: Option<u32>,
        /// `Enabled`
        enabled: bool,
        /// Every other property of the mapping, evaluated.
        properties: IndexMap<String, Value>,
    },
    /// EventBridge rule.
    Schedule {
        /// Resource name of the function.
        function: String,
        /// As in Gen 1, for example `rate(5 minutes)` or `cron(0 12 * * ? *)`.
        expression: String,
        /// State of the rule.
        enabled: bool,
        /// Description of the rule.
        description: Option<String>,
    },
}

/// The stream an event source mapping reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventSourceStream {
    /// A stream of the backend.
    Reference(Reference),
    /// Any other.
    Arn(Expression),
}
