//! Maps, place indexes and geofence collections. The CLI makes them with a function of its own (a custom resource), and
//! in a neighbouring region where the service is not in the app's.

use serde_json::{Value, json};

use super::{Interpretation, id_of, typing};
use crate::{
    backend::{
        finding::Severity,
        model::{Expression, GeoKind, GeoResource},
    },
    cloudformation::{Resource, Template, evaluate::EvaluatedTree},
    project::MetaResource,
};

/// Type of the custom resource in the CLI's templates.
const CUSTOM_RESOURCE: &str = "Custom::LambdaCallout";

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let location = interpretation.location_of(resource);
    let id = id_of(resource);
    let found = interpretation
        .symbolic_stack(resource)
        .zip(interpretation.literal_stack(resource))
        .and_then(|(symbolic, literal)| Some((symbolic, custom_resource(symbolic)?, custom_resource(literal)?)));
    let Some((symbolic, found, named)) = found else {
        interpretation.finding(
            "geo-template-missing",
            Severity::Manual,
            format!(
                "the template of {} is missing or holds no such resource",
                resource.path()
            ),
            &location,
            "Fetch the deployed backend with `amplify pull`.",
        );
        return;
    };
    let text = |name: &str| named.property(name).and_then(Value::as_str).map(str::to_owned);
    let (kind, name_property) = match resource.service.as_deref() {
        Some("Map") => (text("mapStyle").map(|style| GeoKind::Map { style }), "mapName"),
        Some("PlaceIndex") => (
            text("dataSource").map(|data_source| GeoKind::PlaceIndex {
                data_source,
                intended_use: text("dataSourceIntendedUse"),
            }),
            "indexName",
        ),
        _ => (Some(GeoKind::GeofenceCollection), "collectionName"),
    };
    let Some(kind) = kind else {
        interpretation.finding(
            "geo-settings-unknown",
            Severity::Manual,
            format!("the style or data source of {} is not known", resource.path()),
            &location,
            "Look it up in the console of Amazon Location Service and define the resource in amplify/geo by hand.",
        );
        return;
    };
    let name_expression = found
        .property(name_property)
        .map(|name| interpretation.decoder.expression(name, &id))
        .filter(|name| name.references().is_empty());
    let own_region = interpretation.project.environment.region.as_deref();
    let geo = GeoResource {
        name: resource.name.clone(),
        kind,
        name_expression,
        deployed_name: resource
            .output_text("Name")
            .map(str::to_owned)
            .or_else(|| text(name_property)),
        is_default: symbolic
            .parameters
            .get("isDefault")
            .or_else(|| resource.entry.get("isDefault"))
            .and_then(typing::truth)
            .unwrap_or(false),
        other_region: region(interpretation, resource, &named, own_region),
        location,
    };
    interpretation.backend.geo.push(geo);
}

fn custom_resource(stack: &EvaluatedTree) -> Option<Resource<'_>> {
    stack
        .template
        .resources()
        .find(|resource| resource.resource_type() == CUSTOM_RESOURCE)
}

fn region(
    interpretation: &Interpretation<'_>,
    resource: &MetaResource,
    named: &Resource<'_>,
    own: Option<&str>,
) -> Option<String> {
    let id = id_of(resource);
    let region = match named.property("region") {
        Some(region) => interpretation.decoder.expression(region, &id),
        None => Expression::Region,
    };
    match region {
        Expression::Literal(region) if Some(region.as_str()) != own => Some(region),
        _ => None,
    }
}

/// Decides the CLI's `RegionMapping`, which tells for each region where the service is: the app's own region stays the
/// place of deployment.
pub(super) fn decide_region(template: &mut Template, region: Option<&str>) {
    let Some(own) = region else { return };
    let mapped = template.document()["Mappings"]["RegionMapping"][own]["locationServiceRegion"]
        .as_str()
        .map(str::to_owned);
    let Some(mapped) = mapped else { return };
    let value = if mapped == own {
        json!({ "Ref": "AWS::Region" })
    } else {
        Value::String(mapped)
    };
    for section in ["Resources", "Outputs"] {
        if let Some(section) = template.document_mut().get_mut(section) {
            replace_lookup(section, &value);
        }
    }
}

fn replace_lookup(value: &mut Value, region: &Value) {
    let is_lookup =
        value["Fn::FindInMap"][0] == "RegionMapping" && value["Fn::FindInMap"][2] == "locationServiceRegion";
    if is_lookup {
        *value = region.clone();
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace_lookup(item, region)),
        Value::Object(entries) => entries.values_mut().for_each(|inner| replace_lookup(inner, region)),
        _ => {}
    }
}
