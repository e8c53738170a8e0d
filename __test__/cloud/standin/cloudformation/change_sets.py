"""The change set actions. UPDATE change sets are ours; CREATE and IMPORT are ministack's with our checks."""

import re
import time

from ministack.services.cloudformation import changesets as ministack_changesets
from ministack.services.cloudformation import handlers as ministack_handlers
from ministack.services.cloudformation import helpers as ministack_helpers
from ministack.services.cloudformation.helpers import _error, _p, _page

from standin.cloudformation import xml
from standin.cloudformation.change_set_content import ChangeSetRequest, make_change_set
from standin.cloudformation.conditions import evaluate_conditions
from standin.cloudformation.describe import parameters_xml
from standin.cloudformation.errors import not_stable, validation_error
from standin.cloudformation.parameters import resolve_parameters
from standin.cloudformation.stack_actions import by_stack_name
from standin.cloudformation.stacks import all_stacks, change_sets, find, find_live, is_stable
from standin.cloudformation.templates import parse_template, validate_template
from standin.settings import latency_seconds

NAME_PATTERN = "[a-zA-Z][-a-zA-Z0-9]*"
LONGEST_NAME = 128
PAGE_SIZE = 50
CHANGE_MEMBERS = (
    "PolicyAction",
    "Action",
    "LogicalResourceId",
    "PhysicalResourceId",
    "ResourceType",
    "Replacement",
    "ChangeSetId",
)
TARGET_MEMBERS = ("Attribute", "Name", "RequiresRecreation", "Path", "BeforeValue", "AfterValue")
VALUE_MEMBERS = ("BeforeValue", "AfterValue")


def find_change_set(name, stack_reference=""):
    """(id, change set) by id, or by name and stack; (None, None) when there is none."""
    if name in change_sets:
        return name, change_sets[name]
    stack = find(stack_reference)
    stack_name = stack["StackName"] if stack else stack_reference
    for change_set_id, change_set in change_sets.items():
        if change_set["ChangeSetName"] == name and (not stack_name or change_set["StackName"] == stack_name):
            return change_set_id, change_set
    return None, None


def create_change_set(parameters):
    """CreateChangeSet."""
    name = _p(parameters, "ChangeSetName")
    if not re.fullmatch(NAME_PATTERN, name) or len(name) > LONGEST_NAME:
        return validation_error(
            f"1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {NAME_PATTERN}"
        )
    stack = find_live(_p(parameters, "StackName"))
    if _p(parameters, "ChangeSetType", "UPDATE") != "UPDATE":
        return _create_with_ministack(parameters, stack, name)
    if stack is None:
        return validation_error(f"Stack [{_p(parameters, 'StackName')}] does not exist")
    if not is_stable(stack):
        return not_stable(stack)
    if any(c["ChangeSetName"] == name and c["StackId"] == stack["StackId"] for c in change_sets.values()):
        return _error(
            "AlreadyExistsException",
            f"ChangeSet {name} cannot be created due to a mismatch with existing attribute Template",
        )
    return _create_update(parameters, stack, name)


def describe_change_set(parameters):
    """DescribeChangeSet."""
    _, change_set = _asked_for(parameters)
    if change_set is None:
        return _not_found(parameters)
    is_ready = _is_ready(change_set)
    changes = change_set["Changes"] if is_ready else []
    page, token, error = _page(changes, parameters, "DescribeChangeSet", PAGE_SIZE)
    if error:
        return error
    with_values = _p(parameters, "IncludePropertyValues").lower() == "true"
    shown = xml.members(_change_xml(change["ResourceChange"], with_values) for change in page)
    return xml.answer("DescribeChangeSet", _description_xml(change_set, shown, token))


