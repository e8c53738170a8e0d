//! How generated code refers to a resource: the edges of the model as expressions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    context::Context,
    typescript::{Code, Part, is_object_member, properties_to_code},
};
use crate::backend::model::{
    Attribute, Category, CustomStack, Expression, GeoKind, Principal, Reference, ResourceId, Target,
};

/// Something that a setup function gets as a parameter besides the backend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Handle {
    /// The app client of native apps.
    NativeAppClient,
    /// The tables of the storage category.
    Tables,
    /// A Kinesis stream, by resource name.
    Stream(String),
    /// A REST API, by resource name.
    RestApi(String),
    /// The layers of the project.
    Layers,
    /// The geo resources.
    Geo,
    /// The template of a custom stack, by resource name.
    CustomStack(String),
}

/// Why an expression has no Gen 2 form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// What it refers to, for people.
    pub what: String,
}

/// Turns references into code for one file, and remembers what the file needs for them.
pub struct Referrer<'c> {
    context: &'c Context<'c>,
    /// From the file's folder to `amplify/`: `.`, `..` or `../..`.
    root: &'static str,
    handles: BTreeSet<Handle>,
}

impl<'c> Referrer<'c> {
    /// For a file in a folder that lies so far below `amplify/`.
    pub fn new(context: &'c Context<'c>, root: &'static str) -> Self {
        Self {
            context,
            root,
            handles: BTreeSet::new(),
        }
    }

    /// What the file needs besides the backend.
    pub fn into_handles(self) -> BTreeSet<Handle> {
        self.handles
    }

    /// A constant of `branch.ts`.
    pub fn branch_constant(&self, name: &str) -> Code {
        Code::import(format!("{}/branch", self.root), name)
    }

    /// An evaluated property of an L1 construct.
    pub fn property(&mut self, name: &str, value: &Value) -> Result<Code, Unresolved> {
        let mut unresolved = None;
        let code = properties_to_code(name, value, &mut |value| {
            if !Expression::is_symbolic_property(value) {
                return None;
            }
            let expression = Expression::from_property(value)?;
            Some(self.expression(&expression).unwrap_or_else(|error| {
                unresolved = Some(error);
                Code::Undefined
            }))
        });
        unresolved.map_or(Ok(code), Err)
    }

    /// An evaluated property whose keys stay as they are, for what goes into a template without a construct.
    pub fn free_property(&mut self, value: &Value) -> Result<Code, Unresolved> {
        // The keys of a function's variables are the user's own.
        self.property("Variables", value)
    }

    /// A text.
    pub fn expression(&mut self, expression: &Expression) -> Result<Code, Unresolved> {
        match expression {
            Expression::Literal(text) => Ok(Code::text(text)),
            Expression::Reference(reference) => self.reference(reference),
            Expression::EnvironmentName => Ok(self.branch_constant("environmentName")),
            Expression::Region => Ok(aws("REGION")),
            Expression::AccountId => Ok(aws("ACCOUNT_ID")),
            Expression::Partition => Ok(aws("PARTITION")),
            Expression::UrlSuffix => Ok(aws("URL_SUFFIX")),
            Expression::Import(name) => {
                let name = self.expression(name)?;
                Ok(Code::import("aws-cdk-lib", "Fn").method("importValue", vec![name]))
            }
            Expression::Concat(parts) => {
                let mut joined = Vec::new();
                let rest = match arn_of_resource(parts) {
                    Some((reference, rest)) => {
                        joined.push(Part::Code(self.reference(&reference)?));
                        rest
                    }
                    None => parts.as_slice(),
                };
                for part in rest {
                    joined.push(Part::Code(self.expression(part)?));
                }
                Ok(Code::joined(joined))
            }
        }
    }

    /// What a function's secret is called in Gen 2.
    pub fn secret_name(&self, function: &str, secret: &str) -> String {
        super::secrets::name_of(self.context.backend, function, secret)
    }

    /// A call of a function of `function/secret-path.ts`, for the folder of a function.
    pub fn secret(&self, function: &str, secret: &str) -> Code {
        Code::import("../secret-path", function).call(vec![Code::name("backend"), Code::text(secret)])
    }

    /// The role of a principal.
    pub fn role(&self, principal: &Principal) -> Code {
        let auth = || Code::name("backend").path(&["auth", "resources"]);
        match principal {
            Principal::Authenticated => auth().member("authenticatedUserIamRole"),
            Principal::Unauthenticated => auth().member("unauthenticatedUserIamRole"),
            Principal::Group(name) => group(name).member("role"),
            Principal::Function(name) => self.lambda(name).member("role").non_null(),
        }
    }

