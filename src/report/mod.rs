//! The report of `generate`: what became what, what was not carried over and why, what a human has to decide. As data, and as
//! a page of its own for people who never saw the tool. The same input gives the same bytes.

mod changes;
mod error;
mod page;
mod secrets;

use serde::{Deserialize, Serialize};

pub use changes::ReportChange;
pub use error::ReportError;
pub use page::page;

use crate::{
    assess::{Assessment, FeatureSupport, Support},
    backend::{
        finding::{Finding, Severity},
        model::{
            Backend, Category, Effect, Expression, Grant, Principal, Resource, ResourceId, RestApi, SourceLocation,
            Target,
        },
    },
    generate::{Generated, Permission},
    project::FileSource,
};

/// Where the report lies, relative to the project.
pub const REPORT_JSON: &str = ".amplify/gen2-migration/migration-report.json";
/// The same for people.
pub const REPORT_PAGE: &str = ".amplify/gen2-migration/migration-report.html";

/// What the report is made of.
#[derive(Clone, Copy)]
pub struct ReportInput<'input> {
    /// The Gen 1 backend.
    pub backend: &'input Backend,
    /// The Gen 2 backend; its findings are all that the step tells.
    pub generated: &'input Generated,
    /// What can be migrated.
    pub assessment: &'input Assessment,
    /// Gen 2 branch.
    pub branch: &'input str,
    /// The Gen 1 project.
    pub files: &'input dyn FileSource,
}

/// `migration-report.json`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationReport {
    /// Version of this format: 1.
    pub version: u32,
    /// What was migrated.
    pub app: ReportApp,
    /// Every Gen 1 resource and what became of it.
    pub resources: Vec<ReportResource>,
    /// Advanced features, as in the assessment.
    pub features: Vec<FeatureSupport>,
    /// What only a human can decide or do.
    pub decisions: Vec<Finding>,
    /// Works, but behaves differently or deserves attention.
    pub warnings: Vec<Finding>,
    /// Good to know.
    pub notes: Vec<Finding>,
    /// Every permission of Gen 1, statement by statement.
    pub permissions: Vec<ReportPermission>,
    /// What the first deployment after the refactor changes about the resources that were moved.
    pub changes: Vec<ReportChange>,
    /// What `postRefactor()` in `amplify/backend.ts` does after the refactor, line by line.
    pub post_refactor: Vec<String>,
}

/// Names of the app and its environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportApp {
    /// Name of the project.
    pub name: String,
    /// Amplify app id.
    pub app_id: Option<String>,
    /// Gen 1 environment.
    pub environment: String,
    /// Gen 2 branch.
    pub branch: String,
    /// Region.
    pub region: String,
    /// Gen 1 root stack.
    pub root_stack: String,
    /// Folder that the Gen 1 backend was read from.
    pub source_tree: String,
}

/// A Gen 1 resource and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportResource {
    /// Category, for example `storage`.
    pub category: String,
    /// Service, for example `S3`.
    pub service: String,
    /// Name.
    pub name: String,
    /// Support by the generate step.
    pub generate: Option<Support>,
    /// Support by the refactor step.
    pub refactor: Option<Support>,
    /// What describes it in Gen 1.
    pub gen1: Vec<ReportFile>,
    /// The code that it became.
    pub gen2: Vec<ReportFile>,
    /// Files that were copied as they are.
    pub copied: Vec<String>,
}

/// A file with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFile {
    /// Relative to the project.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A permission of Gen 1 and whether it is given in Gen 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportPermission {
    /// Who, for example `function resize` or `signed-in users`.
    pub principal: String,
    /// Policy in the Gen 1 template.
    pub policy: String,
    /// `Allow` or `Deny`.
    pub effect: Effect,
    /// Actions; with `not` before it: all but these.
    pub actions: Vec<String>,
    /// Resources, references in words.
    pub resources: Vec<String>,
    /// Conditions, one text each.
    pub conditions: Vec<String>,
    /// Why it is not given in Gen 2; absent: it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_given_because: Option<String>,
    /// Where it was read.
    pub location: SourceLocation,
}

