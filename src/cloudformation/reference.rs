//! References of a template as a graph: `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn`, conditions and mappings.

use serde_json::{Map, Value};

use super::{
    evaluate::{
        intrinsic::{self, SubPart},
        pointer_segment,
    },
    template::Template,
};

/// A part of a template that refers to others or is referred to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A resource, by logical id.
    Resource(String),
    /// An output.
    Output(String),
    /// A condition.
    Condition(String),
    /// A parameter.
    Parameter(String),
    /// A mapping.
    Mapping(String),
    /// A pseudo parameter such as `AWS::Region`.
    PseudoParameter(String),
    /// A rule of the `Rules` section.
    Rule(String),
    /// Nothing of the template has this name.
    Nothing(String),
}

/// How one part refers to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// `Ref`, or `${Name}`.
    Reference,
    /// `Fn::GetAtt`, or `${Name.Attribute}`; the attribute where it is plain text.
    Attribute(Option<String>),
    /// `DependsOn`
    DependsOn,
    /// `Condition`, or the condition of `Fn::If`.
    Condition,
    /// `Fn::FindInMap`
    Mapping,
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where it stands.
    pub from: Node,
    /// JSON pointer to the place.
    pub path: String,
    /// What it points at.
    pub to: Node,
    /// How.
    pub kind: ReferenceKind,
}

/// All references of a template, in the order of the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReferenceGraph {
    /// The edges.
    pub references: Vec<Reference>,
}

impl ReferenceGraph {
    /// Reads the references of a template.
    pub fn of(template: &Template) -> Self {
        let mut collector = Collector {
            template,
            references: Vec::new(),
        };
        for (name, expression) in template.conditions() {
            let mut place = Place::new(Node::Condition(name.into()), "Conditions", name);
            collector.condition(&mut place, expression);
        }
        for resource in template.resources() {
            let mut place = Place::new(
                Node::Resource(resource.logical_id.into()),
                "Resources",
                resource.logical_id,
            );
            collector.entry(&mut place, resource.definition);
        }
        for output in template.outputs() {
            let mut place = Place::new(Node::Output(output.name.into()), "Outputs", output.name);
            collector.entry(&mut place, output.declaration);
        }
        for (name, rule) in template.section("Rules") {
            let mut place = Place::new(Node::Rule(name.into()), "Rules", name);
            collector.value(&mut place, rule);
        }
        Self {
            references: collector.references,
        }
    }

    /// References whose target is not in the template: it is not closed.
    pub fn dangling(&self) -> impl Iterator<Item = &Reference> {
        self.references
            .iter()
            .filter(|reference| matches!(reference.to, Node::Nothing(_)))
    }

    /// References to a resource.
    pub fn to_resource(&self, logical_id: &str) -> impl Iterator<Item = &Reference> {
        self.references
            .iter()
            .filter(move |reference| matches!(&reference.to, Node::Resource(target) if target == logical_id))
    }

    /// References that stand in a resource.
    pub fn from_resource(&self, logical_id: &str) -> impl Iterator<Item = &Reference> {
        self.references
            .iter()
            .filter(move |reference| matches!(&reference.from, Node::Resource(source) if source == logical_id))
    }
}

/// Names a value refers to directly: resources, parameters and pseudo parameters by `Ref`, `Fn::GetAtt` and `Fn::Sub`.
pub fn names_in(value: &Value) -> Vec<String> {
    let mut names = Vec::new();
    collect_names(value, &mut names);
    names
}

fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(entries) => {
            if let Some((name, argument)) = intrinsic::call(entries) {
                direct_names(name, argument, names);
            }
            entries.values().for_each(|value| collect_names(value, names));
        }
        _ => {}
    }
}

fn direct_names(function: &str, argument: &Value, names: &mut Vec<String>) {
    match function {
        "Ref" => names.extend(argument.as_str().map(Into::into)),
        "Fn::GetAtt" => names.extend(intrinsic::attribute_of(argument).map(|(logical_id, _)| logical_id)),
        "Fn::Sub" => {
            for (name, _) in substitutions(argument) {
                names.push(name);
            }
        }
        _ => {}
    }
}

