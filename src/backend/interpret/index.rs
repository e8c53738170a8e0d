//! What the resources in the stack tree are in the model: by logical path, by export, by role.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{api_stacks, stacks::Stacks};
use crate::{
    backend::model::{Attribute, Category, Principal, Reference, ResourceId, Target},
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::{MetaResource, Project},
};

/// Answers what a logical path such as `storagefoo/S3Bucket` stands for.
pub(super) struct Index {
    /// Targets of the model by logical path.
    targets: HashMap<String, Target>,
    /// The resource whose stack has this logical id.
    owners: HashMap<String, ResourceId>,
    /// Values of exports by their name in normal form.
    exports: HashMap<String, Value>,
    /// Roles by what may name them: a reference to the role, or its evaluated name.
    roles: HashMap<String, Principal>,
    /// Logical paths of roles that serve something inside a template only.
    internal_roles: HashSet<String>,
    /// Logical paths of every resource.
    resources: HashSet<String>,
    /// Physical ids of imported resources, which templates hold as plain texts.
    imported: Vec<(String, Reference)>,
    /// Models by the name that they had before: `@mapsTo` keeps the table of a model that was renamed.
    renamed_models: HashMap<String, String>,
}

impl Index {
    /// The model whose table is called after `name`.
    pub(super) fn model(&self, name: &str) -> String {
        self.renamed_models.get(name).map_or(name, String::as_str).to_owned()
    }

    pub(super) fn new(project: &Project, stacks: &Stacks) -> Self {
        let mut index = Self {
            targets: HashMap::from([
                ("AuthRole".to_owned(), Target::AuthenticatedRole),
                ("UnauthRole".to_owned(), Target::UnauthenticatedRole),
                ("DeploymentBucket".to_owned(), Target::DeploymentBucket),
            ]),
            owners: HashMap::new(),
            exports: HashMap::new(),
            roles: HashMap::new(),
            internal_roles: HashSet::new(),
            resources: HashSet::new(),
            imported: Vec::new(),
            renamed_models: renamed_models(project),
        };
        index.add_environment_roles(project);
        for resource in &project.resources {
            let id = ResourceId::new(Category(resource.category.clone()), &resource.name);
            index.owners.insert(resource.logical_id.clone(), id);
            index.add_imported(resource);
            if let Some(stack) = stacks.symbolic.at(&resource.logical_id)
                && !resource.logical_id.is_empty()
            {
                index.add_stack(project, resource, stack);
                if let Some(literal) = stacks.literal.at(&resource.logical_id) {
                    index.add_role_names(literal);
                }
            }
        }
        index.add_exports(&stacks.symbolic, &stacks.literal);
        index.add_resources(&stacks.symbolic);
        index
    }

    /// The target at a logical path.
    pub(super) fn target(&self, path: &str) -> Option<&Target> {
        self.targets.get(path)
    }

    /// The resource of amplify-meta.json whose stack a logical path lies in.
    pub(super) fn owner(&self, path: &str) -> Option<&ResourceId> {
        self.owners.get(path.split('/').next()?)
    }

    /// Whether a logical path is that of a resource, and not of a parameter without value.
    pub(super) fn is_resource(&self, path: &str) -> bool {
        self.resources.contains(path)
    }

    /// The value of an export by its name in normal form.
    pub(super) fn export(&self, name: &Value) -> Option<&Value> {
        self.exports.get(&name.to_string())
    }

    /// Imported resources whose physical ids may stand in texts.
    pub(super) fn imported(&self) -> &[(String, Reference)] {
        &self.imported
    }

    /// Whose role a value names: the role itself, its ARN or name, or a text computed from one of them.
    pub(super) fn principal(&self, role: &Value) -> Option<&Principal> {
        if let Some(principal) = self.roles.get(&role.to_string()) {
            return Some(principal);
        }
        match references_in(role).as_slice() {
            [only] => self.roles.get(only),
            _ => None,
        }
    }

    /// Whether a value names a role that serves something inside its own template, and nobody in the model.
    pub(super) fn is_internal_role(&self, role: &Value) -> bool {
        match references_in(role).as_slice() {
            [only] => self.internal_roles.contains(only),
            _ => false,
        }
    }

    fn add_environment_roles(&mut self, project: &Project) {
        if self.add_imported_roles(project) {
            return;
        }
        let roles = [
            (
                "AuthRole",
                Principal::Authenticated,
                &project.environment.authenticated_role_name,
            ),
            (
                "UnauthRole",
                Principal::Unauthenticated,
                &project.environment.unauthenticated_role_name,
            ),
        ];
        for (logical_id, principal, name) in roles {
            self.roles.insert(logical_id.to_owned(), principal.clone());
            if let Some(name) = name {
                self.roles.insert(Value::from(name.as_str()).to_string(), principal);
            }
        }
    }

