//! The auth category: user pool, clients, identity pool, groups, triggers.

use serde_json::{Map, Value};

use super::{Interpretation, id_of, index::groups_and_roles, sign_in, stacks::AUTH_TRIGGER_STACK, typing};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, Auth, AuthTrigger, Expression, Group, IdentityPool, ImportedAuth, Reference, ResourceId, Target,
            UserPool, UserPoolClient,
        },
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::{MetaResource, Project, texts},
};

const USER_POOL: &str = "AWS::Cognito::UserPool";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const IDENTITY_POOL: &str = "AWS::Cognito::IdentityPool";
const ROLE_ATTACHMENT: &str = "AWS::Cognito::IdentityPoolRoleAttachment";
/// The custom resource with which the CLI sets the triggers of the pool.
const TRIGGER_RESOURCE: &str = "Custom::CustomAuthTriggerResourceOutputs";

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let location = interpretation.location_of(resource);
    if interpretation.backend.auth.is_some() {
        interpretation.finding(
            "auth-second-resource",
            Severity::Manual,
            format!(
                "{} is a second auth resource; only the first is migrated",
                resource.path()
            ),
            &location,
            "Write the second user pool into the generated code by hand.",
        );
        return;
    }
    let cognito_config = interpretation
        .project
        .files_of(resource)
        .and_then(|files| files.cli_inputs["cognitoConfig"].as_object().cloned())
        .unwrap_or_default();
    let mut auth = Auth {
        name: resource.name.clone(),
        imported: resource.imported.then(|| imported(interpretation.project, resource)),
        user_pool: None,
        web_client: None,
        native_client: None,
        identity_pool: None,
        groups: Vec::new(),
        triggers: Vec::new(),
        sender_key: None,
        identity_providers: Vec::new(),
        resource_servers: Vec::new(),
        domain_prefix: None,
        verification_page: None,
        cognito_config,
        location: location.clone(),
    };
    match interpretation.literal_stack(resource) {
        Some(stack) => {
            read_stack(interpretation, resource, stack, &mut auth);
            sign_in::read(interpretation, resource, stack, &mut auth);
            check_roles(interpretation, resource);
        }
        None if resource.imported => {}
        None => interpretation.finding(
            "auth-template-missing",
            Severity::Blocker,
            format!(
                "the template of {} is missing, so the user pool is not known",
                resource.path()
            ),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        ),
    }
    interpretation.backend.auth = Some(auth);
}

/// The triggers of the user pool, once all functions are known: a trigger may name its function by a spelled-out ARN.
pub(super) fn read_triggers(interpretation: &mut Interpretation<'_>) {
    let Some(name) = interpretation
        .backend
        .auth
        .as_ref()
        .filter(|auth| auth.imported.is_none())
        .map(|auth| auth.name.clone())
    else {
        return;
    };
    let project = interpretation.project;
    let Some(resource) = project.resource("auth", &name) else {
        return;
    };
    let found = triggers(interpretation, resource);
    if let Some(auth) = &mut interpretation.backend.auth {
        auth.triggers = found;
    }
}

fn read_stack(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    stack: &EvaluatedTree,
    auth: &mut Auth,
) {
    let id = id_of(resource);
    for found in stack
        .template
        .resources()
        .filter(|found| [USER_POOL, CLIENT, IDENTITY_POOL].contains(&found.resource_type()))
    {
        let mut properties = properties(interpretation, &found, &id);
        let physical_id = |output: &str| {
            interpretation
                .physical_id(&format!("{}/{}", resource.logical_id, found.logical_id))
                .or_else(|| resource.output_text(output).map(str::to_owned))
        };
        let client = |physical_id, properties| UserPoolClient {
            logical_id: found.logical_id.to_owned(),
            properties,
            physical_id,
        };
        match (found.resource_type(), found.logical_id) {
            (USER_POOL, _) => {
                if let Some(configuration) = properties.shift_remove("LambdaConfig") {
                    auth.sender_key = configuration.get("KMSKeyID").cloned();
                }
                auth.user_pool = Some(UserPool {
                    physical_id: physical_id("UserPoolId"),
                    deletion_policy: found.deletion_policy().map(str::to_owned),
                    properties,
                });
            }
            (CLIENT, "UserPoolClientWeb") => auth.web_client = Some(client(physical_id("AppClientIDWeb"), properties)),
            (CLIENT, "UserPoolClient") => auth.native_client = Some(client(physical_id("AppClientID"), properties)),
            (IDENTITY_POOL, _) => {
                auth.identity_pool = Some(IdentityPool {
                    physical_id: physical_id("IdentityPoolId"),
                    role_mappings: role_mappings(interpretation, stack, &id),
                    properties,
                });
            }
            _ => {}
        }
    }
}

