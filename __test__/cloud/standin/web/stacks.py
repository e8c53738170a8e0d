"""Every stack at once, for tests that compare whole environments before and after."""

from ministack.services import cloudformation as ministack_cloudformation

from standin.cloudformation.describe import MASKED


def every_stack():
    """Stacks of all accounts and regions that exist, by name, as plain data."""
    described = []
    for (account, region, name), stack in sorted(ministack_cloudformation._stacks._data.items()):
        if stack["StackStatus"] != "DELETE_COMPLETE" and not _is_alias(name, stack):
            described.append({"account": account, "region": region, **_stack(stack)})
    return described


def put_into_status(name, status, reason):
    """Make a stack look as an operation that failed or still runs leaves it; `False` when there is none of that name.

    Nothing works on it, so the status stays until a test changes it again.
    """
    stacks = [stack for (_, _, key), stack in ministack_cloudformation._stacks._data.items() if key == name]
    for stack in stacks:
        stack["StackStatus"], stack["StackStatusReason"] = status, reason
    return bool(stacks)


def _is_alias(name, stack):
    return name != stack["StackName"]


def _stack(stack):
    return {
        "name": stack["StackName"],
        "id": stack["StackId"],
        "status": stack["StackStatus"],
        "template": stack.get("_template"),
        "parameters": {parameter["ParameterKey"]: _value(parameter) for parameter in stack.get("Parameters") or []},
        "outputs": {output["OutputKey"]: output.get("OutputValue") for output in stack.get("Outputs") or []},
        "tags": {tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []},
        "policy": stack.get("_stack_policy"),
        "resources": {
            logical_id: {"type": record.get("ResourceType"), "physicalId": record.get("PhysicalResourceId")}
            for logical_id, record in sorted((stack.get("_resources") or {}).items())
        },
    }


def _value(parameter):
    return MASKED if parameter.get("NoEcho") else parameter.get("ParameterValue")
