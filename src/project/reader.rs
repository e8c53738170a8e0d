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

    /// A text file; what is not UTF-8 is replaced.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, ProjectError> {
        let bytes = self.files.read(path).map_err(self.unreadable(path))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A template; `None` when it is missing or malformed.
    pub(super) fn template(&mut self, path: &str) -> Result<Option<TemplateFile>, ProjectError> {
        let Some(text) = self.text(path)? else { return Ok(None) };
        match Template::parse(&text, path) {
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
