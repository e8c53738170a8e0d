//! REST APIs, one file each.

mod settings;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::{Findings, Permission},
    reference::Referrer,
    roles,
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Part, Statement, is_object_member},
    wiring::inline_policy,
};
use crate::backend::{
    finding::Severity,
    model::{Category, Principal, ResourceId, RestApi, RestAuthorizer, RestPath, RestProtection},
};

const API_GATEWAY: &str = "aws-cdk-lib/aws-apigateway";
/// What a path parameter is in the ARN of a method.
const ANY: &str = "*";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
    stack_name: String,
    api_name: Code,
    settings: Vec<Statement>,
    gateway_responses: Vec<Statement>,
    paths: Vec<PathView>,
    user_pool_authorizer: bool,
    /// The CDK cannot find its resources by their paths.
    own_resources: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PathView {
    path: String,
    function: Code,
    options: Code,
}

/// Writes a file for each API; the setup calls for `backend.ts` in order.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Vec<SetupCall>, GenerateError> {
    let mut calls = Vec::new();
    for api in &context.backend.rest_apis {
        let Some(name) = context.names.rest_apis.get(&api.name) else {
            continue;
        };
        let mut referrer = Referrer::new(context, "..");
        let paths = paths(context, api, &referrer, findings);
        if paths.is_empty() {
            findings.add(
                "rest-api-without-paths",
                Severity::Manual,
                format!("REST API {} has no path that can be generated", api.name),
                &api.location,
                "Write the API by hand in amplify/api.",
            );
            continue;
        }
        let settings = settings::settings(api, &mut referrer, findings);
        let gateway_responses = settings::gateway_responses(api);
        let mut statements = policies(context, api, &referrer, findings);
        statements.extend(bridge(context, api, &referrer, findings));
        let api_name = Code::joined([
            Part::Text(format!("{}-", api.api_name.as_deref().unwrap_or(&api.name))),
            Part::Code(referrer.branch_constant("nameSuffix")),
        ]);
        let handles = referrer.into_handles();
        let mut imports = super::typescript::Imports::default();
        imports.add_code(&api_name);
        imports.add_statements(&settings);
        imports.add_statements(&gateway_responses);
        for path in &paths {
            imports.add_code(&path.options);
        }
        for import in ["Cors", "LambdaIntegration", "RestApi"] {
            imports.add(API_GATEWAY, import);
        }
        imports.add_type(API_GATEWAY, "MethodOptions");
        if gateway_responses.is_empty() {
            imports.add(API_GATEWAY, "ResponseType");
        }
        let user_pool_authorizer = asks_user_pool(context, api);
        if user_pool_authorizer {
            imports.add(API_GATEWAY, "CognitoUserPoolsAuthorizer");
        }
        imports.add_type("aws-cdk-lib/aws-lambda", "IFunction");
        let own_resources = paths.iter().any(|path| path.path.split('/').any(is_object_member));
        if own_resources {
            imports.add(API_GATEWAY, "Resource");
            imports.add_type(API_GATEWAY, "IResource");
        }
        let view = View {
            file: SetupFile::with_imports(context, "..", &name.create, &handles, statements, imports),
            stack_name: format!("rest-api-stack-{}", name.file),
            api_name,
            settings,
            gateway_responses,
            paths,
            user_pool_authorizer,
            own_resources,
        };
        tree.insert_for(
            [ResourceId::new(Category::api(), &api.name)],
            format!("amplify/api/{}.ts", name.file),
            render_template("rest-api", &view)?,
        );
        calls.push(SetupCall {
            module: format!("./api/{}", name.file),
            function: name.create.clone(),
            handles,
            result: Some(name.identifier.clone()),
        });
    }
    Ok(calls)
}

