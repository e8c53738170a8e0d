use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{expression::Expression, resource::SourceLocation};

/// A Lambda function of the function category (triggers of the user pool included).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Resource name.
    pub name: String,
    /// Name of the deployed function, usually resource name, dash, environment.
    pub deployed_name: Option<String>,
    /// `Runtime`, for example `nodejs22.x`, `python3.12`.
    pub runtime: String,
    /// `Handler`, for example `index.handler`.
    pub handler: String,
    /// `Timeout` in seconds.
    pub timeout_seconds: Option<u32>,
    /// `MemorySize` in MB.
    pub memory_mb: Option<u32>,
    /// `EphemeralStorage.Size` in MB.
    pub ephemeral_storage_mb: Option<u32>,
    /// `Architectures`, for example `arm64`.
    pub architecture: Option<String>,
    /// `Description`
    pub description: Option<String>,
    /// `ReservedConcurrentExecutions`
    pub reserved_concurrency: Option<u32>,
    /// Environment variables in the order of the template.
    pub environment: IndexMap<String, EnvironmentValue>,
    /// SSM parameters in which Gen 1 keeps the secrets, by name of the secret.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub secret_paths: IndexMap<String, String>,
    /// Layers in the order of the template.
    pub layers: Vec<Layer>,
    /// Folder with the sources (`src`), relative to the project, with forward slashes; absent when the folder is missing.
    pub source_directory: Option<String>,
    /// Files below the source folder, relative to it, sorted, without `node_modules` and lock files.
    pub source_files: Vec<String>,
    /// The function's folder, relative to the project.
    pub directory: String,
    /// Files of its build beside the source folder (`Pipfile`, `build.gradle` ...), relative to the function's folder, sorted.
    pub build_files: Vec<String>,
    /// How the entry file is loaded.
    pub module_format: ModuleFormat,
    /// `dependencies` of the function's own package.json.
    pub dependencies: IndexMap<String, String>,
    /// `devDependencies` of the function's own package.json.
    pub dev_dependencies: IndexMap<String, String>,
    /// For the CLI's auth-trigger template, whose index.js loads the files that `MODULES` names: those names in order.
    pub dynamic_modules: Vec<String>,
    /// `ManagedPolicyArns` of the execution role.
    pub managed_policies: Vec<Expression>,
    /// What else the template sets on the execution role (PermissionsBoundary, Tags ...), evaluated. Its trust policy is among them
    /// only where others than Lambda may assume the role.
    pub role_properties: IndexMap<String, Value>,
    /// Properties of the `AWS::Lambda::Function` that none of the fields above holds (VpcConfig, DeadLetterConfig, TracingConfig ...), evaluated.
    pub other_properties: IndexMap<String, Value>,
    /// The function's template.
    pub location: SourceLocation,
}

impl Function {
    /// What it is written in, as far as its runtime and its files tell.
    pub fn language(&self) -> Language {
        let has = |ending: &str| self.source_files.iter().any(|file| file.ends_with(ending));
        match self.runtime.as_str() {
            runtime if runtime.starts_with("nodejs") => Language::Node,
            runtime if runtime.starts_with("python") => Language::Python,
            runtime if runtime.starts_with("java") => Language::Java,
            runtime if runtime.starts_with("dotnet") => Language::DotNet,
            "go1.x" => Language::Go,
            runtime if runtime.starts_with("provided") && has(".go") => Language::Go,
            _ => Language::Other,
        }
    }
}

/// What a function is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// JavaScript or TypeScript.
    Node,
    /// Python.
    Python,
    /// Go, compiled to a program of its own.
    Go,
    /// Java, built with Gradle.
    Java,
    /// C#.
    DotNet,
    /// Anything else.
    Other,
}

/// Value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvironmentValue {
    /// An expression over literals and other resources.
    Expression(Expression),
    /// A secret of the Amplify CLI, by its name in `secretNames`; the Gen 1 value is the path of an SSM parameter.
    Secret(String),
    /// A secret that Gen 1 has as plain text in a parameter of the stack, as the CLI's trigger templates do; never the text itself.
    PlainSecret(String),
}

/// A layer of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layer {
    /// By ARN with version.
    External(String),
    /// A layer resource of this project, by name.
    Project(String),
}

/// Module format of a function's entry file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModuleFormat {
    /// `exports.handler = ...`
    CommonJs,
    /// `export const handler = ...` (`.mjs`, or `"type": "module"`).
    EsModule,
    /// Not a Node.js function.
    NotNode,
}
