//! Evaluated template values as expressions of the model.

use std::cell::RefCell;

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::{index::Index, stacks::ENVIRONMENT_PARAMETER};
use crate::backend::model::{Attribute, Expression, Principal, Reference, ResourceId, Target};

/// Turns evaluated values into the model's, and remembers what nobody could resolve.
pub(super) struct Decoder<'i> {
    pub(super) index: &'i Index,
    /// The name of the Gen 1 environment.
    environment: &'i str,
    unresolved: RefCell<Vec<UnresolvedValue>>,
    imports: RefCell<IndexSet<ImportedValue>>,
}

/// A value that a stack outside the backend exports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ImportedValue {
    /// Resource in whose stack it is imported.
    pub(super) owner: ResourceId,
    /// Name of the export.
    pub(super) name: Expression,
}

/// A value that nobody could resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnresolvedValue {
    /// Resource in whose stack it stands.
    pub(super) owner: ResourceId,
    /// What it says.
    pub(super) text: String,
}

impl<'i> Decoder<'i> {
    pub(super) fn new(index: &'i Index, environment: &'i str) -> Self {
        Self {
            index,
            environment,
            unresolved: RefCell::default(),
            imports: RefCell::default(),
        }
    }

    /// What could not be resolved so far, each once.
    pub(super) fn take_unresolved(&self) -> Vec<UnresolvedValue> {
        let mut all = self.unresolved.take();
        let mut seen = Vec::new();
        all.retain(|value| {
            let new = !seen.contains(value);
            if new {
                seen.push(value.clone());
            }
            new
        });
        all
    }

    /// What is imported from outside so far.
    pub(super) fn take_imports(&self) -> IndexSet<ImportedValue> {
        self.imports.take()
    }

    /// A text. `owner` is the resource in whose stack the value stands.
    pub(super) fn expression(&self, value: &Value, owner: &ResourceId) -> Expression {
        match value {
            Value::String(text) => self.text(text),
            Value::Number(number) => Expression::Literal(number.to_string()),
            Value::Bool(truth) => Expression::Literal(truth.to_string()),
            Value::Object(entries) => match call(entries) {
                Some(("Fn::Join", Value::Array(arguments))) => match arguments.as_slice() {
                    [Value::String(delimiter), Value::Array(parts)] if delimiter.is_empty() => {
                        Expression::concat(parts.iter().map(|part| self.expression(part, owner)))
                    }
                    _ => self.unresolved(value, owner),
                },
                Some(("Ref", Value::String(path))) => self
                    .pseudo(path)
                    .or_else(|| self.reference(path, None))
                    .unwrap_or_else(|| self.unresolved(value, owner)),
                Some(("Fn::GetAtt", Value::Array(arguments))) => match arguments.as_slice() {
                    [Value::String(path), Value::String(attribute)] => self
                        .reference(path, Some(attribute))
                        .unwrap_or_else(|| self.unresolved(value, owner)),
                    _ => self.unresolved(value, owner),
                },
                Some(("Fn::ImportValue", name)) => match self.index.export(name) {
                    Some(exported) => self.expression(exported, owner),
                    None => self
                        .model_table(name)
                        .or_else(|| self.import(name, owner))
                        .unwrap_or_else(|| self.unresolved(value, owner)),
                },
                _ => self.unresolved(value, owner),
            },
            _ => self.unresolved(value, owner),
        }
    }

    /// Texts of a list; a single text is a list of one; lists in lists are flattened.
    pub(super) fn expressions(&self, value: &Value, owner: &ResourceId) -> Vec<Expression> {
        match value {
            Value::Array(items) => items.iter().flat_map(|item| self.expressions(item, owner)).collect(),
            Value::Null => Vec::new(),
            single => vec![self.expression(single, owner)],
        }
    }

