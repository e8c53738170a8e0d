"""Reads of Amazon Location: maps, place indexes, geofence collections."""

import re
import time

from ministack.core.responses import get_account_id, get_region

from standin.resource_types.location import KINDS, resources
from standin.services.answers import error_json, json_answer

PATH = re.compile(r"^/(maps/v0/maps|places/v0/indexes|geofencing/v0/collections)(?:/([^/]+))?$")
KIND_OF_PATH = {"maps": "Map", "places": "PlaceIndex", "geofencing": "GeofenceCollection"}


def answer(request):
    """Answer a describe or list call; `None` for anything else."""
    found = PATH.match(request.path)
    if not found:
        return None
    kind = KINDS[KIND_OF_PATH[found.group(1).split("/")[0]]]
    return _describe(kind, found.group(2)) if found.group(2) else _list(kind)


def _list(kind):
    here = (get_account_id(), get_region(), kind.name)
    return json_answer(
        200, {"Entries": [{kind.name_property: key[3]} for key in resources if key[:3] == here]}
    )


def _describe(kind, name):
    properties = resources.get((get_account_id(), get_region(), kind.name, name))
    if properties is None:
        return error_json(404, "ResourceNotFoundException", f"{kind.name} {name} not found")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    document = {
        kind.name_property: name,
        kind.arn_attribute: kind.arn(name),
        "CreateTime": now,
        "UpdateTime": now,
        "Description": properties.get("Description", ""),
        "PricingPlan": properties.get("PricingPlan", "RequestBasedUsage"),
        "DataSource": properties.get("DataSource", "Esri"),
    }
    if "Configuration" in properties:
        document["Configuration"] = properties["Configuration"]
    if kind.name == "PlaceIndex":
        document["DataSourceConfiguration"] = properties.get("DataSourceConfiguration", {})
    return json_answer(200, document)
