"""Add the five actions to CloudFormation."""

import ministack.services.cloudformation as ministack_cloudformation

from standin.stack_refactor import create, describe, execute

ACTIONS = {
    "CreateStackRefactor": create.create_stack_refactor,
    "DescribeStackRefactor": describe.describe_stack_refactor,
    "ExecuteStackRefactor": execute.execute_stack_refactor,
    "ListStackRefactorActions": describe.list_stack_refactor_actions,
    "ListStackRefactors": describe.list_stack_refactors,
}


def install():
    """Add the actions."""
    ministack_cloudformation._ACTION_HANDLERS.update(ACTIONS)