    /// The roles of an imported identity pool: users get these, and those of the environment are in nobody's use.
    fn add_imported_roles(&mut self, project: &Project) -> bool {
        let imported = project
            .resources
            .iter()
            .find(|resource| resource.imported && resource.service.as_deref() == Some("Cognito"));
        let values = imported.and_then(|resource| project.environment.parameters_of("auth", &resource.name));
        let mut found = false;
        for (key, principal) in [
            ("authRoleName", Principal::Authenticated),
            ("unauthRoleName", Principal::Unauthenticated),
        ] {
            let name = values
                .and_then(|values| values.get(key)?.as_str())
                .filter(|name| !name.is_empty());
            if let Some(name) = name {
                self.roles.insert(Value::from(name).to_string(), principal);
                found = true;
            }
        }
        found
    }

    fn add_imported(&mut self, resource: &MetaResource) {
        if !resource.imported {
            return;
        }
        let name = &resource.name;
        let known: &[(&str, Target, Attribute)] = &match resource.service.as_deref() {
            Some("Cognito") => vec![
                ("UserPoolId", Target::UserPool, Attribute::Id),
                ("AppClientIDWeb", Target::WebClient, Attribute::Id),
                ("AppClientID", Target::NativeClient, Attribute::Id),
                ("IdentityPoolId", Target::IdentityPool, Attribute::Id),
            ],
            Some("S3") => vec![("BucketName", Target::Bucket(name.clone()), Attribute::Name)],
            Some("DynamoDB") => vec![
                ("StreamArn", Target::Table(name.clone()), Attribute::StreamArn),
                ("Arn", Target::Table(name.clone()), Attribute::Arn),
                ("Name", Target::Table(name.clone()), Attribute::Name),
            ],
            _ => vec![],
        };
        for (output, target, attribute) in known {
            if let Some(text) = resource.output_text(output) {
                self.imported.push((
                    text.to_owned(),
                    Reference {
                        target: target.clone(),
                        attribute: attribute.clone(),
                    },
                ));
            }
        }
    }

