use crate::backend::{
    finding::{Finding, Severity},
    model::SourceLocation,
};

/// Collects what is not carried over as it was.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// Adds one.
    pub fn add(
        &mut self,
        id: &str,
        severity: Severity,
        message: impl Into<String>,
        location: &SourceLocation,
        remedy: impl Into<String>,
    ) {
        let finding = Finding {
            id: id.to_owned(),
            severity,
            feature: id.to_owned(),
            message: message.into(),
            path: location.path.clone(),
            line: location.line,
            remedy: remedy.into(),
        };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    /// All of them, in the order they were seen.
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}
