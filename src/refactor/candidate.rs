//! Resources that take part in pairing.

use serde_json::{Map, Value};

use super::{error::PairCandidate, knowledge::Everything};
use crate::cloudformation::{
    evaluate::Evaluator,
    simulate::{ResourceFacts, SimulatedStack},
};

/// A deployed resource with what tells who it is.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Type, stack, logical and physical id.
    pub(super) id: PairCandidate,
    /// Evaluated properties.
    pub(super) properties: Map<String, Value>,
    /// Only those properties are there that tell who it is.
    pub(super) is_partial: bool,
    /// `DeletionPolicy`, when it has one.
    pub(super) deletion_policy: Option<String>,
    /// `UpdateReplacePolicy`, when it has one.
    pub(super) update_replace_policy: Option<String>,
    /// `aws:cdk:path`, segment by segment.
    pub(super) path: Vec<String>,
    /// Logical id of its nested stack in the root.
    pub(super) nested_id: String,
    /// It waits in the holding stack of its Gen 2 stack.
    pub(super) parked: bool,
}

impl Candidate {
    /// A text property.
    pub(super) fn text(&self, property: &str) -> Option<&str> {
        self.properties.get(property)?.as_str()
    }

    /// The value of a tag.
    pub(super) fn tag(&self, key: &str) -> Option<&str> {
        self.properties
            .get("Tags")?
            .as_array()?
            .iter()
            .find(|tag| tag.get("Key").and_then(Value::as_str) == Some(key))?
            .get("Value")?
            .as_str()
    }
}

/// The deployed resources of some types, in the order of the template.
pub(super) fn candidates(
    stack: &SimulatedStack,
    facts: &dyn ResourceFacts,
    types: &[&str],
    nested_id: &str,
) -> Vec<Candidate> {
    let everything = Everything { stack, facts };
    let evaluator = Evaluator::new(&stack.template, &stack.parameters, stack.pseudo.clone(), &everything);
    stack
        .template
        .resources()
        .filter(|resource| types.contains(&resource.resource_type()))
        .filter_map(|resource| {
            let owned = stack.resources.get(resource.logical_id)?;
            let properties = resource.properties().cloned().unwrap_or_default();
            let evaluated = evaluator.value(&Value::Object(properties)).value;
            let path = resource
                .metadata("aws:cdk:path")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let policy = |name: &str| resource.definition.get(name).and_then(Value::as_str).map(Into::into);
            Some(Candidate {
                id: PairCandidate {
                    resource_type: resource.resource_type().into(),
                    stack: stack.name.clone(),
                    logical_id: resource.logical_id.into(),
                    physical_id: owned.physical_id.clone()?,
                },
                properties: match evaluated {
                    Some(Value::Object(properties)) => properties,
                    _ => Map::new(),
                },
                is_partial: false,
                deletion_policy: policy("DeletionPolicy"),
                update_replace_policy: policy("UpdateReplacePolicy"),
                path: path
                    .split('/')
                    .filter(|segment| !segment.is_empty())
                    .map(Into::into)
                    .collect(),
                nested_id: nested_id.into(),
                parked: false,
            })
        })
        .collect()
}