    /// The `IFunction` of a function.
    pub fn lambda(&self, function: &str) -> Code {
        let key = self
            .context
            .names
            .functions
            .get(function)
            .map_or(function, |name| name.identifier.as_str());
        Code::name("backend").member(key).path(&["resources", "lambda"])
    }

    /// The `IBucket` of a bucket.
    pub fn bucket(&self, bucket: &str) -> Option<Code> {
        let key = self.context.names.buckets.get(bucket)?;
        let imported = self
            .context
            .backend
            .buckets
            .iter()
            .any(|candidate| candidate.name == bucket && candidate.imported);
        (!imported).then(|| Code::name("backend").member(key).path(&["resources", "bucket"]))
    }

    /// A table of the storage category.
    pub fn table(&mut self, table: &str) -> Option<Code> {
        let property = self.context.names.tables.get(table)?;
        self.handles.insert(Handle::Tables);
        Some(Code::name("tables").member(property))
    }

    /// The table of a model.
    pub fn model_table(&self, model: &str) -> Code {
        Code::name("backend")
            .path(&["data", "resources", "tables"])
            .member(model)
    }

    fn reference(&mut self, reference: &Reference) -> Result<Code, Unresolved> {
        self.resolve(reference).ok_or_else(|| Unresolved {
            what: reference.to_string(),
        })
    }

    fn resolve(&mut self, reference: &Reference) -> Option<Code> {
        let context = self.context;
        let auth = || Code::name("backend").path(&["auth", "resources"]);
        let data = || Code::name("backend").member("data");
        let attribute = &reference.attribute;
        match &reference.target {
            Target::UserPool | Target::WebClient | Target::NativeClient | Target::IdentityPool
                if context.backend.auth.is_none() =>
            {
                None
            }
            Target::UserPool => match attribute {
                Attribute::Id => Some(auth().path(&["userPool", "userPoolId"])),
                Attribute::Arn => Some(auth().path(&["userPool", "userPoolArn"])),
                _ => None,
            },
            Target::WebClient => match attribute {
                Attribute::Id => Some(auth().path(&["userPoolClient", "userPoolClientId"])),
                _ => None,
            },
            Target::NativeClient => {
                let auth = context.backend.auth.as_ref()?;
                match (&auth.imported, attribute) {
                    (Some(imported), Attribute::Id) => imported.native_client_id.as_deref().map(Code::text),
                    (None, Attribute::Id) if auth.native_client.is_some() => {
                        self.handles.insert(Handle::NativeAppClient);
                        Some(Code::name("nativeAppClient").member("ref"))
                    }
                    _ => None,
                }
            }
            Target::IdentityPool => match attribute {
                Attribute::Id => Some(auth().member("identityPoolId")),
                Attribute::Name if context.owns_auth() => {
                    Some(auth().path(&["cfnResources", "cfnIdentityPool", "attrName"]))
                }
                _ => None,
            },
            Target::AuthenticatedRole => role_attribute(self.role(&Principal::Authenticated), attribute),
            Target::UnauthenticatedRole => role_attribute(self.role(&Principal::Unauthenticated), attribute),
            Target::GroupRole(name) => context
                .has_group(name)
                .then(|| self.role(&Principal::Group(name.clone())))
                .and_then(|role| role_attribute(role, attribute)),
            Target::GraphqlApi => {
                context.backend.data.as_ref()?;
                match attribute {
                    Attribute::Id => Some(data().member("apiId")),
                    Attribute::Url => Some(data().member("graphqlUrl")),
                    Attribute::ApiKey if context.has_api_key() => Some(data().member("apiKey").non_null()),
                    Attribute::Arn => Some(data().path(&["resources", "graphqlApi", "arn"])),
                    _ => None,
                }
            }
            Target::ModelTable(model) => context
                .has_model(model)
                .then(|| self.model_table(model))
                .and_then(|table| table_attribute(table, attribute)),
            Target::Table(name) => self.table(name).and_then(|table| table_attribute(table, attribute)),
            Target::Bucket(name) => match self.bucket(name) {
                Some(bucket) => match attribute {
                    Attribute::Name => Some(bucket.member("bucketName")),
                    Attribute::Arn => Some(bucket.member("bucketArn")),
                    _ => None,
                },
                // An imported bucket is known by name only.
                None => {
                    let bucket = context.backend.buckets.iter().find(|bucket| bucket.name == *name)?;
                    let name = bucket.bucket_name.as_deref()?;
                    match attribute {
                        Attribute::Name => Some(Code::text(name)),
                        Attribute::Arn => Some(Code::joined([
                            Part::Text("arn:".into()),
                            Part::Code(aws("PARTITION")),
                            Part::Text(format!(":s3:::{name}")),
                        ])),
                        _ => None,
                    }
                }
            },
            Target::Function(name) => {
                if !context.is_generated(name) {
                    return None;
                }
                match attribute {
                    Attribute::Name => Some(self.lambda(name).member("functionName")),
                    Attribute::Arn => Some(self.lambda(name).member("functionArn")),
                    Attribute::Output(output) if output == "LambdaExecutionRoleArn" => {
                        Some(self.lambda(name).member("role").non_null().member("roleArn"))
                    }
                    Attribute::Output(output) if output == "LambdaExecutionRole" => {
                        Some(self.lambda(name).member("role").non_null().member("roleName"))
                    }
                    _ => None,
                }
            }
            Target::RestApi(name) => {
                let api = Code::name(&context.names.rest_apis.get(name)?.identifier);
                self.handles.insert(Handle::RestApi(name.clone()));
                match attribute {
                    Attribute::Id => Some(api.member("restApiId")),
                    Attribute::Name => Some(api.member("restApiName")),
                    Attribute::Url => Some(api.member("url")),
                    _ => None,
                }
            }
            Target::KinesisStream(name) => {
                let stream = Code::name(&context.names.streams.get(name)?.identifier);
                self.handles.insert(Handle::Stream(name.clone()));
                match attribute {
                    Attribute::Name => Some(stream.member("ref")),
                    Attribute::Arn => Some(stream.member("attrArn")),
                    _ => None,
                }
            }
            Target::Other(resource) if resource.category == Category::geo() => {
                self.geo_resource(&resource.name, attribute)
            }
            Target::Other(resource) if resource.category == Category::custom() => {
                self.custom_resource(&resource.name, attribute)
            }
            Target::Other(resource)
                if self
                    .context
                    .names
                    .custom_stacks
                    .contains_key(&CustomStack::name_of_additions(resource)) =>
            {
                self.custom_resource(&CustomStack::name_of_additions(resource), attribute)
            }
            // What stays as it is has the name and id that it has.
            Target::Other(resource) => match attribute {
                Attribute::Output(output) => context
                    .backend
                    .kept_services
                    .iter()
                    .find(|kept| kept.id == *resource)
                    .and_then(|kept| kept.values.get(output))
                    .map(Code::text),
                _ => None,
            },
            Target::DeploymentBucket => None,
        }
    }
}

