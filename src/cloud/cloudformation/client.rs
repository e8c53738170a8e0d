use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudformation::{
    Client,
    config::{Builder, retry::RetryConfig},
    types::{
        Capability, ChangeSetType, Parameter as SdkParameter, ResourceLocation, ResourceMapping, ResourceToImport,
        StackDefinition, StackRefactorExecutionStatus, TemplateStage,
    },
};
use indexmap::IndexMap;
use tokio::sync::Semaphore;

use super::{
    Change, ChangeDetail, ChangeSet, ChangeSetRequest, CloudFormationApi, RefactorAction, ResourceImport,
    StackDescription, StackRefactorRequest, StackRefactorState, TemplateSource,
};
use crate::{
    cloud::{call, configuration::SharedConfiguration, error::CloudError},
    deployment::{Output, Parameter, StackResource, plain_stack_name},
};

const SERVICE: &str = "cloudformation";

/// Calls in flight at once. The SDK's adaptive retry slows down further when the service throttles.
const CALLS_IN_FLIGHT: usize = 20;

/// The real client.
pub(in crate::cloud) struct CloudFormationClient {
    client: Client,
    in_flight: Arc<Semaphore>,
}

impl CloudFormationClient {
    pub(in crate::cloud) fn new(shared: &SharedConfiguration) -> Self {
        Self {
            client: shared.cloudformation(),
            in_flight: Arc::new(Semaphore::new(CALLS_IN_FLIGHT)),
        }
    }

    /// Waits for a free place; the semaphore is never closed.
    async fn place(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.in_flight.acquire().await.ok()
    }

    /// `ListStackResources` page by page; where that is refused, `DescribeStackResources`.
    async fn describe_resources(&self, stack: &str) -> Result<IndexMap<String, StackResource>, CloudError> {
        let _place = self.place().await;
        let request = self.client.describe_stack_resources().stack_name(stack);
        let answer = call::read(SERVICE, "DescribeStackResources", Some(stack), request.send()).await?;
        Ok(answer
            .stack_resources()
            .iter()
            .filter_map(|resource| {
                let status = resource.resource_status()?.as_str().to_owned();
                Some((
                    resource.logical_resource_id()?.to_owned(),
                    StackResource {
                        resource_type: resource.resource_type()?.to_owned(),
                        physical_id: resource
                            .physical_resource_id()
                            .filter(|id| !id.is_empty())
                            .map(str::to_owned),
                        status,
                    },
                ))
            })
            .filter(|(_, resource)| is_owned(&resource.status))
            .collect())
    }
}

/// What was deleted, or retained when it left the stack, may still be listed for a while.
fn is_owned(resource_status: &str) -> bool {
    !matches!(resource_status, "DELETE_COMPLETE" | "DELETE_SKIPPED")
}

/// One attempt: these calls carry no token.
fn once() -> Builder {
    aws_sdk_cloudformation::Config::builder().retry_config(RetryConfig::disabled())
}

