//! Resources in the templates of Gen 1 that the CLI does not write there and that nothing else in the model holds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Interpretation, api_stacks,
    policies::POLICY_TYPES,
    residue,
    stacks::{API_GATEWAY_AUTH_STACK, AUTH_TRIGGER_STACK},
    triggers,
};
use crate::{
    backend::{
        features::STATEFUL_TYPES,
        finding::Severity,
        model::{Category, ExtraResource, ResourceId, Target, VerificationPage},
    },
    cloudformation::{Resource, evaluate::EvaluatedTree},
    project::MetaResource,
};

pub(super) fn read(interpretation: &mut Interpretation<'_>) {
    let project = interpretation.project;
    for resource in &project.resources {
        let Some(stack) = interpretation.symbolic_stack(resource) else {
            continue;
        };
        report_exports(interpretation, resource, stack);
        read_stack(interpretation, resource, stack, 0);
    }
    read_root(interpretation);
}

/// What the CLI writes into the root stack, and the stacks of the resources, belong there.
fn read_root(interpretation: &mut Interpretation<'_>) {
    const OF_THE_CLI: [&str; 12] = [
        AUTH_TRIGGER_STACK,
        API_GATEWAY_AUTH_STACK,
        "DeploymentBucket",
        "DeploymentBucketBlockHTTP",
        "DeploymentBucketPolicy",
        "AuthRole",
        "UnauthRole",
        "UpdateRolesWithIDPFunction",
        "UpdateRolesWithIDPFunctionOutputs",
        "UpdateRolesWithIDPFunctionRole",
        "SidecarLambdaRole",
        "GeofenceRole",
    ];
    let root = &interpretation.stacks.symbolic;
    let owner = ResourceId::new(Category("providers".to_owned()), "awscloudformation");
    for found in root.template.resources() {
        let nested = found.resource_type() == "AWS::CloudFormation::Stack";
        if OF_THE_CLI.contains(&found.logical_id)
            || POLICY_TYPES.contains(&found.resource_type())
            || nested && root.nested.contains_key(found.logical_id)
        {
            continue;
        }
        let known = interpretation
            .project
            .resources
            .iter()
            .any(|resource| resource.logical_id == found.logical_id);
        if !(nested && known) {
            report(interpretation, &owner, root, &found);
            add(interpretation, &owner, root, &found);
        }
    }
}

fn read_stack(interpretation: &mut Interpretation<'_>, resource: &MetaResource, stack: &EvaluatedTree, depth: usize) {
    if depth > 0 && interpretation.is_custom(stack) {
        return;
    }
    let owner = interpretation.owner_of(stack);
    let added: Vec<Resource<'_>> = stack
        .template
        .resources()
        .filter(|found| !is_of_the_cli(interpretation, resource, stack, found, depth))
        .collect();
    let carried_over = match depth {
        0 => residue::read(interpretation, resource, stack, &added),
        _ => BTreeSet::new(),
    };
    for found in &added {
        // The statements of a bucket's policy are added to the policy that Gen 2 makes.
        let is_bucket_policy =
            found.resource_type() == "AWS::S3::BucketPolicy" && resource.service.as_deref() == Some("S3");
        if !is_bucket_policy && !carried_over.contains(found.logical_id) {
            report(interpretation, &owner, stack, found);
        }
        add(interpretation, &owner, stack, found);
    }
    for nested in stack.nested.values() {
        read_stack(interpretation, resource, nested, depth + 1);
    }
}

