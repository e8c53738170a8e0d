use serde_json::{Map, Value};

use crate::{
    backend::{finding::Severity, model::SourceLocation},
    generate::{context::Context, error::GenerateError, findings::Findings, function::Requirements},
};

/// What a Gen 2 backend is built with. The user's own versions win.
const DEVELOPMENT: &[(&str, &str)] = &[
    ("@aws-amplify/backend", "^1.25.1"),
    ("@aws-amplify/backend-cli", "^1.10.0"),
    ("@types/node", "^22.0.0"),
    ("aws-cdk-lib", "^2.257.0"),
    ("constructs", "^10.6.0"),
    ("esbuild", "^0.27.0"),
    ("tsx", "^4.20.6"),
    ("typescript", "^5.9.3"),
];
/// Versions of the AWS SDK that sources took from the Lambda runtime without declaring them.
const AWS_SDK: &str = "^3.0.0";
const AWS_SDK_V2: &str = "^2.1692.0";

/// The project's package.json with what generated code needs. Order, indentation and pins of the user stay.
pub(super) fn merge(
    context: &Context<'_>,
    text: Option<&str>,
    requirements: &Requirements,
    findings: &mut Findings,
) -> Result<String, GenerateError> {
    let mut package = parse(text, &context.backend.app.name)?;
    let own: Vec<String> = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ]
    .into_iter()
    .filter_map(|section| package.get(section)?.as_object())
    .flat_map(|section| section.keys().cloned())
    .collect();
    let mut dependencies = section(&mut package, "dependencies")?;
    function_dependencies(context, &package, &mut dependencies, findings);
    for (name, functions) in requirements.aws_sdk() {
        if !own.iter().any(|known| known == name) && !dependencies.contains_key(name) {
            let version = if name == "aws-sdk" { AWS_SDK_V2 } else { AWS_SDK };
            insert(&mut dependencies, name, version);
            findings.add(
                "function-aws-sdk",
                Severity::Info,
                format!(
                    "{name} came with the Lambda runtime for {}; Gen 2 bundles it, so it is added to package.json",
                    functions.join(", ")
                ),
                &location(),
                "Nothing has to be done.",
            );
        }
    }
    undeclared(context, requirements, &own, &dependencies, findings);
    put(&mut package, "dependencies", dependencies.clone());
    let mut development = section(&mut package, "devDependencies")?;
    for (name, version) in DEVELOPMENT {
        if !own.iter().any(|known| known == name) && !dependencies.contains_key(*name) {
            insert(&mut development, name, version);
        }
    }
    outdated(&dependencies, &development, findings);
    put(&mut package, "devDependencies", development);
    Ok(print(&Value::Object(package), text))
}

fn location() -> SourceLocation {
    SourceLocation {
        path: "package.json".to_owned(),
        line: None,
    }
}

fn parse(text: Option<&str>, app: &str) -> Result<Map<String, Value>, GenerateError> {
    let Some(text) = text else {
        let name: String = app
            .to_lowercase()
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character
                } else {
                    '-'
                }
            })
            .collect();
        let name = name.trim_matches('-');
        return Ok(Map::from_iter([
            (
                "name".to_owned(),
                Value::from(if name.is_empty() { "amplify-gen2" } else { name }),
            ),
            ("private".to_owned(), Value::Bool(true)),
        ]));
    };
    let value: Value = serde_json::from_str(text).map_err(|error| GenerateError::PackageJson {
        line: error.line(),
        column: error.column(),
        message: error.to_string(),
    })?;
    match value {
        Value::Object(package) => Ok(package),
        _ => Err(GenerateError::PackageJsonShape {
            section: "root".to_owned(),
        }),
    }
}

fn section(package: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, GenerateError> {
    match package.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(section)) => Ok(section.clone()),
        Some(_) => Err(GenerateError::PackageJsonShape {
            section: name.to_owned(),
        }),
    }
}

fn put(package: &mut Map<String, Value>, name: &str, section: Map<String, Value>) {
    if !section.is_empty() || package.contains_key(name) {
        package.insert(name.to_owned(), Value::Object(section));
    }
}

/// Adds an entry where it belongs when the entries are sorted, else at the end.
fn insert(section: &mut Map<String, Value>, name: &str, version: &str) {
    let sorted = section
        .keys()
        .zip(section.keys().skip(1))
        .all(|(one, next)| one <= next);
    section.insert(name.to_owned(), Value::from(version));
    if sorted {
        section.sort_keys();
    }
}

