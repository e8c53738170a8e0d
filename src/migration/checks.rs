//! Validations that several steps share.

use std::sync::Arc;

use futures::FutureExt;

use crate::{
    assess,
    backend::{
        finding::{Finding, Severity},
        model::Backend,
    },
    cloud::Cloud,
    lock,
    plan::{Validation, ValidationCheck, ValidationStatus},
};

/// The `Lock Status` validation, from the policy that the root stack has when the plan is validated.
pub(super) fn lock_check(cloud: &Cloud, root: &str) -> ValidationCheck {
    let cloudformation = Arc::clone(&cloud.cloudformation);
    let root = root.to_owned();
    Arc::new(move || {
        let (cloudformation, root) = (Arc::clone(&cloudformation), root.clone());
        async move { lock::lock_status(cloudformation.as_ref(), &root).await }.boxed()
    })
}

/// The `Lock Status` validation when nothing may be asked of AWS.
pub(super) fn offline_lock_check() -> ValidationCheck {
    Arc::new(|| {
        async {
            Ok(Validation {
                name: "Lock Status".to_owned(),
                description: "The Gen 1 environment is locked: the stack policy of the root stack denies every update."
                    .to_owned(),
                status: ValidationStatus::NotChecked,
                report: Some("Offline: the stack policy of the environment was not read.".to_owned()),
                resolution: None,
            })
        }
        .boxed()
    })
}

/// The `Assessment` validation: fails on what must not be migrated. What is merely not carried over is told as a finding.
///
/// `unread` is what could not be read and is a likely cause of what is missing then: a failure tells it first.
pub(super) fn assessment_check(model: &Backend, unread: Option<Finding>) -> ValidationCheck {
    let mut validation = assessment_validation(&assess::assess(model).findings);
    if let (ValidationStatus::Failed, Some(unread)) = (validation.status, unread) {
        let before = |first: String, rest: Option<String>| Some(format!("{first}\n{}", rest.unwrap_or_default()));
        validation.report = before(unread.message, validation.report);
        validation.resolution = before(unread.remedy, validation.resolution);
    }
    Arc::new(move || {
        let validation = validation.clone();
        async move { Ok(validation) }.boxed()
    })
}

pub(super) fn assessment_validation(findings: &[Finding]) -> Validation {
    let blockers: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker)
        .collect();
    // Several findings may have one way out: it is said once.
    let lines = |text: fn(&Finding) -> String| {
        let mut lines: Vec<String> = Vec::new();
        for line in blockers.iter().map(|finding| text(finding)) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.join("\n")
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
        let failed = assessment_validation(&[
            finding(Severity::Info),
            finding(Severity::Blocker),
            finding(Severity::Blocker),
        ]);
        assert_eq!(failed.status, ValidationStatus::Failed);
        assert_eq!(
            failed.report.as_deref(),
            Some("conflict resolution is on (api/notes/transform.conf.json)")
        );
        assert_eq!(failed.resolution.as_deref(), Some("Disable it."));
    }
}
