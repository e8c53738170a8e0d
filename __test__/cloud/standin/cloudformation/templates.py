"""Templates: fetch, parse, and what can be wrong with one before it is evaluated."""

import re

from ministack.services import s3 as ministack_s3
from ministack.services.cloudformation import engine as ministack_engine
from ministack.services.cloudformation import helpers as ministack_helpers
from ministack.services.cloudformation import provisioners

from standin.cloudformation.errors import validation_error
from standin.cloudformation.intrinsics import references
from standin.s3_url import split_s3_url

PSEUDO_PARAMETERS = {
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
}
FORMAT_ERROR = "Template format error: "
S3_ERROR_HELP = "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
UNCHECKED_ATTRIBUTES = ("DependsOn", "Condition", "Type")


def parse_template(body):
    """A template from JSON or YAML text."""
    try:
        return ministack_engine._parse_template(body)
    except Exception as error:
        kind = "JSON" if body.lstrip().startswith("{") else "YAML"
        raise ValueError(f"{FORMAT_ERROR}{kind} not well-formed. ({error})") from error


def fetch_template(url):
    """The text of a template in S3."""
    bucket, key = split_s3_url(url)
    data = ministack_s3._get_object_data(bucket, key) if bucket and key else None
    if data is None:
        missing = "S3 error: The specified key does not exist."
        raise ValueError(f"{missing}\nFor more information check {S3_ERROR_HELP} ({url})")
    if len(data) > ministack_helpers.TEMPLATE_URL_MAX_BYTES:
        raise ValueError("Template may not exceed 1000000 bytes in size.")
    return data.decode("utf-8")


def resolve_document(parameters, body_key, url_key, label):
    """A document given by body or by URL: (text, None), or (None, error answer)."""
    body = ministack_helpers._p(parameters, body_key)
    url = ministack_helpers._p(parameters, url_key)
    if body and url:
        return None, validation_error(f"Only one of {body_key} or {url_key} may be specified.")
    if not url:
        return body or None, None
    try:
        return fetch_template(url), None
    except ValueError as error:
        return None, validation_error(str(error))


def validate_template(template):
    """Raise `ValueError` for what is wrong with a template as such."""
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise ValueError(f"{FORMAT_ERROR}At least one Resources member must be defined.")
    _check_resource_form(resources)
    ministack_engine._validate_template_limits(template)
    _check_references(template)
    _check_condition_names(template)
    _check_condition_block(template)
    _check_resource_types(resources)


def _check_resource_form(resources):
    for logical_id, definition in resources.items():
        if not isinstance(definition, dict) or not isinstance(definition.get("Type"), str):
            message = "Every Resources object must contain a Type member."
            raise ValueError(f"{FORMAT_ERROR}[/Resources/{logical_id}] {message}")
        if not re.fullmatch(r"[A-Za-z0-9]+", logical_id):
            raise ValueError(f"{FORMAT_ERROR}Resource name {logical_id} is non alphanumeric.")


def _check_references(template):
    resources = template["Resources"]
    parts = [
        {name: value for name, value in definition.items() if name not in UNCHECKED_ATTRIBUTES}
        for definition in resources.values()
    ]
    dependencies = [name for definition in resources.values() for name in depends_on(definition)]
    _check_block(template, "Resources", parts, dependencies)
    outputs = [o for o in (template.get("Outputs") or {}).values() if isinstance(o, dict)]
    _check_block(template, "Outputs", [{"v": o.get("Value"), "e": o.get("Export")} for o in outputs], [])


def depends_on(definition):
    """The logical ids a resource depends on."""
    names = definition.get("DependsOn") or []
    return [names] if isinstance(names, str) else list(names)


def _check_block(template, block, parts, dependencies):
    resources = template["Resources"]
    unresolved = {}
    for part in parts:
        for name, attribute in references(part):
            if not _is_resolvable(template, name, attribute):
                unresolved[name] = True
        _check_conditions_and_mappings(template, block, part)
    unresolved.update({name: True for name in dependencies if name not in resources})
    if unresolved:
        names = ", ".join(unresolved)
        raise ValueError(
            f"{FORMAT_ERROR}Unresolved resource dependencies [{names}] in the {block} block of the template"
        )


def _is_resolvable(template, name, attribute):
    if name in template["Resources"]:
        return True
    return attribute is None and (name in (template.get("Parameters") or {}) or name in PSEUDO_PARAMETERS)


def _check_conditions_and_mappings(template, block, part):
    for function, argument in _members(part):
        if not isinstance(argument, list) or not argument:
            continue
        if function == "Fn::If" and argument[0] not in (template.get("Conditions") or {}):
            _raise_unresolved_condition(argument[0], block)
        is_named_map = function == "Fn::FindInMap" and isinstance(argument[0], str)
        if is_named_map and argument[0] not in (template.get("Mappings") or {}):
            raise ValueError(
                f"Template error: Mapping named '{argument[0]}' is not present in the 'Mappings' section of template."
            )


def _members(node):
    if isinstance(node, dict):
        for name, value in node.items():
            yield name, value
            yield from _members(value)
    elif isinstance(node, list):
        for item in node:
            yield from _members(item)


def _raise_unresolved_condition(name, block):
    raise ValueError(f"{FORMAT_ERROR}Unresolved condition dependency {name} in the {block} block of the template")


def _check_condition_names(template):
    conditions = template.get("Conditions") or {}
    for block in ("Resources", "Outputs"):
        for definition in (template.get(block) or {}).values():
            name = definition.get("Condition")
            if isinstance(name, str) and name not in conditions:
                _raise_unresolved_condition(name, block)


def _check_condition_block(template):
    known = {*(template.get("Parameters") or {}), *PSEUDO_PARAMETERS}
    bad = sorted(
        {
            name
            for condition in (template.get("Conditions") or {}).values()
            for name, _ in references(condition)
            if name not in known
        }
    )
    if bad:
        raise ValueError(
            f"{FORMAT_ERROR}Unresolved dependencies [{', '.join(bad)}]. "
            "Cannot reference resources in the Conditions block of the template"
        )


def _check_resource_types(resources):
    for definition in resources.values():
        resource_type = definition["Type"]
        is_known = resource_type in provisioners._RESOURCE_HANDLERS or resource_type.startswith("Custom::")
        if not is_known and not definition.get("Condition"):
            raise ValueError(f"{FORMAT_ERROR}Unrecognized resource types: [{resource_type}]")
