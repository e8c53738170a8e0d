"""Put our CloudFormation in the place of ministack's."""

import ministack.services.cloudformation as ministack_cloudformation
from ministack.services.cloudformation import changesets, engine, handlers, helpers, stacks

from standin import background
from standin.cloudformation import change_sets, deploy, describe, stack_actions
from standin.cloudformation.changes import has_no_updates
from standin.cloudformation.conditions import active_resources, evaluate_conditions
from standin.cloudformation.idempotency import idempotent
from standin.cloudformation.intrinsics import Context
from standin.cloudformation.parameters import resolve_parameters
from standin.cloudformation.stacks import all_stacks
from standin.cloudformation.templates import resolve_document, validate_template
from standin.cloudformation.values import normalize

_ministack_validate_support = engine.validate_template_support

ACTIONS = {
    "CreateChangeSet": change_sets.create_change_set,
    "CreateStack": stack_actions.create_stack,
    "DeleteChangeSet": change_sets.delete_change_set,
    "DeleteStack": stack_actions.delete_stack,
    "DescribeChangeSet": change_sets.describe_change_set,
    "DescribeStackResources": describe.describe_stack_resources,
    "DescribeStacks": describe.describe_stacks,
    "ExecuteChangeSet": change_sets.execute_change_set,
    "GetTemplate": describe.get_template,
    "ListChangeSets": change_sets.list_change_sets,
    "ListStackResources": describe.list_stack_resources,
    "ListStacks": describe.list_stacks,
    "SetStackPolicy": stack_actions.set_stack_policy,
    "UpdateStack": stack_actions.update_stack,
}
# ministack's own, which know stacks by name only
ACTIONS_BY_NAME = (
    "DescribeStackEvents",
    "DescribeStackResourceDrifts",
    "DetectStackDrift",
    "GetStackPolicy",
    "UpdateTerminationProtection",
)
ACTIONS_WITH_TOKEN = ("CreateChangeSet", "CreateStack", "DeleteStack", "ExecuteChangeSet", "UpdateStack")


def install():
    """Replace functions in ministack's modules, and actions in its table."""
    replacements = {
        "_create_stack_task_in_region": background.start_in_region_of_stack,
        "_delete_stack_async": deploy.delete_stack,
        "_deploy_stack_async": deploy.deploy_stack,
        "_evaluate_conditions": evaluate_conditions,
        "_find_change_set": change_sets.find_change_set,
        "_resolve_parameters": resolve_parameters,
        "validate_template_support": _validate_support,
    }
    for module in (engine, stacks, handlers, changesets):
        for name, function in replacements.items():
            if hasattr(module, name):
                setattr(module, name, function)
    helpers._resolve_document = resolve_document
    handlers._stack_has_no_updates = has_no_updates
    handlers._capabilities_enforced = lambda: True
    changesets._resolve_props_for_diff = _properties_for_comparison
    table = ministack_cloudformation._ACTION_HANDLERS
    table.update(ACTIONS)
    for action in ACTIONS_WITH_TOKEN:
        table[action] = idempotent(action, table[action])
    for action in ACTIONS_BY_NAME:
        table[action] = stack_actions.by_stack_name(table[action])


def _validate_support(template, conditions, params=None):
    validate_template(template)
    return _ministack_validate_support(template, conditions, params)


def _properties_for_comparison(template, parameters, stack_name, stack_id):
    """The template with evaluated properties, as ministack's IMPORT change sets compare it."""
    if not template:
        return {}
    conditions = evaluate_conditions(template, parameters)
    records = (all_stacks.get(stack_name) or {}).get("_resources") or {}
    context = Context(template, parameters, conditions, records, stack_name, stack_id)
    resources = {}
    for logical_id, definition in active_resources(template, conditions).items():
        try:
            properties = normalize(context.properties(definition, strict=False))
        except Exception:  # refers to what does not exist yet: compare as written
            properties = definition.get("Properties", {})
        resources[logical_id] = {**definition, "Properties": properties}
    return {"Resources": resources}