#[async_trait]
impl CloudFormationApi for CloudFormationClient {
    async fn owner(&self, resource_type: &str, physical_id: &str) -> Result<Option<String>, CloudError> {
        let _place = self.place().await;
        let request = self.client.describe_stack_resources().physical_resource_id(physical_id);
        let answer = match call::read(SERVICE, "DescribeStackResources", Some(physical_id), request.send()).await {
            Ok(answer) => answer,
            Err(error) if error.says("does not exist") => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(answer
            .stack_resources()
            .iter()
            .find(|resource| {
                resource.physical_resource_id() == Some(physical_id)
                    && resource.resource_type() == Some(resource_type)
                    && resource
                        .resource_status()
                        .is_none_or(|status| is_owned(status.as_str()))
            })
            .and_then(|resource| resource.stack_name().map(str::to_owned)))
    }

    async fn describe_stack(&self, stack: &str) -> Result<Option<StackDescription>, CloudError> {
        let _place = self.place().await;
        let request = self.client.describe_stacks().stack_name(stack);
        let answer = match call::read(SERVICE, "DescribeStacks", Some(stack), request.send()).await {
            Ok(answer) => answer,
            Err(error) if error.says("does not exist") => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(found) = answer.stacks().first() else {
            return Ok(None);
        };
        let status = found
            .stack_status()
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default();
        if status == "DELETE_COMPLETE" {
            return Ok(None);
        }
        let name = found.stack_name().unwrap_or(stack).to_owned();
        let updated = found.last_updated_time().or(found.creation_time());
        Ok(Some(StackDescription {
            id: found.stack_id().filter(|id| !id.is_empty()).unwrap_or(&name).to_owned(),
            name,
            status,
            status_reason: found.stack_status_reason().map(str::to_owned),
            description: found.description().map(str::to_owned),
            parent_id: found.parent_id().map(str::to_owned),
            parameters: found
                .parameters()
                .iter()
                .map(|parameter| Parameter {
                    parameter_key: parameter.parameter_key().unwrap_or_default().to_owned(),
                    parameter_value: parameter.parameter_value().map(str::to_owned),
                    resolved_value: parameter.resolved_value().map(str::to_owned),
                })
                .collect(),
            outputs: found
                .outputs()
                .iter()
                .map(|output| Output {
                    output_key: output.output_key().unwrap_or_default().to_owned(),
                    output_value: output.output_value().unwrap_or_default().to_owned(),
                    export_name: output.export_name().map(str::to_owned),
                    description: output.description().map(str::to_owned),
                })
                .collect(),
            tags: found
                .tags()
                .iter()
                .map(|tag| {
                    (
                        tag.key().unwrap_or_default().to_owned(),
                        tag.value().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            last_updated: updated.map(ToString::to_string),
            role_arn: found.role_arn().map(str::to_owned),
        }))
    }

    async fn stack_resources(&self, stack: &str) -> Result<IndexMap<String, StackResource>, CloudError> {
        let place = self.place().await;
        let mut resources = IndexMap::new();
        let mut token: Option<String> = None;
        loop {
            let request = self
                .client
                .list_stack_resources()
                .stack_name(stack)
                .set_next_token(token);
            let answer = match call::read(SERVICE, "ListStackResources", Some(stack), request.send()).await {
                Ok(answer) => answer,
                Err(error) if error.is_unavailable() && !error.says("does not exist") => {
                    drop(place);
                    return self.describe_resources(stack).await;
                }
                Err(error) => return Err(error),
            };
            for resource in answer.stack_resource_summaries() {
                let status = resource
                    .resource_status()
                    .map(|status| status.as_str().to_owned())
                    .unwrap_or_default();
                let (Some(logical_id), Some(resource_type)) =
                    (resource.logical_resource_id(), resource.resource_type())
                else {
                    continue;
                };
                if !is_owned(&status) {
                    continue;
                }
                resources.insert(
                    logical_id.to_owned(),
                    StackResource {
                        resource_type: resource_type.to_owned(),
                        physical_id: resource
                            .physical_resource_id()
                            .filter(|id| !id.is_empty())
                            .map(str::to_owned),
                        status,
                    },
                );
            }
            token = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(resources);
            }
        }
    }

    async fn template(&self, stack: &str) -> Result<String, CloudError> {
        let _place = self.place().await;
        let request = self
            .client
            .get_template()
            .stack_name(stack)
            .template_stage(TemplateStage::Original);
        let answer = call::read(SERVICE, "GetTemplate", Some(stack), request.send()).await?;
        Ok(answer.template_body.unwrap_or_default())
    }

    async fn stack_policy(&self, stack: &str) -> Result<Option<String>, CloudError> {
        let _place = self.place().await;
        let request = self.client.get_stack_policy().stack_name(stack);
        let answer = call::read(SERVICE, "GetStackPolicy", Some(stack), request.send()).await?;
        Ok(answer.stack_policy_body.filter(|body| !body.trim().is_empty()))
    }

    async fn set_stack_policy(&self, stack: &str, policy: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .set_stack_policy()
            .stack_name(stack)
            .stack_policy_body(policy);
        call::read(SERVICE, "SetStackPolicy", Some(stack), request.send())
            .await
            .map(drop)
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(), CloudError> {
        let parameters = request.parameter_keys.iter().map(|key| {
            SdkParameter::builder()
                .parameter_key(key)
                .use_previous_value(true)
                .build()
        });
        let mut call = self
            .client
            .create_change_set()
            .stack_name(&request.stack)
            .change_set_name(&request.name)
            .change_set_type(if request.imports.is_empty() {
                ChangeSetType::Update
            } else {
                ChangeSetType::Import
            })
            .set_resources_to_import(resources_to_import(&request.imports))
            .set_parameters(Some(parameters.collect()))
            .capabilities(Capability::CapabilityNamedIam)
            .capabilities(Capability::CapabilityAutoExpand)
            .include_nested_stacks(false)
            .client_token(&request.token);
        call = match &request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
        };
        match call::read(SERVICE, "CreateChangeSet", Some(&request.stack), call.send()).await {
            // An earlier attempt was carried out although its answer was lost.
            Err(CloudError::Refused { code, .. }) if code == "AlreadyExistsException" => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn change_set(&self, stack: &str, name: &str) -> Result<Option<ChangeSet>, CloudError> {
        let mut token: Option<String> = None;
        let mut found = ChangeSet::default();
        loop {
            let request = self
                .client
                .describe_change_set()
                .stack_name(stack)
                .change_set_name(name)
                .include_property_values(true)
                .set_next_token(token);
            let answer = match call::read(SERVICE, "DescribeChangeSet", Some(stack), request.send()).await {
                Ok(answer) => answer,
                Err(CloudError::Refused { code, .. }) if code.contains("ChangeSetNotFound") => return Ok(None),
                Err(error) => return Err(error),
            };
            found.id = answer.change_set_id().unwrap_or(name).to_owned();
            found.status = answer
                .status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default();
            found.status_reason = answer.status_reason().map(str::to_owned);
            found.execution_status = answer.execution_status().map(|status| status.as_str().to_owned());
            found.changes.extend(
                answer
                    .changes()
                    .iter()
                    .filter_map(|change| change.resource_change())
                    .map(change),
            );
            token = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(Some(found));
            }
        }
    }

    async fn execute_change_set(&self, stack: &str, name: &str, token: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .execute_change_set()
            .stack_name(stack)
            .change_set_name(name)
            .client_request_token(token);
        call::read(SERVICE, "ExecuteChangeSet", Some(stack), request.send())
            .await
            .map(drop)
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), CloudError> {
        let request = self.client.delete_change_set().stack_name(stack).change_set_name(name);
        match call::read(SERVICE, "DeleteChangeSet", Some(stack), request.send()).await {
            Err(CloudError::Refused { code, .. }) if code.contains("ChangeSetNotFound") => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn create_stack_refactor(&self, request: &StackRefactorRequest) -> Result<String, CloudError> {
        let definitions = request.definitions.iter().map(|definition| {
            let builder = StackDefinition::builder().stack_name(&definition.stack);
            match &definition.template {
                TemplateSource::Body(body) => builder.template_body(body),
                TemplateSource::Url(url) => builder.template_url(url),
            }
            .build()
        });
        let location = |stack: &str, logical_id: &str| {
            ResourceLocation::builder()
                .stack_name(stack)
                .logical_resource_id(logical_id)
                .build()
        };
        let mappings = request.mappings.iter().map(|[source, from, target, to]| {
            ResourceMapping::builder()
                .source(location(source, from))
                .destination(location(target, to))
                .build()
        });
        let call = self
            .client
            .create_stack_refactor()
            .description(&request.description)
            .set_enable_stack_creation(request.creates_stack.then_some(true))
            .set_stack_definitions(Some(definitions.collect()))
            .set_resource_mappings(Some(mappings.collect()))
            .customize()
            .config_override(once());
        let resource = request.definitions.first().map(|definition| definition.stack.as_str());
        let answer = call::read(SERVICE, "CreateStackRefactor", resource, call.send()).await?;
        Ok(answer.stack_refactor_id.unwrap_or_default())
    }

    async fn stack_refactor(&self, id: &str) -> Result<StackRefactorState, CloudError> {
        let request = self.client.describe_stack_refactor().stack_refactor_id(id);
        let answer = call::read(SERVICE, "DescribeStackRefactor", Some(id), request.send()).await?;
        Ok(StackRefactorState {
            status: answer
                .status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            status_reason: answer.status_reason().map(str::to_owned),
            execution_status: answer
                .execution_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            execution_status_reason: answer.execution_status_reason().map(str::to_owned),
            description: answer.description().map(str::to_owned),
        })
    }

    async fn stack_refactor_actions(&self, id: &str) -> Result<Vec<RefactorAction>, CloudError> {
        let mut actions = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self
                .client
                .list_stack_refactor_actions()
                .stack_refactor_id(id)
                .set_next_token(token);
            let answer = call::read(SERVICE, "ListStackRefactorActions", Some(id), request.send()).await?;
            for action in answer.stack_refactor_actions() {
                let mapping = action.resource_mapping();
                actions.push(RefactorAction {
                    action: action
                        .action()
                        .map(|action| action.as_str().to_owned())
                        .unwrap_or_default(),
                    entity: action
                        .entity()
                        .map(|entity| entity.as_str().to_owned())
                        .unwrap_or_default(),
                    physical_id: action.physical_resource_id().map(str::to_owned),
                    source: mapping.and_then(|mapping| mapping.source()).and_then(place),
                    target: mapping.and_then(|mapping| mapping.destination()).and_then(place),
                    description: action.description().map(str::to_owned),
                });
            }
            token = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(actions);
            }
        }
    }

    async fn open_stack_refactors(&self) -> Result<Vec<(String, String)>, CloudError> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self
                .client
                .list_stack_refactors()
                .execution_status_filter(StackRefactorExecutionStatus::Available)
                .execution_status_filter(StackRefactorExecutionStatus::ExecuteInProgress)
                .execution_status_filter(StackRefactorExecutionStatus::Unavailable)
                .execution_status_filter(StackRefactorExecutionStatus::RollbackInProgress)
                .set_next_token(token);
            let answer = call::read(SERVICE, "ListStackRefactors", None, request.send()).await?;
            for summary in answer.stack_refactor_summaries() {
                if let Some(id) = summary.stack_refactor_id() {
                    found.push((id.to_owned(), summary.description().unwrap_or_default().to_owned()));
                }
            }
            token = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    async fn execute_stack_refactor(&self, id: &str) -> Result<(), CloudError> {
        let call = self
            .client
            .execute_stack_refactor()
            .stack_refactor_id(id)
            .customize()
            .config_override(once());
        call::read(SERVICE, "ExecuteStackRefactor", Some(id), call.send())
            .await
            .map(drop)
    }

    async fn delete_stack(&self, stack: &str, token: &str) -> Result<(), CloudError> {
        let request = self.client.delete_stack().stack_name(stack).client_request_token(token);
        call::read(SERVICE, "DeleteStack", Some(stack), request.send())
            .await
            .map(drop)
    }
}

fn resources_to_import(imports: &[ResourceImport]) -> Option<Vec<ResourceToImport>> {
    let resources = imports.iter().map(|import| {
        ResourceToImport::builder()
            .resource_type(&import.resource_type)
            .logical_resource_id(&import.logical_resource_id)
            .set_resource_identifier(Some(import.resource_identifier.clone().into_iter().collect()))
            .build()
    });
    (!imports.is_empty()).then(|| resources.collect())
}

fn change(change: &aws_sdk_cloudformation::types::ResourceChange) -> Change {
    Change {
        action: change
            .action()
            .map(|action| action.as_str().to_owned())
            .unwrap_or_default(),
        logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: change.resource_type().unwrap_or_default().to_owned(),
        policy_action: change.policy_action().map(|action| action.as_str().to_owned()),
        replacement: change.replacement().map(|replacement| replacement.as_str().to_owned()),
        scope: change.scope().iter().map(|scope| scope.as_str().to_owned()).collect(),
        details: change
            .details()
            .iter()
            .map(|detail| {
                let target = detail.target();
                ChangeDetail {
                    attribute: target
                        .and_then(|target| target.attribute())
                        .map(|attribute| attribute.as_str().to_owned())
                        .unwrap_or_default(),
                    name: target.and_then(|target| target.name()).map(str::to_owned),
                    requires_recreation: target
                        .and_then(|target| target.requires_recreation())
                        .map(|needed| needed.as_str().to_owned()),
                    before: target.and_then(|target| target.before_value()).map(str::to_owned),
                    after: target.and_then(|target| target.after_value()).map(str::to_owned),
                    evaluation: detail.evaluation().map(|evaluation| evaluation.as_str().to_owned()),
                    change_source: detail.change_source().map(|source| source.as_str().to_owned()),
                }
            })
            .collect(),
    }
}

fn place(location: &ResourceLocation) -> Option<(String, String)> {
    let stack = plain_stack_name(location.stack_name()?);
    Some((stack.to_owned(), location.logical_resource_id()?.to_owned()))
}
