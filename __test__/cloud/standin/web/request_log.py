"""The log of every API call: in memory, and as JSON lines in a file when one is given."""

import json
import re
import time

from standin.ledger import book

ERROR_LENGTH = 300

_entries: list[dict] = []
_file: dict = {"stream": None}


def write_to(path):
    """Also append every entry to a file, one JSON object a line."""
    _file["stream"] = open(path, "a", encoding="utf-8")  # noqa: SIM115  (open until the process ends)


def entries():
    """All entries since the last reset."""
    return _entries


def reset():
    """Forget all entries."""
    _entries.clear()


class LogEntry:
    """One API call's entry: begun when it arrives, finished when it is answered."""

    def __init__(self, call, account, region):
        self._started = time.monotonic()
        self.fields = {
            "n": len(_entries) + 1,
            "time": book.now(),
            "service": call.service,
            "action": call.action,
            "account": account,
            "region": region,
            "mutating": call.is_mutating,
            "conditional": call.is_conditional_write,
            "params": call.loggable_parameters(),
            "status": None,
            "error": None,
            "fault": None,
            "ms": None,
        }
        _entries.append(self.fields)

    @property
    def name(self):
        """How the ledger names this call as a cause."""
        return f"#{self.fields['n']} {self.fields['service']}:{self.fields['action']}"

    def struck_by(self, faults):
        if faults:
            self.fields["fault"] = ",".join(fault["kind"] for fault in faults)

    def finish(self, status, error=None):
        milliseconds = round((time.monotonic() - self._started) * 1000, 1)
        self.fields.update(status=status, error=error, ms=milliseconds)
        stream = _file["stream"]
        if stream:
            stream.write(json.dumps(self.fields, default=str) + "\n")
            stream.flush()


def error_text(status, body):
    """Code and message of an error answer, `None` when the call went well."""
    if status < 400:
        return None
    found = re.search(rb"<Code>([^<]+)</Code>\s*<Message>([^<]*)", body) or re.search(
        rb'"__type": ?"([^"]+)".*?"[mM]essage": ?"([^"]*)"', body
    )
    text = found.group(1) + b": " + found.group(2) if found else body
    return text[:ERROR_LENGTH].decode("utf-8", "replace")
