"""Resource types a refactor cannot move."""

import json
import os
import re

from standin.custom_resources.dispatch import is_custom

with open(os.path.join(os.path.dirname(__file__), "denied_types.json"), encoding="utf-8") as _stream:
    _TYPES = json.load(_stream)
_DENIED = [re.compile(re.escape(pattern).replace(r"\*", ".*")) for pattern in _TYPES["denied"]]
_NOT_MUTABLE = frozenset(_TYPES["not_mutable"])


def is_movable(resource_type):
    """Whether resources of a type may be moved (R22, R23, R27)."""
    if resource_type in _NOT_MUTABLE or is_custom(resource_type):
        return False
    return not any(pattern.fullmatch(resource_type) for pattern in _DENIED)
