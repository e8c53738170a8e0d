use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A function in the pipeline of a generated resolver in which something is the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PipelineFunction {
    /// The field, for example `Mutation.createPost`.
    pub field: String,
    /// Where it runs: `init`, `auth` ... or [`DATA_SLOT`].
    pub slot: String,
    /// Place among the functions of the slot, from 0.
    pub position: usize,
    /// The request template; absent where it is the generated one.
    pub request: Option<ResolverTemplate>,
    /// The response template; absent where it is the generated one.
    pub response: Option<ResolverTemplate>,
    /// Properties that the CLI does not set, evaluated, for example `MaxBatchSize`.
    pub settings: Map<String, Value>,
}

/// Templates of the user's own that a resolver has itself, around its functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverTemplates {
    /// The field, for example `Query.shout`.
    pub field: String,
    /// The request template; absent where it is the generated one.
    pub request: Option<ResolverTemplate>,
    /// The response template; absent where it is the generated one.
    pub response: Option<ResolverTemplate>,
}

/// The slot of the functions that read or write the data, between those before and after.
pub const DATA_SLOT: &str = "data";

/// Slots of a pipeline in the order in which they run.
pub const SLOTS: [&str; 11] = [
    "init",
    "preAuth",
    "auth",
    "postAuth",
    "preDataLoad",
    "preUpdate",
    "preSubscribe",
    DATA_SLOT,
    "postDataLoad",
    "postUpdate",
    "finish",
];

/// A mapping template of the user's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResolverTemplate {
    /// A file of the folder `resolvers/`.
    File {
        /// Its name, for example `Query.getPost.req.vtl`.
        name: String,
        /// Path relative to the project.
        path: String,
    },
    /// A text that override.ts sets.
    Text(String),
}

/// Properties of a generated resolver or data source that the CLI does not set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneratedSettings {
    /// What has them.
    pub of: GeneratedResource,
    /// The properties, evaluated.
    pub settings: Map<String, Value>,
}

/// A resource that the schema's directives generate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GeneratedResource {
    /// The resolver of a field, for example `Query.getPost`.
    Resolver(String),
    /// The data source of that name, for example `PostTable`.
    DataSource(String),
}

/// A file that a resource of a stack of the user's own takes its template or code from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverFile {
    /// Logical id of the resolver or function.
    pub logical_id: String,
    /// Type of the resource.
    pub resource_type: String,
    /// The property that gets the text, for example `RequestMappingTemplate`.
    pub property: String,
    /// Name of the file in `resolvers/`.
    pub name: String,
    /// Path relative to the project; absent when the file is missing.
    pub path: Option<String>,
}
