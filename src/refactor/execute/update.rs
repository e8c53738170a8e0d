//! An update by a change set that is inspected before it is executed.

use serde_json::json;

use super::{
    configuration::Snapshot,
    error::ExecutionError,
    run::{CHANGE_SET, Run},
    sign_in::SignIn,
    wait::until_usable,
};
use crate::{
    cloud::{
        Change, ChangeSet, StackUpdateError, StackUpdateFailure, StackUpdateOutcome, StackUpdateRequest, update_stack,
    },
    cloudformation::same_template,
    error::{Error, Result},
    plan::OperationOutcome,
    refactor::{AllowedChanges, UpdateStack},
};

/// Attributes that an update may change.
const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

pub(super) async fn carry_out(
    run: &Run<'_>,
    operation: &str,
    update: &UpdateStack,
    before: &Snapshot,
) -> Result<OperationOutcome> {
    let outcome = update_stack_once(run, operation, update).await?;
    if outcome == OperationOutcome::Done {
        before.compare_stack(run, operation, &update.stack.name).await?;
    }
    Ok(outcome)
}

async fn update_stack_once(run: &Run<'_>, operation: &str, update: &UpdateStack) -> Result<OperationOutcome> {
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
    let sign_in = SignIn::before(run, operation, update).await?;
    let template = run.hand_over(&stack.name, &update.after)?;
    run.intend(
        operation,
        json!({
            "updateStack": stack.name,
            "purpose": update.purpose,
            "changeSet": CHANGE_SET,
            "templates": template.key().into_iter().collect::<Vec<_>>(),
        }),
    )
    .await?;
    let token = run.token(operation);
    let imports = update.imports();
    let request = StackUpdateRequest {
        stack: &stack.id,
        stack_name: &stack.name,
        template: &template,
        parameter_keys: &update.parameters,
        imports: &imports,
        change_set: CHANGE_SET,
        token: &token,
    };
    let approve = |change_set: &ChangeSet| -> Result<()> {
        let changes: Vec<String> = change_set
            .changes
            .iter()
            .flat_map(|change| forbidden(change, &update.allowed_changes))
            .chain(missing(&change_set.changes, &update.allowed_changes))
            .collect();
        if !changes.is_empty() {
            return Err(ExecutionError::UpdateNotHarmless {
                stack: stack.name.clone(),
                changes,
            }
            .into());
        }
        run.intend_now(
            operation,
            json!({ "executeChangeSet": change_set.id, "updateStack": stack.name }),
        )
    };
    match update_stack(run.cloud, &request, &approve, run.events_of(operation)).await {
        Ok(StackUpdateOutcome::Updated) => {
            sign_in.compare().await?;
            Ok(OperationOutcome::Done)
        }
        Ok(StackUpdateOutcome::Unchanged) => {
            run.accept(&stack.name, live);
            Ok(OperationOutcome::Unchanged)
        }
        Err(failure) => Err(in_terms_of_refactor(run, operation, failure)),
    }
}

fn in_terms_of_refactor(run: &Run<'_>, operation: &str, failure: StackUpdateFailure) -> Error {
    match failure {
        StackUpdateFailure::Call(error) => run.failed(operation, error).into(),
        StackUpdateFailure::Objection(error) => error,
        StackUpdateFailure::Update(error) => match error {
            StackUpdateError::TemplateTooLarge { .. } => error.into(),
            StackUpdateError::ChangeSetFailed { stack, reason, .. } => {
                ExecutionError::UpdateRefused { stack, reason }.into()
            }
            StackUpdateError::UpdateFailed { stack, status, reason } => ExecutionError::StackFailed {
                stack,
                status,
                reason: Some(reason),
            }
            .into(),
            StackUpdateError::StackGone { stack } => ExecutionError::gone(stack).into(),
        },
    }
}

/// What the update must not do: anything but what the plan allows.
fn forbidden(change: &Change, allowed: &AllowedChanges) -> Vec<String> {
    let is_in = |list: &[String]| list.contains(&change.logical_id);
    let name = format!("{} {} ({})", change.action, change.logical_id, change.resource_type);
    let is_allowed = match change.action.as_str() {
        "Add" => is_in(&allowed.added),
        "Remove" if is_in(&allowed.released) => match change.policy_action.as_deref() {
            Some("Retain") => true,
            action => {
                let action = action.unwrap_or("not said");
                return vec![format!("{name}: what becomes of the resource is {action}, not Retain")];
            }
        },
        "Remove" => is_in(&allowed.removed),
        "Import" => is_in(&allowed.adopted),
        _ => false,
    };
    if is_allowed {
        return Vec::new();
    }
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

/// Resources that the update must let go or take over, and does not.
fn missing(changes: &[Change], allowed: &AllowedChanges) -> Vec<String> {
    let expected = [("Remove", &allowed.released), ("Import", &allowed.adopted)];
    expected
        .into_iter()
        .flat_map(|(action, logical_ids)| logical_ids.iter().map(move |logical_id| (action, logical_id)))
        .filter(|(action, logical_id)| {
            !changes
                .iter()
                .any(|change| change.action == *action && change.logical_id == **logical_id)
        })
        .map(|(action, logical_id)| format!("{action} {logical_id} is not among the changes"))
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
            policy_action: None,
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
            ..AllowedChanges::default()
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

    #[test]
    fn what_is_let_go_must_be_retained_and_what_is_taken_over_must_be_imported() {
        let allowed = AllowedChanges {
            released: vec!["UserPool".into()],
            adopted: vec!["Domain".into()],
            ..AllowedChanges::default()
        };
        let mut removed = change("Remove", "");
        for (action, objections) in [
            (Some("Retain"), 0),
            (Some("Delete"), 1),
            (Some("Snapshot"), 1),
            (None, 1),
        ] {
            removed.policy_action = action.map(Into::into);
            assert_eq!(forbidden(&removed, &allowed).len(), objections, "{action:?}");
        }
        let mut imported = change("Import", "");
        assert_eq!(forbidden(&imported, &allowed).len(), 1);
        imported.logical_id = "Domain".into();
        assert_eq!(forbidden(&imported, &allowed), Vec::<String>::new());
        let mut added = imported.clone();
        added.action = "Add".into();
        assert_eq!(forbidden(&added, &allowed).len(), 1);
        assert_eq!(missing(&[imported, removed], &allowed), Vec::<String>::new());
        assert_eq!(missing(&[], &allowed).len(), 2);
    }
}
