//! Attributes of users: what `userAttributes` of `defineAuth` can say, and the schema that comes of it.

use serde_json::{Map, Value, json};

use crate::generate::typescript::Code;

/// Standard attributes by their name in Cognito and in `userAttributes`.
const STANDARD: &[(&str, &str)] = &[
    ("address", "address"),
    ("birthdate", "birthdate"),
    ("email", "email"),
    ("family_name", "familyName"),
    ("gender", "gender"),
    ("given_name", "givenName"),
    ("locale", "locale"),
    ("middle_name", "middleName"),
    ("name", "fullname"),
    ("nickname", "nickname"),
    ("phone_number", "phoneNumber"),
    ("picture", "profilePicture"),
    ("preferred_username", "preferredUsername"),
    ("profile", "profilePage"),
    ("updated_at", "lastUpdateTime"),
    ("website", "website"),
    ("zoneinfo", "timezone"),
];

/// Name of a standard attribute in `userAttributes`.
pub(super) fn standard_name(attribute: &str) -> Option<&'static str> {
    STANDARD
        .iter()
        .find(|(cognito, _)| *cognito == attribute)
        .map(|(_, name)| *name)
}

/// `userAttributes` with the schema that it results in.
#[derive(Debug)]
pub(super) struct UserAttributes {
    /// The value of `userAttributes`, when there is something to say.
    pub code: Option<Code>,
    /// The resulting `Schema`, sorted by name.
    pub schema: Vec<Value>,
}

/// What can be said of a Gen 1 schema.
pub(super) fn user_attributes(schema: &[Value], email_login: bool, phone_login: bool) -> UserAttributes {
    let mut entries: Vec<(String, Code)> = Vec::new();
    let mut result: Vec<Value> = Vec::new();
    for (login, name) in [(email_login, "email"), (phone_login, "phone_number")] {
        if login && !schema.iter().any(|attribute| attribute["Name"] == name) {
            result.push(json!({ "Name": name, "Mutable": true, "Required": true }));
        }
    }
    for attribute in schema {
        let Some(name) = attribute["Name"].as_str() else {
            continue;
        };
        let mutable = attribute["Mutable"].as_bool();
        if let Some(standard) = standard_name(name) {
            let (mutable, required) = (
                mutable.unwrap_or(true),
                attribute["Required"].as_bool().unwrap_or(false),
            );
            entries.push((
                standard.to_owned(),
                Code::object([
                    ("required", Code::Boolean(required)),
                    ("mutable", Code::Boolean(mutable)),
                ]),
            ));
            result.push(json!({ "Name": name, "Mutable": mutable, "Required": required }));
        } else if let Some((code, custom)) = custom_attribute(name, attribute) {
            entries.push((format!("custom:{}", name.trim_start_matches("custom:")), code));
            result.push(custom);
        }
    }
    sort(&mut result);
    UserAttributes {
        code: (!entries.is_empty()).then(|| Code::object(entries)),
        schema: result,
    }
}

/// The two schemas mean the same.
pub(super) fn same_schema(gen1: &[Value], gen2: &[Value]) -> bool {
    let mut gen1: Vec<Value> = gen1.iter().map(normal).collect();
    let mut gen2: Vec<Value> = gen2.iter().map(normal).collect();
    sort(&mut gen1);
    sort(&mut gen2);
    gen1 == gen2
}

fn custom_attribute(name: &str, attribute: &Value) -> Option<(Code, Value)> {
    let data_type = attribute["AttributeDataType"].as_str()?;
    let mutable = attribute["Mutable"].as_bool().unwrap_or(false);
    if !matches!(data_type, "String" | "Number" | "Boolean" | "DateTime") {
        return None;
    }
    let mut properties = vec![("dataType", Code::text(data_type)), ("mutable", Code::Boolean(mutable))];
    let mut result = Map::from_iter([
        ("Name".to_owned(), Value::from(name.trim_start_matches("custom:"))),
        ("AttributeDataType".to_owned(), Value::from(data_type)),
        ("Mutable".to_owned(), Value::from(mutable)),
    ]);
    let (section, bounds): (&str, [(&str, &str); 2]) = match data_type {
        "String" => (
            "StringAttributeConstraints",
            [("MinLength", "minLen"), ("MaxLength", "maxLen")],
        ),
        "Number" => ("NumberAttributeConstraints", [("MinValue", "min"), ("MaxValue", "max")]),
        _ => ("", [("", ""), ("", "")]),
    };
    if !section.is_empty() {
        let mut constraints = Map::new();
        for (bound, property) in bounds {
            let Some(value) = number(&attribute[section][bound]) else {
                continue;
            };
            properties.push((property, Code::Number(value.clone())));
            constraints.insert(bound.to_owned(), Value::from(value.to_string()));
        }
        result.insert(section.to_owned(), Value::Object(constraints));
    }
    Some((Code::object(properties), Value::Object(result)))
}

fn number(value: &Value) -> Option<serde_json::Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => text.parse::<i64>().ok().map(Into::into),
        _ => None,
    }
}

/// Defaults left out and numbers as texts, so that only meaning is compared.
fn normal(attribute: &Value) -> Value {
    let Value::Object(attribute) = attribute else {
        return attribute.clone();
    };
    let standard = attribute
        .get("Name")
        .and_then(Value::as_str)
        .is_some_and(|name| standard_name(name).is_some());
    let mut normal = Map::new();
    for (key, value) in attribute {
        match (key.as_str(), value) {
            ("Required" | "DeveloperOnlyAttribute", Value::Bool(false)) => {}
            ("AttributeDataType", _) if standard => {}
            (_, Value::Object(constraints)) => {
                let texts: Map<String, Value> = constraints
                    .iter()
                    .map(|(key, value)| {
                        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                        (key.clone(), Value::from(text))
                    })
                    .collect();
                if !texts.is_empty() {
                    normal.insert(key.clone(), Value::Object(texts));
                }
            }
            _ => {
                normal.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(normal)
}

fn sort(schema: &mut [Value]) {
    schema.sort_by(|one, other| one["Name"].as_str().cmp(&other["Name"].as_str()));
}
