//! CloudFormation stacks as they were read.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Type of a nested stack.
const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

/// Plain name of a stack that is given by ARN or by name.
pub fn plain_stack_name(stack: &str) -> &str {
    match stack.strip_prefix("arn:") {
        Some(rest) => rest.split('/').nth(1).unwrap_or(stack),
        None => stack,
    }
}

/// One deployed stack: everything that the refactor needs to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stack {
    /// Plain stack name.
    pub name: String,
    /// ARN of the stack, or its plain name where the endpoint gives no ARN.
    pub id: String,
    /// Status, for example `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it has that status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// `Description` of the stack. Never used to recognise a stack: it changes with updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// ARN or name of the parent stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Text of the original template (`TemplateStage: Original`), JSON or YAML.
    pub template_body: String,
    /// Parameters in the order in which they were returned.
    pub parameters: Vec<Parameter>,
    /// Outputs in the order in which they were returned.
    pub outputs: Vec<Output>,
    /// Tags of the stack.
    #[serde(default)]
    pub tags: IndexMap<String, String>,
    /// Resources by logical id, in the order in which they were returned; all pages.
    pub resources: IndexMap<String, StackResource>,
    /// Time of the last update (or of the creation) as the service wrote it, to notice changes made by others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    /// Service role with which CloudFormation works on this stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
}

impl Stack {
    /// Logical and physical ids of the nested stacks directly below it.
    pub fn nested_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        self.resources
            .iter()
            .filter(|(_, resource)| resource.resource_type == NESTED_STACK)
            .filter_map(|(logical_id, resource)| Some((logical_id.as_str(), resource.physical_id.as_deref()?)))
    }
}

/// A parameter of a stack. Values of `NoEcho` parameters are not readable: the service returns asterisks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    /// Name of the parameter.
    pub parameter_key: String,
    /// Value, or the name of an SSM parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter_value: Option<String>,
    /// Value of the SSM parameter that `parameter_value` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_value: Option<String>,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Name of the output.
    pub output_key: String,
    /// Value of the output.
    #[serde(default)]
    pub output_value: String,
    /// Name under which it is exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_name: Option<String>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One resource of a stack, as `ListStackResources` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackResource {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id; absent while the resource is being created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// Status, for example `CREATE_COMPLETE`.
    pub status: String,
}

/// A root stack with everything below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackTree {
    /// The stack itself.
    pub stack: Stack,
    /// Nested stacks by the logical id they have in this stack.
    pub nested: IndexMap<String, StackTree>,
}

impl StackTree {
    /// The nested stack with exactly this logical id.
    pub fn child(&self, logical_id: &str) -> Option<&StackTree> {
        self.nested.get(logical_id)
    }

    /// This stack and all below it, parents first.
    pub fn walk(&self) -> Vec<&Stack> {
        let mut found = vec![&self.stack];
        for child in self.nested.values() {
            found.extend(child.walk());
        }
        found
    }
}
