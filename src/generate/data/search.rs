//! Models with `@searchable`: Gen 2's transformer makes the domain, the function that fills it and the queries. The domain gets
//! the size of Gen 1's; it is a new one, and what is in the tables already has to be read into it.

use serde::Serialize;

use super::{resolvers::found, settings};
use crate::{
    backend::{
        finding::Severity,
        model::{Category, GraphqlApi, ResourceId, Search},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        reference::Referrer,
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, Scope, Statement},
    },
};

const SCRIPT: &str = "amplify/data/reindex-search.mjs";

/// Sizes as in Gen 1, and the domain is kept.
pub(super) fn overrides(
    data: &GraphqlApi,
    referrer: &mut Referrer<'_>,
    scope: &mut Scope,
    findings: &mut Findings,
) -> Vec<Statement> {
    let Some(search) = &data.search else {
        return Vec::new();
    };
    let resources = || Code::name("backend").path(&["data", "resources", "cfnResources"]);
    let domain = scope.declare("searchDomain", "Construct");
    let mut statements = vec![Statement::Const(
        domain.clone(),
        resources()
            .member("additionalCfnResources")
            .member("OpenSearchDomain")
            .cast(Code::import("aws-cdk-lib/aws-elasticsearch", "CfnDomain")),
    )];
    let domain = Code::name(domain);
    for (name, value) in &search.domain {
        let statement = settings::setting(referrer, &domain, name, value);
        statements.extend(found(statement, "the search domain", name, data, findings));
    }
    statements.push(Statement::Expression(domain.method(
        "applyRemovalPolicy",
        vec![Code::import("aws-cdk-lib", "RemovalPolicy").member("RETAIN")],
    )));
    let function = resources()
        .member("cfnFunctions")
        .member("OpenSearchStreamingLambdaFunction");
    for (name, value) in &search.function {
        let statement = settings::setting(referrer, &function, name, value);
        statements.extend(found(
            statement,
            "the function that fills the search domain",
            name,
            data,
            findings,
        ));
    }
    for (model, properties) in &search.streams {
        let mapping = resources()
            .member("additionalCfnResources")
            .member(format!("Searchable{model}LambdaMapping"))
            .cast(Code::import("aws-cdk-lib/aws-lambda", "CfnEventSourceMapping"));
        let name = scope.declare(&format!("search{model}Stream"), "Construct");
        statements.push(Statement::Const(name.clone(), mapping));
        for (property, value) in properties {
            let statement = settings::setting(referrer, &Code::name(&name), property, value);
            statements.extend(found(
                statement,
                "the stream of the search domain",
                property,
                data,
                findings,
            ));
        }
    }
    statements
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScriptView {
    region: String,
    branch: String,
    tables: Code,
}

/// The script that reads the tables into the new domain, and a finding that says so.
pub(super) fn script(
    context: &Context<'_>,
    data: &GraphqlApi,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    let Some(search) = &data.search else {
        return Ok(());
    };
    findings.add(
        "search-domain-empty",
        Severity::Manual,
        format!(
            "the search domain of {} is a new, empty one: queries like search{}s find only what is written after the branch is deployed",
            search.models.join(", "),
            search.models.first().map_or("", String::as_str)
        ),
        &data.location,
        format!(
            "Run `node {SCRIPT}` once the branch is deployed: it sends every item of the tables to the function that fills the domain. It may run again at any time. Gen 1's domain stays until Gen 1 is decommissioned, and costs as long as it is there."
        ),
    );
    report_unknown(search, data, findings);
    let tables = data
        .models
        .iter()
        .filter(|model| search.models.contains(&model.name))
        .filter_map(|model| model.table_name.as_deref());
    let view = ScriptView {
        region: context.backend.app.region.clone(),
        branch: context.options.branch.clone(),
        tables: Code::texts(tables),
    };
    tree.insert_for(
        [ResourceId::new(Category::api(), &data.name)],
        SCRIPT,
        render_template("data-reindex-search", &view)?,
    );
    Ok(())
}

fn report_unknown(search: &Search, data: &GraphqlApi, findings: &mut Findings) {
    if !search.is_known {
        findings.add(
            "search-domain-unknown",
            Severity::Manual,
            "the template of the search domain is missing, so its size is not known: Gen 2 makes one t2.small.elasticsearch instance",
            &data.location,
            "Fetch the deployed backend with `amplify pull`, or set elasticsearchClusterConfig and ebsOptions in amplify/data/overrides.ts.",
        );
    }
}
