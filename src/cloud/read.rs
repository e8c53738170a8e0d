//! Stack trees, read as fast as their depth allows: the parts of a stack side by side, children as soon as they are known.

use futures::future::{BoxFuture, try_join_all};
use indexmap::IndexMap;

use super::{CloudFormationApi, error::CloudError};
use crate::deployment::{Stack, StackTree};

const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

/// How far below the root to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The root and the category stacks directly below it.
    Categories,
    /// Everything.
    All,
}

/// Reads a stack without what is below it; `None` when it does not exist. Three reads, side by side.
///
/// # Errors
/// When a read fails for good.
pub async fn read_stack(api: &dyn CloudFormationApi, stack: &str) -> Result<Option<Stack>, CloudError> {
    let (description, resources, template_body) = tokio::join!(
        api.describe_stack(stack),
        api.stack_resources(stack),
        api.template(stack)
    );
    let Some(description) = description? else {
        return Ok(None);
    };
    let is_shell = description.status == "REVIEW_IN_PROGRESS";
    let (resources, template_body) = if is_shell {
        (resources.unwrap_or_default(), template_body.unwrap_or_default())
    } else {
        (resources?, template_body?)
    };
    Ok(Some(Stack {
        name: description.name,
        id: description.id,
        status: description.status,
        status_reason: description.status_reason,
        description: description.description,
        parent_id: description.parent_id,
        template_body,
        parameters: description.parameters,
        outputs: description.outputs,
        tags: description.tags,
        resources,
        last_updated: description.last_updated,
        role_arn: description.role_arn,
    }))
}

/// Reads a stack and what is below it; `None` when it does not exist. A nested stack that disappears meanwhile is left out.
///
/// # Errors
/// When a read fails for good.
pub async fn read_tree(
    api: &dyn CloudFormationApi,
    stack: &str,
    depth: Depth,
) -> Result<Option<StackTree>, CloudError> {
    read_below(api, stack.to_owned(), depth, 0).await
}

fn read_below(
    api: &dyn CloudFormationApi,
    stack: String,
    depth: Depth,
    level: usize,
) -> BoxFuture<'_, Result<Option<StackTree>, CloudError>> {
    Box::pin(async move {
        let Some(stack) = read_stack(api, &stack).await? else {
            return Ok(None);
        };
        let children: Vec<(String, String)> = stack
            .resources
            .iter()
            .filter(|(_, resource)| resource.resource_type == NESTED_STACK)
            .filter(|_| depth == Depth::All || level == 0)
            .filter_map(|(logical_id, resource)| Some((logical_id.clone(), resource.physical_id.clone()?)))
            .collect();
        let children = children.into_iter().map(|(logical_id, id)| async move {
            let tree = read_below(api, id, depth, level + 1).await?;
            Ok::<_, CloudError>(tree.map(|tree| (logical_id, tree)))
        });
        let nested: IndexMap<String, StackTree> = try_join_all(children).await?.into_iter().flatten().collect();
        Ok(Some(StackTree { stack, nested }))
    })
}
