//! Code that compares the name of the environment with a text: Gen 2 has branches, whose names are others.

use std::sync::LazyLock;

use regex::Regex;

use super::sources::read;
use crate::{
    backend::{
        finding::Severity,
        model::{Function, SourceLocation},
    },
    generate::{context::Context, error::GenerateError, findings::Findings},
    project::join,
};

/// Names that environments usually have, besides those of this app.
const USUAL: [&str; 9] = [
    "dev",
    "development",
    "test",
    "testing",
    "stage",
    "staging",
    "prod",
    "production",
    "main",
];
const SOURCES: [&str; 11] = [
    ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".go", ".java", ".cs", ".kt",
];

/// Tells where the function does so: on the migrated branch it is as before, on others it may not be.
pub(super) fn check(context: &Context<'_>, function: &Function, findings: &mut Findings) -> Result<(), GenerateError> {
    let app = &context.backend.app;
    for file in function.source_files.iter().filter(|file| is_source(file)) {
        let bytes = read(function, file, context.files)?;
        let text = String::from_utf8_lossy(&bytes);
        if !reads_environment_name(&text) {
            continue;
        }
        let names = app.environments.iter().map(String::as_str).chain(USUAL);
        let names: Vec<&str> = std::iter::once(app.environment.as_str()).chain(names).collect();
        for (line, name) in compared_names(&text, &names) {
            findings.add(
                "function-environment-name",
                Severity::Warning,
                format!(
                    "function {} compares the name of the environment with {name:?}: in Gen 2 ENV is {:?} on branch {} and the name of the branch or sandbox elsewhere",
                    function.name, app.environment, context.options.branch
                ),
                &SourceLocation {
                    path: join(function.source_directory.as_deref().unwrap_or_default(), file),
                    line: Some(line),
                },
                "Nothing has to be done for the migrated branch. For other branches compare with their names, or give the function a variable of its own for what depends on it.",
            );
        }
    }
    Ok(())
}

fn is_source(file: &str) -> bool {
    SOURCES.iter().any(|ending| file.ends_with(ending)) && !file.ends_with(".d.ts")
}

fn reads_environment_name(source: &str) -> bool {
    static READS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"process\.env(?:\.ENV\b|\[\s*['"`]ENV['"`]\s*\])"#,
            r#"|\{[^{}]*\bENV\b[^{}]*\}\s*=\s*process\.env"#,
            r#"|environ(?:\.get\s*\(|\s*\[)\s*['"]ENV['"]"#,
            r#"|(?i:getenv|getenvironmentvariable|lookupenv)\s*\(\s*['"]ENV['"]"#,
        ))
        .ok()
    });
    READS.as_ref().is_some_and(|reads| reads.is_match(source))
}

/// Lines with a comparison, a case or a key that is one of the names.
fn compared_names<'n>(source: &str, names: &[&'n str]) -> Vec<(u32, &'n str)> {
    static COMPARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"(?:[=!]==?|\bcase|\bin\s*[\[(]|\bequals\s*\(|includes\s*\(|startsWith\s*\()\s*['"`]([^'"`]+)['"`]"#,
            r#"|['"`]([^'"`]+)['"`]\s*(?:[=!]==?|\.equals\s*\()"#,
        ))
        .ok()
    });
    let Some(compared) = COMPARED.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (index, line) in source.lines().enumerate() {
        for capture in compared.captures_iter(line) {
            let text = capture
                .get(1)
                .or_else(|| capture.get(2))
                .map_or("", |text| text.as_str());
            if let (Some(name), Ok(line)) = (names.iter().find(|name| **name == text), u32::try_from(index + 1)) {
                found.push((line, *name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_in_every_language() {
        for source in [
            "const stage = process.env.ENV;",
            "const { REGION, ENV } = process.env;",
            "process.env['ENV']",
            "os.environ[\"ENV\"]",
            "os.environ.get('ENV', 'dev')",
            "os.Getenv(\"ENV\")",
            "System.getenv(\"ENV\")",
            "Environment.GetEnvironmentVariable(\"ENV\")",
        ] {
            assert!(reads_environment_name(source), "{source}");
        }
        for source in ["process.env.ENVIRONMENT", "const ENV = 1;", "getenv(\"ENVIRON\")"] {
            assert!(!reads_environment_name(source), "{source}");
        }
    }

    #[test]
    fn comparisons_are_found_with_their_lines() {
        let names = ["prod", "dev"];
        let source = "if (env === 'prod') {}\nswitch (env) {\n  case \"dev\": break;\n}\n\"prod\".equals(env)\nconst url = 'prod';\nenv !== `dev`\nif env in ('prod', 'x')";
        assert_eq!(
            compared_names(source, &names),
            [(1, "prod"), (3, "dev"), (5, "prod"), (7, "dev"), (8, "prod")]
        );
        assert!(compared_names("kind === 'production'", &names).is_empty());
    }
}
