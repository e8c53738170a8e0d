//! The edited files of one project, read from its folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    BuildSpecInput, FrontendBuild, PackageManager, ProjectFileError, edit_build_spec, edit_gitignore,
    edit_package_json, error::text as as_text,
};
use crate::{backend::finding::Finding, generate::Generated};

const BUILD_SPEC: &str = "amplify.yml";
const PACKAGE_JSON: &str = "package.json";
const GITIGNORE: &str = ".gitignore";

/// What the edits depend on.
#[derive(Clone, Copy, Debug)]
pub struct ProjectFilesInput<'input> {
    /// Folder that holds `amplify/`.
    pub project_dir: &'input Path,
    /// Packages that the generated code needs.
    pub generated: &'input Generated,
    /// Build specification that is kept in the Amplify console, when it is known.
    pub console_build_spec: Option<&'input str>,
}

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// Relative to the project, with forward slashes; may lead upwards in a monorepo.
    pub path: String,
    /// Where it is, links resolved.
    pub target: PathBuf,
    /// Its bytes; `None`: there is no such file.
    pub before: Option<Vec<u8>>,
    /// Its new bytes.
    pub after: Vec<u8>,
}

impl ProjectFile {
    /// There is something to write.
    pub fn is_changed(&self) -> bool {
        self.before.as_deref() != Some(self.after.as_slice())
    }

    /// Another file of the project that changes, for example source code of the frontend.
    ///
    /// # Errors
    /// `PROJECT_FILE_UNREADABLE`.
    pub fn edited(project_dir: &Path, path: &str, text: String) -> Result<Self, ProjectFileError> {
        Ok(Source::read(project_dir, path)?.becomes(text))
    }

    /// Where it goes below an output folder: the path without the way upwards.
    pub fn output_path(&self) -> &str {
        self.path.trim_start_matches("../")
    }
}

/// All edited files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFiles {
    /// `package.json`, `amplify.yml`, `.gitignore`, changed or not.
    pub files: Vec<ProjectFile>,
    /// What installs the packages.
    pub package_manager: PackageManager,
    /// What deserves attention.
    pub findings: Vec<Finding>,
}

/// Reads the files and edits them in memory.
///
/// # Errors
/// `MALFORMED_JSON`, `MALFORMED_YAML`, `FILE_NOT_TEXT`, `PROJECT_FILE_UNREADABLE`.
pub fn plan_project_files(input: &ProjectFilesInput<'_>) -> Result<ProjectFiles, ProjectFileError> {
    let folders = folders_up_to_repository(input.project_dir);
    let mut findings = Vec::new();

    let package_json = Source::read(input.project_dir, PACKAGE_JSON)?;
    let package = edit_package_json(
        package_json.before.as_deref(),
        &input.generated.dependencies,
        &input.generated.dev_dependencies,
    )?;
    findings.extend(package.findings);
    let (package_manager, is_locked) = package_manager(&folders, package_json.before.as_deref())?;

    let build_spec = build_spec(input, &folders)?;
    let app_root = build_spec.app_root.clone();
    let bytes = build_spec
        .source
        .before
        .clone()
        .or_else(|| input.console_build_spec.map(|text| text.as_bytes().to_vec()));
    let edited = edit_build_spec(&BuildSpecInput {
        path: &build_spec.source.path,
        bytes: bytes.as_deref(),
        package_manager,
        is_locked,
        app_root: &app_root,
        frontend: frontend_build(input.project_dir),
    })?;
    findings.extend(edited.findings);

    let gitignore = Source::read(input.project_dir, GITIGNORE)?;
    let ignored = edit_gitignore(gitignore.text()?);
    findings.extend(ignored.findings);

    Ok(ProjectFiles {
        files: vec![
            package_json.becomes(package.text),
            build_spec.source.becomes(edited.text),
            gitignore.becomes(ignored.text),
        ],
        package_manager,
        findings,
    })
}

struct Source {
    path: String,
    target: PathBuf,
    before: Option<Vec<u8>>,
}