/// Makes the report.
///
/// # Errors
/// Files of the project that cannot be read.
pub fn report(input: ReportInput<'_>) -> Result<MigrationReport, ReportError> {
    let app = &input.backend.app;
    let found = |wanted: &[Severity]| -> Vec<Finding> {
        let findings = input.generated.findings.iter();
        findings
            .filter(|finding| wanted.contains(&finding.severity))
            .cloned()
            .collect()
    };
    Ok(MigrationReport {
        version: 1,
        app: ReportApp {
            name: app.name.clone(),
            app_id: app.app_id.clone(),
            environment: app.environment.clone(),
            branch: input.branch.to_owned(),
            region: app.region.clone(),
            root_stack: app.root_stack_name.clone(),
            source_tree: app.source_tree.clone(),
        },
        resources: input
            .backend
            .resources
            .iter()
            .map(|of| resource(input, of))
            .collect::<Result<_, _>>()?,
        features: input.assessment.features.clone(),
        decisions: found(&[Severity::Blocker, Severity::Manual]),
        warnings: found(&[Severity::Warning]),
        notes: found(&[Severity::Info]),
        permissions: permissions(input),
        changes: changes::changes(input),
        post_refactor: input.generated.post_refactor.clone(),
    })
}

/// `migration-report.json`
///
/// # Errors
/// `REPORT_FAILED`
pub fn json(report: &MigrationReport) -> Result<String, ReportError> {
    let text = serde_json::to_string_pretty(report).map_err(|error| ReportError::Form {
        message: error.to_string(),
    })?;
    Ok(text + "\n")
}

fn resource(input: ReportInput<'_>, resource: &Resource) -> Result<ReportResource, ReportError> {
    let id = &resource.id;
    let support = input
        .assessment
        .resources
        .iter()
        .find(|support| support.category == id.category.0 && support.resource == id.name);
    let mut gen2 = Vec::new();
    let mut copied = Vec::new();
    for path in input.generated.tree.made_from(id) {
        let text = input.generated.tree.get(path).and_then(as_text);
        match text {
            Some(text) if !is_source_of_function(id, path) => gen2.push(ReportFile {
                path: path.to_owned(),
                text,
            }),
            _ => copied.push(path.to_owned()),
        }
    }
    Ok(ReportResource {
        category: id.category.0.clone(),
        service: resource.service.clone().unwrap_or_default(),
        name: id.name.clone(),
        generate: support.map(|support| support.generate.clone()),
        refactor: support.map(|support| support.refactor.clone()),
        gen1: gen1_files(input, id)?,
        gen2,
        copied,
    })
}

/// Sources of functions are copied; to show them twice would help nobody.
fn is_source_of_function(id: &ResourceId, path: &str) -> bool {
    id.category == Category::function() && path.split('/').nth(3) == Some("src")
}

/// The files that a user wrote for a resource, by the CLI's questions or by hand. Those with parameters are left out: some
/// of them hold values that are nobody's business.
fn gen1_files(input: ReportInput<'_>, id: &ResourceId) -> Result<Vec<ReportFile>, ReportError> {
    const TOLD: [&str; 5] = [
        "cli-inputs.json",
        "user-pool-group-precedence.json",
        "custom-policies.json",
        "custom-roles.json",
        "override.ts",
    ];
    let folder = format!("{}/{}/{}", input.backend.app.source_tree, id.category.0, id.name);
    let mut files = Vec::new();
    for name in TOLD {
        let path = format!("{folder}/{name}");
        let bytes = input.files.read(&path).map_err(|source| ReportError::Unreadable {
            path: path.clone(),
            source,
        })?;
        if let Some(text) = bytes.as_deref().and_then(as_text) {
            let text = secrets::without_secrets(&text).into_owned();
            files.push(ReportFile { path, text });
        }
    }
    if let Some(data) = &input.backend.data
        && id.category == Category::api()
        && id.name == data.name
    {
        files.extend(data.schema.iter().map(|file| ReportFile {
            path: file.path.clone(),
            text: file.text.clone(),
        }));
    }
    Ok(files)
}

