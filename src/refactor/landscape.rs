//! The stacks that a refactor looks at, read and parsed on demand.

use indexmap::IndexMap;

use super::{
    candidate::{Candidate, candidates},
    error::{PairCandidate, PlanError},
    holding::{self, holding_name, is_holding, parking_id, place_of, remembered_moves, remembered_releases},
    hosted_ui,
    identity::category_stack,
    input::PlanInput,
    knowledge::{Knowledge, parse, simulated},
    live::is_shell,
    operation::{MoveKind, StackRef},
    record::{MigrationRecord, RecordedMove, ReleasedResource},
};
use crate::{
    cloudformation::simulate::{SimulatedStack, Simulation},
    deployment::{Stack, StackTree},
};

/// What exists, as planning sees it.
pub(super) struct Landscape<'a> {
    pub(super) input: PlanInput<'a>,
    pub(super) knowledge: Knowledge<'a>,
    record: Option<&'a MigrationRecord>,
    /// Stacks that were looked at, by plain name.
    stacks: IndexMap<String, Loaded<'a>>,
}

struct Loaded<'a> {
    stack: &'a Stack,
    state: SimulatedStack,
}

/// State of the holding stack of a Gen 2 stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HoldingState {
    Absent,
    /// What a failed refactor left; to be deleted.
    Shell,
    Usable,
}

impl<'a> Landscape<'a> {
    /// `record` is what earlier runs of the migration journaled.
    pub(super) fn new(input: PlanInput<'a>, record: Option<&'a MigrationRecord>) -> Result<Self, PlanError> {
        let (gen1, gen2) = (&input.gen1.stack, &input.gen2.stack);
        if gen1.name == gen2.name || gen1.id == gen2.id {
            return Err(PlanError::SameRoot {
                root: gen1.name.clone(),
            });
        }
        Ok(Self {
            knowledge: Knowledge::new(&input),
            record,
            stacks: IndexMap::new(),
            input,
        })
    }

    /// Reads a stack, once.
    pub(super) fn load(&mut self, stack: &'a Stack) -> Result<&SimulatedStack, PlanError> {
        if !self.stacks.contains_key(&stack.name) {
            let state = simulated(stack, &self.knowledge.place)?;
            self.knowledge.learn(stack, &state.template);
            self.stacks.insert(stack.name.clone(), Loaded { stack, state });
        }
        Ok(&self.stacks[&stack.name].state)
    }

    /// State of a stack that was looked at.
    pub(super) fn state(&self, name: &str) -> Option<&SimulatedStack> {
        self.stacks.get(name).map(|loaded| &loaded.state)
    }

