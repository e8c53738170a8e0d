//! Planning a lock.

use futures::future::join_all;
use indexmap::IndexMap;

use super::{
    LockError, LockPlan, LockRequest, MARKER_VARIABLE,
    operation::{Action, LockOperation, StackChange, TableProtection},
    policy::denies_all_updates,
    protection::{self, TABLE, USER_POOL},
    record::{LockContext, LockedResource},
};
use crate::{
    backend::finding::{Finding, Severity},
    cloudformation::Template,
    deployment::{Stack, StackTree},
    error::Result,
};

/// Plans a lock: reads what is missing and changes nothing.
///
/// # Errors
/// `OTHER_ENVIRONMENT_MARKED`, `APP_NOT_FOUND`, `STACK_POLICY_UNREADABLE`, errors of templates, and of calls that fail for good.
pub async fn plan_lock(request: LockRequest) -> Result<LockPlan> {
    let cloud = &request.cloud;
    let root = &request.root.stack;
    let (app, policy, tables) = tokio::join!(
        cloud.amplify.app(&request.app_id),
        cloud.cloudformation.stack_policy(&root.id),
        table_protection(&request),
    );
    let app = app?.ok_or_else(|| LockError::AppNotFound {
        app: request.app_id.clone(),
    })?;
    let (policy, (tables, mut findings)) = (policy?, tables?);
    let mut operations = Vec::new();
    let marked = app
        .environment_variables
        .get(MARKER_VARIABLE)
        .filter(|name| !name.is_empty());
    match marked {
        Some(marked) if *marked != request.environment => {
            return Err(LockError::OtherEnvironmentMarked {
                app: request.app_id.clone(),
                marked: marked.clone(),
                environment: request.environment.clone(),
            }
            .into());
        }
        Some(_) => {}
        None => operations.push(project_operation("mark-app", Action::MarkApp)),
    }
    let locked = match &policy {
        Some(policy) => denies_all_updates(&root.name, policy)?,
        None => false,
    };
    if !locked {
        operations.push(project_operation("deny-updates", Action::DenyUpdates));
    }
    for (stack, group) in stacks_below(&request) {
        let template = Template::parse(&stack.template_body, &format!("stack {}", stack.name))?;
        findings.extend(not_in_template(stack, &template));
        let (after, changes) = protection::protect(&template, &stack.resources);
        let tables: IndexMap<String, TableProtection> = tables_of(stack)
            .map(|table| {
                let before = tables.get(table).copied().flatten();
                (
                    table.to_owned(),
                    TableProtection {
                        before,
                        after: Some(true),
                    },
                )
            })
            .collect();
        if changes.is_empty() && tables.values().all(|table| table.before != Some(false)) {
            continue;
        }
        operations.push(LockOperation {
            id: format!("protect-{}", stack.name),
            group,
            action: Action::Protect(StackChange {
                name: stack.name.clone(),
                id: stack.id.clone(),
                parameter_keys: parameter_keys(stack),
                before_text: stack.template_body.clone(),
                before: template,
                after_text: after.to_compact(),
                after,
                changes,
                tables,
                user_pools: user_pools_of(stack),
            }),
        });
    }
    findings.extend(stacks_left_alone(&request));
    let context = LockContext {
        resources: stateful_resources(&request.root),
    };
    let implications = vec![
        format!(
            "`amplify push` to environment {} is refused until it is unlocked.",
            request.environment
        ),
        "No other environment of this app can be migrated meanwhile.".to_owned(),
        "User pools, buckets, tables and streams are kept when their stack or their definition is deleted.".to_owned(),
        "Disable pipelines that deploy to this environment; `lock --rollback` takes everything back.".to_owned(),
    ];
    Ok(LockPlan::new(
        request,
        false,
        operations,
        implications,
        findings,
        context,
    ))
}

/// An operation on the app or the root stack.
pub(super) fn project_operation(id: &str, action: Action) -> LockOperation {
    LockOperation {
        id: id.to_owned(),
        group: "Project".to_owned(),
        action,
    }
}

/// The stacks whose templates may be changed, with the resource that each serves. A stack with nested stacks of its own is
/// not among them: updating it would make CloudFormation go over all of them.
pub(super) fn stacks_below(request: &LockRequest) -> Vec<(&Stack, String)> {
    let mut found = Vec::new();
    for (logical_id, tree) in &request.root.nested {
        let group = request
            .resources
            .iter()
            .find(|resource| resource.id.logical_id() == *logical_id)
            .map_or_else(
                || logical_id.clone(),
                |resource| match &resource.service {
                    Some(service) => format!("{} ({service})", resource.id),
                    None => resource.id.to_string(),
                },
            );
        leaves(tree, &mut |stack| found.push((stack, group.clone())));
    }
    found
}

fn leaves<'tree>(tree: &'tree StackTree, visit: &mut impl FnMut(&'tree Stack)) {
    if tree.nested.is_empty() {
        visit(&tree.stack);
    }
    for child in tree.nested.values() {
        leaves(child, visit);
    }
}