fn properties(interpretation: &Interpretation<'_>, found: &Resource<'_>, owner: &ResourceId) -> Map<String, Value> {
    let properties = found.properties().cloned().unwrap_or_default();
    let properties = properties
        .iter()
        .map(|(key, value)| (key.clone(), sign_in::with_google_provider(value)))
        .collect();
    typing::typed(interpretation.decoder.properties(&properties, owner))
}

fn role_mappings(interpretation: &Interpretation<'_>, stack: &EvaluatedTree, owner: &ResourceId) -> Option<Value> {
    let attachment = stack
        .template
        .resources()
        .find(|found| found.resource_type() == ROLE_ATTACHMENT)?;
    let mappings = attachment.property("RoleMappings")?;
    Some(interpretation.decoder.property(mappings, owner))
}

/// Gen 2 gives signed-in users and guests its own two roles, which get the permissions of Gen 1's two.
fn check_roles(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let id = id_of(resource);
    let Some(stack) = interpretation.symbolic_stack(resource) else {
        return;
    };
    let Some(attachment) = stack
        .template
        .resources()
        .find(|found| found.resource_type() == ROLE_ATTACHMENT)
    else {
        return;
    };
    for (users, expected) in [
        ("authenticated", Target::AuthenticatedRole),
        ("unauthenticated", Target::UnauthenticatedRole),
    ] {
        let Some(role) = attachment.property("Roles").and_then(|roles| roles.get(users)) else {
            continue;
        };
        let named = interpretation.decoder.expression(role, &id);
        let is_expected = named.references().iter().any(|reference| reference.target == expected);
        // A name without a reference comes from a project whose root template is missing.
        if !is_expected && !named.references().is_empty() {
            let location = interpretation.location_of(resource);
            interpretation.finding(
                "auth-identity-roles",
                Severity::Manual,
                format!(
                    "{} gives {users} users another role than that of the environment; in Gen 2 they get the role of the backend",
                    resource.path()
                ),
                &location,
                "Give the permissions of that role to backend.auth.resources.authenticatedUserIamRole or unauthenticatedUserIamRole in amplify/auth/overrides.ts.",
            );
        }
    }
}

/// Ids of imported auth: outputs of the entry, else the values of the environment.
fn imported(project: &Project, resource: &MetaResource) -> ImportedAuth {
    let values = project.environment.parameters_of("auth", &resource.name);
    let value = |key: &str| {
        values
            .and_then(|values| values.get(key)?.as_str())
            .filter(|text| !text.is_empty())
    };
    let id = |output: &str, key: &str| resource.output_text(output).or_else(|| value(key)).map(str::to_owned);
    ImportedAuth {
        user_pool_id: id("UserPoolId", "userPoolId"),
        web_client_id: id("AppClientIDWeb", "webClientId"),
        native_client_id: id("AppClientID", "nativeClientId"),
        identity_pool_id: id("IdentityPoolId", "identityPoolId"),
        authenticated_role_arn: id("AuthRoleArn", "authRoleArn"),
        unauthenticated_role_arn: id("UnauthRoleArn", "unauthRoleArn"),
    }
}

/// Triggers as they are deployed: by the CLI's custom resource, or in the pool itself. Where no template tells them, by
/// what the auth resource says about itself. Never by the name of a function.
fn triggers(interpretation: &mut Interpretation<'_>, resource: &MetaResource) -> Vec<AuthTrigger> {
    let id = id_of(resource);
    let mut configured: Vec<(String, Value, Option<String>)> = Vec::new();
    if let Some(stack) = interpretation.stacks.symbolic.nested.get(AUTH_TRIGGER_STACK) {
        for found in stack.template.resources() {
            if found.resource_type() == TRIGGER_RESOURCE {
                configured.extend(
                    found
                        .property("lambdaConfig")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .filter_map(|entry| {
                            Some((
                                entry["triggerType"].as_str()?.to_owned(),
                                entry["lambdaFunctionArn"].clone(),
                                None,
                            ))
                        }),
                );
            }
        }
    }
    if let Some(stack) = interpretation.symbolic_stack(resource) {
        for found in stack
            .template
            .resources()
            .filter(|found| found.resource_type() == USER_POOL)
        {
            let configuration = found.property("LambdaConfig").and_then(Value::as_object);
            configured.extend(configuration.into_iter().flatten().map(|(event, value)| {
                // Custom senders and versioned token triggers are objects around the ARN.
                let arn = value.get("LambdaArn").unwrap_or(value);
                let version = value.get("LambdaVersion").and_then(Value::as_str);
                (event.clone(), arn.clone(), version.map(str::to_owned))
            }));
        }
    }
    let mut triggers: Vec<AuthTrigger> = Vec::new();
    for (event, value, version) in configured {
        if event == "KMSKeyID" {
            continue;
        }
        let function = match interpretation.decoder.expression(&value, &id) {
            Expression::Reference(Reference {
                target: Target::Function(function),
                attribute: Attribute::Arn,
            }) => Some(function),
            spelled_out => interpretation.function_by_arn(&spelled_out),
        };
        match function {
            Some(function) => triggers.push(AuthTrigger {
                event,
                function,
                version,
            }),
            None => {
                let arn = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let location = interpretation.location_of(resource);
                interpretation.finding(
                    "auth-trigger-foreign",
                    Severity::Manual,
                    format!("trigger {event} of the user pool calls a function outside of the backend: {arn}"),
                    &location,
                    "Set it in amplify/auth/overrides.ts with cfnUserPool.addPropertyOverride('LambdaConfig.<event>', '<ARN>'); the function lets this user pool call it already.",
                );
            }
        }
    }
    if triggers.is_empty() {
        triggers = triggers_by_inputs(interpretation.project, resource);
    }
    let mut seen = Vec::new();
    triggers.retain(|trigger| {
        let new = !seen.contains(trigger);
        if new {
            seen.push(trigger.clone());
        }
        new
    });
    triggers
}

