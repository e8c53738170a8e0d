"""Create, update and delete one resource that is no nested stack."""

from ministack.services.cloudformation import provisioners

from standin.cloudformation.values import same
from standin.custom_resources import dispatch
from standin.custom_resources.dispatch import CustomResourceRequest, is_custom


def create(stack, logical_id, resource_type, properties):
    """(physical id, attributes, name seed) of a new resource."""
    if is_custom(resource_type):
        return *_call("Create", stack, logical_id, resource_type, None, properties), ""
    token = provisioners._NAME_SEED.set("")
    try:
        physical_id, attributes = provisioners._provision_resource(
            resource_type, logical_id, properties, stack["StackName"]
        )
        return physical_id, attributes, provisioners._NAME_SEED.get()
    finally:
        provisioners._NAME_SEED.reset(token)


def update(stack, logical_id, record, old, new, *, retain_replaced, deferred_deletes):
    """(physical id, attributes, name seed) after an update; another physical id means it was replaced.

    Deletes of a replaced resource are added to `deferred_deletes` instead of being done.
    """
    resource_type, physical_id = record["ResourceType"], record["PhysicalResourceId"]
    if is_custom(resource_type):
        return *_call("Update", stack, logical_id, resource_type, physical_id, new, old), ""
    tokens = (
        (provisioners._RETAIN_REPLACED, provisioners._RETAIN_REPLACED.set(retain_replaced)),
        (
            provisioners._DEFERRED_PREDECESSOR_DELETES,
            provisioners._DEFERRED_PREDECESSOR_DELETES.set(deferred_deletes),
        ),
        (provisioners._NAME_SEED, provisioners._NAME_SEED.set(record.get("_name_seed", ""))),
    )
    try:
        physical_id, attributes = provisioners._update_resource(
            resource_type,
            physical_id,
            old,
            _without_mere_spelling(old, new),
            stack["StackName"],
            logical_id,
            record.get("Attributes") or {},
        )
        return physical_id, attributes, provisioners._NAME_SEED.get()
    finally:
        for variable, token in reversed(tokens):
            variable.reset(token)


def delete(stack, logical_id, resource_type, physical_id, properties):
    """Delete a resource."""
    if is_custom(resource_type):
        _call("Delete", stack, logical_id, resource_type, physical_id, properties)
    else:
        provisioners._delete_resource(resource_type, physical_id, properties, stack["StackName"], logical_id)


def with_stack_tags(stack, logical_id, resource_type, properties, tags):
    """The properties a resource is really made with: its own and the stack's tags."""
    return provisioners._with_stack_tags(
        resource_type, properties, tags, stack["StackName"], stack["StackId"], logical_id
    )


def _without_mere_spelling(old, new):
    """`"false"` and `False` are the same value: keep the old spelling, so that no handler sees a change."""
    return {k: old[k] if k in old and same(old[k], v) else v for k, v in new.items()}


def _call(kind, stack, logical_id, resource_type, physical_id, properties, old=None):
    request = CustomResourceRequest(kind, resource_type, logical_id, stack, physical_id, properties, old or {})
    return dispatch.invoke(request)
