//! The files of a project outside of the generated code: text in, text out.

mod build_spec;
mod error;
mod gitignore;
mod json_text;
mod package_json;
mod package_manager;
mod set;

pub use build_spec::{BuildSpecInput, FrontendBuild, edit_build_spec};
pub use error::ProjectFileError;
pub use gitignore::edit_gitignore;
pub use package_json::edit_package_json;
pub use package_manager::PackageManager;
pub use set::{ProjectFile, ProjectFiles, ProjectFilesInput, plan_project_files};

use crate::backend::finding::Finding;

/// `amplify/package.json`: the generated code is written as ES modules.
pub const AMPLIFY_PACKAGE_JSON: &str = "{\n  \"type\": \"module\"\n}\n";

/// `amplify/tsconfig.json`: what `ampx` expects, and Node's types whatever else the project has installed.
pub const AMPLIFY_TSCONFIG: &str = r#"{
  "compilerOptions": {
    "target": "es2022",
    "module": "es2022",
    "moduleResolution": "bundler",
    "resolveJsonModule": true,
    "esModuleInterop": true,
    "forceConsistentCasingInFileNames": true,
    "strict": true,
    "skipLibCheck": true,
    "types": ["node"],
    "paths": {
      "$amplify/*": ["../.amplify/generated/*"]
    }
  }
}
"#;

/// The new text of a file, and what the user has to know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole file.
    pub text: String,
    /// What deserves attention.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_fixed_files_are_json() {
        let package: Value = serde_json::from_str(AMPLIFY_PACKAGE_JSON).unwrap();
        assert_eq!(package["type"], "module");
        let config: Value = serde_json::from_str(AMPLIFY_TSCONFIG).unwrap();
        assert_eq!(config["compilerOptions"]["types"][0], "node");
    }
}
