//! Folders of the function category: what lies beside the template.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    Reader,
    error::ProjectError,
    resources::texts,
    source::{files_below, join},
};

/// Files and folders of a source folder that are made by tools.
const NOT_SOURCES: [&str; 9] = [
    "node_modules",
    "__pycache__",
    "src.egg-info",
    ".yarn",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lockb",
    "bun.lock",
];

/// What lies beside the sources and is the CLI's, or made by tools.
const NOT_BUILD_FILES: [&str; 13] = [
    "src",
    "dist",
    "build",
    "bin",
    "lib",
    "opt",
    "node_modules",
    ".gradle",
    ".venv",
    "amplify.state",
    "custom-policies.json",
    "function-parameters.json",
    "parameters.json",
];

/// A function's folder.
#[derive(Clone, Debug, Default)]
pub struct FunctionFolder {
    /// `function-parameters.json`; empty when missing.
    pub parameters: Map<String, Value>,
    /// Statements of `custom-policies.json` that say something, as they are.
    pub custom_policies: Vec<Value>,
    /// Path of `custom-policies.json`, when it is there.
    pub custom_policies_path: Option<String>,
    /// `amplify.state`; null when missing.
    pub state: Value,
    /// The folder, relative to the project.
    pub directory: String,
    /// Files of builds beside `src` (`Pipfile`, `build.gradle` ...), relative to the folder, sorted.
    pub build_files: Vec<String>,
    /// `src`, relative to the project, when it is there.
    pub source_directory: Option<String>,
    /// Files in `src`, relative to it, sorted, without what tools make.
    pub source_files: Vec<String>,
    /// Files in `lib` beside `src`, relative to it, sorted, where a build script keeps TypeScript sources.
    pub library_files: Vec<String>,
    /// `src/package.json`; null when missing.
    pub package: Value,
}

impl FunctionFolder {
    pub(super) fn read(reader: &mut Reader<'_>, directory: &str) -> Result<Self, ProjectError> {
        let custom_policies_path = join(directory, "custom-policies.json");
        let custom_policies = reader.json(&custom_policies_path)?.filter(|policies| {
            let is_so = policies.is_array() || policies.is_object();
            let message = "expected a list of statements or a policy document".to_owned();
            reader.expect(is_so, &custom_policies_path, (1, 1), message)
        });
        let source = join(directory, "src");
        let has_source = reader
            .files
            .has_directory(&source)
            .map_err(reader.unreadable(&source))?;
        let source_files = if has_source {
            files_below(reader.files, &source, &NOT_SOURCES).map_err(reader.unreadable(&source))?
        } else {
            Vec::new()
        };
        let library = join(directory, "lib");
        let has_library = has_source
            && reader
                .files
                .has_directory(&library)
                .map_err(reader.unreadable(&library))?;
        let library_files = if has_library {
            files_below(reader.files, &library, &NOT_SOURCES).map_err(reader.unreadable(&library))?
        } else {
            Vec::new()
        };
        let mut build_files =
            files_below(reader.files, directory, &NOT_BUILD_FILES).map_err(reader.unreadable(directory))?;
        build_files.retain(|file| !file.ends_with("cloudformation-template.json"));
        Ok(Self {
            directory: directory.to_owned(),
            build_files,
            parameters: object(reader.object(&join(directory, "function-parameters.json"))?),
            custom_policies_path: custom_policies.is_some().then_some(custom_policies_path),
            custom_policies: statements(&custom_policies.unwrap_or_default()),
            state: reader.object(&join(directory, "amplify.state"))?.unwrap_or_default(),
            package: reader.object(&join(&source, "package.json"))?.unwrap_or_default(),
            source_directory: has_source.then_some(source),
            source_files,
            library_files,
        })
    }

    /// Names of the secrets that the CLI keeps for the function.
    pub fn secret_names(&self) -> Vec<String> {
        texts(self.parameters.get("secretNames").unwrap_or(&Value::Null))
    }

    /// Resources that the CLI's wizard gave the function access to, by category.
    pub fn permissions(&self) -> IndexMap<String, Vec<String>> {
        let Some(Value::Object(categories)) = self.parameters.get("permissions") else {
            return IndexMap::new();
        };
        categories
            .iter()
            .filter_map(|(category, resources)| {
                Some((category.clone(), resources.as_object()?.keys().cloned().collect()))
            })
            .collect()
    }

    /// Entries of `lambdaLayers`.
    pub fn layers(&self) -> &[Value] {
        self.parameters
            .get("lambdaLayers")
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// Versions by package, from a section of the function's package.json.
    pub fn dependencies(&self, section: &str) -> IndexMap<String, String> {
        self.package[section]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned())))
            .collect()
    }
}

/// The two shapes of the file: a list of statements, or a policy document. The CLI's empty skeleton says nothing.
fn statements(policies: &Value) -> Vec<Value> {
    let listed = match policies {
        Value::Array(statements) => statements.clone(),
        Value::Object(document) => match document.get("Statement") {
            Some(Value::Array(statements)) => statements.clone(),
            Some(statement @ Value::Object(_)) => vec![statement.clone()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    listed
        .into_iter()
        .filter(|statement| {
            ["Action", "NotAction"]
                .iter()
                .any(|key| !texts(&statement[*key]).is_empty())
        })
        .collect()
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_shapes_of_custom_policies_are_read_and_skeletons_ignored() {
        let statement = json!({"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": ["*"]});
        let skeleton = json!({"Action": [], "Resource": []});
        assert_eq!(
            statements(&json!([skeleton, statement])),
            std::slice::from_ref(&statement)
        );
        assert_eq!(
            statements(&json!({"Statement": statement})),
            std::slice::from_ref(&statement)
        );
        assert_eq!(statements(&json!({"Statement": [statement, skeleton]})).len(), 1);
        assert_eq!(statements(&json!([{"Action": "s3:*", "Resource": "*"}])).len(), 1);
        assert!(statements(&json!("text")).is_empty());
    }
}
