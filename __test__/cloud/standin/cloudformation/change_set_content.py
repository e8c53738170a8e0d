"""What a change set holds: the changes, those of nested stacks, and why it may be of no use."""

import json
import random
import string
import time

from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso
from ministack.services import dynamodb as ministack_dynamodb
from ministack.services import kinesis as ministack_kinesis
from ministack.services import s3 as ministack_s3
from ministack.services.cloudformation import stacks as ministack_stacks

from standin.cloudformation.changes import outputs_differ, resource_changes
from standin.cloudformation.conditions import evaluate_conditions
from standin.cloudformation.intrinsics import Context
from standin.cloudformation.nested_inputs import nested_inputs
from standin.cloudformation.parameters import parameter_list
from standin.cloudformation.stacks import STACK_TYPE, change_sets, find
from standin.cloudformation.templates import validate_template
from standin.settings import latency_seconds

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
NAME_IS_TAKEN = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot "
    "Early Validation errors, use the DescribeEvents API for detailed failure information."
)
NAMED_RESOURCES = {
    "AWS::S3::Bucket": ("BucketName", ministack_s3._buckets),
    "AWS::DynamoDB::Table": ("TableName", ministack_dynamodb._tables),
    "AWS::Kinesis::Stream": ("Name", ministack_kinesis._streams),
}
SHOWN_CHANGE_MEMBERS = (
    "Action",
    "LogicalResourceId",
    "PhysicalResourceId",
    "ResourceType",
    "Replacement",
    "PolicyAction",
    "ChangeSetId",
)
SHOWN_DETAIL_MEMBERS = ("Evaluation", "ChangeSource", "CausingEntity")
TAGS_DETAIL = {"Attribute": "Tags", "RequiresRecreation": "Never", "Evaluation": "Static"}


class ChangeSetRequest:
    """What a change set is asked to compare a stack with."""

    def __init__(
        self,
        stack,
        template,
        body,
        parameters,
        *,
        name,
        tags,
        tags_given=False,
        with_nested=False,
        capabilities=(),
        description="",
    ):
        self.stack = stack
        self.template = template
        self.body = body
        self.parameters = parameters
        self.name = name
        self.tags = tags
        self.tags_given = tags_given
        self.with_nested = with_nested
        self.capabilities = list(capabilities)
        self.description = description


def make_change_set(request, root_id=None, parent_id=None):
    """Make and register a change set of type UPDATE, and those of nested stacks."""
    return _Maker(request, root_id, parent_id).make()


