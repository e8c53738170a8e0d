"""The control endpoints, with which tests look at the cloud and steer it."""

import json
import time

import ministack.app as ministack_app

from standin import background, snapshot
from standin.cloudformation import idempotency
from standin.custom_resources import dispatch as custom_resources
from standin.ledger import book
from standin.services import amplify
from standin.settings import settings
from standin.stack_refactor.refactors import injected_failures, refactors
from standin.web import faults, request_log
from standin.web.errors import Answer
from standin.web.stacks import every_stack, put_into_status


class BadRequestError(ValueError):
    """A control request that cannot be carried out; the text says why."""


def is_control_path(path):
    """Whether a path is one of ours: `/_...`, but not one of ministack's own."""
    return path.startswith("/_") and not path.startswith(("/_ministack", "/_aws"))


async def answer(request):
    """Carry out a control request."""
    handler = ROUTES.get((request.method, request.path))
    if handler is None:
        return _json(404, {"error": f"no control endpoint {request.method} {request.path}"})
    try:
        document = json.loads(request.body or b"null")
        return _json(200, await handler(document, request))
    except (BadRequestError, faults.BadFaultError, snapshot.UnknownSnapshotError, ValueError) as error:
        return _json(400, {"error": str(error)})
    except background.StillBusyError as error:
        return _json(409, {"error": str(error)})


def _json(status, value):
    return Answer(status, {"content-type": "application/json"}, json.dumps(value, default=str, indent=1).encode())


async def _ready(document, request):
    return {"ok": True}


async def _ledger(document, request):
    return book.report()


async def _mark_production(document, request):
    return {"marked": book.mark_production()}


async def _allow_changes(document, request):
    return {"allow": book.allow(document or [])}


async def _reset_ledger(document, request):
    book.reset()
    book.scan("reset")
    return {}


async def _stacks(document, request):
    return every_stack()


async def _put_into_status(document, request):
    wanted = document or {}
    name, status = wanted.get("stack"), wanted.get("status")
    if not name or not status:
        raise BadRequestError("which `stack` is to be put into which `status`?")
    if not put_into_status(name, status, wanted.get("reason") or ""):
        raise BadRequestError(f"there is no stack {name}")
    return {"stack": name, "status": status}


async def _read_faults(document, request):
    return faults.faults()


async def _replace_faults(document, request):
    faults.replace_faults(document or [])
    return faults.faults()


async def _clear_faults(document, request):
    faults.replace_faults([])
    return []


async def _read_latencies(document, request):
    return faults.latencies()


async def _replace_latencies(document, request):
    faults.replace_latencies(document or [])
    return faults.latencies()


async def _read_requests(document, request):
    return request_log.entries()


async def _reset_requests(document, request):
    request_log.reset()
    return {}


async def _read_config(document, request):
    return settings


async def _change_config(document, request):
    unknown = sorted(set(document or {}) - set(settings))
    if unknown:
        raise BadRequestError(f"unknown settings {', '.join(unknown)}; known are {', '.join(settings)}")
    settings.update(document or {})
    return settings


async def _inject_refactor_failures(document, request):
    injected_failures[:] = document or []
    return injected_failures


async def _custom_resources(document, request):
    return custom_resources.log


async def _register_amplify_app(document, request):
    return amplify.register(document)


async def _take_snapshot(document, request):
    await background.wait_until_idle()
    return {"id": snapshot.take()}


async def _forget_snapshot(document, request):
    snapshot.forget((request.query.get("id") or [""])[0])
    return {}


async def _restore(document, request):
    started = time.monotonic()
    await background.cancel_operations()
    snapshot.restore((document or {}).get("id"))
    return {"ms": round((time.monotonic() - started) * 1000)}


async def _reset(document, request):
    await background.cancel_operations()
    ministack_app._reset_all_state()
    amplify.apps.clear()
    idempotency.reset()
    refactors.clear()
    injected_failures.clear()
    custom_resources.log.clear()
    faults.replace_faults([])
    faults.replace_latencies([])
    request_log.reset()
    book.reset()
    return {}


ROUTES = {
    ("GET", "/_ready"): _ready,
    ("GET", "/_ledger"): _ledger,
    ("POST", "/_ledger/mark-production"): _mark_production,
    ("POST", "/_ledger/allow"): _allow_changes,
    ("POST", "/_ledger/reset"): _reset_ledger,
    ("GET", "/_stacks"): _stacks,
    ("POST", "/_stacks/status"): _put_into_status,
    ("GET", "/_faults"): _read_faults,
    ("POST", "/_faults"): _replace_faults,
    ("DELETE", "/_faults"): _clear_faults,
    ("GET", "/_latency"): _read_latencies,
    ("POST", "/_latency"): _replace_latencies,
    ("GET", "/_requests"): _read_requests,
    ("POST", "/_requests/reset"): _reset_requests,
    ("GET", "/_config"): _read_config,
    ("POST", "/_config"): _change_config,
    ("POST", "/_refactor/inject"): _inject_refactor_failures,
    ("GET", "/_custom"): _custom_resources,
    ("POST", "/_amplify/seed"): _register_amplify_app,
    ("POST", "/_snapshot"): _take_snapshot,
    ("DELETE", "/_snapshot"): _forget_snapshot,
    ("POST", "/_restore"): _restore,
    ("POST", "/_reset"): _reset,
}
