//! YAML templates with CloudFormation's short forms (`!Ref`, `!GetAtt a.b`, `!Sub ...`) as the JSON they stand for.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};
use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::error::TemplateError;

/// Deeper nesting than any template has; keeps hostile files from exhausting the stack.
const MAXIMUM_DEPTH: usize = 120;
/// More nodes than a template of 1 MB can hold; keeps aliases of aliases from exhausting memory.
const MAXIMUM_NODES: usize = 500_000;

/// Reads one YAML document.
pub(super) fn parse(body: &str, origin: &str) -> Result<Value, TemplateError> {
    let mut reader = Reader {
        parser: Parser::new_from_str(body),
        origin,
        anchors: IndexMap::new(),
        nodes: 0,
        position: (1, 1),
    };
    reader.document()
}

struct Reader<'body, 'origin> {
    parser: Parser<'body, granit_parser::StrInput<'body>>,
    origin: &'origin str,
    anchors: IndexMap<usize, Value>,
    nodes: usize,
    position: (usize, usize),
}

impl<'body> Reader<'body, '_> {
    fn document(&mut self) -> Result<Value, TemplateError> {
        loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentStart(..) => {}
                Event::StreamEnd | Event::DocumentEnd => return Err(self.error("the document is empty")),
                event => {
                    let value = self.node(event, 0)?;
                    return self.end(value);
                }
            }
        }
    }

    fn end(&mut self, value: Value) -> Result<Value, TemplateError> {
        loop {
            match self.next()? {
                Event::StreamEnd => return Ok(value),
                Event::DocumentEnd => {}
                _ => return Err(self.error("there is more than one document")),
            }
        }
    }

    fn next(&mut self) -> Result<Event<'body>, TemplateError> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..) | Event::Anchor(..), _))) => {}
                Some(Ok((event, span))) => {
                    self.position = start(&span);
                    return Ok(event);
                }
                Some(Err(error)) => {
                    self.position = (error.marker().line(), error.marker().col() + 1);
                    return Err(self.error(error.info()));
                }
                None => return Ok(Event::StreamEnd),
            }
        }
    }

    fn node(&mut self, event: Event<'body>, depth: usize) -> Result<Value, TemplateError> {
        self.nodes += 1;
        if depth > MAXIMUM_DEPTH || self.nodes > MAXIMUM_NODES {
            return Err(self.error("the document is nested too deeply or too large"));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.tagged_scalar(&text, style, tag)?;
                Ok(self.remember(anchor, value))
            }
            Event::SequenceStart(_, anchor, tag) => {
                let items = self.sequence(depth)?;
                let value = self.tagged(Value::Array(items), tag)?;
                Ok(self.remember(anchor, value))
            }
            Event::MappingStart(_, anchor, tag) => {
                let entries = self.mapping(depth)?;
                let value = self.tagged(Value::Object(entries), tag)?;
                Ok(self.remember(anchor, value))
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or(Value::Null);
                self.nodes += count(&value);
                if self.nodes > MAXIMUM_NODES {
                    return Err(self.error("the aliases of the document expand to too much"));
                }
                Ok(value)
            }
            _ => Err(self.error("a value is missing")),
        }
    }

    fn remember(&mut self, anchor: usize, value: Value) -> Value {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        value
    }

    fn sequence(&mut self, depth: usize) -> Result<Vec<Value>, TemplateError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(items),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Map<String, Value>, TemplateError> {
        let mut entries = Map::new();
        let mut merged = Vec::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(self.error("a key is not a plain text")),
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            if key == "<<" {
                merged.push(value);
            } else if entries.insert(key.clone(), value).is_some() {
                return Err(self.error(format!("the key {key:?} is there twice")));
            }
        }
        for value in merged {
            self.merge(&mut entries, value)?;
        }
        Ok(entries)
    }

    /// `<<: *anchor`: keys that are written out win.
    fn merge(&self, entries: &mut Map<String, Value>, merged: Value) -> Result<(), TemplateError> {
        match merged {
            Value::Object(merged) => {
                for (key, value) in merged {
                    entries.entry(key).or_insert(value);
                }
                Ok(())
            }
            Value::Array(list) => list.into_iter().try_for_each(|value| self.merge(entries, value)),
            _ => Err(self.error("`<<` merges something that is not a mapping")),
        }
    }

    fn tagged_scalar(&self, text: &str, style: ScalarStyle, tag: Option<Cow<'_, Tag>>) -> Result<Value, TemplateError> {
        match tag.as_deref().map(Tag::core_suffix) {
            None => Ok(match style {
                ScalarStyle::Plain => plain_scalar(text),
                _ => Value::String(text.into()),
            }),
            Some(Some("str")) => Ok(Value::String(text.into())),
            Some(Some(_)) => Ok(plain_scalar(text)),
            // The argument of a short form is a text, whatever it looks like (`!Ref 123`).
            Some(None) => self.tagged(Value::String(text.into()), tag),
        }
    }

    fn tagged(&self, value: Value, tag: Option<Cow<'_, Tag>>) -> Result<Value, TemplateError> {
        let Some(tag) = tag.filter(|tag| tag.core_suffix().is_none()) else {
            return Ok(value);
        };
        let name = tag.original();
        let Some(function) = name.strip_prefix('!').filter(|function| is_function(function)) else {
            return Err(self.error(format!("the tag {name} is not a CloudFormation function")));
        };
        let key = match function {
            "Ref" | "Condition" => function.to_owned(),
            _ => format!("Fn::{function}"),
        };
        let argument = match (function, value) {
            ("GetAtt", Value::String(text)) => match text.split_once('.') {
                Some((resource, attribute)) => Value::from(vec![resource, attribute]),
                None => {
                    return Err(self.error("`!GetAtt` needs a resource and an attribute, as in `!GetAtt Bucket.Arn`"));
                }
            },
            (_, value) => value,
        };
        Ok(Value::Object(Map::from_iter([(key, argument)])))
    }

    fn error(&self, message: impl Into<String>) -> TemplateError {
        TemplateError::Syntax {
            origin: self.origin.into(),
            line: self.position.0,
            column: self.position.1,
            message: message.into(),
        }
    }
}

