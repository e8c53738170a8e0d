use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    custom::CustomStack,
    resolver::{GeneratedSettings, PipelineFunction, ResolverTemplates},
    resource::SourceLocation,
    search::Search,
};

/// The AppSync API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GraphqlApi {
    /// Resource name.
    pub name: String,
    /// API id, when deployed and known.
    pub api_id: Option<String>,
    /// The schema's files in the order in which they are concatenated.
    pub schema: Vec<SchemaFile>,
    /// Default authorization mode.
    pub default_mode: AuthorizationMode,
    /// Additional authorization modes, in order.
    pub additional_modes: Vec<AuthorizationMode>,
    /// Types with `@model`, in schema order.
    pub models: Vec<Model>,
    /// Operations that a `@model` does not name beside others exist, too (`shoulddeepmergedirectiveconfigdefaults`).
    #[serde(default)]
    pub operations_are_merged: bool,
    /// `LogConfig` of the API, evaluated.
    pub log_config: Option<Value>,
    /// `XrayEnabled`
    pub xray_enabled: bool,
    /// Properties of the API that the CLI does not set, evaluated, for example `IntrospectionConfig`.
    #[serde(default)]
    pub other_properties: Map<String, Value>,
    /// What is the user's own in the pipelines of generated resolvers.
    #[serde(default)]
    pub pipeline_functions: Vec<PipelineFunction>,
    /// What is the user's own around the functions of generated resolvers.
    #[serde(default)]
    pub resolver_templates: Vec<ResolverTemplates>,
    /// What override.ts sets on generated resolvers and data sources.
    #[serde(default)]
    pub generated_settings: Vec<GeneratedSettings>,
    /// Templates of the folder `stacks/`.
    #[serde(default)]
    pub stacks: Vec<CustomStack>,
    /// The domain behind models with `@searchable`.
    #[serde(default)]
    pub search: Option<Search>,
    /// `adminRoleNames` of custom-roles.json.
    pub admin_role_names: Vec<String>,
    /// `transform.conf.json`
    pub transform_configuration: Map<String, Value>,
    /// Conflict resolution (DataStore) is on.
    pub conflict_resolution: bool,
    /// Providers of the deployed API that Gen 2 has no word for, as CloudFormation has them: a second OIDC provider, for example.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_providers: Vec<Value>,
    /// Models without `@auth` whose deployed resolvers let in nobody.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub denied_models: BTreeSet<String>,
    /// Fields with `@predictions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictions: Option<Predictions>,
    /// The API's folder.
    pub location: SourceLocation,
}

/// A file of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaFile {
    /// Path relative to the project, with forward slashes.
    pub path: String,
    /// Text.
    pub text: String,
}

/// A model and its real table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Name in the schema.
    pub name: String,
    /// Name of the deployed table; absent when neither the build nor the cloud tells it.
    pub table_name: Option<String>,
    /// Key of the deployed table, where it is another than the field `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ModelKey>,
    /// It has an `@auth` directive on the type.
    pub has_auth: bool,
    /// It is the join model of a `@manyToMany`, which the schema does not spell out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
}

/// What a join model joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The two sides, in the order of the schema.
    pub sides: Vec<JoinSide>,
}

/// A side of a join: a field with `@manyToMany`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinSide {
    /// Model of the field.
    pub model: String,
    /// Name of the field.
    pub field: String,
    /// `limit` of the directive.
    pub limit: Option<u32>,
    /// Field of the join model that leads to this model.
    pub reference: String,
    /// Index of the join model's table by this model.
    pub index: String,
    /// Fields of the join model that hold the model's key, in order.
    pub keys: Vec<JoinKey>,
}

/// A field of a join model that holds part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinKey {
    /// Name of the field.
    pub name: String,
    /// Its GraphQL type.
    pub type_name: String,
    /// The field of the model whose value it holds.
    pub field: String,
}

/// Key of a model's table, as its template has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelKey {
    /// `KeySchema`
    pub key_schema: Value,
    /// `AttributeDefinitions`: the attributes of the key and of all indexes.
    pub attribute_definitions: Value,
}

/// An authorization mode of the API with its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthorizationMode {
    /// `API_KEY`
    ApiKey {
        /// Days until a new key expires.
        expires_in_days: Option<u32>,
        /// Description of the key.
        description: Option<String>,
    },
    /// `AMAZON_COGNITO_USER_POOLS`
    UserPool,
    /// `AWS_IAM`
    Iam,
    /// `OPENID_CONNECT`
    OpenIdConnect {
        /// Name of the provider in Amplify.
        name: String,
        /// Issuer.
        issuer_url: String,
        /// Client id.
        client_id: Option<String>,
        /// Milliseconds, as Gen 1 keeps it.
        auth_ttl_ms: Option<u64>,
        /// Milliseconds, as Gen 1 keeps it.
        issued_at_ttl_ms: Option<u64>,
    },
    /// `AWS_LAMBDA`
    Lambda {
        /// Resource name of the function.
        function: String,
        /// Seconds.
        ttl_seconds: Option<u32>,
    },
}

/// Fields that ask the AI services.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predictions {
    /// Resource name of the bucket with the pictures.
    pub bucket: Option<String>,
    /// The fields in the order of the schema.
    pub fields: Vec<PredictionField>,
    /// Deployed mapping templates by action.
    pub templates: IndexMap<String, PredictionTemplates>,
    /// Deployed response template of the fields' resolvers.
    pub response: Option<String>,
}

/// A field with `@predictions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredictionField {
    /// Type of the field.
    pub type_name: String,
    /// Name of the field.
    pub field: String,
    /// Actions in order, each on the result of the one before.
    pub actions: Vec<String>,
    /// Where.
    pub location: SourceLocation,
}

/// Mapping templates of an action's function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredictionTemplates {
    /// Request.
    pub request: String,
    /// Response.
    pub response: String,
}
