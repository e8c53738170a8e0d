use serde::{Deserialize, Serialize};

use super::{expression::Expression, resource::SourceLocation};

/// A resource of the geo category (Amazon Location Service).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeoResource {
    /// Resource name.
    pub name: String,
    /// What it is.
    pub kind: GeoKind,
    /// Name as the template makes it, with the environment in it.
    pub name_expression: Option<Expression>,
    /// Name of the deployed resource.
    pub deployed_name: Option<String>,
    /// The one that frontends use when they name none.
    pub is_default: bool,
    /// Region of the resource, where the service is not in the app's own.
    pub other_region: Option<String>,
    /// The template.
    pub location: SourceLocation,
}

/// Kind of a geo resource with its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GeoKind {
    /// A map.
    Map {
        /// For example `VectorEsriStreets`.
        style: String,
    },
    /// A place index.
    PlaceIndex {
        /// For example `Here`.
        data_source: String,
        /// `SingleUse` or `Storage`.
        intended_use: Option<String>,
    },
    /// A collection of geofences, which hold data.
    GeofenceCollection,
}
