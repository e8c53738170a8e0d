//! A move by a stack refactor: created, compared with the plan, executed, checked.

use indexmap::IndexMap;
use serde_json::json;

use super::{
    configuration::Snapshot,
    deletion,
    error::ExecutionError,
    run::Run,
    wait::{until_settled, until_usable},
};
use crate::{
    cloud::{
        CloudError, Pace, RefactorAction, StackRefactorDefinition, StackRefactorRequest, StackRefactorState,
        TemplateHandOver,
    },
    cloudformation::{SHELL, Template},
    deployment::StackResource,
    error::Result,
    plan::OperationOutcome,
    refactor::StackRefactor,
};

/// Longest description of a stack refactor, in bytes.
const DESCRIPTION_LIMIT: usize = 1024;

/// How often the creation is tried when its answer is lost and the service knows of no such refactor.
const CREATION_ATTEMPTS: usize = 3;

pub(super) async fn carry_out(
    run: &Run<'_>,
    operation: &str,
    moved: &StackRefactor,
    before: &Snapshot,
) -> Result<OperationOutcome> {
    let outcome = match state(run, operation, moved).await? {
        MoveState::Done => OperationOutcome::AlreadyDone,
        MoveState::Pending => {
            move_resources(run, operation, moved).await?;
            OperationOutcome::Done
        }
    };
    before.compare(run, operation, &moved.moves).await?;
    Ok(outcome)
}

enum MoveState {
    Done,
    Pending,
}

/// Decides by what the stacks own now.
async fn state(run: &Run<'_>, operation: &str, moved: &StackRefactor) -> Result<MoveState> {
    until_usable(run, operation, &moved.source.stack.id).await?;
    let target = until_settled(run, operation, &moved.target.stack.id).await?;
    let is_shell = target.as_ref().is_some_and(|target| target.status == SHELL);
    if is_shell {
        deletion::delete(run, operation, &moved.target.stack.name).await?;
    }
    let target_exists = target.is_some() && !is_shell;
    if target_exists {
        until_usable(run, operation, &moved.target.stack.id).await?;
    }
    let source = resources(run, operation, &moved.source.stack.id).await?;
    let owned = if target_exists {
        resources(run, operation, &moved.target.stack.id).await?
    } else {
        IndexMap::new()
    };
    if misplaced(moved, &source, &owned).is_none() {
        return Ok(MoveState::Done);
    }
    let changed = |stack: &str, difference: String| ExecutionError::StackChanged {
        stack: stack.to_owned(),
        difference,
    };
    for one in &moved.moves {
        let live = source
            .get(&one.source_logical_id)
            .and_then(|resource| resource.physical_id.as_deref());
        if live != Some(one.physical_id.as_str()) {
            let difference = format!(
                "{} is {} instead of {}",
                one.source_logical_id,
                live.unwrap_or("missing"),
                one.physical_id
            );
            return Err(changed(&moved.source.stack.name, difference).into());
        }
        if owned
            .get(&one.target_logical_id)
            .is_some_and(|resource| resource.physical_id.is_some())
        {
            return Err(changed(
                &moved.target.stack.name,
                format!("it owns a resource {} already", one.target_logical_id),
            )
            .into());
        }
    }
    let live = run.template(operation, &moved.source.stack.id).await?;
    if !run.is_expected(&moved.source.stack.name, &live, moved.source.before.as_ref()) {
        return Err(changed(&moved.source.stack.name, "its template is another one".into()).into());
    }
    let weak = unretained(&live, moved.moves.iter().map(|one| one.source_logical_id.as_str()));
    if !weak.is_empty() {
        return Err(ExecutionError::NotRetained {
            stack: moved.source.stack.name.clone(),
            resources: weak,
        }
        .into());
    }
    let weak = unretained(
        &moved.target.after,
        moved.moves.iter().map(|one| one.target_logical_id.as_str()),
    );
    if !weak.is_empty() {
        return Err(ExecutionError::NotRetained {
            stack: moved.target.stack.name.clone(),
            resources: weak,
        }
        .into());
    }
    match (&moved.target.before, target_exists) {
        (None, true) => return Err(changed(&moved.target.stack.name, "it exists already".into()).into()),
        (Some(_), false) => return Err(changed(&moved.target.stack.name, "it does not exist any more".into()).into()),
        (None, false) => {}
        (Some(expected), true) => {
            let live = run.template(operation, &moved.target.stack.id).await?;
            if !run.is_expected(&moved.target.stack.name, &live, Some(expected)) {
                return Err(changed(&moved.target.stack.name, "its template is another one".into()).into());
            }
        }
    }
    Ok(MoveState::Pending)
}

