use std::collections::{BTreeMap, BTreeSet};

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

use super::{
    DEFAULT_GROUP,
    graph::{AUTH, DATA, FunctionEdges, Graph, Place, STORAGE},
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

impl Choice {
    fn plain() -> Self {
        Self {
            group: DEFAULT_GROUP.to_owned(),
            detached: false,
            called_by_name: false,
        }
    }

    /// How far it is from what Gen 2 does by itself.
    fn cost(&self, function: &str) -> u32 {
        let group = match self.group.as_str() {
            DEFAULT_GROUP => 0,
            own if own == own_group(function) => 2,
            _ => 1,
        };
        group + if self.detached { 3 } else { 0 } + if self.called_by_name { 4 } else { 0 }
    }
}

/// The cheapest choice for every function that leaves no cycle; `None` when there is none.
pub(super) fn assign(graph: &Graph) -> Option<BTreeMap<String, Choice>> {
    let chosen: BTreeMap<String, Choice> = graph
        .functions
        .keys()
        .map(|name| (name.clone(), Choice::plain()))
        .collect();
    if is_sound(graph, &chosen) {
        return Some(chosen);
    }
    let in_cycles = unresolvable(graph);
    let in_cycles: Vec<&String> = in_cycles.iter().collect();
    // Where functions share a stack, others may be part of a cycle, too: those that need or are needed.
    let conflicted: Vec<&String> = graph
        .functions
        .iter()
        .filter(|(name, edges)| !edges.needed_by.is_empty() || is_referred_to(graph, name) || !needs(edges).is_empty())
        .map(|(name, _)| name)
        .collect();
    cheapest(graph, &in_cycles, chosen.clone())
        .or_else(|| cheapest(graph, &conflicted, chosen))
        .or_else(|| by_tangles(graph))
        .or_else(|| greedy(graph))
}

/// Functions of which each needs itself by way of others, even when every one has a stack of its own.
pub(super) fn unresolvable(graph: &Graph) -> Vec<String> {
    let tangles = tangles(graph, Flags::default());
    tangles.into_iter().flat_map(|tangle| tangle.functions).collect()
}

/// The cheapest choice for the functions that may be moved.
fn cheapest(
    graph: &Graph,
    movable: &[&String],
    mut chosen: BTreeMap<String, Choice>,
) -> Option<BTreeMap<String, Choice>> {
    let mut tries = 0;
    let deepest = u32::try_from(movable.len()).unwrap_or(u32::MAX).saturating_mul(9);
    for budget in 1..=deepest {
        match search(graph, movable, budget, &mut chosen, &mut tries) {
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

/// Functions that need each other in a circle, with the stacks that are part of it.
struct Tangle {
    functions: Vec<String>,
    stacks: Vec<String>,
}

/// The circles that there are when every function has a stack of its own.
fn tangles(graph: &Graph, flags: Flags) -> Vec<Tangle> {
    let mut needs: DiGraphMap<&Place, ()> = DiGraphMap::new();
    let places: BTreeMap<&String, Place> = graph
        .functions
        .keys()
        .map(|name| (name, Place::Function(name.clone())))
        .collect();
    let stacks: BTreeMap<&String, Place> = graph
        .fixed
        .iter()
        .flat_map(|(from, to)| [from, to])
        .map(|name| (name, Place::Stack(name.clone())))
        .collect();
    for (from, to) in &graph.fixed {
        if let (Some(from), Some(to)) = (stacks.get(from), stacks.get(to)) {
            needs.add_edge(from, to, ());
        }
    }
    let auth = Place::Stack(AUTH.to_owned());
    for (name, function) in &graph.functions {
        let Some(own) = places.get(name) else { continue };
        for place in &function.definition {
            needs.add_edge(own, place, ());
        }
        for place in &function.statements {
            if flags.detached && !function.definition.contains(place) {
                needs.add_edge(place, own, ());
            } else {
                needs.add_edge(own, place, ());
            }
        }
        for place in &function.needed_by {
            if flags.called_by_name && function.auth_trigger && *place == auth {
                needs.add_edge(own, place, ());
            } else {
                needs.add_edge(place, own, ());
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
                    Place::Function(name) => tangle.functions.push(name.clone()),
                    Place::Stack(name) => tangle.stacks.push(name.clone()),
                }
            }
            tangle.functions.sort();
            tangle
        })
        .collect()
}

/// For many functions: those of a circle go into one of its stacks, the others together or each alone.
fn by_tangles(graph: &Graph) -> Option<BTreeMap<String, Choice>> {
    const ORDERS: [[&str; 3]; 3] = [[DATA, STORAGE, AUTH], [STORAGE, DATA, AUTH], [AUTH, DATA, STORAGE]];
    for called_by_name in [false, true] {
        for detached in [false, true] {
            let tangles = tangles(
                graph,
                Flags {
                    detached,
                    called_by_name,
                },
            );
            for alone in [false, true] {
                for order in ORDERS {
                    let chosen = untangled(
                        graph,
                        &tangles,
                        &order,
                        alone,
                        Flags {
                            detached,
                            called_by_name,
                        },
                    );
                    if is_sound(graph, &chosen) {
                        return Some(chosen);
                    }
                }
            }
        }
    }
    None
}

fn untangled(graph: &Graph, tangles: &[Tangle], order: &[&str], alone: bool, flags: Flags) -> BTreeMap<String, Choice> {
    let choice = |name: &String, edges: &FunctionEdges| {
        let tangle = tangles.iter().find(|tangle| tangle.functions.contains(name));
        let group = match tangle {
            Some(tangle) => match order.iter().find(|stack| tangle.stacks.iter().any(|own| own == *stack)) {
                Some(stack) => (*stack).to_owned(),
                None => own_group(tangle.functions.first().unwrap_or(name)),
            },
            None if alone => own_group(name),
            None => DEFAULT_GROUP.to_owned(),
        };
        Choice {
            group,
            detached: flags.detached,
            called_by_name: flags.called_by_name && edges.auth_trigger,
        }
    };
    let functions = graph.functions.iter();
    functions
        .map(|(name, edges)| (name.clone(), choice(name, edges)))
        .collect()
}

enum Outcome {
    Found,
    NotFound,
    TooMany,
}

fn search(
    graph: &Graph,
    rest: &[&String],
    budget: u32,
    chosen: &mut BTreeMap<String, Choice>,
    tries: &mut u32,
) -> Outcome {
    let Some((function, others)) = rest.split_first() else {
        *tries += 1;
        return match is_sound(graph, chosen) {
            true if budget == 0 => Outcome::Found,
            _ if *tries > MOST_TRIES => Outcome::TooMany,
            _ => Outcome::NotFound,
        };
    };
    let Some(edges) = graph.functions.get(*function) else {
        return search(graph, others, budget, chosen, tries);
    };
    for choice in choices(function, edges) {
        let cost = choice.cost(function);
        // The whole budget is spent by the last function, so that every budget tries something new.
        if cost > budget || (others.is_empty() && cost != budget) {
            continue;
        }
        chosen.insert((*function).clone(), choice);
        match search(graph, others, budget - cost, chosen, tries) {
            Outcome::NotFound => {}
            outcome => return outcome,
        }
    }
    chosen.insert((*function).clone(), Choice::plain());
    Outcome::NotFound
}

/// Everything that can be chosen for a function, cheapest first; of what costs the same, stacks that it has to do with.
fn choices(function: &str, edges: &FunctionEdges) -> Vec<Choice> {
    let groups = [DEFAULT_GROUP, AUTH, DATA, STORAGE].map(str::to_owned);
    let by_name: &[bool] = if edges.auth_trigger { &[false, true] } else { &[false] };
    let mut choices = Vec::new();
    for group in groups.into_iter().chain([own_group(function)]) {
        for detached in [false, true] {
            for called_by_name in by_name {
                choices.push(Choice {
                    group: group.clone(),
                    detached,
                    called_by_name: *called_by_name,
                });
            }
        }
    }
    let is_related = |group: &str| {
        let place = Place::Stack(group.to_owned());
        edges.needed_by.contains(&place) || needs(edges).contains(&place)
    };
    choices.sort_by_cached_key(|choice| (choice.cost(function), !is_related(&choice.group)));
    choices
}

/// For many functions: each beside what needs it, then apart from all others.
fn greedy(graph: &Graph) -> Option<BTreeMap<String, Choice>> {
    let chosen = |alone: bool, detached: bool, called_by_name: bool| -> BTreeMap<String, Choice> {
        graph
            .functions
            .iter()
            .map(|(name, edges)| {
                let beside = if edges.auth_trigger && !called_by_name {
                    Some(AUTH)
                } else if edges.needed_by.contains(&Place::Stack(DATA.to_owned())) {
                    Some(DATA)
                } else if edges.needed_by.contains(&Place::Stack(STORAGE.to_owned())) {
                    Some(STORAGE)
                } else {
                    None
                };
                let group = match beside {
                    Some(group) => group.to_owned(),
                    None if alone => own_group(name),
                    None => DEFAULT_GROUP.to_owned(),
                };
                let choice = Choice {
                    group,
                    detached,
                    called_by_name: called_by_name && edges.auth_trigger,
                };
                (name.clone(), choice)
            })
            .collect()
    };
    let together = |group: &str, detached: bool, called_by_name: bool| -> BTreeMap<String, Choice> {
        graph
            .functions
            .iter()
            .map(|(name, edges)| {
                let choice = Choice {
                    group: group.to_owned(),
                    detached,
                    called_by_name: called_by_name && edges.auth_trigger,
                };
                (name.clone(), choice)
            })
            .collect()
    };
    let mut candidates = Vec::new();
    for called_by_name in [false, true] {
        for detached in [false, true] {
            for alone in [false, true] {
                candidates.push(chosen(alone, detached, called_by_name));
            }
            for group in [AUTH, DATA, STORAGE] {
                candidates.push(together(group, detached, called_by_name));
            }
        }
    }
    candidates.into_iter().find(|chosen| is_sound(graph, chosen))
}

/// A stack that holds this function alone.
pub(super) fn own_group(function: &str) -> String {
    format!("function-{function}")
}

fn needs(edges: &FunctionEdges) -> BTreeSet<&Place> {
    edges.definition.iter().chain(&edges.statements).collect()
}

fn is_referred_to(graph: &Graph, function: &str) -> bool {
    graph
        .functions
        .values()
        .any(|edges| needs(edges).contains(&Place::Function(function.to_owned())))
}

/// No stack needs itself by way of others, and no resource does within its stack.
fn is_sound(graph: &Graph, chosen: &BTreeMap<String, Choice>) -> bool {
    let mut edges: BTreeSet<(String, String)> = graph.fixed.clone();
    // What is no function of the generated backend (a layer, say) has nothing that waits for anybody.
    let stack_of = |place: &Place| match place {
        Place::Stack(name) => Some(name.clone()),
        Place::Function(name) => chosen.get(name).map(|choice| choice.group.clone()),
    };
    for (name, function) in &graph.functions {
        let Some(choice) = chosen.get(name) else { continue };
        let own = choice.group.clone();
        for place in &function.definition {
            edges.extend(stack_of(place).map(|stack| (own.clone(), stack)));
        }
        for place in &function.statements {
            let Some(stack) = stack_of(place) else { continue };
            // What the function waits for anyway, its role may wait for, too.
            if choice.detached && !function.definition.contains(place) {
                edges.insert((stack, own.clone()));
            } else {
                edges.insert((own.clone(), stack));
            }
        }
        let auth = Place::Stack(AUTH.to_owned());
        for place in &function.needed_by {
            if choice.called_by_name && *place == auth {
                // The pool names it; its permission names the pool.
                edges.insert((own.clone(), AUTH.to_owned()));
            } else {
                edges.extend(stack_of(place).map(|stack| (stack, own.clone())));
            }
        }
        // The pool or the API waits for the function, and the function for the pool or the API: no stack can resolve that.
        let data = Place::Stack(DATA.to_owned());
        if (function.auth_trigger && !choice.called_by_name && function.definition.contains(&auth))
            || (function.authorizer && function.definition.contains(&data))
        {
            return false;
        }
    }
    !has_cycle(&edges)
}

fn has_cycle(edges: &BTreeSet<(String, String)>) -> bool {
    let mut remaining: BTreeSet<(&str, &str)> = edges
        .iter()
        .filter(|(from, to)| from != to)
        .map(|(from, to)| (from.as_str(), to.as_str()))
        .collect();
    loop {
        // Stacks that need nothing can be deployed; what is left in the end cannot.
        let needing: BTreeSet<&str> = remaining.iter().map(|(from, _)| *from).collect();
        let before = remaining.len();
        remaining.retain(|(_, to)| needing.contains(to));
        if remaining.is_empty() {
            return false;
        }
        if remaining.len() == before {
            return true;
        }
    }
}
