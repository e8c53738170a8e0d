//! What can be wrong with a project as a whole.

use std::{fmt, io};

use serde_json::{Map, Value, json};

use crate::error::CodedError;

/// A file that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// File, relative to the project, with forward slashes.
    pub path: String,
    /// Line from 1.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// What the parser says.
    pub message: String,
    /// Language of the file.
    pub syntax: Syntax,
}

/// Language of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// JSON.
    Json,
    /// GraphQL schema definition language.
    GraphQl,
    /// A CloudFormation template.
    Template,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}:{}: {}",
            self.path, self.line, self.column, self.message
        )
    }
}

/// Why a project cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no `amplify/` folder.
    #[error("there is no amplify/ folder in {directory}")]
    NotFound {
        /// Directory that was looked into.
        directory: String,
        /// Directories nearby that have one.
        nearby: Vec<String>,
    },
    /// The project's folder is not there, or is none.
    #[error("there is no folder {directory}")]
    NoDirectory {
        /// Where it should be.
        directory: String,
    },
    /// The project is one of Gen 2.
    #[error("{directory} is an Amplify Gen 2 project: {evidence}")]
    Gen2 {
        /// Project directory.
        directory: String,
        /// What shows it.
        evidence: String,
    },
    /// `amplify/` holds no Gen 1 backend.
    #[error("{directory} has an amplify/ folder, but no Gen 1 backend in it: {missing} is missing")]
    Incomplete {
        /// Project directory.
        directory: String,
        /// What is missing.
        missing: String,
    },
    /// Files that cannot be parsed: the first, and all of them.
    #[error("{}", malformed_message(.0))]
    Malformed(Vec<Malformed>),
    /// No environment of that name.
    #[error("there is no environment {requested:?} ({origin}); the project has {}", list(.available))]
    EnvironmentNotFound {
        /// Name that was asked for.
        requested: String,
        /// Where the name came from.
        origin: &'static str,
        /// Environments there are.
        available: Vec<String>,
    },
    /// The project has no environment at all.
    #[error("amplify/team-provider-info.json {reason}")]
    NoEnvironment {
        /// What is the matter with the file.
        reason: &'static str,
    },
    /// Several environments, and nothing says which.
    #[error("the project has several environments ({}) and nothing says which one is meant", list(.available))]
    EnvironmentAmbiguous {
        /// Environments there are.
        available: Vec<String>,
    },
    /// Another environment than the one whose migration has begun.
    #[error("the migration of environment {marked:?} has begun, not that of {environment:?}")]
    EnvironmentNotMarked {
        /// Environment that was asked for.
        environment: String,
        /// Environment that the app is marked with.
        marked: String,
    },
    /// The files are those of another environment.
    #[error("{tree} holds the backend of stack {found}, not that of environment {environment:?} (stack {expected})")]
    EnvironmentNotPulled {
        /// Environment that was asked for.
        environment: String,
        /// Stack of that environment.
        expected: String,
        /// Stack that the files belong to.
        found: String,
        /// Tree that was read.
        tree: String,
    },
    /// An environment that was never deployed, or whose entry lacks what is needed.
    #[error("environment {environment:?} has no {field} in amplify/team-provider-info.json")]
    EnvironmentIncomplete {
        /// Environment.
        environment: String,
        /// Field that is missing.
        field: &'static str,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// File or folder, relative to the project.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The zip of the deployed backend is damaged.
    #[error("the archive {name} cannot be read: {source}")]
    ArchiveDamaged {
        /// Name of the archive.
        name: String,
        /// Why.
        source: io::Error,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn malformed_message(problems: &[Malformed]) -> String {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    match problems.len() {
        0 | 1 => first,
        count => format!("{first} (and {} more malformed files)", count - 1),
    }
}

impl CodedError for ProjectError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::NoDirectory { .. } => "PROJECT_NOT_FOUND",
            Self::Gen2 { .. } => "PROJECT_IS_GEN2",
            Self::Incomplete { .. } => "PROJECT_INCOMPLETE",
            Self::Malformed(problems) => match problems.first().map(|problem| problem.syntax) {
                Some(Syntax::GraphQl) => "MALFORMED_GRAPHQL",
                Some(Syntax::Template) => "MALFORMED_TEMPLATE",
                Some(Syntax::Json) | None => "MALFORMED_JSON",
            },
            Self::EnvironmentNotFound { .. } | Self::NoEnvironment { .. } => "ENVIRONMENT_NOT_FOUND",
            Self::EnvironmentAmbiguous { .. } => "ENVIRONMENT_AMBIGUOUS",
            Self::EnvironmentNotMarked { .. } => "ENVIRONMENT_NOT_MARKED",
            Self::EnvironmentNotPulled { .. } => "ENVIRONMENT_NOT_PULLED",
            Self::EnvironmentIncomplete { .. } => "ENVIRONMENT_INCOMPLETE",
            Self::Unreadable { .. } => "PROJECT_FILE_UNREADABLE",
            Self::ArchiveDamaged { .. } => "BACKEND_ARCHIVE_DAMAGED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::NotFound { nearby, .. } if nearby.is_empty() => {
                "Run the command in the directory that holds the amplify/ folder of the Gen 1 project, or name it with --project.".into()
            }
            Self::NotFound { nearby, .. } => format!(
                "Name the project directory with --project. There is an amplify/ folder in: {}.",
                nearby.join(", ")
            ),
            Self::NoDirectory { .. } => "Name the folder that holds amplify/ with --project.".into(),
            Self::Gen2 { .. } => {
                "Nothing is left to migrate in these files. To read the Gen 1 backend again, check out the commit before the migration or run `amplify pull` in an empty directory.".into()
            }
            Self::Incomplete { .. } => {
                "Run `amplify pull --appId <app id> --envName <environment>` to fetch the Gen 1 backend.".into()
            }
            Self::Malformed(problems) => match problems.first() {
                Some(problem) if !problem.path.starts_with("amplify/") => {
                    format!("Nothing was changed. Correct {} at that place, then run the command again.", problem.path)
                }
                _ => "Nothing was changed. Correct the file at that place, or fetch it again with `amplify pull`.".into(),
            },
            Self::NoEnvironment { .. } => {
                "Run `amplify pull --appId <app id> --envName <environment>` to fetch the environment.".into()
            }
            Self::EnvironmentNotFound { available, .. } if available.is_empty() => {
                "Run `amplify pull` to fetch amplify/team-provider-info.json.".into()
            }
            Self::EnvironmentNotFound { available, .. } | Self::EnvironmentAmbiguous { available } => {
                format!("Name one of the environments with --env: {}.", available.join(", "))
            }
            Self::EnvironmentNotMarked { marked, .. } => format!(
                "Go on with --env {marked}, or undo its lock first with `lock --rollback --env {marked}`."
            ),
            Self::EnvironmentNotPulled { environment, .. } => format!(
                "Run `amplify env checkout {environment}` (or `amplify pull --envName {environment}`), so that the files are those of the environment, then try again."
            ),
            Self::EnvironmentIncomplete { environment, .. } => format!(
                "Deploy the environment with `amplify push`, or fetch its entry with `amplify pull --envName {environment}`."
            ),
            Self::Unreadable { path, source } => match source.kind() {
                io::ErrorKind::IsADirectory => {
                    format!("Nothing was changed. A file is expected at {path}: remove the folder, or fetch the file again with `amplify pull`.")
                }
                io::ErrorKind::PermissionDenied => {
                    format!("Nothing was changed. Allow the user who runs the command to read {path}, then run it again.")
                }
                _ => format!("Nothing was changed. Make {path} readable, or fetch it again with `amplify pull`, then run the command again."),
            },
            Self::ArchiveDamaged { .. } => {
                "Upload the deployed backend again with `amplify push`, or work from the local files with --offline.".into()
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        let value = match self {
            Self::NoDirectory { directory } => json!({ "path": directory }),
            Self::NoEnvironment { .. } => json!({ "path": "amplify/team-provider-info.json", "environments": [] }),
            Self::NotFound { directory, nearby } => json!({ "path": directory, "nearby": nearby }),
            Self::Gen2 { directory, evidence } => json!({ "path": directory, "evidence": evidence }),
            Self::Incomplete { directory, missing } => json!({ "path": directory, "missing": missing }),
            Self::Malformed(problems) => {
                let all: Vec<Value> = problems
                    .iter()
                    .map(|problem| {
                        json!({ "path": problem.path, "line": problem.line, "column": problem.column, "message": problem.message })
                    })
                    .collect();
                let mut details = all.first().cloned().unwrap_or_else(|| json!({}));
                details["files"] = Value::Array(all);
                details
            }
            Self::EnvironmentNotFound {
                requested, available, ..
            } => {
                json!({ "environment": requested, "environments": available })
            }
            Self::EnvironmentAmbiguous { available } => json!({ "environments": available }),
            Self::EnvironmentNotMarked { environment, marked } => {
                json!({ "environment": environment, "marked": marked })
            }
            Self::EnvironmentNotPulled {
                environment,
                expected,
                found,
                tree,
            } => {
                json!({ "environment": environment, "stack": expected, "found": found, "path": tree })
            }
            Self::EnvironmentIncomplete { environment, field } => {
                json!({ "environment": environment, "field": field, "path": "amplify/team-provider-info.json" })
            }
            Self::Unreadable { path, .. } => json!({ "path": path }),
            Self::ArchiveDamaged { name, .. } => json!({ "path": name }),
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}
