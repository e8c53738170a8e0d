use serde_json::{Value, json};

use super::*;

/// Resources `Bucket` and `Table` are known, `Other` is not.
struct Known;

impl AttributeSource for Known {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        match logical_id {
            "Bucket" => Some(json!("bucket-1")),
            "Table" => Some(json!("<<token:table>>")),
            _ => None,
        }
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        (logical_id == "Bucket").then(|| json!(format!("{attribute} of bucket")))
    }
    fn import(&self, export_name: &str) -> Option<Value> {
        (export_name == "shared-main").then(|| json!("imported"))
    }
    fn is_deployed(&self, logical_id: &str) -> Option<bool> {
        (logical_id == "Social").then_some(true)
    }
}

fn template() -> Template {
    Template::from_value(
        json!({
            "Parameters": {
                "env": {"Type": "String"}, "list": {"Type": "CommaDelimitedList"}, "count": {"Type": "Number"},
                "secret": {"Type": "String", "NoEcho": true, "Default": "hidden"}, "missing": {"Type": "String"}
            },
            "Mappings": {"Sizes": {"main": {"small": 1, "zones": ["a", "b"]}}},
            "Conditions": {
                "IsMain": {"Fn::Equals": [{"Ref": "env"}, "main"]},
                "NotMain": {"Fn::Not": [{"Condition": "IsMain"}]},
                "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
                "Either": {"Fn::Or": [{"Condition": "NotMain"}, {"Condition": "Unknown"}, {"Condition": "Here"}]},
                "Both": {"Fn::And": [{"Condition": "IsMain"}, {"Condition": "Unknown"}]},
                "NeverBoth": {"Fn::And": [{"Condition": "NotMain"}, {"Condition": "Unknown"}]},
                "Unknown": {"Fn::Equals": [{"Ref": "missing"}, "x"]},
                "Secret": {"Fn::Equals": [{"Ref": "secret"}, "x"]},
                "Loop": {"Fn::Not": [{"Condition": "Pool"}]},
                "Pool": {"Fn::Not": [{"Condition": "Loop"}]},
                "Number": {"Fn::Equals": [{"Ref": "count"}, "3"]}
            },
            "Resources": {
                "Bucket": {"Type": "AWS::S3::Bucket"},
                "Table": {"Type": "AWS::DynamoDB::Table"},
                "Other": {"Type": "AWS::S3::Bucket", "Condition": "IsMain", "DependsOn": ["Gone", "Bucket"]},
                "Gone": {"Type": "AWS::S3::Bucket", "Condition": "NotMain"},
                "Maybe": {"Type": "AWS::S3::Bucket", "Condition": "Unknown", "DependsOn": "Gone"},
                "Social": {"Type": "T", "Condition": "Secret"}
            },
            "Outputs": {"Gone": {"Condition": "NotMain", "Value": {"Ref": "Gone"}}, "Name": {"Value": {"Ref": "Bucket"}}}
        }),
        "t",
    )
    .unwrap()
}

fn parameters() -> ParameterValues {
    [("env", "main"), ("list", "a, b"), ("count", "3"), ("secret", "****")]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect()
}

fn pseudo() -> PseudoParameters {
    PseudoParameters {
        stack_name: Some("amplify-app-main-1a2b3-storages3-XYZ".into()),
        ..PseudoParameters::of_region("eu-west-1", Some("123456789012"))
    }
}

fn evaluate(value: Value) -> Value {
    let template = template();
    let evaluation = Evaluator::new(&template, &parameters(), pseudo(), &Known).value(&value);
    evaluation.value.unwrap_or(json!("<no value>"))
}

fn reasons(value: Value) -> Vec<String> {
    let template = template();
    let evaluation = Evaluator::new(&template, &parameters(), pseudo(), &Known).value(&value);
    evaluation.unresolved.iter().map(ToString::to_string).collect()
}

