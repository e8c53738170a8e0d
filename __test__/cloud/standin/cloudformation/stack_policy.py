"""Stack policies: without one everything is allowed, with one only what it allows; an explicit Deny wins."""

import json
import re


def refusal(stack, changes, override=None):
    """(logical id, type, reason) of the first change the stack's policy forbids, `None` when it allows all."""
    body = override or stack.get("_stack_policy")
    if not body:
        return None
    policy = json.loads(body)
    for change in changes:
        action = _update_action(change)
        logical_id, resource_type = change["LogicalResourceId"], change["ResourceType"]
        if action and not allows(policy, action, logical_id, resource_type):
            reason = (
                f"Action denied by stack policy: Statement [#1] does not allow [{action}] "
                f"for resource [LogicalResourceId/{logical_id}]"
            )
            return logical_id, resource_type, reason
    return None


def allows(policy, action, logical_id, resource_type):
    """Whether a policy allows an update action on a resource."""
    matching = [
        statement
        for statement in _as_list(policy.get("Statement") or [])
        if _matches_action(statement, action)
        and _matches_resource(statement, logical_id)
        and _matches_condition(statement, resource_type)
    ]
    if any(statement.get("Effect") == "Deny" for statement in matching):
        return False
    return bool(matching)


def _update_action(change):
    if change["Action"] == "Modify":
        return "Update:Replace" if change.get("Replacement") == "True" else "Update:Modify"
    return "Update:Delete" if change["Action"] == "Remove" else None


def _matches_action(statement, action):
    patterns = _as_list(statement.get("Action", statement.get("NotAction", [])))
    is_listed = any(_glob(pattern.lower(), action.lower()) for pattern in patterns)
    return is_listed != ("NotAction" in statement)


def _matches_resource(statement, logical_id):
    member = "Resource" if "Resource" in statement else "NotResource"
    patterns = _as_list(statement.get(member, "*"))
    is_listed = any(_glob(pattern, f"LogicalResourceId/{logical_id}") for pattern in patterns)
    return is_listed != (member == "NotResource")


def _matches_condition(statement, resource_type):
    for operator, members in (statement.get("Condition") or {}).items():
        for key, values in members.items():
            if key != "ResourceType":
                continue
            is_pattern = "Like" in operator
            if not any(
                _glob(value, resource_type) if is_pattern else value == resource_type for value in _as_list(values)
            ):
                return False
    return True


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _glob(pattern, text):
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(escaped, text) is not None
