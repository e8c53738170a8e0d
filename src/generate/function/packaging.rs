//! Which functions cannot be bundled into one file: those are deployed as in Gen 1, sources and packages side by side.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::sources::{is_script, line_that_reads_files, names_of_data_files, packages_of_project, read};
use crate::{
    backend::{
        line_of_computed_require,
        model::{Backend, Function, Language, SourceLocation},
    },
    generate::{context::is_generated, error::GenerateError, npm_range::common_range},
    project::{FileSource, join, overrides::without_comments},
};

/// Why a function keeps its files and packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It reads files that lie beside its code.
    DataFiles {
        /// The files.
        files: Vec<String>,
        /// Where it reads.
        location: SourceLocation,
    },
    /// It loads modules by a computed name.
    ComputedRequire {
        /// Where.
        location: SourceLocation,
    },
    /// It needs another version of a package than the rest of the project.
    Version {
        /// The package.
        package: String,
        /// What the function asks for.
        range: String,
        /// What the others ask for.
        others: String,
    },
}

/// The functions that keep their packages, and the ranges that suit all the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Packaging {
    /// By name of the function.
    pub(super) kept: BTreeMap<String, Reason>,
    /// Ranges by package.
    pub(super) shared: IndexMap<String, String>,
}

/// Looks at the sources and the packages of every Node.js function.
pub(super) fn packaging(backend: &Backend, files: &dyn FileSource) -> Result<Packaging, GenerateError> {
    let mut packaging = Packaging::default();
    let functions: Vec<&Function> = backend
        .functions
        .iter()
        .filter(|function| is_generated(function) && function.language() == Language::Node)
        .collect();
    for function in &functions {
        if let Some(reason) = of_sources(function, files)? {
            packaging.kept.insert(function.name.clone(), reason);
        }
    }
    let pinned = packages_of_project(files)?;
    for function in functions {
        if packaging.kept.contains_key(&function.name) {
            continue;
        }
        let range_of_others = |package: &String| packaging.shared.get(package).or_else(|| pinned.get(package));
        let mut common: Vec<(String, String)> = Vec::new();
        let mut conflict = None;
        for (package, range) in &function.dependencies {
            match range_of_others(package) {
                None => common.push((package.clone(), range.clone())),
                Some(others) => match common_range(others, range) {
                    Some(narrower) => common.push((package.clone(), narrower)),
                    None => {
                        conflict = Some(Reason::Version {
                            package: package.clone(),
                            range: range.clone(),
                            others: others.clone(),
                        });
                    }
                },
            }
        }
        // Compiled sources have to be bundled.
        match conflict.filter(|_| !is_compiled(function)) {
            Some(reason) => {
                packaging.kept.insert(function.name.clone(), reason);
            }
            None => packaging.shared.extend(common),
        }
    }
    Ok(packaging)
}

fn of_sources(function: &Function, files: &dyn FileSource) -> Result<Option<Reason>, GenerateError> {
    if is_compiled(function) {
        return Ok(None);
    }
    let data_files = names_of_data_files(function);
    for file in function.source_files.iter().filter(|file| is_script(file)) {
        let text = read(function, file, files)?;
        let text = String::from_utf8_lossy(&text);
        let location = |line| SourceLocation {
            path: join(function.source_directory.as_deref().unwrap_or_default(), file),
            line: Some(line),
        };
        if let (false, Some(line)) = (data_files.is_empty(), line_that_reads_files(&text)) {
            return Ok(Some(Reason::DataFiles {
                files: data_files.into_iter().map(str::to_owned).collect(),
                location: location(line),
            }));
        }
        if function.dynamic_modules.is_empty()
            && let Some(line) = line_of_computed_require(&without_comments(&text))
        {
            return Ok(Some(Reason::ComputedRequire {
                location: location(line),
            }));
        }
    }
    Ok(None)
}

/// TypeScript has to be compiled, which bundling does.
fn is_compiled(function: &Function) -> bool {
    let stem = function.handler.rsplit_once('.').map_or("", |(stem, _)| stem);
    [".ts", ".mts", ".cts"]
        .iter()
        .any(|ending| function.source_files.contains(&format!("{stem}{ending}")))
}

/// What a reason comes down to, for people.
impl std::fmt::Display for Reason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DataFiles { files, .. } => write!(
                formatter,
                "it reads files of its own when it runs ({}), and a bundle holds code only",
                files.join(", ")
            ),
            Self::ComputedRequire { .. } => {
                formatter.write_str("it loads modules by a computed name, which no bundler can follow")
            }
            Self::Version { package, range, others } => write!(
                formatter,
                "it needs {package} {range}, and the rest of the project {others}"
            ),
        }
    }
}

impl Reason {
    /// Where it was seen.
    pub(super) fn location(&self, function: &Function) -> SourceLocation {
        match self {
            Self::DataFiles { location, .. } | Self::ComputedRequire { location } => location.clone(),
            Self::Version { .. } => SourceLocation {
                path: join(function.source_directory.as_deref().unwrap_or_default(), "package.json"),
                line: None,
            },
        }
    }
}
