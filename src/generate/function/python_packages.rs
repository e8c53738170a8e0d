//! The packages of a Python function, as pip reads them.

use serde_json::Value;
use toml_edit::{DocumentMut, Item};

use crate::{
    backend::{finding::Severity, model::SourceLocation},
    generate::{error::GenerateError, findings::Findings},
    project::{FileSource, join},
};

const REQUIREMENTS: &str = "requirements.txt";

/// Text of `requirements.txt` for a folder of Python code: its own, else the locked versions of pipenv, else what its Pipfile asks for.
/// `None` where it needs no package.
pub(in crate::generate) fn requirements(
    directory: &str,
    files: &dyn FileSource,
    findings: &mut Findings,
) -> Result<Option<Vec<u8>>, GenerateError> {
    let read = |file: &str| {
        let path = join(directory, file);
        files
            .read(&path)
            .map_err(|source| GenerateError::Unreadable { path, source })
    };
    for own in [REQUIREMENTS, "src/requirements.txt"] {
        if let Some(text) = read(own)? {
            return Ok(Some(text));
        }
    }
    let mut lines = match (read("Pipfile.lock")?, read("Pipfile")?) {
        (Some(lock), _) => {
            let location = location(directory, "Pipfile.lock");
            match serde_json::from_slice::<Value>(&lock) {
                Ok(lock) => locked(&lock, &location, findings),
                Err(error) => unreadable(&error.to_string(), &location, findings),
            }
        }
        (None, Some(pipfile)) => {
            let location = location(directory, "Pipfile");
            match String::from_utf8_lossy(&pipfile).parse::<DocumentMut>() {
                Ok(document) => wanted(&document, &location, findings),
                Err(error) => unreadable(&error.to_string(), &location, findings),
            }
        }
        (None, None) => Vec::new(),
    };
    if let Some(setup) = read("src/setup.py")?
        && String::from_utf8_lossy(&setup).contains("install_requires")
    {
        findings.add(
            "function-python-packages",
            Severity::Manual,
            format!("{directory}/src/setup.py asks for packages, which are not read"),
            &location(directory, "src/setup.py"),
            "Add the packages of install_requires to requirements.txt in the generated folder.",
        );
    }
    lines.sort();
    Ok((!lines.is_empty()).then(|| format!("{}\n", lines.join("\n")).into_bytes()))
}

fn location(directory: &str, file: &str) -> SourceLocation {
    SourceLocation {
        path: join(directory, file),
        line: None,
    }
}

fn unreadable(error: &str, location: &SourceLocation, findings: &mut Findings) -> Vec<String> {
    let error = error.lines().next().unwrap_or_default();
    findings.add(
        "function-python-packages",
        Severity::Manual,
        format!("{} cannot be read: {error}", location.path),
        location,
        "Write the packages into requirements.txt in the generated folder.",
    );
    Vec::new()
}

/// Section `default` of Pipfile.lock.
fn locked(lock: &Value, location: &SourceLocation, findings: &mut Findings) -> Vec<String> {
    lock["default"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, entry)| {
            let text = |key: &str| entry[key].as_str();
            let extras = entry["extras"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>();
            requirement(
                name,
                &Wish {
                    version: text("version"),
                    extras,
                    git: text("git"),
                    reference: text("ref"),
                    path: text("path"),
                    file: text("file"),
                    markers: text("markers"),
                },
                location,
                findings,
            )
        })
        .collect()
}

/// Section `packages` of a Pipfile.
fn wanted(document: &DocumentMut, location: &SourceLocation, findings: &mut Findings) -> Vec<String> {
    let Some(packages) = document.get("packages").and_then(Item::as_table_like) else {
        return Vec::new();
    };
    packages
        .iter()
        .filter_map(|(name, item)| {
            let wish = match item.as_table_like() {
                None => Wish {
                    version: item.as_str(),
                    ..Wish::default()
                },
                Some(table) => {
                    let text = |key: &str| table.get(key).and_then(Item::as_str);
                    Wish {
                        version: text("version"),
                        extras: table
                            .get("extras")
                            .and_then(Item::as_array)
                            .into_iter()
                            .flatten()
                            .filter_map(toml_edit::Value::as_str)
                            .collect(),
                        git: text("git"),
                        reference: text("ref"),
                        path: text("path"),
                        file: text("file"),
                        markers: text("markers"),
                    }
                }
            };
            requirement(name, &wish, location, findings)
        })
        .collect()
}

/// What pipenv knows of a package.
#[derive(Default)]
struct Wish<'t> {
    version: Option<&'t str>,
    extras: Vec<&'t str>,
    git: Option<&'t str>,
    reference: Option<&'t str>,
    path: Option<&'t str>,
    file: Option<&'t str>,
    markers: Option<&'t str>,
}

/// A line of requirements.txt. The function's own sources are no package: they are copied.
fn requirement(name: &str, wish: &Wish<'_>, location: &SourceLocation, findings: &mut Findings) -> Option<String> {
    if let Some(path) = wish.path {
        let own = path.trim_start_matches("./").trim_end_matches('/');
        if own != "src" && own != "." {
            findings.add(
                "function-python-packages",
                Severity::Manual,
                format!("package {name} lies in {path}, outside of the function's sources"),
                location,
                "Copy the package into the generated folder of the function and name its path in requirements.txt.",
            );
        }
        return None;
    }
    let extras = if wish.extras.is_empty() {
        String::new()
    } else {
        format!("[{}]", wish.extras.join(","))
    };
    let what = match (wish.git, wish.file, wish.version) {
        (Some(git), _, _) => {
            let reference = wish
                .reference
                .map(|reference| format!("@{reference}"))
                .unwrap_or_default();
            format!("{name}{extras} @ git+{git}{reference}")
        }
        (None, Some(file), _) => format!("{name}{extras} @ {file}"),
        (None, None, Some(version)) if version != "*" => format!("{name}{extras}{version}"),
        (None, None, _) => format!("{name}{extras}"),
    };
    let markers = wish.markers.map(|markers| format!(" ; {markers}")).unwrap_or_default();
    Some(format!("{what}{markers}"))
}
