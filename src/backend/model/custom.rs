use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    expression::{Expression, Target},
    resolver::ResolverFile,
    resource::{ResourceId, SourceLocation},
};

/// Where the user wrote a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomOrigin {
    /// A resource of the custom category.
    Category,
    /// A template in the folder `stacks/` of a GraphQL API.
    ApiFolder,
    /// In the template of another resource.
    Additions,
}

/// A stack of the user's own, as it is deployed: a resource of the custom category, or a template of a GraphQL API's folder
/// `stacks/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomStack {
    /// Resource name; of a template in `stacks/` the name of its file without ending; of what was added to the template of
    /// another resource see [`CustomStack::name_of_additions`].
    pub name: String,
    /// The resource that it belongs to: itself, the API, or the one in whose template the user wrote it.
    pub resource: ResourceId,
    /// Logical path of the stack that it is deployed in, for example `apiforum/CustomResourcesjson`.
    pub stack_path: String,
    /// Where the user wrote it.
    pub origin: CustomOrigin,
    /// How the user wrote it.
    pub language: CustomLanguage,
    /// The deployed template, not evaluated: its parameters and conditions are the user's.
    pub template: Map<String, Value>,
    /// What the root stack passes for parameters of the template.
    pub parameters: IndexMap<String, Expression>,
    /// Parameters without default that nobody knows a value for; the values of secret ones are never kept.
    pub parameters_without_value: Vec<String>,
    /// Values that the template takes from exports of other stacks, by JSON pointer of the `Fn::ImportValue`.
    pub imports: IndexMap<String, Expression>,
    /// Names that the template gives to resources.
    pub physical_names: Vec<PhysicalName>,
    /// Resources that hold data: logical id and type.
    pub stateful: Vec<(String, String)>,
    /// Resources that others know by what AWS gave them, an address or a key: logical id and type.
    pub known_outside: Vec<(String, String)>,
    /// Files of `resolvers/` that resolvers and functions of the template take their text from.
    pub resolver_files: Vec<ResolverFile>,
    /// Folder of the resource, relative to the project.
    pub directory: String,
    /// The user's own files in it, relative to it, sorted.
    pub source_files: Vec<String>,
    /// The template.
    pub location: SourceLocation,
}

impl CustomStack {
    /// What it is called in messages: `custom/alarms`, or the path of the template.
    pub fn label(&self) -> String {
        match self.origin {
            CustomOrigin::ApiFolder => self.location.path.clone(),
            CustomOrigin::Category | CustomOrigin::Additions => self.resource.to_string(),
        }
    }

    /// The name under which resources added to the template of another resource are known: no custom resource has a slash.
    pub fn name_of_additions(owner: &ResourceId) -> String {
        owner.to_string()
    }

    /// What references to its resources point at.
    pub fn target(&self) -> Target {
        Target::Other(self.resource.clone())
    }
}

/// What a custom stack is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomLanguage {
    /// TypeScript with the CDK (`cdk-stack.ts`); the template is what the CLI made of it.
    Cdk,
    /// A CloudFormation template.
    CloudFormation,
}

/// A name that a template gives to a resource, and that two resources cannot have at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhysicalName {
    /// Logical id of the resource.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// The property, for example `TopicName`.
    pub property: String,
    /// The name.
    pub name: Expression,
    /// The name belongs to the outside world (a domain), so that there is no other.
    pub fixed: bool,
    /// Other places that spell the name out.
    pub mentions: Vec<String>,
}
