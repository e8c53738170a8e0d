//! How the model is made from a project and, when it is known, what is deployed. Nothing stops it: what cannot be read
//! becomes a finding on the resource it concerns.

mod analytics;
mod api_override;
mod api_stacks;
mod auth;
mod console_made;
mod custom;
mod data;
mod expressions;
mod extras;
mod functions;
mod geo;
mod index;
mod join_models;
mod kept;
mod layers;
mod model_tables;
mod policies;
mod project_override;
mod residue;
mod resolvers;
mod rest_apis;
mod search;
mod sign_in;
mod stacks;
mod storage;
mod tables;
mod triggers;
mod typing;

#[cfg(test)]
mod tests;

pub use data::MODEL_TABLE_UNKNOWN;

use super::{
    features,
    finding::{Finding, Severity},
    model::{App, Backend, Category, CustomOrigin, Expression, Resource, ResourceId, SourceLocation},
};
use crate::{
    cloudformation::evaluate::EvaluatedTree,
    deployment::{Deployment, StackTree},
    project::{BACKEND, MetaResource, Project},
};
use expressions::Decoder;
use index::Index;
use stacks::Stacks;

/// Makes the model of the environment's backend.
pub fn interpret(project: &Project, deployment: Option<&Deployment>) -> Backend {
    let deployed = deployment.map(|deployment| &deployment.root);
    let stacks = Stacks::read(project, deployed);
    let index = Index::new(project, &stacks);
    let mut interpretation = Interpretation {
        project,
        deployed,
        stacks: &stacks,
        decoder: Decoder::new(&index, &project.environment.name),
        backend: empty_backend(project),
    };
    interpretation.read_tree_findings();
    for resource in &project.resources {
        interpretation.read_resource(resource);
    }
    auth::read_triggers(&mut interpretation);
    auth::read_groups(&mut interpretation);
    policies::read_own(&mut interpretation, &stacks.symbolic);
    for stack in stacks_in_order(project, &stacks.symbolic) {
        policies::read(&mut interpretation, stack);
    }
    triggers::read(&mut interpretation);
    project_override::read(&mut interpretation);
    rest_apis::read_access(&mut interpretation);
    if let Some(contents) = deployment.and_then(|deployment| deployment.user_pool.as_ref()) {
        console_made::read(&mut interpretation, contents);
    }
    extras::read(&mut interpretation);
    let mut backend = interpretation.finish();
    backend.features = features::detect(project, &backend);
    backend
}

/// Stacks of resources in the order of the resources, then those of the CLI and of the user: templates may have any order.
fn stacks_in_order<'s>(project: &Project, root: &'s EvaluatedTree) -> Vec<&'s EvaluatedTree> {
    let place = |logical_id: &str| {
        project
            .resources
            .iter()
            .position(|resource| resource.logical_id == logical_id)
            .unwrap_or(usize::MAX)
    };
    let mut stacks: Vec<(&String, &EvaluatedTree)> = root.nested.iter().collect();
    stacks.sort_by_key(|(logical_id, _)| (place(logical_id), *logical_id));
    stacks.into_iter().map(|(_, stack)| stack).collect()
}

/// The model while it is being made, and what it is made from.
struct Interpretation<'p> {
    project: &'p Project,
    deployed: Option<&'p StackTree>,
    stacks: &'p Stacks,
    decoder: Decoder<'p>,
    backend: Backend,
}

impl<'p> Interpretation<'p> {
    fn read_resource(&mut self, resource: &'p MetaResource) {
        self.backend.resources.push(Resource {
            id: id_of(resource),
            service: resource.service.clone(),
            imported: resource.imported,
            depends_on: resource
                .depends_on
                .iter()
                .map(|dependency| ResourceId::new(Category(dependency.category.clone()), &dependency.resource))
                .collect(),
        });
        match resource.service.as_deref() {
            None => self.finding(
                "resource-without-service",
                Severity::Manual,
                format!("{} has no service, so nobody can tell what it is", resource.path()),
                &self.meta_location(),
                "Fetch the backend again with `amplify pull`, or remove the entry with `amplify remove` and push.",
            ),
            Some("Cognito") => auth::read(self, resource),
            Some("S3") => storage::read(self, resource),
            Some("DynamoDB") => tables::read(self, resource),
            Some("AppSync") => data::read(self, resource),
            Some("API Gateway") => rest_apis::read(self, resource),
            Some("Lambda") => functions::read(self, resource),
            Some("Kinesis") => analytics::read(self, resource),
            Some("Map" | "PlaceIndex" | "GeofenceCollection") if resource.category == "geo" => {
                geo::read(self, resource)
            }
            Some("LambdaLayer") => layers::read(self, resource),
            Some(_) if kept::is_kept(resource) => kept::read(self, resource),
            Some("customCDK" | "customCloudformation") => custom::read(self, resource),
            // Groups are read with the user pool.
            Some("Cognito-UserPool-Groups") => {}
            Some(_) => kept::read_foreign(self, resource),
        }
    }

