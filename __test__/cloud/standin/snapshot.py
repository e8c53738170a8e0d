"""Keep the whole state of the process and put it back: every service, our engine, the ledger, faults and logs.

The state lives in module globals of ministack and of this package. A snapshot pickles the contents of every
mutable container among them in one go, so that objects shared between services stay shared, and the values
of plain variables (counters). Restoring fills the very same containers again: whoever imported one keeps it.
What is no data (functions, locks, compiled patterns, files) is kept by identity.
"""

import io
import pickle
import sys
import types
from collections import OrderedDict, defaultdict, deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID, uuid4

from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

PACKAGES = ("ministack.", "standin.")
NO_STATE = frozenset({"standin.snapshot", "standin.background"})

SCOPED = (AccountScopedDict, AccountRegionScopedDict)
CONTAINERS = (dict, list, set, deque, bytearray)
PLAIN = (int, float, str, bytes, type(None))
DATA_TYPES = frozenset(
    {
        *(int, float, complex, bool, str, bytes, bytearray, type(None), type(Ellipsis)),
        *(dict, list, set, frozenset, tuple, deque, defaultdict, OrderedDict),
        *(date, datetime, time, timedelta, timezone, Decimal, UUID, range, slice),
    }
)


class UnknownSnapshotError(Exception):
    """There is no snapshot of this id."""


class _Snapshot:
    def __init__(self, contents, identities, variables, modules):
        self.contents = contents
        self.identities = identities
        self.variables = variables
        self.modules = modules


_snapshots: dict[str, _Snapshot] = {}


def take():
    """Keep the present state; the id it returns names it for `restore`."""
    containers = _state_containers()
    contents, identities = _freeze(containers)
    snapshot_id = str(uuid4())
    _snapshots[snapshot_id] = _Snapshot(contents, identities, _state_variables(), set(_state_modules()))
    return snapshot_id


def restore(snapshot_id):
    """Put a kept state back. A snapshot may be restored any number of times."""
    snapshot = _snapshots.get(snapshot_id)
    if snapshot is None:
        raise UnknownSnapshotError(f"no snapshot {snapshot_id}")
    _reset_modules_loaded_since(snapshot.modules)
    for container, content in _thaw(snapshot):
        _refill(container, content)
    for (module, name), value in snapshot.variables.items():
        current = getattr(sys.modules[module], name, None)
        if type(current) in PLAIN or isinstance(current, PLAIN):
            setattr(sys.modules[module], name, value)


def forget(snapshot_id):
    """Free the memory of a snapshot."""
    _snapshots.pop(snapshot_id, None)


def _state_modules():
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name.startswith(PACKAGES) and name not in NO_STATE and module is not None
    }


def _globals():
    for module_name, module in _state_modules().items():
        for name, value in list(vars(module).items()):
            if not name.startswith("__"):
                yield module_name, name, value


def _state_containers():
    """Every distinct mutable container among the globals."""
    found = {id(value): value for _, _, value in _globals() if isinstance(value, (*SCOPED, *CONTAINERS))}
    return list(found.values())


def _state_variables():
    return {(module, name): value for module, name, value in _globals() if isinstance(value, PLAIN)}


def _content(container):
    """The members of a container, without the container itself."""
    if isinstance(container, SCOPED):
        return list(container._data.items())
    if isinstance(container, dict):
        return list(container.items())
    return bytes(container) if isinstance(container, bytearray) else list(container)


def _refill(container, content):
    target = container._data if isinstance(container, SCOPED) else container
    target.clear()
    if isinstance(target, (dict, set)):
        target.update(content)
    else:
        target.extend(content)


def _is_data(value):
    """Data is copied; anything else (functions, locks, files, patterns) is kept as the same object."""
    kind = type(value)
    if kind in DATA_TYPES:
        return True
    return kind.__module__.startswith(PACKAGES) and not isinstance(value, type)


class _Freezer(pickle.Pickler):
    """Pickles data; refers to state containers and to things that are no data by a number."""

    def __init__(self, stream, containers):
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self.identities = list(containers)
        self._numbers = {id(container): number for number, container in enumerate(self.identities)}

    def persistent_id(self, value):
        number = self._numbers.get(id(value))
        if number is None and not _is_data(value):
            number = self._numbers[id(value)] = len(self.identities)
            self.identities.append(value)
        return number


class _Thawer(pickle.Unpickler):
    def __init__(self, stream, identities):
        super().__init__(stream)
        self._identities = identities

    def persistent_load(self, number):
        return self._identities[number]


def _freeze(containers):
    stream = io.BytesIO()
    freezer = _Freezer(stream, containers)
    freezer.dump([(number, _content(container)) for number, container in enumerate(containers)])
    return stream.getvalue(), freezer.identities


def _thaw(snapshot):
    contents = _Thawer(io.BytesIO(snapshot.contents), snapshot.identities).load()
    return [(snapshot.identities[number], content) for number, content in contents]


def _reset_modules_loaded_since(known):
    """A service that was first used after the snapshot was empty when it was taken."""
    for name, module in _state_modules().items():
        reset = getattr(module, "reset", None)
        if name not in known and isinstance(reset, types.FunctionType):
            reset()
