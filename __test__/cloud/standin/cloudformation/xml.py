"""Build the XML of query answers."""

from ministack.services.cloudformation.helpers import _esc, _xml


def element(tag, value):
    """An element with escaped text; nothing for `None` and the empty text."""
    return "" if value is None or value == "" else f"<{tag}>{_esc(str(value))}</{tag}>"


def required(tag, value):
    """An element with escaped text, empty or not."""
    return f"<{tag}>{_esc(str(value))}</{tag}>"


def elements(source, *tags):
    """An element for each member of a dictionary that is there."""
    return "".join(element(tag, source.get(tag)) for tag in tags)


def wrap(tag, inner):
    """An element around XML."""
    return f"<{tag}>{inner}</{tag}>"


def members(items):
    """A list of XML items."""
    return "".join(wrap("member", item) for item in items)


def boolean(tag, value):
    """A boolean element."""
    return wrap(tag, "true" if value else "false")


def tags(items):
    """A list of tags."""
    return members(element("Key", tag.get("Key")) + required("Value", tag.get("Value", "")) for tag in items or [])


def answer(action, inner=None):
    """The answer of an action; without a result element for an action that returns nothing."""
    result = "" if inner is None else wrap(f"{action}Result", inner)
    return _xml(200, f"{action}Response", result)
