use serde::{Deserialize, Serialize};

use super::resource::ResourceId;

/// A string of a Gen 1 template after evaluation with the environment's parameters. What refers to another resource
/// or to the place of deployment stays symbolic, so that Gen 2 code can refer to its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Expression {
    /// Plain text.
    Literal(String),
    /// An attribute of another resource of the backend.
    Reference(Reference),
    /// The name of the Gen 1 environment (parameter `env`); in Gen 2 the branch.
    EnvironmentName,
    /// `AWS::Region`
    Region,
    /// `AWS::AccountId`
    AccountId,
    /// `AWS::Partition`
    Partition,
    /// `AWS::URLSuffix`
    UrlSuffix,
    /// Several parts, joined without separator. Never nested, never with two literals side by side, never of fewer than two parts.
    Concat(Vec<Expression>),
}

impl Expression {
    /// The text, when there is nothing symbolic in it.
    pub fn as_literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// Every reference in it.
    pub fn references(&self) -> Vec<&Reference> {
        match self {
            Self::Reference(reference) => vec![reference],
            Self::Concat(parts) => parts.iter().flat_map(Self::references).collect(),
            _ => Vec::new(),
        }
    }
}

/// An attribute of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// Whose attribute.
    pub target: Target,
    /// Which attribute.
    pub attribute: Attribute,
}

/// What a reference, a grant or a trigger points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// The user pool.
    UserPool,
    /// The app client `UserPoolClientWeb`.
    WebClient,
    /// The app client `UserPoolClient`.
    NativeClient,
    /// The identity pool.
    IdentityPool,
    /// Role of signed-in users.
    AuthenticatedRole,
    /// Role of guests.
    UnauthenticatedRole,
    /// Role of a user-pool group, by group name.
    GroupRole(String),
    /// The AppSync API.
    GraphqlApi,
    /// DynamoDB table of a GraphQL model, by the model's name in the schema.
    ModelTable(String),
    /// S3 bucket of the storage category, by resource name.
    Bucket(String),
    /// DynamoDB table of the storage category, by resource name.
    Table(String),
    /// Lambda function, by resource name.
    Function(String),
    /// REST API, by resource name.
    RestApi(String),
    /// Kinesis stream, by resource name.
    KinesisStream(String),
    /// The deployment bucket of the environment.
    DeploymentBucket,
    /// A resource of a category that the model does not know in detail.
    Other(ResourceId),
}

/// Attribute of a [`Target`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Attribute {
    /// Name: of a function, table, bucket, stream, role, REST API.
    Name,
    /// ARN.
    Arn,
    /// Id: of a user pool, client, identity pool, GraphQL API, REST API.
    Id,
    /// ARN of a table's stream.
    StreamArn,
    /// URL of a GraphQL API, root URL of a REST API.
    Url,
    /// API key of the GraphQL API.
    ApiKey,
    /// Client secret.
    Secret,
    /// Any other output of the resource's stack, by its Gen 1 name.
    Output(String),
}
