//! A Gen 1 project on disk, read as it is: which tree, which environments, and the files of each category with types.
//! Reading is tolerant of what is missing and strict about what is malformed. Nothing is decided here.

mod environments;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod functions;
pub mod graphql;
mod json;
pub mod overrides;
mod reader;
mod resource_files;
mod resources;
mod source;
mod tree;

use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;

pub use environments::{Environment, Environments, TEAM_PROVIDER_INFO, check_marked, resolve_environment};
pub use error::{Malformed, ProjectError, Syntax};
pub use functions::FunctionFolder;
pub use graphql::{GraphqlFolder, ParsedSchemaFile};
pub use json::line_of;
pub use resource_files::ResourceFiles;
pub use resources::{Dependency, MetaResource, texts};
pub use source::{DiskFolder, Entry, FileSource, MemoryFiles, Mounted, ZipFiles, files_below, join};
pub use tree::{BACKEND, CURRENT_CLOUD_BACKEND, Difference, TemplateFile, Tree};

use reader::Reader;

#[cfg(test)]
mod tests;

/// A Gen 1 project, read.
pub struct Project {
    files: Box<dyn FileSource>,
    /// The project's directory, for messages.
    pub directory: String,
    /// Every environment.
    pub environments: Environments,
    /// The environment being migrated.
    pub environment: Environment,
    /// The tree that was read.
    pub tree: Tree,
    /// Resources whose two trees differ.
    pub differences: Vec<Difference>,
    /// Every entry of amplify-meta.json, in its order.
    pub resources: Vec<MetaResource>,
    /// What lies in the folder of each resource, by `category/name`.
    pub resource_files: IndexMap<String, ResourceFiles>,
    /// Folders of the function category by name.
    pub functions: IndexMap<String, FunctionFolder>,
    /// Folders of AppSync APIs by name.
    pub graphql: IndexMap<String, GraphqlFolder>,
    /// `auth/userPoolGroups/user-pool-group-precedence.json` with its path.
    pub group_precedence: Option<(String, Value)>,
    /// The CLI's stack that sets the triggers of the user pool.
    pub auth_trigger_template: Option<TemplateFile>,
    /// The CLI's stack with the policies of REST APIs for signed-in users and guests.
    pub api_gateway_auth_template: Option<TemplateFile>,
    /// `awscloudformation/override.ts`, path and text.
    pub root_override: Option<(String, String)>,
    /// `amplify/cli.json`; null when missing.
    pub cli: Value,
    /// `amplify/.config/project-config.json`; null when missing.
    pub project_config: Value,
    /// Files in `amplify/hooks/`, relative to the project.
    pub hooks: Vec<String>,
    /// The root `package.json`; null when missing.
    pub package: Value,
    /// The root `amplify.yml`.
    pub amplify_yml: Option<String>,
    /// The root `.gitignore`.
    pub gitignore: Option<String>,
}

/// Nothing can be read, or written, where there is no folder.
///
/// # Errors
/// `PROJECT_NOT_FOUND`.
pub fn check_directory(directory: &Path) -> Result<(), ProjectError> {
    if directory.is_dir() {
        return Ok(());
    }
    Err(ProjectError::NoDirectory {
        directory: directory.display().to_string(),
    })
}

/// What is told before anything else is read: the environments, without choosing one.
pub fn read_environments(directory: &Path) -> Result<Environments, ProjectError> {
    let files = DiskFolder::new(directory);
    let label = directory.display().to_string();
    let mut reader = Reader::new(&files);
    check_kind(&files, &label, directory)?;
    let tree = local_tree(&mut reader)?;
    let environments = Environments::read(&mut reader, tree.as_ref())?;
    reader.finish(environments)
}

