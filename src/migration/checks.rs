//! Validations that several steps share.

use std::sync::Arc;

use futures::FutureExt;

use crate::{
    assess,
    backend::{
        finding::{Finding, Severity},
        model::Backend,
    },
    plan::{Validation, ValidationStatus},
    refactor::execute::ValidationCheck,
};

/// The `Assessment` validation: fails on what must not be migrated. What is merely not carried over is told as a finding.
pub(super) fn assessment_check(model: &Backend) -> ValidationCheck {
    let validation = assessment_validation(&assess::assess(model).findings);
    Arc::new(move || {
        let validation = validation.clone();
        async move { Ok(validation) }.boxed()
    })
}

fn assessment_validation(findings: &[Finding]) -> Validation {
    let blockers: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker)
        .collect();
    let lines = |text: fn(&Finding) -> String| {
        blockers
            .iter()
            .map(|finding| text(finding))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let failed = !blockers.is_empty();
    Validation {
        name: "Assessment".to_owned(),
        description: "Verifies that the app has nothing that keeps it from being migrated.".to_owned(),
        status: if failed {
            ValidationStatus::Failed
        } else {
            ValidationStatus::Passed
        },
        report: failed.then(|| lines(|finding| format!("{} ({})", finding.message, finding.path))),
        resolution: failed.then(|| lines(|finding| finding.remedy.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity) -> Finding {
        Finding {
            id: "datastore".to_owned(),
            severity,
            feature: "DataStore".to_owned(),
            message: "conflict resolution is on".to_owned(),
            path: "api/notes/transform.conf.json".to_owned(),
            line: None,
            remedy: "Disable it.".to_owned(),
        }
    }

    #[test]
    fn only_a_blocker_fails_the_assessment() {
        let passed = assessment_validation(&[finding(Severity::Manual), finding(Severity::Warning)]);
        assert_eq!(passed.status, ValidationStatus::Passed);
        let failed = assessment_validation(&[finding(Severity::Info), finding(Severity::Blocker)]);
        assert_eq!(failed.status, ValidationStatus::Failed);
        assert_eq!(
            failed.report.as_deref(),
            Some("conflict resolution is on (api/notes/transform.conf.json)")
        );
        assert_eq!(failed.resolution.as_deref(), Some("Disable it."));
    }
}
