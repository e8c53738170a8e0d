"""ExecuteStackRefactor: all stacks change at once, or none."""

import asyncio

from ministack.core.responses import now_iso
from ministack.services import cognito, dynamodb, kinesis, s3

from standin import background
from standin.cloudformation import xml
from standin.cloudformation.errors import not_stable, validation_error
from standin.cloudformation.exports import replace_exports
from standin.cloudformation.parameters import parameter_list
from standin.cloudformation.stacks import (
    add_event,
    all_stacks,
    find_live,
    is_stable,
    obsolete_change_sets,
    set_status,
)
from standin.ledger import book
from standin.settings import latency_seconds, settings, settle_seconds
from standin.stack_refactor.describe import find_refactor, not_found
from standin.stack_refactor.refactors import take_injected_failure
from standin.stack_refactor.shell import create_shell

CAUSE_LENGTH = 60


def execute_stack_refactor(parameters):
    """ExecuteStackRefactor."""
    refactor = find_refactor(parameters)
    if refactor is None:
        return not_found(parameters)
    if refactor.execution_status != "AVAILABLE":  # R33
        return validation_error(
            f"StackRefactor {refactor.id} cannot be executed: it is in {refactor.status} status "
            f"with execution status {refactor.execution_status}"
        )
    for name, definition in refactor.definitions.items():
        stack = find_live(name)
        is_shell = stack is not None and definition.is_new and stack["StackStatus"] == "REVIEW_IN_PROGRESS"
        if stack is not None and not is_stable(stack) and not is_shell:
            return not_stable(stack)
    _lock_stacks(refactor)
    background.start(_execute(refactor))
    return xml.answer("ExecuteStackRefactor")


def _lock_stacks(refactor):
    """R34: participants are busy from here on."""
    refactor.execution_status = "EXECUTE_IN_PROGRESS"
    for name, planned in refactor.stacks_after.items():
        stack = find_live(name)
        if stack is None:
            stack = create_shell(name, planned.stack_id)
        elif planned.is_new:
            planned.stack_id = stack["StackId"]
        refactor.stack_ids[name] = stack["StackId"]
        status = "CREATE_IN_PROGRESS" if planned.is_new else "UPDATE_IN_PROGRESS"
        set_status(stack, status, "Stack refactor")
        obsolete_change_sets(stack)


async def _execute(refactor):
    await asyncio.sleep(latency_seconds())
    failure = take_injected_failure("execute", refactor) or _missing_resource(refactor)
    if failure:
        await _roll_back(refactor, failure)
        return
    _replace_stacks(refactor)  # no await in here: nobody sees half of it
    _move_resources(refactor)
    book.scan(f"ExecuteStackRefactor {refactor.id} ({refactor.description[:CAUSE_LENGTH]})")
    refactor.execution_status = "EXECUTE_COMPLETE"
    await asyncio.sleep(settle_seconds())  # the stacks settle later than the refactor
    for name, planned in refactor.stacks_after.items():
        set_status(all_stacks[name], "CREATE_COMPLETE" if planned.is_new else "UPDATE_COMPLETE")


def _replace_stacks(refactor):
    for name, planned in refactor.stacks_after.items():
        in_template_order = {i: planned.records[i] for i in planned.template["Resources"] if i in planned.records}
        all_stacks[name].update(
            _template=planned.template,
            _template_body=planned.body,
            _resources=in_template_order,
            _conditions=planned.conditions,
            _resolved_params=planned.parameters,
            Parameters=parameter_list(planned.parameters),
            Outputs=planned.outputs,
            Description=planned.template.get("Description", ""),
            LastUpdatedTime=now_iso(),
        )
    for name in refactor.stacks_after:  # first all go: an export may move from one stack to another
        replace_exports(all_stacks[name]["StackId"], {})
    for name, planned in refactor.stacks_after.items():
        stack_id = all_stacks[name]["StackId"]
        exports = {key: {**export, "StackId": stack_id} for key, export in planned.exports.items()}
        replace_exports(stack_id, exports)


