"""Gen 1's callouts that make maps, place indexes and geofence collections: only names and ARNs are of interest."""

# property that names the resource, prefix of the attributes, kind in the ARN
KINDS = (
    ("mapName", "Map", "map"),
    ("indexName", "Index", "place-index"),
    ("collectionName", "Collection", "geofence-collection"),
)


def answer_callout(request):
    """Name and ARN of the resource; None for a callout about something else."""
    properties = request.properties
    for name_property, prefix, kind in KINDS:
        name = properties.get(name_property)
        if name:
            account = request.stack["StackId"].split(":")[4]
            arn = f"arn:aws:geo:{properties.get('region')}:{account}:{kind}/{name}"
            return name, {f"{prefix}Name": name, f"{prefix}Arn": arn}
    return None
