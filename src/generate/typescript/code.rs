use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// An expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Code {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as it was written.
    Number(Number),
    /// A string literal.
    Text(String),
    /// A template literal.
    Template(Vec<Part>),
    /// An identifier in scope; comes from a [`super::Scope`] or from our own templates.
    Name(String),
    /// Something imported: module and exported name.
    Import(String, String),
    /// `object.property`, or `object['property']` where the property is no identifier.
    Member(Box<Code>, String),
    /// `object[key]`
    Index(Box<Code>, Box<Code>),
    /// `value!`
    NonNull(Box<Code>),
    /// `value as Type`
    As(Box<Code>, Box<Code>),
    /// `value instanceof Class`
    InstanceOf(Box<Code>, Box<Code>),
    /// `callee(arguments)`
    Call(Box<Code>, Vec<Code>),
    /// `new Class(arguments)`
    New(Box<Code>, Vec<Code>),
    /// An array.
    Array(Vec<Code>),
    /// An object.
    Object(Vec<Entry>),
    /// `(parameters) => body`
    Arrow(Vec<String>, Box<Code>),
}

/// A part of a template literal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Text.
    Text(String),
    /// `${...}`
    Code(Code),
}

/// An entry of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// `key: value`, or `key` alone when the value is the identifier of that name.
    Property(String, Code),
    /// `[key]: value`
    Computed(Code, Code),
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Statement {
    /// `const name = value;`
    Const(String, Code),
    /// `const { names } = value;`
    Destructure(Vec<String>, Code),
    /// `target = value;`
    Assign(Code, Code),
    /// `value;`
    Expression(Code),
    /// `if (condition) { statements }`
    If(Code, Vec<Statement>),
    /// `for (const name of list) { statements }`
    ForOf(String, Code, Vec<Statement>),
    /// `return value;`
    Return(Code),
}