    fn read_tree_findings(&mut self) {
        for (stack, reason) in &self.stacks.unusable {
            self.finding(
                "template-unusable",
                Severity::Warning,
                format!(
                    "the deployed template of stack {stack} cannot be used, the project's own is read instead: {reason}"
                ),
                &self.meta_location(),
                "Deploy the environment again with `amplify push`.",
            );
        }
        if self.stacks.root_is_derived {
            self.finding(
                "root-template-missing",
                Severity::Warning,
                "the root template is missing; how resources are connected is taken from dependsOn and parameters.json"
                    .to_owned(),
                &self.meta_location(),
                "Fetch the deployed backend with `amplify pull`.",
            );
        }
        for difference in &self.project.differences {
            self.finding(
                "undeployed-changes",
                Severity::Warning,
                format!(
                    "{} was edited and not deployed ({}); what is deployed is migrated",
                    difference.resource,
                    summary(&difference.files)
                ),
                &SourceLocation {
                    path: format!("{BACKEND}/{}", difference.resource),
                    line: None,
                },
                "Deploy the changes with `amplify push`, or drop them with `amplify pull`, before you migrate.",
            );
        }
    }

    fn finish(mut self) -> Backend {
        for value in self.decoder.take_unresolved() {
            let location = self.location_of_resource(&value.owner);
            self.finding(
                "unresolved-value",
                Severity::Manual,
                format!("a value in the stack of {} is not known: {}", value.owner, value.text),
                &location,
                "Find out the value in the CloudFormation console and write it into the generated code.",
            );
        }
        for import in self.decoder.take_imports() {
            let location = self.location_of_resource(&import.owner);
            self.finding(
                "value-imported",
                Severity::Info,
                format!(
                    "the stack of {} imports {} from a stack that is no part of the app; Gen 2 imports the same",
                    import.owner, import.name
                ),
                &location,
                "Leave that stack as it is. A branch or a sandbox in another account or region needs an export of the same name there.",
            );
        }
        let mut seen = Vec::new();
        self.backend.findings.retain(|finding| {
            let new = !seen.contains(finding);
            if new {
                seen.push(finding.clone());
            }
            new
        });
        self.backend
    }

    fn finding(&mut self, id: &str, severity: Severity, message: String, location: &SourceLocation, remedy: &str) {
        self.backend.findings.push(Finding {
            id: id.to_owned(),
            severity,
            feature: id.to_owned(),
            message,
            path: location.path.clone(),
            line: location.line,
            remedy: remedy.to_owned(),
        });
    }