/// Names and attributes in the text of `Fn::Sub` that its own map does not define.
fn substitutions(argument: &Value) -> Vec<(String, Option<String>)> {
    let (text, variables) = match argument {
        Value::String(text) => (Some(text.as_str()), None),
        Value::Array(items) => (
            items.first().and_then(Value::as_str),
            items.get(1).and_then(Value::as_object),
        ),
        _ => (None, None),
    };
    let parts = text.and_then(intrinsic::sub_parts).unwrap_or_default();
    parts
        .into_iter()
        .filter_map(|part| match part {
            SubPart::Variable(name) if !variables.is_some_and(|variables| variables.contains_key(&name)) => {
                Some(match name.split_once('.') {
                    Some((logical_id, attribute)) => (logical_id.to_owned(), Some(attribute.to_owned())),
                    None => (name, None),
                })
            }
            _ => None,
        })
        .collect()
}

struct Place {
    node: Node,
    path: String,
}

impl Place {
    fn new(node: Node, section: &str, name: &str) -> Self {
        Self {
            node,
            path: format!("/{section}/{}", pointer_segment(name)),
        }
    }
}

struct Collector<'template> {
    template: &'template Template,
    references: Vec<Reference>,
}

impl Collector<'_> {
    /// A resource or output: its `Condition` and `DependsOn` are references, those deeper inside are not.
    fn entry(&mut self, place: &mut Place, definition: &Map<String, Value>) {
        for (key, value) in definition {
            match (key.as_str(), value) {
                ("Condition", Value::String(name)) => self.below(place, key, |collector, place| {
                    collector.push_condition(place, name);
                }),
                ("DependsOn", value) => self.below(place, key, |collector, place| {
                    for logical_id in std::iter::once(value).chain(value.as_array().into_iter().flatten()) {
                        if let Some(logical_id) = logical_id.as_str() {
                            let target = collector.resource(logical_id);
                            collector.push(place, target, ReferenceKind::DependsOn);
                        }
                    }
                }),
                _ => self.below(place, key, |collector, place| collector.value(place, value)),
            }
        }
    }

    fn below(&mut self, place: &mut Place, segment: &str, collect: impl FnOnce(&mut Self, &mut Place)) {
        let length = place.path.len();
        place.path.push('/');
        place.path.push_str(&pointer_segment(segment));
        collect(self, place);
        place.path.truncate(length);
    }

    /// Inside the Conditions section `{"Condition": name}` is a reference.
    fn condition(&mut self, place: &mut Place, expression: &Value) {
        match expression {
            Value::Object(entries) => match entries.get("Condition") {
                Some(Value::String(name)) if entries.len() == 1 => self.push_condition(place, name),
                _ => {
                    self.call(place, entries);
                    for (key, value) in entries {
                        self.below(place, key, |collector, place| collector.condition(place, value));
                    }
                }
            },
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(place, &index.to_string(), |collector, place| {
                        collector.condition(place, item)
                    });
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, place: &mut Place, value: &Value) {
        match value {
            Value::Object(entries) => {
                self.call(place, entries);
                for (key, value) in entries {
                    self.below(place, key, |collector, place| collector.value(place, value));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(place, &index.to_string(), |collector, place| {
                        collector.value(place, item)
                    });
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, place: &Place, entries: &Map<String, Value>) {
        let Some((function, argument)) = intrinsic::call(entries) else {
            return;
        };
        match function {
            "Ref" => {
                if let Some(name) = argument.as_str() {
                    let target = self.named(name);
                    self.push(place, target, ReferenceKind::Reference);
                }
            }
            "Fn::GetAtt" => {
                if let Some((logical_id, attribute)) = intrinsic::attribute_of(argument) {
                    let target = self.resource(&logical_id);
                    let attribute = attribute.as_str().map(Into::into);
                    self.push(place, target, ReferenceKind::Attribute(attribute));
                }
            }
            "Fn::Sub" => {
                for (name, attribute) in substitutions(argument) {
                    match attribute {
                        Some(attribute) => {
                            let target = self.resource(&name);
                            self.push(place, target, ReferenceKind::Attribute(Some(attribute)));
                        }
                        None => {
                            let target = self.named(&name);
                            self.push(place, target, ReferenceKind::Reference);
                        }
                    }
                }
            }
            "Fn::If" => {
                if let Some(name) = argument.get(0).and_then(Value::as_str) {
                    self.push_condition(place, name);
                }
            }
            "Fn::FindInMap" => {
                if let Some(name) = argument.get(0).and_then(Value::as_str) {
                    let mapped = self.template.section("Mappings").any(|(mapping, _)| mapping == name);
                    let target = if mapped {
                        Node::Mapping(name.into())
                    } else {
                        Node::Nothing(name.into())
                    };
                    self.push(place, target, ReferenceKind::Mapping);
                }
            }
            _ => {}
        }
    }

    fn named(&self, name: &str) -> Node {
        if name.starts_with("AWS::") {
            Node::PseudoParameter(name.into())
        } else if self.template.parameter(name).is_some() {
            Node::Parameter(name.into())
        } else {
            self.resource(name)
        }
    }

    fn resource(&self, logical_id: &str) -> Node {
        match self.template.resource(logical_id) {
            Some(_) => Node::Resource(logical_id.into()),
            None => Node::Nothing(logical_id.into()),
        }
    }

    fn push_condition(&mut self, place: &Place, name: &str) {
        let target = match self.template.condition(name) {
            Some(_) => Node::Condition(name.into()),
            None => Node::Nothing(name.into()),
        };
        self.push(place, target, ReferenceKind::Condition);
    }

    fn push(&mut self, place: &Place, to: Node, kind: ReferenceKind) {
        self.references.push(Reference {
            from: place.node.clone(),
            path: place.path.clone(),
            to,
            kind,
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template() -> Template {
        Template::from_value(
            json!({
                "Parameters": {"env": {"Type": "String"}},
                "Mappings": {"M": {"a": {"b": 1}}},
                "Conditions": {"C": {"Fn::Equals": [{"Ref": "env"}, "x"]}, "D": {"Fn::Not": [{"Condition": "C"}]}, "E": {"Condition": "Missing"}},
                "Resources": {
                    "A": {"Type": "T", "Condition": "C", "DependsOn": ["B", "Gone"], "Properties": {
                        "x": {"Fn::Sub": ["${B.Arn}-${own}-${env}-${AWS::Region}-${!B}", {"own": {"Ref": "B"}}]},
                        "y": {"Fn::If": ["D", {"Fn::GetAtt": "B.Name"}, {"Ref": "AWS::NoValue"}]},
                        "policy": {"Condition": "not a condition"},
                        "m": {"Fn::FindInMap": ["M", "a", "b"]}, "n": {"Fn::FindInMap": ["N", "a", "b"]}
                    }},
                    "B": {"Type": "T", "DependsOn": "A"}
                },
                "Outputs": {"O": {"Condition": "D", "Value": {"Ref": "Nobody"}}}
            }),
            "t",
        )
        .unwrap()
    }

    #[test]
    fn all_kinds_of_references() {
        let graph = ReferenceGraph::of(&template());
        let to_b: Vec<(&str, &ReferenceKind)> = graph
            .to_resource("B")
            .map(|reference| (reference.path.as_str(), &reference.kind))
            .collect();
        assert_eq!(
            to_b,
            [
                ("/Resources/A/DependsOn", &ReferenceKind::DependsOn),
                (
                    "/Resources/A/Properties/x",
                    &ReferenceKind::Attribute(Some("Arn".into()))
                ),
                ("/Resources/A/Properties/x/Fn::Sub/1/own", &ReferenceKind::Reference),
                (
                    "/Resources/A/Properties/y/Fn::If/1",
                    &ReferenceKind::Attribute(Some("Name".into()))
                ),
            ]
        );
        assert_eq!(graph.from_resource("B").count(), 1);
    }

    #[test]
    fn dangling_references_are_found() {
        let graph = ReferenceGraph::of(&template());
        let dangling: Vec<(&str, &Node)> = graph
            .dangling()
            .map(|reference| (reference.path.as_str(), &reference.to))
            .collect();
        assert_eq!(
            dangling,
            [
                ("/Conditions/E", &Node::Nothing("Missing".into())),
                ("/Resources/A/DependsOn", &Node::Nothing("Gone".into())),
                ("/Resources/A/Properties/n", &Node::Nothing("N".into())),
                ("/Outputs/O/Value", &Node::Nothing("Nobody".into())),
            ]
        );
    }

    #[test]
    fn names_of_a_value() {
        assert_eq!(
            names_in(&json!([{"Fn::Sub": "${A}${B.C}"}, {"x": {"Fn::GetAtt": ["D", "E"]}}, {"Ref": "F"}])),
            ["A", "B", "D", "F"]
        );
    }
}