async fn resources(run: &Run<'_>, operation: &str, stack: &str) -> Result<IndexMap<String, StackResource>> {
    Ok(run
        .cloud
        .cloudformation
        .stack_resources(stack)
        .await
        .map_err(|error| run.failed(operation, error))?)
}

/// Resources of a template that would go with their stack, or when they are replaced.
fn unretained<'m>(template: &Template, logical_ids: impl Iterator<Item = &'m str>) -> Vec<String> {
    let is_retained = |logical_id: &str| {
        template.resource(logical_id).is_some_and(|resource| {
            ["DeletionPolicy", "UpdateReplacePolicy"]
                .iter()
                .all(|policy| resource.definition.get(*policy).is_some_and(|value| value == "Retain"))
        })
    };
    logical_ids
        .filter(|logical_id| !is_retained(logical_id))
        .map(ToOwned::to_owned)
        .collect()
}

/// The first resource that is not where the move leads; none when all are.
fn misplaced(
    moved: &StackRefactor,
    source: &IndexMap<String, StackResource>,
    target: &IndexMap<String, StackResource>,
) -> Option<String> {
    let owns = |stack: &IndexMap<String, StackResource>, logical_id: &str, physical_id: &str| {
        stack
            .get(logical_id)
            .is_some_and(|resource| resource.physical_id.as_deref() == Some(physical_id))
    };
    moved.moves.iter().find_map(|one| {
        if !owns(target, &one.target_logical_id, &one.physical_id) {
            return Some(format!(
                "{} does not own {} as {}",
                moved.target.stack.name, one.physical_id, one.target_logical_id
            ));
        }
        if owns(source, &one.source_logical_id, &one.physical_id) {
            return Some(format!(
                "{} still owns {} as {}",
                moved.source.stack.name, one.physical_id, one.source_logical_id
            ));
        }
        None
    })
}

async fn move_resources(run: &Run<'_>, operation: &str, moved: &StackRefactor) -> Result<()> {
    let tag = format!(" [{}/{operation}]", run.id);
    let room = DESCRIPTION_LIMIT - tag.len();
    let shown: String = moved.description.chars().take(room).collect();
    let description = format!("{shown}{tag}");
    let source = run.hand_over(&moved.source.stack.name, &moved.source.after)?;
    let target = run.hand_over(&moved.target.stack.name, &moved.target.after)?;
    let templates: Vec<&str> = source.key().into_iter().chain(target.key()).collect();
    run.intend(
        operation,
        json!({
            "createStackRefactor": description,
            "kind": moved.kind,
            "moves": moved.moves,
            "templates": templates,
        }),
    )
    .await?;
    let outcome = hand_over_and_move(run, operation, moved, description, [&source, &target]).await;
    let events = run.events_of(operation);
    tokio::join!(source.remove(run.cloud, events), target.remove(run.cloud, events));
    outcome
}

async fn hand_over_and_move(
    run: &Run<'_>,
    operation: &str,
    moved: &StackRefactor,
    description: String,
    [source, target]: [&TemplateHandOver; 2],
) -> Result<()> {
    let (source, target) = tokio::try_join!(source.source(run.cloud), target.source(run.cloud))
        .map_err(|error| run.failed(operation, error))?;
    let request = StackRefactorRequest {
        description,
        creates_stack: moved.create_target,
        definitions: vec![
            StackRefactorDefinition {
                stack: moved.source.stack.id.clone(),
                template: source,
            },
            StackRefactorDefinition {
                stack: if moved.create_target {
                    moved.target.stack.name.clone()
                } else {
                    moved.target.stack.id.clone()
                },
                template: target,
            },
        ],
        mappings: moved
            .moves
            .iter()
            .map(|one| {
                [
                    moved.source.stack.name.clone(),
                    one.source_logical_id.clone(),
                    moved.target.stack.name.clone(),
                    one.target_logical_id.clone(),
                ]
            })
            .collect(),
    };
    create_and_execute(run, operation, moved, &request).await
}

