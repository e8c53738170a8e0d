//! The commands of a build specification with their places in the text.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::generate::project_files::ProjectFileError;

/// Deeper than any build specification; keeps hostile files from exhausting the stack.
const MAXIMUM_DEPTH: usize = 60;

/// A command of a phase.
#[derive(Debug)]
pub struct Command {
    /// Decoded.
    pub value: String,
    /// Its raw text, quotes or block indicator included.
    pub span: Range<usize>,
    /// Line from 1.
    pub line: usize,
    /// Index of its application in a monorepo.
    pub application: Option<usize>,
    /// Which list it is in.
    pub list: usize,
    /// It is an item of a list, not the list's stand-in.
    pub is_list_item: bool,
    /// Its list is written in brackets.
    pub in_flow: bool,
    /// It belongs to a backend part.
    pub in_backend: bool,
}

/// An application of a monorepo.
#[derive(Debug, Default)]
pub struct Application {
    /// `appRoot`.
    pub root: String,
    /// It has a backend part.
    pub has_backend: bool,
}

/// A build specification.
#[derive(Debug, Default)]
pub struct Document {
    /// Every command of every phase, in the order of the file.
    pub commands: Vec<Command>,
    /// Applications of a monorepo.
    pub applications: Vec<Application>,
    /// There is a backend part at the top.
    pub has_backend: bool,
}

impl Document {
    /// Reads the file.
    pub fn parse(path: &str, text: &str) -> Result<Self, ProjectFileError> {
        check(path, text)?;
        let mut reader = Reader {
            parser: Parser::new_from_str(text),
            path,
            text,
            document: Self::default(),
            lists: 0,
        };
        reader.read()?;
        Ok(reader.document)
    }
}

/// Duplicate keys, unknown aliases and other things that a tokenizer lets pass.
fn check(path: &str, text: &str) -> Result<(), ProjectFileError> {
    serde_saphyr::from_str::<serde_json::Value>(text)
        .map(|_| ())
        .map_err(|error| {
            let location = error.location();
            let number = |value: u64| usize::try_from(value).unwrap_or(1);
            ProjectFileError::Yaml {
                path: path.to_owned(),
                line: location.map_or(1, |location| number(location.line())),
                column: location.map_or(1, |location| number(location.column())),
                message: error.without_snippet().to_string(),
            }
        })
}

struct Reader<'text> {
    parser: Parser<'text, granit_parser::StrInput<'text>>,
    path: &'text str,
    text: &'text str,
    document: Document,
    lists: usize,
}

/// Where in the document a node is.
#[derive(Clone, Debug, Default)]
struct Place {
    keys: Vec<String>,
    application: Option<usize>,
    list: usize,
    is_list_item: bool,
    in_flow: bool,
}

impl Place {
    fn under(&self, key: &str) -> Self {
        let mut place = self.clone();
        place.keys.push(key.to_owned());
        place.is_list_item = false;
        place
    }

    /// `backend.phases.build.commands`, `test.phases.preTest.commands`, ...
    fn is_command(&self) -> bool {
        matches!(self.keys.as_slice(), [_, phases, _, commands] if phases == "phases" && commands == "commands")
    }
}

impl<'text> Reader<'text> {
    fn read(&mut self) -> Result<(), ProjectFileError> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(()),
                (Event::Scalar(text, ..), span) if !text.trim().is_empty() => {
                    return Err(self.error(&span, "the file is not a mapping"));
                }
                (Event::SequenceStart(..), span) => return Err(self.error(&span, "the file is not a mapping")),
                (event, span) => self.node(event, &span, &Place::default(), 0)?,
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'text>, Span), ProjectFileError> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..) | Event::Anchor(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => {
                    return Err(ProjectFileError::Yaml {
                        path: self.path.to_owned(),
                        line: error.marker().line(),
                        column: error.marker().col() + 1,
                        message: error.info().to_owned(),
                    });
                }
                None => {
                    return Err(ProjectFileError::Yaml {
                        path: self.path.to_owned(),
                        line: 1 + self.text.matches('\n').count(),
                        column: 1,
                        message: "the file ends too early".into(),
                    });
                }
            }
        }
    }

    fn node(&mut self, event: Event<'text>, span: &Span, place: &Place, depth: usize) -> Result<(), ProjectFileError> {
        if depth > MAXIMUM_DEPTH {
            return Err(self.error(span, "the file is nested too deeply"));
        }
        match event {
            Event::Scalar(value, style, ..) => self.scalar(&value, style, span, place),
            Event::SequenceStart(..) => {
                self.lists += 1;
                let in_flow = place.in_flow || self.begins_with(span, '[');
                let is_applications = place.keys == ["applications"];
                let mut inner = place.clone();
                inner.list = self.lists;
                inner.in_flow = in_flow;
                inner.is_list_item = true;
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        return Ok(());
                    }
                    if is_applications {
                        inner.application = Some(self.document.applications.len());
                        self.document.applications.push(Application::default());
                        inner.keys = Vec::new();
                    }
                    self.node(event, &span, &inner, depth + 1)?;
                }
            }
            Event::MappingStart(..) => {
                let mut place = place.clone();
                place.in_flow |= self.begins_with(span, '{');
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, _) => return Ok(()),
                        (Event::Scalar(key, ..), _) => key.into_owned(),
                        (_, span) => return Err(self.error(&span, "a key is not a plain text")),
                    };
                    let (event, span) = self.next()?;
                    if place.keys.is_empty() && key == "backend" {
                        match place.application {
                            None => self.document.has_backend = true,
                            Some(index) => {
                                if let Some(application) = self.document.applications.get_mut(index) {
                                    application.has_backend = true;
                                }
                            }
                        }
                    }
                    self.node(event, &span, &place.under(&key), depth + 1)?;
                }
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: &Span, place: &Place) -> Result<(), ProjectFileError> {
        if let (Some(index), [key]) = (place.application, place.keys.as_slice())
            && key == "appRoot"
            && let Some(application) = self.document.applications.get_mut(index)
        {
            application.root = value.to_owned();
        }
        if !place.is_command() {
            return Ok(());
        }
        let (Some(start), Some(end)) = (span.start.byte_offset(), span.end.byte_offset()) else {
            return Err(self.error(span, "the place of a command is unknown"));
        };
        let raw = self.text.get(start..end).unwrap_or_default();
        // The end of a plain scalar may be reported behind the white space that follows it.
        let end = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => end,
            _ => start + raw.trim_end().len(),
        };
        self.document.commands.push(Command {
            value: value.to_owned(),
            span: start..end,
            line: span.start.line(),
            application: place.application,
            list: place.list,
            is_list_item: place.is_list_item,
            in_flow: place.in_flow,
            in_backend: place.keys.first().is_some_and(|part| part == "backend"),
        });
        Ok(())
    }

    fn begins_with(&self, span: &Span, bracket: char) -> bool {
        span.start
            .byte_offset()
            .and_then(|start| self.text.get(start..))
            .is_some_and(|rest| rest.starts_with(bracket))
    }

    fn error(&self, span: &Span, message: &str) -> ProjectFileError {
        ProjectFileError::Yaml {
            path: self.path.to_owned(),
            line: span.start.line(),
            column: span.start.col() + 1,
            message: message.to_owned(),
        }
    }
}