fn start(span: &Span) -> (usize, usize) {
    let start = span.tag_start().unwrap_or(span.start);
    (start.line(), start.col() + 1)
}

fn is_function(name: &str) -> bool {
    matches!(
        name,
        "Ref"
            | "Condition"
            | "And"
            | "Base64"
            | "Cidr"
            | "Equals"
            | "FindInMap"
            | "GetAZs"
            | "GetAtt"
            | "If"
            | "ImportValue"
            | "Join"
            | "Length"
            | "Not"
            | "Or"
            | "Select"
            | "Split"
            | "Sub"
            | "ToJsonString"
            | "Transform"
    )
}

/// Null, booleans and numbers that JSON knows; everything else is text. So account ids with leading zeros, dates and
/// versions such as `1_0` stay what was written.
fn plain_scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => serde_json::from_str::<Number>(text).map_or_else(|_| Value::String(text.into()), Value::Number),
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_forms_become_long_forms() {
        let body = r#"
Parameters: {env: {Type: String}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${env}-x"
      Arn: !GetAtt Table.Stream.Arn
      Both: !GetAtt [Table, Arn]
      Joined: !Join ["-", [!Ref env, !Select [0, !Split [",", "a,b"]]]]
      If: !If [Prod, !Ref "AWS::NoValue", 5]
      Account: 012345678901
      Port: 8080
      Ratio: 1.0
      Flag: yes
      Nothing: ~
      Text: "8080"
      Date: 2012-10-17
Conditions:
  Prod: !Not [!Equals [!Ref env, prod]]
  Both: !And [!Condition Prod, !Equals ["a", "a"]]
"#;
        let value = parse(body, "t.yaml").unwrap();
        assert_eq!(
            value["Resources"]["Bucket"]["Properties"],
            json!({
                "BucketName": {"Fn::Sub": "${env}-x"},
                "Arn": {"Fn::GetAtt": ["Table", "Stream.Arn"]},
                "Both": {"Fn::GetAtt": ["Table", "Arn"]},
                "Joined": {"Fn::Join": ["-", [{"Ref": "env"}, {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}]]},
                "If": {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, 5]},
                "Account": "012345678901",
                "Port": 8080,
                "Ratio": 1.0,
                "Flag": "yes",
                "Nothing": null,
                "Text": "8080",
                "Date": "2012-10-17",
            })
        );
        assert_eq!(
            value["Conditions"]["Both"],
            json!({"Fn::And": [{"Condition": "Prod"}, {"Fn::Equals": ["a", "a"]}]})
        );
    }

    #[test]
    fn errors_name_line_and_column() {
        let error = parse("Resources:\n  A: {Type: x\n  B: ]", "amplify/t.yaml").unwrap_err();
        assert!(error.to_string().starts_with("amplify/t.yaml:3:"), "{error}");
        let error = parse("A:\n  B: !Unknown x\n", "t.yaml").unwrap_err();
        assert!(error.to_string().starts_with("t.yaml:2:6"), "{error}");
        assert!(error.to_string().contains("!Unknown"));
        let error = parse("A: 1\nA: 2\n", "t.yaml").unwrap_err();
        assert!(error.to_string().contains("\"A\" is there twice"), "{error}");
        assert!(parse("", "t.yaml").is_err());
        assert!(parse("--- 1\n--- 2\n", "t.yaml").is_err());
    }

    #[test]
    fn anchors_and_merge_keys() {
        let value = parse("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\nc: *x\n", "t").unwrap();
        assert_eq!(
            value,
            json!({"a": {"k": 1, "l": 2}, "b": {"l": 3, "k": 1}, "c": {"k": 1, "l": 2}})
        );
    }

    #[test]
    fn hostile_documents_end() {
        let deep = format!("{}x{}", "[".repeat(5000), "]".repeat(5000));
        assert!(parse(&deep, "t").is_err());
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(",")));
        }
        assert!(parse(&bomb, "t").is_err());
    }
}