impl Project {
    /// Reads the project in `directory` without any network. `environment` as with `--env`.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn open(directory: &Path, environment: Option<&str>) -> Result<Self, ProjectError> {
        Self::open_disk(directory, environment, None)
    }

    /// Reads the project in `directory`. `backend_archive` is `#current-cloud-backend.zip` of the deployment bucket: it
    /// takes the place of the local copy of the deployed backend.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn open_environment(
        directory: &Path,
        environment: &str,
        backend_archive: Option<Vec<u8>>,
    ) -> Result<Self, ProjectError> {
        Self::open_disk(directory, Some(environment), backend_archive)
    }

    fn open_disk(
        directory: &Path,
        environment: Option<&str>,
        backend_archive: Option<Vec<u8>>,
    ) -> Result<Self, ProjectError> {
        let disk = DiskFolder::new(directory);
        let label = directory.display().to_string();
        check_kind(&disk, &label, directory)?;
        let files: Box<dyn FileSource> = match backend_archive {
            None => Box::new(disk),
            Some(bytes) => {
                let archive =
                    ZipFiles::new(bytes, "amplify-meta.json").map_err(|source| ProjectError::ArchiveDamaged {
                        name: "#current-cloud-backend.zip".into(),
                        source,
                    })?;
                Box::new(Mounted::new(Box::new(disk), CURRENT_CLOUD_BACKEND, Box::new(archive)))
            }
        };
        Self::from_files(files, label, environment)
    }

    /// Reads a project from any source of files. `environment` as with `--env`.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn from_files(
        files: Box<dyn FileSource>,
        directory: String,
        environment: Option<&str>,
    ) -> Result<Self, ProjectError> {
        let mut reader = Reader::new(files.as_ref());
        let Some(tree) = local_tree(&mut reader)? else {
            // A file that cannot be parsed is the cause, not a missing one.
            reader.finish(())?;
            return Err(ProjectError::Incomplete {
                directory,
                missing: format!("{CURRENT_CLOUD_BACKEND}/amplify-meta.json or {BACKEND}/backend-config.json"),
            });
        };
        let mut environments = Environments::read(&mut reader, Some(&tree))?;
        let environment = resolve_environment(&environments, environment, None)?.clone();
        let provider = Environment::from_provider(&environment.name, &tree.meta["providers"]["awscloudformation"]);
        check_pulled(&environment, &provider, &tree)?;
        let environment = environment.or(provider);
        check_deployed(&environment)?;
        environments.known.insert(environment.name.clone(), environment.clone());

        let resources = resources::resources_of(&tree.meta);
        let mut resource_files = IndexMap::new();
        let mut functions = IndexMap::new();
        let mut graphql = IndexMap::new();
        for resource in &resources {
            resource_files.insert(resource.path(), ResourceFiles::read(&mut reader, &tree, resource)?);
            let folder = tree.resource_directory(&resource.category, &resource.name);
            match (resource.category.as_str(), resource.service.as_deref()) {
                ("function", _) => {
                    functions.insert(resource.name.clone(), FunctionFolder::read(&mut reader, &folder)?);
                }
                ("api", Some("AppSync")) => {
                    graphql.insert(resource.name.clone(), GraphqlFolder::read(&mut reader, &folder)?);
                }
                _ => {}
            }
        }
        let both_trees = [CURRENT_CLOUD_BACKEND, BACKEND]
            .iter()
            .map(|tree| files.has_directory(tree).map_err(reader.unreadable(tree)))
            .collect::<Result<Vec<_>, _>>()?
            .iter()
            .all(|there| *there);
        let precedence = join(&tree.path, "auth/userPoolGroups/user-pool-group-precedence.json");
        let root_override = join(&tree.path, "awscloudformation/override.ts");
        let project = Self {
            directory,
            environments,
            environment,
            differences: if both_trees {
                tree::differences(files.as_ref())?
            } else {
                Vec::new()
            },
            group_precedence: reader.list(&precedence)?.map(|groups| (precedence, groups)),
            auth_trigger_template: resource_files::auth_trigger_template(&mut reader, &tree, &resources)?,
            api_gateway_auth_template: resource_files::api_gateway_auth_template(&mut reader, &tree)?,
            root_override: reader.text(&root_override)?.map(|text| (root_override, text)),
            cli: reader.object("amplify/cli.json")?.unwrap_or_default(),
            project_config: reader
                .object("amplify/.config/project-config.json")?
                .unwrap_or_default(),
            hooks: reader.files_below("amplify/hooks")?,
            package: reader.object("package.json")?.unwrap_or_default(),
            amplify_yml: reader.text("amplify.yml")?,
            gitignore: reader.text(".gitignore")?,
            resources,
            resource_files,
            functions,
            graphql,
            tree,
            files: Box::new(MemoryFiles::default()),
        };
        let mut project = reader.finish(project)?;
        project.files = files;
        Ok(project)
    }

    /// The files of the project.
    pub fn files(&self) -> &dyn FileSource {
        self.files.as_ref()
    }

    /// The resource of that category and name.
    pub fn resource(&self, category: &str, name: &str) -> Option<&MetaResource> {
        self.resources
            .iter()
            .find(|resource| resource.category == category && resource.name == name)
    }

    /// What lies in the folder of a resource.
    pub fn files_of(&self, resource: &MetaResource) -> Option<&ResourceFiles> {
        self.resource_files.get(&resource.path())
    }

    /// Name of the project, from project-config.json, else from the root stack.
    pub fn name(&self) -> Option<&str> {
        self.project_config["projectName"]
            .as_str()
            .or_else(|| self.environment.stack_name.as_deref()?.split('-').nth(1))
    }
}

