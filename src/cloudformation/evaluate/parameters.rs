//! Parameter values with the types that the template declares.

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::normal_form::{self, flat_join, is_call};
use crate::cloudformation::template::{ParameterDeclaration, scalar_text};

/// A value given for a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    /// Text as the service keeps it; lists are separated by commas. Typed by the declaration.
    Text(String),
    /// A value that is known or symbolic already, for example what a parent stack passes on.
    Value(Value),
}

impl From<&str> for ParameterValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for ParameterValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Value> for ParameterValue {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// Parameter values by name.
pub type ParameterValues = IndexMap<String, ParameterValue>;

/// What `Ref` of a parameter is.
pub(super) fn typed_value(declaration: ParameterDeclaration<'_>, given: Option<&ParameterValue>) -> Option<Value> {
    if declaration.no_echo() {
        return None;
    }
    let parameter_type = declaration.parameter_type();
    match given {
        Some(ParameterValue::Text(text)) => Some(typed_text(parameter_type, text)),
        Some(ParameterValue::Value(value)) => Some(typed_symbol(parameter_type, value)),
        // The default of an SSM parameter type is a name, not a value.
        None if is_ssm_value(parameter_type) => None,
        None => declaration.default().map(|text| typed_text(parameter_type, &text)),
    }
}

fn typed_text(parameter_type: &str, text: &str) -> Value {
    let parameter_type = resolved_type(parameter_type);
    if is_list(parameter_type) {
        return Value::Array(
            text.split(',')
                .map(|item| typed_scalar(parameter_type, item.trim()))
                .collect(),
        );
    }
    typed_scalar(parameter_type, text)
}

fn typed_scalar(parameter_type: &str, text: &str) -> Value {
    if !matches!(parameter_type, "Number" | "List<Number>") {
        return Value::String(text.into());
    }
    // Only numerals that print as they were written: "08" or "1e2" stay texts.
    match serde_json::from_str::<Number>(text) {
        Ok(number) if number.to_string() == text => Value::Number(number),
        _ => Value::String(text.into()),
    }
}

/// A value that a parent stack passes: scalars arrive as texts, lists joined by commas.
fn typed_symbol(parameter_type: &str, value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
        value if is_call(value) => {
            if is_list(resolved_type(parameter_type)) {
                split_at_commas(value).unwrap_or_else(|| value.clone())
            } else {
                value.clone()
            }
        }
        value => match scalar_text(value) {
            Some(text) => typed_text(parameter_type, &text),
            None => value.clone(),
        },
    }
}

/// A text with symbolic parts as the list it stands for. Ids and ARNs hold no commas.
fn split_at_commas(value: &Value) -> Option<Value> {
    let mut items: Vec<Vec<Value>> = vec![Vec::new()];
    for part in flat_join(value)? {
        match part {
            Value::String(text) => {
                for (index, piece) in text.split(',').enumerate() {
                    if index > 0 {
                        items.push(Vec::new());
                    }
                    if let (false, Some(item)) = (piece.trim().is_empty(), items.last_mut()) {
                        item.push(Value::String(piece.trim().into()));
                    }
                }
            }
            symbol => items.last_mut()?.push(symbol.clone()),
        }
    }
    items
        .into_iter()
        .map(normal_form::concat)
        .collect::<Option<Vec<_>>>()
        .map(Value::Array)
}

/// The type of the value behind `AWS::SSM::Parameter::Value<...>`, else the type itself.
fn resolved_type(parameter_type: &str) -> &str {
    parameter_type
        .strip_prefix("AWS::SSM::Parameter::Value<")
        .and_then(|inner| inner.strip_suffix('>'))
        .unwrap_or(parameter_type)
}

fn is_list(parameter_type: &str) -> bool {
    parameter_type == "CommaDelimitedList" || parameter_type.starts_with("List<")
}

/// Values of this parameter type are names of SSM parameters; what such a name stands for is its resolved value.
pub fn is_ssm_value(parameter_type: &str) -> bool {
    parameter_type.starts_with("AWS::SSM::Parameter::Value<")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudformation::Template;

    fn value(declaration: Value, given: Option<ParameterValue>) -> Option<Value> {
        let template = Template::from_value(json!({"Parameters": {"p": declaration}}), "t").unwrap();
        typed_value(template.parameter("p").unwrap(), given.as_ref())
    }

    #[test]
    fn types_of_the_declaration() {
        let text = |text: &str| Some(ParameterValue::from(text));
        assert_eq!(value(json!({"Type": "String"}), text("8")), Some(json!("8")));
        assert_eq!(value(json!({"Type": "Number"}), text("8")), Some(json!(8)));
        assert_eq!(value(json!({"Type": "Number"}), text("08")), Some(json!("08")));
        assert_eq!(
            value(json!({"Type": "CommaDelimitedList"}), text("a, b")),
            Some(json!(["a", "b"]))
        );
        assert_eq!(
            value(json!({"Type": "CommaDelimitedList"}), text("a")),
            Some(json!(["a"]))
        );
        assert_eq!(value(json!({"Type": "List<Number>"}), text("1,2")), Some(json!([1, 2])));
        assert_eq!(
            value(json!({"Type": "List<AWS::EC2::Subnet::Id>"}), text("s-1,s-2")),
            Some(json!(["s-1", "s-2"]))
        );
        assert_eq!(
            value(json!({"Type": "AWS::SSM::Parameter::Value<List<String>>"}), text("a,b")),
            Some(json!(["a", "b"]))
        );
        assert_eq!(
            value(json!({"Type": "AWS::SSM::Parameter::Value<String>"}), text("a,b")),
            Some(json!("a,b"))
        );
    }

    #[test]
    fn defaults_and_secrets() {
        assert_eq!(
            value(json!({"Type": "String", "Default": "NONE"}), None),
            Some(json!("NONE"))
        );
        assert_eq!(value(json!({"Type": "Number", "Default": 3}), None), Some(json!(3)));
        assert_eq!(value(json!({"Type": "String"}), None), None);
        assert_eq!(
            value(
                json!({"Type": "String", "NoEcho": true, "Default": "x"}),
                Some("y".into())
            ),
            None
        );
        assert_eq!(
            value(json!({"Type": "String", "NoEcho": "true"}), Some("y".into())),
            None
        );
        assert_eq!(
            value(json!({"Type": "String", "NoEcho": false}), Some("y".into())),
            Some(json!("y"))
        );
    }

    #[test]
    fn symbolic_lists_are_split() {
        let joined = json!({"Fn::Join": ["", ["a,x", {"Ref": "B"}, ",c"]]});
        assert_eq!(
            value(json!({"Type": "CommaDelimitedList"}), Some(joined.into())),
            Some(json!(["a", {"Fn::Join": ["", ["x", {"Ref": "B"}]]}, "c"]))
        );
        let single = json!({"Ref": "B"});
        assert_eq!(
            value(json!({"Type": "String"}), Some(single.clone().into())),
            Some(single)
        );
    }
}