impl Code {
    /// A string literal.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An identifier.
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }

    /// An imported name.
    pub fn import(module: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Import(module.into(), name.into())
    }

    /// A whole number.
    pub fn number(number: impl Into<Number>) -> Self {
        Self::Number(number.into())
    }

    /// `self.property`
    #[must_use]
    pub fn member(self, property: impl Into<String>) -> Self {
        Self::Member(Box::new(self), property.into())
    }

    /// `self.a.b.c`
    #[must_use]
    pub fn path(self, properties: &[&str]) -> Self {
        properties
            .iter()
            .fold(self, |object, property| object.member(*property))
    }

    /// `self.method(arguments)`
    #[must_use]
    pub fn method(self, method: &str, arguments: Vec<Self>) -> Self {
        self.member(method).call(arguments)
    }

    /// `self(arguments)`
    #[must_use]
    pub fn call(self, arguments: Vec<Self>) -> Self {
        Self::Call(Box::new(self), arguments)
    }

    /// `new self(arguments)`
    #[must_use]
    pub fn construct(self, arguments: Vec<Self>) -> Self {
        Self::New(Box::new(self), arguments)
    }

    /// `self!`
    #[must_use]
    pub fn non_null(self) -> Self {
        Self::NonNull(Box::new(self))
    }

    /// `self as class`
    #[must_use]
    pub fn cast(self, class: Self) -> Self {
        Self::As(Box::new(self), Box::new(class))
    }

    /// `self instanceof Class`
    #[must_use]
    pub fn instance_of(self, class: Self) -> Self {
        Self::InstanceOf(Box::new(self), Box::new(class))
    }

    /// An object with plain keys.
    pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(
            entries
                .into_iter()
                .map(|(key, value)| Entry::Property(key.into(), value))
                .collect(),
        )
    }

    /// An array of strings.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Array(texts.into_iter().map(Self::text).collect())
    }

    /// A JSON value, keys as they are.
    pub fn json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::text(text),
            Value::Array(items) => Self::Array(items.iter().map(Self::json).collect()),
            Value::Object(map) => Self::object(map.iter().map(|(key, value)| (key, Self::json(value)))),
        }
    }

    /// Texts and expressions joined: a string literal when all is text, the expression itself when it stands alone.
    pub fn joined(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            let part = match part {
                Part::Code(Self::Text(text)) => Part::Text(text),
                Part::Code(Self::Template(inner)) => {
                    for inner in inner {
                        push_part(&mut joined, inner);
                    }
                    continue;
                }
                part => part,
            };
            push_part(&mut joined, part);
        }
        match joined.as_mut_slice() {
            [] => Self::text(""),
            [Part::Text(text)] => Self::text(std::mem::take(text)),
            [Part::Code(code)] => code.clone(),
            _ => Self::Template(joined),
        }
    }

    /// The expression with one identifier in place of another.
    #[must_use]
    pub fn renamed(self, from: &str, to: &str) -> Self {
        let rename = |code: Self| code.renamed(from, to);
        let boxed = |code: Box<Self>| Box::new(code.renamed(from, to));
        match self {
            Self::Name(name) if name == from => Self::name(to),
            Self::Template(parts) => Self::Template(
                parts
                    .into_iter()
                    .map(|part| match part {
                        Part::Code(code) => Part::Code(rename(code)),
                        text @ Part::Text(_) => text,
                    })
                    .collect(),
            ),
            Self::Member(object, property) => Self::Member(boxed(object), property),
            Self::Index(object, key) => Self::Index(boxed(object), boxed(key)),
            Self::NonNull(value) => Self::NonNull(boxed(value)),
            Self::As(value, class) => Self::As(boxed(value), boxed(class)),
            Self::InstanceOf(value, class) => Self::InstanceOf(boxed(value), boxed(class)),
            Self::Call(callee, arguments) => Self::Call(boxed(callee), arguments.into_iter().map(rename).collect()),
            Self::New(class, arguments) => Self::New(boxed(class), arguments.into_iter().map(rename).collect()),
            Self::Array(items) => Self::Array(items.into_iter().map(rename).collect()),
            Self::Object(entries) => Self::Object(
                entries
                    .into_iter()
                    .map(|entry| match entry {
                        Entry::Property(key, value) => Entry::Property(key, rename(value)),
                        Entry::Computed(key, value) => Entry::Computed(rename(key), rename(value)),
                    })
                    .collect(),
            ),
            Self::Arrow(parameters, body) => Self::Arrow(parameters, boxed(body)),
            other => other,
        }
    }

    /// Calls `visit` with every expression inside, this one first.
    pub fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match self {
            Self::Template(parts) => {
                for part in parts {
                    if let Part::Code(code) = part {
                        code.walk(visit);
                    }
                }
            }
            Self::Member(inner, _) | Self::NonNull(inner) | Self::Arrow(_, inner) => inner.walk(visit),
            Self::As(inner, class) | Self::InstanceOf(inner, class) | Self::Index(inner, class) => {
                inner.walk(visit);
                class.walk(visit);
            }
            Self::Call(callee, arguments) | Self::New(callee, arguments) => {
                callee.walk(visit);
                for argument in arguments {
                    argument.walk(visit);
                }
            }
            Self::Array(items) => {
                for item in items {
                    item.walk(visit);
                }
            }
            Self::Object(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Property(_, value) => value.walk(visit),
                        Entry::Computed(key, value) => {
                            key.walk(visit);
                            value.walk(visit);
                        }
                    }
                }
            }
            Self::Undefined
            | Self::Null
            | Self::Boolean(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Name(_)
            | Self::Import(..) => {}
        }
    }
}

fn push_part(parts: &mut Vec<Part>, part: Part) {
    match (parts.last_mut(), part) {
        (_, Part::Text(text)) if text.is_empty() => {}
        (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
        (_, part) => parts.push(part),
    }
}

impl Statement {
    /// Calls `visit` with every expression inside.
    pub fn walk(&self, visit: &mut impl FnMut(&Code)) {
        match self {
            Self::Const(_, value) | Self::Destructure(_, value) | Self::Expression(value) | Self::Return(value) => {
                value.walk(visit);
            }
            Self::Assign(target, value) => {
                target.walk(visit);
                value.walk(visit);
            }
            Self::If(value, statements) | Self::ForOf(_, value, statements) => {
                value.walk(visit);
                for statement in statements {
                    statement.walk(visit);
                }
            }
        }
    }
}
