//! Which nested stack every function is in, so that no two stacks need each other. CloudFormation refuses a cycle between
//! nested stacks; the CDK only warns of it.

mod assign;
mod graph;
mod numbered;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::backend::model::{Backend, Expression, Target};
use assign::Choice;
use graph::{AUTH, Place};

/// Where Gen 2 puts functions by itself.
const DEFAULT_GROUP: &str = "function";

/// Stacks of functions.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    choices: BTreeMap<String, Choice>,
    auth_triggers: BTreeSet<String>,
    definitions: BTreeMap<String, BTreeSet<Place>>,
    /// Functions that are part of a cycle which no grouping resolves.
    pub unresolved: Vec<String>,
}

impl Groups {
    /// Chooses for every function of the backend.
    pub fn of(backend: &Backend) -> Self {
        let graph = graph::graph(backend);
        let auth_triggers = graph
            .functions
            .iter()
            .filter(|(_, edges)| edges.auth_trigger)
            .map(|(name, _)| name.clone())
            .collect();
        let definitions = graph
            .functions
            .iter()
            .map(|(name, edges)| (name.clone(), edges.definition.clone()))
            .collect();
        match assign::assign(&graph) {
            Some(choices) => Self {
                choices,
                auth_triggers,
                definitions,
                unresolved: Vec::new(),
            },
            None => Self {
                choices: BTreeMap::new(),
                auth_triggers,
                definitions,
                unresolved: assign::unresolvable(&graph),
            },
        }
    }

    /// `resourceGroupName` of a function; `None` where it is Gen 2's own choice.
    pub fn group_name(&self, function: &str) -> Option<&str> {
        self.choices
            .get(function)
            .map(|choice| choice.group.as_str())
            .filter(|group| *group != DEFAULT_GROUP)
    }

    /// The user pool calls the function by its name, because it cannot wait for it.
    pub fn is_called_by_name(&self, function: &str) -> bool {
        self.choices.get(function).is_some_and(|choice| choice.called_by_name)
    }

    /// A statement about these resources must not be part of the role's own policy, for which the function waits.
    pub fn is_detached<'e>(&self, function: &str, resources: impl Iterator<Item = &'e Expression>) -> bool {
        let targets: Vec<&Target> = resources
            .flat_map(Expression::references)
            .map(|reference| &reference.target)
            .collect();
        let about_itself = targets
            .iter()
            .any(|target| matches!(target, Target::Function(name) if name == function));
        let about_auth = self.auth_triggers.contains(function)
            && !self.is_called_by_name(function)
            && targets
                .iter()
                .any(|target| graph::place(target) == Some(Place::Stack(AUTH.to_owned())));
        let detached = self.choices.get(function).is_some_and(|choice| choice.detached);
        // An event source cannot be made before the role may read it.
        let awaited = |place: &Place| {
            self.definitions
                .get(function)
                .is_some_and(|definition| definition.contains(place))
        };
        let about_what_waits = targets
            .iter()
            .filter_map(|target| graph::place(target))
            .any(|place| !awaited(&place));
        about_itself || about_auth || (detached && about_what_waits)
    }
}
