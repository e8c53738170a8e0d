//! An update by a change set that is inspected before it is executed.

use serde_json::json;

use super::{
    error::ExecutionError,
    run::Run,
    upload::Upload,
    wait::{Patience, is_passing, until_usable},
};
use crate::{
    cloud::{Change, ChangeSet, ChangeSetRequest},
    cloudformation::same_template,
    error::Result,
    plan::OperationOutcome,
    refactor::{AllowedChanges, UpdateStack},
};

/// Attributes that an update may change.
const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

pub(super) async fn carry_out(run: &Run<'_>, operation: &str, update: &UpdateStack) -> Result<OperationOutcome> {
    let stack = &update.stack;
    until_usable(run, operation, &stack.id).await?;
    let live = run.template(operation, &stack.id).await?;
    if same_template(&live, &update.after) {
        return Ok(OperationOutcome::AlreadyDone);
    }
    if !run.is_expected(&stack.name, &live, Some(&update.before)) {
        return Err(ExecutionError::StackChanged {
            stack: stack.name.clone(),
            difference: "its template is another one".into(),
        }
        .into());
    }
    let name = format!("gen2-migration-{}-{operation}", run.id);
    run.intend(
        operation,
        json!({ "updateStack": stack.name, "purpose": update.purpose, "changeSet": name }),
    )?;
    let upload = Upload::of(run, operation, &stack.name, &update.after)
        .await
        .map_err(|error| run.failed(operation, error))?;
    let request = ChangeSetRequest {
        stack: stack.id.clone(),
        name: name.clone(),
        template: upload.source.clone(),
        parameter_keys: update.parameters.clone(),
        token: run.token(operation, "create"),
    };
    let outcome = propose_and_execute(run, operation, update, &request).await;
    upload.remove(run).await;
    let outcome = outcome?;
    if outcome == OperationOutcome::Unchanged {
        run.accept(&stack.name, live);
    }
    Ok(outcome)
}

async fn propose_and_execute(
    run: &Run<'_>,
    operation: &str,
    update: &UpdateStack,
    request: &ChangeSetRequest,
) -> Result<OperationOutcome> {
    let api = &run.cloud.cloudformation;
    let stack = &update.stack;
    api.create_change_set(request)
        .await
        .map_err(|error| run.failed(operation, error))?;
    let change_set = until_created(run, operation, request).await?;
    let remove = || async {
        if let Err(error) = api.delete_change_set(&stack.id, &request.name).await {
            run.warn(
                "CHANGE_SET_LEFT",
                format!(
                    "change set {} of stack {} could not be removed: {error}",
                    request.name, stack.name
                ),
            );
        }
    };
    if change_set.is_without_changes() {
        remove().await;
        return Ok(OperationOutcome::Unchanged);
    }
    if change_set.status != "CREATE_COMPLETE" {
        remove().await;
        return Err(ExecutionError::UpdateRefused {
            stack: stack.name.clone(),
            reason: change_set.status_reason.unwrap_or(change_set.status),
        }
        .into());
    }
    let changes: Vec<String> = change_set
        .changes
        .iter()
        .flat_map(|change| forbidden(change, &update.allowed_changes))
        .collect();
    if !changes.is_empty() {
        remove().await;
        return Err(ExecutionError::UpdateNotHarmless {
            stack: stack.name.clone(),
            changes,
        }
        .into());
    }
    run.intend(
        operation,
        json!({ "executeChangeSet": request.name, "updateStack": stack.name }),
    )?;
    let token = run.token(operation, "execute");
    match api.execute_change_set(&stack.id, &request.name, &token).await {
        Ok(()) => {}
        // Whether it began is seen at the stack.
        Err(error) if is_passing(&error) => {}
        Err(error) => {
            remove().await;
            return Err(run.failed(operation, error).into());
        }
    }
    until_applied(run, operation, update, request).await
}

async fn until_created(run: &Run<'_>, operation: &str, request: &ChangeSetRequest) -> Result<ChangeSet> {
    let mut patience = Patience::new();
    loop {
        match run.cloud.cloudformation.change_set(&request.stack, &request.name).await {
            Ok(Some(found)) if found.status == "CREATE_COMPLETE" || found.status == "FAILED" => return Ok(found),
            Ok(found) => {
                let status = found.map_or_else(|| "CREATE_PENDING".to_owned(), |found| found.status);
                patience.pause(run, operation, &request.name, &status).await;
            }
            Err(error) if is_passing(&error) => patience.pause(run, operation, &request.name, "no answer").await,
            Err(error) => return Err(run.failed(operation, error).into()),
        }
    }
}

