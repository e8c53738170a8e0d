//! Operations as the user sees them.

use super::{
    files::FileNames,
    operation::{
        AttachedResource, DeleteReason, MoveKind, PlannedOperation, RefactorOperation, RefactorPlan, StackRefactor,
        UpdatePurpose,
    },
};
use crate::plan::{MoveView, OperationView};

impl RefactorPlan {
    /// The operations in order, each with the names of its files.
    pub fn views(&self) -> Vec<OperationView> {
        let mut names = FileNames::default();
        self.operations
            .iter()
            .map(|operation| {
                view(
                    operation,
                    names.files_of(operation).into_iter().map(|file| file.name).collect(),
                )
            })
            .collect()
    }
}

fn view(planned: &PlannedOperation, files: Vec<String>) -> OperationView {
    let (kind, description, moves) = match &planned.operation {
        RefactorOperation::UpdateStack(update) => {
            let stack = &update.stack.name;
            let description = match update.purpose {
                UpdatePurpose::Prepare => format!("Update {stack} with literal references and retained resources"),
                UpdatePurpose::Placeholder => format!("Update {stack} with a placeholder, so that it can become empty"),
                UpdatePurpose::RestoreTemplate => format!("Update {stack} with its original template"),
                UpdatePurpose::Release => format!(
                    "Let {} go from {stack}: alive as before, but owned by no stack",
                    attached(&update.resources)
                ),
                UpdatePurpose::Adopt => format!("Take {} over into {stack}, unchanged", attached(&update.resources)),
                UpdatePurpose::GiveBack => {
                    let ids = update.returned.iter().map(|resource| resource.physical_id.as_str());
                    let ids: Vec<&str> = ids.collect();
                    format!("Give {} back to {stack} by an import, unchanged", ids.join(", "))
                }
            };
            let kind = match update.purpose {
                UpdatePurpose::Release => "release-resources",
                UpdatePurpose::Adopt => "adopt-resources",
                UpdatePurpose::GiveBack => "give-back-resources",
                _ => "update-stack",
            };
            (kind, description, Vec::new())
        }
        RefactorOperation::CreateAndExecuteStackRefactor(refactor) => {
            let kind = match refactor.kind {
                MoveKind::Park => "park-resources",
                MoveKind::Move => "move-resources",
                MoveKind::MoveBack => "move-resources-back",
                MoveKind::Restore => "restore-resources",
            };
            (kind, move_description(refactor), move_views(refactor))
        }
        RefactorOperation::DeleteStack(delete) => {
            let stack = &delete.stack.name;
            let description = match delete.reason {
                DeleteReason::Shell => format!("Delete {stack}, which a failed refactor left without resources"),
                DeleteReason::EmptyHolding => format!("Delete the empty holding stack {stack}"),
            };
            ("delete-stack", description, Vec::new())
        }
    };
    OperationView {
        id: planned.id.clone(),
        kind: kind.into(),
        group: planned.group.clone(),
        description,
        moves,
        files,
    }
}

/// The resources of a hosted UI by name.
fn attached(resources: &[AttachedResource]) -> String {
    let list = |resource_type: &str, one: &str, more: &str| {
        let names: Vec<&str> = resources
            .iter()
            .filter(|resource| resource.resource_type.ends_with(resource_type))
            .map(|resource| resource.name.as_str())
            .collect();
        match names.as_slice() {
            [] => None,
            [name] => Some(format!("the {one} {name}")),
            names => Some(format!("the {more} {}", names.join(", "))),
        }
    };
    let parts = [
        list("UserPoolDomain", "domain", "domains"),
        list("UserPoolIdentityProvider", "identity provider", "identity providers"),
        list("UserPoolResourceServer", "resource server", "resource servers"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.as_slice() {
        [parts @ .., last] if !parts.is_empty() => format!("{} and {last}", parts.join(", ")),
        parts => parts.concat(),
    }
}

fn move_description(refactor: &StackRefactor) -> String {
    let count = refactor.moves.len();
    let resources = if count == 1 {
        "1 resource".to_owned()
    } else {
        format!("{count} resources")
    };
    let (source, target) = (&refactor.source.stack.name, &refactor.target.stack.name);
    match refactor.kind {
        MoveKind::Park => format!("Park {resources} of {source} in {target}"),
        MoveKind::Move => format!("Move {resources} from {source} to {target}"),
        MoveKind::MoveBack => format!("Move {resources} back from {source} to {target}"),
        MoveKind::Restore => format!("Return {resources} from {source} to {target}"),
    }
}

fn move_views(refactor: &StackRefactor) -> Vec<MoveView> {
    refactor
        .moves
        .iter()
        .map(|moved| MoveView {
            resource_type: moved.resource_type.clone(),
            physical_id: moved.physical_id.clone(),
            source_stack: refactor.source.stack.name.clone(),
            source_logical_id: moved.source_logical_id.clone(),
            target_stack: refactor.target.stack.name.clone(),
            target_logical_id: moved.target_logical_id.clone(),
        })
        .collect()
}
