use std::collections::BTreeMap;

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

use super::{
    graph::Graph,
    numbered::{
        AUTH, DATA, DEFAULT, NumberedChoice, NumberedFunction, NumberedGraph, NumberedPlace, STORAGE, StackNumber,
    },
};

/// What is chosen for a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its stack.
    pub group: String,
    /// Its role gets the statements about a resource in the resource's stack.
    pub detached: bool,
    /// The user pool knows it by its name only.
    pub called_by_name: bool,
}

/// Choices that are tried before the search gives up and takes what is plainly safe: all there are for three functions.
const MOST_TRIES: u32 = 8_000;

/// The most that can be spent on one function.
const MOST_EXPENSIVE: u32 = 9;

/// The cheapest choice for every function that leaves no cycle; `None` when there is none.
pub(super) fn assign(graph: &Graph) -> Option<BTreeMap<String, Choice>> {
    let graph = NumberedGraph::of(graph);
    let chosen = choose(&graph)?;
    let named = graph.functions.iter().zip(chosen).map(|(function, choice)| {
        let choice = Choice {
            group: graph.stack_name(choice.group).to_owned(),
            detached: choice.detached,
            called_by_name: choice.called_by_name,
        };
        (function.name.to_owned(), choice)
    });
    Some(named.collect())
}

/// Functions of which each needs itself by way of others, even when every one has a stack of its own.
pub(super) fn unresolvable(graph: &Graph) -> Vec<String> {
    let graph = NumberedGraph::of(graph);
    let names = in_circles(&graph).into_iter();
    names
        .map(|function| graph.functions[function].name.to_owned())
        .collect()
}

fn choose(graph: &NumberedGraph<'_>) -> Option<Vec<NumberedChoice>> {
    let plain = vec![NumberedChoice::PLAIN; graph.functions.len()];
    if graph.is_sound(&plain) {
        return Some(plain);
    }
    // Where functions share a stack, others may be part of a cycle, too: those that need or are needed.
    let is_referred_to = |number| {
        let place = NumberedPlace::Function(number);
        graph
            .functions
            .iter()
            .any(|function| needs(function).any(|needed| needed == place))
    };
    let is_conflicted = |number: &usize| {
        let function = &graph.functions[*number];
        !function.needed_by.is_empty() || needs(function).next().is_some() || is_referred_to(*number)
    };
    let conflicted: Vec<usize> = (0..graph.functions.len()).filter(is_conflicted).collect();
    cheapest(graph, &in_circles(graph))
        .or_else(|| cheapest(graph, &conflicted))
        .or_else(|| by_tangles(graph))
        .or_else(|| greedy(graph))
}

fn in_circles(graph: &NumberedGraph<'_>) -> Vec<usize> {
    let tangles = tangles(graph, Flags::default());
    tangles.into_iter().flat_map(|tangle| tangle.functions).collect()
}

/// A function that may be moved, with everything that can be chosen for it and what that costs.
struct Movable {
    function: usize,
    options: Vec<(u32, NumberedChoice)>,
}

/// The cheapest choice for the functions that may be moved; the others stay where Gen 2 puts them.
fn cheapest(graph: &NumberedGraph<'_>, movable: &[usize]) -> Option<Vec<NumberedChoice>> {
    let movable: Vec<Movable> = movable
        .iter()
        .map(|function| Movable {
            function: *function,
            options: options(*function, &graph.functions[*function]),
        })
        .collect();
    let mut chosen = vec![NumberedChoice::PLAIN; graph.functions.len()];
    let mut tries = 0;
    let deepest = u32::try_from(movable.len())
        .unwrap_or(u32::MAX)
        .saturating_mul(MOST_EXPENSIVE);
    for budget in 1..=deepest {
        match search(graph, &movable, budget, &mut chosen, &mut tries) {
            Outcome::Found => return Some(chosen),
            Outcome::TooMany => return None,
            Outcome::NotFound => {}
        }
    }
    None
}

