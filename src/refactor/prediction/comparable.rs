//! Properties in a form in which what means the same is the same.

use serde_json::{Map, Value, json};

use crate::cloudformation::{evaluate::same_value, with_defaults};

/// The properties of a resource, ready for comparison: defaults filled in, lists of named things as maps by their names,
/// durations in one unit.
pub(super) fn comparable(resource_type: &str, properties: &Map<String, Value>) -> Map<String, Value> {
    let mut properties = with_defaults(resource_type, properties);
    for (name, value) in &mut properties {
        if name.ends_with("Tags") {
            by_name(value, "Key", |tag| tag.remove("Value"));
        }
    }
    match resource_type {
        "AWS::Cognito::UserPool" => schema(&mut properties),
        "AWS::Cognito::UserPoolClient" => validities(&mut properties),
        "AWS::Cognito::IdentityPoolRoleAttachment" => role_mappings(&mut properties),
        "AWS::Cognito::UserPoolIdentityProvider" => scopes(&mut properties),
        "AWS::DynamoDB::Table" => {
            for (property, name) in [
                ("KeySchema", "KeyType"),
                ("AttributeDefinitions", "AttributeName"),
                ("GlobalSecondaryIndexes", "IndexName"),
                ("LocalSecondaryIndexes", "IndexName"),
            ] {
                if let Some(value) = properties.get_mut(property) {
                    by_name(value, name, |entry| {
                        let mut values = entry.values().cloned();
                        match (values.next(), values.next()) {
                            (Some(only), None) => Some(only),
                            _ => Some(Value::Object(std::mem::take(entry))),
                        }
                    });
                }
            }
        }
        "AWS::S3::Bucket" => bucket(&mut properties),
        _ => {}
    }
    properties
}

/// Turns a list of objects that each have a name into a map, where every one has one and no two the same.
fn by_name(list: &mut Value, name: &str, value: impl Fn(&mut Map<String, Value>) -> Option<Value>) {
    let Value::Array(items) = &*list else { return };
    let mut named = Map::new();
    for item in items {
        let Value::Object(entry) = item else { return };
        let mut entry = entry.clone();
        let Some(Value::String(key)) = entry.shift_remove(name) else {
            return;
        };
        let value = value(&mut entry).unwrap_or(Value::Null);
        if named.insert(key, value).is_some() {
            return;
        }
    }
    *list = Value::Object(named);
}

/// Attributes that every user pool has.
const STANDARD_ATTRIBUTES: [&str; 20] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

pub(super) fn is_standard_attribute(name: &str) -> bool {
    STANDARD_ATTRIBUTES.contains(&name)
}

/// Attributes by name. Of standard ones only what can be chosen: required and mutable.
fn schema(properties: &mut Map<String, Value>) {
    let Some(schema) = properties.get_mut("Schema") else {
        return;
    };
    by_name(schema, "Name", |attribute| {
        Some(Value::Object(std::mem::take(attribute)))
    });
    let Value::Object(attributes) = schema else { return };
    let mut comparable = Map::new();
    for (name, attribute) in std::mem::take(attributes) {
        let name = name.strip_prefix("custom:").unwrap_or(&name).to_owned();
        let Value::Object(mut attribute) = attribute else {
            comparable.insert(name, attribute);
            continue;
        };
        let is_set = |value: Option<&Value>| value.is_some_and(|value| same_value(value, &json!(true)));
        if !attribute.contains_key("Mutable") {
            attribute.insert("Mutable".into(), true.into());
        }
        if is_standard_attribute(&name) {
            // A standard attribute that is neither required nor fixed is there anyway.
            let is_plain = !is_set(attribute.get("Required")) && is_set(attribute.get("Mutable"));
            if is_plain {
                continue;
            }
            attribute.retain(|key, _| matches!(key.as_str(), "Required" | "Mutable"));
        } else if !attribute.contains_key("AttributeDataType") {
            attribute.insert("AttributeDataType".into(), "String".into());
        }
        comparable.insert(name, Value::Object(attribute));
    }
    *attributes = comparable;
}

/// Validities of tokens in minutes. Without a number Cognito takes its own duration, whatever the unit says.
fn validities(properties: &mut Map<String, Value>) {
    let units = properties.get("TokenValidityUnits").cloned().unwrap_or(Value::Null);
    let mut left = Map::new();
    for (token, default_unit) in [("RefreshToken", "days"), ("AccessToken", "hours"), ("IdToken", "hours")] {
        let property = format!("{token}Validity");
        let unit = units.get(token).and_then(Value::as_str).unwrap_or(default_unit);
        let amount = properties.get(&property).and_then(|amount| match amount {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        });
        let seconds = match unit {
            "seconds" => 1.0,
            "minutes" => 60.0,
            "hours" => 3600.0,
            "days" => 86400.0,
            _ => continue,
        };
        match amount {
            Some(amount) => {
                let minutes = amount * seconds / 60.0;
                properties.insert(property, format!("{minutes} minutes").into());
            }
            None if properties.contains_key(&property) => {
                left.insert(token.into(), unit.into());
            }
            None => {}
        }
    }
    if units.is_object() {
        properties.insert("TokenValidityUnits".into(), Value::Object(left));
    }
}

/// Role mappings by their provider: their keys are labels.
fn role_mappings(properties: &mut Map<String, Value>) {
    let Some(Value::Object(mappings)) = properties.get_mut("RoleMappings") else {
        return;
    };
    let renamed = mappings
        .iter()
        .map(|(label, mapping)| {
            let provider = mapping.get("IdentityProvider").and_then(Value::as_str).unwrap_or(label);
            (provider.to_owned(), mapping.clone())
        })
        .collect();
    *mappings = renamed;
}

/// Scopes are separated by spaces or commas.
fn scopes(properties: &mut Map<String, Value>) {
    if let Some(Value::Object(details)) = properties.get_mut("ProviderDetails")
        && let Some(Value::String(scopes)) = details.get("authorize_scopes")
    {
        let scopes: Vec<&str> = scopes
            .split([' ', ','])
            .map(str::trim)
            .filter(|scope| !scope.is_empty())
            .collect();
        let scopes = Value::from(scopes);
        details.insert("authorize_scopes".into(), scopes);
    }
}

/// The id of a CORS rule is a label, and without KMS keys a bucket key does nothing.
fn bucket(properties: &mut Map<String, Value>) {
    let lists = [
        ("CorsConfiguration", "CorsRules", "Id"),
        (
            "BucketEncryption",
            "ServerSideEncryptionConfiguration",
            "BucketKeyEnabled",
        ),
    ];
    for (property, list, label) in lists {
        let entries = properties.get_mut(property).and_then(|property| property.get_mut(list));
        for entry in entries
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            let uses_key = entry
                .get("ServerSideEncryptionByDefault")
                .and_then(|default| default.get("SSEAlgorithm"))
                .is_some_and(|algorithm| algorithm != "AES256");
            if !uses_key {
                entry.shift_remove(label);
            }
        }
    }
}