fn paths(context: &Context<'_>, api: &RestApi, referrer: &Referrer<'_>, findings: &mut Findings) -> Vec<PathView> {
    let mut views: Vec<PathView> = Vec::new();
    for path in &api.paths {
        let function = &path.function;
        if !context.is_generated(function) {
            findings.add(
                "rest-path-not-generated",
                Severity::Manual,
                format!(
                    "path {} of REST API {} leads to function {}, which is not generated",
                    path.path, api.name, path.function
                ),
                &api.location,
                "Define the function by hand and add the path to the API's file in amplify/api.",
            );
            continue;
        }
        let plain = normal_path(&path.path);
        if views.iter().any(|view| view.path == plain) {
            continue;
        }
        let below = path
            .below
            .as_ref()
            .filter(|_| !is_greedy(&plain))
            .map(|protection| (format!("{}/{{proxy+}}", plain.trim_end_matches('/')), protection));
        for (path, protection) in std::iter::once((plain, &path.protection)).chain(below) {
            let options = options(context, api, &path, protection, findings);
            views.push(PathView {
                path,
                function: referrer.lambda(function),
                options,
            });
        }
    }
    views
}

/// Some path asks for a token of the backend's user pool.
fn asks_user_pool(context: &Context<'_>, api: &RestApi) -> bool {
    let asks = |protection: &RestProtection| matches!(protection.authorizer, RestAuthorizer::UserPool { .. });
    super::auth::is_defined(context)
        && api
            .paths
            .iter()
            .flat_map(|path| std::iter::once(&path.protection).chain(&path.below))
            .any(asks)
}

/// What the methods of a path ask. Whoever cannot be asked in Gen 2 is replaced by IAM, which lets in nobody without a policy.
fn options(
    context: &Context<'_>,
    api: &RestApi,
    path: &str,
    protection: &RestProtection,
    findings: &mut Findings,
) -> Code {
    let kind = |name: &str| Code::import(API_GATEWAY, "AuthorizationType").member(name);
    let mut options = match &protection.authorizer {
        RestAuthorizer::None => vec![("authorizationType", kind("NONE"))],
        RestAuthorizer::Iam => vec![("authorizationType", kind("IAM"))],
        RestAuthorizer::UserPool { scopes } if asks_user_pool(context, api) => {
            let mut options = vec![
                ("authorizationType", kind("COGNITO")),
                ("authorizer", Code::name("authorizer")),
            ];
            if !scopes.is_empty() {
                options.push(("authorizationScopes", Code::texts(scopes)));
            }
            options
        }
        RestAuthorizer::UserPool { .. } | RestAuthorizer::Other(_) => {
            findings.add(
                "rest-authorizer-replaced",
                Severity::Manual,
                format!(
                    "path {path} of REST API {} has an authorizer that the generated backend does not have; until it is added nobody can call the path",
                    api.name
                ),
                &api.location,
                "Add the authorizer to the API's file in amplify/api and name it in the path's options.",
            );
            vec![("authorizationType", kind("IAM"))]
        }
    };
    if protection.api_key_required {
        options.push(("apiKeyRequired", Code::Boolean(true)));
    }
    Code::object(options)
}

/// The path stands for everything below its parent.
fn is_greedy(path: &str) -> bool {
    path.ends_with("+}")
}

/// One slash in front, none at the end.
fn normal_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// A path and the methods that somebody may call on it.
type Right<'a> = (&'a RestPath, &'a [String]);

/// Methods that every principal may call, by path.
fn rights(api: &RestApi) -> Vec<(Principal, Vec<Right<'_>>)> {
    let mut rights: Vec<(Principal, Vec<Right<'_>>)> = Vec::new();
    for path in &api.paths {
        let access = &path.access;
        let groups = access
            .groups
            .iter()
            .map(|(name, methods)| (Principal::Group(name.clone()), methods.as_slice()));
        let all = [
            (Principal::Authenticated, access.authenticated.as_slice()),
            (Principal::Unauthenticated, access.guest.as_slice()),
        ];
        for (principal, methods) in all.into_iter().chain(groups) {
            if methods.is_empty() || access.open {
                continue;
            }
            match rights.iter_mut().find(|(known, _)| *known == principal) {
                Some((_, paths)) => paths.push((path, methods)),
                None => rights.push((principal, vec![(path, methods)])),
            }
        }
    }
    rights
}

/// Path patterns of a path in method ARNs: itself and everything below.
fn patterns(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| if part.starts_with('{') { ANY } else { part })
        .collect();
    let itself = format!("/{}", parts.join("/"));
    let below = (!is_greedy(path)).then(|| format!("{}/{ANY}", itself.trim_end_matches('/')));
    std::iter::once(itself).chain(below).collect()
}

