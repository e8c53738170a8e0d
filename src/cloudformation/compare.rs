//! Comparing templates by what they mean, not by how they are written.

use serde_json::{Map, Value};

use super::{
    evaluate::{Evaluator, pointer_segment, same_value},
    template::Template,
};

/// A place where two templates differ. `None`: there is nothing on that side.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// JSON pointer.
    pub path: String,
    /// Value on the left.
    pub left: Option<Value>,
    /// Value on the right.
    pub right: Option<Value>,
}

/// Differences in meaning of two templates, each evaluated in its own context.
///
/// Compared are the resources that exist (type, properties, dependencies, creation and update policies) and the outputs
/// (value, export name). Deletion and update-replace policies, metadata, conditions, parameters, descriptions, key order
/// and scalar types do not matter, and neither do the resources named in `ignored`.
pub fn meaning_differences(left: &Evaluator<'_>, right: &Evaluator<'_>, ignored: &[&str]) -> Vec<Difference> {
    let left = Meaning::of(&left.template().template, ignored);
    let right = Meaning::of(&right.template().template, ignored);
    let mut differences = Vec::new();
    compare_maps("/Resources", &left.resources, &right.resources, &mut differences);
    compare_maps("/Outputs", &left.outputs, &right.outputs, &mut differences);
    differences
}

/// Whether two templates are the same in everything, key order and scalar types apart.
pub fn same_template(left: &Template, right: &Template) -> bool {
    same_value(
        &Value::Object(left.document().clone()),
        &Value::Object(right.document().clone()),
    )
}

/// Leaf by leaf, where two values differ.
pub fn value_differences(path: &str, left: &Value, right: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(path, left, right, &mut differences);
    differences
}

struct Meaning {
    resources: Map<String, Value>,
    outputs: Map<String, Value>,
}

impl Meaning {
    fn of(evaluated: &Template, ignored: &[&str]) -> Self {
        let mut resources = Map::new();
        for resource in evaluated.resources() {
            if ignored.contains(&resource.logical_id) {
                continue;
            }
            let mut meaning = Map::new();
            for key in ["Type", "Condition", "CreationPolicy", "UpdatePolicy"] {
                if let Some(value) = resource.definition.get(key) {
                    meaning.insert(key.into(), value.clone());
                }
            }
            let properties = resource.properties().cloned().unwrap_or_default();
            meaning.insert("Properties".into(), Value::Object(properties));
            let mut depends_on = resource.depends_on();
            depends_on.sort_unstable();
            depends_on.dedup();
            if !depends_on.is_empty() {
                meaning.insert("DependsOn".into(), depends_on.into());
            }
            resources.insert(resource.logical_id.into(), Value::Object(meaning));
        }
        let outputs = evaluated
            .outputs()
            .map(|output| {
                let mut meaning = Map::new();
                for (key, value) in [("Value", output.value()), ("ExportName", output.export_name())] {
                    if let Some(value) = value {
                        meaning.insert(key.into(), value.clone());
                    }
                }
                (output.name.to_owned(), Value::Object(meaning))
            })
            .collect();
        Self { resources, outputs }
    }
}

fn compare(path: &str, left: &Value, right: &Value, differences: &mut Vec<Difference>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => compare_maps(path, left, right, differences),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}/{index}"), left, right, differences);
            }
        }
        _ if same_value(left, right) => {}
        _ => differences.push(Difference {
            path: path.into(),
            left: Some(left.clone()),
            right: Some(right.clone()),
        }),
    }
}

fn compare_maps(path: &str, left: &Map<String, Value>, right: &Map<String, Value>, differences: &mut Vec<Difference>) {
    for (key, value) in left {
        let path = format!("{path}/{}", pointer_segment(key));
        match right.get(key) {
            Some(other) => compare(&path, value, other, differences),
            None => differences.push(Difference {
                path,
                left: Some(value.clone()),
                right: None,
            }),
        }
    }
    for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        differences.push(Difference {
            path: format!("{path}/{}", pointer_segment(key)),
            left: None,
            right: Some(value.clone()),
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudformation::evaluate::{NoAttributes, ParameterValues, PseudoParameters};

    fn differences(left: Value, right: Value) -> Vec<String> {
        let left = Template::from_value(left, "left").unwrap();
        let right = Template::from_value(right, "right").unwrap();
        let parameters = ParameterValues::from([("env".to_owned(), "main".into())]);
        let evaluator = |template| Evaluator::new(template, &parameters, PseudoParameters::default(), &NoAttributes);
        meaning_differences(&evaluator(&left), &evaluator(&right), &["Placeholder"])
            .into_iter()
            .map(|difference| difference.path)
            .collect()
    }

    #[test]
    fn the_same_meaning_in_other_words() {
        let left = json!({
            "Parameters": {"env": {"Type": "String"}},
            "Conditions": {"Dev": {"Fn::Equals": [{"Ref": "env"}, "dev"]}},
            "Resources": {
                "A": {"Type": "T", "DependsOn": ["B", "C"], "Properties": {"Name": {"Fn::Sub": "x-${env}"}, "Size": "8"}},
                "B": {"Type": "T", "Properties": {"On": true}}, "C": {"Type": "T"},
                "Gone": {"Type": "T", "Condition": "Dev"}
            },
            "Outputs": {"O": {"Value": {"Fn::Join": ["-", ["a", {"Ref": "env"}]]}, "Description": "d"}}
        });
        let right = json!({
            "Resources": {
                "C": {"Type": "T", "DependsOn": [], "Metadata": {"m": 1}},
                "B": {"Type": "T", "Properties": {"On": "true"}, "DeletionPolicy": "Retain"},
                "A": {"Type": "T", "Properties": {"Size": 8, "Name": "x-main"}, "DependsOn": ["C", "B"]},
                "Placeholder": {"Type": "AWS::CloudFormation::WaitConditionHandle"}
            },
            "Outputs": {"O": {"Value": "a-main"}}
        });
        assert_eq!(differences(left, right), Vec::<String>::new());
    }

    #[test]
    fn differences_are_named_leaf_by_leaf() {
        let left = json!({"Resources": {"A": {"Type": "T", "DependsOn": "B", "Properties": {"x": [1, {"y": 2}], "only": 1}}, "B": {"Type": "T"}, "L": {"Type": "T"}},
                          "Outputs": {"O": {"Value": "1"}}});
        let right = json!({"Resources": {"A": {"Type": "U", "Properties": {"x": [1, {"y": 3}]}}, "B": {"Type": "T"}, "R": {"Type": "T"}},
                           "Outputs": {"O": {"Value": "2"}}});
        assert_eq!(
            differences(left, right),
            [
                "/Resources/A/Type",
                "/Resources/A/Properties/x/1/y",
                "/Resources/A/Properties/only",
                "/Resources/A/DependsOn",
                "/Resources/L",
                "/Resources/R",
                "/Outputs/O/Value"
            ]
        );
    }
}
