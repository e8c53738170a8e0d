use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Category of a resource, the first level of `amplify-meta.json`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Category(pub String);

impl Category {
    /// `auth`
    pub fn auth() -> Self {
        Self("auth".into())
    }
    /// `api`
    pub fn api() -> Self {
        Self("api".into())
    }
    /// `function`
    pub fn function() -> Self {
        Self("function".into())
    }
    /// `storage`
    pub fn storage() -> Self {
        Self("storage".into())
    }
    /// `custom`
    pub fn custom() -> Self {
        Self("custom".into())
    }
    /// `geo`
    pub fn geo() -> Self {
        Self("geo".into())
    }
    /// `analytics`
    pub fn analytics() -> Self {
        Self("analytics".into())
    }
}

/// A resource of the Gen 1 backend by category and name, as in `amplify-meta.json`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceId {
    /// Category.
    pub category: Category,
    /// Name of the resource.
    pub name: String,
}

impl ResourceId {
    /// A resource of a category.
    pub fn new(category: Category, name: impl Into<String>) -> Self {
        Self {
            category,
            name: name.into(),
        }
    }

    /// Logical id of its nested stack in the Gen 1 root stack: category and name, joined.
    pub fn logical_id(&self) -> String {
        format!("{}{}", self.category.0, self.name)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.category.0, self.name)
    }
}

/// An entry of `amplify-meta.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Category and name.
    pub id: ResourceId,
    /// `service`, for example `Cognito`, `S3`, `DynamoDB`, `AppSync`, `API Gateway`, `Lambda`; absent in broken entries.
    pub service: Option<String>,
    /// `serviceType` is `imported`.
    pub imported: bool,
    /// Resources it depends on.
    pub depends_on: Vec<ResourceId>,
}

/// A CloudFormation resource in the template of a Gen 1 resource that the CLI does not write there: it came by an override,
/// by a custom stack or by hand, and nothing else in the model holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtraResource {
    /// Resource in whose stack it is.
    pub owner: ResourceId,
    /// Logical id.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Evaluated properties.
    pub properties: Map<String, Value>,
    /// Template.
    pub location: SourceLocation,
}

/// A place in the project, for findings and reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceLocation {
    /// File, relative to the project, with forward slashes.
    pub path: String,
    /// Line from 1, when known.
    pub line: Option<u32>,
}
