//! Properties that hold for every expression, template and move.

use indexmap::IndexMap;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{
    Template,
    evaluate::{AttributeSource, Evaluator, ParameterValues, PseudoParameters, normal_form::flat_join, same_value},
    meaning_differences,
    simulate::{
        LogicalAddress, ResourceFacts, ResourceMapping, SimulatedResource, SimulatedStack, Simulation,
        StackRefactorRequest,
    },
};

struct Known;

impl AttributeSource for Known {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        (logical_id == "Known").then(|| json!("known-id"))
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        match logical_id {
            "Known" => Some(json!(format!("{attribute}-of-known"))),
            // An answer that is symbolic itself.
            "Symbolic" => Some(json!({"Fn::Join": ["", ["x:", {"Ref": "Elsewhere"}]]})),
            _ => None,
        }
    }
}

fn template() -> Template {
    Template::from_value(
        json!({
            "Parameters": {"text": {"Type": "String"}, "list": {"Type": "CommaDelimitedList"}, "open": {"Type": "String"},
                           "secret": {"Type": "String", "NoEcho": true}},
            "Mappings": {"M": {"a": {"b": "mapped"}}},
            "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Equals": ["a", "b"]}, "Open": {"Fn::Equals": [{"Ref": "open"}, "x"]}},
            "Resources": {"Known": {"Type": "T"}, "Unknown": {"Type": "T"}, "Symbolic": {"Type": "T"}}
        }),
        "t",
    )
    .unwrap()
}

fn parameters() -> ParameterValues {
    [("text", "te,x-t"), ("list", "a,b")]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

fn evaluate(value: &Value) -> Option<Value> {
    let template = template();
    Evaluator::new(
        &template,
        &parameters(),
        PseudoParameters::of_region("eu-west-1", None),
        &Known,
    )
    .value(value)
    .value
}

const NAMES: [&str; 9] = [
    "text",
    "list",
    "open",
    "secret",
    "Known",
    "Unknown",
    "Symbolic",
    "AWS::Region",
    "AWS::StackName",
];
const RESOURCES: [&str; 3] = ["Known", "Unknown", "Symbolic"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-z$,{}!ü-]{0,6}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!({"Ref": "AWS::NoValue"})),
    ]
}

/// A text, or something that evaluates to one or stays symbolic.
fn text() -> impl Strategy<Value = Value> {
    prop_oneof![
        scalar(),
        select(&NAMES[..]).prop_map(|name| json!({ "Ref": name })),
        select(&RESOURCES[..]).prop_map(|name| json!({"Fn::GetAtt": [name, "Arn"]})),
        select(&RESOURCES[..]).prop_map(|name| json!({"Fn::GetAtt": format!("{name}.A.B")})),
    ]
}

fn expression() -> impl Strategy<Value = Value> {
    text().prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            ("[-,]?", vec(inner.clone(), 0..4)).prop_map(|(delimiter, items)| json!({"Fn::Join": [delimiter, items]})),
            ("[-,]", inner.clone()).prop_map(|(delimiter, text)| json!({"Fn::Split": [delimiter, text]})),
            (0..3u8, vec(inner.clone(), 0..3)).prop_map(|(index, items)| json!({"Fn::Select": [index, items]})),
            (
                select(&["Yes", "No", "Open", "Missing"][..]),
                inner.clone(),
                inner.clone()
            )
                .prop_map(|(condition, yes, no)| json!({"Fn::If": [condition, yes, no]})),
            (
                select(
                    &[
                        "${Known.Arn}-${text}",
                        "${own}${Unknown}",
                        "${!x}${Symbolic.A}",
                        "${a-b}",
                        "$ {open"
                    ][..]
                ),
                inner.clone()
            )
                .prop_map(|(text, own)| json!({"Fn::Sub": [text, {"own": own}]})),
            inner.clone().prop_map(|key| json!({"Fn::FindInMap": ["M", key, "b"]})),
            inner.clone().prop_map(|text| json!({ "Fn::Base64": text })),
            inner.clone().prop_map(|list| json!({ "Fn::Length": list })),
            inner.clone().prop_map(|value| json!({ "Fn::ToJsonString": value })),
            inner.clone().prop_map(|name| json!({ "Fn::ImportValue": name })),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| json!({"Fn::Equals": [left, right]})),
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec(("[a-zA-Z]{1,4}", inner), 0..4).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Every join in the value is flat, has two parts or more, and no two literals side by side.
fn joins_are_normal(value: &Value) -> bool {
    if let Some(parts) = flat_join(value) {
        let flat = parts.iter().all(|part| flat_join(part).is_none());
        let merged = parts
            .windows(2)
            .all(|pair| !(pair[0].is_string() && pair[1].is_string()));
        return parts.len() >= 2 && flat && merged && parts.iter().all(joins_are_normal);
    }
    match value {
        Value::Array(items) => items.iter().all(joins_are_normal),
        Value::Object(entries) => entries.values().all(joins_are_normal),
        _ => true,
    }
}