impl Source {
    fn read(folder: &Path, name: &str) -> Result<Self, ProjectFileError> {
        let path = name.split('/').fold(folder.to_path_buf(), |path, part| path.join(part));
        let unreadable = |error: io::Error| ProjectFileError::Unreadable {
            path: name.to_owned(),
            reason: error.to_string(),
        };
        // A link stays a link: what it leads to is written.
        let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.file_type().is_symlink());
        let target = if is_link {
            fs::canonicalize(&path).map_err(unreadable)?
        } else {
            path
        };
        let before = match fs::read(&target) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unreadable(error)),
        };
        Ok(Self {
            path: name.to_owned(),
            target,
            before,
        })
    }

    fn text(&self) -> Result<Option<&str>, ProjectFileError> {
        self.before
            .as_deref()
            .map(|bytes| as_text(&self.path, bytes))
            .transpose()
    }

    fn becomes(self, text: String) -> ProjectFile {
        ProjectFile {
            path: self.path,
            target: self.target,
            before: self.before,
            after: text.into_bytes(),
        }
    }
}

/// The project's folder and those above it up to the root of its repository; the project's alone without one.
fn folders_up_to_repository(project_dir: &Path) -> Vec<PathBuf> {
    let project = fs::canonicalize(project_dir).unwrap_or_else(|_| project_dir.to_path_buf());
    match project.ancestors().position(|folder| folder.join(".git").exists()) {
        Some(height) => project.ancestors().take(height + 1).map(Path::to_path_buf).collect(),
        None => vec![project],
    }
}

/// What installs the packages, and whether a lock file says which.
fn package_manager(
    folders: &[PathBuf],
    package_json: Option<&[u8]>,
) -> Result<(PackageManager, bool), ProjectFileError> {
    for folder in folders {
        for name in PackageManager::LOCK_FILES {
            let source = Source::read(folder, name)?;
            if let Some(manager) = source
                .before
                .as_deref()
                .and_then(|bytes| PackageManager::of_lock_file(name, bytes))
            {
                return Ok((manager, true));
            }
        }
    }
    let of_field = |bytes: &[u8]| {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        PackageManager::of_field(value.get("packageManager")?.as_str()?)
    };
    if let Some(manager) = package_json.and_then(of_field) {
        return Ok((manager, false));
    }
    let above = folders
        .iter()
        .skip(1)
        .find_map(|folder| of_field(&fs::read(folder.join(PACKAGE_JSON)).ok()?));
    Ok((above.unwrap_or_default(), false))
}

struct BuildSpecSource {
    source: Source,
    app_root: String,
}

/// The build specification lies beside `amplify/`, or in the root of the repository of a monorepo.
fn build_spec(input: &ProjectFilesInput<'_>, folders: &[PathBuf]) -> Result<BuildSpecSource, ProjectFileError> {
    let own = Source::read(input.project_dir, BUILD_SPEC)?;
    if own.before.is_none()
        && let (Some(project), Some(root)) = (folders.first(), folders.last())
        && project != root
    {
        let mut shared = Source::read(root, BUILD_SPEC)?;
        if shared.before.is_some() {
            shared.path = format!("{}{BUILD_SPEC}", "../".repeat(folders.len() - 1));
            return Ok(BuildSpecSource {
                source: shared,
                app_root: relative(project, root),
            });
        }
    }
    Ok(BuildSpecSource {
        source: own,
        app_root: String::new(),
    })
}