    /// Properties, with symbolic texts in the form that [`Expression::from_property`] reads.
    pub(super) fn property(&self, value: &Value, owner: &ResourceId) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.property(item, owner)).collect(),
            Value::Object(entries) if call(entries).is_some() => self.expression(value, owner).to_property(),
            Value::Object(entries) => Value::Object(self.properties(entries, owner)),
            Value::String(text) => self.text(text).to_property(),
            scalar => scalar.clone(),
        }
    }

    /// See [`Decoder::property`].
    pub(super) fn properties(&self, entries: &Map<String, Value>, owner: &ResourceId) -> Map<String, Value> {
        entries
            .iter()
            .map(|(key, value)| (key.clone(), self.property(value, owner)))
            .collect()
    }

    /// A plain text, in which ids of imported resources become references.
    fn text(&self, text: &str) -> Expression {
        for (physical_id, reference) in self.index.imported() {
            if let Some(at) = position_of_id(text, physical_id) {
                return Expression::concat([
                    self.text(&text[..at]),
                    Expression::Reference(reference.clone()),
                    self.text(&text[at + physical_id.len()..]),
                ]);
            }
        }
        Expression::Literal(text.to_owned())
    }

    fn pseudo(&self, name: &str) -> Option<Expression> {
        Some(match name {
            "AWS::Region" => Expression::Region,
            "AWS::AccountId" => Expression::AccountId,
            "AWS::Partition" => Expression::Partition,
            "AWS::URLSuffix" => Expression::UrlSuffix,
            ENVIRONMENT_PARAMETER => Expression::EnvironmentName,
            _ => return None,
        })
    }

    /// `Ref` (no attribute) or `Fn::GetAtt` of a logical path.
    fn reference(&self, path: &str, attribute: Option<&str>) -> Option<Expression> {
        let reference = match self.index.target(path) {
            Some(target) => Reference {
                attribute: attribute_of(target, attribute),
                target: target.clone(),
            },
            None => self.foreign(path, attribute)?,
        };
        Some(Expression::Reference(reference))
    }

    /// Something in the stack of a resource that the model has no target for: what its outputs are called tells it.
    fn foreign(&self, path: &str, attribute: Option<&str>) -> Option<Reference> {
        let owner = self.index.owner(path)?;
        let (target, attribute) = match (path.split_once('/'), attribute) {
            // The output of a stack whose template is missing.
            (None, Some(attribute)) => target_of_output(owner, attribute.strip_prefix("Outputs.")?),
            (Some((_, logical_id)), attribute) => {
                if !self.index.is_resource(path) {
                    return None;
                }
                if let Some(reference) = self.execution_role(path, attribute) {
                    return Some(reference);
                }
                let name = attribute.map_or_else(
                    || logical_id.to_owned(),
                    |attribute| format!("{logical_id}.{attribute}"),
                );
                (Target::Other(owner.clone()), Attribute::Output(name))
            }
            (None, None) => return None,
        };
        Some(Reference { target, attribute })
    }

    /// The role of a function, which Gen 2 makes with the function.
    fn execution_role(&self, path: &str, attribute: Option<&str>) -> Option<Reference> {
        let Some(Principal::Function(function)) = self.index.principal(&serde_json::json!({ "Ref": path })) else {
            return None;
        };
        let output = match attribute {
            None => "LambdaExecutionRole",
            Some("Arn") => "LambdaExecutionRoleArn",
            Some(_) => return None,
        };
        Some(Reference {
            target: Target::Function(function.clone()),
            attribute: Attribute::Output(output.to_owned()),
        })
    }

    /// The export of a stack that is no part of the backend: Gen 2 imports the same one. What was deployed under the name of
    /// the Gen 1 environment goes on having that name.
    fn import(&self, name: &Value, owner: &ResourceId) -> Option<Expression> {
        let text = |part: &Value| match part {
            Value::String(text) => Some(Expression::Literal(text.clone())),
            Value::Object(entries) => match call(entries)? {
                ("Ref", Value::String(path)) if path == ENVIRONMENT_PARAMETER => {
                    Some(Expression::Literal(self.environment.to_owned()))
                }
                ("Ref", Value::String(path)) => self.pseudo(path),
                _ => None,
            },
            _ => None,
        };
        let name = match name.as_object().and_then(call) {
            Some(("Fn::Join", Value::Array(arguments))) => match arguments.as_slice() {
                [Value::String(delimiter), Value::Array(parts)] if delimiter.is_empty() => {
                    Expression::concat(parts.iter().map(text).collect::<Option<Vec<_>>>()?)
                }
                _ => return None,
            },
            _ => text(name)?,
        };
        self.imports.borrow_mut().insert(ImportedValue {
            owner: owner.clone(),
            name: name.clone(),
        });
        Some(Expression::Import(Box::new(name)))
    }

    /// Model tables export name and stream under names that begin with the API's id.
    fn model_table(&self, name: &Value) -> Option<Expression> {
        let text = match name {
            Value::String(text) => text.as_str(),
            Value::Object(_) => name.get("Fn::Join")?.get(1)?.as_array()?.last()?.as_str()?,
            _ => return None,
        };
        let mut parts = text.rsplit(':');
        let attribute = match parts.next()? {
            "Name" => Attribute::Name,
            "StreamArn" => Attribute::StreamArn,
            _ => return None,
        };
        let model = parts.next()?.strip_suffix("Table")?;
        (parts.next()? == "GetAtt").then(|| {
            Expression::Reference(Reference {
                target: Target::ModelTable(self.index.model(model)),
                attribute,
            })
        })
    }

    fn unresolved(&self, value: &Value, owner: &ResourceId) -> Expression {
        let text = value.to_string();
        self.unresolved.borrow_mut().push(UnresolvedValue {
            owner: owner.clone(),
            text: text.clone(),
        });
        Expression::Reference(Reference {
            target: Target::Other(owner.clone()),
            attribute: Attribute::Output(text),
        })
    }
}

