//! The graph with numbers in the place of names, because a search tries thousands of choices.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;

use super::{
    DEFAULT_GROUP, graph,
    graph::{Graph, Place},
};

/// Number of a stack: the four that are named here, then the own stacks of the functions, then all others.
pub(super) type StackNumber = usize;

pub(super) const DEFAULT: StackNumber = 0;
pub(super) const AUTH: StackNumber = 1;
pub(super) const DATA: StackNumber = 2;
pub(super) const STORAGE: StackNumber = 3;
const NAMED: [&str; 4] = [DEFAULT_GROUP, graph::AUTH, graph::DATA, graph::STORAGE];

/// What is chosen for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NumberedChoice {
    pub group: StackNumber,
    pub detached: bool,
    pub called_by_name: bool,
}

impl NumberedChoice {
    pub(super) const PLAIN: Self = Self {
        group: DEFAULT,
        detached: false,
        called_by_name: false,
    };
}

/// A stack, or a function whose stack is still to be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum NumberedPlace {
    Stack(StackNumber),
    Function(usize),
}

/// What a function needs, and who needs it.
pub(super) struct NumberedFunction<'g> {
    pub name: &'g str,
    /// What it waits for whatever is chosen.
    pub definition: Vec<NumberedPlace>,
    /// What only the statements of its role wait for.
    pub statements: Vec<NumberedPlace>,
    /// Who refers to it.
    pub needed_by: Vec<NumberedPlace>,
    pub auth_trigger: bool,
    pub authorizer: bool,
}

/// Stacks and functions by number, in the order of their names.
pub(super) struct NumberedGraph<'g> {
    stacks: IndexSet<String>,
    pub fixed: Vec<(StackNumber, StackNumber)>,
    pub functions: Vec<NumberedFunction<'g>>,
}

impl<'g> NumberedGraph<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let mut stacks: IndexSet<String> = NAMED.map(str::to_owned).into();
        stacks.extend(graph.functions.keys().map(|name| own_group(name)));
        let mut stack = |name: &String| stacks.insert_full(name.clone()).0;
        let fixed = graph.fixed.iter().map(|(from, to)| (stack(from), stack(to))).collect();
        let numbers: BTreeMap<&String, usize> = graph.functions.keys().zip(0..).collect();
        // What is no function of the generated backend (a layer, say) has nothing that waits for anybody.
        let mut place = |place: &Place| match place {
            Place::Stack(name) => Some(NumberedPlace::Stack(stack(name))),
            Place::Function(name) => numbers.get(name).copied().map(NumberedPlace::Function),
        };
        let mut places = |places: &BTreeSet<Place>| places.iter().filter_map(&mut place).collect::<Vec<_>>();
        let functions = graph.functions.iter().map(|(name, edges)| {
            let definition = places(&edges.definition);
            let mut statements = places(&edges.statements);
            // What the function waits for anyway, its role may wait for, too.
            statements.retain(|place| !definition.contains(place));
            NumberedFunction {
                name,
                definition,
                statements,
                needed_by: places(&edges.needed_by),
                auth_trigger: edges.auth_trigger,
                authorizer: edges.authorizer,
            }
        });
        let functions = functions.collect();
        Self {
            stacks,
            fixed,
            functions,
        }
    }

    /// The stack that holds this function alone.
    pub(super) fn own(function: usize) -> StackNumber {
        NAMED.len() + function
    }

    /// How many stacks there are.
    pub(super) fn stack_count(&self) -> usize {
        self.stacks.len()
    }

    /// The name of a stack.
    pub(super) fn stack_name(&self, stack: StackNumber) -> &str {
        self.stacks.get_index(stack).map_or(DEFAULT_GROUP, String::as_str)
    }

    /// No stack needs itself by way of others, and no resource does within its stack.
    pub(super) fn is_sound(&self, chosen: &[NumberedChoice]) -> bool {
        let mut edges = self.fixed.clone();
        let stack_of = |place: NumberedPlace| match place {
            NumberedPlace::Stack(stack) => stack,
            NumberedPlace::Function(function) => chosen[function].group,
        };
        for (function, choice) in self.functions.iter().zip(chosen) {
            let own = choice.group;
            edges.extend(function.definition.iter().map(|place| (own, stack_of(*place))));
            let statements = function.statements.iter().map(|place| stack_of(*place));
            if choice.detached {
                edges.extend(statements.map(|stack| (stack, own)));
            } else {
                edges.extend(statements.map(|stack| (own, stack)));
            }
            edges.extend(function.needed_by.iter().map(|place| match stack_of(*place) {
                // The pool names it; its permission names the pool.
                AUTH if choice.called_by_name && *place == NumberedPlace::Stack(AUTH) => (own, AUTH),
                stack => (stack, own),
            }));
            // The pool or the API waits for the function, and the function for the pool or the API: no stack can resolve that.
            let waits_for = |stack| function.definition.contains(&NumberedPlace::Stack(stack));
            if (function.auth_trigger && !choice.called_by_name && waits_for(AUTH))
                || (function.authorizer && waits_for(DATA))
            {
                return false;
            }
        }
        !has_cycle(self.stack_count(), edges)
    }
}

/// Name of the stack that holds this function alone.
pub(super) fn own_group(function: &str) -> String {
    format!("function-{function}")
}

fn has_cycle(stacks: usize, mut edges: Vec<(StackNumber, StackNumber)>) -> bool {
    edges.retain(|(from, to)| from != to);
    let mut needing = vec![false; stacks];
    loop {
        // Stacks that need nothing can be deployed; what is left in the end cannot.
        needing.fill(false);
        for (from, _) in &edges {
            needing[*from] = true;
        }
        let before = edges.len();
        edges.retain(|(_, to)| needing[*to]);
        if edges.is_empty() {
            return false;
        }
        if edges.len() == before {
            return true;
        }
    }
}
