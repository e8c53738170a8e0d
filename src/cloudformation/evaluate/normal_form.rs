//! The normal form of symbolic values: `Ref`, `Fn::GetAtt` as a list, and for texts one flat
//! `{"Fn::Join": ["", [...]]}` of at least two parts, no two literals side by side.

use serde_json::{Map, Value};

use super::intrinsic;
use crate::cloudformation::template::scalar_text;

/// `{name: argument}`
pub(super) fn call(name: &str, argument: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), argument)]))
}

/// The value is a call of an intrinsic function.
pub(crate) fn is_call(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|entries| intrinsic::call(entries).is_some())
}

/// Nothing symbolic is in the value, at any depth.
pub fn is_literal(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_literal),
        Value::Object(entries) => intrinsic::call(entries).is_none() && entries.values().all(is_literal),
        _ => true,
    }
}

/// Parts of a text in normal form: the list of a flat join, or the value itself.
pub(super) fn text_parts(value: Value) -> Vec<Value> {
    match flat_join(&value) {
        Some(parts) => parts.clone(),
        None => vec![value],
    }
}

/// The parts, when the value is `{"Fn::Join": ["", [...]]}`.
pub(crate) fn flat_join(value: &Value) -> Option<&Vec<Value>> {
    let (name, argument) = intrinsic::call(value.as_object()?)?;
    match argument.as_array().map(Vec::as_slice) {
        Some([Value::String(delimiter), Value::Array(parts)]) if name == "Fn::Join" && delimiter.is_empty() => {
            Some(parts)
        }
        _ => None,
    }
}

/// Joins evaluated parts to a text in normal form. Parts that are lists or plain objects have no text: `None`.
pub(super) fn concat(parts: Vec<Value>) -> Option<Value> {
    let mut joined: Vec<Value> = Vec::new();
    for part in parts.into_iter().flat_map(text_parts) {
        match scalar_text(&part) {
            Some(text) if text.is_empty() => {}
            Some(text) => match joined.last_mut() {
                Some(Value::String(last)) => last.push_str(&text),
                _ => joined.push(Value::String(text)),
            },
            None if is_call(&part) => joined.push(part),
            None => return None,
        }
    }
    Some(match joined.len() {
        0 => Value::String(String::new()),
        // A lone symbolic part is that part: whether it is joined to nothing makes no difference.
        1 => joined.remove(0),
        // `json!` would copy the parts.
        _ => call("Fn::Join", Value::Array(vec!["".into(), Value::Array(joined)])),
    })
}

/// The same value, whatever the order of keys and the type of scalars (`8`, `"8"` and `8.0` are the same).
pub fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same_value(value, other)))
        }
        _ => match (comparable_text(left), comparable_text(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
    }
}

fn comparable_text(value: &Value) -> Option<String> {
    if let Value::Number(number) = value
        && let Some(float) = number.as_f64()
        && number.is_f64()
        && float.fract() == 0.0
        && float.abs() < 9_007_199_254_740_992.0
    {
        return Some(format!("{float:.0}"));
    }
    scalar_text(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn concat_is_flat_and_merged() {
        let reference = json!({"Ref": "A"});
        assert_eq!(concat(vec![json!("a"), json!(1), json!(true)]), Some(json!("a1true")));
        assert_eq!(concat(vec![json!(""), reference.clone()]), Some(reference.clone()));
        assert_eq!(
            concat(vec![
                json!("a"),
                concat(vec![json!("b"), reference.clone(), json!("c")]).unwrap(),
                json!("d")
            ]),
            Some(json!({"Fn::Join": ["", ["ab", {"Ref": "A"}, "cd"]]}))
        );
        assert_eq!(concat(vec![json!([1])]), None);
        assert_eq!(concat(vec![json!(null)]), None);
    }

    #[test]
    fn scalar_types_and_key_order_do_not_matter() {
        assert!(same_value(
            &json!({"a": 1, "b": [true]}),
            &json!({"b": ["true"], "a": "1"})
        ));
        assert!(same_value(&json!(1.0), &json!("1")));
        assert!(!same_value(&json!(1.5), &json!("1")));
        assert!(!same_value(&json!([1, 2]), &json!([2, 1])));
        assert!(!same_value(&json!({"a": 1}), &json!({"a": 1, "b": null})));
        assert!(!same_value(&json!(null), &json!("")));
    }
}
