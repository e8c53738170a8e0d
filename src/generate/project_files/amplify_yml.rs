//! `amplify.yml`, edited by lines: comments, order and everything that is not about the Gen 1 CLI stay as they are.

use serde_json::Value;

use super::package_manager::PackageManager;
use crate::{
    backend::{finding::Severity, model::SourceLocation},
    generate::findings::Findings,
};

/// Commands of the Gen 1 CLI that deploy the backend.
const GEN1_COMMANDS: [&str; 2] = ["amplifyPush", "amplify push"];
const GEN2_COMMAND: &str = "ampx ";
/// Beginnings of commands that install packages.
const INSTALLS: [&str; 9] = [
    "npm ci",
    "npm install",
    "npm i",
    "yarn",
    "yarn install",
    "pnpm i",
    "pnpm install",
    "bun i",
    "bun install",
];

/// The build settings for Gen 2.
pub(super) fn edit(
    text: Option<&str>,
    project_config: Option<&str>,
    manager: PackageManager,
    findings: &mut Findings,
) -> String {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return create(project_config, manager);
    };
    if serde_saphyr::from_str::<Value>(text).is_err() {
        findings.add(
            "build-settings-malformed",
            Severity::Manual,
            "amplify.yml is not valid YAML and is left as it is",
            &location(None),
            format!("Correct the file, and deploy the backend with `{}`.", manager.deploy()),
        );
        return text.to_owned();
    }
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.lines().collect();
    if lines.iter().any(|line| is_code(line) && line.contains(GEN2_COMMAND))
        && !lines.iter().any(|line| deploys_gen1(line))
    {
        return text.to_owned();
    }
    let mut edited: Vec<String> = Vec::new();
    let mut replaced = false;
    for (index, line) in lines.iter().enumerate() {
        if deploys_gen1(line) {
            edited.extend(replace(&lines, index, manager));
            replaced = true;
        } else {
            edited.push((*line).to_owned());
        }
    }
    if !replaced {
        edited = with_backend(&edited, manager, findings);
    }
    let mut result = edited.join(line_end);
    if text.ends_with('\n') {
        result.push_str(line_end);
    }
    result
}

fn location(line: Option<usize>) -> SourceLocation {
    SourceLocation {
        path: "amplify.yml".to_owned(),
        line: line.and_then(|line| u32::try_from(line).ok()),
    }
}

fn is_code(line: &str) -> bool {
    !line.trim_start().starts_with('#')
}

