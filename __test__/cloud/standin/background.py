"""What goes on in the background: stack operations under way and API calls being answered.

A snapshot may only be taken, and a state only put back, while nothing of this touches the state.
"""

import asyncio
from contextlib import contextmanager

from ministack.services.cloudformation.stacks import _stack_region_context

_operations: set[asyncio.Task] = set()
_calls = 0
_epoch = 0

PATIENCE_SECONDS = 30
POLL_SECONDS = 0.005


class StillBusyError(Exception):
    """Something is still under way after the patience ended."""


def start(coroutine):
    """Run a stack operation in the background."""
    task = asyncio.get_running_loop().create_task(coroutine)
    _operations.add(task)
    task.add_done_callback(_operations.discard)
    return task


def start_in_region_of_stack(coroutine, stack, stack_id=None):
    """Stand for ministack's own starter of stack operations, so that they are known here."""
    with _stack_region_context(stack, stack_id):
        start(coroutine)


def epoch():
    """A number that changes with every restore: who slept through one must not act any more."""
    return _epoch


@contextmanager
def answering():
    """Mark the time in which an API call may read or change the state."""
    global _calls
    _calls += 1
    try:
        yield
    finally:
        _calls -= 1


async def wait_until_idle():
    """Wait until no stack operation and no API call is under way."""
    await _wait_for(lambda: not _operations and not _calls, "stack operations or API calls are still under way")


async def cancel_operations():
    """Drop the stack operations under way and wait for the API calls that are being answered.

    Operations change the state only between two awaits, so a dropped one leaves no half-done change behind
    that the restored state could see.
    """
    global _epoch
    _epoch += 1
    await _wait_for(lambda: not _calls, "API calls are still being answered")
    tasks = list(_operations)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _wait_for(condition, complaint):
    for _ in range(int(PATIENCE_SECONDS / POLL_SECONDS)):
        if condition():
            return
        await asyncio.sleep(POLL_SECONDS)
    raise StillBusyError(complaint)
