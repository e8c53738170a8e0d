use std::collections::BTreeSet;

use crate::{
    backend::model::CustomStack,
    generate::typescript::{Code, Scope, Statement, camel_case},
};

/// What resolvers and functions took from Gen 1's bucket comes from `data/resolvers/`.
pub(super) fn texts(custom: &CustomStack, template: &Code, identifier: &str) -> Vec<Statement> {
    let mut scope = Scope::with_taken(["backend", "stack", "resolverTemplate", identifier]);
    let mut seen = BTreeSet::new();
    let mut statements = Vec::new();
    for file in &custom.resolver_files {
        if !seen.insert(&file.logical_id) {
            continue;
        }
        let class = match file.resource_type.rsplit("::").next() {
            Some("FunctionConfiguration") => "CfnFunctionConfiguration",
            _ => "CfnResolver",
        };
        let resource = template
            .clone()
            .method("getResource", vec![Code::text(&file.logical_id)])
            .cast(Code::import("aws-cdk-lib/aws-appsync", class));
        let name = scope.declare(&camel_case(&file.logical_id), "Resource");
        statements.push(Statement::Const(name.clone(), resource));
        for half in custom
            .resolver_files
            .iter()
            .filter(|other| other.logical_id == file.logical_id)
        {
            if half.path.is_none() {
                continue;
            }
            let text = Code::import("../../resolver-template", "resolverTemplate").call(vec![Code::text(&half.name)]);
            let property = Code::name(&name).member(camel_case(&half.property));
            statements.push(Statement::Assign(property, text));
        }
    }
    statements
}
