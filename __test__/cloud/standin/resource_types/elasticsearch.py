"""Search domains: what the GraphQL transformer makes for models with ``@searchable``. They cannot be searched."""

from ministack.core.responses import get_account_id, get_region

from standin.resource_types import registry

TYPE = "AWS::Elasticsearch::Domain"

domains: dict[tuple, dict] = {}  # (account, region, name) -> properties


def install():
    """Define the type."""
    registry.define(TYPE, create=_create, update=_update, delete=_delete)


def _key(name):
    return (get_account_id(), get_region(), name)


def _attributes(name):
    arn = f"arn:aws:es:{get_region()}:{get_account_id()}:domain/{name}"
    endpoint = f"search-{name}-{'a' * 26}.{get_region()}.es.amazonaws.com"
    return {"Arn": arn, "DomainArn": arn, "DomainEndpoint": endpoint}


def _create(logical_id, properties, stack):
    # AWS draws names of this form, of at most 28 characters in lower case
    name = properties.get("DomainName") or f"{stack}-{logical_id}".lower().replace("_", "-")[-28:].lstrip("-0123456789")
    if _key(name) in domains:
        raise ValueError(f"Domain {name} already exists")
    domains[_key(name)] = dict(properties)
    return name, _attributes(name)


def _update(physical_id, old, new, stack):
    domains[_key(physical_id)] = dict(new)
    return physical_id, _attributes(physical_id)


def _delete(physical_id, properties):
    domains.pop(_key(physical_id), None)
