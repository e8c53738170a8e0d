//! Gen 2 resources that a Gen 1 resource may take the place of, wherever they are now: in their category stack, or parked.

use indexmap::IndexSet;
use serde_json::Value;

use super::{Pair, Pairing, Progress, States, normalised};
use crate::{
    cloudformation::Template,
    refactor::{RefactorError, holding::recorded_mappings, holding_stack_name, state::RefactorInput},
};

/// A place in a Gen 2 category stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Gen 2 category stack.
    pub(super) stack: String,
    /// Logical id of that stack in the Gen 2 root.
    pub(super) stack_logical_id: String,
    /// Logical id of the resource.
    pub(super) logical_id: String,
    /// Type.
    pub(super) resource_type: String,
    /// Definition of Gen 2's own resource, from the stack that has it now.
    pub(super) definition: Value,
    /// Gen 2's own resource is in the holding stack.
    pub(super) is_parked: bool,
    /// The category stack owns a resource under this logical id.
    pub(super) is_occupied: bool,
    /// Gen 1 stack and logical id that the holding stack recorded for this place.
    pub(super) recorded_source: Option<(String, String)>,
}

impl Candidate {
    /// Construct ids of `aws:cdk:path`, without the stack's own and the final `Resource`.
    fn construct_path(&self) -> Vec<String> {
        let path = self
            .definition
            .get("Metadata")
            .and_then(|metadata| metadata.get("aws:cdk:path"));
        let segments: Vec<&str> = path
            .and_then(Value::as_str)
            .map(|path| path.split('/').collect())
            .unwrap_or_default();
        segments
            .into_iter()
            .skip(2)
            .filter(|segment| *segment != "Resource")
            .map(str::to_owned)
            .collect()
    }

    /// The construct or logical id carries this name: as a construct id of its own, or as the logical id without CDK's hash.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let name = normalised(name);
        if name.is_empty() {
            return false;
        }
        self.construct_path().iter().any(|segment| normalised(segment) == name)
            || normalised(without_hash(&self.logical_id)) == name
            || normalised(without_hash(&self.stack_logical_id)) == name
    }

    /// As [`Self::is_named`], but the name may be a part of a construct id or of the logical id.
    pub(super) fn mentions(&self, name: &str) -> bool {
        let name = normalised(name);
        !name.is_empty()
            && (normalised(&self.logical_id).contains(&name)
                || self
                    .construct_path()
                    .iter()
                    .any(|segment| normalised(segment).contains(&name)))
    }

    /// `stack/logical id`
    pub(super) fn label(&self) -> String {
        format!("{}/{}", self.stack, self.logical_id)
    }

    /// A property of Gen 2's own resource, as written.
    pub(super) fn property(&self, name: &str) -> Option<&Value> {
        self.definition.get("Properties")?.get(name)
    }
}

/// A logical id without the eight hexadecimal digits that CDK appends.
pub(super) fn without_hash(logical_id: &str) -> &str {
    split_hash(logical_id).unwrap_or(logical_id)
}

/// The logical id before CDK's hash, when it ends with one.
pub(super) fn split_hash(logical_id: &str) -> Option<&str> {
    let at = logical_id.len().checked_sub(8)?;
    let hash = logical_id.get(at..)?;
    hash.bytes()
        .all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
        .then(|| &logical_id[..at])
}

/// All candidates of the migration, and which are taken.
pub(super) struct Candidates {
    all: Vec<Candidate>,
    taken: IndexSet<(String, String)>,
}

impl Candidates {
    /// Every resource of the Gen 2 category stacks directly below the root. Those of the data category are left out: its
    /// tables are imported, not moved.
    pub(super) fn of(input: &RefactorInput<'_>, states: &States) -> Self {
        let mut all = Vec::new();
        for (stack_logical_id, tree) in &input.gen2.nested {
            if split_hash(stack_logical_id) == Some("data") {
                continue;
            }
            let Some(state) = states.get(&tree.stack.name) else {
                continue;
            };
            let holding = states.get(&holding_stack_name(&state.stack.name));
            let recorded = holding
                .map(|holding| recorded_mappings(&holding.template))
                .unwrap_or_default();
            let recorded_source = |logical_id: &str| {
                recorded
                    .iter()
                    .find(|(target, ..)| target == logical_id)
                    .map(|(_, stack, source)| (stack.clone(), source.clone()))
            };
            let mut add = |template: &Template, logical_id: &str, is_parked: bool| {
                let Some(resource) = template.resource(logical_id) else {
                    return;
                };
                all.push(Candidate {
                    stack: state.stack.name.clone(),
                    stack_logical_id: stack_logical_id.clone(),
                    logical_id: logical_id.to_owned(),
                    resource_type: resource.resource_type().to_owned(),
                    definition: Value::Object(resource.definition.clone()),
                    is_parked,
                    is_occupied: state.owns(logical_id),
                    recorded_source: recorded_source(logical_id),
                });
            };
            let parked: IndexSet<&str> = holding
                .into_iter()
                .flat_map(|holding| {
                    holding
                        .template
                        .resources()
                        .map(|resource| resource.logical_id)
                        .filter(|id| holding.owns(id))
                })
                .collect();
            if let Some(holding) = holding {
                for logical_id in &parked {
                    add(&holding.template, logical_id, true);
                }
            }
            for resource in state.template.resources() {
                if state.owns(resource.logical_id) && !parked.contains(resource.logical_id) {
                    add(&state.template, resource.logical_id, false);
                }
            }
        }
        Self {
            all,
            taken: IndexSet::new(),
        }
    }

