//! The one typed model of a Gen 1 backend. Names, values and permissions are those of the deployed environment;
//! references between resources stay references and are never frozen to Gen 1 values.

mod analytics;
mod app;
mod auth;
mod custom;
mod data;
mod edge;
mod expression;
mod feature;
mod function;
mod geo;
mod kept;
mod layer;
mod resolver;
mod resource;
mod rest_api;
mod role_override;
mod search;
mod storage;

pub use analytics::KinesisStream;
pub use app::App;
pub use auth::{
    Auth, AuthTrigger, Group, IdentityPool, IdentityProvider, ImportedAuth, ResourceServer, UserPool, UserPoolClient,
    VerificationPage,
};
pub use custom::{CustomLanguage, CustomOrigin, CustomStack, PhysicalName};
pub use data::{
    AuthorizationMode, GraphqlApi, Join, JoinKey, JoinSide, Model, ModelKey, PredictionField, PredictionTemplates,
    Predictions, SchemaFile,
};
pub use edge::{Effect, EventSourceStream, Grant, Principal, Statement, Trigger};
pub use expression::{Attribute, Expression, Reference, Target};
pub use feature::{Feature, FeatureKind};
pub use function::{EnvironmentValue, Function, Language, Layer, ModuleFormat};
pub use geo::{GeoKind, GeoResource};
pub use kept::{ForeignStack, KeptService};
pub use layer::{LambdaLayer, LayerPermission};
pub use resolver::{
    DATA_SLOT, GeneratedResource, GeneratedSettings, PipelineFunction, ResolverFile, ResolverTemplate,
    ResolverTemplates, SLOTS,
};
pub use resource::{Category, ExtraResource, Resource, ResourceId, SourceLocation};
pub use rest_api::{GatewayResponse, RestAccess, RestApi, RestAuthorizer, RestPath, RestProtection};
pub use role_override::RoleOverride;
pub use search::Search;
pub use storage::{Bucket, Index, KeyAttribute, Table};

use serde::{Deserialize, Serialize};

use super::finding::Finding;

/// A whole Gen 1 environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backend {
    /// Names and ids of the app and its environment.
    pub app: App,
    /// Every entry of `amplify-meta.json`, in its order, whether understood or not: the inventory that must be accounted for.
    pub resources: Vec<Resource>,
    /// The user pool with its clients, groups and identity pool.
    pub auth: Option<Auth>,
    /// The AppSync API.
    pub data: Option<GraphqlApi>,
    /// S3 buckets (imported ones too).
    pub buckets: Vec<Bucket>,
    /// DynamoDB tables of the storage category (imported ones too).
    pub tables: Vec<Table>,
    /// Lambda functions.
    pub functions: Vec<Function>,
    /// Lambda layers of this project.
    pub layers: Vec<LambdaLayer>,
    /// API Gateway REST APIs.
    pub rest_apis: Vec<RestApi>,
    /// Kinesis streams of the analytics category.
    pub streams: Vec<KinesisStream>,
    /// Maps, place indexes and geofence collections.
    pub geo: Vec<GeoResource>,
    /// Services that Gen 2 goes on using as they are.
    pub kept_services: Vec<KeptService>,
    /// Stacks that nothing is generated for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_stacks: Vec<ForeignStack>,
    /// Stacks of the custom category.
    pub custom_stacks: Vec<CustomStack>,
    /// What the project's own override does to the roles of users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role_overrides: Vec<RoleOverride>,
    /// Who may do what, statement by statement.
    pub grants: Vec<Grant>,
    /// What starts which function.
    pub triggers: Vec<Trigger>,
    /// Resources in Gen 1 templates that nothing above holds.
    pub extra_resources: Vec<ExtraResource>,
    /// Advanced features that are used.
    pub features: Vec<Feature>,
    /// What was seen on the way.
    pub findings: Vec<Finding>,
}
