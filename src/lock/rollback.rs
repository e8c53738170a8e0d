//! Planning to take a lock back.

use indexmap::IndexMap;

use super::{
    LockPlan, LockRequest, MARKER_VARIABLE,
    forward::{parameter_keys, project_operation, stacks_below, table_protection, tables_of, user_pools_of},
    operation::{Action, LockOperation, StackChange, TableProtection},
    policy::{self, ALLOW_ALL},
    protection::{self, AttributeChange},
    record::{LockContext, LockHistory, ProtectedStack},
};
use crate::{
    backend::finding::{Finding, Severity},
    cloud::pushed_templates,
    cloudformation::{Template, same_template},
    deployment::Stack,
    error::Result,
    plan::{Validation, ValidationStatus},
    refactor::PLACEHOLDER,
};

/// Plans to take a lock back: reads what is missing and changes nothing.
///
/// # Errors
/// `STACK_POLICY_UNREADABLE`, errors of the journal and of templates, and of calls that fail for good.
pub async fn plan_unlock(request: LockRequest) -> Result<LockPlan> {
    let runs = request.journal().read(request.take_over).await?.runs;
    let root = &request.root.stack;
    let history = LockHistory::of(&runs, &root.name);
    let cloud = &request.cloud;
    let (app, live_policy, tables) = tokio::join!(
        cloud.amplify.app(&request.app_id),
        cloud.cloudformation.stack_policy(&root.id),
        table_protection(&request),
    );
    let (live_policy, (tables, mut findings)) = (live_policy?, tables?);
    // An app that is gone has nothing to be unmarked.
    let marked = app?.and_then(|app| app.environment_variables.get(MARKER_VARIABLE).cloned());
    let policy = policy_to_restore(&root.name, live_policy.as_deref(), &history)?;
    let is_locked = policy.is_some() || marked.as_ref() == Some(&request.environment);
    let pushed = if is_locked && !history.is_known {
        pushed_templates(cloud, &request.root, None).await
    } else {
        IndexMap::new()
    };
    let mut operations = Vec::new();
    for (stack, group) in stacks_below(&request) {
        let template = Template::parse(&stack.template_body, &format!("stack {}", stack.name))?;
        let known = match history.stacks.get(&stack.name) {
            Some(known) => known.clone(),
            None if history.is_known || !is_locked => continue,
            None => match derived(stack, &template, pushed.get(&stack.name)) {
                Derivation::Before(known) => known,
                Derivation::Unprotected => continue,
                Derivation::Unknown => {
                    findings.push(protection_stays(stack));
                    continue;
                }
            },
        };
        operations.extend(restoration(stack, group, template, &known, &tables));
    }
    if let Some(policy) = policy {
        if policy::same_policy(&policy, ALLOW_ALL) && !matches!(history.policy, Some(Some(_))) {
            findings.push(policy_stays(&root.name));
        }
        operations.push(project_operation("restore-policy", Action::RestorePolicy { policy }));
    }
    match marked {
        Some(marked) if marked == request.environment => {
            operations.push(project_operation("unmark-app", Action::UnmarkApp));
        }
        Some(marked) if !marked.is_empty() => findings.push(marked_for_another(&request, &marked)),
        _ => {}
    }
    let integrity = integrity(&request, &history, &pushed, is_locked);
    let implications = vec![
        format!(
            "Environment {} can be changed with `amplify push` again.",
            request.environment
        ),
        "Another environment of the app can be migrated.".to_owned(),
        "Deletion policies and the deletion protection of tables are again what they were before the lock.".to_owned(),
    ];
    let context = LockContext::default();
    Ok(LockPlan::new(request, true, operations, implications, findings, context).with_integrity(integrity))
}

/// What a stack looked like before, when there is no journal.
enum Derivation {
    Before(ProtectedStack),
    /// Nothing in it is protected by more than its own template.
    Unprotected,
    Unknown,
}

/// The template that was pushed is what was there before if protecting it gives what is there now.
fn derived(stack: &Stack, live: &Template, pushed: Option<&Template>) -> Derivation {
    let stateful = stack
        .resources
        .iter()
        .any(|(logical_id, resource)| protection::is_stateful(logical_id, resource));
    if !stateful {
        return Derivation::Unprotected;
    }
    let Some(pushed) = pushed else {
        return Derivation::Unknown;
    };
    if same_template(pushed, live) {
        return Derivation::Unprotected;
    }
    let (protected, changes) = protection::protect(pushed, &stack.resources);
    if !same_template(&protected, live) {
        return Derivation::Unknown;
    }
    Derivation::Before(ProtectedStack {
        templates: vec![pushed.to_compact()],
        changes,
        tables: IndexMap::new(),
    })
}

fn restoration(
    stack: &Stack,
    group: String,
    template: Template,
    known: &ProtectedStack,
    live_tables: &IndexMap<String, Option<bool>>,
) -> Option<LockOperation> {
    let (after, changes) = protection::unprotect(&template, &known.changes);
    let tables: IndexMap<String, TableProtection> = tables_of(stack)
        .map(|table| {
            let before = live_tables.get(table).copied().flatten();
            let after = known.tables.get(table).copied().flatten();
            (table.to_owned(), TableProtection { before, after })
        })
        .collect();
    let tables_differ = tables
        .values()
        .any(|table| table.after.is_some() && table.before.is_some() && table.before != table.after);
    if changes.is_empty() && !tables_differ {
        return None;
    }
    Some(LockOperation {
        id: format!("unprotect-{}", stack.name),
        group,
        action: Action::Unprotect(StackChange {
            name: stack.name.clone(),
            id: stack.id.clone(),
            parameter_keys: parameter_keys(stack),
            before_text: stack.template_body.clone(),
            before: template,
            after_text: original_text(&after, known),
            after,
            changes: inverted(changes),
            tables,
            user_pools: user_pools_of(stack),
        }),
    })
}