/// Names of the tables of a stack.
pub(super) fn tables_of(stack: &Stack) -> impl Iterator<Item = &str> {
    physical_ids(stack, TABLE)
}

/// Ids of the user pools of a stack.
pub(super) fn user_pools_of(stack: &Stack) -> Vec<String> {
    physical_ids(stack, USER_POOL).map(str::to_owned).collect()
}

fn physical_ids<'a>(stack: &'a Stack, resource_type: &'static str) -> impl Iterator<Item = &'a str> {
    stack
        .resources
        .values()
        .filter(move |resource| resource.resource_type == resource_type)
        .filter_map(|resource| resource.physical_id.as_deref())
}

/// Names of the parameters of a stack.
pub(super) fn parameter_keys(stack: &Stack) -> Vec<String> {
    stack
        .parameters
        .iter()
        .map(|parameter| parameter.parameter_key.clone())
        .collect()
}

/// Live deletion protection of every table of the environment. What may not be read is unknown, and said so.
pub(super) async fn table_protection(request: &LockRequest) -> Result<(IndexMap<String, Option<bool>>, Vec<Finding>)> {
    let tables: Vec<(String, String)> = stacks_below(request)
        .into_iter()
        .flat_map(|(stack, _)| tables_of(stack).map(|table| (stack.name.clone(), table.to_owned())))
        .collect();
    let reads = tables
        .iter()
        .map(|(_, table)| request.cloud.live.table_deletion_protection(table));
    let mut found = IndexMap::new();
    let mut findings = Vec::new();
    for ((stack, table), read) in tables.iter().zip(join_all(reads).await) {
        match read {
            Ok(protected) => {
                found.insert(table.clone(), Some(protected));
            }
            Err(error) if error.is_unavailable() => {
                found.insert(table.clone(), None);
                findings.push(Finding {
                    id: "table-protection-unknown".into(),
                    severity: Severity::Warning,
                    feature: "Lock".into(),
                    message: format!("Whether table {table} is protected from deletion could not be read: {error}"),
                    path: stack.clone(),
                    line: None,
                    remedy: "Allow dynamodb:DescribeTable for the caller, or look at the table in the console.".into(),
                });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok((found, findings))
}

/// Stateful resources that live but are not written out in the template of their stack.
fn not_in_template(stack: &Stack, template: &Template) -> Vec<Finding> {
    protection::beyond_template(template, &stack.resources)
        .into_iter()
        .map(|logical_id| Finding {
            id: "resource-not-protected".into(),
            severity: Severity::Manual,
            feature: "Lock".into(),
            message: format!(
                "{logical_id} of stack {} does not stand in the stack's template, so that it cannot be given a deletion policy.",
                stack.name
            ),
            path: stack.name.clone(),
            line: None,
            remedy: format!("Give {logical_id} `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` where it is defined, and push."),
        })
        .collect()
}

/// Stateful resources in stacks that have nested stacks, the root among them.
fn stacks_left_alone(request: &LockRequest) -> Vec<Finding> {
    let mut findings = Vec::new();
    parents(&request.root, &mut |stack| {
        for (logical_id, resource) in &stack.resources {
            let is_own_bucket = resource.physical_id.is_some() && resource.physical_id == request.deployment_bucket;
            let kept = Template::parse(&stack.template_body, &stack.name).is_ok_and(|template| {
                template.resource(logical_id).is_some_and(|resource| {
                    resource.deletion_policy() == Some("Retain") && resource.update_replace_policy() == Some("Retain")
                })
            });
            if is_own_bucket || kept || !protection::is_stateful(logical_id, resource) {
                continue;
            }
            findings.push(Finding {
                id: "resource-not-protected".into(),
                severity: Severity::Manual,
                feature: "Lock".into(),
                message: format!(
                    "{logical_id} ({}) lies in stack {}, which has nested stacks: updating it would go over all of them, so it is not given a deletion policy.",
                    resource.resource_type, stack.name
                ),
                path: stack.name.clone(),
                line: None,
                remedy: format!("Give {logical_id} `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` in the project (override.ts or the custom stack), push, and lock again."),
            });
        }
    });
    findings
}

fn parents<'tree>(tree: &'tree StackTree, visit: &mut impl FnMut(&'tree Stack)) {
    if tree.nested.is_empty() {
        return;
    }
    visit(&tree.stack);
    for child in tree.nested.values() {
        parents(child, visit);
    }
}

/// Every stateful resource of the tree that exists.
fn stateful_resources(tree: &StackTree) -> Vec<LockedResource> {
    let mut found = Vec::new();
    for stack in tree.walk() {
        for (logical_id, resource) in &stack.resources {
            let Some(physical_id) = &resource.physical_id else {
                continue;
            };
            if protection::is_stateful(logical_id, resource) {
                found.push(LockedResource {
                    stack: stack.name.clone(),
                    logical_id: logical_id.clone(),
                    resource_type: resource.resource_type.clone(),
                    physical_id: physical_id.clone(),
                });
            }
        }
    }
    found
}
