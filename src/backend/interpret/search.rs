//! The domain behind models with `@searchable`.

use super::{Interpretation, id_of, index::main_resource};
use crate::{
    backend::model::Search,
    cloudformation::evaluate::EvaluatedTree,
    project::{GraphqlFolder, MetaResource},
};

/// The transformer of either generation makes the domain as one of Elasticsearch.
const DOMAIN_TYPE: &str = "AWS::Elasticsearch::Domain";
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
    let properties = |kind: &str, logical_id: &str| {
        stack
            .and_then(|stack| main_resource(stack, kind, logical_id)?.properties())
            .map(|properties| interpretation.decoder.properties(properties, &owner))
            .unwrap_or_default()
    };
    Some(Search {
        domain: properties(DOMAIN_TYPE, DOMAIN),
        function: properties("AWS::Lambda::Function", FUNCTION),
        models,
    })
}

fn search_stack<'p>(interpretation: &Interpretation<'p>, resource: &MetaResource) -> Option<&'p EvaluatedTree> {
    interpretation
        .symbolic_stack(resource)?
        .nested
        .values()
        .find(|stack| main_resource(stack, DOMAIN_TYPE, DOMAIN).is_some())
}
