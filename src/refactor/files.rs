//! The files of planned operations.

use indexmap::IndexMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::operation::{PlannedOperation, RefactorOperation, UpdatePurpose};

/// Longest name in bytes that a file gets; longer names become a hash.
const MAXIMUM_NAME: usize = 200;
const MAPPING_FILE: &str = "filename-mapping.json";

/// A file of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFile {
    /// Name without folder.
    pub name: String,
    /// JSON, two spaces of indentation, no newline at the end.
    pub contents: String,
}

/// Gives names to the files of operations: unique, and short enough for every file system.
#[derive(Default)]
pub struct FileNames {
    used: IndexMap<String, u32>,
    hashed: IndexMap<String, String>,
}

impl FileNames {
    /// The files of one operation. Operations have to come in the order of the plan.
    pub fn files_of(&mut self, operation: &PlannedOperation) -> Vec<OperationFile> {
        let (base, contents) = match &operation.operation {
            RefactorOperation::UpdateStack(update) => {
                let parameters: Vec<Value> = update
                    .parameters
                    .iter()
                    .map(|name| json!({ "ParameterKey": name, "UsePreviousValue": true }))
                    .collect();
                let parameters = pretty(&Value::Array(parameters));
                let mut contents = vec![("template", update.after.to_pretty()), ("parameters", parameters)];
                let kind = match update.purpose {
                    UpdatePurpose::Release => {
                        let released = update.resources.iter().map(|resource| resource.logical_id.as_str());
                        contents.push(("logicalIds", pretty(&released.collect())));
                        "orphan"
                    }
                    UpdatePurpose::Adopt | UpdatePurpose::GiveBack => {
                        contents.push(("resources", pretty(&json!(update.imports()))));
                        "import"
                    }
                    _ => "update",
                };
                (format!("{kind}.{}", update.stack.name), contents)
            }
            RefactorOperation::CreateAndExecuteStackRefactor(refactor) => {
                let (source, target) = (&refactor.source, &refactor.target);
                let base = format!("refactor.__from__.{}.__to__.{}", source.stack.name, target.stack.name);
                let mappings = pretty(&json!(refactor.mappings()));
                let contents = vec![
                    ("source.template", source.after.to_pretty()),
                    ("target.template", target.after.to_pretty()),
                    ("mappings", mappings),
                ];
                (base, contents)
            }
            RefactorOperation::DeleteStack(_) => return Vec::new(),
        };
        let times = self.used.entry(base.clone()).or_default();
        *times += 1;
        let base = match *times {
            1 => base,
            times => format!("{base}.{times}"),
        };
        contents
            .into_iter()
            .map(|(kind, contents)| OperationFile {
                name: self.short(format!("{base}.{kind}.json")),
                contents,
            })
            .collect()
    }

    /// Hash names and what they stand for; `None` when there is none.
    pub fn mapping_file(&self) -> Option<OperationFile> {
        (!self.hashed.is_empty()).then(|| OperationFile {
            name: MAPPING_FILE.into(),
            contents: pretty(&json!(self.hashed)),
        })
    }

    fn short(&mut self, name: String) -> String {
        if name.len() <= MAXIMUM_NAME {
            return name;
        }
        let digest = Sha256::digest(name.as_bytes());
        let hash: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let short = format!("{hash}.json");
        self.hashed.insert(short.clone(), name);
        short
    }
}

/// All files of a plan, flat and in the order of its operations.
pub fn operation_files(operations: &[PlannedOperation]) -> Vec<OperationFile> {
    let mut names = FileNames::default();
    let mut files: Vec<OperationFile> = operations
        .iter()
        .flat_map(|operation| names.files_of(operation))
        .collect();
    files.extend(names.mapping_file());
    files
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
