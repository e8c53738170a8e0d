//! The intrinsic functions.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    Evaluator, cidr, condition,
    intrinsic::{self, SubPart},
    is_literal,
    normal_form::{call, concat, is_call},
    pointer_segment,
    unresolved::{Unresolved, UnresolvedReason},
};
use crate::cloudformation::template::scalar_text;

/// One evaluation: where it is, and what it could not resolve.
pub(super) struct Run<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    path: String,
    symbolic_place: bool,
    pub(super) unresolved: Vec<Unresolved>,
}

impl<'e, 'a> Run<'e, 'a> {
    pub(super) fn new(evaluator: &'e Evaluator<'a>, path: &str) -> Self {
        Self {
            evaluator,
            path: path.into(),
            symbolic_place: evaluator.place_stays_symbolic,
            unresolved: Vec::new(),
        }
    }

    /// Sees the text of everything that is known.
    pub(super) fn literal(evaluator: &'e Evaluator<'a>) -> Self {
        Self {
            symbolic_place: false,
            ..Self::new(evaluator, "")
        }
    }

    /// The value in normal form; `None` for `AWS::NoValue`.
    pub(super) fn value(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => Some(Value::Array(
                items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| self.below(&index.to_string(), |run| run.value(item)))
                    .collect(),
            )),
            Value::Object(entries) => match intrinsic::call(entries) {
                Some((name, argument)) => self.call(name, argument),
                None => Some(Value::Object(self.entries(entries))),
            },
            scalar => Some(scalar.clone()),
        }
    }

    fn entries(&mut self, entries: &Map<String, Value>) -> Map<String, Value> {
        entries
            .iter()
            .filter_map(|(key, value)| {
                let value = self.below(key, |run| run.value(value))?;
                Some((key.clone(), value))
            })
            .collect()
    }

    fn below<T>(&mut self, segment: &str, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&pointer_segment(segment));
        let result = evaluate(self);
        self.path.truncate(length);
        result
    }

    fn call(&mut self, name: &str, argument: &Value) -> Option<Value> {
        match name {
            "Ref" => self.reference(argument),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::If" => self.choice(argument),
            "Fn::Sub" => self.substitution(argument),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => Some(self.condition_operator(name, argument)),
            "Fn::Transform" => {
                let macro_name = argument.get("Name").and_then(Value::as_str).unwrap_or_default();
                self.note(UnresolvedReason::Transform {
                    name: macro_name.into(),
                });
                Some(call(name, argument.clone()))
            }
            _ => {
                let symbolic_place = self.symbolic_place;
                // A text can be joined of symbolic parts; every other function has to look into its argument.
                self.symbolic_place &= name == "Fn::Join";
                let evaluated = self.value(argument);
                self.symbolic_place = symbolic_place;
                let Some(argument) = evaluated else {
                    return Some(self.unusable(name, argument.clone(), "its argument is AWS::NoValue"));
                };
                let result = match name {
                    "Fn::Join" => join(&argument),
                    "Fn::Select" => select(&argument),
                    "Fn::Split" => split(&argument),
                    "Fn::Base64" => encode(&argument),
                    "Fn::Cidr" => blocks(&argument),
                    "Fn::Length" => length(&argument),
                    "Fn::ToJsonString" => Ok(to_json(&argument)),
                    "Fn::FindInMap" => return Some(self.find_in_map(argument)),
                    "Fn::ImportValue" => return Some(self.import(argument)),
                    "Fn::GetAZs" => Ok(self.zones(&argument)),
                    _ => Err("the function is not known"),
                };
                Some(match result {
                    Ok(Some(value)) => value,
                    // Its parts are symbolic, which was noted where they stand.
                    Ok(None) => call(name, argument),
                    Err(message) => self.unusable(name, argument, message),
                })
            }
        }
    }

    fn note(&mut self, reason: UnresolvedReason) {
        self.unresolved.push(Unresolved {
            path: self.path.clone(),
            reason,
        });
    }

    fn unusable(&mut self, name: &str, argument: Value, message: &str) -> Value {
        self.note(UnresolvedReason::Function {
            name: name.into(),
            message: message.into(),
        });
        call(name, argument)
    }

    fn reference(&mut self, argument: &Value) -> Option<Value> {
        match argument.as_str() {
            Some("AWS::NoValue") => None,
            Some(name) => Some(self.named(name)),
            None => Some(self.unusable("Ref", argument.clone(), "it takes a name")),
        }
    }

    /// `Ref` of a parameter, a pseudo parameter or a resource.
    fn named(&mut self, name: &str) -> Value {
        let is_place = matches!(
            name,
            "AWS::AccountId" | "AWS::Region" | "AWS::Partition" | "AWS::URLSuffix"
        );
        if is_place && self.symbolic_place {
            return json!({ "Ref": name });
        }
        let (found, reason) = if name.starts_with("AWS::") {
            (
                self.evaluator
                    .pseudo
                    .value(name)
                    .or_else(|| self.evaluator.source.pseudo_parameter(name)),
                UnresolvedReason::PseudoParameter { name: name.into() },
            )
        } else if let Some(declaration) = self.evaluator.template.parameter(name) {
            let reason = if declaration.no_echo() {
                UnresolvedReason::SecretParameter { name: name.into() }
            } else {
                UnresolvedReason::Parameter { name: name.into() }
            };
            (self.evaluator.parameter(name).cloned(), reason)
        } else if self.evaluator.template.resource(name).is_some() {
            (
                self.evaluator.source.reference(name),
                UnresolvedReason::Reference {
                    logical_id: name.into(),
                },
            )
        } else {
            (None, UnresolvedReason::UnknownName { name: name.into() })
        };
        found.unwrap_or_else(|| {
            self.note(reason);
            if is_place {
                json!({ "Ref": name })
            } else {
                json!({ "Ref": format!("{}{name}", self.evaluator.prefix) })
            }
        })
    }

    fn attribute(&mut self, argument: &Value) -> Option<Value> {
        let Some((logical_id, attribute)) = intrinsic::attribute_of(argument) else {
            return Some(self.unusable("Fn::GetAtt", argument.clone(), "it takes a resource and an attribute"));
        };
        let attribute = self.value(&attribute)?;
        match attribute.as_str() {
            Some(attribute) => Some(self.attribute_named(&logical_id, attribute)),
            None => Some(call("Fn::GetAtt", json!([logical_id, attribute]))),
        }
    }

    fn attribute_named(&mut self, logical_id: &str, attribute: &str) -> Value {
        self.evaluator
            .source
            .attribute(logical_id, attribute)
            .unwrap_or_else(|| {
                self.note(UnresolvedReason::Attribute {
                    logical_id: logical_id.into(),
                    attribute: attribute.into(),
                });
                json!({ "Fn::GetAtt": [logical_id, attribute] })
            })
    }

    fn choice(&mut self, argument: &Value) -> Option<Value> {
        let Some([Value::String(name), when_true, when_false]) = argument.as_array().map(Vec::as_slice) else {
            return Some(self.unusable("Fn::If", argument.clone(), "it takes a condition and two values"));
        };
        match self.evaluator.condition(name) {
            Some(true) => self.below("1", |run| run.value(when_true)),
            Some(false) => self.below("2", |run| run.value(when_false)),
            None => {
                self.note(UnresolvedReason::Condition { name: name.clone() });
                let no_value = || json!({ "Ref": "AWS::NoValue" });
                let when_true = self.below("1", |run| run.value(when_true)).unwrap_or_else(no_value);
                let when_false = self.below("2", |run| run.value(when_false)).unwrap_or_else(no_value);
                let name = format!("{}{name}", self.evaluator.prefix);
                Some(call("Fn::If", json!([name, when_true, when_false])))
            }
        }
    }

    fn condition_operator(&mut self, name: &str, argument: &Value) -> Value {
        let evaluator = self.evaluator;
        let truth = condition::operator(
            name,
            argument,
            &mut |operand| match operand.get("Condition").and_then(Value::as_str) {
                Some(condition) => evaluator.condition(condition),
                None => Run::literal(evaluator).value(operand)?.as_bool(),
            },
            &mut |operand| Run::literal(evaluator).value(operand),
        );
        match truth {
            Some(truth) => Value::Bool(truth),
            None => self.unusable(name, argument.clone(), "its operands are not known"),
        }
    }

    fn substitution(&mut self, argument: &Value) -> Option<Value> {
        let (text, variables) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(items) => match items.as_slice() {
                [Value::String(text)] => (text.as_str(), None),
                [Value::String(text), Value::Object(variables)] => (text.as_str(), Some(variables)),
                _ => return Some(self.unusable("Fn::Sub", argument.clone(), "it takes a text and a map")),
            },
            _ => return Some(self.unusable("Fn::Sub", argument.clone(), "it takes a text and a map")),
        };
        let Some(parts) = intrinsic::sub_parts(text) else {
            return Some(self.unusable(
                "Fn::Sub",
                argument.clone(),
                "a variable name has characters that are not allowed",
            ));
        };
        let mut values = Vec::new();
        for part in parts {
            values.push(match part {
                SubPart::Literal(text) => Value::String(text),
                SubPart::Variable(name) => match variables.and_then(|variables| variables.get(&name)) {
                    Some(value) => self
                        .below("1", |run| run.below(&name, |run| run.value(value)))
                        .unwrap_or_else(|| Value::String(String::new())),
                    None => self.variable(&name),
                },
            });
        }
        Some(concat(values).unwrap_or_else(|| self.unusable("Fn::Sub", argument.clone(), "a variable is not a text")))
    }

    /// `${Name}` or `${Resource.Attribute}`.
    fn variable(&mut self, name: &str) -> Value {
        match name.split_once('.') {
            Some((logical_id, attribute)) => self.attribute_named(logical_id, attribute),
            None => self.named(name),
        }
    }

    fn find_in_map(&mut self, argument: Value) -> Value {
        let (found, name, default) = {
            let items = argument.as_array().map(Vec::as_slice).unwrap_or_default();
            let keys: Vec<Option<String>> = items.iter().take(3).map(|item| self.key(item)).collect();
            let name = keys
                .iter()
                .map(|key| key.as_deref().unwrap_or("?"))
                .collect::<Vec<_>>()
                .join(".");
            let found = match keys.as_slice() {
                [Some(map), Some(first), Some(second)] => self
                    .evaluator
                    .template
                    .document()
                    .get("Mappings")
                    .and_then(|mappings| mappings.get(map)?.get(first)?.get(second))
                    .cloned(),
                _ => None,
            };
            // Only keys that are known and missing lead to the default.
            let default = match keys.as_slice() {
                [Some(_), Some(_), Some(_)] => items.get(3).and_then(|options| options.get("DefaultValue")).cloned(),
                _ => None,
            };
            (found, name, default)
        };
        found.or(default).unwrap_or_else(|| {
            self.note(UnresolvedReason::Mapping { name });
            call("Fn::FindInMap", argument)
        })
    }

    /// The key of a mapping that a value is.
    fn key(&self, value: &Value) -> Option<String> {
        scalar_text(value).or_else(|| {
            let symbol = value.as_object().filter(|entries| entries.len() == 1)?.get("Ref")?;
            let (_, key) = self.evaluator.keys.iter().find(|(name, _)| symbol == name)?;
            Some((*key).to_owned())
        })
    }

    fn import(&mut self, name: Value) -> Value {
        let found = name.as_str().and_then(|name| self.evaluator.source.import(name));
        found.unwrap_or_else(|| {
            self.note(UnresolvedReason::Import {
                name: name.as_str().unwrap_or("?").into(),
            });
            call("Fn::ImportValue", name)
        })
    }

    fn zones(&mut self, argument: &Value) -> Option<Value> {
        let region = argument.as_str()?;
        let zones = self.evaluator.source.availability_zones(region);
        if zones.is_none() {
            self.note(UnresolvedReason::Function {
                name: "Fn::GetAZs".into(),
                message: "the availability zones are not known".into(),
            });
        }
        zones.map(Value::from)
    }
}

