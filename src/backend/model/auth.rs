use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::resource::SourceLocation;

/// Authentication of the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Auth {
    /// Resource name.
    pub name: String,
    /// Ids of the resources, when auth is imported: nothing is generated or moved then, only referred to.
    pub imported: Option<ImportedAuth>,
    /// The user pool; absent for an identity pool only.
    pub user_pool: Option<UserPool>,
    /// `UserPoolClientWeb`, the client of web apps.
    pub web_client: Option<UserPoolClient>,
    /// `UserPoolClient`, the client of native apps.
    pub native_client: Option<UserPoolClient>,
    /// The identity pool; absent when the app has a user pool only.
    pub identity_pool: Option<IdentityPool>,
    /// Groups in order of precedence, those without precedence last, then by their order in the file.
    pub groups: Vec<Group>,
    /// Functions that the user pool calls.
    pub triggers: Vec<AuthTrigger>,
    /// The key with which codes for custom senders are encrypted, evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_key: Option<Value>,
    /// Providers that users of the pool sign in with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_providers: Vec<IdentityProvider>,
    /// Servers whose scopes the pool's tokens can have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_servers: Vec<ResourceServer>,
    /// Prefix of the deployed domain of the hosted UI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_prefix: Option<String>,
    /// The page that the link in verification e-mails opens, when the CLI's trigger template sends links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_page: Option<VerificationPage>,
    /// `cognitoConfig` of cli-inputs.json, for what no template tells; empty when the file is missing.
    pub cognito_config: Map<String, Value>,
    /// The template of the user pool.
    pub location: SourceLocation,
}

/// Physical ids of imported auth resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedAuth {
    /// User pool id.
    pub user_pool_id: Option<String>,
    /// Web client id.
    pub web_client_id: Option<String>,
    /// Native client id.
    pub native_client_id: Option<String>,
    /// Identity pool id.
    pub identity_pool_id: Option<String>,
    /// ARN of the role of signed-in users.
    pub authenticated_role_arn: Option<String>,
    /// ARN of the role of guests.
    pub unauthenticated_role_arn: Option<String>,
}

/// A user pool. `properties` are those of `AWS::Cognito::UserPool`, evaluated with the environment's parameters, lists
/// where CloudFormation wants lists, numbers and booleans typed; anything that refers elsewhere keeps its intrinsic form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserPool {
    /// Evaluated properties.
    pub properties: Map<String, Value>,
    /// Physical id, when known.
    pub physical_id: Option<String>,
    /// `DeletionPolicy` of the resource.
    pub deletion_policy: Option<String>,
}

/// An app client; `properties` are those of `AWS::Cognito::UserPoolClient`, evaluated likewise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserPoolClient {
    /// Logical id, `UserPoolClientWeb` or `UserPoolClient`.
    pub logical_id: String,
    /// Evaluated properties.
    pub properties: Map<String, Value>,
    /// Client id, when known.
    pub physical_id: Option<String>,
    /// All identity providers that the deployed client offers, where one of them is in no stack; empty otherwise.
    pub live_identity_providers: Vec<String>,
}

/// The identity pool; `properties` are those of `AWS::Cognito::IdentityPool`, evaluated likewise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityPool {
    /// Evaluated properties.
    pub properties: Map<String, Value>,
    /// `RoleMappings` of the role attachment, evaluated.
    pub role_mappings: Option<Value>,
    /// Physical id, when known.
    pub physical_id: Option<String>,
}

/// A group of the user pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Precedence, lower is stronger.
    pub precedence: Option<i64>,
    /// Description.
    pub description: Option<String>,
    /// Evaluated properties of the group's role (`AWS::IAM::Role`).
    pub role_properties: Map<String, Value>,
}

/// A user-pool trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTrigger {
    /// Key of `LambdaConfig`, for example `PreSignUp`.
    pub event: String,
    /// Resource name of the function.
    pub function: String,
    /// Version of the event, for example `V2_0`, where the configuration names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// An identity provider of the user pool, in the words of `AWS::Cognito::UserPoolIdentityProvider`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// `ProviderName`.
    pub name: String,
    /// `ProviderType`: `Google`, `Facebook`, `LoginWithAmazon`, `SignInWithApple`, `OIDC` or `SAML`.
    pub kind: String,
    /// `ProviderDetails` without ids, keys and secrets, which Gen 2 takes from its secrets.
    pub details: Map<String, Value>,
    /// `AttributeMapping`: attributes of users by those of the provider.
    pub attribute_mapping: Map<String, Value>,
    /// `IdpIdentifiers`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<String>,
    /// Where it is defined.
    pub location: SourceLocation,
}

/// A resource server; `properties` are those of `AWS::Cognito::UserPoolResourceServer`, evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceServer {
    /// Logical id in Gen 1.
    pub logical_id: String,
    /// Evaluated properties.
    pub properties: Map<String, Value>,
}

/// The page of the CLI's `verification-link` template, in the bucket that its trigger names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationPage {
    /// Name of the bucket without the environment, for example `usersverificationbucket`.
    pub bucket_prefix: String,
    /// Deployed name of the bucket.
    pub bucket_name: String,
    /// Folder of the page, relative to the project; absent when it is not among the files.
    pub directory: Option<String>,
    /// Files in that folder.
    pub files: Vec<String>,
}

impl VerificationPage {
    /// Logical id of the bucket in the CLI's template.
    pub const BUCKET: &str = "CustomMessageConfirmationBucket";
}
