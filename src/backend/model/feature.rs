use serde::{Deserialize, Serialize};

use super::resource::{ResourceId, SourceLocation};

/// An advanced feature of Gen 1 that the backend uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Which one.
    pub kind: FeatureKind,
    /// The resource that uses it, unless it is one of the project as a whole.
    pub resource: Option<ResourceId>,
    /// What exactly was seen, in a few words.
    pub detail: String,
    /// Where.
    pub location: SourceLocation,
}

macro_rules! feature_kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// The advanced features that are looked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FeatureKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl FeatureKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Stable name, as in the assessment's table.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it is, in a sentence.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

feature_kinds! {
    /// `override.ts` of a resource that does something.
    Overrides => "overrides",
    /// `awscloudformation/override.ts` that does something.
    ProjectOverride => "project-override",
    /// `custom-policies.json` with statements.
    CustomPolicies => "custom-policies",
    /// Policies of groups in `user-pool-group-precedence.json`.
    CustomGroupPolicies => "custom-group-policies",
    /// `custom-roles.json`.
    CustomRoles => "custom-roles",
    /// Secrets that the CLI keeps for a function.
    FunctionSecrets => "function-secrets",
    /// A function with layers.
    LambdaLayers => "lambda-layers",
    /// A runtime that Gen 2 functions do not have.
    FunctionRuntime => "function-runtime",
    /// A function that may act on another function.
    FunctionAccessFunction => "function-access-function",
    /// A function that may act on geo resources.
    FunctionAccessGeo => "function-access-geo",
    /// A function that may act on a REST API.
    FunctionAccessRest => "function-access-rest",
    /// A function that may act on predictions.
    FunctionAccessPredictions => "function-access-predictions",
    /// A function that may act on interactions.
    FunctionAccessInteractions => "function-access-interactions",
    /// A function that may act on Pinpoint.
    FunctionAccessPinpoint => "function-access-pinpoint",
    /// CommonJS sources, which an ES module backend cannot load as they are.
    FunctionCommonJs => "function-commonjs",
    /// `require` of a name that is computed.
    DynamicRequire => "dynamic-require",
    /// VPC, dead letter queue, file systems and other settings beyond the CLI's.
    FunctionSettings => "function-settings",
    /// Other resources in the function's template.
    FunctionExtraResources => "function-extra-resources",
    /// Started by the stream of a DynamoDB table of the storage category.
    FunctionTriggerStorageTable => "function-trigger-storage-table",
    /// Started by the stream of a model's table.
    FunctionTriggerModel => "function-trigger-model",
    /// Started by a Kinesis stream.
    FunctionTriggerKinesis => "function-trigger-kinesis",
    /// Started by a stream outside of the backend.
    FunctionTriggerRawArn => "function-trigger-raw-arn",
    /// A schedule that Gen 2 functions cannot express themselves.
    FunctionScheduleUnsupported => "function-schedule-unsupported",
    /// A build script of the root package.json.
    FunctionBuildScript => "function-build-script",
    /// Sign-in with Amazon.
    AuthSocialAmazon => "auth-social-amazon",
    /// Sign in with Apple.
    AuthSocialApple => "auth-social-apple",
    /// Sign-in with Google.
    AuthSocialGoogle => "auth-social-google",
    /// Sign-in with Facebook.
    AuthSocialFacebook => "auth-social-facebook",
    /// Hosted UI: flows, scopes, redirect URIs, domain.
    AuthOauth => "auth-oauth",
    /// OpenID Connect provider of the user pool.
    AuthOidc => "auth-oidc",
    /// SAML provider of the user pool.
    AuthSaml => "auth-saml",
    /// Identity pool with providers of its own.
    AuthThirdPartyIdentityPool => "auth-3rd-party-identity-pool",
    /// The admin queries API.
    AuthAdminQueries => "auth-admin-queries",
    /// Attributes that a client may read or write.
    AuthAttributesReadWrite => "auth-attributes-read-write",
    /// A trigger made from a template of the CLI.
    AuthTriggerTemplate => "auth-trigger-template",
    /// The trigger template that sends a link to a page of its own.
    AuthVerificationLink => "auth-verification-link",
    /// A user pool without identity pool.
    AuthUserPoolOnly => "auth-user-pool-only",
    /// An identity pool without user pool.
    AuthIdentityPoolOnly => "auth-identity-pool-only",
    /// Imported auth.
    AuthImported => "auth-imported",
    /// Imported bucket or table.
    StorageImported => "storage-imported",
    /// Conflict resolution (DataStore).
    DataStore => "datastore",
    /// `@searchable`
    Searchable => "searchable",
    /// `@predictions`
    Predictions => "predictions",
    /// `@manyToMany`
    ManyToMany => "manyToMany",
    /// `@key`, `@connection`, `@versioned`, or transformer version 1.
    TransformerV1 => "transformer-v1",
    /// Models without `@auth`.
    NoAuthModels => "no-auth-models",
    /// Access with IAM, which Gen 1 frontends lose after the refactor.
    AuthProviderIam => "auth-provider-iam",
    /// Authorization by OpenID Connect.
    AuthModeOidc => "auth-mode-oidc",
    /// Authorization by a function.
    AuthModeLambda => "auth-mode-lambda",
    /// Resolvers of the user's own fields.
    CustomResolvers => "custom-resolvers",
    /// Resolvers that replace or extend generated ones.
    ResolverOverrides => "resolver-overrides",
    /// Stacks that the user added to the API.
    CustomStacks => "custom-stacks",
    /// A schema in several files.
    SchemaDirectory => "schema-directory",
    /// Characters that are special in TypeScript template literals.
    SchemaEscapes => "schema-escapes",
    /// Variables of the CLI other than `${env}`.
    SchemaVariables => "schema-variables",
    /// A SQL data source.
    SqlDataSource => "sql-data-source",
    /// REST paths for guests.
    RestGuest => "rest-guest",
    /// REST paths for signed-in users and guests.
    RestProtected => "rest-protected",
    /// A REST authorizer other than IAM.
    RestAuthorizer => "rest-authorizer",
    /// Group access to a bucket.
    StorageGroups => "storage-groups",
    /// The prefix `uploads/`.
    StorageUploadsPrefix => "storage-uploads-prefix",
    /// Several triggers of one bucket.
    StorageMultiTrigger => "storage-multi-trigger",
    /// The trigger that predictions add to a bucket.
    StorageAdminTrigger => "storage-admin-trigger",
    /// Local secondary indexes.
    TableLocalIndexes => "ddb-lsi",
    /// Time to live.
    TableTimeToLive => "ddb-ttl",
    /// Point-in-time recovery.
    TablePointInTimeRecovery => "ddb-pitr",
    /// Encryption with a key of KMS.
    TableEncryption => "ddb-sse",
    /// Auto scaling of capacity.
    TableAutoscaling => "ddb-autoscaling",
    /// Indexes that do not hold all attributes.
    TableProjection => "ddb-projection",
    /// On-demand capacity.
    TableOnDemand => "ddb-on-demand",
    /// Values that differ between environments.
    EnvironmentParameters => "env-specific-params",
    /// Scripts around CLI commands.
    Hooks => "hooks",
    /// Resources that hold data, beside those that are moved.
    StatefulExtras => "stateful-extras",
    /// Functions that want different versions of a package.
    DependencyConflicts => "dependency-conflicts",
    /// Versions of frontend libraries and tools that are too old for Gen 2.
    ToolVersions => "tool-versions",
}
