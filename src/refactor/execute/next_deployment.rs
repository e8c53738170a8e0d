//! Whether the next deployment of Gen 2 leaves the moved resources what they are. Never to be waived: what it replaces is
//! production.

use crate::plan::{ChangeEffect, PredictedChange, Validation, ValidationStatus};

/// The validation of the predicted changes.
pub(super) fn validation(changes: &[PredictedChange]) -> Validation {
    let blocking: Vec<&PredictedChange> = changes.iter().filter(|change| change.blocks()).collect();
    let unknown: Vec<&PredictedChange> = changes
        .iter()
        .filter(|change| change.effect == ChangeEffect::Unknown)
        .collect();
    let (status, told) = match (blocking.is_empty(), unknown.is_empty()) {
        (false, _) => (ValidationStatus::Failed, blocking),
        (true, false) => (ValidationStatus::NotChecked, unknown),
        (true, true) => (ValidationStatus::Passed, Vec::new()),
    };
    let lines: Vec<String> = told.into_iter().map(line).collect();
    let resolution = match status {
        ValidationStatus::Passed => None,
        ValidationStatus::Failed => Some(
            "Nothing was changed. Give the Gen 2 resource the value that the Gen 1 resource has (in the Gen 2 backend's code), deploy the branch, and plan the refactor again: until the refactor a deployment only touches Gen 2's own, empty resources. Where the service refuses to change the resource that is there, delete the Gen 2 deployment and deploy it anew. This cannot be skipped.",
        ),
        ValidationStatus::NotChecked => {
            Some("Look at a change set of the Gen 2 stack before the branch is deployed after the refactor.")
        }
    };
    Validation {
        name: "Next Deployment".into(),
        description: "Predicts from CloudFormation's schemas that the next Gen 2 deployment neither replaces a moved resource nor fails on it."
            .into(),
        status,
        report: (!lines.is_empty()).then(|| lines.join("\n")),
        resolution: resolution.map(Into::into),
    }
}

fn line(change: &PredictedChange) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".into());
    let effect = match change.effect {
        ChangeEffect::Replace => "would be replaced",
        ChangeEffect::Refused => "would make the deployment fail",
        _ => "might be replaced",
    };
    let note = change
        .note
        .as_ref()
        .map(|note| format!(" ({note})"))
        .unwrap_or_default();
    format!(
        "{} of {}: {} {} {effect}, because {} is {} and becomes {}{note}",
        change.logical_id,
        change.stack,
        change.resource_type,
        change.physical_id,
        change.property,
        shown(&change.before),
        shown(&change.after),
    )
}