async fn create_and_execute(
    run: &Run<'_>,
    operation: &str,
    moved: &StackRefactor,
    request: &StackRefactorRequest,
) -> Result<()> {
    let id = create(run, operation, moved, request).await?;
    run.intend(operation, json!({ "stackRefactorId": id })).await?;
    let created = until(run, operation, moved, &id, |state| {
        !state.status.ends_with("_IN_PROGRESS")
    })
    .await?;
    if created.status != "CREATE_COMPLETE" {
        remove_shell(run, operation, moved).await?;
        return Err(ExecutionError::RefactorRefused {
            source_stack: moved.source.stack.name.clone(),
            target_stack: moved.target.stack.name.clone(),
            reason: created.status_reason.unwrap_or(created.status),
        }
        .into());
    }
    let preview = run
        .cloud
        .cloudformation
        .stack_refactor_actions(&id)
        .await
        .map_err(|error| call_failed(operation, moved, error))?;
    let differences = preview_differences(moved, &preview);
    if !differences.is_empty() {
        remove_shell(run, operation, moved).await?;
        return Err(ExecutionError::PreviewDiffers {
            source_stack: moved.source.stack.name.clone(),
            target_stack: moved.target.stack.name.clone(),
            differences,
        }
        .into());
    }
    run.intend(operation, json!({ "executeStackRefactor": id })).await?;
    execute(run, operation, moved, &id).await?;
    let executed = until(run, operation, moved, &id, |state| is_executed(&state.execution_status)).await?;
    if executed.execution_status != "EXECUTE_COMPLETE" {
        remove_shell(run, operation, moved).await?;
        return Err(ExecutionError::RefactorFailed {
            source_stack: moved.source.stack.name.clone(),
            target_stack: moved.target.stack.name.clone(),
            status: executed.execution_status,
            reason: executed
                .execution_status_reason
                .or(executed.status_reason)
                .unwrap_or_else(|| "no reason was given".into()),
        }
        .into());
    }
    // The refactor is reported complete seconds before its stacks are.
    until_usable(run, operation, &moved.source.stack.id).await?;
    until_usable(run, operation, &moved.target.stack.id).await?;
    let (source, target) = (
        resources(run, operation, &moved.source.stack.id).await?,
        resources(run, operation, &moved.target.stack.id).await?,
    );
    match misplaced(moved, &source, &target) {
        None => Ok(()),
        Some(difference) => Err(ExecutionError::OwnershipWrong {
            source_stack: moved.source.stack.name.clone(),
            target_stack: moved.target.stack.name.clone(),
            difference,
        }
        .into()),
    }
}

/// Creates the refactor. The call carries no token, so a lost answer is looked up by the description before it is repeated.
async fn create(
    run: &Run<'_>,
    operation: &str,
    moved: &StackRefactor,
    request: &StackRefactorRequest,
) -> Result<String> {
    let api = &run.cloud.cloudformation;
    let mut pace = Pace::new(run.events_of(operation));
    let mut attempts = 0;
    loop {
        attempts += 1;
        let error = match api.create_stack_refactor(request).await {
            Ok(id) => return Ok(id),
            Err(error) if error.is_passing() => error,
            Err(error) => return Err(call_failed(operation, moved, error).into()),
        };
        pace.pause_after(&between(moved), error.clone())
            .await
            .map_err(|error| call_failed(operation, moved, error))?;
        if let Some(id) = find(run, operation, moved, request).await? {
            return Ok(id);
        }
        if attempts >= CREATION_ATTEMPTS {
            return Err(call_failed(operation, moved, error).into());
        }
    }
}

async fn find(
    run: &Run<'_>,
    operation: &str,
    moved: &StackRefactor,
    request: &StackRefactorRequest,
) -> Result<Option<String>> {
    let mut pace = Pace::new(run.events_of(operation));
    loop {
        match run.cloud.cloudformation.open_stack_refactors().await {
            Ok(open) => {
                return Ok(open
                    .into_iter()
                    .find(|(_, description)| *description == request.description)
                    .map(|(id, _)| id));
            }
            Err(error) => pace
                .pause_after(&between(moved), error)
                .await
                .map_err(|error| call_failed(operation, moved, error))?,
        }
    }
}

