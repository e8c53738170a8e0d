use super::{resolvers, search, settings};
use crate::{
    backend::{
        finding::Severity,
        model::{
            Attribute, AuthorizationMode, Category, Expression, Grant, GraphqlApi, ModelKey, Reference, ResourceId,
            Statement as IamStatement, Target,
        },
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        reference::Referrer,
        roles,
        setup::{SetupCall, SetupFile},
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, Scope, Statement, camel_case},
        wiring::{inline_policy, policy_statement},
    },
};

/// `data/overrides.ts`: what `defineData` cannot say. Nothing when there is nothing.
pub(super) fn generate(
    context: &Context<'_>,
    data: &GraphqlApi,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    let mut referrer = Referrer::new(context, "..");
    let mut statements = Vec::new();
    if data.xray_enabled {
        let api = Code::name("backend").path(&["data", "resources", "cfnResources", "cfnGraphqlApi"]);
        statements.push(Statement::Assign(api.member("xrayEnabled"), Code::Boolean(true)));
    }
    for (property, value) in &data.other_properties {
        let api = Code::name("backend").path(&["data", "resources", "cfnResources", "cfnGraphqlApi"]);
        let statement = settings::setting(&mut referrer, &api, property, value);
        statements.extend(resolvers::found(statement, "the API", property, data, findings));
    }
    statements.extend(super::authorization::exact(context, data, findings));
    let mut scope = Scope::with_taken(["backend"]);
    statements.extend(search::overrides(data, &mut referrer, &mut scope, findings));
    for model in &data.models {
        if let Some(key) = &model.key {
            let table = scope.declare(&format!("{}Table", camel_case(&model.name)), "Construct");
            statements.extend(own_key(&mut referrer, &model.name, &table, key));
        }
    }
    if context.has_unused_identities() && names_iam(data) {
        statements.push(without_role_policies());
    }
    if let Some(bridge) = bridge(context, data, &mut referrer, findings) {
        statements.push(bridge);
    }
    if statements.is_empty() {
        return Ok(None);
    }
    let handles = referrer.into_handles();
    let file = SetupFile::new(context, "..", "overrideData", &handles, statements);
    tree.insert_for(
        [ResourceId::new(Category::api(), &data.name)],
        "amplify/data/overrides.ts",
        render_template("data-overrides", &file)?,
    );
    Ok(Some(SetupCall {
        module: "./data/overrides".to_owned(),
        function: "overrideData".to_owned(),
        handles,
        result: None,
    }))
}

/// Rules for IAM give the roles of the identity pool a policy; without one in Gen 1 nobody could come by these roles.
fn without_role_policies() -> Statement {
    let node = Code::name("backend").path(&["data", "node"]);
    let child = Code::name("child");
    let remove = node
        .clone()
        .method("tryRemoveChild", vec![child.clone().path(&["node", "id"])]);
    let is_policy = child.instance_of(Code::import("aws-cdk-lib/aws-iam", "ManagedPolicy"));
    Statement::ForOf(
        "child".to_owned(),
        node.member("children"),
        vec![Statement::If(is_policy, vec![Statement::Expression(remove)])],
    )
}

fn names_iam(data: &GraphqlApi) -> bool {
    std::iter::once(&data.default_mode)
        .chain(&data.additional_modes)
        .any(|mode| *mode == AuthorizationMode::Iam)
}

/// An imported table must have the key that its construct says. The library takes every model's key for `id` there, and the
/// deployment would refuse the table of a model with `@primaryKey`.
fn own_key(referrer: &mut Referrer<'_>, model: &str, table: &str, key: &ModelKey) -> Vec<Statement> {
    let child = |code: Code, id: &str| code.member("node").method("findChild", vec![Code::text(id)]);
    let construct = [model.to_owned(), format!("{model}Table"), "Default".to_owned()]
        .iter()
        .fold(Code::name("backend").member("data"), |code, id| child(code, id))
        .path(&["node", "defaultChild"])
        .cast(Code::import("aws-cdk-lib", "CfnResource"));
    let overrides = [
        ("keySchema", &key.key_schema),
        ("attributeDefinitions", &key.attribute_definitions),
    ]
    .into_iter()
    .filter_map(|(property, value)| {
        let value = referrer.property(property, value).ok()?;
        let arguments = vec![Code::text(property), value];
        Some(Statement::Expression(
            Code::name(table).method("addPropertyOverride", arguments),
        ))
    });
    std::iter::once(Statement::Const(table.to_owned(), construct))
        .chain(overrides)
        .collect()
}