/// Waits until the stack has the new template. An execution whose answer was lost before it took effect is repeated.
async fn until_applied(
    run: &Run<'_>,
    operation: &str,
    update: &UpdateStack,
    request: &ChangeSetRequest,
) -> Result<OperationOutcome> {
    let stack = &update.stack;
    let mut patience = Patience::new();
    loop {
        let found = until_usable(run, operation, &stack.id).await?;
        if same_template(&run.template(operation, &stack.id).await?, &update.after) {
            return Ok(OperationOutcome::Done);
        }
        if found.status == "UPDATE_ROLLBACK_COMPLETE" {
            return Err(ExecutionError::StackFailed {
                stack: stack.name.clone(),
                status: found.status,
                reason: found.status_reason,
            }
            .into());
        }
        let change_set = run.cloud.cloudformation.change_set(&stack.id, &request.name).await;
        match change_set {
            Ok(Some(waiting)) if waiting.execution_status.as_deref() == Some("AVAILABLE") => {
                match run
                    .cloud
                    .cloudformation
                    .execute_change_set(&stack.id, &request.name, &run.token(operation, "execute"))
                    .await
                {
                    Err(error) if !is_passing(&error) => return Err(run.failed(operation, error).into()),
                    _ => {}
                }
            }
            Ok(_) => {}
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(run.failed(operation, error).into()),
        }
        patience.pause(run, operation, &stack.name, &found.status).await;
    }
}

/// What the update must not do: anything but what the plan allows.
fn forbidden(change: &Change, allowed: &AllowedChanges) -> Vec<String> {
    let is_in = |list: &[String]| list.contains(&change.logical_id);
    if (change.action == "Add" && is_in(&allowed.added)) || (change.action == "Remove" && is_in(&allowed.removed)) {
        return Vec::new();
    }
    let name = format!("{} {} ({})", change.action, change.logical_id, change.resource_type);
    if change.action != "Modify" {
        return vec![name];
    }
    if matches!(change.replacement.as_deref(), Some("True" | "Conditional")) {
        return vec![format!(
            "{name}: replacement {}",
            change.replacement.as_deref().unwrap_or_default()
        )];
    }
    let details: Vec<String> = change
        .details
        .iter()
        .filter(|detail| !(POLICIES.contains(&detail.attribute.as_str()) && is_in(&allowed.policies)))
        .filter(|detail| detail.before.is_none() || detail.before != detail.after)
        .map(|detail| {
            format!(
                "{name}: {} {}",
                detail.attribute,
                detail.name.as_deref().unwrap_or_default()
            )
        })
        .collect();
    let scope = change
        .scope
        .iter()
        .filter(|scope| change.details.is_empty() && !(POLICIES.contains(&scope.as_str()) && is_in(&allowed.policies)));
    details
        .into_iter()
        .chain(scope.map(|scope| format!("{name}: {scope}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cloud::ChangeDetail, refactor::PLACEHOLDER};

    fn change(action: &str, attribute: &str) -> Change {
        Change {
            action: action.into(),
            logical_id: "UserPool".into(),
            resource_type: "AWS::Cognito::UserPool".into(),
            replacement: Some("False".into()),
            scope: vec![attribute.into()],
            details: vec![ChangeDetail {
                attribute: attribute.into(),
                name: Some("UserPoolName".into()),
                ..ChangeDetail::default()
            }],
        }
    }

    #[test]
    fn only_what_the_plan_allows_may_change() {
        let allowed = AllowedChanges {
            policies: vec!["UserPool".into()],
            added: vec![PLACEHOLDER.into()],
            removed: Vec::new(),
        };
        let count = |change: &Change| forbidden(change, &allowed).len();
        assert_eq!(count(&change("Modify", "DeletionPolicy")), 0);
        assert_eq!(count(&change("Modify", "Properties")), 1);
        assert_eq!(count(&change("Remove", "DeletionPolicy")), 1);
        assert_eq!(count(&change("Add", "Properties")), 1);
        let mut replaced = change("Modify", "DeletionPolicy");
        replaced.replacement = Some("Conditional".into());
        assert_eq!(count(&replaced), 1);
        let mut other = change("Modify", "DeletionPolicy");
        other.logical_id = "Role".into();
        assert_eq!(count(&other), 1);
        let mut placeholder = change("Add", "Properties");
        placeholder.logical_id = PLACEHOLDER.into();
        assert_eq!(count(&placeholder), 0);
        placeholder.action = "Remove".into();
        assert_eq!(count(&placeholder), 1);
        let mut bare = change("Modify", "Tags");
        bare.details.clear();
        assert_eq!(count(&bare), 1);
    }
}
