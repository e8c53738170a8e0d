use std::collections::{BTreeMap, BTreeSet};

use crate::{
    backend::model::{
        AuthorizationMode, Backend, Category, CustomOrigin, CustomStack, EnvironmentValue, EventSourceStream,
        Expression, Function, Principal, Target, Trigger,
    },
    generate::{context::is_generated, data::functions_by_name},
};

/// A nested stack, or a function whose stack is still to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// A stack by name.
    Stack(String),
    /// Wherever the function is.
    Function(String),
}

/// What a function needs, and who needs it.
#[derive(Clone, Debug, Default)]
pub(super) struct FunctionEdges {
    /// Its definition refers to them: environment variables, event sources, properties.
    pub definition: BTreeSet<Place>,
    /// Statements of its role refer to them.
    pub statements: BTreeSet<Place>,
    /// Stacks that refer to it.
    pub needed_by: BTreeSet<Place>,
    /// The user pool calls it.
    pub auth_trigger: bool,
    /// The GraphQL API asks it who may come in.
    pub authorizer: bool,
}

/// Stacks and functions with what needs what.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    /// Edges between stacks that stay whatever is chosen.
    pub fixed: BTreeSet<(String, String)>,
    /// Functions by name.
    pub functions: BTreeMap<String, FunctionEdges>,
}

pub(super) const AUTH: &str = "auth";
pub(super) const DATA: &str = "data";
pub(super) const STORAGE: &str = "storage";
const GEO: &str = "geo/";

pub(super) fn graph(backend: &Backend) -> Graph {
    let mut graph = Graph::default();
    // Reading the schema takes its time: once for all functions.
    let called_by_schema = functions_by_name(backend);
    for function in backend.functions.iter().filter(|function| is_generated(function)) {
        let edges = edges(backend, function, &called_by_schema);
        graph.functions.insert(function.name.clone(), edges);
    }
    let has_auth = backend.auth.is_some();
    let mut fixed = |from: String| {
        if has_auth {
            graph.fixed.insert((from, AUTH.to_owned()));
        }
    };
    if backend.data.is_some() {
        fixed(DATA.to_owned());
    }
    for grant in &backend.grants {
        if matches!(grant.principal, Principal::Function(_)) {
            continue;
        }
        let targets = grant.statement.resources.iter().chain(&grant.statement.not_resources);
        for reference in targets.flat_map(Expression::references) {
            if let Some(Place::Stack(stack)) =
                place(&reference.target).filter(|place| *place != Place::Stack(AUTH.into()))
            {
                fixed(stack);
            }
        }
    }
    for api in &backend.rest_apis {
        fixed(rest_stack(&api.name));
    }
    // Fields with predictions read pictures from a bucket.
    let pictures = backend
        .data
        .as_ref()
        .and_then(|data| data.predictions.as_ref()?.bucket.as_ref());
    if pictures.is_some() {
        graph.fixed.insert((DATA.to_owned(), STORAGE.to_owned()));
    }
    let of_api = backend.data.iter().flat_map(|data| &data.stacks);
    for custom in backend.custom_stacks.iter().chain(of_api) {
        // What was added to the template of a function is beside the function, and needs what it needs.
        if let Some(function) = added_to_function(custom) {
            let needed = custom.parameters.values().flat_map(places);
            let needed: BTreeSet<Place> = needed
                .filter(|place| *place != Place::Function(function.to_owned()))
                .collect();
            if let Some(edges) = graph.functions.get_mut(function) {
                edges.definition.extend(needed);
                continue;
            }
        }
        let stack = match (custom.origin, place(&custom.target())) {
            (CustomOrigin::ApiFolder, _) => api_stack(&custom.name),
            (_, Some(Place::Stack(stack))) => stack,
            _ => custom_stack(&custom.name),
        };
        for needed in custom
            .parameters
            .values()
            .chain(custom.imports.values())
            .flat_map(places)
        {
            match needed {
                Place::Stack(other) => {
                    graph.fixed.insert((stack.clone(), other));
                }
                Place::Function(function) => {
                    if let Some(edges) = graph.functions.get_mut(&function) {
                        edges.needed_by.insert(Place::Stack(stack.clone()));
                    }
                }
            }
        }
    }
    graph
}

