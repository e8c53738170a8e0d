"""Stack refactor objects: what each was asked for and what became of it."""

import hashlib
import json
import re
from dataclasses import dataclass, field

from ministack.core.responses import AccountRegionScopedDict, now_iso

from standin.cloudformation.stacks import find_live
from standin.cloudformation.values import normalize


@dataclass(frozen=True)
class Place:
    """A logical id in a stack."""

    stack: str
    logical_id: str

    def __str__(self):
        return f"{self.stack}/{self.logical_id}"


@dataclass(frozen=True)
class Move:
    """A resource that goes from one place to another."""

    source: Place
    destination: Place
    detection: str
    reason: str


@dataclass
class StackDefinition:
    """A stack as it is to be."""

    name: str
    body: str
    is_new: bool


@dataclass
class PlannedStack:
    """A participating stack after the refactor."""

    stack_id: str
    is_new: bool
    body: str
    template: dict
    parameters: dict
    conditions: dict
    resources: dict  # active definitions by logical id
    records: dict = field(default_factory=dict)
    outputs: list = field(default_factory=list)
    exports: dict = field(default_factory=dict)


@dataclass
class StackRefactor:
    """A refactor object; AWS has no way to delete one."""

    id: str
    description: str
    definitions: dict[str, StackDefinition]
    mappings: list[tuple[Place, Place]]
    stack_ids: dict[str, str]
    status: str = "CREATE_IN_PROGRESS"
    status_reason: str = ""
    execution_status: str = "UNAVAILABLE"
    execution_status_reason: str = ""
    created_at: str = field(default_factory=now_iso)
    moves: list[Move] = field(default_factory=list)
    stacks_after: dict[str, PlannedStack] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)

    def fail_creation(self, reason):
        self.status, self.status_reason = "CREATE_FAILED", reason

    def become_available(self):
        """Ready to be executed, as long as no participating stack changes."""
        self.remember_stacks()
        self.status, self.execution_status = "CREATE_COMPLETE", "AVAILABLE"

    def remember_stacks(self):
        self.fingerprints = {name: fingerprint(find_live(name)) for name in self.definitions}

    def refresh(self):
        """A refactor is obsolete once a participating stack has changed."""
        if self.execution_status != "AVAILABLE":
            return
        for name, former in self.fingerprints.items():
            if fingerprint(find_live(name)) != former:
                self.execution_status = "OBSOLETE"
                self.execution_status_reason = f"Stack {name} has changed since the stack refactor was created"


refactors = AccountRegionScopedDict()
# one shot each: {"phase": "create" | "execute", "reason": str, "description": regular expression, default any}
injected_failures: list[dict] = []


def take_injected_failure(phase, refactor):
    """The reason of the next failure injected for a phase of such a refactor; `None` when there is none."""
    for failure in injected_failures:
        if failure["phase"] == phase and re.search(failure.get("description", ""), refactor.description):
            injected_failures.remove(failure)
            return failure.get("reason") or "Resource handler returned message: internal failure"
    return None


def fingerprint(stack):
    """A hash of all that must not change between creating and executing a refactor."""
    if stack is None:
        return ""
    resources = {
        logical_id: [
            record["PhysicalResourceId"],
            record["ResourceType"],
            normalize(record.get("Properties")),
        ]
        for logical_id, record in (stack.get("_resources") or {}).items()
    }
    members = (
        "StackId",
        "_template_body",
        "Parameters",
        "Tags",
        "Outputs",
        "_stack_policy",
        "LastUpdatedTime",
    )
    content = [resources, *(stack.get(name) for name in members)]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