    /// The evaluated stack of a resource, with names put in.
    fn literal_stack(&self, resource: &MetaResource) -> Option<&'p EvaluatedTree> {
        self.stacks.literal.nested.get(&resource.logical_id)
    }

    /// The evaluated stack of a resource, symbolic.
    fn symbolic_stack(&self, resource: &MetaResource) -> Option<&'p EvaluatedTree> {
        self.stacks.symbolic.nested.get(&resource.logical_id)
    }

    /// Physical id of a resource in a stack, from what is deployed. `path` is `functionfoo/LambdaFunction`.
    fn physical_id(&self, path: &str) -> Option<String> {
        let (stack, logical_id) = path.rsplit_once('/').unwrap_or(("", path));
        let tree = stack
            .split('/')
            .filter(|part| !part.is_empty())
            .try_fold(self.deployed?, |tree, logical_id| tree.child(logical_id))?;
        tree.stack.resources.get(logical_id)?.physical_id.clone()
    }

    /// The function whose ARN, or partial ARN, is spelled out with its deployed name.
    fn function_by_arn(&self, spelled_out: &Expression) -> Option<String> {
        let app = &self.backend.app;
        let parts = match spelled_out {
            Expression::Concat(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let text: String = parts
            .iter()
            .map(|part| match part {
                Expression::Literal(text) => text.as_str(),
                Expression::EnvironmentName => app.environment.as_str(),
                // Where the function is: every function of the backend is there.
                Expression::Region | Expression::AccountId | Expression::Partition => "*",
                _ => "?",
            })
            .collect();
        let (place, name) = text.rsplit_once(":function:")?;
        let in_this_account = |account: &str| account == "*" || app.account_id.as_deref() == Some(account);
        let mut place = place.split(':').skip(3);
        let (region, account) = (place.next()?, place.next()?);
        if !(region == "*" || region == app.region) || !in_this_account(account) {
            return None;
        }
        self.backend
            .functions
            .iter()
            .find(|function| function.deployed_name.as_deref() == Some(name))
            .map(|function| function.name.clone())
    }

    /// The resource that a stack belongs to; the root's own things belong to the provider.
    fn owner_of(&self, stack: &EvaluatedTree) -> ResourceId {
        self.decoder.index.owner(&stack.path).cloned().unwrap_or_else(|| {
            let name = stack.path.split('/').next().unwrap_or_default();
            let name = if name.is_empty() { "root" } else { name };
            ResourceId::new(Category("providers".to_owned()), name)
        })
    }

    /// Whether a stack is one of the user's own: of the custom category, or of a GraphQL API's folder `stacks/`.
    fn is_custom(&self, stack: &EvaluatedTree) -> bool {
        let of_api = self.backend.data.iter().flat_map(|data| &data.stacks);
        let mut own = self.backend.custom_stacks.iter().chain(of_api);
        own.any(|custom| custom.origin != CustomOrigin::Additions && custom.stack_path == stack.path)
    }

    /// Whether nobody knows if a resource exists, which is told: permissions and triggers that may not be there are left out.
    fn is_undecided(&mut self, stack: &EvaluatedTree, resource: &crate::cloudformation::Resource<'_>) -> bool {
        let Some(condition) = resource.condition() else {
            return false;
        };
        let owner = self.owner_of(stack);
        let location = self.location(&stack.path);
        self.finding(
            "condition-undecided",
            Severity::Manual,
            format!(
                "whether {} ({}) of {owner} exists depends on condition {condition}, which cannot be decided; it is left out",
                resource.logical_id,
                resource.resource_type()
            ),
            &location,
            "Look in the CloudFormation console whether the resource exists, and add it to the generated code by hand.",
        );
        true
    }

    /// Where the template at a logical path was read.
    fn location(&self, path: &str) -> SourceLocation {
        SourceLocation {
            path: self.stacks.source(path).to_owned(),
            line: None,
        }
    }

    /// The template of a resource, else its entry.
    fn location_of(&self, resource: &MetaResource) -> SourceLocation {
        match self.stacks.source(&resource.logical_id) {
            "" => self.meta_location(),
            path => SourceLocation {
                path: path.to_owned(),
                line: None,
            },
        }
    }

    fn location_of_resource(&self, id: &ResourceId) -> SourceLocation {
        match self.project.resource(&id.category.0, &id.name) {
            Some(resource) => self.location_of(resource),
            None => self.meta_location(),
        }
    }

    fn meta_location(&self) -> SourceLocation {
        SourceLocation {
            path: self.project.tree.meta_path.clone(),
            line: None,
        }
    }
}

fn id_of(resource: &MetaResource) -> ResourceId {
    ResourceId::new(Category(resource.category.clone()), &resource.name)
}

fn summary(files: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match files.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// What the user added to tags.json. The CLI's own two name app and environment, as Gen 2's own tags do.
fn tags(project: &Project) -> Vec<(String, String)> {
    const OF_THE_CLI: [&str; 2] = ["user:Stack", "user:Application"];
    let app = project.name().unwrap_or_default();
    project
        .tree
        .tags
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| Some((tag["Key"].as_str()?, tag["Value"].as_str()?)))
        .filter(|(key, _)| !OF_THE_CLI.contains(key))
        .map(|(key, value)| {
            let value = value
                .replace("{project-name}", app)
                .replace("{project-env}", &project.environment.name);
            (key.to_owned(), value)
        })
        .collect()
}

fn empty_backend(project: &Project) -> Backend {
    let environment = &project.environment;
    let version = &project.cli["features"]["graphqltransformer"]["transformerversion"];
    Backend {
        app: App {
            name: project.name().unwrap_or_default().to_owned(),
            app_id: environment
                .app_id
                .clone()
                .or_else(|| project.environments.app_id().map(str::to_owned)),
            environment: environment.name.clone(),
            environments: project.environments.names(),
            region: environment.region.clone().unwrap_or_default(),
            account_id: environment.account_id(),
            root_stack_name: environment.stack_name.clone().unwrap_or_default(),
            deployment_bucket: environment.deployment_bucket.clone().unwrap_or_default(),
            authenticated_role_name: environment.authenticated_role_name.clone(),
            unauthenticated_role_name: environment.unauthenticated_role_name.clone(),
            transformer_version: version
                .as_u64()
                .or_else(|| version.as_str()?.parse().ok())
                .and_then(|version| u32::try_from(version).ok()),
            source_tree: project.tree.path.clone(),
            tags: tags(project),
        },
        resources: Vec::new(),
        auth: None,
        data: None,
        buckets: Vec::new(),
        tables: Vec::new(),
        functions: Vec::new(),
        rest_apis: Vec::new(),
        streams: Vec::new(),
        layers: Vec::new(),
        geo: Vec::new(),
        kept_services: Vec::new(),
        foreign_stacks: Vec::new(),
        custom_stacks: Vec::new(),
        role_overrides: Vec::new(),
        grants: Vec::new(),
        triggers: Vec::new(),
        extra_resources: Vec::new(),
        features: Vec::new(),
        findings: Vec::new(),
    }
}
