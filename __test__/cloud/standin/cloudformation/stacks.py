"""Stacks and resource records: make, find, events, and what other operations they invalidate."""

import copy
import random
import string

import ministack.services.cloudformation as ministack_cloudformation
from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso
from ministack.services.cloudformation import handlers as ministack_handlers
from ministack.services.cloudformation import stacks as ministack_stacks

from standin.cloudformation.conditions import evaluate_conditions
from standin.cloudformation.parameters import parameter_list

STACK_TYPE = "AWS::CloudFormation::Stack"
STABLE_STATUSES = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)
# what an operation on a stack changes, and its failure puts back
DEPLOYED_MEMBERS = (
    "_resources",
    "_template",
    "_template_body",
    "_resolved_params",
    "_conditions",
    "Parameters",
    "Tags",
    "Outputs",
    "Description",
)
LONGEST_UNCUT_NAME = 85
SHORTEST_CUT = 42

all_stacks = ministack_cloudformation._stacks
change_sets = ministack_cloudformation._change_sets
events = ministack_cloudformation._stack_events


def find(reference):
    """A stack by name or ARN, deleted ones included; `None` when there never was one."""
    return ministack_handlers._resolve_stack(reference) if reference else None


def find_live(reference):
    """A stack that is not deleted."""
    stack = find(reference)
    return stack if stack and stack["StackStatus"] != "DELETE_COMPLETE" else None


def is_stable(stack):
    """Whether the stack may be updated."""
    return stack["StackStatus"] in STABLE_STATUSES


def new_stack_id(name):
    """An ARN for a stack of this name."""
    return f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:stack/{name}/{new_uuid()}"


def new_stack(name, template=None, body="", parameters=None, tags=(), parent=None, status="CREATE_IN_PROGRESS"):
    """Register a stack that is to be deployed."""
    stack_id = new_stack_id(name)
    stack = {
        "StackName": name,
        "StackId": stack_id,
        "StackStatus": status,
        "StackStatusReason": "",
        "CreationTime": now_iso(),
        "LastUpdatedTime": "",
        "Description": (template or {}).get("Description", ""),
        "Parameters": parameter_list(parameters),
        "Tags": list(tags),
        "Outputs": [],
        "DisableRollback": False,
        "Capabilities": [],
        "_region": get_region(),
        "_resources": {},
        "_template": template or {},
        "_template_body": body,
        "_resolved_params": parameters or {},
        "_conditions": evaluate_conditions(template, parameters) if template else {},
    }
    if parent:
        stack["ParentId"] = parent["StackId"]
        stack["RootId"] = parent.get("RootId") or parent["StackId"]
    all_stacks[name] = stack
    events[stack_id] = []
    return stack


def nested_stack_name(parent, logical_id):
    """CloudFormation's name for a nested stack: 42 characters each, or the longer one cut to what is left."""
    suffix = "".join(random.choices(string.ascii_uppercase + string.digits, k=random.choice((12, 12, 13))))
    if len(parent) + len(logical_id) > LONGEST_UNCUT_NAME:
        if len(logical_id) <= SHORTEST_CUT:
            parent = parent[: LONGEST_UNCUT_NAME - len(logical_id)]
        elif len(parent) <= SHORTEST_CUT:
            logical_id = logical_id[: LONGEST_UNCUT_NAME - len(parent)]
        else:
            parent, logical_id = parent[:SHORTEST_CUT], logical_id[:SHORTEST_CUT]
    return f"{parent}-{logical_id}-{suffix}"


def new_record(logical_id, resource_type, physical_id, properties, attributes, status, name_seed=""):
    """A stack's record of a resource."""
    record = {
        "PhysicalResourceId": physical_id,
        "ResourceType": resource_type,
        "ResourceStatus": status,
        "LogicalResourceId": logical_id,
        "Properties": properties,
        "Attributes": attributes or {},
        "Timestamp": now_iso(),
    }
    if name_seed:
        record["_name_seed"] = name_seed
    return record


def deployed_state(stack):
    """A copy of what an operation may change."""
    return {name: copy.deepcopy(stack.get(name)) for name in DEPLOYED_MEMBERS}


def add_event(stack, logical_id, resource_type, status, reason="", physical_id=""):
    """Add a resource event."""
    ministack_stacks._add_event(
        stack["StackId"], stack["StackName"], logical_id, resource_type, status, reason, physical_id
    )


def set_status(stack, status, reason=""):
    """Change the stack's status, with its event."""
    stack["StackStatus"], stack["StackStatusReason"] = status, reason
    add_event(stack, stack["StackName"], STACK_TYPE, status, reason, stack["StackId"])


def obsolete_change_sets(stack):
    """Change sets of a stack that changes cannot be executed any more."""
    for change_set in change_sets.values():
        if change_set["StackId"] == stack["StackId"] and change_set["ExecutionStatus"] == "AVAILABLE":
            change_set["ExecutionStatus"] = "OBSOLETE"


def forget_change_sets(stack):
    """A deleted stack has no change sets."""
    for change_set_id in [i for i, c in change_sets.items() if c["StackId"] == stack["StackId"]]:
        change_sets.pop(change_set_id, None)
