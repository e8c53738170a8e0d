//! Maps, place indexes and geofence collections, in a stack of their own, with what frontends have to know of them.

mod geofences;
mod output;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    physical_name,
    reference::{Handle, Referrer},
    roles,
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Statement},
};
use crate::backend::{
    construct_names::construct_id,
    finding::Severity,
    model::{Category, Expression, GeoKind, GeoResource, Grant, ResourceId, Target},
};

const LOCATION: &str = "aws-cdk-lib/aws-location";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
}

/// Writes `geo/resource.ts`; the setup call for `backend.ts`.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    for geo in &context.backend.geo {
        report(context, geo, findings);
    }
    let mut referrer = Referrer::new(context, "..");
    let mut definitions = Vec::new();
    for (geo, property) in named(context) {
        if let Some(name) = name_of(context, geo, &mut referrer) {
            definitions.push((property, definition(geo, name)));
        }
    }
    if definitions.is_empty() {
        return Ok(None);
    }
    let mut statements = vec![
        Statement::Const(
            "stack".to_owned(),
            Code::name("backend").method("createStack", vec![Code::text("geo")]),
        ),
        Statement::Const("geo".to_owned(), Code::object(definitions)),
    ];
    statements.extend(roles::policies(
        context,
        &mut referrer,
        &Code::name("stack"),
        "Geo",
        names_geo,
        findings,
    ));
    statements.push(output::statement(context));
    let handles = referrer
        .into_handles()
        .into_iter()
        .filter(|handle| *handle != Handle::Geo)
        .collect();
    let view = View {
        file: SetupFile::new(context, "..", "createGeo", &handles, statements),
    };
    let category = Category("geo".to_owned());
    let resources = context.backend.geo.iter();
    tree.insert_for(
        resources.map(|geo| ResourceId::new(category.clone(), &geo.name)),
        "amplify/geo/resource.ts",
        render_template("geo-resource", &view)?,
    );
    geofences::generate(context, tree, findings)?;
    Ok(Some(SetupCall {
        module: "./geo/resource".to_owned(),
        function: "createGeo".to_owned(),
        handles,
        result: Some("geo".to_owned()),
    }))
}

/// Resources that are generated, with the property that each has in the object of all.
fn named<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a GeoResource, &'a str)> {
    context
        .backend
        .geo
        .iter()
        .filter_map(|geo| Some((geo, context.names.geo.get(&geo.name)?.as_str())))
}

fn names_geo(grant: &Grant) -> bool {
    matches!(roles::targets(grant).next(), Some(Target::Other(resource)) if resource.category == Category::geo())
}

/// A name that Gen 1 does not have, made of the same parts.
fn name_of(context: &Context<'_>, geo: &GeoResource, referrer: &mut Referrer<'_>) -> Option<Code> {
    let expression = match (&geo.name_expression, &geo.deployed_name) {
        (Some(expression), _) => expression.clone(),
        (None, Some(name)) => Expression::Literal(name.clone()),
        (None, None) => return None,
    };
    physical_name::of_branch(context, referrer, &expression).ok()
}

fn definition(geo: &GeoResource, name: Code) -> Code {
    let (class, properties) = match &geo.kind {
        GeoKind::Map { style } => (
            "CfnMap",
            vec![
                ("mapName", name),
                ("configuration", Code::object([("style", Code::text(style))])),
            ],
        ),
        GeoKind::PlaceIndex {
            data_source,
            intended_use,
        } => {
            let mut properties = vec![("indexName", name), ("dataSource", Code::text(data_source))];
            if let Some(intended_use) = intended_use {
                let configuration = Code::object([("intendedUse", Code::text(intended_use))]);
                properties.push(("dataSourceConfiguration", configuration));
            }
            ("CfnPlaceIndex", properties)
        }
        GeoKind::GeofenceCollection => ("CfnGeofenceCollection", vec![("collectionName", name)]),
    };
    Code::import(LOCATION, class).construct(vec![
        Code::name("stack"),
        Code::text(construct_id("geo", &geo.name)),
        Code::object(properties),
    ])
}

fn report(context: &Context<'_>, geo: &GeoResource, findings: &mut Findings) {
    if geo.other_region.is_none() && !context.names.geo.contains_key(&geo.name) {
        findings.add(
            "geo-name-unknown",
            Severity::Manual,
            format!("the name of geo/{} is not known, so it is not generated", geo.name),
            &geo.location,
            "Look up the name in the console of Amazon Location Service and define the resource in amplify/geo.",
        );
    }
    if let Some(region) = &geo.other_region {
        findings.add(
            "geo-other-region",
            Severity::Manual,
            format!(
                "geo/{} is in {region}, because Amazon Location Service was not in the app's region; CloudFormation makes it in the region of its stack only, so it is not generated",
                geo.name
            ),
            &geo.location,
            "Look whether the service has come to the app's region and define the resource in amplify/geo, or keep the existing one: give the roles its permissions and name it with backend.addOutput.",
        );
    }
}
