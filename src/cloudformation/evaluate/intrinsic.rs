//! Recognising intrinsic functions and the text of `Fn::Sub`.

use serde_json::{Map, Value};

/// Name and argument, when the object is a call of an intrinsic function: one key, `Ref` or `Fn::...`.
pub(crate) fn call(entries: &Map<String, Value>) -> Option<(&str, &Value)> {
    if entries.len() != 1 {
        return None;
    }
    let (name, argument) = entries.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

/// Resource and attribute of a `Fn::GetAtt`, written as a list or as dotted text. The attribute may be an expression.
pub(crate) fn attribute_of(argument: &Value) -> Option<(String, Value)> {
    match argument {
        Value::String(text) => {
            let (resource, attribute) = text.split_once('.')?;
            Some((resource.into(), Value::String(attribute.into())))
        }
        Value::Array(items) => match items.as_slice() {
            [Value::String(resource), attribute] => Some((resource.clone(), attribute.clone())),
            [Value::String(resource), rest @ ..] if rest.len() > 1 => {
                let parts = rest.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
                Some((resource.clone(), Value::String(parts.join("."))))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A piece of the text of `Fn::Sub`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubPart {
    /// Plain text; `${!x}` has become `${x}`.
    Literal(String),
    /// The name between `${` and `}`.
    Variable(String),
}

/// Splits the text of `Fn::Sub`. `None` when a variable has characters that the service refuses.
pub(crate) fn sub_parts(text: &str) -> Option<Vec<SubPart>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        literal.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let Some(end) = inside.find('}') else {
            // Never closed: the service takes it as text.
            literal.push_str(&rest[at..]);
            rest = "";
            break;
        };
        let name = &inside[..end];
        rest = &inside[end + 1..];
        if let Some(escaped) = name.strip_prefix('!') {
            literal.push_str("${");
            literal.push_str(escaped);
            literal.push('}');
            continue;
        }
        let name = name.trim();
        let legal = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | ':' | '_');
        if name.is_empty() || !name.chars().all(legal) {
            return None;
        }
        if !literal.is_empty() {
            parts.push(SubPart::Literal(std::mem::take(&mut literal)));
        }
        parts.push(SubPart::Variable(name.into()));
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(SubPart::Literal(literal));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sub_text_is_split() {
        let literal = |text: &str| SubPart::Literal(text.into());
        let variable = |name: &str| SubPart::Variable(name.into());
        assert_eq!(
            sub_parts("a-${B.Arn}/${!lit}$${AWS::Region}$").unwrap(),
            [
                literal("a-"),
                variable("B.Arn"),
                literal("/${lit}$"),
                variable("AWS::Region"),
                literal("$")
            ]
        );
        assert_eq!(sub_parts("").unwrap(), []);
        assert_eq!(sub_parts("${open").unwrap(), [literal("${open")]);
        assert_eq!(sub_parts("${}"), None);
        assert_eq!(sub_parts("${a-b}"), None);
        assert_eq!(
            sub_parts("ü${a}ß").unwrap(),
            [literal("ü"), variable("a"), literal("ß")]
        );
    }

    #[test]
    fn get_att_forms() {
        let expected = Some(("A".to_owned(), json!("B.C")));
        assert_eq!(attribute_of(&json!("A.B.C")), expected);
        assert_eq!(attribute_of(&json!(["A", "B.C"])), expected);
        assert_eq!(attribute_of(&json!(["A", "B", "C"])), expected);
        assert_eq!(
            attribute_of(&json!(["A", {"Ref": "p"}])),
            Some(("A".into(), json!({"Ref": "p"})))
        );
        assert_eq!(attribute_of(&json!("A")), None);
    }
}