/// `Ok(None)`: it has to stay symbolic. `Err`: it is not what the function takes.
type Outcome = Result<Option<Value>, &'static str>;

fn join(argument: &Value) -> Outcome {
    let Some([Value::String(delimiter), list]) = argument.as_array().map(Vec::as_slice) else {
        return Err("it takes a delimiter and a list");
    };
    match list {
        Value::Array(items) => {
            let mut parts = Vec::new();
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    parts.push(Value::String(delimiter.clone()));
                }
                parts.push(item.clone());
            }
            concat(parts).map(Some).ok_or("an item of the list is not a text")
        }
        list if is_call(list) => Ok(None),
        _ => Err("it takes a delimiter and a list"),
    }
}

fn select(argument: &Value) -> Outcome {
    let Some([index, list]) = argument.as_array().map(Vec::as_slice) else {
        return Err("it takes an index and a list");
    };
    if is_call(index) || is_call(list) {
        return Ok(None);
    }
    let index: usize = scalar_text(index)
        .and_then(|index| index.parse().ok())
        .ok_or("the index is not a number")?;
    let list = list.as_array().ok_or("it takes an index and a list")?;
    list.get(index).cloned().map(Some).ok_or("the list has no such item")
}

fn split(argument: &Value) -> Outcome {
    match argument.as_array().map(Vec::as_slice) {
        Some([Value::String(delimiter), Value::String(text)]) if !delimiter.is_empty() => {
            Ok(Some(text.split(delimiter.as_str()).map(Value::from).collect()))
        }
        Some([delimiter, text]) if is_call(text) || is_call(delimiter) => Ok(None),
        _ => Err("it takes a delimiter and a text"),
    }
}