/// Begins the execution. After a lost answer the refactor itself tells whether it began.
async fn execute(run: &Run<'_>, operation: &str, moved: &StackRefactor, id: &str) -> Result<()> {
    let mut pace = Pace::new(run.events_of(operation));
    loop {
        let error = match run.cloud.cloudformation.execute_stack_refactor(id).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !error.is_passing() {
            return Err(call_failed(operation, moved, error).into());
        }
        pace.pause_after(&between(moved), error)
            .await
            .map_err(|error| call_failed(operation, moved, error))?;
        let state = until(run, operation, moved, id, |_| true).await?;
        if state.execution_status != "AVAILABLE" {
            return Ok(());
        }
    }
}

fn is_executed(status: &str) -> bool {
    !status.ends_with("_IN_PROGRESS") && status != "AVAILABLE"
}

async fn until(
    run: &Run<'_>,
    operation: &str,
    moved: &StackRefactor,
    id: &str,
    is_reached: impl Fn(&StackRefactorState) -> bool,
) -> Result<StackRefactorState> {
    let mut pace = Pace::new(run.events_of(operation));
    loop {
        match run.cloud.cloudformation.stack_refactor(id).await {
            Ok(state) if is_reached(&state) => return Ok(state),
            Ok(state) => {
                let status = if state.status == "CREATE_COMPLETE" {
                    &state.execution_status
                } else {
                    &state.status
                };
                pace.pause(id, status).await;
            }
            Err(error) => pace
                .pause_after(&between(moved), error)
                .await
                .map_err(|error| call_failed(operation, moved, error))?,
        }
    }
}

/// A stack refactor as people know it: its id means nothing to them.
fn between(moved: &StackRefactor) -> String {
    format!("move from {} to {}", moved.source.stack.name, moved.target.stack.name)
}

fn call_failed(operation: &str, moved: &StackRefactor, source: CloudError) -> ExecutionError {
    ExecutionError::MoveCall {
        operation: operation.to_owned(),
        source_stack: moved.source.stack.name.clone(),
        target_stack: moved.target.stack.name.clone(),
        source,
    }
}

/// A refactor that fails can leave the stack that it would have created as a shell.
async fn remove_shell(run: &Run<'_>, operation: &str, moved: &StackRefactor) -> Result<()> {
    if !moved.create_target {
        return Ok(());
    }
    match until_settled(run, operation, &moved.target.stack.name).await? {
        Some(found) if found.status == SHELL => deletion::delete(run, operation, &moved.target.stack.name)
            .await
            .map(drop),
        _ => Ok(()),
    }
}

/// Every difference between what the service would do and what is planned.
fn preview_differences(moved: &StackRefactor, preview: &[RefactorAction]) -> Vec<String> {
    let mut differences = Vec::new();
    let mut expected: Vec<_> = moved.moves.iter().collect();
    for action in preview {
        match (action.action.as_str(), action.entity.as_str()) {
            ("MOVE", "RESOURCE") => {
                let position = expected.iter().position(|one| {
                    action.source.as_ref() == Some(&(moved.source.stack.name.clone(), one.source_logical_id.clone()))
                        && action.target.as_ref()
                            == Some(&(moved.target.stack.name.clone(), one.target_logical_id.clone()))
                        && action.physical_id.as_ref().is_none_or(|id| *id == one.physical_id)
                });
                match position {
                    Some(position) => {
                        expected.swap_remove(position);
                    }
                    None => differences.push(format!("it would move {:?} to {:?}", action.source, action.target)),
                }
            }
            ("CREATE", "STACK") if moved.create_target => {}
            _ => differences.push(format!("it would {} a {}", action.action, action.entity)),
        }
    }
    differences.extend(
        expected
            .into_iter()
            .map(|one| format!("it would not move {}", one.source_logical_id)),
    );
    differences
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_moves_must_be_retained_in_both_ways() {
        let template = json!({"Resources": {
            "Kept": {"Type": "T", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
            "Half": {"Type": "T", "DeletionPolicy": "Retain"},
            "Snapshot": {"Type": "T", "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Retain"},
            "Bare": {"Type": "T"}
        }});
        let template = Template::from_value(template, "t").unwrap_or_default();
        let weak = unretained(&template, ["Kept", "Half", "Snapshot", "Bare", "Missing"].into_iter());
        assert_eq!(weak, ["Half", "Snapshot", "Bare", "Missing"]);
    }
}