fn as_text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn permissions(input: ReportInput<'_>) -> Vec<ReportPermission> {
    let statements = input.backend.grants.iter().filter(|grant| !calls_rest_api(grant));
    let mut permissions: Vec<ReportPermission> = statements
        .map(|grant| permission(input, grant))
        .chain(
            input
                .backend
                .rest_apis
                .iter()
                .flat_map(|api| rest_permissions(input, api)),
        )
        .collect();
    permissions.sort_by(|one, other| one.principal.cmp(&other.principal));
    permissions
}

/// What the CLI wrote into policies about who may call a REST API: it is told path by path.
fn calls_rest_api(grant: &Grant) -> bool {
    let statement = &grant.statement;
    let mut references = statement.resources.iter().flat_map(Expression::references).peekable();
    !matches!(grant.principal, Principal::Function(_))
        && statement.effect == Effect::Allow
        && statement.actions == ["execute-api:Invoke"]
        && references.peek().is_some()
        && references.all(|reference| matches!(reference.target, Target::RestApi(_)))
}

/// Who may call which path of a REST API.
fn rest_permissions(input: ReportInput<'_>, api: &RestApi) -> Vec<ReportPermission> {
    let mut permissions = Vec::new();
    for path in &api.paths {
        let access = &path.access;
        let groups = access
            .groups
            .iter()
            .map(|(name, methods)| (Principal::Group(name.clone()), methods));
        let of_users = [
            (Principal::Authenticated, &access.authenticated),
            (Principal::Unauthenticated, &access.guest),
        ];
        for (principal, methods) in of_users.into_iter().chain(groups) {
            if methods.is_empty() || access.open {
                continue;
            }
            permissions.push(ReportPermission {
                principal: principal.to_string(),
                policy: format!("paths of {}", api.name),
                effect: Effect::Allow,
                actions: vec!["execute-api:Invoke".to_owned()],
                resources: methods
                    .iter()
                    .map(|method| format!("{method} {} of api/{}", path.path, api.name))
                    .collect(),
                conditions: Vec::new(),
                not_given_because: not_given_because(input, |permission| {
                    matches!(permission, Permission::RestApi { api: name, principal: who } if *name == api.name && *who == principal)
                }),
                location: api.location.clone(),
            });
        }
    }
    permissions
}

/// `None`: it is given. What nobody gave is not given, whether anybody said so or not.
fn not_given_because(input: ReportInput<'_>, is_it: impl Fn(&Permission) -> bool) -> Option<String> {
    let mut outcomes = input
        .generated
        .permissions
        .iter()
        .filter(|outcome| is_it(&outcome.permission))
        .peekable();
    if outcomes.peek().is_none() {
        return Some("nothing in the generated backend has this permission".to_owned());
    }
    outcomes.find_map(|outcome| outcome.not_given_because.clone())
}

fn permission(input: ReportInput<'_>, grant: &Grant) -> ReportPermission {
    let statement = &grant.statement;
    let all_but = |text: &dyn std::fmt::Display| format!("not {text}");
    let conditions = statement.conditions.iter().flat_map(|(operator, keys)| {
        keys.iter().map(move |(key, values)| {
            let values: Vec<String> = values.iter().map(Expression::to_string).collect();
            format!("{key} {operator} {}", values.join(", "))
        })
    });
    ReportPermission {
        principal: grant.principal.to_string(),
        policy: grant.policy.clone(),
        effect: statement.effect,
        actions: statement
            .actions
            .iter()
            .cloned()
            .chain(statement.not_actions.iter().map(|action| all_but(action)))
            .collect(),
        resources: statement
            .resources
            .iter()
            .map(Expression::to_string)
            .chain(statement.not_resources.iter().map(|resource| all_but(resource)))
            .collect(),
        conditions: conditions.collect(),
        not_given_because: not_given_because(
            input,
            |permission| matches!(permission, Permission::Grant(other) if **other == *grant),
        ),
        location: grant.location.clone(),
    }
}

#[cfg(test)]
mod tests;
