//! Pairs that the user names in a file.

use std::path::Path;

use serde::Deserialize;

use super::candidate::Candidates;
use crate::refactor::RefactorError;

/// A pair as the mapping file and the service write it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExplicitMapping {
    /// The Gen 1 resource.
    pub source: Location,
    /// The Gen 2 resource.
    pub destination: Location,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Location {
    /// Name or ARN of the stack.
    pub stack_name: String,
    /// Logical id.
    pub logical_resource_id: String,
}

impl Location {
    fn is(&self, stack: &str, logical_id: &str) -> bool {
        plain_name(&self.stack_name) == stack && self.logical_resource_id == logical_id
    }
}

impl ExplicitMapping {
    pub(super) fn is_source(&self, stack: &str, logical_id: &str) -> bool {
        self.source.is(stack, logical_id)
    }

    pub(super) fn is_target(&self, stack: &str, logical_id: &str) -> bool {
        self.destination.is(stack, logical_id)
    }

    pub(super) fn target_label(&self) -> String {
        format!(
            "{} in {}, named by --mappings",
            self.destination.logical_resource_id, self.destination.stack_name
        )
    }
}

/// Reads a mapping file: a JSON array of pairs. `file://` before the path is accepted.
///
/// # Errors
/// `MAPPING_FILE_INVALID` when it cannot be read or is not such an array.
pub fn read_mappings(path: &str) -> Result<Vec<ExplicitMapping>, RefactorError> {
    let invalid = |reason: String| RefactorError::MappingFile {
        path: path.to_owned(),
        reason,
    };
    let file = path.strip_prefix("file://").unwrap_or(path);
    let text = std::fs::read_to_string(Path::new(file)).map_err(|error| invalid(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))
}

/// Every destination exists, and no source or destination is named twice.
pub(super) fn check(mappings: &[ExplicitMapping], candidates: &Candidates) -> Result<(), RefactorError> {
    for (index, mapping) in mappings.iter().enumerate() {
        let invalid = |reason: &str| RefactorError::Mapping {
            source_stack: mapping.source.stack_name.clone(),
            source_logical_id: mapping.source.logical_resource_id.clone(),
            target_stack: mapping.destination.stack_name.clone(),
            target_logical_id: mapping.destination.logical_resource_id.clone(),
            reason: reason.to_owned(),
        };
        let earlier = &mappings[..index];
        if earlier.iter().any(|other| other.source == mapping.source) {
            return Err(invalid("its source is named twice"));
        }
        if earlier.iter().any(|other| other.destination == mapping.destination) {
            return Err(invalid("its destination is named twice"));
        }
        if candidates
            .at(
                plain_name(&mapping.destination.stack_name),
                &mapping.destination.logical_resource_id,
            )
            .is_none()
        {
            return Err(invalid("its destination is in no Gen 2 category stack"));
        }
    }
    Ok(())
}

/// The name in a stack ARN, or the text itself.
fn plain_name(stack: &str) -> &str {
    if stack.starts_with("arn:") {
        stack.split('/').nth(1).unwrap_or(stack)
    } else {
        stack
    }
}
