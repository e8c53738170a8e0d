//! The error that crosses rooms: every kind has a stable code, a message that names the thing, and a way out.
//!
//! Each room has its own typed error enum and implements [`CodedError`] for it; [`Error`] carries any of them
//! upwards, together with the causes that were seen later (a failed rollback never hides the first cause).

use std::fmt;

use serde_json::{Map, Value};

/// What every error of the engine can tell about itself.
pub trait CodedError: std::error::Error + Send + Sync + 'static {
    /// Stable, machine-readable name in `SCREAMING_SNAKE_CASE`, for example `PROJECT_NOT_FOUND`.
    fn code(&self) -> &'static str;

    /// What the user can do about it, in full sentences.
    fn resolution(&self) -> String;

    /// The things that the message names, for programs: path, line, stack, resource, ...
    fn details(&self) -> Map<String, Value> {
        Map::new()
    }

    /// A page that explains more, when there is one.
    fn link(&self) -> Option<String> {
        None
    }
}

/// Any error of the engine.
pub struct Error {
    kind: Box<dyn CodedError>,
    /// Errors that happened while this one was being handled, in the order they happened.
    pub suppressed: Vec<Error>,
}

/// Result of the engine's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// See [`CodedError::code`].
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// See [`CodedError::resolution`].
    pub fn resolution(&self) -> String {
        self.kind.resolution()
    }

    /// See [`CodedError::details`].
    pub fn details(&self) -> Map<String, Value> {
        self.kind.details()
    }

    /// See [`CodedError::link`].
    pub fn link(&self) -> Option<String> {
        self.kind.link()
    }

    /// Keeps a later error beside this one, which stays the first cause.
    #[must_use]
    pub fn with_suppressed(mut self, later: Error) -> Self {
        self.suppressed.push(later);
        self
    }
}

impl<E: CodedError> From<E> for Error {
    fn from(kind: E) -> Self {
        Self {
            kind: Box::new(kind),
            suppressed: Vec::new(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.kind, formatter)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Error")
            .field("code", &self.code())
            .field("message", &self.kind.to_string())
            .field("details", &self.details())
            .field("suppressed", &self.suppressed)
            .finish()
    }
}
