"""Exports: replace a stack's own, and who forbids it."""

import ministack.services.cloudformation as ministack_cloudformation
from ministack.services.cloudformation import handlers as ministack_handlers

all_exports = ministack_cloudformation._exports


def exports_of(stack_id):
    """Copies of a stack's exports by name."""
    return {name: dict(export) for name, export in all_exports.items() if export["StackId"] == stack_id}


def replace_exports(stack_id, exports):
    """Make these the exports of the stack."""
    for name in exports_of(stack_id):
        all_exports.pop(name, None)
    for name, export in exports.items():
        all_exports[name] = export


def imports(stack, stack_name, export_name):
    """Whether a stack imports an export."""
    return export_name in ministack_handlers._imported_export_names(stack, stack_name)


def users_of_export(export_name, exclude=()):
    """The names of stacks that import an export."""
    return [
        name
        for name, stack in list(ministack_cloudformation._stacks.items())
        if name not in exclude and stack["StackStatus"] != "DELETE_COMPLETE" and imports(stack, name, export_name)
    ]


def export_problem(stack, exports):
    """Why the stack cannot have these exports; `None` when it can."""
    stack_id = stack["StackId"]
    for name in exports:
        current = all_exports.get(name)
        if current and current["StackId"] != stack_id:
            owner = current["StackId"].split("/")[1]
            return f"Export with name {name} is already exported by stack {owner}. Rollback requested by user."
    for name, export in exports_of(stack_id).items():
        if name in exports and exports[name]["Value"] == export["Value"]:
            continue
        users = users_of_export(name, exclude=(stack["StackName"],))
        if users:
            verb = "updated" if name in exports else "deleted"
            return f"Export {name} cannot be {verb} as it is in use by {users[0]}"
    return None