class _Maker:
    def __init__(self, request, root_id, parent_id):
        self._request = request
        self._root_id = root_id
        self._parent_id = parent_id
        self._id = f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:changeSet/{request.name}/{new_uuid()}"
        self._failure = None
        self._children = []

    def make(self):
        request = self._request
        changes = resource_changes(
            request.stack, request.template, request.parameters, list_all_nested=not request.with_nested
        )
        self._add_tag_changes(changes)
        context = self._context()
        for change in changes:
            if change["Action"] == "Add":
                self._check_name(context, change)
            elif request.with_nested and change.get("nested_changed"):
                self._add_nested(context, change)
        change_set = self._document(changes)
        change_sets[self._id] = change_set
        return change_set

    def _context(self):
        request, stack = self._request, self._request.stack
        conditions = evaluate_conditions(request.template, request.parameters)
        return Context(
            request.template,
            request.parameters,
            conditions,
            stack["_resources"],
            stack["StackName"],
            stack["StackId"],
        )

    def _add_tag_changes(self, changes):
        """New stack tags touch every resource that can have tags."""
        request = self._request
        if not ministack_stacks._stack_tags_changed(request.stack, request.tags, request.tags_given):
            return
        by_logical_id = {change["LogicalResourceId"]: change for change in changes}
        for logical_id, record in request.stack["_resources"].items():
            resource_type = record["ResourceType"]
            if resource_type.startswith("Custom::") or resource_type in ministack_stacks._UNTAGGED_TYPES:
                continue
            change = by_logical_id.get(logical_id)
            if change is None:
                change = {
                    "Action": "Modify",
                    "LogicalResourceId": logical_id,
                    "ResourceType": resource_type,
                    "PhysicalResourceId": record["PhysicalResourceId"],
                    "Replacement": "False",
                    "details": [],
                }
                changes.append(change)
            if change["Action"] == "Modify":
                change["details"].append(dict(TAGS_DETAIL))

    def _check_name(self, context, change):
        """Early validation: a new resource whose name is taken cannot be created."""
        name_property, store = NAMED_RESOURCES.get(change["ResourceType"], (None, None))
        if name_property is None:
            return
        definition = self._request.template["Resources"][change["LogicalResourceId"]]
        try:
            name = context.properties(definition, strict=False).get(name_property)
        except Exception:  # the name depends on what does not exist yet: it cannot be taken
            return
        if name and name in store:
            self._failure = NAME_IS_TAKEN

    def _add_nested(self, context, change):
        request, logical_id = self._request, change["LogicalResourceId"]
        if change["ResourceType"] != STACK_TYPE or change["Action"] != "Modify":
            return
        child = find(change["PhysicalResourceId"])
        try:
            properties = context.properties(request.template["Resources"][logical_id], strict=False)
            template, body, parameters = nested_inputs(properties)
            validate_template(template)
        except ValueError as error:
            self._failure = f"Nested change set for {logical_id} was not successfully created: {error}"
            return
        nested = make_change_set(
            ChangeSetRequest(
                child,
                template,
                body,
                parameters,
                name=_nested_name(request.name, logical_id),
                tags=child.get("Tags") or [],
                with_nested=True,
                capabilities=request.capabilities,
            ),
            self._root_id or self._id,
            self._id,
        )
        change["ChangeSetId"] = nested["ChangeSetId"]
        self._children.append(nested["ChangeSetId"])
        if nested["Status"] == "FAILED":
            self._failure = (
                f"Nested change set {nested['ChangeSetId']} was not successfully created: "
                f"Currently in FAILED. Reason: {nested['StatusReason']}"
            )

    def _document(self, changes):
        request = self._request
        is_empty = not changes and not outputs_differ(request.stack, request.template)
        reason = self._failure or (NO_CHANGES if is_empty else "")
        return {
            "ChangeSetId": self._id,
            "ChangeSetName": request.name,
            "StackId": request.stack["StackId"],
            "StackName": request.stack["StackName"],
            "Status": "FAILED" if reason else "CREATE_COMPLETE",
            "ExecutionStatus": "UNAVAILABLE" if reason else "AVAILABLE",
            "StatusReason": reason,
            "CreationTime": now_iso(),
            "Description": request.description,
            "ChangeSetType": "UPDATE",
            "Changes": [_shown_change(change) for change in changes],
            "Parameters": parameter_list(request.parameters),
            "Tags": request.tags,
            "Capabilities": request.capabilities,
            "OnStackFailure": "",
            "_tags_given": request.tags_given,
            "_template": request.template,
            "_template_body": request.body,
            "_resolved_params": request.parameters,
            "_resources_to_import": [],
            "_import_existing": {},
            "_ready": time.time() + latency_seconds(),
            "_nested": request.with_nested,
            "_root": self._root_id,
            "_parent": self._parent_id,
            "_children": self._children,
        }


def _nested_name(name, logical_id):
    suffix = "".join(random.choices(string.ascii_uppercase + string.digits, k=12))
    return f"{name[:60]}-{logical_id[:50]}-{suffix}"


def _shown_change(change):
    details = change.get("details") or []
    shown = {member: change[member] for member in SHOWN_CHANGE_MEMBERS if change.get(member)}
    shown["Scope"] = list(dict.fromkeys(detail["Attribute"] for detail in details))
    shown["Details"] = [_shown_detail(detail) for detail in details]
    return {"ResourceChange": shown}


def _shown_detail(detail):
    target = {"Attribute": detail["Attribute"], "RequiresRecreation": detail["RequiresRecreation"]}
    if detail.get("Name"):
        target["Name"] = detail["Name"]
    if "Before" in detail or "After" in detail:
        target["Path"] = f"/Properties/{detail['Name']}" if detail.get("Name") else f"/{detail['Attribute']}"
        for side in ("Before", "After"):
            if detail.get(side) is not None:
                value = detail[side]
                target[f"{side}Value"] = value if isinstance(value, str) else json.dumps(value, default=str)
    return {"Target": target, **{m: detail[m] for m in SHOWN_DETAIL_MEMBERS if detail.get(m)}}