/// What is done about all functions of tangles.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    detached: bool,
    called_by_name: bool,
}

impl Flags {
    /// Nothing, then what is further and further from what Gen 2 does by itself.
    const ALL: [Self; 4] = [
        Self::new(false, false),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(true, true),
    ];

    const fn new(detached: bool, called_by_name: bool) -> Self {
        Self {
            detached,
            called_by_name,
        }
    }

    fn choice(self, group: StackNumber, function: &NumberedFunction<'_>) -> NumberedChoice {
        NumberedChoice {
            group,
            detached: self.detached,
            called_by_name: self.called_by_name && function.auth_trigger,
        }
    }
}

/// Functions that need each other in a circle, with the stacks that are part of it.
struct Tangle {
    functions: Vec<usize>,
    stacks: Vec<StackNumber>,
}

/// The circles that there are when every function has a stack of its own.
fn tangles(graph: &NumberedGraph<'_>, flags: Flags) -> Vec<Tangle> {
    let mut needs: DiGraphMap<NumberedPlace, ()> = DiGraphMap::new();
    for (from, to) in &graph.fixed {
        needs.add_edge(NumberedPlace::Stack(*from), NumberedPlace::Stack(*to), ());
    }
    let auth = NumberedPlace::Stack(AUTH);
    for (number, function) in graph.functions.iter().enumerate() {
        let own = NumberedPlace::Function(number);
        for place in &function.definition {
            needs.add_edge(own, *place, ());
        }
        for place in &function.statements {
            if flags.detached {
                needs.add_edge(*place, own, ());
            } else {
                needs.add_edge(own, *place, ());
            }
        }
        for place in &function.needed_by {
            if flags.called_by_name && function.auth_trigger && *place == auth {
                needs.add_edge(own, *place, ());
            } else {
                needs.add_edge(*place, own, ());
            }
        }
    }
    tarjan_scc(&needs)
        .into_iter()
        .filter(|circle| circle.len() > 1)
        .map(|circle| {
            let mut tangle = Tangle {
                functions: Vec::new(),
                stacks: Vec::new(),
            };
            for place in circle {
                match place {
                    NumberedPlace::Function(function) => tangle.functions.push(function),
                    NumberedPlace::Stack(stack) => tangle.stacks.push(stack),
                }
            }
            tangle.functions.sort_unstable();
            tangle
        })
        .collect()
}

/// For many functions: those of a circle go into one of its stacks, the others together or each alone.
fn by_tangles(graph: &NumberedGraph<'_>) -> Option<Vec<NumberedChoice>> {
    const ORDERS: [[StackNumber; 3]; 3] = [[DATA, STORAGE, AUTH], [STORAGE, DATA, AUTH], [AUTH, DATA, STORAGE]];
    for flags in Flags::ALL {
        let tangles = tangles(graph, flags);
        for alone in [false, true] {
            for order in ORDERS {
                let chosen = untangled(graph, &tangles, &order, alone, flags);
                if graph.is_sound(&chosen) {
                    return Some(chosen);
                }
            }
        }
    }
    None
}

fn untangled(
    graph: &NumberedGraph<'_>,
    tangles: &[Tangle],
    order: &[StackNumber],
    alone: bool,
    flags: Flags,
) -> Vec<NumberedChoice> {
    let group = |number: usize| {
        let tangle = tangles.iter().find(|tangle| tangle.functions.contains(&number));
        match tangle {
            Some(tangle) => order
                .iter()
                .find(|stack| tangle.stacks.contains(stack))
                .copied()
                .unwrap_or_else(|| NumberedGraph::own(tangle.functions.first().copied().unwrap_or(number))),
            None if alone => NumberedGraph::own(number),
            None => DEFAULT,
        }
    };
    let functions = graph.functions.iter().enumerate();
    functions
        .map(|(number, function)| flags.choice(group(number), function))
        .collect()
}