def execute_change_set(parameters):
    """ExecuteChangeSet; a nested change set is executed with its root."""
    change_set_id, change_set = _asked_for(parameters)
    if change_set is None:
        return _not_found(parameters)
    problem = _execution_problem(change_set_id, change_set)
    if problem:
        return problem
    stack_name = change_set["StackName"]
    answer = ministack_changesets._execute_change_set(
        {**parameters, "ChangeSetName": [change_set_id], "StackName": [stack_name]}
    )
    if answer[0] == 200:
        for child_id in change_set.get("_children") or []:
            if child_id in change_sets:
                change_sets[child_id]["ExecutionStatus"] = "EXECUTE_COMPLETE"
    return answer


def delete_change_set(parameters):
    """DeleteChangeSet, with its nested ones."""
    change_set_id, change_set = _asked_for(parameters)
    if change_set is None:
        return by_stack_name(ministack_changesets._delete_change_set)(parameters)
    if change_set.get("_parent"):
        return validation_error(f"ChangeSet [{change_set_id}] is a nested change set; delete the root change set")
    _forget(change_set_id)
    return xml.answer("DeleteChangeSet", "")


def list_change_sets(parameters):
    """ListChangeSets."""
    stack = find_live(_p(parameters, "StackName"))
    if stack is None:
        return validation_error(f"Stack [{_p(parameters, 'StackName')}] does not exist")
    listed = [c for c in change_sets.values() if c["StackId"] == stack["StackId"]]
    page, token, error = _page(listed, parameters, "ListChangeSets")
    if error:
        return error
    summaries = xml.wrap("Summaries", xml.members(map(_summary_xml, page)))
    return xml.answer("ListChangeSets", summaries + token)


def _create_with_ministack(parameters, stack, name):
    """CREATE and IMPORT change sets."""
    kind = _p(parameters, "ChangeSetType")
    if kind == "IMPORT" and stack:
        if not is_stable(stack):
            return not_stable(stack)
        parameters = {**parameters, "StackName": [stack["StackName"]]}
    if kind == "CREATE" and stack and stack["StackStatus"] != "REVIEW_IN_PROGRESS":
        return _error(
            "AlreadyExistsException",
            f"Stack [{stack['StackName']}] already exists and cannot be created again with the changeSet [{name}].",
        )
    answer = ministack_changesets._create_change_set(parameters)
    for change_set in change_sets.values():
        change_set.setdefault("_ready", time.time() + latency_seconds())
    return answer


def _create_update(parameters, stack, name):
    body, error = ministack_helpers._resolve_template(parameters)
    if error:
        return error
    if not body:
        if _p(parameters, "UsePreviousTemplate").lower() != "true":
            return validation_error("Either Template URL or Template Body must be specified.")
        body = stack["_template_body"]
    try:
        template = parse_template(body)
        validate_template(template)
        refused = ministack_handlers._check_capabilities(template, template, parameters, macros=False)
        if refused:
            return refused
        provided = ministack_helpers._extract_members(parameters, "Parameters")
        values = resolve_parameters(template, provided, stack.get("_resolved_params") or {})
        evaluate_conditions(template, values)
    except ValueError as error:
        return validation_error(str(error))
    given = ministack_helpers._extract_members(parameters, "Tags")
    tags_given = "Tags" in parameters or bool(given)
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in given]
    change_set = make_change_set(
        ChangeSetRequest(
            stack,
            template,
            body,
            values,
            name=name,
            tags=tags if tags_given else stack.get("Tags") or [],
            tags_given=tags_given,
            with_nested=_p(parameters, "IncludeNestedStacks").lower() == "true",
            capabilities=ministack_helpers._extract_string_members(parameters, "Capabilities"),
            description=_p(parameters, "Description"),
        )
    )
    ids = xml.element("Id", change_set["ChangeSetId"]) + xml.element("StackId", stack["StackId"])
    return xml.answer("CreateChangeSet", ids)


def _asked_for(parameters):
    return find_change_set(_p(parameters, "ChangeSetName"), _p(parameters, "StackName"))


