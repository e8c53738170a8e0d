//! CloudFormation.

mod client;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::error::CloudError;
use crate::deployment::{Output, Parameter, StackResource};

pub(super) use client::CloudFormationClient;

/// What the engine asks of CloudFormation. Stacks are named by name or ARN.
#[async_trait]
pub trait CloudFormationApi: Send + Sync {
    /// A stack; `None` when it does not exist or is deleted.
    async fn describe_stack(&self, stack: &str) -> Result<Option<StackDescription>, CloudError>;

    /// Resources by logical id, all pages, without those that are deleted.
    async fn stack_resources(&self, stack: &str) -> Result<IndexMap<String, StackResource>, CloudError>;

    /// Name of the stack that owns the resource of that type and physical id, when one does.
    async fn owner(&self, resource_type: &str, physical_id: &str) -> Result<Option<String>, CloudError>;

    /// The original template as text; empty for a stack that never got one.
    async fn template(&self, stack: &str) -> Result<String, CloudError>;

    /// The stack policy as text, when there is one.
    async fn stack_policy(&self, stack: &str) -> Result<Option<String>, CloudError>;

    /// Sets the stack policy.
    async fn set_stack_policy(&self, stack: &str, policy: &str) -> Result<(), CloudError>;

    /// Begins the creation of a change set that keeps all parameter values: of type IMPORT when there is something to import,
    /// else of type UPDATE.
    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(), CloudError>;

    /// A change set with all its changes; `None` when it does not exist.
    async fn change_set(&self, stack: &str, name: &str) -> Result<Option<ChangeSet>, CloudError>;

    /// Begins the execution of a change set.
    async fn execute_change_set(&self, stack: &str, name: &str, token: &str) -> Result<(), CloudError>;

    /// Removes a change set; one that does not exist is no error.
    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), CloudError>;

    /// Begins the creation of a stack refactor and gives its id. Tried once.
    async fn create_stack_refactor(&self, request: &StackRefactorRequest) -> Result<String, CloudError>;

    /// State of a stack refactor.
    async fn stack_refactor(&self, id: &str) -> Result<StackRefactorState, CloudError>;

    /// What the service would do, all pages.
    async fn stack_refactor_actions(&self, id: &str) -> Result<Vec<RefactorAction>, CloudError>;

    /// Ids and descriptions of the stack refactors that could still be executed or are being executed, all pages.
    async fn open_stack_refactors(&self) -> Result<Vec<(String, String)>, CloudError>;

    /// Begins the execution of a stack refactor. Tried once.
    async fn execute_stack_refactor(&self, id: &str) -> Result<(), CloudError>;

    /// Begins the deletion of a stack.
    async fn delete_stack(&self, stack: &str, token: &str) -> Result<(), CloudError>;
}

/// A stack without template and resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StackDescription {
    /// Plain name.
    pub name: String,
    /// ARN.
    pub id: String,
    /// Status.
    pub status: String,
    /// Reason of the status.
    pub status_reason: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// ARN of the parent.
    pub parent_id: Option<String>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Outputs.
    pub outputs: Vec<Output>,
    /// Tags.
    pub tags: IndexMap<String, String>,
    /// Last update or creation.
    pub last_updated: Option<String>,
    /// Service role.
    pub role_arn: Option<String>,
}

/// A template in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateSource {
    /// As text, at most 51,200 bytes.
    Body(String),
    /// As an object in S3, at most 1 MB.
    Url(String),
}

/// A change set to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetRequest {
    /// Stack.
    pub stack: String,
    /// Name of the change set.
    pub name: String,
    /// Template.
    pub template: TemplateSource,
    /// Parameters, all with their previous value.
    pub parameter_keys: Vec<String>,
    /// Resources that exist and no stack owns: the stack takes them over.
    pub imports: Vec<ResourceImport>,
    /// Client token: the same for every attempt.
    pub token: String,
}

/// A resource that a stack takes over: `ResourcesToImport` of a change set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceImport {
    /// CloudFormation type.
    pub resource_type: String,
    /// Logical id that it gets.
    pub logical_resource_id: String,
    /// What names it, for example `UserPoolId` and `Domain`.
    pub resource_identifier: IndexMap<String, String>,
}