/// Calls that the evaluator left as they were because they make no sense are not in normal form, and cannot be.
fn has_unusable_calls(value: &Value) -> bool {
    let template = template();
    let parameters = parameters();
    let pseudo = PseudoParameters::of_region("eu-west-1", None);
    let evaluation = Evaluator::new(&template, &parameters, pseudo, &Known).value(value);
    evaluation
        .unresolved
        .iter()
        .any(|unresolved| matches!(unresolved.reason, super::evaluate::UnresolvedReason::Function { .. }))
}

fn shuffled(value: &Value, seed: u64) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| shuffled(item, seed)).collect(),
        Value::Object(entries) => {
            let mut keys: Vec<&String> = entries.keys().collect();
            keys.sort_by_key(|key| {
                key.bytes().fold(seed, |hash, byte| {
                    hash.wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(u64::from(byte))
                })
            });
            Value::Object(
                keys.into_iter()
                    .map(|key| (key.clone(), shuffled(&entries[key], seed)))
                    .collect(),
            )
        }
        scalar => scalar.clone(),
    }
}

struct NoFacts;

impl ResourceFacts for NoFacts {
    fn attribute(&self, _: &str, _: &str, _: &str, _: Option<&Map<String, Value>>) -> Option<Value> {
        None
    }
}

fn simulated(name: &str, resources: &IndexMap<String, Value>) -> SimulatedStack {
    SimulatedStack {
        name: name.into(),
        status: "UPDATE_COMPLETE".into(),
        template: document(resources),
        resources: resources
            .keys()
            .map(|logical_id| {
                let owned = SimulatedResource {
                    resource_type: "AWS::S3::Bucket".into(),
                    physical_id: Some(format!("{name}.{logical_id}")),
                };
                (logical_id.clone(), owned)
            })
            .collect(),
        parameters: ParameterValues::new(),
        pseudo: PseudoParameters::default(),
    }
}

fn document(resources: &IndexMap<String, Value>) -> Template {
    Template::from_value(json!({ "Resources": resources }), "t").unwrap()
}