impl Referrer<'_> {
    /// The stack in which the generated backend has a function, a table, a bucket or a stream.
    pub fn stack_of(&mut self, resource: &ResourceId) -> Option<Code> {
        let context = self.context;
        let of_backend = |identifier: &String| Code::name("backend").member(identifier).member("stack");
        if resource.category == Category::function() {
            let name = context.names.functions.get(&resource.name)?;
            return context
                .is_generated(&resource.name)
                .then(|| of_backend(&name.identifier));
        }
        if resource.category == Category::analytics() {
            let name = context.names.streams.get(&resource.name)?;
            self.handles.insert(Handle::Stream(resource.name.clone()));
            return Some(Code::name(&name.identifier).member("stack"));
        }
        if resource.category != Category::storage() {
            return None;
        }
        match context.names.buckets.get(&resource.name) {
            Some(identifier) => self.bucket(&resource.name).map(|_| of_backend(identifier)),
            None => self.table(&resource.name).map(|table| table.member("stack")),
        }
    }

    /// ARN of the current version of a layer of the project.
    pub fn layer(&mut self, name: &str) -> Option<Code> {
        let property = self.context.names.layers.get(name)?;
        self.handles.insert(Handle::Layers);
        Some(Code::name("layers").member(property).member("layerVersionArn"))
    }

    /// Name or ARN of a geo resource. Gen 1 has them as attributes of a custom resource.
    fn geo_resource(&mut self, name: &str, attribute: &Attribute) -> Option<Code> {
        let property = self.context.names.geo.get(name)?;
        let geo = self.context.backend.geo.iter().find(|geo| geo.name == name)?;
        let of_arn = match geo.kind {
            GeoKind::Map { .. } => "attrMapArn",
            GeoKind::PlaceIndex { .. } => "attrIndexArn",
            GeoKind::GeofenceCollection => "attrCollectionArn",
        };
        let member = match attribute {
            Attribute::Arn => of_arn,
            Attribute::Name => "ref",
            Attribute::Output(output) if output.ends_with("Arn") => of_arn,
            Attribute::Output(output) if output.ends_with("Name") => "ref",
            _ => return None,
        };
        self.handles.insert(Handle::Geo);
        Some(Code::name("geo").member(property).member(member))
    }

    /// A resource of a custom stack by its logical id, or an attribute of it.
    fn custom_resource(&mut self, stack: &str, attribute: &Attribute) -> Option<Code> {
        let Attribute::Output(output) = attribute else {
            return None;
        };
        let identifier = &self.context.names.custom_stacks.get(stack)?.identifier;
        let custom = self
            .context
            .backend
            .custom_stacks
            .iter()
            .find(|custom| custom.name == stack)?;
        let (logical_id, attribute) = match output.split_once('.') {
            Some((logical_id, attribute)) => (logical_id, Some(attribute)),
            None => (output.as_str(), None),
        };
        custom.template.get("Resources")?.get(logical_id)?;
        let resource = Code::name(identifier).method("getResource", vec![Code::text(logical_id)]);
        self.handles.insert(Handle::CustomStack(stack.to_owned()));
        Some(match attribute {
            None => resource.member("ref"),
            Some(attribute) => resource
                .method("getAtt", vec![Code::text(attribute)])
                .method("toString", Vec::new()),
        })
    }
}

