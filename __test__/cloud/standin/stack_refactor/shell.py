"""The stack a refactor is to create, before it holds anything."""

from standin.cloudformation.stacks import events, new_stack, set_status


def create_shell(name, stack_id=None):
    """A stack without template in REVIEW_IN_PROGRESS."""
    stack = new_stack(name, status="REVIEW_IN_PROGRESS")
    if stack_id:
        events[stack_id] = events.pop(stack["StackId"], [])
        stack["StackId"] = stack_id
    set_status(stack, "REVIEW_IN_PROGRESS", "Stack refactor")
    return stack
