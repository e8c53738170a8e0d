use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    /// What a stack outside the backend exports under this name (`Fn::ImportValue`).
    Import(Box<Expression>),
    /// Several parts, joined without separator. Never nested, never with two literals side by side, never of fewer than two parts.
    Concat(Vec<Expression>),
}

/// Key of the object that stands for a symbolic text among evaluated properties.
const PROPERTY_KEY: &str = "Amplify::Expression";

impl Expression {
    /// Joins parts without separator and keeps the rules of [`Expression::Concat`].
    pub fn concat(parts: impl IntoIterator<Item = Expression>) -> Self {
        let mut joined: Vec<Expression> = Vec::new();
        for part in parts {
            let pieces = match part {
                Self::Concat(inner) => inner,
                other => vec![other],
            };
            for piece in pieces {
                match (joined.last_mut(), piece) {
                    (_, Self::Literal(text)) if text.is_empty() => {}
                    (Some(Self::Literal(last)), Self::Literal(text)) => last.push_str(&text),
                    (_, piece) => joined.push(piece),
                }
            }
        }
        match joined.len() {
            0 => Self::Literal(String::new()),
            1 => joined.remove(0),
            _ => Self::Concat(joined),
        }
    }

    /// Reads a value of evaluated properties: a symbolic text, or a plain text, number or boolean (then a literal).
    /// `None` for lists, objects and null.
    pub fn from_property(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Literal(text.clone())),
            Value::Number(number) => Some(Self::Literal(number.to_string())),
            Value::Bool(truth) => Some(Self::Literal(truth.to_string())),
            Value::Object(entries) if entries.len() == 1 => {
                serde_json::from_value(entries.get(PROPERTY_KEY)?.clone()).ok()
            }
            _ => None,
        }
    }

    /// The form that [`Expression::from_property`] reads: plain text where nothing is symbolic.
    pub fn to_property(&self) -> Value {
        match self {
            Self::Literal(text) => Value::String(text.clone()),
            symbolic => match serde_json::to_value(symbolic) {
                Ok(value) => Value::Object(Map::from_iter([(PROPERTY_KEY.to_owned(), value)])),
                // Plain enums of texts always have a JSON form.
                Err(_) => Value::Null,
            },
        }
    }

    /// Whether this is a symbolic text among evaluated properties.
    pub fn is_symbolic_property(value: &Value) -> bool {
        value
            .as_object()
            .is_some_and(|entries| entries.len() == 1 && entries.contains_key(PROPERTY_KEY))
    }

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

/// As in `Fn::Sub`, with references in words.
impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => formatter.write_str(text),
            Self::Reference(reference) => write!(formatter, "${{{reference}}}"),
            Self::EnvironmentName => formatter.write_str("${env}"),
            Self::Region => formatter.write_str("${AWS::Region}"),
            Self::AccountId => formatter.write_str("${AWS::AccountId}"),
            Self::Partition => formatter.write_str("${AWS::Partition}"),
            Self::UrlSuffix => formatter.write_str("${AWS::URLSuffix}"),
            Self::Import(name) => write!(formatter, "${{the export {name}}}"),
            Self::Concat(parts) => parts.iter().try_for_each(|part| write!(formatter, "{part}")),
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

/// In words, for example `ARN of storage/photos`.
impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {}", self.attribute, self.target)
    }
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

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UserPool => formatter.write_str("the user pool"),
            Self::WebClient => formatter.write_str("the web client"),
            Self::NativeClient => formatter.write_str("the native client"),
            Self::IdentityPool => formatter.write_str("the identity pool"),
            Self::AuthenticatedRole => formatter.write_str("the role of signed-in users"),
            Self::UnauthenticatedRole => formatter.write_str("the role of guests"),
            Self::GroupRole(group) => write!(formatter, "the role of group {group}"),
            Self::GraphqlApi => formatter.write_str("the GraphQL API"),
            Self::ModelTable(model) => write!(formatter, "the table of model {model}"),
            Self::Bucket(name) | Self::Table(name) => write!(formatter, "storage/{name}"),
            Self::Function(name) => write!(formatter, "function/{name}"),
            Self::RestApi(name) => write!(formatter, "api/{name}"),
            Self::KinesisStream(name) => write!(formatter, "analytics/{name}"),
            Self::DeploymentBucket => formatter.write_str("the deployment bucket"),
            Self::Other(resource) => resource.fmt(formatter),
        }
    }
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

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Name => "name",
            Self::Arn => "ARN",
            Self::Id => "id",
            Self::StreamArn => "ARN of the stream",
            Self::Url => "URL",
            Self::ApiKey => "API key",
            Self::Secret => "secret",
            Self::Output(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expression() -> impl Strategy<Value = Expression> {
        let leaf = prop_oneof![
            "\\PC{0,4}".prop_map(Expression::Literal),
            Just(Expression::Region),
            Just(Expression::EnvironmentName),
            "[a-z]{1,3}".prop_map(|name| Expression::Reference(Reference {
                target: Target::Function(name),
                attribute: Attribute::Arn,
            })),
        ];
        prop::collection::vec(leaf, 0..6).prop_map(Expression::concat)
    }

    proptest! {
        #[test]
        fn concatenation_is_associative_and_normal(a in expression(), b in expression(), c in expression()) {
            let left = Expression::concat([Expression::concat([a.clone(), b.clone()]), c.clone()]);
            let right = Expression::concat([a.clone(), Expression::concat([b, c])]);
            prop_assert_eq!(&left, &right);
            prop_assert_eq!(Expression::concat([left.clone()]), left.clone());
            if let Expression::Concat(parts) = &left {
                prop_assert!(parts.len() > 1);
                prop_assert!(!parts.iter().any(|part| matches!(part, Expression::Concat(_))));
                prop_assert!(!parts.windows(2).any(|pair| matches!(pair, [Expression::Literal(_), Expression::Literal(_)])));
            }
        }

        #[test]
        fn properties_lead_back(a in expression()) {
            prop_assert_eq!(Expression::from_property(&a.to_property()), Some(a.clone()));
            prop_assert_eq!(Expression::is_symbolic_property(&a.to_property()), a.as_literal().is_none());
        }
    }
}
