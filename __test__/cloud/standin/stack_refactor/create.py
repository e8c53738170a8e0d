"""CreateStackRefactor: what is refused at once, then the validation in the background."""

import asyncio
import logging

from ministack.core.responses import get_region, new_uuid
from ministack.services import s3
from ministack.services.cloudformation import helpers as ministack_helpers
from ministack.services.cloudformation.helpers import _p

from standin import background
from standin.cloudformation import xml
from standin.cloudformation.errors import not_stable, validation_error
from standin.cloudformation.stacks import find_live, is_stable
from standin.cloudformation.templates import fetch_template
from standin.s3_url import split_s3_url
from standin.settings import latency_seconds, settings
from standin.stack_refactor.plan import RefusedError, plan
from standin.stack_refactor.refactors import (
    Place,
    StackDefinition,
    StackRefactor,
    refactors,
    take_injected_failure,
)
from standin.stack_refactor.shell import create_shell

MOST_STACKS = 5
LARGEST_BODY = 51200
LONGEST_DESCRIPTION = 1024
CONSTRAINT = "failed to satisfy constraint: Member must have length"

log = logging.getLogger("standin.stack_refactor")


class _BadRequestError(Exception):
    """Carries the error answer."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer


def create_stack_refactor(parameters):
    """CreateStackRefactor."""
    try:
        _check_description(parameters)
        definitions = _definitions(parameters)
        mappings = _mappings(parameters, definitions)
    except _BadRequestError as error:
        return error.answer
    refactor = StackRefactor(
        id=new_uuid(),
        description=_p(parameters, "Description"),
        definitions=definitions,
        mappings=mappings,
        stack_ids={name: find_live(name)["StackId"] for name, d in definitions.items() if not d.is_new},
    )
    refactors[refactor.id] = refactor
    background.start(_validate(refactor))
    return xml.answer("CreateStackRefactor", xml.element("StackRefactorId", refactor.id))


async def _validate(refactor):
    await asyncio.sleep(latency_seconds())
    try:
        reason = take_injected_failure("create", refactor)
        if reason:
            raise RefusedError(reason)
        plan(refactor)
    except (RefusedError, ValueError) as error:
        refactor.fail_creation(str(error))
        return
    except Exception as error:
        log.exception("validation of stack refactor %s", refactor.id)
        refactor.fail_creation(str(error))
        return
    if settings["shell_on_create"]:
        for name, definition in refactor.definitions.items():
            if definition.is_new:
                refactor.stack_ids[name] = create_shell(name)["StackId"]
    refactor.become_available()


def _refuse(message):
    raise _BadRequestError(validation_error(message))


def _check_description(parameters):
    description = _p(parameters, "Description")
    if len(description) > LONGEST_DESCRIPTION:
        _refuse(
            f"1 validation error detected: Value '{description[:60]}...' at 'description' {CONSTRAINT} "
            f"less than or equal to {LONGEST_DESCRIPTION}"
        )


def _definitions(parameters):
    prefixes = list(_member_prefixes(parameters, "StackDefinitions"))
    fewest = 1 if settings["allow_one_stack_refactor"] else 2
    if not fewest <= len(prefixes) <= MOST_STACKS:  # R1
        limit = (
            f"less than or equal to {MOST_STACKS}"
            if len(prefixes) > MOST_STACKS
            else f"greater than or equal to {fewest}"
        )
        _refuse(f"1 validation error detected: Value at 'stackDefinitions' {CONSTRAINT} {limit}")
    may_create = _p(parameters, "EnableStackCreation").lower() == "true"
    definitions = {}
    for prefix in prefixes:
        definition = _definition(parameters, prefix, may_create)
        if definition.name in definitions:  # R8
            _refuse(f"Stack {definition.name} appears more than once in StackDefinitions")
        definitions[definition.name] = definition
    return definitions


def _definition(parameters, prefix, may_create):
    reference = _p(parameters, prefix + "StackName")
    if not reference:
        _refuse("StackName is required in every StackDefinition")
    body = _body(parameters, prefix, reference)
    stack = find_live(reference)
    name = stack["StackName"] if stack else reference
    if any(name in other.definitions for other in refactors.values() if other.status == "CREATE_IN_PROGRESS"):  # R8
        _refuse(f"Stack {name} is part of another stack refactor that is in progress")
    if stack is not None:
        if not is_stable(stack):  # R6, R7, R34
            raise _BadRequestError(not_stable(stack))
        return StackDefinition(stack["StackName"], body, is_new=False)
    if reference.startswith("arn:") or not may_create:  # R5
        _refuse(f"Stack [{reference}] does not exist")
    problems = ministack_helpers.stack_name_problems(reference)
    if problems:
        _refuse(ministack_helpers.validation_error_message(problems))
    return StackDefinition(reference, body, is_new=True)


def _body(parameters, prefix, reference):
    body, url = _p(parameters, prefix + "TemplateBody"), _p(parameters, prefix + "TemplateURL")
    if bool(body) == bool(url):  # R2
        _refuse(f"Exactly one of TemplateBody or TemplateURL must be specified for stack {reference}")
    if len(body.encode()) > LARGEST_BODY:  # R3
        _refuse(
            "1 validation error detected: Value at 'stackDefinitions.1.member.templateBody' "
            f"{CONSTRAINT} less than or equal to {LARGEST_BODY}"
        )
    if body:
        return body
    try:
        _check_region(url)
        return fetch_template(url)
    except ValueError as error:
        return _refuse(str(error))


def _check_region(url):
    """R3: the bucket of a template is in the region of the call."""
    bucket, _ = split_s3_url(url)
    found = s3._buckets.get(bucket)
    if found is not None and (found.get("region") or "us-east-1") != get_region():
        raise ValueError(
            "S3 error: The bucket you are attempting to access must be addressed using the specified endpoint. "
            f"Please send all future requests to this endpoint. ({url})"
        )


def _mappings(parameters, definitions):
    found = []
    for prefix in _member_prefixes(parameters, "ResourceMappings"):
        source = _place(parameters, f"{prefix}Source", "Source", definitions)
        destination = _place(parameters, f"{prefix}Destination", "Destination", definitions)
        found.append((source, destination))
    return found


def _place(parameters, prefix, side, definitions):
    reference = _p(parameters, f"{prefix}.StackName")
    logical_id = _p(parameters, f"{prefix}.LogicalResourceId")
    if not reference or not logical_id:
        _refuse(f"ResourceMappings: {side} needs StackName and LogicalResourceId")
    stack = find_live(reference)
    name = stack["StackName"] if stack else reference
    if name not in definitions:  # R29
        _refuse(f"Stack {reference} of ResourceMappings is not part of StackDefinitions")
    return Place(name, logical_id)


def _member_prefixes(parameters, name):
    number = 1
    while any(key.startswith(f"{name}.member.{number}.") for key in parameters):
        yield f"{name}.member.{number}."
        number += 1
