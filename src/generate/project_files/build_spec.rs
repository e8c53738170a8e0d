//! `amplify.yml`: Gen 1's deployment commands become Gen 2's. Edited by places in the text, so that comments, layout and
//! everything else stay.

mod command;
mod document;

use self::{
    command::{is_gen1_command, is_gen2_deployment, is_push, replace_push},
    document::{Command, Document},
};
use super::{
    Edited, PackageManager,
    error::{ProjectFileError, text as as_text},
};
use crate::backend::finding::{Finding, Severity};

/// Deploys the backend of a branch.
const DEPLOY: &str = "npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID";

/// What the edit depends on.
#[derive(Clone, Debug)]
pub struct BuildSpecInput<'input> {
    /// Name of the file for messages, relative to the project.
    pub path: &'input str,
    /// The file; absent: a new one is made.
    pub bytes: Option<&'input [u8]>,
    /// What installs packages.
    pub package_manager: PackageManager,
    /// The project has a lock file, so that builds can install exactly what it says.
    pub is_locked: bool,
    /// Folder of the project relative to the file's, with forward slashes; empty: the same.
    pub app_root: &'input str,
    /// How the frontend is built, for a new file.
    pub frontend: Option<FrontendBuild>,
}

impl BuildSpecInput<'_> {
    /// Command that installs the packages of the backend.
    fn install(&self) -> &'static str {
        if self.is_locked {
            self.package_manager.clean_install()
        } else {
            self.package_manager.install()
        }
    }
}

/// How the frontend is built, as `amplify init` asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontendBuild {
    /// Command line.
    pub command: String,
    /// Folder of the result, relative to the project.
    pub directory: String,
}

/// Edits the file; an absent one is made.
///
/// # Errors
/// `MALFORMED_YAML` and `FILE_NOT_TEXT`.
pub fn edit_build_spec(input: &BuildSpecInput<'_>) -> Result<Edited, ProjectFileError> {
    let Some(bytes) = input.bytes else {
        return Ok(new_file(input));
    };
    let text = as_text(input.path, bytes)?;
    let document = Document::parse(input.path, text)?;
    let mut editor = Editor {
        input,
        text,
        edits: Vec::new(),
        findings: Vec::new(),
    };
    editor.edit(&document);
    Ok(editor.finish())
}

fn new_file(input: &BuildSpecInput<'_>) -> Edited {
    let install = input.install();
    let mut findings = manager_findings(input);
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (build, directory) = match &input.frontend {
        Some(frontend) => (vec![quote(&frontend.command)], quote(&frontend.directory)),
        None => {
            findings.push(finding(
                input,
                "build-spec-without-frontend",
                Severity::Manual,
                None,
                "The new build specification deploys the backend and an empty page: nothing tells how the frontend is built.".into(),
                "Fill in the frontend part of amplify.yml, or leave it if Amplify Hosting does not host the frontend.",
            ));
            (
                vec!["mkdir -p dist".to_owned(), "touch dist/index.html".to_owned()],
                "dist".to_owned(),
            )
        }
    };
    let mut text = format!(
        "version: 1\nbackend:\n  phases:\n    build:\n      commands:\n        - {install}\n        - {DEPLOY}\nfrontend:\n  phases:\n    build:\n      commands:\n"
    );
    for command in build {
        text.push_str(&format!("        - {command}\n"));
    }
    text.push_str(&format!(
        "  artifacts:\n    baseDirectory: {directory}\n    files:\n      - '**/*'\n"
    ));
    Edited { text, findings }
}

/// The build image brings npm and Yarn 1 along; others have to be installed by the build.
fn manager_findings(input: &BuildSpecInput<'_>) -> Vec<Finding> {
    let manager = input.package_manager;
    if matches!(manager, PackageManager::Npm | PackageManager::YarnClassic) {
        return Vec::new();
    }
    vec![finding(
        input,
        "build-spec-package-manager",
        Severity::Info,
        None,
        format!(
            "The backend's build runs `{}`: {} has to be there before.",
            input.install(),
            manager.command()
        ),
        "If the build image does not bring it along, install it in a command before this one, for example with `corepack enable` or `npm install -g`.",
    )]
}

fn finding(
    input: &BuildSpecInput<'_>,
    id: &str,
    severity: Severity,
    line: Option<usize>,
    message: String,
    remedy: &str,
) -> Finding {
    Finding {
        id: id.to_owned(),
        severity,
        feature: "build-spec".into(),
        message,
        path: input.path.to_owned(),
        line: line.and_then(|line| u32::try_from(line).ok()),
        remedy: remedy.to_owned(),
    }
}

struct Editor<'input, 'text> {
    input: &'input BuildSpecInput<'input>,
    text: &'text str,
    /// Places and what takes their place; they do not overlap.
    edits: Vec<(std::ops::Range<usize>, String)>,
    findings: Vec<Finding>,
}

