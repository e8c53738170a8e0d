"""Reads of Amazon Location: maps, place indexes, geofence collections."""

import re
import time
import urllib.parse

from ministack.core.responses import get_account_id, get_region

from standin.resource_types.location import KINDS, resources
from standin.services.answers import error_json, json_answer

DESCRIBE_PATH = re.compile(r"^/(maps|places|geofencing)/v0/(?:maps|indexes|collections)/([^/]+)$")
LIST_PATH = re.compile(r"^/(maps|places|geofencing)/v0/list-(?:maps|indexes|collections)$")
KIND_OF_PATH = {"maps": "Map", "places": "PlaceIndex", "geofencing": "GeofenceCollection"}


def answer(request):
    """Answer a describe or list call; `None` for anything else."""
    listed = LIST_PATH.match(request.path)
    if listed and request.method == "POST":
        return _list(KINDS[KIND_OF_PATH[listed.group(1)]])
    described = DESCRIBE_PATH.match(request.path)
    if described and request.method == "GET":
        return _describe(KINDS[KIND_OF_PATH[described.group(1)]], urllib.parse.unquote(described.group(2)))
    return None


def _list(kind):
    here = (get_account_id(), get_region(), kind.name)
    return json_answer(200, {"Entries": [{kind.name_property: key[3]} for key in resources if key[:3] == here]})


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