fn deploys_gen1(line: &str) -> bool {
    is_code(line) && GEN1_COMMANDS.iter().any(|command| line.contains(command))
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// The line with Gen 2's command in place of Gen 1's; an install before it where the phase has none.
fn replace(lines: &[&str], index: usize, manager: PackageManager) -> Vec<String> {
    let line = lines[index];
    let indent = indentation(line);
    let content = line.trim_start();
    let item = content.strip_prefix('-').map(str::trim_start);
    let (mark, command) = item.map_or(("", content), |command| ("- ", command));
    let has_install = installs_before(lines, index);
    let (prefix, suffix) = around(command);
    let mut result = Vec::new();
    // A command that is one of several on its line, or a line of a block of text, is replaced in its place.
    if mark.is_empty() || !prefix.is_empty() || !suffix.is_empty() {
        let install = if has_install || installs(prefix) {
            String::new()
        } else if mark.is_empty() && prefix.is_empty() {
            result.push(format!("{indent}{}", manager.install()));
            String::new()
        } else {
            format!("{} && ", manager.install())
        };
        result.push(format!("{indent}{mark}{prefix}{install}{}{suffix}", manager.deploy()));
        return result;
    }
    if !has_install {
        result.push(format!("{indent}- {}", manager.install()));
    }
    result.push(format!("{indent}- {}", manager.deploy()));
    result
}

/// What stands before and after the command of Gen 1 on its line, its own flags left out.
fn around(command: &str) -> (&str, &str) {
    let start = GEN1_COMMANDS
        .iter()
        .filter_map(|gen1| command.find(gen1))
        .min()
        .unwrap_or_default();
    let end = command[start..]
        .find(['&', '|', ';', '#', '"', '\''])
        .map_or(command.len(), |end| {
            // White space before a separator belongs to what follows.
            start + command[start..start + end].trim_end().len()
        });
    let quote_only = |text: &str| matches!(text.trim(), "\"" | "'");
    let (prefix, suffix) = (&command[..start], &command[end..]);
    // A command that is quoted as a whole needs no quotes any more.
    if quote_only(prefix) && quote_only(suffix) {
        return ("", "");
    }
    (prefix, suffix)
}

/// An item of the same list before this one installs packages.
fn installs_before(lines: &[&str], index: usize) -> bool {
    let indent = indentation(lines[index]).len();
    lines[..index]
        .iter()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take_while(|line| indentation(line).len() >= indent)
        .any(|line| is_code(line) && installs(line.trim_start().trim_start_matches('-').trim_start()))
}

fn installs(command: &str) -> bool {
    command
        .split("&&")
        .map(|part| part.trim().trim_matches(['"', '\'']))
        .any(|part| {
            INSTALLS.iter().any(|install| {
                part == *install
                    || part.strip_prefix(install).is_some_and(|rest| {
                        rest.starts_with(' ') && (*install != "yarn" || rest.trim_start().starts_with('-'))
                    })
            })
        })
}

/// Adds a backend section in front of the frontend section, at its depth.
fn with_backend(lines: &[String], manager: PackageManager, findings: &mut Findings) -> Vec<String> {
    let has_backend = lines.iter().position(|line| section(line) == Some("backend"));
    let frontends: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| section(line) == Some("frontend"))
        .map(|(index, _)| index)
        .collect();
    let (None, [frontend]) = (has_backend, frontends.as_slice()) else {
        findings.add(
            "build-settings-backend",
            Severity::Manual,
            "amplify.yml deploys no Gen 1 backend, and it is not clear where Gen 2's deployment belongs",
            &location(has_backend.map(|line| line + 1)),
            format!("Add `{}` to the commands of the backend phase.", manager.deploy()),
        );
        return lines.to_vec();
    };
    let line = &lines[*frontend];
    // `- frontend:` begins the item of an application: the dash goes to the backend section.
    let (first, indent) = match line.trim_start().strip_prefix('-') {
        Some(rest) => {
            let spaces = rest.len() - rest.trim_start().len();
            let start = indentation(line);
            (
                format!("{start}-{}", " ".repeat(spaces)),
                format!("{start}{}", " ".repeat(spaces + 1)),
            )
        }
        None => (indentation(line).to_owned(), indentation(line).to_owned()),
    };
    let mut result = lines[..*frontend].to_vec();
    result.push(format!("{first}backend:"));
    result.push(format!("{indent}  phases:"));
    result.push(format!("{indent}    build:"));
    result.push(format!("{indent}      commands:"));
    result.push(format!("{indent}        - {}", manager.install()));
    result.push(format!("{indent}        - {}", manager.deploy()));
    result.push(format!(
        "{indent}{}",
        line.trim_start().trim_start_matches('-').trim_start()
    ));
    result.extend_from_slice(&lines[frontend + 1..]);
    result
}

/// Key of a line that opens a section.
fn section(line: &str) -> Option<&str> {
    let content = line.trim_start().trim_start_matches("- ").trim_start();
    let (key, rest) = content.split_once(':')?;
    (is_code(line) && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))).then_some(key.trim())
}

/// Build settings for a project that has none.
fn create(project_config: Option<&str>, manager: PackageManager) -> String {
    let config: Value = project_config
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let settings = &config["javascript"]["config"];
    let text = |key: &str| {
        settings[key]
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (commands, directory) = match (text("BuildCommand"), text("DistributionDir")) {
        (Some(command), Some(directory)) => (vec![command], directory),
        _ => (
            vec!["mkdir -p dist".to_owned(), "touch dist/index.html".to_owned()],
            "dist".to_owned(),
        ),
    };
    let mut lines = vec![
        "version: 1".to_owned(),
        "backend:".to_owned(),
        "  phases:".to_owned(),
        "    build:".to_owned(),
        "      commands:".to_owned(),
        format!("        - {}", manager.install()),
        format!("        - {}", manager.deploy()),
        "frontend:".to_owned(),
        "  phases:".to_owned(),
        "    build:".to_owned(),
        "      commands:".to_owned(),
    ];
    lines.extend(commands.iter().map(|command| format!("        - {}", scalar(command))));
    lines.extend([
        "  artifacts:".to_owned(),
        format!("    baseDirectory: {}", scalar(&directory)),
        "    files:".to_owned(),
        "      - '**/*'".to_owned(),
        "  cache:".to_owned(),
        "    paths:".to_owned(),
        "      - .npm/**/*".to_owned(),
        "      - node_modules/**/*".to_owned(),
    ]);
    format!("{}\n", lines.join("\n"))
}

/// A YAML scalar: quoted unless it is plainly harmless.
fn scalar(text: &str) -> String {
    let plain = text.chars().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.chars().all(|character| {
            character.is_ascii_alphanumeric() || matches!(character, ' ' | '-' | '_' | '.' | '/' | '+')
        })
        && !text.ends_with(' ');
    if plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''").replace(['\n', '\r'], " "))
    }
}