fn encode(argument: &Value) -> Outcome {
    match scalar_text(argument) {
        Some(text) => Ok(Some(Value::String(STANDARD.encode(text)))),
        None if is_call(argument) => Ok(None),
        None => Err("it takes a text"),
    }
}

fn blocks(argument: &Value) -> Outcome {
    if !is_literal(argument) {
        return Ok(None);
    }
    let items = argument.as_array().map(Vec::as_slice).unwrap_or_default();
    let number = |index: usize| {
        items
            .get(index)
            .and_then(scalar_text)
            .and_then(|text| text.parse::<u32>().ok())
    };
    let block = items
        .first()
        .and_then(Value::as_str)
        .ok_or("it takes an address block")?;
    let count = number(1).ok_or("it takes a count")?;
    let bits = match items.get(2) {
        Some(_) => number(2).ok_or("the bits are not a number")?,
        None if block.contains(':') => 64,
        None => return Err("it takes the bits of the subnet mask"),
    };
    cidr::subnets(block, u128::from(count), bits)
        .map(|blocks| Some(Value::from(blocks)))
        .ok_or("the blocks do not fit")
}

fn length(argument: &Value) -> Outcome {
    match argument {
        Value::Array(items) => Ok(Some(json!(items.len()))),
        argument if is_call(argument) => Ok(None),
        _ => Err("it takes a list"),
    }
}

fn to_json(argument: &Value) -> Option<Value> {
    is_literal(argument).then(|| Value::String(argument.to_string()))
}
