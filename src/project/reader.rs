//! Reads and parses files; what cannot be parsed is collected, so that all of it is told at once.

use std::io;

use serde_json::Value;

use super::{
    error::{Malformed, ProjectError, Syntax},
    json,
    source::{FileSource, files_below, join},
    tree::TemplateFile,
};
use crate::cloudformation::{Template, TemplateError};

pub(super) struct Reader<'f> {
    pub(super) files: &'f dyn FileSource,
    pub(super) malformed: Vec<Malformed>,
}

impl<'f> Reader<'f> {
    pub(super) fn new(files: &'f dyn FileSource) -> Self {
        Self {
            files,
            malformed: Vec::new(),
        }
    }

    /// The result, unless a file on the way could not be parsed.
    pub(super) fn finish<T>(self, result: T) -> Result<T, ProjectError> {
        if self.malformed.is_empty() {
            Ok(result)
        } else {
            let mut problems = self.malformed;
            problems.dedup();
            Err(ProjectError::Malformed(problems))
        }
    }

    /// Maps a failure to read a path.
    pub(super) fn unreadable(&self, path: &str) -> impl Fn(io::Error) -> ProjectError + use<> {
        let path = path.to_owned();
        move |source| ProjectError::Unreadable {
            path: path.clone(),
            source,
        }
    }

    /// A JSON file; `None` when it is missing or malformed.
    pub(super) fn json(&mut self, path: &str) -> Result<Option<Value>, ProjectError> {
        let Some(bytes) = self.files.read(path).map_err(self.unreadable(path))? else {
            return Ok(None);
        };
        match json::parse(path, &bytes) {
            Ok(value) => Ok(Some(value)),
            Err(problem) => {
                self.malformed.push(problem);
                Ok(None)
            }
        }
    }

    /// A JSON file that holds an object; `None` when it is missing or malformed.
    pub(super) fn object(&mut self, path: &str) -> Result<Option<Value>, ProjectError> {
        Ok(self.json(path)?.filter(|value| {
            self.expect(
                value.is_object(),
                path,
                (1, 1),
                format!("expected an object, found {}", kind(value)),
            )
        }))
    }

    /// A JSON file that holds a list; `None` when it is missing or malformed.
    pub(super) fn list(&mut self, path: &str) -> Result<Option<Value>, ProjectError> {
        Ok(self.json(path)?.filter(|value| {
            self.expect(
                value.is_array(),
                path,
                (1, 1),
                format!("expected a list, found {}", kind(value)),
            )
        }))
    }

    /// Notes that a file is not what it must be, unless it is.
    pub(super) fn expect(&mut self, is_so: bool, path: &str, (line, column): (usize, usize), message: String) -> bool {
        if !is_so {
            self.malformed.push(Malformed {
                path: path.to_owned(),
                line,
                column,
                message,
                syntax: Syntax::Json,
            });
        }
        is_so
    }

    /// Every entry of an object in a JSON file has to be an object itself.
    pub(super) fn expect_objects<'v>(
        &mut self,
        path: &str,
        keys: &[&str],
        entries: impl Iterator<Item = (&'v String, &'v Value)>,
    ) -> Result<(), ProjectError> {
        for (name, value) in entries.filter(|(_, value)| !value.is_object()) {
            let mut all = keys.to_vec();
            all.push(name);
            let line = self.text(path)?.and_then(|text| json::line_of(&text, &all));
            let message = format!("{} is {}, expected an object", all.join("/"), kind(value));
            self.expect(false, path, (line.map_or(1, |line| line as usize), 1), message);
        }
        Ok(())
    }

    /// A text file; what is not UTF-8 is replaced.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, ProjectError> {
        let bytes = self.files.read(path).map_err(self.unreadable(path))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A template; `None` when it is missing or malformed.
    pub(super) fn template(&mut self, path: &str) -> Result<Option<TemplateFile>, ProjectError> {
        let Some(bytes) = self.files.read(path).map_err(self.unreadable(path))? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&bytes);
        // As the Amplify CLI tells the two: what begins like JSON is JSON, whatever the name of the file. YAML would take
        // much of what is broken JSON for something else.
        let parsed = if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            match json::parse(path, &bytes) {
                Ok(value) => Template::from_value(value, path),
                Err(problem) => {
                    self.malformed.push(problem);
                    return Ok(None);
                }
            }
        } else {
            Template::parse(&text, path)
        };
        match parsed.and_then(|template| with_resources(template, path)) {
            Ok(template) => Ok(Some(TemplateFile {
                path: path.to_owned(),
                template,
            })),
            Err(error) => {
                self.malformed.push(malformed_template(path, error));
                Ok(None)
            }
        }
    }

    /// Files below a folder, relative to the project.
    pub(super) fn files_below(&self, folder: &str) -> Result<Vec<String>, ProjectError> {
        let files = files_below(self.files, folder, &[]).map_err(self.unreadable(folder))?;
        Ok(files.iter().map(|file| join(folder, file)).collect())
    }
}

/// Without this section it is no template.
fn with_resources(template: Template, path: &str) -> Result<Template, TemplateError> {
    if template.document().contains_key("Resources") {
        return Ok(template);
    }
    Err(TemplateError::Shape {
        origin: path.to_owned(),
        path: "/Resources".to_owned(),
        message: "is missing".to_owned(),
    })
}

/// What a JSON value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn malformed_template(path: &str, error: TemplateError) -> Malformed {
    let (line, column, message, syntax) = match error {
        TemplateError::Syntax {
            line, column, message, ..
        } if path.ends_with(".json") => (line, column, message, Syntax::Json),
        TemplateError::Syntax {
            line, column, message, ..
        } => (line, column, message, Syntax::Template),
        TemplateError::Shape { path, message, .. } => (1, 1, format!("{path} {message}"), Syntax::Template),
    };
    Malformed {
        path: path.to_owned(),
        line,
        column,
        message,
        syntax,
    }
}
