//! The domain behind models with `@searchable`.

use super::{Interpretation, id_of, index::main_resource};
use crate::{
    backend::model::Search,
    cloudformation::evaluate::EvaluatedTree,
    project::{GraphqlFolder, MetaResource},
};

const DOMAINS: [&str; 2] = ["AWS::Elasticsearch::Domain", "AWS::OpenSearchService::Domain"];
/// Logical ids of the transformer; it called them after Elasticsearch before.
const DOMAIN: &str = "OpenSearchDomain";
const FUNCTION: &str = "OpenSearchStreamingLambdaFunction";

pub(super) fn read(
    interpretation: &Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
) -> Option<Search> {
    let models: Vec<String> = folder
        .schema
        .iter()
        .flat_map(|file| &file.document.types)
        .filter(|ty| ty.directive("searchable").is_some())
        .map(|ty| ty.name.clone())
        .collect();
    if models.is_empty() {
        return None;
    }
    let owner = id_of(resource);
    let stack = search_stack(interpretation, resource);
    let properties = |types: &[&str], logical_id: &str| {
        types
            .iter()
            .find_map(|kind| main_resource(stack?, kind, logical_id)?.properties())
            .map(|properties| interpretation.decoder.properties(properties, &owner))
            .unwrap_or_default()
    };
    Some(Search {
        domain: properties(&DOMAINS, DOMAIN),
        function: properties(&["AWS::Lambda::Function"], FUNCTION),
        models,
    })
}

fn search_stack<'p>(interpretation: &Interpretation<'p>, resource: &MetaResource) -> Option<&'p EvaluatedTree> {
    interpretation
        .symbolic_stack(resource)?
        .nested
        .values()
        .find(|stack| DOMAINS.iter().any(|kind| main_resource(stack, kind, DOMAIN).is_some()))
}
