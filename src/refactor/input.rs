//! What planning is given.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{mapping_file::ResourceMappings, obstacle::Obstacles};
use crate::{
    backend::model::Resource,
    cloudformation::Template,
    deployment::{HostedUi, Stack, StackTree},
};

/// Everything that a plan is made from.
#[derive(Clone, Copy)]
pub struct PlanInput<'a> {
    /// Gen 1 root stack with everything below it.
    pub gen1: &'a StackTree,
    /// Gen 2 root stack with everything below it.
    pub gen2: &'a StackTree,
    /// Holding stacks that exist, shells in `REVIEW_IN_PROGRESS` included, by plain name. See [`super::holding_names`].
    pub holdings: &'a IndexMap<String, Stack>,
    /// Resources of the Gen 1 app.
    pub resources: &'a [Resource],
    /// Account of both trees.
    pub account_id: &'a str,
    /// Region of both trees.
    pub region: &'a str,
    /// Pairs that the user decided.
    pub mappings: &'a ResourceMappings,
    /// What cannot take part.
    pub obstacles: &'a Obstacles,
    /// Attributes that only the service can tell.
    pub attributes: &'a dyn LiveAttributes,
    /// Templates of nested stacks as they were deployed last, by plain stack name, where they were read: for a rollback that
    /// no journal tells the original templates.
    pub pushed: &'a IndexMap<String, Template>,
}

/// An attribute of a deployed resource that cannot be derived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributeRequest {
    /// Plain name of the stack that owns it.
    pub stack: String,
    /// Logical id there.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id.
    pub physical_id: String,
    /// Attribute, as in `Fn::GetAtt`.
    pub attribute: String,
    /// Logical id of the resource that cannot move without it.
    pub needed_by: String,
}

/// Attributes that were read from the service. Planning asks only for what it cannot derive and needs.
pub trait LiveAttributes: Send + Sync {
    /// The value; `None` when it was not read.
    fn attribute(&self, resource_type: &str, physical_id: &str, attribute: &str) -> Option<Value>;

    /// Domains, identity providers and resource servers of a user pool; `None` when nobody has asked for them yet.
    fn hosted_ui(&self, user_pool_id: &str) -> Option<&HostedUiReading>;

    /// Whether a resource is there; `None` when nobody has looked yet.
    fn existence(&self, resource_type: &str, physical_id: &str) -> Option<&Existence>;
}

/// Whether a resource that no stack owns still exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existence {
    /// Its service describes it.
    Exists,
    /// Its service does not know it.
    Gone,
    /// It belongs to a stack after all, which takes no part: the stack's name.
    Owned(String),
    /// It cannot be told; with the reason.
    Unknown(String),
}

/// A resource to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistenceRequest {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id.
    pub physical_id: String,
    /// User pool of a client or group.
    pub user_pool_id: Option<String>,
}

/// Answer to the question for a user pool's hosted UI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostedUiReading {
    /// What the service tells.
    Read(Box<HostedUi>),
    /// It may not be read; with the reason.
    Unreadable(String),
}

/// Nothing can be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLiveAttributes;

static NOT_LOOKED_FOR: LazyLock<Existence> = LazyLock::new(|| Existence::Unknown("nothing is read".into()));
static NOT_READ: LazyLock<HostedUiReading> = LazyLock::new(|| HostedUiReading::Unreadable("nothing is read".into()));

impl LiveAttributes for NoLiveAttributes {
    fn attribute(&self, _resource_type: &str, _physical_id: &str, _attribute: &str) -> Option<Value> {
        None
    }

    fn hosted_ui(&self, _user_pool_id: &str) -> Option<&HostedUiReading> {
        Some(&NOT_READ)
    }

    fn existence(&self, _resource_type: &str, _physical_id: &str) -> Option<&Existence> {
        Some(&NOT_LOOKED_FOR)
    }
}

/// What was read after a plan asked for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownAttributes {
    values: IndexMap<(String, String, String), Value>,
    hosted_uis: IndexMap<String, HostedUiReading>,
    existences: IndexMap<(String, String), Existence>,
}

impl KnownAttributes {
    /// Keeps the answer to a request.
    pub fn insert(&mut self, request: &AttributeRequest, value: Value) {
        let key = (
            request.resource_type.clone(),
            request.physical_id.clone(),
            request.attribute.clone(),
        );
        self.values.insert(key, value);
    }

    /// Keeps what was read of a user pool.
    pub fn insert_hosted_ui(&mut self, user_pool_id: &str, reading: HostedUiReading) {
        self.hosted_uis.insert(user_pool_id.into(), reading);
    }

    /// Keeps what was found when somebody looked for a resource.
    pub fn insert_existence(&mut self, request: &ExistenceRequest, found: Existence) {
        let key = (request.resource_type.clone(), request.physical_id.clone());
        self.existences.insert(key, found);
    }
}

impl LiveAttributes for KnownAttributes {
    fn attribute(&self, resource_type: &str, physical_id: &str, attribute: &str) -> Option<Value> {
        let key = (resource_type.to_owned(), physical_id.to_owned(), attribute.to_owned());
        self.values.get(&key).cloned()
    }

    fn hosted_ui(&self, user_pool_id: &str) -> Option<&HostedUiReading> {
        self.hosted_uis.get(user_pool_id)
    }

    fn existence(&self, resource_type: &str, physical_id: &str) -> Option<&Existence> {
        self.existences.get(&(resource_type.to_owned(), physical_id.to_owned()))
    }
}