fn aws(constant: &str) -> Code {
    Code::import("aws-cdk-lib", "Aws").member(constant)
}

fn role_attribute(role: Code, attribute: &Attribute) -> Option<Code> {
    match attribute {
        Attribute::Name => Some(role.member("roleName")),
        Attribute::Arn => Some(role.member("roleArn")),
        _ => None,
    }
}

fn table_attribute(table: Code, attribute: &Attribute) -> Option<Code> {
    match attribute {
        Attribute::Name => Some(table.member("tableName")),
        Attribute::Arn => Some(table.member("tableArn")),
        Attribute::StreamArn => Some(table.member("tableStreamArn").non_null()),
        _ => None,
    }
}

/// A text that spells out the ARN of a resource of the backend: the resource's own ARN, and what follows it.
fn arn_of_resource(parts: &[Expression]) -> Option<(Reference, &[Expression])> {
    // Where the reference stands depends on how the ARN was written; the text before it tells which service it is.
    let position = parts.iter().position(|part| matches!(part, Expression::Reference(_)))?;
    let prefix: String = parts[..position]
        .iter()
        .map(|part| match part {
            Expression::Literal(text) => text.as_str(),
            Expression::Partition => "aws",
            Expression::Region => "{region}",
            Expression::AccountId => "{account}",
            _ => "{other}",
        })
        .collect();
    let Expression::Reference(reference) = &parts[position] else {
        return None;
    };
    let rest = &parts[position + 1..];
    let separated = match rest.first() {
        None => true,
        Some(Expression::Literal(text)) => text.starts_with(['/', ':']),
        Some(_) => false,
    };
    let expected = match (&reference.target, &reference.attribute) {
        (Target::Table(_) | Target::ModelTable(_), Attribute::Name) => "arn:aws:dynamodb:{region}:{account}:table/",
        (Target::Bucket(_), Attribute::Name) => "arn:aws:s3:::",
        (Target::UserPool, Attribute::Id) => "arn:aws:cognito-idp:{region}:{account}:userpool/",
        (Target::GraphqlApi, Attribute::Id) => "arn:aws:appsync:{region}:{account}:apis/",
        (Target::Function(_), Attribute::Name) => "arn:aws:lambda:{region}:{account}:function:",
        _ => return None,
    };
    (separated && prefix == expected).then(|| {
        (
            Reference {
                target: reference.target.clone(),
                attribute: Attribute::Arn,
            },
            rest,
        )
    })
}

/// A group of the user pool with its role.
pub fn group(name: &str) -> Code {
    let groups = Code::name("backend").path(&["auth", "resources", "groups"]);
    if is_object_member(name) {
        // A literal key would be taken for the member that every object has.
        let key = Code::name("String").call(vec![Code::text(name)]);
        return Code::Index(Box::new(groups), Box::new(key));
    }
    groups.member(name)
}