/// A change set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// ARN: no other change set ever has it, whereas a name can be given again.
    pub id: String,
    /// `CREATE_PENDING`, `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `FAILED` ...
    pub status: String,
    /// Reason.
    pub status_reason: Option<String>,
    /// `AVAILABLE`, `EXECUTE_COMPLETE`, `OBSOLETE` ...
    pub execution_status: Option<String>,
    /// Changes of resources.
    pub changes: Vec<Change>,
}

impl ChangeSet {
    /// It can be executed.
    pub fn is_available(&self) -> bool {
        self.execution_status.as_deref() == Some("AVAILABLE")
    }

    /// The order to execute it was taken.
    pub fn was_executed(&self) -> bool {
        self.execution_status
            .as_deref()
            .is_some_and(|status| status.starts_with("EXECUTE_"))
    }

    /// The service is at it.
    pub fn is_being_executed(&self) -> bool {
        matches!(
            self.execution_status.as_deref(),
            Some("EXECUTE_PENDING" | "EXECUTE_IN_PROGRESS")
        )
    }

    /// The service could not do it.
    pub fn has_failed_to_execute(&self) -> bool {
        self.execution_status.as_deref() == Some("EXECUTE_FAILED")
    }

    /// It failed because there is nothing to change.
    pub fn is_without_changes(&self) -> bool {
        self.status == "FAILED"
            && self.status_reason.as_deref().is_some_and(|reason| {
                reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
            })
    }
}

/// A change of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic`.
    pub action: String,
    /// Logical id.
    pub logical_id: String,
    /// Type.
    pub resource_type: String,
    /// What becomes of the resource itself when it is removed: `Delete`, `Retain`, `Snapshot` ...
    pub policy_action: Option<String>,
    /// `True`, `False`, `Conditional`.
    pub replacement: Option<String>,
    /// `Properties`, `DeletionPolicy`, ...
    pub scope: Vec<String>,
    /// One by one.
    pub details: Vec<ChangeDetail>,
}

/// A detail of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeDetail {
    /// `Properties`, `DeletionPolicy`, `UpdateReplacePolicy`, `Metadata`, `Tags` ...
    pub attribute: String,
    /// Property, when the attribute is `Properties`.
    pub name: Option<String>,
    /// `Never`, `Conditionally`, `Always`.
    pub requires_recreation: Option<String>,
    /// Value before.
    pub before: Option<String>,
    /// Value after.
    pub after: Option<String>,
    /// `Static` or `Dynamic`.
    pub evaluation: Option<String>,
    /// `DirectModification`, `Automatic`, `ParameterReference`, ...
    pub change_source: Option<String>,
}

/// A stack refactor to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackRefactorRequest {
    /// At most 1,024 bytes.
    pub description: String,
    /// A stack among the definitions may be created.
    pub creates_stack: bool,
    /// Source and target with the templates they get.
    pub definitions: Vec<StackRefactorDefinition>,
    /// Source stack name, source logical id, target stack name, target logical id.
    pub mappings: Vec<[String; 4]>,
}

/// A stack of a refactor with the template it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackRefactorDefinition {
    /// Name or ARN.
    pub stack: String,
    /// Template.
    pub template: TemplateSource,
}

/// State of a stack refactor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackRefactorState {
    /// `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `CREATE_FAILED` ...
    pub status: String,
    /// Reason.
    pub status_reason: Option<String>,
    /// `UNAVAILABLE`, `AVAILABLE`, `OBSOLETE`, `EXECUTE_*`, `ROLLBACK_*`.
    pub execution_status: String,
    /// Reason.
    pub execution_status_reason: Option<String>,
    /// Description.
    pub description: Option<String>,
}

/// An action of the service's preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefactorAction {
    /// `MOVE` or `CREATE`.
    pub action: String,
    /// `RESOURCE` or `STACK`.
    pub entity: String,
    /// Physical id.
    pub physical_id: Option<String>,
    /// Plain name of the source stack and logical id there.
    pub source: Option<(String, String)>,
    /// Plain name of the target stack and logical id there.
    pub target: Option<(String, String)>,
    /// What the service says of the comparison.
    pub description: Option<String>,
}