/// After the refactor the users of Gen 1 frontends come with the roles of Gen 2: these may then do with the Gen 1 API what
/// the roles of Gen 1 might, and nothing more.
fn bridge(
    context: &Context<'_>,
    data: &GraphqlApi,
    referrer: &mut Referrer<'_>,
    findings: &mut Findings,
) -> Option<Statement> {
    let grants: Vec<&Grant> = roles::of_users(context)
        .filter(|grant| roles::targets(grant).any(|target| *target == Target::GraphqlApi))
        .collect();
    if grants.is_empty() {
        return None;
    }
    let Some(api_id) = &data.api_id else {
        for grant in grants {
            roles::not_granted(grant, "the id of the Gen 1 API is not known", findings);
        }
        return None;
    };
    let mut policies: Vec<Statement> = Vec::new();
    let mut by_role: Vec<(&crate::backend::model::Principal, Vec<Code>)> = Vec::new();
    for grant in grants {
        if !roles::has_role(context, &grant.principal) {
            roles::not_granted(grant, "there is no such role", findings);
            continue;
        }
        let statement = on_gen1_api(&grant.statement, api_id);
        match policy_statement(referrer, &statement) {
            Ok(code) => {
                findings.granted(grant.into());
                match by_role.iter_mut().find(|(principal, _)| **principal == grant.principal) {
                    Some((_, statements)) => statements.push(code),
                    None => by_role.push((&grant.principal, vec![code])),
                }
            }
            Err(unresolved) => roles::not_granted(grant, &format!("{} has no counterpart", unresolved.what), findings),
        }
    }
    for (principal, statements) in by_role {
        let role = referrer.role(principal);
        policies.push(Statement::Expression(inline_policy(
            Code::name("backend").path(&["data", "stack"]),
            &format!("Gen1Api{}", roles::principal_id(principal)),
            vec![role],
            statements,
        )));
    }
    if policies.is_empty() {
        return None;
    }
    if data.admin_role_names.is_empty() {
        findings.add(
            "auth-provider-iam",
            Severity::Warning,
            format!("API {} is used with IAM; after the refactor its Gen 1 resolvers see roles of Gen 2, which they refuse unless custom-roles.json names them", data.name),
            &data.location,
            format!(
                "Before the migration write {{ \"adminRoleNames\": [\"amplify-{}\"] }} to amplify/backend/api/{}/custom-roles.json and push.",
                context.backend.app.app_id.as_deref().unwrap_or("<app id>"),
                data.name
            ),
        );
    }
    Some(Statement::If(referrer.branch_constant("isMigratedBranch"), policies))
}

/// The statement with the id of the Gen 1 API instead of a reference to the API.
fn on_gen1_api(statement: &IamStatement, api_id: &str) -> IamStatement {
    let literal = |expressions: &[Expression]| -> Vec<Expression> {
        expressions
            .iter()
            .map(|expression| with_api_id(expression, api_id))
            .collect()
    };
    IamStatement {
        resources: literal(&statement.resources),
        not_resources: literal(&statement.not_resources),
        ..statement.clone()
    }
}

fn with_api_id(expression: &Expression, api_id: &str) -> Expression {
    match expression {
        Expression::Reference(Reference {
            target: Target::GraphqlApi,
            attribute: Attribute::Id,
        }) => Expression::Literal(api_id.to_owned()),
        Expression::Concat(parts) => Expression::concat(parts.iter().map(|part| with_api_id(part, api_id))),
        other => other.clone(),
    }
}