fn address(stack: &str, logical_id: &str) -> LogicalAddress {
    LogicalAddress {
        stack_name: stack.into(),
        logical_resource_id: logical_id.into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_is_idempotent(value in expression()) {
        if let Some(once) = evaluate(&value) {
            prop_assert_eq!(evaluate(&once), Some(once.clone()));
        }
    }

    #[test]
    fn joins_are_in_normal_form(value in expression()) {
        if let Some(evaluated) = evaluate(&value).filter(|_| !has_unusable_calls(&value)) {
            prop_assert!(joins_are_normal(&evaluated), "{}", evaluated);
        }
    }

    #[test]
    fn sub_and_join_are_the_same(parts in vec((0..NAMES.len() + RESOURCES.len(), "[a-z:/ü-]{0,4}"), 0..6)) {
        let mut sub = String::new();
        let mut join = Vec::new();
        for (choice, literal) in parts {
            sub.push_str(&literal);
            join.push(json!(literal));
            match NAMES.get(choice) {
                // A list is not a text.
                Some(&"list") => {}
                Some(name) => {
                    sub.push_str(&format!("${{{name}}}"));
                    join.push(json!({ "Ref": name }));
                }
                None => {
                    let resource = RESOURCES[choice - NAMES.len()];
                    sub.push_str(&format!("${{{resource}.Arn}}"));
                    join.push(json!({"Fn::GetAtt": [resource, "Arn"]}));
                }
            }
        }
        prop_assert_eq!(evaluate(&json!({ "Fn::Sub": sub })), evaluate(&json!({"Fn::Join": ["", join]})));
    }

    #[test]
    fn key_order_does_not_matter(properties in vec(("[a-zA-Z]{1,5}", expression()), 0..6), seed in any::<u64>()) {
        let properties: Map<String, Value> = properties.into_iter().collect();
        // There the order of keys becomes the order of a text.
        prop_assume!(!json!(properties).to_string().contains("Fn::ToJsonString"));
        let mut document = Value::Object(template().document().clone());
        document["Resources"]["Known"]["Properties"] = Value::Object(properties);
        let (left, right) = (document.clone(), shuffled(&document, seed));
        prop_assert!(same_value(&left, &right));
        let (left, right) = (Template::from_value(left, "l").unwrap(), Template::from_value(right, "r").unwrap());
        let parameters = parameters();
        let evaluator = |template| Evaluator::new(template, &parameters, PseudoParameters::default(), &Known);
        prop_assert_eq!(meaning_differences(&evaluator(&left), &evaluator(&right), &[]), vec![]);
    }

    #[test]
    fn a_difference_is_always_found(value in expression(), other in expression()) {
        let differs = evaluate(&value) != evaluate(&other)
            && !evaluate(&value).zip(evaluate(&other)).is_some_and(|(value, other)| same_value(&value, &other));
        let with = |value: &Value| {
            let mut document = Value::Object(template().document().clone());
            document["Resources"]["Known"]["Properties"] = json!({ "x": value });
            Template::from_value(document, "t").unwrap()
        };
        let (left, right) = (with(&value), with(&other));
        let parameters = parameters();
        let pseudo = PseudoParameters::of_region("eu-west-1", None);
        let evaluator = |template| Evaluator::new(template, &parameters, pseudo.clone(), &Known);
        let differences = meaning_differences(&evaluator(&left), &evaluator(&right), &[]);
        prop_assert_eq!(!differences.is_empty(), differs);
    }

    #[test]
    fn there_and_back_is_where_it_was(
        ids in proptest::collection::btree_set("[A-Z][a-z]{1,5}", 1..8),
        moved in vec(any::<bool>(), 8),
        renamed in vec(any::<bool>(), 8),
    ) {
        let bucket = |name: &str| json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}});
        let mut one: IndexMap<String, Value> = ids.iter().map(|id| (id.clone(), bucket(id))).collect();
        one.insert("StaysInOne".into(), bucket("stays"));
        let mut two: IndexMap<String, Value> = IndexMap::from([("StaysInTwo".to_owned(), bucket("stays"))]);
        let mut simulation = Simulation::new(&NoFacts);
        simulation.insert(simulated("one", &one));
        simulation.insert(simulated("two", &two));
        let start = simulation.stacks.clone();
        let owned = |simulation: &Simulation<'_>| -> Vec<(String, String)> {
            let mut owned: Vec<_> = simulation.ownership().into_iter().map(|(kind, id, _)| (kind, id)).collect();
            owned.sort();
            owned
        };
        let before = owned(&simulation);
        let mut there = Vec::new();
        for (index, id) in ids.iter().enumerate().filter(|(index, _)| moved[*index]) {
            let new = if renamed[index] { format!("{id}Renamed") } else { id.clone() };
            two.insert(new.clone(), one.shift_remove(id).unwrap());
            there.push(ResourceMapping { source: address("one", id), destination: address("two", &new) });
        }
        let request = |one: Template, two: Template, mappings: Vec<ResourceMapping>| StackRefactorRequest {
            description: "d".into(),
            create_stacks: false,
            definitions: vec![("one".into(), one), ("two".into(), two)],
            mappings,
        };
        let back = there
            .iter()
            .map(|mapping| ResourceMapping { source: mapping.destination.clone(), destination: mapping.source.clone() })
            .collect();
        prop_assert_eq!(simulation.refactor(&request(document(&one), document(&two), there)), Ok(()));
        prop_assert_eq!(owned(&simulation), before.clone());
        let (first, second) = (start["one"].template.clone(), start["two"].template.clone());
        prop_assert_eq!(simulation.refactor(&request(first, second, back)), Ok(()));
        prop_assert_eq!(owned(&simulation), before);
        for (name, stack) in &start {
            let mut now: Vec<_> = simulation.stacks[name].resources.iter().collect();
            let mut then: Vec<_> = stack.resources.iter().collect();
            now.sort();
            then.sort();
            prop_assert_eq!(now, then);
            prop_assert_eq!(&simulation.stacks[name].template, &stack.template);
        }
    }
}
