"""What a nested stack resource asks for: template, parameters, tags."""

from ministack.services.cloudformation import provisioners

from standin.cloudformation.parameters import resolve_parameters
from standin.cloudformation.templates import fetch_template, parse_template


def nested_inputs(properties):
    """(template, its text, parameters) of a nested stack with these properties."""
    url = properties.get("TemplateURL")
    if not url:
        raise ValueError("Property TemplateURL cannot be empty.")
    body = fetch_template(url)
    template = parse_template(body)
    return template, body, resolve_parameters(template, _provided(properties.get("Parameters") or {}))


def nested_tags(parent, properties):
    """The parent's tags and the resource's own."""
    tags = {tag["Key"]: tag["Value"] for tag in parent.get("Tags") or []}
    own = provisioners._tag_map(properties.get("Tags"))
    tags.update({key: value for key, value in own.items() if not key.startswith("aws:")})
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def nested_attributes(child):
    """The attributes of a nested stack resource."""
    return {f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in child["Outputs"]}


def _provided(values):
    if any(isinstance(value, (list, dict)) for value in values.values()):
        raise ValueError("Value of property Parameters must be an object with String (or simple type) properties")
    return [{"Key": key, "Value": _text(value), "UsePreviousValue": False} for key, value in values.items()]


def _text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