fn edges(backend: &Backend, function: &Function, called_by_schema: &BTreeSet<String>) -> FunctionEdges {
    let mut edges = FunctionEdges::default();
    let own = Place::Function(function.name.clone());
    for value in function.environment.values() {
        if let EnvironmentValue::Expression(expression) = value {
            edges.definition.extend(places(expression));
        }
    }
    for value in function.other_properties.values() {
        collect(value, &mut edges.definition);
    }
    for trigger in &backend.triggers {
        match trigger {
            Trigger::EventSource {
                function: name, source, ..
            } if *name == function.name => match source {
                EventSourceStream::Reference(reference) => edges.definition.extend(place(&reference.target)),
                EventSourceStream::Arn(expression) => edges.definition.extend(places(expression)),
            },
            Trigger::Bucket { function: name, .. } if *name == function.name => {
                edges.needed_by.insert(Place::Stack(STORAGE.to_owned()));
            }
            _ => {}
        }
    }
    for grant in &backend.grants {
        let targets = grant.statement.resources.iter().chain(&grant.statement.not_resources);
        let named = targets.flat_map(places);
        if grant.principal == Principal::Function(function.name.clone()) {
            edges.statements.extend(named);
        }
    }
    edges.statements.remove(&own);
    edges.definition.remove(&own);
    if let Some(auth) = &backend.auth
        && auth.imported.is_none()
        && auth.triggers.iter().any(|trigger| trigger.function == function.name)
    {
        edges.auth_trigger = true;
        edges.needed_by.insert(Place::Stack(AUTH.to_owned()));
    }
    if let Some(data) = &backend.data {
        edges.authorizer = std::iter::once(&data.default_mode)
            .chain(&data.additional_modes)
            .any(|mode| matches!(mode, AuthorizationMode::Lambda { function: name, .. } if *name == function.name));
        if edges.authorizer || called_by_schema.contains(&function.name) {
            edges.needed_by.insert(Place::Stack(DATA.to_owned()));
        }
    }
    for api in &backend.rest_apis {
        if api.paths.iter().any(|path| path.function == function.name) {
            edges.needed_by.insert(Place::Stack(rest_stack(&api.name)));
        }
    }
    edges
}

fn places(expression: &Expression) -> Vec<Place> {
    expression
        .references()
        .into_iter()
        .filter_map(|reference| place(&reference.target))
        .collect()
}

fn collect(value: &serde_json::Value, found: &mut BTreeSet<Place>) {
    if Expression::is_symbolic_property(value) {
        found.extend(Expression::from_property(value).iter().flat_map(places));
        return;
    }
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        serde_json::Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

pub(super) fn place(target: &Target) -> Option<Place> {
    let stack = match target {
        Target::UserPool
        | Target::WebClient
        | Target::NativeClient
        | Target::IdentityPool
        | Target::AuthenticatedRole
        | Target::UnauthenticatedRole
        | Target::GroupRole(_) => AUTH.to_owned(),
        Target::GraphqlApi | Target::ModelTable(_) => DATA.to_owned(),
        Target::Bucket(_) | Target::Table(_) => STORAGE.to_owned(),
        Target::RestApi(name) => rest_stack(name),
        Target::KinesisStream(name) => stream_stack(name),
        Target::Function(name) => return Some(Place::Function(name.clone())),
        Target::Other(resource) if resource.category == Category::geo() => GEO.to_owned(),
        Target::Other(resource) if resource.category == Category::custom() => custom_stack(&resource.name),
        Target::Other(resource) if resource.category == Category::storage() => STORAGE.to_owned(),
        Target::Other(resource) if resource.category == Category::analytics() => stream_stack(&resource.name),
        Target::Other(resource) if resource.category == Category::function() => {
            return Some(Place::Function(resource.name.clone()));
        }
        Target::DeploymentBucket | Target::Other(_) => return None,
    };
    Some(Place::Stack(stack))
}

fn added_to_function(custom: &CustomStack) -> Option<&str> {
    let owner = &custom.resource;
    (custom.origin == CustomOrigin::Additions && owner.category == Category::function()).then_some(owner.name.as_str())
}

fn stream_stack(name: &str) -> String {
    format!("analytics/{name}")
}

/// Stack of a custom resource.
fn custom_stack(name: &str) -> String {
    format!("custom/{name}")
}

/// Stack of the user's own below the GraphQL API.
fn api_stack(name: &str) -> String {
    format!("api/stacks/{name}")
}

/// Stack of a REST API. A slash cannot be part of a group that the user could choose.
fn rest_stack(api: &str) -> String {
    format!("rest/{api}")
}
