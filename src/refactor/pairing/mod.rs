//! Which Gen 1 resource becomes which Gen 2 resource: by identity, never by order, prefix or description.

mod auth;
mod candidate;
mod explicit;
mod storage;
mod stream;

pub use explicit::{ExplicitMapping, read_mappings};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::candidate::{Candidate, Candidates};
use super::{
    RefactorError,
    attributes::DeployedAttributes,
    state::{RefactorInput, StackState},
};
use crate::{
    backend::{
        finding::{Finding, Severity},
        model::Resource,
    },
    cloudformation::evaluate::Evaluator,
    deployment::StackTree,
};

/// A Gen 1 resource and the Gen 2 resource whose place it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// `category/name (service)` of the Gen 1 resource.
    pub group: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Name of the Gen 1 category stack.
    pub gen1_stack: String,
    /// Logical id there.
    pub gen1_logical_id: String,
    /// Name of the Gen 2 category stack.
    pub gen2_stack: String,
    /// Logical id there.
    pub gen2_logical_id: String,
    /// How far it is.
    pub progress: Progress,
}

/// How far a pair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Each resource is where it was deployed.
    Apart,
    /// The Gen 2 resource is in the holding stack, the Gen 1 resource where it was.
    Parked,
    /// The Gen 1 resource has taken the place.
    Moved,
}

/// The stacks of both environments in memory, by name.
pub type States = IndexMap<String, StackState>;

/// Pairs every resource that moves.
///
/// # Errors
/// When a stack or a counterpart is missing, or several could be meant.
pub fn pair_resources(input: &RefactorInput<'_>, states: &States) -> Result<(Vec<Pair>, Vec<Finding>), RefactorError> {
    let mut candidates = Candidates::of(input, states);
    let mut pairs = Vec::new();
    let mut findings = Vec::new();
    explicit::check(input.mappings, &candidates)?;
    for resource in input.resources {
        if resource.imported {
            findings.push(imported(resource));
            continue;
        }
        let pairing = Pairing {
            input,
            states,
            resource,
        };
        match (resource.id.category.0.as_str(), resource.service.as_deref()) {
            ("auth", Some("Cognito")) => auth::pair_pool(&pairing, &mut candidates, &mut pairs, &mut findings)?,
            ("auth", Some("Cognito-UserPool-Groups")) => auth::pair_groups(&pairing, &mut candidates, &mut pairs)?,
            ("storage", Some("S3")) => storage::pair_bucket(&pairing, &mut candidates, &mut pairs)?,
            ("storage", Some("DynamoDB")) => storage::pair_table(&pairing, &mut candidates, &mut pairs)?,
            ("analytics", Some("Kinesis")) => stream::pair_stream(&pairing, &mut candidates, &mut pairs)?,
            _ => {}
        }
    }
    Ok((pairs, findings))
}

/// One Gen 1 resource being paired.
struct Pairing<'a> {
    input: &'a RefactorInput<'a>,
    states: &'a States,
    resource: &'a Resource,
}

impl<'a> Pairing<'a> {
    /// `category/name (service)`
    fn group(&self) -> String {
        format!(
            "{} ({})",
            self.resource.id,
            self.resource.service.as_deref().unwrap_or("?")
        )
    }

    /// The resource's own nested stack: its logical id is exactly category and name.
    fn source_stack(&self) -> Result<&'a StackState, RefactorError> {
        let logical_id = self.resource.id.logical_id();
        let found: Option<&StackTree> = self.input.gen1.child(&logical_id);
        found
            .and_then(|tree| self.states.get(&tree.stack.name))
            .ok_or_else(|| RefactorError::SourceStackMissing {
                root: self.input.gen1.stack.name.clone(),
                logical_id,
                resource: self.resource.id.to_string(),
            })
    }

    /// Logical ids of a type in the source stack that exist there.
    fn sources(&self, stack: &StackState, resource_type: &str) -> Vec<String> {
        stack
            .template
            .resources()
            .filter(|resource| resource.resource_type() == resource_type && stack.owns(resource.logical_id))
            .map(|resource| resource.logical_id.to_owned())
            .collect()
    }

    /// Properties of a resource, evaluated as far as they can be.
    fn evaluated_properties(&self, stack: &StackState, logical_id: &str) -> Option<Value> {
        let source = DeployedAttributes {
            state: stack,
            place: self.input.place,
            known: self.input.attributes,
        };
        let pseudo = stack.pseudo_parameters(self.input.place);
        let evaluator = Evaluator::new(&stack.template, &stack.parameter_values(), pseudo, &source);
        let properties = stack.template.resource(logical_id)?.properties()?;
        evaluator.value(&Value::Object(properties.clone())).value
    }

    /// The candidates that carry the resource's name (or the other name it is known by). When none does, those that carry
    /// no other resource's name: a single one needs no name of its own.
    fn narrow<'c>(
        &self,
        candidates: Vec<&'c Candidate>,
        carries: fn(&Candidate, &str) -> bool,
        other_name: Option<&str>,
    ) -> Vec<&'c Candidate> {
        let own = [Some(self.resource.id.name.as_str()), other_name];
        let named: Vec<&Candidate> = candidates
            .iter()
            .copied()
            .filter(|candidate| own.iter().flatten().any(|name| carries(candidate, name)))
            .collect();
        if !named.is_empty() {
            return named;
        }
        let others: Vec<&str> = self
            .input
            .resources
            .iter()
            .filter(|other| other.service == self.resource.service && other.id != self.resource.id)
            .map(|other| other.id.name.as_str())
            .collect();
        candidates
            .into_iter()
            .filter(|candidate| !others.iter().any(|name| carries(candidate, name)))
            .collect()
    }

    /// Takes what an earlier run has moved out of this resource's stack.
    fn take_moved(
        &self,
        candidates: &mut Candidates,
        stack: &StackState,
        resource_type: &str,
        is_gone: bool,
        wanted: &str,
        pairs: &mut Vec<Pair>,
    ) -> Result<(), RefactorError> {
        let moved = candidates.moved_from(&stack.stack.name, resource_type);
        if is_gone && moved.is_empty() {
            return Err(self.gone(stack, wanted));
        }
        for candidate in moved {
            pairs.extend(candidates.take_moved(self, &candidate));
        }
        Ok(())
    }

    fn missing(&self, wanted: impl Into<String>) -> RefactorError {
        RefactorError::TargetMissing {
            root: self.input.gen2.stack.name.clone(),
            resource: self.resource.id.to_string(),
            wanted: wanted.into(),
        }
    }

    fn gone(&self, stack: &StackState, wanted: impl Into<String>) -> RefactorError {
        RefactorError::SourceMissing {
            resource: self.resource.id.to_string(),
            source_stack: stack.stack.name.clone(),
            wanted: wanted.into(),
        }
    }
}

/// Letters and digits in lower case: how names compare after CDK has made construct ids and logical ids of them.
fn normalised(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn imported(resource: &Resource) -> Finding {
    Finding {
        id: "refactor-imported".into(),
        severity: Severity::Info,
        feature: format!("{} imported", resource.id.category.0),
        message: format!("{} is imported: no stack owns it, so it is not moved", resource.id),
        path: "amplify-meta.json".into(),
        line: None,
        remedy: "Nothing to do: the Gen 2 backend refers to the same resource.".into(),
    }
}
