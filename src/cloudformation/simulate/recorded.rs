//! The simulator says what the stand-in cloud says, to random pairs of templates.
//!
//! `recorded.json` is made by `__test__/cloud/tests/random_refactors.py`, whose own test sees to it that it stays true.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    LogicalAddress, ResourceFacts, ResourceMapping, SimulatedResource, SimulatedStack, Simulation,
    StackRefactorRequest, Violation,
};
use crate::cloudformation::{Template, evaluate::PseudoParameters};

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "123456789012";

#[derive(Deserialize)]
struct Record {
    /// Values of the parameters of every stack.
    parameters: IndexMap<String, String>,
    /// Sections that are `true` in a template.
    sections: Map<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    number: u32,
    /// What is wrong with it, if anything.
    notes: Vec<String>,
    before: IndexMap<String, DeployedStack>,
    after: IndexMap<String, Map<String, Value>>,
    /// Source stack and logical id, destination stack and logical id.
    mappings: Vec<[String; 4]>,
    creates: bool,
    /// Why the service refuses it.
    refused: Option<String>,
    /// What the stacks own once it is executed.
    resources: Option<IndexMap<String, IndexMap<String, Owned>>>,
}

#[derive(Deserialize)]
struct DeployedStack {
    template: Map<String, Value>,
    resources: IndexMap<String, Owned>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Owned {
    #[serde(rename = "type")]
    resource_type: String,
    id: String,
}

/// Attributes of queues, whose physical ids are their URLs.
struct Queues;

impl ResourceFacts for Queues {
    fn attribute(
        &self,
        resource_type: &str,
        physical_id: &str,
        attribute: &str,
        _properties: Option<&Map<String, Value>>,
    ) -> Option<Value> {
        let name = physical_id.rsplit('/').next()?;
        match (resource_type, attribute) {
            ("AWS::SQS::Queue", "QueueName") => Some(json!(name)),
            ("AWS::SQS::Queue", "Arn") => Some(json!(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"))),
            _ => None,
        }
    }
}

fn record() -> Record {
    serde_json::from_str(include_str!("recorded.json")).unwrap()
}

impl Record {
    fn template(&self, name: &str, brief: &Map<String, Value>) -> Template {
        let whole: Map<String, Value> = brief
            .iter()
            .map(|(section, content)| {
                let shared = content.as_bool().and_then(|_| self.sections.get(section));
                (section.clone(), shared.unwrap_or(content).clone())
            })
            .collect();
        Template::from_value(whole.into(), name).unwrap()
    }

    fn simulation(&self, case: &Case) -> Simulation<'static> {
        let mut simulation = Simulation::new(&Queues);
        for (name, stack) in &case.before {
            let owned = |owned: &Owned| SimulatedResource {
                resource_type: owned.resource_type.clone(),
                physical_id: Some(owned.id.clone()),
            };
            simulation.insert(SimulatedStack {
                name: name.clone(),
                status: "CREATE_COMPLETE".into(),
                template: self.template(name, &stack.template),
                resources: stack
                    .resources
                    .iter()
                    .map(|(logical_id, one)| (logical_id.clone(), owned(one)))
                    .collect(),
                parameters: self
                    .parameters
                    .iter()
                    .map(|(parameter, value)| (parameter.clone(), value.as_str().into()))
                    .collect(),
                pseudo: PseudoParameters {
                    stack_name: Some(name.clone()),
                    ..PseudoParameters::of_region(REGION, Some(ACCOUNT))
                },
            });
        }
        simulation
    }

    fn request(&self, case: &Case) -> StackRefactorRequest {
        let address = |stack: &String, logical_id: &String| LogicalAddress {
            stack_name: stack.clone(),
            logical_resource_id: logical_id.clone(),
        };
        StackRefactorRequest {
            description: "test".into(),
            create_stacks: case.creates,
            definitions: case
                .after
                .iter()
                .map(|(name, template)| (name.clone(), self.template(name, template)))
                .collect(),
            mappings: case
                .mappings
                .iter()
                .map(|[source, from, destination, to]| ResourceMapping {
                    source: address(source, from),
                    destination: address(destination, to),
                })
                .collect(),
        }
    }
}

/// What a stack owns, sorted.
fn owned_by(simulation: &Simulation<'_>, stack: &str) -> Vec<(String, String, String)> {
    let mut owned: Vec<_> = simulation.stacks[stack]
        .resources
        .iter()
        .map(|(logical_id, one)| {
            (
                logical_id.clone(),
                one.resource_type.clone(),
                one.physical_id.clone().unwrap_or_default(),
            )
        })
        .collect();
    owned.sort();
    owned
}

fn difference(record: &Record, case: &Case) -> Option<String> {
    let mut simulation = record.simulation(case);
    let said = simulation.refactor(&record.request(case));
    match (&case.refused, said) {
        (Some(_), Err(_)) => None,
        (Some(reason), Ok(())) => Some(format!("the service refuses it: {reason}")),
        (None, Err(violations)) => {
            let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
            Some(format!("the service takes it, the simulator says {}", lines.join("; ")))
        }
        (None, Ok(())) => case.resources.iter().flatten().find_map(|(stack, expected)| {
            let mut expected: Vec<_> = expected
                .iter()
                .map(|(logical_id, one)| (logical_id.clone(), one.resource_type.clone(), one.id.clone()))
                .collect();
            expected.sort();
            let simulated = owned_by(&simulation, stack);
            (simulated != expected).then(|| format!("{stack} owns {simulated:?} instead of {expected:?}"))
        }),
    }
}

#[test]
fn the_simulator_says_what_the_stand_in_says() {
    let record = record();
    assert!(record.cases.len() >= 300);
    let differences: Vec<String> = record
        .cases
        .iter()
        .filter_map(|case| {
            let difference = difference(&record, case)?;
            Some(format!(
                "case {} ({}): {difference}",
                case.number,
                case.notes.join(", ")
            ))
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What the service takes there it takes back: every owner and every template is as before.
#[test]
fn there_and_back_is_the_identity() {
    let record = record();
    let taken: Vec<&Case> = record
        .cases
        .iter()
        .filter(|case| case.refused.is_none() && !case.creates)
        .collect();
    assert!(taken.len() > 50);
    for case in taken {
        let start = record.simulation(case);
        let mut simulation = start.clone();
        let request = record.request(case);
        simulation.refactor(&request).unwrap();
        let moves = moves(&start, &simulation);
        let back = StackRefactorRequest {
            definitions: start
                .stacks
                .iter()
                .map(|(name, stack)| (name.clone(), stack.template.clone()))
                .collect(),
            mappings: moves
                .into_iter()
                .map(|mapping| ResourceMapping {
                    source: mapping.destination,
                    destination: mapping.source,
                })
                .collect(),
            ..request
        };
        simulation
            .refactor(&back)
            .unwrap_or_else(|violations| panic!("case {}: {violations:?}", case.number));
        for (name, stack) in &start.stacks {
            assert_eq!(
                owned_by(&simulation, name),
                owned_by(&start, name),
                "case {}",
                case.number
            );
            assert_eq!(simulation.stacks[name].template, stack.template, "case {}", case.number);
        }
    }
}

/// What changed its place, also by itself.
fn moves(before: &Simulation<'_>, after: &Simulation<'_>) -> Vec<ResourceMapping> {
    let places = |simulation: &Simulation<'_>| -> Vec<(SimulatedResource, LogicalAddress)> {
        simulation
            .stacks
            .values()
            .flat_map(|stack| {
                stack.resources.iter().map(|(logical_id, resource)| {
                    let address = LogicalAddress {
                        stack_name: stack.name.clone(),
                        logical_resource_id: logical_id.clone(),
                    };
                    (resource.clone(), address)
                })
            })
            .filter(|(resource, _)| resource.physical_id.as_deref() != Some("handle"))
            .collect()
    };
    let now = places(after);
    places(before)
        .into_iter()
        .filter_map(|(resource, source)| {
            let (_, destination) = now.iter().find(|(other, _)| *other == resource)?;
            (*destination != source).then(|| ResourceMapping {
                source,
                destination: destination.clone(),
            })
        })
        .collect()
}
