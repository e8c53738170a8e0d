use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    assign::{assign, unresolvable},
    graph::{AUTH, DATA, FunctionEdges, Graph, Place, STORAGE},
};

fn stack(name: &str) -> Place {
    Place::Stack(name.to_owned())
}

/// Name, what the definition needs, what statements need, what needs it, and whether the user pool calls it.
type TestFunction<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str], bool);

fn graph(functions: &[TestFunction<'_>]) -> Graph {
    let mut graph = Graph {
        fixed: [(DATA, AUTH), (STORAGE, AUTH)]
            .into_iter()
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
            .collect(),
        ..Graph::default()
    };
    let places = |names: &[&str]| -> BTreeSet<Place> {
        names
            .iter()
            .map(|name| match name.strip_prefix("fn:") {
                Some(function) => Place::Function(function.to_owned()),
                None => stack(name),
            })
            .collect()
    };
    for (name, definition, statements, needed_by, auth_trigger) in functions {
        graph.functions.insert(
            (*name).to_owned(),
            FunctionEdges {
                definition: places(definition),
                statements: places(statements),
                needed_by: places(needed_by),
                auth_trigger: *auth_trigger,
                authorizer: false,
            },
        );
    }
    graph
}

fn groups(graph: &Graph) -> Option<Vec<(String, String, bool)>> {
    Some(
        assign(graph)?
            .into_iter()
            .map(|(name, choice)| (name, choice.group, choice.detached))
            .collect(),
    )
}

#[test]
fn of_the_stacks_that_resolve_a_cycle_a_function_goes_to_one_that_it_has_to_do_with() {
    // The API or the bucket calls `handler`, and another function reads it.
    for stack in [DATA, STORAGE] {
        let graph = graph(&[
            ("handler", &[], &[], &[stack], false),
            ("reader", &[stack], &[], &[], false),
        ]);
        let chosen = assign(&graph).unwrap();
        let moved: Vec<&str> = chosen
            .values()
            .map(|choice| choice.group.as_str())
            .filter(|group| *group != "function")
            .collect();
        assert_eq!(moved, [stack]);
    }
}

#[test]
fn nothing_is_moved_without_need() {
    let graph = graph(&[
        ("a", &[DATA], &[AUTH], &["rest/x"], false),
        ("b", &[], &[], &[DATA], false),
    ]);
    // b is called by the API and a reads a table: together in one stack they would close a circle.
    let chosen = groups(&graph).unwrap();
    assert_eq!(chosen.iter().filter(|(_, group, _)| group != "function").count(), 1);
    let graph = self::graph(&[("a", &[DATA], &[AUTH], &["rest/x"], false)]);
    assert_eq!(groups(&graph).unwrap(), [("a".into(), "function".into(), false)]);
}

#[test]
fn a_trigger_of_the_user_pool_goes_to_its_stack() {
    let graph = graph(&[
        ("preSignUp", &[], &[], &[AUTH], true),
        ("admin", &[AUTH], &[AUTH], &["rest/admin"], false),
        ("log", &[DATA], &[DATA], &["rest/log"], false),
    ]);
    assert_eq!(
        groups(&graph).unwrap(),
        [
            ("admin".into(), "function".into(), false),
            ("log".into(), "function".into(), false),
            ("preSignUp".into(), AUTH.into(), false),
        ]
    );
}

#[test]
fn statements_are_detached_where_no_stack_helps() {
    // The pool calls it, and its role may read a table of the API, which needs the pool.
    let graph = graph(&[("trigger", &[], &[DATA], &[AUTH], true)]);
    let chosen = groups(&graph).unwrap();
    assert!(chosen[0].2, "{chosen:?}");
}

#[test]
fn a_trigger_that_needs_what_needs_the_pool_is_called_by_name() {
    for needs in [AUTH, DATA] {
        let chosen = assign(&graph(&[("trigger", &[needs], &[], &[AUTH], true)])).unwrap();
        assert!(chosen["trigger"].called_by_name, "{needs}: {chosen:?}");
    }
}

#[test]
fn an_authorizer_that_needs_its_api_is_not_resolved() {
    let mut graph = graph(&[("authorizer", &[DATA], &[], &[DATA], false)]);
    graph.functions.get_mut("authorizer").unwrap().authorizer = true;
    assert_eq!(groups(&graph), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every answer is free of cycles, with few functions and with many.
    #[test]
    fn answers_are_sound(count in 1usize..16, edges in prop::collection::vec((0usize..16, 0usize..16, 0usize..3), 0..24)) {
        let mut graph = graph(&[]);
        for index in 0..count {
            graph.functions.insert(format!("f{index}"), FunctionEdges::default());
        }
        let stacks = [AUTH, DATA, STORAGE, "rest/a"];
        for (from, to, kind) in edges {
            let place = if to < 4 { stack(stacks[to]) } else { Place::Function(format!("f{}", to % count)) };
            let function = graph.functions.get_mut(&format!("f{}", from % count)).unwrap();
            if place == Place::Function(format!("f{}", from % count)) {
                continue;
            }
            match kind {
                0 => function.definition.insert(place),
                1 => function.statements.insert(place),
                _ => matches!(place, Place::Stack(_)) && function.needed_by.insert(place),
            };
        }
        if let Some(chosen) = assign(&graph) {
            let mut order: BTreeSet<(String, String)> = graph.fixed.clone();
            let group = |place: &Place| match place {
                Place::Stack(name) => name.clone(),
                Place::Function(name) => chosen[name].group.clone(),
            };
            for (name, function) in &graph.functions {
                let own = chosen[name].group.clone();
                for place in &function.definition { order.insert((own.clone(), group(place))); }
                for place in &function.needed_by { order.insert((group(place), own.clone())); }
                for place in &function.statements {
                    // What the function waits for anyway, its role may wait for, too.
                    let detached = chosen[name].detached && !function.definition.contains(place);
                    let pair = if detached { (group(place), own.clone()) } else { (own.clone(), group(place)) };
                    order.insert(pair);
                }
            }
            let mut petgraph = petgraph::graphmap::DiGraphMap::<&str, ()>::new();
            for (from, to) in &order {
                if from != to {
                    petgraph.add_edge(from, to, ());
                }
            }
            prop_assert!(!petgraph::algo::is_cyclic_directed(&petgraph));
        }
    }
}

mod properties {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::super::{
        assign::{Choice, assign},
        graph::{AUTH, DATA, FunctionEdges, Graph, Place, STORAGE},
        numbered::own_group,
    };

    const STACKS: [&str; 5] = [AUTH, DATA, STORAGE, "rest/api", "analytics/clicks"];
    const FUNCTIONS: [&str; 3] = ["one", "two", "three"];

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            prop::sample::select(&STACKS[..]).prop_map(|stack| Place::Stack(stack.to_owned())),
            prop::sample::select(&FUNCTIONS[..]).prop_map(|function| Place::Function(function.to_owned())),
        ]
    }

    fn edges(name: &'static str) -> impl Strategy<Value = FunctionEdges> {
        let places = || prop::collection::btree_set(place(), 0..3);
        let needing = prop::collection::btree_set(prop::sample::select(&STACKS[1..4]), 0..2);
        (places(), places(), needing, any::<bool>(), any::<bool>()).prop_map(
            move |(mut definition, mut statements, needing, auth_trigger, authorizer)| {
                let own = Place::Function(name.to_owned());
                definition.remove(&own);
                statements.remove(&own);
                let mut needed_by: BTreeSet<Place> = needing
                    .into_iter()
                    .map(|stack| Place::Stack(stack.to_owned()))
                    .collect();
                if auth_trigger {
                    needed_by.insert(Place::Stack(AUTH.to_owned()));
                }
                if authorizer {
                    needed_by.insert(Place::Stack(DATA.to_owned()));
                }
                FunctionEdges {
                    definition,
                    statements,
                    needed_by,
                    auth_trigger,
                    authorizer,
                }
            },
        )
    }

    fn graph() -> impl Strategy<Value = Graph> {
        // The stacks of a backend with auth: each of the others needs it, and REST APIs need nothing else.
        let fixed: BTreeSet<(String, String)> = STACKS[1..]
            .iter()
            .map(|stack| ((*stack).to_owned(), AUTH.to_owned()))
            .collect();
        (edges("one"), edges("two"), edges("three"), 1..=3usize).prop_map(move |(one, two, three, count)| Graph {
            fixed: fixed.clone(),
            functions: FUNCTIONS
                .iter()
                .map(|name| (*name).to_owned())
                .zip([one, two, three])
                .take(count)
                .collect(),
        })
    }

    /// Who waits for whom when everything is where it was chosen, by resource: a stack is waited for as a whole.
    fn has_cycle(graph: &Graph, chosen: &BTreeMap<String, Choice>) -> bool {
        let stack = |place: &Place| match place {
            Place::Stack(name) => Some(name.clone()),
            Place::Function(name) => chosen.get(name).map(|choice| choice.group.clone()),
        };
        let mut waits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut add = |from: &str, to: &str| {
            if from != to {
                waits.entry(from.to_owned()).or_default().insert(to.to_owned());
            }
        };
        for (from, to) in &graph.fixed {
            add(from, to);
        }
        for (name, edges) in &graph.functions {
            let choice = &chosen[name];
            for needed in edges.definition.iter().filter_map(stack) {
                add(&choice.group, &needed);
            }
            for place in &edges.statements {
                let Some(needed) = stack(place) else { continue };
                match choice.detached && !edges.definition.contains(place) {
                    true => add(&needed, &choice.group),
                    false => add(&choice.group, &needed),
                }
            }
            for needing in edges.needed_by.iter().filter_map(stack) {
                match choice.called_by_name && needing == AUTH {
                    true => add(&choice.group, AUTH),
                    false => add(&needing, &choice.group),
                }
            }
        }
        let nodes: Vec<&String> = waits.keys().collect();
        nodes.iter().any(|start| {
            let mut open: Vec<&String> = waits[*start].iter().collect();
            let mut seen = BTreeSet::new();
            while let Some(node) = open.pop() {
                if node == *start {
                    return true;
                }
                if seen.insert(node) {
                    open.extend(waits.get(node).into_iter().flatten());
                }
            }
            false
        })
    }

    /// The pool or the API would wait for a function that waits for it.
    fn waits_for_itself(graph: &Graph, chosen: &BTreeMap<String, Choice>) -> bool {
        graph.functions.iter().any(|(name, edges)| {
            let needs = |stack: &str| edges.definition.contains(&Place::Stack(stack.to_owned()));
            edges.auth_trigger && !chosen[name].called_by_name && needs(AUTH) || edges.authorizer && needs(DATA)
        })
    }

    fn every_choice(graph: &Graph) -> Vec<BTreeMap<String, Choice>> {
        let mut all = vec![BTreeMap::new()];
        for (name, edges) in &graph.functions {
            let mut longer = Vec::new();
            for sofar in &all {
                for group in [
                    "function".to_owned(),
                    AUTH.into(),
                    DATA.into(),
                    STORAGE.into(),
                    own_group(name),
                ] {
                    for detached in [false, true] {
                        for called_by_name in if edges.auth_trigger {
                            vec![false, true]
                        } else {
                            vec![false]
                        } {
                            let mut chosen: BTreeMap<String, Choice> = sofar.clone();
                            chosen.insert(
                                name.clone(),
                                Choice {
                                    group: group.clone(),
                                    detached,
                                    called_by_name,
                                },
                            );
                            longer.push(chosen);
                        }
                    }
                }
            }
            all = longer;
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_chosen_has_no_cycle_and_nothing_is_given_up_that_has_a_way(graph in graph()) {
            match assign(&graph) {
                Some(chosen) => {
                    prop_assert!(!has_cycle(&graph, &chosen), "{chosen:?}");
                    prop_assert!(!waits_for_itself(&graph, &chosen), "{chosen:?}");
                }
                None => {
                    let way = every_choice(&graph)
                        .into_iter()
                        .find(|chosen| !has_cycle(&graph, chosen) && !waits_for_itself(&graph, chosen));
                    prop_assert!(way.is_none(), "{way:?}");
                }
            }
        }
    }
}

#[test]
fn a_chain_of_functions_that_ends_where_it_begins_goes_there_however_many_others_there_are() {
    // The API calls `first`, which calls `second`, which reads the API.
    let mut functions: Vec<TestFunction<'_>> = vec![
        ("first", &["fn:second"], &[], &[DATA], false),
        ("second", &[DATA], &[], &[], false),
        ("trigger", &[], &[STORAGE], &[AUTH], true),
    ];
    let names: Vec<String> = (0..15).map(|number| format!("other{number}")).collect();
    for name in &names {
        functions.push((name, &[DATA, STORAGE], &[AUTH], &["rest/api"], false));
    }
    let chosen = assign(&graph(&functions)).unwrap();
    assert_eq!(chosen["first"].group, DATA);
    assert_eq!(chosen["second"].group, DATA);
    assert_eq!(chosen["other7"].group, "function");
}

#[test]
fn only_the_functions_of_a_circle_without_a_way_out_are_told() {
    // The API asks `authorizer` who may come in, and `authorizer` is defined with the API's id.
    let mut graph = graph(&[
        ("authorizer", &[DATA], &[], &[DATA], false),
        ("innocent", &[DATA], &[], &[], false),
    ]);
    graph.functions.get_mut("authorizer").unwrap().authorizer = true;
    assert!(assign(&graph).is_none());
    assert_eq!(unresolvable(&graph), ["authorizer"]);
}
