//! Comparing the properties of two definitions of one resource by what they set, and not by how they are written.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{evaluate::normal_form::is_call, template::scalar_text};

/// What a service assumes for a property that is absent. By type; lists stand for sets.
static DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/service-defaults.json")).unwrap_or_default());

/// A setting that two definitions do not share. `None`: it is not set.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingDifference {
    /// Names from the top-level property down.
    pub path: Vec<String>,
    /// On the left.
    pub left: Option<Value>,
    /// On the right.
    pub right: Option<Value>,
}

/// The properties with what the service assumes for those that are absent.
#[must_use]
pub fn with_defaults(resource_type: &str, properties: &Map<String, Value>) -> Map<String, Value> {
    let Some(Value::Object(defaults)) = DEFAULTS.get(resource_type) else {
        return properties.clone();
    };
    match filled(
        Some(&Value::Object(properties.clone())),
        &Value::Object(defaults.clone()),
    ) {
        Value::Object(properties) => properties,
        _ => properties.clone(),
    }
}

fn filled(value: Option<&Value>, default: &Value) -> Value {
    match (value, default) {
        (None | Some(Value::Null), default) => default.clone(),
        (Some(call), _) if is_call(call) => call.clone(),
        (Some(Value::Object(entries)), Value::Object(defaults)) => {
            let mut entries = entries.clone();
            for (name, default) in defaults {
                let value = filled(entries.get(name), default);
                entries.insert(name.clone(), value);
            }
            Value::Object(entries)
        }
        (Some(value), _) => value.clone(),
    }
}

/// Where two sets of properties differ, setting by setting. Lists are sets, scalar types do not matter, and what is empty
/// or `false` is not set.
pub fn setting_differences(left: &Map<String, Value>, right: &Map<String, Value>) -> Vec<SettingDifference> {
    let mut differences = Vec::new();
    for name in names(left, right) {
        compare(
            &mut vec![name.clone()],
            left.get(name),
            right.get(name),
            &mut differences,
        );
    }
    differences
}

fn names<'m>(left: &'m Map<String, Value>, right: &'m Map<String, Value>) -> impl Iterator<Item = &'m String> {
    left.keys()
        .chain(right.keys().filter(|name| !left.contains_key(name.as_str())))
}

fn compare(
    path: &mut Vec<String>,
    left: Option<&Value>,
    right: Option<&Value>,
    differences: &mut Vec<SettingDifference>,
) {
    let nothing = Map::new();
    let below = match (left.and_then(plain_object), right.and_then(plain_object)) {
        (Some(left), Some(right)) => Some((left, right)),
        // A property that only one side sets is shown part by part, a part of it as a whole.
        (Some(left), None) if path.len() == 1 && right.is_none() => Some((left, &nothing)),
        (None, Some(right)) if path.len() == 1 && left.is_none() => Some((&nothing, right)),
        _ => None,
    };
    if let Some((left, right)) = below {
        for name in names(left, right) {
            path.push(name.clone());
            compare(path, left.get(name), right.get(name), differences);
            path.pop();
        }
        return;
    }
    if canonical(left) != canonical(right) {
        differences.push(SettingDifference {
            path: path.clone(),
            left: left.filter(|value| canonical(Some(value)).is_some()).cloned(),
            right: right.filter(|value| canonical(Some(value)).is_some()).cloned(),
        });
    }
}

fn plain_object(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object().filter(|_| !is_call(value))
}

/// A text that is the same for values that set the same; `None` when nothing is set.
fn canonical(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null | Value::Bool(false) => None,
        Value::Array(items) => {
            let mut items: Vec<String> = items.iter().filter_map(|item| canonical(Some(item))).collect();
            items.sort_unstable();
            (!items.is_empty()).then(|| format!("[{}]", items.join(",")))
        }
        Value::Object(entries) => {
            let mut entries: Vec<String> = entries
                .iter()
                .filter_map(|(name, value)| Some(format!("{}:{}", Value::from(name.as_str()), canonical(Some(value))?)))
                .collect();
            entries.sort_unstable();
            (!entries.is_empty()).then(|| format!("{{{}}}", entries.join(",")))
        }
        scalar => scalar_text(scalar)
            .filter(|text| !text.is_empty() && text != "false")
            .map(|text| Value::from(text).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn paths(left: &Value, right: &Value) -> Vec<String> {
        setting_differences(left.as_object().unwrap(), right.as_object().unwrap())
            .into_iter()
            .map(|difference| difference.path.join("."))
            .collect()
    }

    #[test]
    fn how_it_is_written_does_not_matter() {
        let left = json!({"A": [1, "b"], "Off": false, "Empty": {"x": []}, "N": "8", "Deep": {"k": {"on": true}}});
        let right = json!({"A": ["b", "1"], "N": 8, "Deep": {"k": {"on": "true", "off": "false"}}});
        assert_eq!(paths(&left, &right), Vec::<String>::new());
    }

    #[test]
    fn differences_are_told_setting_by_setting() {
        let left = json!({"L": {"PreSignUp": "a"}, "P": {"Q": {"x": 1}}, "S": ["a"], "C": {"Ref": "x"}});
        let right = json!({"L": {"PreSignUp": "b", "PostX": "c"}, "P": {}, "S": ["a", "b"], "C": {"Ref": "y"}, "New": {"k": {"x": 1, "y": 2}}});
        assert_eq!(
            paths(&left, &right),
            ["L.PreSignUp", "L.PostX", "P.Q", "S", "C", "New.k"]
        );
    }

    #[test]
    fn absent_is_what_the_service_assumes() {
        let of = |properties: Value| {
            with_defaults("AWS::Cognito::UserPoolClient", properties.as_object().unwrap())
                .get("EnableTokenRevocation")
                .cloned()
        };
        assert_eq!(of(json!({})), Some(json!(true)));
        assert_eq!(of(json!({"EnableTokenRevocation": false})), Some(json!(false)));
        let pool = with_defaults("AWS::Cognito::UserPool", &Map::new());
        let sensitive = json!({"UsernameConfiguration": {"CaseSensitive": true}});
        let insensitive = json!({"UsernameConfiguration": {"CaseSensitive": "false"}});
        let only = |value: &Value| with_defaults("AWS::Cognito::UserPool", value.as_object().unwrap());
        assert_eq!(setting_differences(&pool, &only(&sensitive)), []);
        assert_eq!(setting_differences(&pool, &only(&insensitive)).len(), 1);
        assert!(!DEFAULTS.is_empty());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-d]{1,2}", inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Nothing differs from itself, in any order of its keys and lists.
        #[test]
        fn order_is_no_difference(value in any_value()) {
            fn turned(value: &Value) -> Value {
                match value {
                    Value::Array(items) => items.iter().rev().map(turned).collect(),
                    Value::Object(entries) => {
                        Value::Object(entries.iter().rev().map(|(name, value)| (name.clone(), turned(value))).collect())
                    }
                    scalar => scalar.clone(),
                }
            }
            let of = |value: Value| Map::from_iter([("P".to_owned(), value)]);
            prop_assert_eq!(setting_differences(&of(value.clone()), &of(turned(&value))), vec![]);
        }

        /// A difference is found from both sides.
        #[test]
        fn differences_are_symmetric(left in any_value(), right in any_value()) {
            let of = |value: &Value| Map::from_iter([("P".to_owned(), value.clone())]);
            let there: Vec<_> = setting_differences(&of(&left), &of(&right));
            let back: Vec<_> = setting_differences(&of(&right), &of(&left));
            prop_assert_eq!(there.is_empty(), back.is_empty());
        }
    }
}
