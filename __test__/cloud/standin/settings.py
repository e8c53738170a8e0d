"""Settings that can be changed while the stand-in runs (`POST /_config`)."""

settings = {
    # how long a stack operation, a refactor's validation and a change set take, in milliseconds
    "latency_ms": 50,
    # between EXECUTE_COMPLETE of a refactor and its stacks being complete, in milliseconds
    "settle_ms": 300,
    # a failed execution leaves the stack it was to create behind as REVIEW_IN_PROGRESS
    "shell_on_failed_execute": True,
    # CreateStackRefactor already makes the REVIEW_IN_PROGRESS shell of a stack to be created
    "shell_on_create": False,
    # a refactor inside one stack (a rename) is accepted
    "allow_one_stack_refactor": True,
    # a change of DeletionPolicy, Metadata and the like counts as a modification in a refactor
    "strict_attributes": True,
}


def latency_seconds():
    """The time of an asynchronous operation."""
    return settings["latency_ms"] / 1000


def settle_seconds():
    """The time stacks need after a refactor."""
    return settings["settle_ms"] / 1000