/// The CLI exports nothing but what the stacks of an API need of each other.
fn report_exports(interpretation: &mut Interpretation<'_>, resource: &MetaResource, stack: &EvaluatedTree) {
    if resource.service.as_deref() == Some("AppSync") || interpretation.is_custom(stack) {
        return;
    }
    let exported: Vec<&str> = stack
        .template
        .outputs()
        .filter(|output| output.export_name().is_some())
        .map(|output| output.name)
        .collect();
    let location = interpretation.location(&stack.path);
    for output in exported {
        interpretation.finding(
            "output-exported",
            Severity::Manual,
            format!(
                "output {output} in the stack of {} is exported, which the generated backend does not do",
                resource.path()
            ),
            &location,
            "Look up who imports it (CloudFormation console, Exports): as long as somebody does, Gen 1 can neither change the value nor be decommissioned. Give the importing stacks the value itself, or export it from amplify/backend.ts under another name.",
        );
    }
}

fn report(interpretation: &mut Interpretation<'_>, owner: &ResourceId, stack: &EvaluatedTree, found: &Resource<'_>) {
    let location = interpretation.location(&stack.path);
    let remedy = match found.resource_type() {
        // Its id is in the apps that use it, and a new client would have another one.
        "AWS::Cognito::UserPoolClient" => {
            "Set DeletionPolicy Retain on the client in override.ts and push before you decommission Gen 1: it stays with the user pool and keeps its id. An app of its own can get a new client in amplify/auth/overrides.ts instead."
        }
        _ => "Add the resource to the generated amplify/backend.ts by hand.",
    };
    interpretation.finding(
        "extra-resource",
        Severity::Manual,
        format!(
            "{} ({}) in the stack of {owner} is not written by the Amplify CLI and is not carried over",
            found.logical_id,
            found.resource_type()
        ),
        &location,
        remedy,
    );
}

fn add(interpretation: &mut Interpretation<'_>, owner: &ResourceId, stack: &EvaluatedTree, found: &Resource<'_>) {
    let location = interpretation.location(&stack.path);
    let properties = found.properties().cloned().unwrap_or_default();
    let extra = ExtraResource {
        owner: owner.clone(),
        logical_id: found.logical_id.to_owned(),
        resource_type: found.resource_type().to_owned(),
        properties: interpretation.decoder.properties(&properties, owner),
        location,
    };
    interpretation.backend.extra_resources.push(extra);
}

/// Whether the CLI writes such a resource into the stack of such a Gen 1 resource, or the model holds it.
fn is_of_the_cli(
    interpretation: &Interpretation<'_>,
    resource: &MetaResource,
    stack: &EvaluatedTree,
    found: &Resource<'_>,
    depth: usize,
) -> bool {
    let path = format!("{}/{}", stack.path, found.logical_id);
    let kind = found.resource_type();
    // Permissions and triggers are read wherever they are.
    if POLICY_TYPES.contains(&kind) {
        return true;
    }
    if matches!(kind, "AWS::Lambda::EventSourceMapping" | "AWS::Events::Rule") {
        let owner = interpretation.owner_of(stack);
        return owner.category != Category::function() || triggers::is_trigger(interpretation, found, &owner);
    }
    if interpretation
        .decoder
        .index
        .target(&path)
        .is_some_and(|target| !matches!(target, Target::Other(_)))
    {
        return true;
    }
    match resource.service.as_deref() {
        Some("Cognito") => {
            matches!(
                kind,
                "AWS::Cognito::IdentityPoolRoleAttachment"
                    | "AWS::Cognito::UserPoolDomain"
                    | "AWS::Cognito::UserPoolIdentityProvider"
                    | "AWS::Cognito::UserPoolResourceServer"
                    | "AWS::IAM::OIDCProvider"
            ) || is_verification_bucket(interpretation, found)
                || is_helper(
                    found,
                    &[
                        "UserPoolClient",
                        "HostedUI",
                        "OAuth",
                        "MFA",
                        "OpenId",
                        "SNS",
                        "UserPool",
                        "AuthTrigger",
                        "CreateAuthChallenge",
                        "DefineAuthChallenge",
                        "VerifyAuthChallengeResponse",
                        "Cognito",
                    ],
                )
        }
        Some("Cognito-UserPool-Groups") => {
            matches!(kind, "AWS::Cognito::UserPoolGroup" | "AWS::IAM::Role")
                || is_helper(found, &["RoleMap", "LambdaExecutionRole"])
        }
        Some("S3") => kind == "AWS::Lambda::Permission" && is_invocation_by(found, "s3.amazonaws.com"),
        Some("Lambda") => match kind {
            "AWS::IAM::Role" => interpretation
                .decoder
                .index
                .principal(&serde_json::json!({ "Ref": path }))
                .is_some(),
            "AWS::Lambda::Permission" => {
                is_invocation_by(found, "events.amazonaws.com")
                    || is_invocation_by(found, "cognito-idp.amazonaws.com")
                    || is_invocation_by(found, "s3.amazonaws.com")
                    // The function authorizes the GraphQL API.
                    || is_invocation_by(found, "appsync.amazonaws.com")
            }
            _ => false,
        },
        Some("API Gateway") => {
            matches!(
                kind,
                "AWS::ApiGateway::Deployment" | "AWS::ApiGateway::GatewayResponse" | "AWS::ApiGateway::Stage"
            ) || kind == "AWS::Lambda::Permission" && is_invocation_by(found, "apigateway.amazonaws.com")
        }
        Some("AppSync") => {
            if depth == 0 {
                is_of_the_transformer(found)
            } else if is_transformer_stack(interpretation, stack) {
                // The search domain holds a copy of the tables, which is told where it is read; the rest serves the API.
                !STATEFUL_TYPES.contains(&kind) || kind.ends_with("::Domain")
            } else {
                // The placeholder of an API without custom stacks.
                found.logical_id == "EmptyResource"
            }
        }
        // The CLI makes nothing else than the stream in these.
        Some("Kinesis" | "DynamoDB") => false,
        // The resource as a whole is told by `assess`.
        _ => true,
    }
}

