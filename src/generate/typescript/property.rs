use serde_json::{Map, Value};

use super::code::Code;

/// Name of a CloudFormation property in an L1 construct, by the rule of the CDK's generator: `CallbackURLs` is `callbackUrLs`.
pub fn camel_case(property: &str) -> String {
    const SUFFIXES: [(&str, &str); 3] = [("ARNs", "Arns"), ("MBs", "MBs"), ("AZs", "AZs")];
    let camel = join_words(&split_words(property));
    for (suffix, replacement) in SUFFIXES {
        if property.ends_with(suffix) && camel.len() >= suffix.len() {
            return format!("{}{replacement}", &camel[..camel.len() - suffix.len()]);
        }
    }
    camel
}

/// Words begin where an upper-case letter follows a lower-case one, and before the last of several upper-case letters when a
/// lower-case one follows.
fn split_words(property: &str) -> Vec<String> {
    let characters: Vec<char> = property.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    let (mut last_lower, mut last_upper, mut last_but_one_upper) = (false, false, false);
    for &character in &characters {
        let (lower, upper) = (character.is_lowercase(), character.is_uppercase());
        if last_lower && upper {
            words.push(character.to_string());
            (last_lower, last_but_one_upper, last_upper) = (false, last_upper, true);
        } else if last_upper && last_but_one_upper && lower {
            let moved = words.last_mut().and_then(String::pop).unwrap_or_default();
            words.push(format!("{moved}{character}"));
            (last_but_one_upper, last_upper, last_lower) = (last_upper, false, true);
        } else {
            if matches!(character, '-' | '_' | '.' | ' ') {
                words.push(String::new());
            } else if let Some(word) = words.last_mut() {
                word.push(character);
            }
            (last_lower, last_but_one_upper, last_upper) = (lower, last_upper, upper);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn join_words(words: &[String]) -> String {
    let mut joined = String::new();
    for (index, word) in words.iter().enumerate() {
        let mut after_digit = false;
        for (position, character) in word.chars().enumerate() {
            if (index > 0 && position == 0) || after_digit {
                joined.extend(character.to_uppercase());
            } else {
                joined.extend(character.to_lowercase());
            }
            after_digit = character.is_ascii_digit();
        }
    }
    joined
}

/// How the keys of one level of a property are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Names of properties.
    Properties,
    /// Chosen by the user; the values below are properties again.
    FreeOverProperties,
    /// Chosen by the user or part of another format, all the way down.
    Free,
}

/// Properties whose keys are not CloudFormation's own, in the resource types that are generated as L1 constructs.
const FREE_KEYS: &[(&str, Keys)] = &[
    ("RoleMappings", Keys::FreeOverProperties),
    ("Roles", Keys::Free),
    ("SupportedLoginProviders", Keys::Free),
    ("CognitoEvents", Keys::Free),
    ("UserPoolTags", Keys::Free),
    ("Variables", Keys::Free),
    ("EnvironmentVariables", Keys::Free),
    ("AssumeRolePolicyDocument", Keys::Free),
    ("PolicyDocument", Keys::Free),
    ("AttributeMapping", Keys::Free),
    ("ProviderDetails", Keys::Free),
];

/// Evaluated CloudFormation properties as the properties of an L1 construct. `leaf` turns strings into code, so that
/// symbolic parts become references.
pub fn properties_to_code(name: &str, value: &Value, leaf: &mut impl FnMut(&Value) -> Option<Code>) -> Code {
    let keys = FREE_KEYS
        .iter()
        .find(|(property, _)| *property == name)
        .map_or(Keys::Properties, |(_, keys)| *keys);
    convert(value, keys, leaf)
}

fn convert(value: &Value, keys: Keys, leaf: &mut impl FnMut(&Value) -> Option<Code>) -> Code {
    if let Some(code) = leaf(value) {
        return code;
    }
    match value {
        Value::Array(items) => Code::Array(items.iter().map(|item| convert(item, keys, leaf)).collect()),
        Value::Object(map) => convert_object(map, keys, leaf),
        other => Code::json(other),
    }
}

fn convert_object(map: &Map<String, Value>, keys: Keys, leaf: &mut impl FnMut(&Value) -> Option<Code>) -> Code {
    let entries: Vec<(String, Code)> = map
        .iter()
        .map(|(key, value)| match keys {
            Keys::Properties => (camel_case(key), properties_to_code(key, value, leaf)),
            Keys::FreeOverProperties => (key.clone(), convert(value, Keys::Properties, leaf)),
            Keys::Free => (key.clone(), convert(value, Keys::Free, leaf)),
        })
        .collect();
    Code::object(entries)
}
