"""The changes a template and parameters would make to a stack, evaluated on both sides."""

from ministack.services.cloudformation import provisioners
from ministack.services.cloudformation import stacks as ministack_stacks

from standin.cloudformation.conditions import active_resources, evaluate_conditions
from standin.cloudformation.intrinsics import Context, references
from standin.cloudformation.nested_inputs import nested_inputs
from standin.cloudformation.stacks import STACK_TYPE, find
from standin.cloudformation.values import changed_attributes, changed_members

UNRESOLVED = "__unresolved__"
AUTOMATIC_DETAIL = {
    "Attribute": "Properties",
    "RequiresRecreation": "Never",
    "Evaluation": "Dynamic",
    "ChangeSource": "Automatic",
}


def resource_changes(stack, template, parameters, list_all_nested=False):
    """Added, modified and removed resources.

    Nested stacks are listed when something in them changes; with `list_all_nested` always, as a change set
    that does not look into them must.
    """
    return _Comparison(stack, template, parameters, list_all_nested).changes()


def outputs_differ(stack, template):
    """Whether the Outputs section is another one; it is compared as text."""
    return ((stack.get("_template") or {}).get("Outputs") or {}) != (template.get("Outputs") or {})


def has_no_updates(stack, template, parameters, tags, use_previous=False, tags_given=False):
    """Whether an update would change nothing."""
    if ministack_stacks._stack_tags_changed(stack, tags, tags_given):
        return False
    return not resource_changes(stack, template, parameters) and not outputs_differ(stack, template)


class _Comparison:
    def __init__(self, stack, template, parameters, list_all_nested):
        self._template = template
        self._list_all_nested = list_all_nested
        self._records = stack.get("_resources") or {}
        self._old_definitions = (stack.get("_template") or {}).get("Resources") or {}
        conditions = evaluate_conditions(template, parameters)
        self._active = active_resources(template, conditions)
        name, stack_id = stack["StackName"], stack["StackId"]
        self._context = Context(template, parameters, conditions, self._records, name, stack_id)
        self._replaced = {}

    def changes(self):
        found = []
        for logical_id, definition in self._active.items():
            change = self._change(logical_id, definition)
            if change:
                found.append(change)
        return [*found, *self._removals()]

    def _change(self, logical_id, definition):
        record = self._records.get(logical_id)
        base = {"LogicalResourceId": logical_id, "ResourceType": definition["Type"]}
        if record is None:
            return {"Action": "Add", **base}
        base["PhysicalResourceId"] = record["PhysicalResourceId"]
        if record["ResourceType"] != definition["Type"]:
            self._replaced[logical_id] = "True"
            return {"Action": "Modify", **base, "Replacement": "True", "details": []}
        details, has_nested_changes = self._details(logical_id, definition, record)
        if not details:
            return None
        replacement = _replacement(details)
        if replacement != "False":
            self._replaced[logical_id] = replacement
        return {
            "Action": "Modify",
            **base,
            "Replacement": replacement,
            "details": details,
            "nested_changed": has_nested_changes,
        }

    def _details(self, logical_id, definition, record):
        resource_type = definition["Type"]
        new = self._new_properties(definition)
        old = record.get("Properties") or {}
        old_definition = self._old_definitions.get(logical_id) or {}
        details = [_property_detail(resource_type, name, old, new) for name in changed_members(old, new)]
        details += [
            _attribute_detail(name, old_definition, definition)
            for name in changed_attributes(old_definition, definition)
        ]
        has_nested_changes = resource_type == STACK_TYPE and _nested_stack_changes(record, new)
        if has_nested_changes or (resource_type == STACK_TYPE and self._list_all_nested):
            details.append(dict(AUTOMATIC_DETAIL))
        self._add_dynamic_details(definition, details)
        return details, has_nested_changes

    def _new_properties(self, definition):
        try:
            return self._context.properties(definition, strict=False)
        except Exception as error:  # a reference to what does not exist yet: certainly a change
            return {UNRESOLVED: str(error)}

    def _add_dynamic_details(self, definition, details):
        """Properties that refer to a resource which will be replaced may change too."""
        for name, value in (definition.get("Properties") or {}).items():
            for reference, attribute_name in references(value):
                if reference not in self._replaced:
                    continue
                cause = f"{reference}.{attribute_name}" if attribute_name else reference
                if any(d.get("CausingEntity") == cause and d.get("Name") == name for d in details):
                    continue
                details.append(
                    {
                        "Attribute": "Properties",
                        "Name": name,
                        "RequiresRecreation": provisioners._property_recreation(definition["Type"], name),
                        "Evaluation": "Dynamic",
                        "ChangeSource": "ResourceAttribute" if attribute_name else "ResourceReference",
                        "CausingEntity": cause,
                    }
                )

    def _removals(self):
        for logical_id, record in self._records.items():
            if logical_id not in self._active:
                definition = self._old_definitions.get(logical_id) or {}
                yield {
                    "Action": "Remove",
                    "LogicalResourceId": logical_id,
                    "ResourceType": record["ResourceType"],
                    "PhysicalResourceId": record["PhysicalResourceId"],
                    "PolicyAction": definition.get("DeletionPolicy") or "Delete",
                }


def _nested_stack_changes(record, properties):
    """Whether the nested stack with its new template and parameters would change."""
    child = find(record["PhysicalResourceId"])
    if child is None:
        return False
    try:
        template, _, parameters = nested_inputs(properties)
        return bool(resource_changes(child, template, parameters)) or outputs_differ(child, template)
    except Exception:  # what cannot be evaluated counts as a change; the operation itself will say what is wrong
        return True


def _property_detail(resource_type, name, old, new):
    return {
        "Attribute": "Properties",
        "Name": name,
        "RequiresRecreation": provisioners._property_recreation(resource_type, name),
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
        "Before": old.get(name),
        "After": new.get(name),
    }


def _attribute_detail(name, old_definition, new_definition):
    return {
        "Attribute": name,
        "RequiresRecreation": "Never",
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
        "Before": old_definition.get(name),
        "After": new_definition.get(name),
    }


def _replacement(details):
    if any((d["RequiresRecreation"], d["Evaluation"]) == ("Always", "Static") for d in details):
        return "True"
    return "Conditional" if any(d["RequiresRecreation"] != "Never" for d in details) else "False"