/// The template as it was written before the lock, where that is what the stack goes back to.
fn original_text(after: &Template, known: &ProtectedStack) -> String {
    known
        .templates
        .iter()
        .rev()
        .find(|text| Template::parse(text, "journal").is_ok_and(|template| same_template(&template, after)))
        .cloned()
        .unwrap_or_else(|| after.to_compact())
}

/// The same attributes; what they were before matters only to a lock.
fn inverted(changes: Vec<AttributeChange>) -> Vec<AttributeChange> {
    changes
        .into_iter()
        .map(|change| AttributeChange { before: None, ..change })
        .collect()
}

/// The policy that the root stack gets; `None` when the one it has stays.
fn policy_to_restore(root: &str, live: Option<&str>, history: &LockHistory) -> Result<Option<String>> {
    let Some(live) = live else {
        return Ok(None);
    };
    if !policy::denies_all_updates(root, live)? {
        return Ok(None);
    }
    if let Some(previous) = &history.policy
        && policy::same_policy(&policy::with_lock(root, previous.as_deref())?, live)
    {
        return Ok(Some(previous.clone().unwrap_or_else(|| ALLOW_ALL.to_owned())));
    }
    Ok(Some(policy::without_lock(root, live)?))
}

/// Whether everything that held data when the environment was locked is still in its stack. A refactor that was not taken
/// back moved it away: the next push would then make it anew, empty.
fn integrity(
    request: &LockRequest,
    history: &LockHistory,
    pushed: &IndexMap<String, Template>,
    is_locked: bool,
) -> Validation {
    let stacks: IndexMap<&str, &Stack> = request
        .root
        .walk()
        .into_iter()
        .map(|stack| (stack.name.as_str(), stack))
        .collect();
    let mut missing: Vec<String> = Vec::new();
    for ((stack, logical_id), resource) in &history.resources {
        let live = stacks
            .get(stack.as_str())
            .and_then(|stack| stack.resources.get(logical_id));
        if live.is_none() {
            missing.push(format!(
                "{logical_id} ({}, {}) is not in stack {stack}",
                resource.resource_type, resource.physical_id
            ));
        }
    }
    for (name, template) in pushed {
        let Some(stack) = stacks.get(name.as_str()) else {
            continue;
        };
        let gone = template.resources().filter(|resource| {
            resource.condition().is_none()
                && protection::is_stateful_type(resource.logical_id, resource.resource_type())
                && !stack.resources.contains_key(resource.logical_id)
        });
        missing.extend(gone.map(|resource| {
            format!(
                "{} ({}) is not in stack {name}",
                resource.logical_id,
                resource.resource_type()
            )
        }));
    }
    missing.extend(
        stacks
            .values()
            .filter(|stack| stack.resources.contains_key(PLACEHOLDER))
            .map(|stack| {
                format!(
                    "stack {} holds a placeholder for resources that were moved away",
                    stack.name
                )
            }),
    );
    let checked = history.is_known || !pushed.is_empty() || !is_locked;
    let status = match (missing.is_empty(), checked) {
        (false, _) => ValidationStatus::Failed,
        (true, true) => ValidationStatus::Passed,
        (true, false) => ValidationStatus::NotChecked,
    };
    let report = match status {
        ValidationStatus::Passed => None,
        ValidationStatus::Failed => Some(missing.join("\n")),
        ValidationStatus::NotChecked => Some(
            "There is no journal of the lock, and the pushed templates could not be read from the deployment bucket."
                .into(),
        ),
    };
    Validation {
        name: "Stack Integrity".into(),
        description: "Every resource that holds data is in the stack that it was in when the environment was locked."
            .into(),
        status,
        report,
        resolution: (status == ValidationStatus::Failed)
            .then(|| "Run `refactor --rollback` first: it moves the resources back into the Gen 1 stacks.".into()),
    }
}

fn protection_stays(stack: &Stack) -> Finding {
    Finding {
        id: "protection-stays".into(),
        severity: Severity::Warning,
        feature: "Lock".into(),
        message: format!(
            "What stack {} looked like before the lock is not known: there is no journal, and the pushed template is not the deployed one. Its deletion policies and the protection of its tables stay.",
            stack.name
        ),
        path: stack.name.clone(),
        line: None,
        remedy: "Nothing is lost by that. `amplify push` writes the policies of the project again; the protection of tables can be ended in the DynamoDB console.".into(),
    }
}

fn policy_stays(root: &str) -> Finding {
    Finding {
        id: "stack-policy-stays".into(),
        severity: Severity::Info,
        feature: "Lock".into(),
        message: format!(
            "CloudFormation cannot remove a stack policy: stack {root} gets one that allows every update, which is what a stack without a policy does."
        ),
        path: root.to_owned(),
        line: None,
        remedy: "Nothing has to be done.".into(),
    }
}

fn marked_for_another(request: &LockRequest, marked: &str) -> Finding {
    Finding {
        id: "other-environment-marked".into(),
        severity: Severity::Warning,
        feature: "Lock".into(),
        message: format!(
            "App {} is marked for the migration of environment {marked}, not of {}: the mark stays.",
            request.app_id, request.environment
        ),
        path: request.root.stack.name.clone(),
        line: None,
        remedy: format!("Run `lock --rollback --env {marked}` when that migration is to be taken back as well."),
    }
}