def _move_resources(refactor):
    for move in refactor.moves:
        source, target = all_stacks[move.source.stack], all_stacks[move.destination.stack]
        logical_id = move.destination.logical_id
        record = target["_resources"][logical_id]
        resource_type, physical_id = record["ResourceType"], record["PhysicalResourceId"]
        record.update(ResourceStatus="IMPORT_COMPLETE", Timestamp=now_iso())
        _set_stack_tags(resource_type, physical_id, target, logical_id)
        moved = "Resource moved by stack refactor"
        add_event(source, move.source.logical_id, resource_type, "EXPORT_COMPLETE", moved, physical_id)
        for status, reason in (
            ("IMPORT_IN_PROGRESS", "Resource import started."),
            ("IMPORT_COMPLETE", "Resource import completed."),
        ):
            add_event(target, logical_id, resource_type, status, reason, physical_id)


async def _roll_back(refactor, reason):
    refactor.execution_status = "ROLLBACK_IN_PROGRESS"
    refactor.execution_status_reason = reason
    await asyncio.sleep(latency_seconds())
    for name, planned in refactor.stacks_after.items():
        stack = all_stacks[name]
        if planned.is_new:
            status = "REVIEW_IN_PROGRESS" if settings["shell_on_failed_execute"] else "DELETE_COMPLETE"
            set_status(stack, status, reason)
        else:
            set_status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
            set_status(stack, "UPDATE_ROLLBACK_COMPLETE")
    refactor.execution_status = "ROLLBACK_COMPLETE"


def _missing_resource(refactor):
    """What is wrong when a resource that is to move does not exist any more."""
    for move in refactor.moves:
        record = refactor.stacks_after[move.destination.stack].records[move.destination.logical_id]
        if not _exists(record):
            return (
                f"Resource {move.source.logical_id} ({record['PhysicalResourceId']}) "
                f"of stack {move.source.stack} does not exist any more"
            )
    return None


def _exists(record):
    physical_id = record["PhysicalResourceId"]
    pool_id = (record.get("Properties") or {}).get("UserPoolId", "")
    pool = cognito._user_pools.get(pool_id) or {}
    store = {
        "AWS::Cognito::UserPool": cognito._user_pools,
        "AWS::Cognito::IdentityPool": cognito._identity_pools,
        "AWS::Cognito::UserPoolClient": pool.get("_clients") or {},
        "AWS::Cognito::UserPoolGroup": pool.get("_groups") or {},
        "AWS::Cognito::UserPoolDomain": cognito._pool_domain_map,
        "AWS::S3::Bucket": s3._buckets,
        "AWS::DynamoDB::Table": dynamodb._tables,
        "AWS::Kinesis::Stream": kinesis._streams,
    }.get(record["ResourceType"])
    return store is None or physical_id in store


def _set_stack_tags(resource_type, physical_id, stack, logical_id):
    """R32: the resource carries the tags of its new stack."""
    tags = {
        "aws:cloudformation:stack-name": stack["StackName"],
        "aws:cloudformation:stack-id": stack["StackId"],
        "aws:cloudformation:logical-id": logical_id,
    }
    if resource_type == "AWS::Cognito::UserPool":
        cognito._user_pools[physical_id].setdefault("UserPoolTags", {}).update(tags)
    elif resource_type == "AWS::Cognito::IdentityPool":
        cognito._identity_pools[physical_id].setdefault("IdentityPoolTags", {}).update(tags)
        cognito._identity_tags.setdefault(physical_id, {}).update(tags)
    elif resource_type == "AWS::S3::Bucket":
        s3._bucket_tags.setdefault(physical_id, {}).update(tags)
    elif resource_type == "AWS::DynamoDB::Table":
        listed = dynamodb._tags.setdefault(dynamodb._tables[physical_id]["TableArn"], [])
        others = [tag for tag in listed if tag["Key"] not in tags]
        listed[:] = others + [{"Key": key, "Value": value} for key, value in tags.items()]
    elif resource_type == "AWS::Kinesis::Stream":
        kinesis._streams[physical_id].setdefault("tags", {}).update(tags)