    fn add_stack(&mut self, project: &Project, resource: &MetaResource, stack: &EvaluatedTree) {
        let path = |found: &Resource<'_>| format!("{}/{}", stack.path, found.logical_id);
        let name = resource.name.clone();
        match resource.service.as_deref() {
            Some("Cognito") => {
                for found in stack.template.resources() {
                    let target = match (found.resource_type(), found.logical_id) {
                        ("AWS::Cognito::UserPool", _) => Target::UserPool,
                        ("AWS::Cognito::IdentityPool", _) => Target::IdentityPool,
                        ("AWS::Cognito::UserPoolClient", "UserPoolClientWeb") => Target::WebClient,
                        ("AWS::Cognito::UserPoolClient", "UserPoolClient") => Target::NativeClient,
                        _ => continue,
                    };
                    self.targets.insert(path(&found), target);
                }
            }
            Some("Cognito-UserPool-Groups") => {
                for (group, role) in groups_and_roles(stack) {
                    if let Some(role) = role {
                        self.targets.insert(role.clone(), Target::GroupRole(group.clone()));
                        self.roles.insert(role, Principal::Group(group));
                    }
                }
            }
            Some("S3") => self.add_main(stack, "AWS::S3::Bucket", "S3Bucket", Target::Bucket(name)),
            Some("DynamoDB") => self.add_main(stack, "AWS::DynamoDB::Table", "DynamoDBTable", Target::Table(name)),
            Some("Kinesis") => {
                self.add_main(
                    stack,
                    "AWS::Kinesis::Stream",
                    "KinesisStream",
                    Target::KinesisStream(name),
                );
            }
            Some("API Gateway") => {
                self.add_main(stack, "AWS::ApiGateway::RestApi", &resource.name, Target::RestApi(name))
            }
            Some("Lambda") => {
                if let Some(found) = main_resource(stack, "AWS::Lambda::Function", "LambdaFunction") {
                    self.targets.insert(path(&found), Target::Function(name.clone()));
                    if let Some(role) = found.property("Role")
                        && let [role] = references_in(role).as_slice()
                    {
                        self.roles.insert(role.clone(), Principal::Function(name));
                    }
                }
            }
            Some("AppSync") => {
                for found in stack.template.resources() {
                    if matches!(
                        found.resource_type(),
                        "AWS::AppSync::GraphQLApi" | "AWS::AppSync::ApiKey"
                    ) {
                        self.targets.insert(path(&found), Target::GraphqlApi);
                    }
                }
                // Tables in stacks of the user's own are no model's.
                let own: Vec<String> = project
                    .graphql
                    .get(&resource.name)
                    .into_iter()
                    .flat_map(|folder| &folder.stacks)
                    .map(|file| api_stacks::logical_id(&file.path))
                    .collect();
                let generated = stack.nested.iter().filter(|(logical_id, _)| !own.contains(logical_id));
                for (_, nested) in generated {
                    for found in nested.template.resources() {
                        if found.resource_type() == "AWS::DynamoDB::Table" {
                            let target = Target::ModelTable(self.model(&model_of_table(&found)));
                            self.targets
                                .insert(format!("{}/{}", nested.path, found.logical_id), target);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn add_main(&mut self, stack: &EvaluatedTree, resource_type: &str, logical_id: &str, target: Target) {
        if let Some(found) = main_resource(stack, resource_type, logical_id) {
            self.targets
                .insert(format!("{}/{}", stack.path, found.logical_id), target);
        }
    }

    /// Policies may name a role by the text of its name instead of a reference.
    fn add_role_names(&mut self, stack: &EvaluatedTree) {
        for found in stack
            .template
            .resources()
            .filter(|found| found.resource_type() == "AWS::IAM::Role")
        {
            let path = format!("{}/{}", stack.path, found.logical_id);
            if let (Some(name), Some(principal)) = (found.property("RoleName"), self.roles.get(&path).cloned()) {
                self.roles.insert(name.to_string(), principal);
            }
        }
    }

    /// Exports by their names, with the environment's name as a symbol and put in: who imports them may spell it out.
    fn add_exports(&mut self, symbolic: &EvaluatedTree, literal: &EvaluatedTree) {
        let exported = symbolic.template.outputs().chain(literal.template.outputs());
        for output in exported {
            let value = symbolic.template.outputs().find(|other| other.name == output.name);
            if let (Some(name), Some(value)) = (output.export_name(), value.and_then(|output| output.value())) {
                self.exports.insert(name.to_string(), value.clone());
            }
        }
        for (logical_id, nested) in &symbolic.nested {
            if let Some(literal) = literal.nested.get(logical_id) {
                self.add_exports(nested, literal);
            }
        }
    }

    fn add_resources(&mut self, stack: &EvaluatedTree) {
        for found in stack.template.resources() {
            let path = if stack.path.is_empty() {
                found.logical_id.to_owned()
            } else {
                format!("{}/{}", stack.path, found.logical_id)
            };
            if found.resource_type() == "AWS::IAM::Role" && !self.roles.contains_key(&path) {
                self.internal_roles.insert(path.clone());
            }
            self.resources.insert(path);
        }
        for nested in stack.nested.values() {
            self.add_resources(nested);
        }
    }
}

/// The resource that a Gen 1 resource is about: the one with the CLI's logical id, else the first of its type.
pub(super) fn main_resource<'t>(
    stack: &'t EvaluatedTree,
    resource_type: &str,
    logical_id: &str,
) -> Option<Resource<'t>> {
    stack
        .template
        .resource(logical_id)
        .filter(|found| found.resource_type() == resource_type)
        .or_else(|| {
            stack
                .template
                .resources()
                .find(|found| found.resource_type() == resource_type)
        })
}

/// Groups with the logical path of their role, in the order of the template.
pub(super) fn groups_and_roles(stack: &EvaluatedTree) -> Vec<(String, Option<String>)> {
    stack
        .template
        .resources()
        .filter(|found| found.resource_type() == "AWS::Cognito::UserPoolGroup")
        .filter_map(|found| {
            let name = found.property("GroupName")?.as_str()?.to_owned();
            let role = found
                .property("RoleArn")
                .map(references_in)
                .and_then(|mut roles| roles.pop());
            Some((name, role))
        })
        .collect()
}

/// Models with `@mapsTo`, by the name that it gives.
fn renamed_models(project: &Project) -> HashMap<String, String> {
    let schemas = project.graphql.values().flat_map(|folder| &folder.schema);
    schemas
        .flat_map(|file| &file.document.types)
        .filter_map(|ty| {
            let before = ty.directive("mapsTo")?.arguments.get("name")?.as_str()?;
            Some((before.to_owned(), ty.name.clone()))
        })
        .collect()
}

/// The CLI names the table of model M `M-<api id>-<environment>`, and its logical id is `MTable`.
fn model_of_table(table: &Resource<'_>) -> String {
    let by_name = table.property("TableName").and_then(|name| {
        let parts = name.get("Fn::Join")?.as_array()?.get(1)?.as_array()?;
        parts.first()?.as_str()?.strip_suffix('-').map(str::to_owned)
    });
    by_name.unwrap_or_else(|| {
        let logical_id = table.logical_id;
        logical_id.strip_suffix("Table").unwrap_or(logical_id).to_owned()
    })
}

/// Logical paths that a value refers to.
pub(super) fn references_in(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect_references(value, &mut found);
    found
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        Value::Object(entries) => {
            if let (1, Some(Value::String(path))) = (entries.len(), entries.get("Ref")) {
                if !path.starts_with("AWS::") && path != super::stacks::ENVIRONMENT_PARAMETER {
                    found.push(path.clone());
                }
            } else if let (1, Some(Value::Array(items))) = (entries.len(), entries.get("Fn::GetAtt")) {
                found.extend(items.first().and_then(Value::as_str).map(str::to_owned));
            } else {
                entries.values().for_each(|value| collect_references(value, found));
            }
        }
        _ => {}
    }
}