fn function_dependencies(
    context: &Context<'_>,
    package: &Map<String, Value>,
    dependencies: &mut Map<String, Value>,
    findings: &mut Findings,
) {
    let root = dependencies.clone();
    let root_development = package.get("devDependencies").and_then(Value::as_object);
    let mut chosen: Vec<(&str, &str, &str)> = Vec::new();
    for function in context.functions() {
        for (name, version) in &function.dependencies {
            let pinned = root
                .get(name)
                .or_else(|| root_development.and_then(|section| section.get(name)))
                .and_then(Value::as_str);
            let known = pinned.map(|pin| ("the project", pin)).or_else(|| {
                chosen
                    .iter()
                    .find(|(_, chosen, _)| chosen == name)
                    .map(|(function, _, version)| (*function, *version))
            });
            let Some((owner, kept)) = known else {
                chosen.push((&function.name, name, version));
                insert(dependencies, name, version);
                continue;
            };
            if kept == version {
                continue;
            }
            if pinned.is_none() && major(kept) == major(version) {
                if is_newer(version, kept) {
                    chosen.retain(|(_, chosen, _)| chosen != name);
                    chosen.push((&function.name, name, version));
                    dependencies.insert(name.clone(), Value::from(version.as_str()));
                }
                continue;
            }
            let severity = if major(kept) == major(version) {
                Severity::Info
            } else {
                Severity::Manual
            };
            findings.add(
                "dependency-conflicts",
                severity,
                format!(
                    "function {} wants {name} {version}, {owner} has {kept}; {kept} is kept for all, since Gen 2 bundles functions from one package.json",
                    function.name
                ),
                &function.location,
                format!("Make function {} work with {name} {kept}, or install the other version under an alias.", function.name),
            );
        }
    }
}

/// The number before the first dot of a plain range.
fn major(range: &str) -> Option<u64> {
    numbers(range)?.first().copied()
}

fn is_newer(one: &str, other: &str) -> bool {
    matches!((numbers(one), numbers(other)), (Some(one), Some(other)) if one > other)
}

fn numbers(range: &str) -> Option<Vec<u64>> {
    let plain = range.trim().trim_start_matches(['^', '~', '=', 'v']);
    let numbers: Vec<u64> = plain.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    (!numbers.is_empty()).then_some(numbers)
}

/// Packages that a function loads and nobody declares: they would not be found when Gen 2 bundles the function.
fn undeclared(
    context: &Context<'_>,
    requirements: &Requirements,
    own: &[String],
    dependencies: &Map<String, Value>,
    findings: &mut Findings,
) {
    for name in requirements.functions() {
        let Some(function) = context.functions().find(|function| function.name == name) else {
            continue;
        };
        if !function.layers.is_empty() {
            continue;
        }
        for package in requirements.undeclared(name) {
            if own.iter().any(|known| known == package) || dependencies.contains_key(package) {
                continue;
            }
            findings.add(
                "function-undeclared-package",
                Severity::Manual,
                format!("function {name} loads {package}, which no package.json declares"),
                &function.location,
                format!("Run `npm install {package}` in the project, so that Gen 2 can bundle the function."),
            );
        }
    }
}

/// Pins that a Gen 2 backend cannot be built with.
fn outdated(dependencies: &Map<String, Value>, development: &Map<String, Value>, findings: &mut Findings) {
    const MINIMUM: &[(&str, u64)] = &[
        ("typescript", 5),
        ("aws-cdk-lib", 2),
        ("constructs", 10),
        ("aws-amplify", 6),
    ];
    for (name, minimum) in MINIMUM {
        let version = dependencies
            .get(*name)
            .or_else(|| development.get(*name))
            .and_then(Value::as_str);
        if let Some(version) = version
            && major(version).is_some_and(|major| major < *minimum)
        {
            findings.add(
                "dependency-outdated",
                Severity::Manual,
                format!("the project has {name} {version}; Gen 2 needs version {minimum} or later"),
                &location(),
                format!("Raise {name} in package.json."),
            );
        }
    }
}

/// JSON with the user's indentation and line ends.
fn print(value: &Value, original: Option<&str>) -> String {
    let original = original.unwrap_or_default();
    let indent: &str = original
        .lines()
        .find_map(|line| {
            let width = line.len() - line.trim_start_matches([' ', '\t']).len();
            (width > 0).then(|| &line[..width])
        })
        .unwrap_or("  ");
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // Values that were parsed from JSON can always be written as JSON.
    let text = match serde::Serialize::serialize(value, &mut serializer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => value.to_string(),
    };
    let text = format!("{text}\n");
    if original.contains("\r\n") {
        text.replace('\n', "\r\n")
    } else {
        text
    }
}