enum Outcome {
    Found,
    NotFound,
    TooMany,
}

fn search(
    graph: &NumberedGraph<'_>,
    rest: &[Movable],
    budget: u32,
    chosen: &mut [NumberedChoice],
    tries: &mut u32,
) -> Outcome {
    let Some((movable, others)) = rest.split_first() else {
        *tries += 1;
        return match graph.is_sound(chosen) {
            true if budget == 0 => Outcome::Found,
            _ if *tries > MOST_TRIES => Outcome::TooMany,
            _ => Outcome::NotFound,
        };
    };
    for (cost, choice) in &movable.options {
        // The whole budget is spent by the last function, so that every budget tries something new.
        if *cost > budget || (others.is_empty() && *cost != budget) {
            continue;
        }
        chosen[movable.function] = *choice;
        match search(graph, others, budget - cost, chosen, tries) {
            Outcome::NotFound => {}
            outcome => return outcome,
        }
    }
    chosen[movable.function] = NumberedChoice::PLAIN;
    Outcome::NotFound
}

/// Everything that can be chosen for a function, cheapest first; of what costs the same, stacks that it has to do with.
fn options(number: usize, function: &NumberedFunction<'_>) -> Vec<(u32, NumberedChoice)> {
    let own = NumberedGraph::own(number);
    let by_name: &[bool] = if function.auth_trigger {
        &[false, true]
    } else {
        &[false]
    };
    let mut options = Vec::new();
    for group in [DEFAULT, AUTH, DATA, STORAGE, own] {
        for detached in [false, true] {
            for called_by_name in by_name {
                let choice = NumberedChoice {
                    group,
                    detached,
                    called_by_name: *called_by_name,
                };
                options.push((cost(choice, own), choice));
            }
        }
    }
    let is_related = |group: StackNumber| {
        let place = NumberedPlace::Stack(group);
        function.needed_by.contains(&place) || needs(function).any(|needed| needed == place)
    };
    options.sort_by_cached_key(|(cost, choice)| (*cost, !is_related(choice.group)));
    options
}

/// How far it is from what Gen 2 does by itself.
fn cost(choice: NumberedChoice, own: StackNumber) -> u32 {
    let group = match choice.group {
        DEFAULT => 0,
        group if group == own => 2,
        _ => 1,
    };
    group + if choice.detached { 3 } else { 0 } + if choice.called_by_name { 4 } else { 0 }
}

/// For many functions: each beside what needs it, then apart from all others.
fn greedy(graph: &NumberedGraph<'_>) -> Option<Vec<NumberedChoice>> {
    let beside = |function: &NumberedFunction<'_>, flags: Flags| {
        let is_needed_by = |stack| function.needed_by.contains(&NumberedPlace::Stack(stack));
        if function.auth_trigger && !flags.called_by_name {
            Some(AUTH)
        } else {
            [DATA, STORAGE].into_iter().find(|stack| is_needed_by(*stack))
        }
    };
    let every = |flags: Flags, group: &dyn Fn(usize, &NumberedFunction<'_>) -> StackNumber| {
        let functions = graph.functions.iter().enumerate();
        let chosen = functions.map(|(number, function)| flags.choice(group(number, function), function));
        chosen.collect::<Vec<_>>()
    };
    let mut candidates = Vec::new();
    for flags in Flags::ALL {
        for alone in [false, true] {
            candidates.push(every(flags, &|number, function| match beside(function, flags) {
                Some(stack) => stack,
                None if alone => NumberedGraph::own(number),
                None => DEFAULT,
            }));
        }
        for stack in [AUTH, DATA, STORAGE] {
            candidates.push(every(flags, &|_, _| stack));
        }
    }
    candidates.into_iter().find(|chosen| graph.is_sound(chosen))
}

fn needs<'f>(function: &'f NumberedFunction<'_>) -> impl Iterator<Item = NumberedPlace> + 'f {
    function.definition.iter().chain(&function.statements).copied()
}
