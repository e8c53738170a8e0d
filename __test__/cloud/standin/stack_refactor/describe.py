"""DescribeStackRefactor, ListStackRefactors and ListStackRefactorActions."""

from ministack.services.cloudformation.helpers import _error, _p, _page

from standin.cloudformation import xml
from standin.stack_refactor.refactors import refactors

DEFAULT_PAGE_SIZE = 100
TAG_NAMES = ("stack-name", "logical-id", "stack-id")


def find_refactor(parameters):
    """The refactor asked for, with its present status; `None` when there is none."""
    refactor = refactors.get(_p(parameters, "StackRefactorId"))
    if refactor is not None:
        refactor.refresh()
    return refactor


def not_found(parameters):
    """The answer for an unknown refactor."""
    refactor_id = _p(parameters, "StackRefactorId")
    message = f"Stack refactor {refactor_id} does not exist"
    return _error("StackRefactorNotFoundException", message, 404)


def describe_stack_refactor(parameters):
    """DescribeStackRefactor."""
    refactor = find_refactor(parameters)
    if refactor is None:
        return not_found(parameters)
    stack_ids = [_stack_id(refactor, name) for name in refactor.definitions]
    ids = xml.wrap("StackIds", xml.members(stack_ids))
    return xml.answer("DescribeStackRefactor", _summary(refactor) + ids)


def list_stack_refactors(parameters):
    """ListStackRefactors, by execution status if asked for."""
    statuses = set()
    while status := _p(parameters, f"ExecutionStatusFilter.member.{len(statuses) + 1}"):
        statuses.add(status)
    found = list(refactors.values())
    for refactor in found:
        refactor.refresh()
    found = [refactor for refactor in found if not statuses or refactor.execution_status in statuses]
    page, token, error = _page(found, parameters, "ListStackRefactors", _page_size(parameters))
    if error:
        return error
    summaries = xml.wrap("StackRefactorSummaries", xml.members(map(_summary, page)))
    return xml.answer("ListStackRefactors", summaries + token)


def list_stack_refactor_actions(parameters):
    """ListStackRefactorActions: the stacks that are created, then the resources that move."""
    refactor = find_refactor(parameters)
    if refactor is None:
        return not_found(parameters)
    rows = [_creation(name, planned) for name, planned in refactor.stacks_after.items() if planned.is_new]
    rows += [_move(refactor, move) for move in refactor.moves]
    page, token, error = _page(rows, parameters, "ListStackRefactorActions", _page_size(parameters))
    if error:
        return error
    return xml.answer("ListStackRefactorActions", xml.wrap("StackRefactorActions", xml.members(page)) + token)


def _page_size(parameters):
    return int(_p(parameters, "MaxResults") or DEFAULT_PAGE_SIZE)


def _stack_id(refactor, name):
    planned = refactor.stacks_after.get(name)
    return refactor.stack_ids.get(name) or (planned.stack_id if planned else name)


def _summary(refactor):
    return "".join(
        (
            xml.element("StackRefactorId", refactor.id),
            xml.element("Description", refactor.description),
            xml.element("ExecutionStatus", refactor.execution_status),
            xml.element("ExecutionStatusReason", refactor.execution_status_reason),
            xml.element("Status", refactor.status),
            xml.element("StatusReason", refactor.status_reason),
        )
    )


def _creation(name, planned):
    return (
        "<Action>CREATE</Action><Entity>STACK</Entity>"
        + xml.element("PhysicalResourceId", planned.stack_id)
        + xml.element("Description", f"Stack {name} will be created")
        + "<Detection>MANUAL</Detection>"
    )


def _move(refactor, move):
    source, destination = move.source, move.destination
    source_id, target_id = _stack_id(refactor, source.stack), _stack_id(refactor, destination.stack)
    record = refactor.stacks_after[destination.stack].records[destination.logical_id]
    values = (destination.stack, destination.logical_id, target_id)
    tags = [
        {"Key": f"aws:cloudformation:{name}", "Value": value} for name, value in zip(TAG_NAMES, values, strict=True)
    ]
    description = f"Resource {source.logical_id} will be moved to {destination.logical_id} of stack {destination.stack}"
    mapping = xml.wrap("Source", _place(source_id, source)) + xml.wrap("Destination", _place(target_id, destination))
    return "".join(
        (
            "<Action>MOVE</Action><Entity>RESOURCE</Entity>",
            xml.element("PhysicalResourceId", record["PhysicalResourceId"]),
            xml.element("Description", description),
            xml.element("Detection", move.detection),
            xml.element("DetectionReason", move.reason),
            xml.wrap("TagResources", xml.tags(tags)),
            xml.wrap("UntagResources", xml.members(tag["Key"] for tag in tags)),
            xml.wrap("ResourceMapping", mapping),
        )
    )


def _place(stack_id, place):
    return xml.element("StackName", stack_id) + xml.element("LogicalResourceId", place.logical_id)
