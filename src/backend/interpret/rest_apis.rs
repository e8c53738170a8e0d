//! REST APIs of the api category: paths from cli-inputs.json, else from the template; access from the deployed policies.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Interpretation, id_of, index::main_resource, stacks::API_GATEWAY_AUTH_STACK};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, Effect, Expression, Grant, Principal, Reference, ResourceId, RestAccess, RestApi, RestPath,
            SourceLocation, Target,
        },
    },
    project::{MetaResource, texts},
};

const REST_API: &str = "AWS::ApiGateway::RestApi";
/// The path below a path, which the CLI adds to every one.
const BELOW: &str = "/{proxy+}";

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
    let body = api
        .as_ref()
        .and_then(|api| api.property("Body"))
        .cloned()
        .unwrap_or_default();
    let in_template = paths_of_body(interpretation, &body, &id_of(resource));
    let admin_queries = in_template.iter().any(|path| path.authorizer == Authorizer::UserPool);
    let mut paths: Vec<RestPath> = Vec::new();
    if let Some(files) = files {
        for (path, function) in paths_of_inputs(&files.cli_inputs) {
            let open = in_template.iter().find(|candidate| candidate.path == path).map_or_else(
                || setting_of_inputs(&files.cli_inputs, &path) == "open",
                |candidate| candidate.authorizer == Authorizer::None,
            );
            paths.push(rest_path(path, function, open));
        }
    }
    for candidate in in_template {
        if paths.iter().any(|path| path.path == candidate.path) {
            continue;
        }
        match candidate.function {
            Some(function) => {
                paths.push(rest_path(
                    candidate.path,
                    function,
                    candidate.authorizer == Authorizer::None,
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
        location,
    });
}

fn rest_path(path: String, function: String, open: bool) -> RestPath {
    RestPath {
        path,
        function,
        access: RestAccess {
            open,
            authenticated: Vec::new(),
            guest: Vec::new(),
            groups: IndexMap::new(),
        },
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

fn setting_of_inputs<'v>(inputs: &'v Value, path: &str) -> &'v str {
    permissions_of_inputs(inputs, path)["setting"]
        .as_str()
        .unwrap_or_default()
}

/// Who a path asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authorizer {
    None,
    Iam,
    UserPool,
    Other,
}

/// A path of the API's definition.
struct DefinedPath {
    path: String,
    function: Option<String>,
    authorizer: Authorizer,
}

/// Paths of the definition in its order; the one below a path belongs to the path, where there is one.
fn paths_of_body(interpretation: &Interpretation<'_>, body: &Value, owner: &ResourceId) -> Vec<DefinedPath> {
    let Some(paths) = body["paths"].as_object() else {
        return Vec::new();
    };
    paths
        .iter()
        .filter(|(path, _)| match path.strip_suffix(BELOW) {
            Some(parent) => !paths.contains_key(if parent.is_empty() { "/" } else { parent }),
            None => true,
        })
        .map(|(path, methods)| {
            let method = methods
                .as_object()
                .into_iter()
                .flatten()
                .find(|(name, method)| *name != "options" && method.is_object())
                .map_or(&Value::Null, |(_, method)| method);
            DefinedPath {
                path: path.clone(),
                function: integration(interpretation, method, owner),
                authorizer: authorizer(body, method),
            }
        })
        .collect()
}

fn integration(interpretation: &Interpretation<'_>, method: &Value, owner: &ResourceId) -> Option<String> {
    let uri = &method["x-amazon-apigateway-integration"]["uri"];
    interpretation
        .decoder
        .expression(uri, owner)
        .references()
        .into_iter()
        .find_map(|reference| match &reference.target {
            Target::Function(name) => Some(name.clone()),
            _ => None,
        })
}

fn authorizer(body: &Value, method: &Value) -> Authorizer {
    let Some(scheme) = method["security"]
        .as_array()
        .and_then(|schemes| schemes.iter().find_map(|scheme| scheme.as_object()?.keys().next()))
    else {
        return Authorizer::None;
    };
    let definition = &body["securityDefinitions"][scheme.as_str()];
    match definition["x-amazon-apigateway-authtype"].as_str() {
        Some("awsSigv4") => Authorizer::Iam,
        Some("cognito_user_pools") => Authorizer::UserPool,
        _ if scheme == "sigv4" => Authorizer::Iam,
        _ => Authorizer::Other,
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
