"""Faults and latency: which of them strike an API call."""

import re

CONFLICT = "conflict"  # of conditional writes to S3
ANSWERED_KINDS = ("throttle", "error500", "refuse", "expired", "unknown-action", CONFLICT)
HOLDING_KINDS = ("hang", "hang-after", "pause")
KINDS = (*ANSWERED_KINDS, *HOLDING_KINDS, "drop-before", "drop-after", "delay")
DEFAULT_DELAY_MS = 1000

_faults: list[dict] = []
_latencies: list[dict] = []


class BadFaultError(ValueError):
    """A fault or latency rule that cannot be understood."""


def replace_faults(rules):
    """Replace the list of faults; their counters start anew."""
    _faults[:] = [_checked(rule) for rule in rules]


def replace_latencies(rules):
    """Replace the rules `{"action": regex, "ms": n}`; of the rules that match a call the first counts."""
    for rule in rules:
        if not isinstance(rule.get("ms"), (int, float)):
            raise BadFaultError(f"a latency rule needs a number `ms`: {rule}")
    _latencies[:] = [{**rule, "_pattern": _pattern(rule.get("action", ".*"))} for rule in rules]


def faults():
    """The faults with how often each matched (`seen`) and struck (`fired`), and the calls it keeps waiting (`held`)."""
    return _public(_faults)


def latencies():
    """The latency rules in force."""
    return _public(_latencies)


def strike(call):
    """The faults that strike this call; counts it."""
    struck = []
    for fault in _faults:
        if not call.matches(fault["_pattern"]) or (fault.get("mutating") and not call.is_mutating):
            continue
        if fault["kind"] == CONFLICT and not call.is_conditional_write:
            continue
        if fault.get("conditional", call.is_conditional_write) != call.is_conditional_write:
            continue
        fault["seen"] += 1
        if _is_due(fault):
            fault["fired"] += 1
            struck.append(fault)
    return struck


def hold(struck):
    """Count a call as held by the faults that let it wait."""
    for fault in struck:
        if fault["kind"] in HOLDING_KINDS:
            fault["held"] += 1


def is_in_force(fault):
    """Whether a fault that struck is still in the list; replacing the list lets the calls go on that it made pause."""
    return any(fault is other for other in _faults)


def latency_seconds(call):
    """How long this call is to take before it is answered."""
    for rule in _latencies:
        if call.matches(rule["_pattern"]):
            return rule["ms"] / 1000
    return 0


def _checked(rule):
    if rule.get("kind") not in KINDS:
        raise BadFaultError(f"unknown kind {rule.get('kind')}; known are {', '.join(KINDS)}")
    if "action" not in rule and not rule.get("mutating"):
        raise BadFaultError(f"a fault needs `action` or `mutating`: {rule}")
    return {**rule, "seen": 0, "fired": 0, "held": 0, "_pattern": _pattern(rule.get("action", ".*"))}


def _pattern(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise BadFaultError(f"{text} is no regular expression: {error}") from error


def _is_due(fault):
    if fault.get("times") and fault["fired"] >= fault["times"]:
        return False
    if "nth" in fault:
        return fault["seen"] == fault["nth"]
    if fault["seen"] < fault.get("from", 1):
        return False
    if "every" in fault:
        return fault["seen"] % max(1, int(fault["every"])) == 0
    return True


def _public(rules):
    return [{name: value for name, value in rule.items() if not name.startswith("_")} for rule in rules]