/// The tree that is read: what is deployed, else what is being edited.
fn local_tree(reader: &mut Reader<'_>) -> Result<Option<Tree>, ProjectError> {
    match Tree::read(reader, CURRENT_CLOUD_BACKEND)? {
        Some(tree) => Ok(Some(tree)),
        None => Tree::read(reader, BACKEND),
    }
}

/// There is an `amplify/` folder, and it is one of Gen 1.
fn check_kind(files: &dyn FileSource, label: &str, directory: &Path) -> Result<(), ProjectError> {
    let unreadable = |source| ProjectError::Unreadable {
        path: "amplify".into(),
        source,
    };
    let entries = files.entries("amplify").map_err(unreadable)?;
    if entries.is_empty() && !files.has_directory("amplify").map_err(unreadable)? {
        return Err(ProjectError::NotFound {
            directory: label.to_owned(),
            nearby: source::amplify_folders_near(directory),
        });
    }
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    let gen1 = has("team-provider-info.json") || has("#current-cloud-backend") || has("backend");
    if gen1 {
        return Ok(());
    }
    match ["backend.ts", "backend.js", "backend.mts"]
        .iter()
        .find(|name| has(name))
    {
        Some(name) => Err(ProjectError::Gen2 {
            directory: label.to_owned(),
            evidence: format!("it has amplify/{name} and no team-provider-info.json"),
        }),
        None => Err(ProjectError::Incomplete {
            directory: label.to_owned(),
            missing: TEAM_PROVIDER_INFO.into(),
        }),
    }
}

/// What has no root stack was never deployed: there is nothing to migrate.
fn check_deployed(environment: &Environment) -> Result<(), ProjectError> {
    let missing = [
        ("StackName", &environment.stack_name),
        ("DeploymentBucketName", &environment.deployment_bucket),
        ("Region", &environment.region),
    ]
    .into_iter()
    .find(|(_, value)| value.is_none());
    match missing {
        Some((field, _)) => Err(ProjectError::EnvironmentIncomplete {
            environment: environment.name.clone(),
            field,
        }),
        None => Ok(()),
    }
}

/// The tree belongs to the environment: one tree is kept on disk, that of the environment checked out last.
fn check_pulled(environment: &Environment, provider: &Environment, tree: &Tree) -> Result<(), ProjectError> {
    match (&environment.stack_name, &provider.stack_name) {
        (Some(expected), Some(found)) if expected != found => Err(ProjectError::EnvironmentNotPulled {
            environment: environment.name.clone(),
            expected: expected.clone(),
            found: found.clone(),
            tree: tree.path.clone(),
        }),
        _ => Ok(()),
    }
}
