"""Amazon Location: maps, place indexes and geofence collections."""

from dataclasses import dataclass

from ministack.core.responses import get_account_id, get_region

from standin.resource_types import registry

resources: dict[tuple, dict] = {}  # (account, region, kind, name) -> properties


@dataclass(frozen=True)
class Kind:
    """One kind of Location resource and what its parts are called."""

    name: str
    name_property: str
    arn_part: str
    arn_attribute: str

    def arn(self, name):
        return f"arn:aws:geo:{get_region()}:{get_account_id()}:{self.arn_part}/{name}"

    def key(self, name):
        return (get_account_id(), get_region(), self.name, name)

    def attributes(self, name):
        return {"Arn": self.arn(name), self.arn_attribute: self.arn(name)}


KINDS = {
    "Map": Kind("Map", "MapName", "map", "MapArn"),
    "PlaceIndex": Kind("PlaceIndex", "IndexName", "place-index", "IndexArn"),
    "GeofenceCollection": Kind("GeofenceCollection", "CollectionName", "geofence-collection", "CollectionArn"),
}


def install():
    """Define the types."""
    for kind in KINDS.values():
        registry.define(f"AWS::Location::{kind.name}", **_handlers(kind))


def _handlers(kind):
    def create(logical_id, properties, stack):
        name = properties.get(kind.name_property) or f"{stack}-{logical_id}"
        if kind.key(name) in resources:
            raise ValueError(f"{kind.name} {name} already exists")
        resources[kind.key(name)] = dict(properties)
        return name, kind.attributes(name)

    def update(physical_id, old, new, stack):
        resources[kind.key(physical_id)] = dict(new)
        return physical_id, kind.attributes(physical_id)

    def delete(physical_id, properties):
        resources.pop(kind.key(physical_id), None)

    return {"create": create, "update": update, "delete": delete}