    /// A stack that was looked at, as it was read.
    pub(super) fn deployed(&self, name: &str) -> Option<&'a Stack> {
        self.stacks.get(name).map(|loaded| loaded.stack)
    }

    /// The Gen 1 nested stack of a resource, by its exact logical id.
    pub(super) fn gen1_stack(&self, logical_id: &str) -> Option<&'a Stack> {
        self.input.gen1.child(logical_id).map(|tree| &tree.stack)
    }

    /// Gen 2 nested stacks of a category: logical id and stack.
    pub(super) fn gen2_stacks(&self, category: &str) -> Vec<(&'a str, &'a Stack)> {
        self.input
            .gen2
            .nested
            .iter()
            .filter(|(logical_id, _)| category_stack(category, logical_id).is_some())
            .map(|(logical_id, tree)| (logical_id.as_str(), &tree.stack))
            .collect()
    }

    /// Logical ids of the stacks nested in a root.
    pub(super) fn nested_ids(tree: &StackTree) -> Vec<String> {
        tree.nested.keys().cloned().collect()
    }

    /// A stack of a tree by name or ARN, with its logical id in its parent (empty for the root).
    pub(super) fn find(tree: &'a StackTree, name: &str) -> Option<(&'a str, &'a Stack)> {
        fn search<'t>(logical_id: &'t str, tree: &'t StackTree, name: &str) -> Option<(&'t str, &'t Stack)> {
            if tree.stack.name == name || tree.stack.id == name {
                return Some((logical_id, &tree.stack));
            }
            tree.nested
                .iter()
                .find_map(|(logical_id, tree)| search(logical_id, tree, name))
        }
        search("", tree, name)
    }

    /// The holding stack of a Gen 2 stack.
    pub(super) fn holding(&mut self, gen2_stack: &str) -> Result<HoldingState, PlanError> {
        let Some(stack) = self.input.holdings.get(&holding_name(gen2_stack)) else {
            return Ok(HoldingState::Absent);
        };
        if stack.status == "DELETE_COMPLETE" {
            return Ok(HoldingState::Absent);
        }
        if is_shell(&stack.status, stack.resources.len()) {
            return Ok(HoldingState::Shell);
        }
        let stable = matches!(
            stack.status.as_str(),
            "CREATE_COMPLETE"
                | "UPDATE_COMPLETE"
                | "UPDATE_ROLLBACK_COMPLETE"
                | "IMPORT_COMPLETE"
                | "IMPORT_ROLLBACK_COMPLETE"
        );
        if !stable {
            return Err(PlanError::HoldingStack {
                stack: stack.name.clone(),
                status: stack.status.clone(),
            });
        }
        let name = &stack.name;
        if !is_holding(&self.load(stack)?.template) {
            return Err(PlanError::HoldingStackForeign { stack: name.clone() });
        }
        Ok(HoldingState::Usable)
    }

    /// What earlier runs moved into a Gen 2 stack, as far as the journal or its holding stack (once looked at) tells.
    pub(super) fn moves_into(&self, gen2_stack: &str) -> Vec<RecordedMove> {
        let into_this = |moves: Vec<RecordedMove>| -> Vec<RecordedMove> {
            moves
                .into_iter()
                .filter(|moved| moved.kind == MoveKind::Move && moved.target.stack == gen2_stack)
                .collect()
        };
        let recorded = into_this(self.record.map(|record| record.moves.clone()).unwrap_or_default());
        if !recorded.is_empty() {
            return recorded;
        }
        let holding = self.state(&holding_name(gen2_stack));
        into_this(
            holding
                .map(|holding| remembered_moves(&holding.template))
                .unwrap_or_default(),
        )
    }

    /// What earlier runs released from a Gen 2 stack, by the same sources.
    pub(super) fn released(&self, gen2_stack: &str) -> Vec<ReleasedResource> {
        let holding = self.state(&holding_name(gen2_stack));
        let remembered = holding.map(|holding| remembered_releases(&holding.template));
        let recorded = self
            .record
            .into_iter()
            .flat_map(|record| record.released.iter().cloned());
        let mut found: Vec<ReleasedResource> = Vec::new();
        for released in recorded.chain(remembered.into_iter().flatten()) {
            if released.stack == gen2_stack && !found.iter().any(|known| known.is(&released)) {
                found.push(released);
            }
        }
        found
    }

    /// The logical id that a resource of a Gen 2 stack has in its holding stack, or gets there.
    pub(super) fn parked_as(&self, resource: &PairCandidate) -> String {
        let holding = self.state(&holding_name(&resource.stack));
        let present = holding.and_then(|holding| {
            let found = holding.resources.iter().find(|(_, owned)| {
                owned.resource_type == resource.resource_type
                    && owned.physical_id.as_deref() == Some(resource.physical_id.as_str())
            });
            found.map(|(logical_id, _)| logical_id.clone())
        });
        present.unwrap_or_else(|| parking_id(holding.map(|holding| &holding.template), &resource.logical_id))
    }

    /// Physical ids of what is parked, each with that of the resource that has its place now. Definitions that were made
    /// literal name the former, and mean the latter from the next deployment on.
    pub(super) fn superseded(&self) -> Vec<(String, String)> {
        let mut ids = Vec::new();
        for (name, loaded) in &self.stacks {
            let Some(holding) = self.state(&holding_name(name)) else {
                continue;
            };
            for (logical_id, parked) in &holding.resources {
                let (place, _) = place_of(&holding.template, logical_id);
                let present = loaded.state.resources.get(&place);
                let present = present.filter(|present| present.resource_type == parked.resource_type);
                if let (Some(own), Some(now)) = (
                    &parked.physical_id,
                    present.and_then(|present| present.physical_id.as_ref()),
                ) {
                    ids.push((own.clone(), now.clone()));
                }
            }
        }
        ids
    }

    /// Gen 2 resources of some types that Gen 1 resources could replace: those in the stack, and those that an earlier run
    /// has parked. Where both hold a logical id, the move has been done; unless what is there now is nothing that was moved:
    /// then a deployment has made it since, and it is Gen 2's present one.
    pub(super) fn gen2_candidates(
        &mut self,
        nested_id: &str,
        stack: &'a Stack,
        types: &[&str],
    ) -> Result<Vec<Candidate>, PlanError> {
        self.load(stack)?;
        let usable = self.holding(&stack.name)? == HoldingState::Usable;
        let parked = match self.state(&holding_name(&stack.name)).filter(|_| usable) {
            Some(holding) => last_parked(holding, candidates(holding, &self.knowledge, types, nested_id)),
            None => Vec::new(),
        };
        let moved_in = self.moves_into(&stack.name);
        let present = match self.state(&stack.name) {
            Some(state) => candidates(state, &self.knowledge, types, nested_id),
            None => Vec::new(),
        };
        let same_id = |one: &Candidate, other: &Candidate| one.id.logical_id == other.id.logical_id;
        let waiting = parked
            .iter()
            .filter(|candidate| !present.iter().any(|other| same_id(candidate, other)))
            .map(|candidate| {
                let mut candidate = candidate.clone();
                candidate.id.stack.clone_from(&stack.name);
                candidate.parked = true;
                candidate
            });
        let own = present
            .iter()
            .filter(|candidate| {
                !parked.iter().any(|other| same_id(candidate, other)) || is_made_since(candidate, &moved_in)
            })
            .cloned();
        let released = self
            .released(&stack.name)
            .into_iter()
            .filter(|released| types.contains(&released.resource.resource_type.as_str()))
            .map(|released| hosted_ui::candidate(&released, nested_id))
            .filter(|candidate| !present.iter().any(|other| same_id(candidate, other)));
        Ok(own.chain(waiting).chain(released).collect())
    }

    /// The stacks that were looked at as the first state of a simulation, and how operations name them.
    pub(super) fn simulation(&self) -> (Simulation<'_>, IndexMap<String, StackRef>) {
        let mut simulation = Simulation::new(&self.knowledge);
        let mut references = IndexMap::new();
        for (name, loaded) in &self.stacks {
            simulation.insert(loaded.state.clone());
            let reference = StackRef {
                name: name.clone(),
                id: loaded.stack.id.clone(),
            };
            references.insert(name.clone(), reference);
        }
        for (name, stack) in self.input.holdings {
            references
                .entry(name.clone())
                .or_insert_with(|| holding::reference(name, Some(stack)));
        }
        (simulation, references)
    }

    /// The original templates of the stacks that were looked at.
    pub(super) fn original(
        &self,
        name: &str,
    ) -> Result<Option<(StackRef, crate::cloudformation::Template)>, PlanError> {
        let Some(stack) = self.deployed(name) else {
            return Ok(None);
        };
        let reference = StackRef {
            name: stack.name.clone(),
            id: stack.id.clone(),
        };
        Ok(Some((reference, parse(stack)?)))
    }
}

/// What was parked last for each place, under the logical id of that place.
fn last_parked(holding: &SimulatedStack, parked: Vec<Candidate>) -> Vec<Candidate> {
    let mut last: IndexMap<String, (u32, Candidate)> = IndexMap::new();
    for mut candidate in parked {
        let (place, number) = place_of(&holding.template, &candidate.id.logical_id);
        candidate.id.logical_id.clone_from(&place);
        match last.get(&place) {
            Some((known, _)) if *known > number => {}
            _ => drop(last.insert(place, (number, candidate))),
        }
    }
    last.into_values().map(|(_, candidate)| candidate).collect()
}

/// None of what was moved into the stack is this resource. Without any knowledge of moves it counts as moved.
fn is_made_since(candidate: &Candidate, moved_in: &[RecordedMove]) -> bool {
    let is_moved = |physical_id: &str| moved_in.iter().any(|moved| moved.physical_id == physical_id);
    // A group is known by its name alone, which the groups of both pools may have.
    let pool = candidate
        .text("UserPoolId")
        .filter(|_| candidate.id.resource_type == "AWS::Cognito::UserPoolGroup");
    !moved_in.is_empty() && !is_moved(pool.unwrap_or(&candidate.id.physical_id))
}