/// `authTriggerConnections` of the parameters pairs events and functions.
fn triggers_by_inputs(project: &Project, resource: &MetaResource) -> Vec<AuthTrigger> {
    let Some(files) = project.files_of(resource) else {
        return Vec::new();
    };
    let connections = files
        .parameters
        .get("authTriggerConnections")
        .or_else(|| files.cli_inputs["cognitoConfig"].get("authTriggerConnections"));
    let listed = match connections {
        // Older versions keep the whole list as one text.
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    listed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = match entry {
                Value::String(text) => serde_json::from_str(text).ok()?,
                other => other.clone(),
            };
            let function = entry["lambdaFunctionName"].as_str()?;
            project.resource("function", function)?;
            Some(AuthTrigger {
                event: entry["triggerType"].as_str()?.to_owned(),
                function: function.to_owned(),
                version: None,
            })
        })
        .collect()
}

/// Groups, from the stack of the groups and from the file with their order.
pub(super) fn read_groups(interpretation: &mut Interpretation<'_>) {
    let project = interpretation.project;
    let resource = project
        .resources
        .iter()
        .find(|resource| resource.service.as_deref() == Some("Cognito-UserPool-Groups"));
    let mut groups: Vec<Group> = Vec::new();
    if let Some(stack) = resource.and_then(|resource| interpretation.literal_stack(resource)) {
        let owner = interpretation.owner_of(stack);
        for (name, role) in groups_and_roles(stack) {
            let definition = stack.template.resources().find(|found| {
                found.resource_type() == "AWS::Cognito::UserPoolGroup"
                    && found.property("GroupName").and_then(Value::as_str) == Some(&name)
            });
            let precedence = definition
                .and_then(|found| found.property("Precedence"))
                .and_then(typing::number)
                .and_then(|number| i64::try_from(number).ok());
            let description = definition.and_then(|found| found.property("Description")?.as_str().map(str::to_owned));
            let role = role.and_then(|path| interpretation.stacks.literal.resource(&path));
            let role_properties = role
                .and_then(|role| role.properties().cloned())
                .map(|properties| typing::typed(interpretation.decoder.properties(&properties, &owner)))
                .unwrap_or_default();
            groups.push(Group {
                name,
                precedence,
                description,
                role_properties,
            });
        }
    }
    for (name, precedence) in listed_groups(project) {
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.precedence = group.precedence.or(precedence),
            None => groups.push(Group {
                name,
                precedence,
                description: None,
                role_properties: Map::new(),
            }),
        }
    }
    groups.sort_by_key(|group| (group.precedence.is_none(), group.precedence));
    match &mut interpretation.backend.auth {
        Some(auth) => auth.groups = groups,
        None if groups.is_empty() => {}
        None => {
            let location = interpretation.meta_location();
            interpretation.finding(
                "groups-without-user-pool",
                Severity::Manual,
                "there are user-pool groups, but no user pool".to_owned(),
                &location,
                "Fetch the deployed backend with `amplify pull`.",
            );
        }
    }
}

/// Names and precedences in user-pool-group-precedence.json.
fn listed_groups(project: &Project) -> Vec<(String, Option<i64>)> {
    let Some((_, groups)) = &project.group_precedence else {
        return Vec::new();
    };
    groups
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|group| {
            let name = texts(&group["groupName"]).into_iter().next()?;
            Some((name, group["precedence"].as_i64()))
        })
        .collect()
}