/// Name and argument of an intrinsic function.
fn call(entries: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = entries.iter().next()?;
    (entries.len() == 1 && (name == "Ref" || name.starts_with("Fn::"))).then_some((name.as_str(), argument))
}

/// Position of an id in a text, where it is not a part of a longer word.
fn position_of_id(text: &str, id: &str) -> Option<usize> {
    if id.is_empty() {
        return None;
    }
    let word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    text.match_indices(id).map(|(at, _)| at).find(|at| {
        !text[..*at].chars().next_back().is_some_and(word) && !text[at + id.len()..].chars().next().is_some_and(word)
    })
}

/// What `Ref` or an attribute of CloudFormation is for a target of the model.
fn attribute_of(target: &Target, attribute: Option<&str>) -> Attribute {
    let Some(attribute) = attribute else {
        return match target {
            Target::UserPool | Target::WebClient | Target::NativeClient | Target::IdentityPool | Target::RestApi(_) => {
                Attribute::Id
            }
            // `Ref` of an API (and of its key) is an ARN.
            Target::GraphqlApi => Attribute::Arn,
            _ => Attribute::Name,
        };
    };
    match attribute {
        "Arn" => Attribute::Arn,
        "ApiId" => Attribute::Id,
        "StreamArn" => Attribute::StreamArn,
        "GraphQLUrl" | "RootUrl" => Attribute::Url,
        "ApiKey" => Attribute::ApiKey,
        "ApiName" | "Name" => Attribute::Name,
        "ClientSecret" => Attribute::Secret,
        "UserPoolId" | "ClientId" if matches!(target, Target::UserPool | Target::WebClient | Target::NativeClient) => {
            Attribute::Id
        }
        other => Attribute::Output(other.to_owned()),
    }
}

/// What an output of the CLI's stacks is.
fn target_of_output(owner: &ResourceId, output: &str) -> (Target, Attribute) {
    let name = || owner.name.clone();
    match (owner.category.0.as_str(), output) {
        ("auth", "UserPoolId") => (Target::UserPool, Attribute::Id),
        ("auth", "UserPoolArn") => (Target::UserPool, Attribute::Arn),
        ("auth", "UserPoolName") => (Target::UserPool, Attribute::Name),
        ("auth", "AppClientIDWeb") => (Target::WebClient, Attribute::Id),
        ("auth", "AppClientID") => (Target::NativeClient, Attribute::Id),
        ("auth", "AppClientSecret") => (Target::NativeClient, Attribute::Secret),
        ("auth", "IdentityPoolId") => (Target::IdentityPool, Attribute::Id),
        ("auth", "IdentityPoolName") => (Target::IdentityPool, Attribute::Name),
        ("auth", role) if role.ends_with("GroupRole") => (
            Target::GroupRole(role.trim_end_matches("GroupRole").to_owned()),
            Attribute::Arn,
        ),
        ("api", "GraphQLAPIIdOutput") => (Target::GraphqlApi, Attribute::Id),
        ("api", "GraphQLAPIEndpointOutput") => (Target::GraphqlApi, Attribute::Url),
        ("api", "GraphQLAPIKeyOutput") => (Target::GraphqlApi, Attribute::ApiKey),
        ("api", "ApiId") => (Target::RestApi(name()), Attribute::Id),
        ("api", "ApiName") => (Target::RestApi(name()), Attribute::Name),
        ("api", "RootUrl") => (Target::RestApi(name()), Attribute::Url),
        ("storage", "BucketName") => (Target::Bucket(name()), Attribute::Name),
        ("storage", "Name") => (Target::Table(name()), Attribute::Name),
        ("storage", "Arn") => (Target::Table(name()), Attribute::Arn),
        ("storage", "StreamArn") => (Target::Table(name()), Attribute::StreamArn),
        ("function", "Name") => (Target::Function(name()), Attribute::Name),
        ("function", "Arn") => (Target::Function(name()), Attribute::Arn),
        ("analytics", "kinesisStreamArn") => (Target::KinesisStream(name()), Attribute::Arn),
        ("analytics", "kinesisStreamId") => (Target::KinesisStream(name()), Attribute::Name),
        _ => (Target::Other(owner.clone()), Attribute::Output(output.to_owned())),
    }
}
