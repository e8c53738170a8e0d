use super::named;
use crate::{
    backend::model::{GeoKind, GeoResource},
    generate::{
        context::Context,
        typescript::{Code, Entry, Statement},
    },
};

/// `backend.addOutput({ geo: ... })`, as Amplify's libraries read it.
pub(super) fn statement(context: &Context<'_>) -> Statement {
    let mut geo = vec![("aws_region".to_owned(), Code::name("stack").member("region"))];
    let of = |property: &str, member: &str| Code::name("geo").member(property).member(member);
    let maps: Vec<(&GeoResource, &str)> = named(context)
        .filter(|(geo, _)| matches!(geo.kind, GeoKind::Map { .. }))
        .collect();
    if !maps.is_empty() {
        let items = maps
            .iter()
            .filter_map(|(geo, property)| match &geo.kind {
                GeoKind::Map { style } => Some(Entry::Computed(
                    of(property, "mapName"),
                    Code::object([("style", Code::text(style))]),
                )),
                _ => None,
            })
            .collect();
        let default = of(default_of(&maps), "mapName");
        geo.push((
            "maps".to_owned(),
            Code::object([("items", Code::Object(items)), ("default", default)]),
        ));
    }
    for (key, member, is_kind) in [
        (
            "search_indices",
            "indexName",
            (|kind| matches!(kind, GeoKind::PlaceIndex { .. })) as fn(&GeoKind) -> bool,
        ),
        ("geofence_collections", "collectionName", |kind| {
            *kind == GeoKind::GeofenceCollection
        }),
    ] {
        let found: Vec<(&GeoResource, &str)> = named(context).filter(|(geo, _)| is_kind(&geo.kind)).collect();
        if found.is_empty() {
            continue;
        }
        let items = found.iter().map(|(_, property)| of(property, member)).collect();
        let default = of(default_of(&found), member);
        geo.push((
            key.to_owned(),
            Code::object([("items", Code::Array(items)), ("default", default)]),
        ));
    }
    Statement::Expression(Code::name("backend").method("addOutput", vec![Code::object([("geo", Code::object(geo))])]))
}

/// The default of a kind; frontends need one where the CLI had none.
fn default_of<'a>(resources: &[(&GeoResource, &'a str)]) -> &'a str {
    resources
        .iter()
        .find(|(geo, _)| geo.is_default)
        .or_else(|| resources.first())
        .map_or("", |(_, property)| *property)
}
