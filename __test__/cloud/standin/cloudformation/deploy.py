"""The background tasks behind CreateStack, UpdateStack, ExecuteChangeSet and DeleteStack."""

import asyncio
import copy
import logging

from standin.cloudformation.apply import Operation, apply
from standin.cloudformation.delete import delete_all_resources
from standin.cloudformation.stacks import all_stacks, set_status
from standin.ledger import book
from standin.settings import latency_seconds

log = logging.getLogger("standin.cloudformation")


async def deploy_stack(
    stack_name,
    stack_id,
    template,
    parameters,
    disable_rollback,
    tags,
    is_update=False,
    previous_stack=None,
    retain_except_on_create=False,
    imports=None,
):
    """Stand for ministack's task of the same signature."""
    stack = all_stacks[stack_name]
    policy_override = stack.pop("_policy_override", None)
    await asyncio.sleep(latency_seconds())
    operation = Operation(retain_except_on_create)
    body = stack["_template_body"]
    old_tags = _take_back_previous(stack, previous_stack) if is_update else []
    try:
        apply(stack, template, body, parameters, operation, is_update, old_tags, policy_override)
    except Exception as error:
        log.info("%s: %s", stack_name, error)
        if is_update:
            _roll_update_back(stack, operation, old_tags, str(error))
        else:
            _roll_creation_back(stack, operation, disable_rollback, str(error))
        return
    _clean_up(stack, operation, is_update)
    book.scan(f"CFN {stack_name}")
    set_status(stack, "UPDATE_COMPLETE" if is_update else "CREATE_COMPLETE")


async def delete_stack(stack_name, stack_id, retain_resources=(), force=False):
    """Stand for ministack's task of the same signature."""
    stack = all_stacks.get(stack_name)
    if not stack:
        return
    set_status(stack, "DELETE_IN_PROGRESS")
    await asyncio.sleep(latency_seconds())
    delete_all_resources(stack, retain_resources)
    book.scan(f"CFN delete {stack_name}")


def _take_back_previous(stack, previous):
    """ministack has changed the stack already: go back to what is deployed, keep the new tags. Returns the old."""
    new_tags = stack.get("Tags") or []
    for name, value in previous.items():
        stack[name] = value if name == "_resources" else copy.deepcopy(value)
    old_tags = stack.get("Tags") or []
    stack["Tags"] = new_tags
    return old_tags


def _roll_creation_back(stack, operation, disable_rollback, reason):
    if disable_rollback:
        set_status(stack, "CREATE_FAILED", reason)
        return
    set_status(stack, "ROLLBACK_IN_PROGRESS", reason)
    _undo(stack, operation)
    stack["_resources"] = {}
    set_status(stack, "ROLLBACK_COMPLETE")
    stack["StackStatusReason"] = reason


def _roll_update_back(stack, operation, old_tags, reason):
    set_status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
    errors = _undo(stack, operation)
    stack["Tags"] = old_tags
    status = "UPDATE_ROLLBACK_FAILED" if errors else "UPDATE_ROLLBACK_COMPLETE"
    set_status(stack, status, "; ".join(errors))
    stack["StackStatusReason"] = reason


def _undo(stack, operation):
    errors = []
    for step in reversed(operation.undo):
        try:
            step()
        except Exception as error:
            log.warning("rollback of %s: %s", stack["StackName"], error)
            errors.append(str(error))
    book.scan(f"CFN rollback {stack['StackName']}")
    return errors


def _clean_up(stack, operation, is_update):
    if operation.clean_up and is_update:
        set_status(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    for step in operation.clean_up:
        try:
            step()
        except Exception as error:
            log.warning("clean-up of %s: %s", stack["StackName"], error)
