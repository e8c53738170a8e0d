"""Delete stacks and resources, honouring DeletionPolicy."""

from ministack.core.responses import now_iso
from ministack.services.cloudformation import engine as ministack_engine

from standin.cloudformation import resources
from standin.cloudformation.errors import StackOperationError
from standin.cloudformation.exports import replace_exports
from standin.cloudformation.intrinsics import context_of
from standin.cloudformation.stacks import (
    STACK_TYPE,
    add_event,
    find,
    forget_change_sets,
    set_status,
)
from standin.ledger import book


def delete_resource(stack, logical_id, resource_type, physical_id, properties):
    """Delete one resource; a nested stack with all it holds."""
    if resource_type != STACK_TYPE:
        resources.delete(stack, logical_id, resource_type, physical_id, properties)
        return
    child = find(physical_id)
    if child and child["StackStatus"] != "DELETE_COMPLETE":
        failed = delete_all_resources(child)
        if failed:
            raise StackOperationError(
                f"Embedded stack {physical_id} was not successfully deleted: "
                f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            )


def delete_all_resources(stack, retained=()):
    """Delete a stack's resources and with them the stack. Returns the logical ids that could not be deleted."""
    set_status(stack, "DELETE_IN_PROGRESS")
    context = context_of(stack)
    failed = []
    for logical_id in _deletion_order(context):
        if logical_id in context.records and not _delete_one(stack, context, logical_id, retained):
            failed.append(logical_id)
    if failed:
        names = ", ".join(sorted(failed))
        set_status(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{names}]. ")
        return failed
    replace_exports(stack["StackId"], {})
    stack["DeletionTime"] = now_iso()
    set_status(stack, "DELETE_COMPLETE")
    forget_change_sets(stack)
    return failed


def _deletion_order(context):
    definitions = context.template.get("Resources") or {}
    try:
        order = ministack_engine._topological_sort(definitions, context.conditions) if definitions else []
    except Exception:  # a template that cannot be sorted: any order will do
        order = []
    order += [logical_id for logical_id in context.records if logical_id not in order]
    return list(reversed(order))


def _delete_one(stack, context, logical_id, retained):
    """Whether the resource is gone or left behind on purpose."""
    record = context.records[logical_id]
    resource_type, physical_id = record["ResourceType"], record["PhysicalResourceId"]
    definition = (context.template.get("Resources") or {}).get(logical_id) or {}
    if context.retains(definition, "DeletionPolicy") or logical_id in retained:
        add_event(stack, logical_id, resource_type, "DELETE_SKIPPED", physical_id=physical_id)
        context.records.pop(logical_id)
        return True
    add_event(stack, logical_id, resource_type, "DELETE_IN_PROGRESS", physical_id=physical_id)
    properties = record.get("Properties") or {}
    tagged = resources.with_stack_tags(stack, logical_id, resource_type, properties, [])
    try:
        delete_resource(stack, logical_id, resource_type, physical_id, tagged)
    except Exception as error:
        record["ResourceStatus"], record["ResourceStatusReason"] = "DELETE_FAILED", str(error)
        add_event(stack, logical_id, resource_type, "DELETE_FAILED", str(error), physical_id)
        return False
    finally:
        book.scan(f"CFN delete {stack['StackName']}/{logical_id}")
    context.records.pop(logical_id)
    add_event(stack, logical_id, resource_type, "DELETE_COMPLETE", physical_id=physical_id)
    return True
