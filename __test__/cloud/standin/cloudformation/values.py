"""Property values: when two are the same, and the policies and attributes beside them."""

from ministack.services.cloudformation import engine as ministack_engine

NO_VALUE = ministack_engine._NO_VALUE
COMPARED_ATTRIBUTES = ("Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy")
RETAINING_POLICIES = ("Retain", "RetainExceptOnCreate")


def normalize(value):
    """CloudFormation's view of a value: scalars compare as text, AWS::NoValue disappears."""
    if isinstance(value, dict):
        return {name: normalize(member) for name, member in value.items() if member is not NO_VALUE}
    if isinstance(value, list):
        return [normalize(item) for item in value if item is not NO_VALUE]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else str(value)
    return value


def same(left, right):
    """Whether two values are the same to CloudFormation."""
    return normalize(left) == normalize(right)


def changed_members(old, new):
    """The names of members whose values differ, sorted."""
    return sorted(name for name in {*old, *new} if not same(old.get(name), new.get(name)))


def attribute(definition, name):
    """A resource attribute with its default."""
    value = definition.get(name)
    if value is None and name in ("DeletionPolicy", "UpdateReplacePolicy"):
        return "Delete"
    return value


def changed_attributes(old_definition, new_definition):
    """The names of attributes whose values differ."""
    return [
        name
        for name in COMPARED_ATTRIBUTES
        if not same(attribute(old_definition, name), attribute(new_definition, name))
    ]


def changed_attribute_texts(old_definition, new_definition):
    """The names of attributes that are written differently: a default spelled out is not an absent one."""
    return [name for name in COMPARED_ATTRIBUTES if not same(old_definition.get(name), new_definition.get(name))]