#[test]
fn every_function_with_known_arguments() {
    for (expression, expected) in [
        (json!({"Ref": "env"}), json!("main")),
        (json!({"Ref": "list"}), json!(["a", "b"])),
        (json!({"Ref": "count"}), json!(3)),
        (json!({"Ref": "Bucket"}), json!("bucket-1")),
        (json!({"Ref": "AWS::Partition"}), json!("aws")),
        (json!({"Fn::GetAtt": ["Bucket", "Arn"]}), json!("Arn of bucket")),
        (json!({"Fn::GetAtt": "Bucket.A.B"}), json!("A.B of bucket")),
        (
            json!({"Fn::GetAtt": ["Bucket", {"Ref": "env"}]}),
            json!("main of bucket"),
        ),
        (json!({"Fn::Join": ["-", ["a", {"Ref": "env"}, 3]]}), json!("a-main-3")),
        (json!({"Fn::Join": [",", {"Ref": "list"}]}), json!("a,b")),
        (json!({"Fn::Join": ["", []]}), json!("")),
        (
            json!({"Fn::Sub": "${env}/${Bucket}/${Bucket.Arn}/${!env}/${AWS::Region}"}),
            json!("main/bucket-1/Arn of bucket/${env}/eu-west-1"),
        ),
        (
            json!({"Fn::Sub": ["${x}-${env}-${B.C}", {"x": {"Ref": "count"}, "B.C": "own"}]}),
            json!("3-main-own"),
        ),
        (json!({"Fn::Select": ["1", {"Ref": "list"}]}), json!("b")),
        (
            json!({"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}),
            json!("1a2b3"),
        ),
        (
            json!({"Fn::If": ["IsMain", {"Fn::If": ["NotMain", 1, 2]}, 3]}),
            json!(2),
        ),
        (
            json!({"a": {"Fn::If": ["NotMain", 1, {"Ref": "AWS::NoValue"}]}, "b": [{"Ref": "AWS::NoValue"}, 1]}),
            json!({"b": [1]}),
        ),
        (json!({"Ref": "AWS::NoValue"}), json!("<no value>")),
        (json!({"Fn::FindInMap": ["Sizes", {"Ref": "env"}, "small"]}), json!(1)),
        (
            json!({"Fn::FindInMap": ["Sizes", "dev", "small", {"DefaultValue": {"Ref": "count"}}]}),
            json!(3),
        ),
        (
            json!({"Fn::Select": [0, {"Fn::FindInMap": ["Sizes", "main", "zones"]}]}),
            json!("a"),
        ),
        (
            json!({"Fn::ImportValue": {"Fn::Sub": "shared-${env}"}}),
            json!("imported"),
        ),
        (json!({"Fn::Base64": {"Fn::Sub": "${env}!"}}), json!("bWFpbiE=")),
        (
            json!({"Fn::Cidr": ["10.0.0.0/24", "2", 5]}),
            json!(["10.0.0.0/27", "10.0.0.32/27"]),
        ),
        (json!({"Fn::Length": {"Ref": "list"}}), json!(2)),
        (
            json!({"Fn::ToJsonString": {"b": {"Ref": "count"}, "a": [true]}}),
            json!("{\"b\":3,\"a\":[true]}"),
        ),
        (json!({"Fn::Equals": [{"Ref": "env"}, "main"]}), json!(true)),
        (json!({"Ref": "env", "other": 1}), json!({"Ref": "env", "other": 1})),
        (
            json!({"Condition": {"StringEquals": {"a": {"Ref": "env"}}}}),
            json!({"Condition": {"StringEquals": {"a": "main"}}}),
        ),
        (
            json!({"Fn::Select": [1, {"Fn::Split": ["|", {"Fn::Sub": "a|${Table}"}]}]}),
            json!("<<token:table>>"),
        ),
    ] {
        assert_eq!(evaluate(expression.clone()), expected, "{expression}");
        assert_eq!(reasons(expression.clone()), Vec::<String>::new(), "{expression}");
    }
}

#[test]
fn what_is_not_known_stays_symbolic_in_normal_form() {
    let other = json!({"Fn::GetAtt": ["Other", "Arn"]});
    for (expression, expected, reason) in [
        (
            json!({"Fn::Sub": "${Other.Arn}/${env}/*"}),
            json!({"Fn::Join": ["", [other, "/main/*"]]}),
            "/: attribute Arn of Other",
        ),
        (json!({"Fn::Sub": "${Other.Arn}"}), other.clone(), "attribute Arn"),
        (
            json!({"Fn::Join": ["/", ["a", {"Fn::Join": ["", ["b", {"Fn::GetAtt": "Other.Arn"}]]}, "c"]]}),
            json!({"Fn::Join": ["", ["a/b", other, "/c"]]}),
            "attribute Arn",
        ),
        (json!({"Ref": "secret"}), json!({"Ref": "secret"}), "NoEcho"),
        (
            json!({"Ref": "missing"}),
            json!({"Ref": "missing"}),
            "parameter missing has no value",
        ),
        (
            json!({"Ref": "nowhere"}),
            json!({"Ref": "nowhere"}),
            "neither a parameter nor a resource",
        ),
        (
            json!({"Ref": "AWS::StackId"}),
            json!({"Ref": "AWS::StackId"}),
            "AWS::StackId is not known",
        ),
        (
            json!({"Fn::If": ["Unknown", {"Ref": "env"}, {"Ref": "AWS::NoValue"}]}),
            json!({"Fn::If": ["Unknown", "main", {"Ref": "AWS::NoValue"}]}),
            "condition Unknown",
        ),
        (
            json!({"Fn::Split": [",", {"Ref": "missing"}]}),
            json!({"Fn::Split": [",", {"Ref": "missing"}]}),
            "missing",
        ),
        (
            json!({"Fn::Select": [9, {"Ref": "list"}]}),
            json!({"Fn::Select": [9, ["a", "b"]]}),
            "no such item",
        ),
        (
            json!({"Fn::FindInMap": ["Sizes", {"Ref": "missing"}, "x", {"DefaultValue": 1}]}),
            json!({"Fn::FindInMap": ["Sizes", {"Ref": "missing"}, "x", {"DefaultValue": 1}]}),
            "parameter missing",
        ),
        (
            json!({"Fn::ImportValue": "other"}),
            json!({"Fn::ImportValue": "other"}),
            "export other",
        ),
        (
            json!({"Fn::Transform": {"Name": "AWS::Include"}}),
            json!({"Fn::Transform": {"Name": "AWS::Include"}}),
            "macro AWS::Include",
        ),
        (json!({"Fn::GetAZs": ""}), json!({"Fn::GetAZs": ""}), "zones"),
        (
            json!({"Fn::Sub": "${a-b}"}),
            json!({"Fn::Sub": "${a-b}"}),
            "not allowed",
        ),
        (
            json!({"Fn::ForEach::X": []}),
            json!({"Fn::ForEach::X": []}),
            "not known",
        ),
    ] {
        assert_eq!(evaluate(expression.clone()), expected, "{expression}");
        let found = reasons(expression.clone()).join("; ");
        assert!(
            found.contains(reason.trim_start_matches("/: ")),
            "{expression}: {found}"
        );
    }
}

#[test]
fn paths_lead_to_what_is_unresolved() {
    assert_eq!(
        reasons(json!({"a/b": [0, {"Fn::Join": ["", [{"Ref": "missing"}]]}]})),
        ["/a~1b/1/1/0: parameter missing has no value"]
    );
}

#[test]
fn conditions_have_three_outcomes() {
    let template = template();
    let evaluator = Evaluator::new(&template, &parameters(), pseudo(), &Known);
    for (name, truth) in [
        ("IsMain", Some(true)),
        ("NotMain", Some(false)),
        ("Here", Some(true)),
        ("Either", Some(true)),
        ("Both", None),
        ("NeverBoth", Some(false)),
        ("Unknown", None),
        ("Loop", None),
        ("Number", Some(true)),
        // The value is a secret, but the resource with this condition is deployed.
        ("Secret", Some(true)),
        ("NotThere", None),
    ] {
        assert_eq!(evaluator.condition(name), truth, "{name}");
    }
}

#[test]
fn templates_lose_what_does_not_exist() {
    let template = template();
    let evaluated = Evaluator::new(&template, &parameters(), pseudo(), &Known).template();
    let resources: Vec<&str> = evaluated
        .template
        .resources()
        .map(|resource| resource.logical_id)
        .collect();
    assert_eq!(resources, ["Bucket", "Table", "Other", "Maybe", "Social"]);
    let other = evaluated.template.resource("Other").unwrap();
    assert_eq!((other.condition(), other.depends_on()), (None, vec!["Bucket"]));
    let maybe = evaluated.template.resource("Maybe").unwrap();
    assert_eq!((maybe.condition(), maybe.depends_on()), (Some("Unknown"), vec![]));
    let outputs: Vec<&str> = evaluated.template.outputs().map(|output| output.name).collect();
    assert_eq!(outputs, ["Name"]);
    assert_eq!(evaluated.unresolved.len(), 1, "{:?}", evaluated.unresolved);
}

#[test]
fn the_place_can_stay_symbolic() {
    let template = template();
    let evaluator = Evaluator::new(&template, &parameters(), pseudo(), &Known).with_symbolic_place();
    assert_eq!(evaluator.condition("Here"), Some(true));
    for (expression, expected) in [
        (
            json!({"Fn::Sub": "a.${AWS::Region}.${env}"}),
            json!({"Fn::Join": ["", ["a.", {"Ref": "AWS::Region"}, ".main"]]}),
        ),
        (
            json!({"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "AWS::Region"}]}]}),
            json!("eu"),
        ),
        (
            json!({"Fn::If": ["Here", {"Ref": "AWS::AccountId"}, 1]}),
            json!({"Ref": "AWS::AccountId"}),
        ),
        (
            json!({"Ref": "AWS::StackName"}),
            json!("amplify-app-main-1a2b3-storages3-XYZ"),
        ),
    ] {
        let evaluation = evaluator.value(&expression);
        assert_eq!(evaluation.value, Some(expected));
        assert_eq!(evaluation.unresolved, []);
    }
}