    /// Those of a type that are not taken.
    pub(super) fn free(&self, resource_type: &str) -> Vec<&Candidate> {
        self.all
            .iter()
            .filter(|candidate| candidate.resource_type == resource_type)
            .filter(|candidate| {
                !self
                    .taken
                    .contains(&(candidate.stack.clone(), candidate.logical_id.clone()))
            })
            .collect()
    }

    /// The one at a place.
    pub(super) fn at(&self, stack: &str, logical_id: &str) -> Option<&Candidate> {
        self.all
            .iter()
            .find(|candidate| candidate.stack == stack && candidate.logical_id == logical_id)
    }

    /// Places that an earlier run filled from this Gen 1 stack.
    pub(super) fn moved_from(&self, gen1_stack: &str, resource_type: &str) -> Vec<Candidate> {
        self.free(resource_type)
            .into_iter()
            .filter(|candidate| candidate.is_parked && candidate.is_occupied)
            .filter(|candidate| {
                candidate
                    .recorded_source
                    .as_ref()
                    .is_some_and(|(stack, _)| stack == gen1_stack)
            })
            .cloned()
            .collect()
    }

    /// Makes the pair of a resource that is still in its Gen 1 stack.
    pub(super) fn take(
        &mut self,
        pairing: &Pairing<'_>,
        gen1_stack: &str,
        gen1_logical_id: &str,
        candidate: &Candidate,
    ) -> Result<Pair, RefactorError> {
        if candidate.is_parked && candidate.is_occupied {
            return Err(RefactorError::HoldingConflict {
                stack: holding_stack_name(&candidate.stack),
                status: "in use".into(),
                logical_id: candidate.logical_id.clone(),
                owner: candidate.stack.clone(),
            });
        }
        let progress = if candidate.is_parked {
            Progress::Parked
        } else {
            Progress::Apart
        };
        Ok(self.pair(pairing, gen1_stack, gen1_logical_id, candidate, progress))
    }

    /// Makes the pair of a resource that an earlier run has moved.
    pub(super) fn take_moved(&mut self, pairing: &Pairing<'_>, candidate: &Candidate) -> Option<Pair> {
        let (gen1_stack, gen1_logical_id) = candidate.recorded_source.clone()?;
        Some(self.pair(pairing, &gen1_stack, &gen1_logical_id, candidate, Progress::Moved))
    }

    fn pair(
        &mut self,
        pairing: &Pairing<'_>,
        gen1_stack: &str,
        gen1_logical_id: &str,
        candidate: &Candidate,
        progress: Progress,
    ) -> Pair {
        self.taken
            .insert((candidate.stack.clone(), candidate.logical_id.clone()));
        Pair {
            group: pairing.group(),
            resource_type: candidate.resource_type.clone(),
            gen1_stack: gen1_stack.to_owned(),
            gen1_logical_id: gen1_logical_id.to_owned(),
            gen2_stack: candidate.stack.clone(),
            gen2_logical_id: candidate.logical_id.clone(),
            progress,
        }
    }

    /// The candidate for a resource: named by the user, else the one that the rule leaves.
    pub(super) fn choose(
        &self,
        pairing: &Pairing<'_>,
        gen1_stack: &str,
        gen1_logical_id: &str,
        wanted: &str,
        remaining: Vec<&Candidate>,
    ) -> Result<Candidate, RefactorError> {
        if let Some(mapping) = pairing
            .input
            .mappings
            .iter()
            .find(|mapping| mapping.is_source(gen1_stack, gen1_logical_id))
        {
            return self
                .all
                .iter()
                .find(|candidate| mapping.is_target(&candidate.stack, &candidate.logical_id))
                .cloned()
                .ok_or_else(|| pairing.missing(mapping.target_label()));
        }
        match remaining.as_slice() {
            [only] => Ok((*only).clone()),
            [] => Err(pairing.missing(wanted)),
            several => Err(RefactorError::Ambiguous {
                resource: pairing.resource.id.to_string(),
                source_stack: gen1_stack.to_owned(),
                source_logical_id: gen1_logical_id.to_owned(),
                candidates: several.iter().map(|candidate| candidate.label()).collect(),
            }),
        }
    }
}