/// The bucket of the trigger template that sends links, which the model knows.
fn is_verification_bucket(interpretation: &Interpretation<'_>, found: &Resource<'_>) -> bool {
    found.resource_type() == "AWS::S3::Bucket"
        && found.logical_id == VerificationPage::BUCKET
        && interpretation
            .backend
            .auth
            .as_ref()
            .is_some_and(|auth| auth.verification_page.is_some())
}

/// Custom resources that the CLI's auth templates bring with them: functions, their roles and what they set.
fn is_helper(found: &Resource<'_>, prefixes: &[&str]) -> bool {
    let kind = found.resource_type();
    (matches!(
        kind,
        "AWS::Lambda::Function" | "AWS::IAM::Role" | "AWS::Lambda::Permission" | "Custom::LambdaCallout"
    ) || kind.starts_with("Custom::"))
        && prefixes.iter().any(|prefix| found.logical_id.starts_with(prefix))
}

fn is_invocation_by(found: &Resource<'_>, service: &str) -> bool {
    found.property("Principal").and_then(Value::as_str) == Some(service)
}

/// What the GraphQL transformer makes in the API's own stack.
fn is_of_the_transformer(found: &Resource<'_>) -> bool {
    let kind = found.resource_type();
    kind.starts_with("AWS::AppSync::") || matches!(kind, "AWS::IAM::Role" | "AWS::CloudFormation::Stack")
}

/// Whether a stack below an API is made by the transformer: those that the user added are named after their files.
pub(super) fn is_transformer_stack(interpretation: &Interpretation<'_>, stack: &EvaluatedTree) -> bool {
    let Some((_, logical_id)) = stack.path.split_once('/') else {
        return false;
    };
    let owner = interpretation.owner_of(stack);
    let Some(folder) = interpretation
        .project
        .graphql
        .get(&owner.name)
        .filter(|_| owner.category == Category::api())
    else {
        return false;
    };
    !folder
        .stacks
        .iter()
        .any(|file| api_stacks::logical_id(&file.path) == logical_id)
}
