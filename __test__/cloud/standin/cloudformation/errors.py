"""Errors inside stack operations, and error answers of actions."""

from ministack.services.cloudformation.helpers import _error


class StackOperationError(Exception):
    """A stack operation cannot go on; the text becomes the status reason."""


def validation_error(message):
    """A ValidationError answer."""
    return _error("ValidationError", message)


def not_stable(stack):
    """The answer for a stack that is busy or in a failed state."""
    return validation_error(f"Stack:{stack['StackId']} is in {stack['StackStatus']} state and can not be updated.")