fn policies(context: &Context<'_>, api: &RestApi, referrer: &Referrer<'_>, findings: &mut Findings) -> Vec<Statement> {
    policies_for(context, api, referrer, "", findings, |method, pattern| {
        Code::name("api").method(
            "arnForExecuteApi",
            vec![
                Code::text(if method == ANY { "ANY" } else { method }),
                Code::text(pattern),
                Code::name("api").path(&["deploymentStage", "stageName"]),
            ],
        )
    })
}

/// After the refactor the users of Gen 1 frontends come with the roles of Gen 2: these may then call what the roles of Gen 1
/// might, and nothing more.
fn bridge(context: &Context<'_>, api: &RestApi, referrer: &Referrer<'_>, findings: &mut Findings) -> Option<Statement> {
    if rights(api).is_empty() {
        return None;
    }
    let Some(api_id) = &api.api_id else {
        findings.add(
            "rest-gen1-api-unknown",
            Severity::Manual,
            format!(
                "the id of the Gen 1 REST API {} is not known: after the refactor Gen 1 frontends cannot call it",
                api.name
            ),
            &api.location,
            "Give the roles of Gen 2 execute-api:Invoke on the Gen 1 API by hand.",
        );
        return None;
    };
    let environment = &context.backend.app.environment;
    let stage = if environment == "NONE" { "Prod" } else { environment };
    let aws = |constant: &str| Part::Code(Code::import("aws-cdk-lib", "Aws").member(constant));
    let statements = policies_for(
        context,
        api,
        referrer,
        "Gen1Api",
        &mut Findings::default(),
        |method, pattern| {
            Code::joined([
                Part::Text("arn:".to_owned()),
                aws("PARTITION"),
                Part::Text(":execute-api:".to_owned()),
                aws("REGION"),
                Part::Text(":".to_owned()),
                aws("ACCOUNT_ID"),
                Part::Text(format!(":{api_id}/{stage}/{method}{pattern}")),
            ])
        },
    );
    (!statements.is_empty()).then(|| Statement::If(referrer.branch_constant("isMigratedBranch"), statements))
}

fn policies_for(
    context: &Context<'_>,
    api: &RestApi,
    referrer: &Referrer<'_>,
    id: &str,
    findings: &mut Findings,
    arn: impl Fn(&str, &str) -> Code,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (principal, paths) in rights(api) {
        if !roles::has_role(context, &principal) {
            let permission = Permission::RestApi {
                api: api.name.clone(),
                principal: principal.clone(),
            };
            findings.not_granted(permission, "there is no such role");
            findings.add(
                "grant-unresolved",
                Severity::Manual,
                format!(
                    "REST API {} may be called by {principal}, for whom there is no role in the generated backend",
                    api.name
                ),
                &api.location,
                "Add the permission in the API's file in amplify/api.",
            );
            continue;
        }
        findings.granted(Permission::RestApi {
            api: api.name.clone(),
            principal: principal.clone(),
        });
        let mut resources: Vec<Code> = Vec::new();
        for (path, methods) in paths {
            for pattern in patterns(&path.path) {
                for method in methods {
                    let resource = arn(method, &pattern);
                    if !resources.contains(&resource) {
                        resources.push(resource);
                    }
                }
            }
        }
        let statement = Code::import("aws-cdk-lib/aws-iam", "PolicyStatement").construct(vec![Code::object([
            ("actions", Code::texts(["execute-api:Invoke"])),
            ("resources", Code::Array(resources)),
        ])]);
        statements.push(Statement::Expression(inline_policy(
            Code::name("stack"),
            &format!("{id}{}", roles::principal_id(&principal)),
            vec![referrer.role(&principal)],
            vec![statement],
        )));
    }
    statements
}
