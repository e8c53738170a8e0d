use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    assign::assign,
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
                    let pair = if chosen[name].detached { (group(place), own.clone()) } else { (own.clone(), group(place)) };
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
