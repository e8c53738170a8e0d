"""The book: what happened to every stateful resource, and which of it must not happen to production."""

import copy
import hashlib
import json
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from standin.ledger.observation import INSIDE_A_POOL, Observation, ResourceKey, observe, owners, plain


@dataclass
class Entry:
    """A resource's page."""

    observation: Observation
    production: bool = False
    exists: bool = True
    owners: list | None = None
    baseline: dict | None = None
    owners_at_mark: list | None = None
    data_at_mark: dict | None = None
    members_at_mark: frozenset | None = None


@dataclass
class _State:
    """Plain values of the book that belong to a snapshot."""

    sequence: int = 0
    cause: str = ""
    marked_at: str | None = None


_lock = threading.RLock()
_entries: dict[ResourceKey, Entry] = {}
_events: list[dict] = []
_violations: list[dict] = []
_hazards: list[dict] = []
_allowed: list[dict] = []
_state: list[_State] = [_State()]


def now():
    """The present time as the book writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def set_cause(cause):
    """Name the API call or stack step that is responsible for what changes next."""
    _state[0].cause = cause


def reset():
    """Forget everything."""
    with _lock:
        for page in (_entries, _events, _violations, _hazards, _allowed):
            page.clear()
        _state[0] = _State()


def allow(rules):
    """Replace the configuration changes that are no violation: `{"type": regex, "path": regex}`."""
    _allowed[:] = rules
    return _allowed


def note_hazard(kind, text, where=""):
    """Note something that is no loss yet but must not happen."""
    _hazards.append({"at": now(), "kind": kind, "text": text, "where": where, "cause": _state[0].cause})


def note_replacement(resource_type, physical_id, **detail):
    """Note that CloudFormation replaces a resource; the old one may be gone only later."""
    with _lock:
        for key, entry in _entries.items():
            is_inside_pool = resource_type in INSIDE_A_POOL and key.id.endswith(f"|{physical_id}")
            if key.type == resource_type and (key.id == physical_id or is_inside_pool):
                _note_event("replace", key, **detail)
                if entry.production:
                    _note_violation("replaced", key, **detail)


def mark_production():
    """Everything that exists now is production from here on; how many resources that are."""
    with _lock:
        scan("mark-production")
        existing = [entry for entry in _entries.values() if entry.exists]
        for entry in existing:
            entry.production = True
            entry.baseline = copy.deepcopy(entry.observation.configuration)
            entry.owners_at_mark = list(entry.owners or [])
            entry.data_at_mark = dict(entry.observation.data)
            entry.members_at_mark = entry.observation.members
        _state[0].marked_at = now()
        return len(existing)


def scan(cause=None):
    """Compare what exists with the book and write down the difference."""
    with _lock:
        if cause:
            set_cause(cause)
        try:
            present = observe()
        except RuntimeError:  # a store changed while it was read: the change's own scan follows
            return
        _note_deletions(present)
        for key, observation in present.items():
            _note_observation(key, observation)
        _note_owners(owners())


def report():
    """The whole book as JSON."""
    with _lock:
        scan()
        return {
            "marked": _state[0].marked_at,
            "resources": [_row(key, entry) for key, entry in _entries.items()],
            "events": list(_events),
            "violations": [{**v, "open": _is_open(v)} for v in _violations],
            "hazards": list(_hazards),
            "allowed": list(_allowed),
        }


def differences(before, after, path=""):
    """(path, before, after) of every value in which two configurations differ."""
    if isinstance(before, dict) and after is None:
        after = {}
    if isinstance(after, dict) and before is None:
        before = {}
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield from differences(before.get(name), after.get(name), f"{path}/{name}")
    elif before != after:
        yield path, before, after


def _note_deletions(present):
    for key, entry in _entries.items():
        is_gone = key not in present or present[key].incarnation != entry.observation.incarnation
        if entry.exists and is_gone:
            entry.exists = False
            _note_event("delete", key)
            if entry.production:
                _note_violation("deleted", key)


def _note_observation(key, observation):
    entry = _entries.get(key)
    if entry is None or not entry.exists:
        _note_birth(key, entry, observation)
        return
    _note_configuration(key, entry, observation)
    _note_data(key, entry, observation)
    entry.observation = observation


def _note_birth(key, former, observation):
    if former is None or not former.production:
        _note_event("create", key)
        _entries[key] = Entry(observation)
        return
    _note_event("recreate", key)
    _note_violation("replaced", key, detail="the same name exists again but is a different (new) resource")
    _entries[key] = Entry(
        observation,
        production=True,
        baseline=former.baseline,
        owners_at_mark=former.owners_at_mark,
        data_at_mark=former.data_at_mark,
        members_at_mark=former.members_at_mark,
    )


def _note_configuration(key, entry, observation):
    if observation.configuration is entry.observation.configuration:  # nothing has changed since the last look
        return
    for path, before, after in differences(entry.observation.configuration, observation.configuration):
        _note_event("config", key, path=path, before=before, after=after)
        if entry.production and not _is_allowed(key.type, path):
            _note_violation("config-changed", key, path=path, before=before, after=after)


def _note_data(key, entry, observation):
    former = entry.observation.data
    lost = {
        name: {"before": former[name], "after": count}
        for name, count in observation.data.items()
        if count < former.get(name, 0)
    }
    if lost:
        _note_event("data-decreased", key, detail=lost)
    if entry.members_at_mark is not None:  # what came after the mark may go again, as a template on its way does
        gone = (entry.observation.members & entry.members_at_mark) - observation.members
        lost = {"gone": sorted(gone)} if gone else {}
    if lost and entry.production:
        _note_violation("data-lost", key, detail=lost)


def _note_owners(present):
    without_region = {}
    for key, names in present.items():
        without_region.setdefault((key.account, key.type, key.id), []).extend(names)
    for key, entry in _entries.items():
        names = []
        if entry.exists:
            is_global = key.type == "AWS::S3::Bucket"
            names = without_region.get((key.account, key.type, key.id), []) if is_global else present.get(key, [])
        names = sorted(names)
        if names == entry.owners:
            continue
        if entry.owners is not None or names:
            _note_event("owner", key, before=entry.owners or [], after=names)
        entry.owners = names
        if entry.production and entry.exists:
            if len(names) > 1:
                _note_violation("multiple-owners", key, owners=names)
            if not names and entry.owners_at_mark:
                _note_violation("no-owner", key, owners=[])


def _is_allowed(resource_type, path):
    return any(
        re.fullmatch(rule.get("type", ".*"), resource_type) and re.fullmatch(rule.get("path", ".*"), path)
        for rule in _allowed
    )


def _note_event(kind, key, **detail):
    _state[0].sequence += 1
    _events.append(
        {
            "seq": _state[0].sequence,
            "at": now(),
            "event": kind,
            "type": key.type,
            "id": key.id,
            "region": key.region,
            "account": key.account,
            "cause": _state[0].cause,
            **detail,
        }
    )


def _note_violation(kind, key, **detail):
    _violations.append(
        {
            "seq": _state[0].sequence,
            "at": now(),
            "kind": kind,
            "type": key.type,
            "id": key.id,
            "region": key.region,
            "account": key.account,
            "cause": _state[0].cause,
            **detail,
        }
    )


def _is_open(violation):
    """Whether what a violation says is still so."""
    key = ResourceKey(violation["account"], violation["region"], violation["type"], violation["id"])
    entry = _entries.get(key)
    if entry is None or violation["kind"] in ("replaced", "data-lost"):
        return True
    if violation["kind"] == "deleted":
        return not entry.exists
    if violation["kind"] == "multiple-owners":
        return len(entry.owners or []) > 1
    if violation["kind"] == "no-owner":
        return not entry.owners
    return violation["path"] in _drift(entry)


def _drift(entry):
    if not entry.production or entry.baseline is None:
        return []
    return [path for path, _, _ in differences(entry.baseline, entry.observation.configuration)]


def _row(key, entry):
    return {
        "type": key.type,
        "id": key.id,
        "region": key.region,
        "account": key.account,
        "exists": entry.exists,
        "production": entry.production,
        "hash": _hash(entry.observation.configuration),
        "baselineHash": None if entry.baseline is None else _hash(entry.baseline),
        "driftFromBaseline": _drift(entry),
        "owners": entry.owners or [],
        "ownerAtMark": entry.owners_at_mark,
        "data": entry.observation.data,
        "dataAtMark": entry.data_at_mark,
    }


def _hash(configuration):
    text = json.dumps(plain(configuration), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
