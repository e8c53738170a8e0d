//! Services that Gen 2 goes on using as they are: what the deployed stack tells about them.

use serde_json::Value;

use super::{Interpretation, id_of};
use crate::{
    backend::model::{ForeignStack, KeptService},
    project::MetaResource,
};

/// Whether a resource is such a service.
pub(super) fn is_kept(resource: &MetaResource) -> bool {
    match resource.category.as_str() {
        "analytics" => resource.service.as_deref() == Some("Pinpoint"),
        "notifications" | "predictions" | "interactions" => true,
        _ => false,
    }
}

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let outputs = interpretation
        .symbolic_stack(resource)
        .map(|stack| stack.outputs.clone())
        .unwrap_or_default();
    let values = outputs
        .iter()
        .filter_map(|(name, value)| {
            let path = value.get("Ref").and_then(Value::as_str);
            let key = match (path, &value["Fn::GetAtt"]) {
                (Some(path), _) => own_part(path)?.to_owned(),
                (None, attribute) => format!(
                    "{}.{}",
                    own_part(attribute.get(0)?.as_str()?)?,
                    attribute.get(1)?.as_str()?
                ),
            };
            Some((key, resource.output_text(name)?.to_owned()))
        })
        .collect();
    let prediction = ["identifyType", "convertType", "interpretType", "inferType"]
        .iter()
        .find_map(|key| resource.entry.get(*key)?.as_str())
        .map(str::to_owned);
    let kept = KeptService {
        id: id_of(resource),
        service: resource.service.clone().unwrap_or_default(),
        prediction,
        outputs: resource.output.clone(),
        values,
        location: interpretation.location_of(resource),
    };
    interpretation.backend.kept_services.push(kept);
}

/// What is in a stack that nothing is generated for: whoever deletes it should know.
pub(super) fn read_foreign(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let template = interpretation.symbolic_stack(resource).map(|stack| &stack.template);
    let resources = template
        .into_iter()
        .flat_map(|template| template.resources())
        .map(|found| (found.logical_id.to_owned(), found.resource_type().to_owned()))
        .collect();
    interpretation.backend.foreign_stacks.push(ForeignStack {
        id: id_of(resource),
        resources,
    });
}

/// A logical path without the stack.
fn own_part(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, own)| own)
}
