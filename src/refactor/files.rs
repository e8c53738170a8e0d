//! The planned operations as files: what `--plan-out` writes, and what lies beside the journal before each call.

use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{PlannedOperation, RefactorError, RefactorOperation, StackMove, StackUpdate};

/// Longest file name, in bytes; longer ones become a hash that `filename-mapping.json` explains.
const NAME_LIMIT: usize = 200;

/// Name of the file that explains hashed names.
const MAPPING_FILE: &str = "filename-mapping.json";

/// A file of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFile {
    /// Name without folder.
    pub name: String,
    /// Content, two spaces of indentation, no newline at the end.
    pub content: String,
}

/// The files of each operation, in the order of the plan. A second operation on the same stacks gets `.2` before the kind.
pub fn operation_files(operations: &[PlannedOperation]) -> Vec<Vec<OperationFile>> {
    let mut seen: IndexMap<String, usize> = IndexMap::new();
    operations
        .iter()
        .map(|planned| {
            let (stem, files) = match &planned.operation {
                RefactorOperation::Update(update) => (format!("update.{}", update.stack.name), update_files(update)),
                RefactorOperation::Move(moved) => (
                    format!("refactor.__from__.{}.__to__.{}", moved.source.name, moved.target.name),
                    move_files(moved),
                ),
                RefactorOperation::DeleteHolding(_) => return Vec::new(),
            };
            let count = seen.entry(stem.clone()).or_default();
            *count += 1;
            let stem = if *count == 1 { stem } else { format!("{stem}.{count}") };
            files
                .into_iter()
                .map(|(kind, content)| OperationFile {
                    name: format!("{stem}.{kind}"),
                    content,
                })
                .collect()
        })
        .collect()
}

/// Writes all files flat into a folder that is absent or empty, and returns their names as they are on disk.
///
/// # Errors
/// `OUTPUT_NOT_EMPTY`, `OUTPUT_IO`
pub fn write_operations(operations: &[PlannedOperation], directory: &Path) -> Result<Vec<String>, RefactorError> {
    let io = |path: &Path| {
        let path = path.display().to_string();
        move |source| RefactorError::Io { path, source }
    };
    if directory.is_dir() {
        let mut entries = std::fs::read_dir(directory).map_err(io(directory))?;
        if entries.next().is_some() {
            return Err(RefactorError::FolderNotEmpty {
                path: directory.display().to_string(),
            });
        }
    }
    std::fs::create_dir_all(directory).map_err(io(directory))?;
    let mut written = Vec::new();
    let mut hashed = serde_json::Map::new();
    for file in operation_files(operations).into_iter().flatten() {
        let name = disk_name(&file.name);
        if name != file.name {
            hashed.insert(name.clone(), Value::String(file.name));
        }
        let path = directory.join(&name);
        std::fs::write(&path, file.content).map_err(io(&path))?;
        written.push(name);
    }
    if !hashed.is_empty() {
        let path = directory.join(MAPPING_FILE);
        std::fs::write(&path, pretty(&Value::Object(hashed))).map_err(io(&path))?;
        written.push(MAPPING_FILE.to_owned());
    }
    Ok(written)
}

fn disk_name(name: &str) -> String {
    if name.len() <= NAME_LIMIT {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    let hash: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    format!("{hash}.json")
}

fn update_files(update: &StackUpdate) -> Vec<(&'static str, String)> {
    vec![
        ("template.json", update.after.to_pretty()),
        ("parameters.json", pretty(&previous_values(&update.parameter_keys))),
    ]
}

fn move_files(moved: &StackMove) -> Vec<(&'static str, String)> {
    vec![
        ("source.template.json", moved.source_after.to_pretty()),
        ("target.template.json", moved.target_after.to_pretty()),
        ("mappings.json", pretty(&resource_mappings(moved))),
    ]
}

/// Parameters by previous value: no value is ever on disk.
pub fn previous_values(parameter_keys: &[String]) -> Value {
    parameter_keys
        .iter()
        .map(|key| json!({ "ParameterKey": key, "UsePreviousValue": true }))
        .collect()
}

/// `ResourceMappings` of the stack refactor, with plain stack names.
pub fn resource_mappings(moved: &StackMove) -> Value {
    moved
        .moves
        .iter()
        .map(|one| {
            json!({
                "Source": { "StackName": moved.source.name, "LogicalResourceId": one.source_logical_id },
                "Destination": { "StackName": moved.target.name, "LogicalResourceId": one.target_logical_id },
            })
        })
        .collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