impl Editor<'_, '_> {
    fn edit(&mut self, document: &Document) {
        let Some(applications) = self.applications(document) else {
            return;
        };
        let mut is_deployed = false;
        let mut has_backend = document.has_backend && applications.contains(&None);
        for application in &applications {
            if let Some(index) = application {
                has_backend |= document.applications.get(*index).is_some_and(|one| one.has_backend);
            }
            let commands: Vec<&Command> = document
                .commands
                .iter()
                .filter(|command| command.application == *application)
                .collect();
            is_deployed |= self.edit_commands(&commands);
        }
        if is_deployed {
            if !self.edits.is_empty() {
                self.findings.extend(manager_findings(self.input));
            }
            return;
        }
        let (id, message) = if has_backend {
            (
                "build-spec-backend-unknown",
                "The backend part of the build specification runs neither amplifyPush nor a Gen 2 deployment: it was left as it is.",
            )
        } else {
            (
                "build-spec-without-backend",
                "The build specification has no backend part: pushing the branch does not deploy the Gen 2 backend.",
            )
        };
        let remedy = format!(
            "Make `{}` and `{DEPLOY}` commands of the backend's build phase, or `npx ampx generate outputs` if another pipeline deploys the backend.",
            self.input.install()
        );
        self.report(id, Severity::Manual, None, message.to_owned(), &remedy);
    }

    /// Which applications of the file are the project's own: `None` stands for a file without applications.
    fn applications(&mut self, document: &Document) -> Option<Vec<Option<usize>>> {
        if document.applications.is_empty() {
            return Some(vec![None]);
        }
        let root = self.input.app_root.trim_matches('/');
        let own: Vec<Option<usize>> = document
            .applications
            .iter()
            .enumerate()
            .filter(|(_, application)| normal_path(&application.root) == normal_path(root))
            .map(|(index, _)| Some(index))
            .collect();
        if !own.is_empty() {
            return Some(own);
        }
        // The backend lies beside the file, and its applications are frontends below it: all of them belong to it.
        if root.is_empty() {
            return Some((0..document.applications.len()).map(Some).collect());
        }
        self.report(
            "build-spec-application-unknown",
            Severity::Manual,
            None,
            format!("No application of the build specification has the appRoot {root}: it was left as it is."),
            "Give the project's application its appRoot, then replace amplifyPush in it by hand.",
        );
        None
    }

    /// Edits the commands of one application; true when the backend is deployed afterwards.
    fn edit_commands(&mut self, commands: &[&Command]) -> bool {
        let mut is_deployed = false;
        for (index, command) in commands.iter().enumerate() {
            if is_push(&command.value) {
                is_deployed |= self.replace(command);
                continue;
            }
            is_deployed |= command.in_backend && is_gen2_deployment(&command.value);
            let next_is_push = commands
                .get(index + 1)
                .is_some_and(|next| next.list == command.list && is_push(&next.value));
            if next_is_push && command::is_cli_comment(&command.value) && !command.in_flow {
                self.edits.push((self.item_lines(command), String::new()));
            } else if is_gen1_command(&command.value) {
                self.report(
                    "build-spec-gen1-command",
                    Severity::Manual,
                    Some(command.line),
                    format!("The build runs a command of Gen 1: {}", command.value.trim()),
                    "Remove it, or replace it by what it is for in Gen 2.",
                );
            }
        }
        is_deployed
    }

    fn replace(&mut self, command: &Command) -> bool {
        let install = self.input.install();
        let raw = &self.text[command.span.clone()];
        let replaced = replace_push(raw, &format!("{install} && {DEPLOY}"));
        for flags in &replaced.dropped {
            self.report(
                "build-spec-flags",
                Severity::Warning,
                Some(command.line),
                format!("amplifyPush had flags that Gen 2 does not know: {flags}. They were dropped."),
                "Make sure that the build does not depend on them.",
            );
        }
        if command.is_list_item && replaced.is_whole {
            let second = if command.in_flow {
                self.edits.push((command.span.clone(), format!("{install}, {DEPLOY}")));
                return true;
            } else {
                self.second_item(command)
            };
            self.edits.push((command.span.clone(), install.to_owned()));
            self.edits.push(second);
        } else {
            self.edits.push((command.span.clone(), replaced.text));
        }
        true
    }

    /// A new item after the line on which the command ends, indented as the command's own.
    fn second_item(&self, command: &Command) -> (std::ops::Range<usize>, String) {
        let start = self.text[..command.span.start].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.text[start..command.span.start];
        // What stands before the command: white space, the dash, and perhaps the dash of an outer list or an anchor.
        let dash = before.rfind('-').unwrap_or(before.len());
        let indent: String = before[..dash].chars().map(|_| ' ').collect();
        let after = self.text[command.span.end..]
            .find('\n')
            .map_or(self.text.len(), |at| command.span.end + at + 1);
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let item = if self.text[..after].ends_with('\n') {
            format!("{indent}- {DEPLOY}{newline}")
        } else {
            format!("{newline}{indent}- {DEPLOY}")
        };
        (after..after, item)
    }

    /// The whole lines of an item.
    fn item_lines(&self, command: &Command) -> std::ops::Range<usize> {
        let start = self.text[..command.span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[command.span.end..]
            .find('\n')
            .map_or(self.text.len(), |at| command.span.end + at + 1);
        start..end
    }

    fn report(&mut self, id: &str, severity: Severity, line: Option<usize>, message: String, remedy: &str) {
        self.findings
            .push(finding(self.input, id, severity, line, message, remedy));
    }

    fn finish(mut self) -> Edited {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = self.text.to_owned();
        for (range, new) in self.edits.iter().rev() {
            text.replace_range(range.clone(), new);
        }
        Edited {
            text,
            findings: self.findings,
        }
    }
}

fn normal_path(path: &str) -> String {
    path.split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != ".")
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests;
