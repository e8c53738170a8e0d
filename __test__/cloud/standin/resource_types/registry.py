"""ministack's table of resource types, and a way to wrap a type's handlers."""

from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


def replace(resource_type, **handlers):
    """Replace some of a type's handlers (create, update, delete, import); returns the former ones."""
    former = dict(HANDLERS.get(resource_type, {}))
    HANDLERS.setdefault(resource_type, {}).update(handlers)
    return former


def define(resource_type, **handlers):
    """Define a type anew."""
    HANDLERS[resource_type] = handlers


def require_success(answer, what):
    """Turn an error answer of a service into an error."""
    status, _, body = answer
    if status >= 400:
        raise ValueError(f"{what}: {body.decode() if isinstance(body, bytes) else body}")
