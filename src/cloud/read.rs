//! Stack trees, read as fast as their depth allows: the parts of a stack side by side, children as soon as they are known.

use futures::future::{BoxFuture, try_join_all};
use indexmap::IndexMap;

use super::{CloudFormationApi, error::CloudError};
use crate::{
    cloudformation::SHELL,
    deployment::{Stack, StackTree},
};

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
    let is_shell = description.status == SHELL;
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
    match read_stack(api, stack).await? {
        Some(root) => Ok(Some(read_nested(api, root, depth).await?)),
        None => Ok(None),
    }
}

/// Reads what is below a root that was just read. A nested stack that disappears meanwhile is left out.
///
/// # Errors
/// When a read fails for good.
pub async fn read_nested(api: &dyn CloudFormationApi, root: Stack, depth: Depth) -> Result<StackTree, CloudError> {
    read_below(api, root, depth, 0).await
}

fn read_below(
    api: &dyn CloudFormationApi,
    stack: Stack,
    depth: Depth,
    level: usize,
) -> BoxFuture<'_, Result<StackTree, CloudError>> {
    Box::pin(async move {
        let children =
            stack
                .nested_ids()
                .filter(|_| depth == Depth::All || level == 0)
                .map(|(logical_id, id)| async move {
                    let Some(child) = read_stack(api, id).await? else {
                        return Ok(None);
                    };
                    let tree = read_below(api, child, depth, level + 1).await?;
                    Ok::<_, CloudError>(Some((logical_id.to_owned(), tree)))
                });
        let nested: IndexMap<String, StackTree> = try_join_all(children).await?.into_iter().flatten().collect();
        Ok(StackTree { stack, nested })
    })
}
