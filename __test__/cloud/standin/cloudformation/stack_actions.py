"""CreateStack, UpdateStack, DeleteStack and SetStackPolicy: what must hold before ministack begins."""

from ministack.services.cloudformation import handlers as ministack_handlers
from ministack.services.cloudformation.helpers import _error, _p

from standin.cloudformation import xml
from standin.cloudformation.errors import not_stable, validation_error
from standin.cloudformation.exports import users_of_export
from standin.cloudformation.stacks import all_stacks, find, find_live, is_stable
from standin.cloudformation.templates import resolve_document

LARGEST_STACK_POLICY = 16384
DELETABLE_WHILE_BUSY = ("REVIEW_IN_PROGRESS", "DELETE_IN_PROGRESS")


def by_stack_name(action):
    """Let an action that knows stacks by name take an ARN too."""

    def with_name(parameters):
        stack = find(_p(parameters, "StackName"))
        return action({**parameters, "StackName": [stack["StackName"]]} if stack else parameters)

    return with_name


def create_stack(parameters):
    """CreateStack; a stack that exists in any state is refused."""
    stack = all_stacks.get(_p(parameters, "StackName"))
    if stack and stack["StackStatus"] != "DELETE_COMPLETE":
        return _error("AlreadyExistsException", f"Stack [{stack['StackName']}] already exists")
    return ministack_handlers._create_stack(parameters)


def update_stack(parameters):
    """UpdateStack, with a stack policy for this update if one is given."""
    stack = find_live(_p(parameters, "StackName"))
    if stack is None:
        return validation_error(f"Stack [{_p(parameters, 'StackName')}] does not exist")
    if not is_stable(stack):
        return not_stable(stack)
    if _p(parameters, "TemplateBody") and _p(parameters, "UsePreviousTemplate").lower() == "true":
        return validation_error(
            "Either Template URL or Template Body or UsePreviousTemplate must be specified, not several"
        )
    policy, error = resolve_document(
        parameters, "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL", "Stack policy"
    )
    if error:
        return error
    answer = ministack_handlers._update_stack(parameters)
    if answer[0] == 200 and policy:
        stack["_policy_override"] = policy
    return answer


def delete_stack(parameters):
    """DeleteStack; not while the stack is busy, and not while somebody imports its exports."""
    stack = find(_p(parameters, "StackName"))
    if stack is None:
        return ministack_handlers._delete_stack(parameters)
    status = stack["StackStatus"]
    if status == "DELETE_COMPLETE":
        return xml.answer("DeleteStack")
    if status.endswith("_IN_PROGRESS") and status not in DELETABLE_WHILE_BUSY:
        return validation_error(f"Stack [{stack['StackId']}] cannot be deleted while in status {status}")
    for output in stack.get("Outputs") or []:
        name = output.get("ExportName")
        users = users_of_export(name, exclude=(stack["StackName"],)) if name else []
        if users:
            return validation_error(f"Export {name} cannot be deleted as it is in use by {users[0]}")
    return ministack_handlers._delete_stack(parameters)


def set_stack_policy(parameters):
    """SetStackPolicy; there is no way to take a policy away again."""
    if len(_p(parameters, "StackPolicyBody").encode()) > LARGEST_STACK_POLICY:
        return validation_error(
            "1 validation error detected: Value at 'stackPolicyBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LARGEST_STACK_POLICY}"
        )
    return by_stack_name(ministack_handlers._set_stack_policy)(parameters)
