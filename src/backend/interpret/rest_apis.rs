//! REST APIs of the api category: paths from cli-inputs.json, else from the template; access from the deployed policies.

mod definition;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Interpretation, index::main_resource, stacks::API_GATEWAY_AUTH_STACK};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, Effect, Expression, Grant, Principal, Reference, RestAccess, RestApi, RestAuthorizer, RestPath,
            RestProtection, SourceLocation, Target,
        },
    },
    project::{MetaResource, texts},
};

const REST_API: &str = "AWS::ApiGateway::RestApi";
/// The name that the CLI gives to the API of its admin queries.
const ADMIN_QUERIES: &str = "AdminQueries";
pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let project = interpretation.project;
    let files = project.files_of(resource);
    let stack = interpretation.symbolic_stack(resource);
    let api = stack.and_then(|stack| main_resource(stack, REST_API, &resource.name));
    let location = SourceLocation {
        path: files
            .and_then(|files| files.cli_inputs_path.clone())
            .unwrap_or_else(|| interpretation.location_of(resource).path),
        line: None,
    };
    let defined = definition::read(interpretation, resource, &location);
    let admin_queries = resource.name == ADMIN_QUERIES;
    let mut paths: Vec<RestPath> = Vec::new();
    if let Some(files) = files {
        for (path, function) in paths_of_inputs(&files.cli_inputs) {
            let known = defined.paths.iter().find(|candidate| candidate.path == path);
            let (protection, below) = known.map_or_else(
                || {
                    let protection = protection_of_inputs(&files.cli_inputs, &path);
                    (protection.clone(), Some(protection))
                },
                |candidate| (candidate.protection.clone(), candidate.below.clone()),
            );
            // The deployed integration is what a call reaches, whatever the inputs say.
            let function = known
                .and_then(|candidate| candidate.function.clone())
                .unwrap_or(function);
            paths.push(rest_path(path, function, protection, below));
        }
    }
    for candidate in defined.paths {
        if paths.iter().any(|path| path.path == candidate.path) {
            continue;
        }
        match candidate.function {
            Some(function) => {
                paths.push(rest_path(
                    candidate.path,
                    function,
                    candidate.protection,
                    candidate.below,
                ));
            }
            None => interpretation.finding(
                "rest-path-without-function",
                Severity::Manual,
                format!(
                    "path {} of {} does not lead to a function of the backend",
                    candidate.path,
                    resource.path()
                ),
                &location,
                "Write the path into the generated code by hand.",
            ),
        }
    }
    if api.is_none() {
        interpretation.finding(
            "rest-template-missing",
            Severity::Manual,
            format!("the template of {} is missing or holds no REST API", resource.path()),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
    }
    let physical_id =
        api.and_then(|api| interpretation.physical_id(&format!("{}/{}", resource.logical_id, api.logical_id)));
    interpretation.backend.rest_apis.push(RestApi {
        name: resource.name.clone(),
        api_id: physical_id.or_else(|| resource.output_text("ApiId").map(str::to_owned)),
        api_name: resource.output_text("ApiName").map(str::to_owned).or_else(|| {
            let stack = interpretation.literal_stack(resource)?;
            main_resource(stack, REST_API, &resource.name)?
                .property("Name")?
                .as_str()
                .map(str::to_owned)
        }),
        paths,
        admin_queries,
        properties: defined.properties,
        gateway_responses: defined.gateway_responses,
        location,
    });
}

fn rest_path(path: String, function: String, protection: RestProtection, below: Option<RestProtection>) -> RestPath {
    RestPath {
        path,
        function,
        access: RestAccess {
            open: protection.authorizer == RestAuthorizer::None,
            authenticated: Vec::new(),
            guest: Vec::new(),
            groups: IndexMap::new(),
        },
        protection,
        below,
    }
}

/// Paths and functions in the order of cli-inputs.json: an object by path, or a list in old projects.
fn paths_of_inputs(inputs: &Value) -> Vec<(String, String)> {
    let pair = |path: Option<&str>, entry: &Value| {
        let path = path.or_else(|| entry["name"].as_str())?;
        Some((path.to_owned(), entry["lambdaFunction"].as_str()?.to_owned()))
    };
    match &inputs["paths"] {
        Value::Object(paths) => paths
            .iter()
            .filter_map(|(path, entry)| pair(Some(path), entry))
            .collect(),
        Value::Array(paths) => paths.iter().filter_map(|entry| pair(None, entry)).collect(),
        _ => Vec::new(),
    }
}

fn permissions_of_inputs<'v>(inputs: &'v Value, path: &str) -> &'v Value {
    let entry = match &inputs["paths"] {
        Value::Object(paths) => paths.get(path),
        Value::Array(paths) => paths.iter().find(|entry| entry["name"] == path),
        _ => None,
    };
    entry.map_or(&Value::Null, |entry| &entry["permissions"])
}

fn protection_of_inputs(inputs: &Value, path: &str) -> RestProtection {
    let authorizer = match permissions_of_inputs(inputs, path)["setting"].as_str() {
        Some("open") => RestAuthorizer::None,
        _ => RestAuthorizer::Iam,
    };
    RestProtection {
        authorizer,
        api_key_required: false,
    }
}