fn relative(folder: &Path, root: &Path) -> String {
    let below = folder.strip_prefix(root).unwrap_or(folder);
    below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// How `amplify init` was told to build the frontend.
fn frontend_build(project_dir: &Path) -> Option<FrontendBuild> {
    let path = project_dir.join("amplify").join(".config").join("project-config.json");
    let config: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let section = config.get("javascript")?.get("config")?;
    let field = |name: &str| {
        section
            .get(name)?
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty() && !text.contains(['\n', '\r']))
            .map(str::to_owned)
    };
    Some(FrontendBuild {
        command: field("BuildCommand")?,
        directory: field("DistributionDir")?,
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn plan(directory: &Path, console: Option<&str>) -> Result<ProjectFiles, ProjectFileError> {
        plan_project_files(&ProjectFilesInput {
            project_dir: directory,
            generated: &Generated::default(),
            console_build_spec: console,
        })
    }

    fn text(files: &ProjectFiles, name: &str) -> String {
        let file = files.files.iter().find(|file| file.output_path() == name).unwrap();
        String::from_utf8(file.after.clone()).unwrap()
    }

    #[test]
    fn an_empty_project_gets_all_files() {
        let directory = TempDir::new().unwrap();
        let files = plan(directory.path(), None).unwrap();
        let paths: Vec<&str> = files.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["package.json", "amplify.yml", ".gitignore"]);
        assert!(
            files
                .files
                .iter()
                .all(|file| file.before.is_none() && file.is_changed())
        );
        assert_eq!(files.package_manager, PackageManager::Npm);
        // There is no lock file, and `npm ci` fails without one.
        assert!(text(&files, "amplify.yml").contains("- npm install\n"));
        assert!(fs::read_dir(directory.path()).unwrap().next().is_none());
    }

    #[test]
    fn the_project_in_a_monorepo() {
        let directory = TempDir::new().unwrap();
        let root = directory.path();
        let project = root.join("packages").join("app");
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::create_dir_all(&project).unwrap();
        fs::write(root.join("pnpm-lock.yaml"), "").unwrap();
        let spec = "applications:\n  - appRoot: packages/app\n    backend:\n      phases:\n        build:\n          commands:\n            - amplifyPush --simple\n";
        fs::write(root.join("amplify.yml"), spec).unwrap();
        let files = plan(&project, None).unwrap();
        assert_eq!(files.package_manager, PackageManager::Pnpm);
        assert_eq!(files.files[1].path, "../../amplify.yml");
        assert_eq!(files.files[1].before.as_deref(), Some(spec.as_bytes()));
        assert!(text(&files, "amplify.yml").contains("            - pnpm install --frozen-lockfile\n"));
    }

    #[test]
    fn the_build_specification_of_the_console_and_of_init() {
        let directory = TempDir::new().unwrap();
        let console = "backend:\n  phases:\n    build:\n      commands:\n        - amplifyPush\n";
        let files = plan(directory.path(), Some(console)).unwrap();
        assert!(text(&files, "amplify.yml").ends_with("$AWS_APP_ID\n"));
        assert!(!text(&files, "amplify.yml").contains("frontend"));

        let config = directory.path().join("amplify").join(".config");
        fs::create_dir_all(&config).unwrap();
        fs::write(
            config.join("project-config.json"),
            r#"{"javascript": {"config": {"BuildCommand": "npm run-script build", "DistributionDir": "build"}}}"#,
        )
        .unwrap();
        let made = text(&plan(directory.path(), None).unwrap(), "amplify.yml");
        assert!(made.contains("- 'npm run-script build'") && made.contains("baseDirectory: 'build'"));
    }

    #[test]
    fn the_package_manager_of_package_json() {
        let directory = TempDir::new().unwrap();
        fs::write(
            directory.path().join("package.json"),
            r#"{"packageManager": "yarn@4.1.0"}"#,
        )
        .unwrap();
        assert_eq!(
            plan(directory.path(), None).unwrap().package_manager,
            PackageManager::Yarn
        );
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_is_an_error() {
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join(".gitignore")).unwrap();
        assert!(matches!(
            plan(directory.path(), None),
            Err(ProjectFileError::Unreadable { path, .. }) if path == ".gitignore"
        ));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_written_through() {
        let directory = TempDir::new().unwrap();
        fs::write(directory.path().join("real"), "a\n").unwrap();
        std::os::unix::fs::symlink("real", directory.path().join(".gitignore")).unwrap();
        let files = plan(directory.path(), None).unwrap();
        assert_eq!(files.files[2].target.file_name().unwrap(), "real");
    }
}
