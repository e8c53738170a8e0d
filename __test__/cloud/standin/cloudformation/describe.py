"""Describe and list actions on stacks."""

from ministack.services.cloudformation import handlers as ministack_handlers
from ministack.services.cloudformation import helpers as ministack_helpers
from ministack.services.cloudformation.helpers import _p, _page

from standin.cloudformation import xml
from standin.cloudformation.errors import validation_error
from standin.cloudformation.stacks import all_stacks, find

MOST_DESCRIBED_RESOURCES = 100
MASKED = "****"


def describe_stacks(parameters):
    """DescribeStacks. A deleted stack is known by its ARN only."""
    wanted = _p(parameters, "StackName")
    if wanted:
        stack = _described(wanted)
        if stack is None:
            return validation_error(f"Stack with id {wanted} does not exist")
        stacks = [stack]
    else:
        stacks = [s for s in all_stacks.values() if s["StackStatus"] != "DELETE_COMPLETE"]
    page, token, error = _page(stacks, parameters, "DescribeStacks")
    if error:
        return error
    return xml.answer("DescribeStacks", xml.wrap("Stacks", xml.members(map(_stack, page))) + token)


def list_stacks(parameters):
    """ListStacks, deleted ones included."""
    statuses = ministack_helpers._extract_stack_status_filters(parameters)
    stacks = [s for s in all_stacks.values() if not statuses or s["StackStatus"] in statuses]
    page, token, error = _page(stacks, parameters, "ListStacks")
    if error:
        return error
    return xml.answer("ListStacks", xml.wrap("StackSummaries", xml.members(map(_stack_summary, page))) + token)


def describe_stack_resources(parameters):
    """DescribeStackResources by stack or by physical id; at most 100, as on AWS."""
    wanted, physical_id = _p(parameters, "StackName"), _p(parameters, "PhysicalResourceId")
    if wanted and physical_id:
        return validation_error("StackName and PhysicalResourceId cannot both be specified")
    if not wanted and not physical_id:
        return validation_error("Exactly one of StackName or PhysicalResourceId must be specified")
    stack = _visible(wanted) if wanted else _owner(physical_id)
    if stack is None and wanted:
        return validation_error(f"Stack with id {wanted} does not exist")
    if stack is None:
        return validation_error(f"Stack for {physical_id} does not exist")
    records = list((stack.get("_resources") or {}).items())
    logical_id = _p(parameters, "LogicalResourceId")
    if logical_id:
        records = [(name, record) for name, record in records if name == logical_id]
        if not records:
            return validation_error(f"Resource {logical_id} does not exist for stack {stack['StackName']}")
    described = [_resource(stack, name, record) for name, record in records[:MOST_DESCRIBED_RESOURCES]]
    return xml.answer("DescribeStackResources", xml.wrap("StackResources", xml.members(described)))


def list_stack_resources(parameters):
    """ListStackResources; the name of a deleted stack is not known."""
    wanted = _p(parameters, "StackName")
    stack = _visible(wanted)
    if stack is None:
        return validation_error(f"Stack with id {wanted} does not exist")
    return ministack_handlers._list_stack_resources({**parameters, "StackName": [stack["StackName"]]})


def get_template(parameters):
    """GetTemplate; a stack in review has none yet."""
    wanted = _p(parameters, "StackName")
    stack = find(wanted) if wanted and not _p(parameters, "ChangeSetName") else None
    if stack and stack["StackStatus"] == "DELETE_COMPLETE" and wanted != stack["StackId"]:
        return validation_error(f"Stack with id {wanted} does not exist")
    if stack and stack["StackStatus"] == "REVIEW_IN_PROGRESS":
        return xml.answer("GetTemplate", "<TemplateBody></TemplateBody><StagesAvailable/>")
    if not _p(parameters, "TemplateStage"):
        parameters = {**parameters, "TemplateStage": ["Original"]}
    return ministack_handlers._get_template(parameters)


def parameters_xml(parameters, resolved):
    """A list of parameters; secret ones are masked, those from SSM show name and value."""
    return xml.members(_parameter(p, resolved.get(p["ParameterKey"]) or {}) for p in parameters)


def _parameter(parameter, resolved):
    value, resolved_value = parameter.get("ParameterValue", ""), None
    if parameter.get("NoEcho"):
        value = MASKED
    elif "SsmName" in resolved:
        value, resolved_value = resolved["SsmName"], value
    return (
        xml.required("ParameterKey", parameter["ParameterKey"])
        + xml.required("ParameterValue", value)
        + xml.element("ResolvedValue", resolved_value)
    )


def _described(reference):
    stack = all_stacks.get(reference)
    if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
        return next((s for s in all_stacks.values() if s["StackId"] == reference), None)
    return stack


def _visible(reference):
    stack = find(reference)
    if stack and stack["StackStatus"] == "DELETE_COMPLETE" and reference != stack["StackId"]:
        return None
    return stack


def _owner(physical_id):
    for stack in all_stacks.values():
        if stack["StackStatus"] == "DELETE_COMPLETE":
            continue
        for record in (stack.get("_resources") or {}).values():
            if record["PhysicalResourceId"] == physical_id:
                return stack
    return None


def _stack(stack):
    resolved = stack.get("_resolved_params") or {}
    parameters = parameters_xml(stack.get("Parameters") or [], resolved)
    outputs = xml.members(map(_output, stack.get("Outputs") or []))
    return "".join(
        (
            xml.elements(stack, "StackId", "StackName", "Description"),
            xml.wrap("Parameters", parameters) if parameters else "",
            xml.elements(stack, "CreationTime", "LastUpdatedTime", "DeletionTime"),
            "<RollbackConfiguration/>",
            xml.elements(stack, "StackStatus", "StackStatusReason"),
            xml.boolean("DisableRollback", stack.get("DisableRollback")),
            "<NotificationARNs/>",
            xml.wrap("Capabilities", xml.members(stack.get("Capabilities") or [])),
            xml.wrap("Outputs", outputs) if outputs else "",
            xml.wrap("Tags", xml.tags(stack.get("Tags"))),
            xml.boolean("EnableTerminationProtection", stack.get("EnableTerminationProtection")),
            xml.elements(stack, "ParentId", "RootId"),
            ministack_handlers._stack_drift_information_xml(stack),
        )
    )


def _output(output):
    return (
        xml.required("OutputKey", output["OutputKey"])
        + xml.required("OutputValue", output["OutputValue"])
        + xml.elements(output, "Description", "ExportName")
    )


def _stack_summary(stack):
    return "".join(
        (
            xml.elements(stack, "StackId", "StackName"),
            xml.element("TemplateDescription", stack.get("Description")),
            xml.elements(stack, "CreationTime", "LastUpdatedTime", "DeletionTime"),
            xml.elements(stack, "StackStatus", "StackStatusReason", "ParentId", "RootId"),
            ministack_handlers._stack_drift_information_xml(stack),
        )
    )


def _resource(stack, logical_id, record):
    return "".join(
        (
            xml.elements(stack, "StackName", "StackId"),
            xml.element("LogicalResourceId", logical_id),
            xml.elements(record, "PhysicalResourceId", "ResourceType", "Timestamp", "ResourceStatus"),
            ministack_handlers._resource_status_reason_xml(record),
            ministack_handlers._resource_drift_information_xml(record),
        )
    )