/// Adds who may call the paths, once all policies are read.
pub(super) fn read_access(interpretation: &mut Interpretation<'_>) {
    let grants = interpretation.backend.grants.clone();
    let mut apis = std::mem::take(&mut interpretation.backend.rest_apis);
    let policies_known = interpretation
        .stacks
        .symbolic
        .nested
        .contains_key(API_GATEWAY_AUTH_STACK);
    if !policies_known && !apis.is_empty() {
        let location = interpretation.meta_location();
        interpretation.finding(
            "rest-policies-derived",
            Severity::Info,
            "the stack with the policies of REST APIs is not among the files; who may call them is taken from cli-inputs.json"
                .to_owned(),
            &location,
            "Work online to read the deployed policies.",
        );
    }
    for api in &mut apis {
        for grant in &grants {
            if let Err(problem) = add_grant(api, grant) {
                interpretation.finding(
                    "rest-policy-unreadable",
                    Severity::Manual,
                    format!("policy {} of REST API {} {problem}", grant.policy, api.name),
                    &grant.location,
                    "Write the permission into the generated code by hand.",
                );
            }
        }
        // Who passes a user pool's authorizer needs no permission of IAM, whatever the inputs say.
        if !policies_known && !api.admin_queries {
            add_access_of_inputs(interpretation, api);
        }
    }
    interpretation.backend.rest_apis = apis;
}

/// Adds what a statement allows. Anything but plain permission to call is told instead of guessed.
fn add_grant(api: &mut RestApi, grant: &Grant) -> Result<(), String> {
    let statement = &grant.statement;
    let invokes = statement
        .actions
        .iter()
        .any(|action| matches!(action.as_str(), "execute-api:Invoke" | "execute-api:*"));
    let own: Vec<&Expression> = statement
        .resources
        .iter()
        .filter(|resource| names_api(resource, &api.name))
        .collect();
    if matches!(grant.principal, Principal::Function(_)) || !invokes || own.is_empty() {
        return Ok(());
    }
    if statement.effect == Effect::Deny || !statement.conditions.is_empty() || !statement.not_resources.is_empty() {
        return Err("denies calls or allows them under a condition".to_owned());
    }
    for resource in own {
        let (method, below) =
            call_of(resource).ok_or_else(|| format!("names a call that is not known: {resource:?}"))?;
        // The policy names the path and everything below it; the path itself is enough to know both.
        let Some(path) = api.paths.iter_mut().find(|path| covers(&below, &path.path)) else {
            let known = api.paths.iter().any(|path| {
                below
                    .strip_suffix("/*")
                    .is_some_and(|parent| pattern(&path.path) == parent)
            });
            if known {
                continue;
            }
            return Err(format!("allows {method} on {below}, which is no path of the API"));
        };
        let methods = match &grant.principal {
            Principal::Authenticated => &mut path.access.authenticated,
            Principal::Unauthenticated => &mut path.access.guest,
            Principal::Group(group) => path.access.groups.entry(group.clone()).or_default(),
            Principal::Function(_) => continue,
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    Ok(())
}

fn names_api(resource: &Expression, api: &str) -> bool {
    resource.references().into_iter().any(|reference| {
        *reference
            == Reference {
                target: Target::RestApi(api.to_owned()),
                attribute: Attribute::Id,
            }
    })
}

/// Method and path of `arn:aws:execute-api:region:account:api/stage/METHOD/path`.
fn call_of(resource: &Expression) -> Option<(String, String)> {
    let Expression::Concat(parts) = resource else {
        return None;
    };
    let api = parts.iter().position(
        |part| matches!(part, Expression::Reference(reference) if matches!(reference.target, Target::RestApi(_))),
    )?;
    let tail: String = parts[api + 1..]
        .iter()
        .map(|part| match part {
            Expression::Literal(text) => Some(text.as_str()),
            Expression::EnvironmentName => Some("environment"),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()?
        .concat();
    let mut segments = tail.strip_prefix('/')?.splitn(3, '/');
    let _stage = segments.next()?;
    let method = segments.next()?.to_owned();
    let path = segments.next().unwrap_or_default();
    Some((method, format!("/{path}")))
}

/// The path as policies write it: path variables are stars.
fn pattern(path: &str) -> String {
    path.split('/')
        .map(|segment| {
            if segment.starts_with('{') && segment.ends_with('}') {
                "*"
            } else {
                segment
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn covers(below: &str, path: &str) -> bool {
    below == path || below == pattern(path) || path == "/" && matches!(below, "/" | "/*")
}

/// What the CLI makes of the inputs, where the stack with its policies is not among the files.
fn add_access_of_inputs(interpretation: &Interpretation<'_>, api: &mut RestApi) {
    let Some(files) = interpretation
        .project
        .resource("api", &api.name)
        .and_then(|resource| interpretation.project.files_of(resource))
    else {
        return;
    };
    for path in &mut api.paths {
        let permissions = permissions_of_inputs(&files.cli_inputs, &path.path);
        for (key, methods) in [
            ("auth", &mut path.access.authenticated),
            ("guest", &mut path.access.guest),
        ] {
            if methods.is_empty() && !path.access.open {
                *methods = methods_of(&permissions[key]);
            }
        }
    }
}

/// Operations as methods, in the CLI's order. All of them are every method, as the CLI writes it for roles.
fn methods_of(operations: &Value) -> Vec<String> {
    let operations = texts(operations);
    let mut methods = Vec::new();
    for (operation, names) in [
        ("create", &["POST"][..]),
        ("read", &["GET"]),
        ("update", &["PUT", "PATCH"]),
        ("delete", &["DELETE"]),
    ] {
        if operations.iter().any(|given| given.eq_ignore_ascii_case(operation)) {
            methods.extend(names.iter().map(|name| (*name).to_owned()));
        }
    }
    // Old projects list methods with a slash before them.
    for operation in &operations {
        if let Some(method) = operation.strip_prefix('/')
            && !methods.iter().any(|known| known == method)
        {
            methods.push(method.to_owned());
        }
    }
    if methods.len() == 5 {
        vec!["*".to_owned()]
    } else {
        methods
    }
}