def _not_found(parameters):
    name = _p(parameters, "ChangeSetName")
    return _error("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


def _is_ready(change_set):
    return time.time() >= change_set.get("_ready", 0)


def _execution_problem(change_set_id, change_set):
    if not _is_ready(change_set):
        return _invalid_status(change_set_id, "status", "CREATE_IN_PROGRESS")
    if change_set["ExecutionStatus"] != "AVAILABLE":
        return _invalid_status(change_set_id, "execution status", change_set["ExecutionStatus"])
    if change_set.get("_parent"):
        return validation_error(
            f"ChangeSet [{change_set_id}] is a nested change set; "
            f"only the root change set [{change_set['_root']}] can be executed"
        )
    stack = all_stacks.get(change_set["StackName"])
    if not stack or stack["StackId"] != change_set["StackId"]:
        return validation_error(f"Stack [{change_set['StackName']}] does not exist")
    if not is_stable(stack) and stack["StackStatus"] != "REVIEW_IN_PROGRESS":
        return not_stable(stack)
    return None


def _invalid_status(change_set_id, kind, status):
    return _error(
        "InvalidChangeSetStatus",
        f"ChangeSet [{change_set_id}] cannot be executed in its current {kind} of [{status}]",
    )


def _forget(change_set_id):
    for child_id in (change_sets.get(change_set_id) or {}).get("_children") or []:
        _forget(child_id)
    change_sets.pop(change_set_id, None)


def _statuses_xml(change_set):
    if not _is_ready(change_set):
        return xml.element("ExecutionStatus", "UNAVAILABLE") + xml.element("Status", "CREATE_IN_PROGRESS")
    return xml.elements(change_set, "ExecutionStatus", "Status", "StatusReason")


def _lineage_xml(change_set):
    return (
        xml.boolean("IncludeNestedStacks", change_set.get("_nested"))
        + xml.element("ParentChangeSetId", change_set.get("_parent"))
        + xml.element("RootChangeSetId", change_set.get("_root"))
    )


def _description_xml(change_set, changes, token):
    resolved = change_set["_resolved_params"]
    parameters = [
        {**p, "NoEcho": p.get("NoEcho", (resolved.get(p["ParameterKey"]) or {}).get("NoEcho"))}
        for p in change_set["Parameters"]
    ]
    return "".join(
        (
            xml.elements(change_set, "ChangeSetName", "ChangeSetId", "StackId", "StackName", "Description"),
            xml.wrap("Parameters", parameters_xml(parameters, resolved)),
            xml.element("CreationTime", change_set["CreationTime"]),
            _statuses_xml(change_set),
            xml.wrap("Capabilities", xml.members(change_set["Capabilities"])),
            xml.wrap("Tags", xml.tags(change_set["Tags"])),
            xml.wrap("Changes", changes),
            token,
            _lineage_xml(change_set),
            xml.element("OnStackFailure", change_set.get("OnStackFailure")),
            xml.element("ImportExistingResources", "true" if change_set.get("ImportExistingResources") else ""),
        )
    )


def _summary_xml(change_set):
    members = ("StackId", "StackName", "ChangeSetId", "ChangeSetName", "Description", "CreationTime")
    return xml.elements(change_set, *members) + _statuses_xml(change_set) + _lineage_xml(change_set)


def _change_xml(change, with_values):
    details = xml.members(_detail_xml(detail, with_values) for detail in change.get("Details", []))
    inner = (
        xml.elements(change, *CHANGE_MEMBERS)
        + xml.wrap("Scope", xml.members(change.get("Scope", [])))
        + xml.wrap("Details", details)
    )
    return "<Type>Resource</Type>" + xml.wrap("ResourceChange", inner)


def _detail_xml(detail, with_values):
    shown = [m for m in TARGET_MEMBERS if with_values or m not in VALUE_MEMBERS]
    return (
        xml.wrap("Target", xml.elements(detail["Target"], *shown))
        + xml.element("Evaluation", detail.get("Evaluation", "Static"))
        + xml.elements(detail, "ChangeSource", "CausingEntity")
    )
