"""The ASGI application: control endpoints, then log, latency and faults around every API call."""

import asyncio

import ministack.app as ministack_app
from ministack.core.responses import get_account_id, set_request_account_id, set_request_region

from standin import background
from standin.ledger import book
from standin.services import dispatch
from standin.web import control, faults
from standin.web.api_call import HttpRequest, identify
from standin.web.errors import Answer, error_answer
from standin.web.request_log import LogEntry, error_text

A_LONG_TIME = 3600
PAUSE_POLL_SECONDS = 0.005


async def application(scope, receive, send):
    """Answer one request."""
    if scope["type"] != "http":
        await ministack_app.app(scope, receive, send)
        return
    request = HttpRequest.from_scope(scope, await _read_body(receive))
    set_request_account_id(request.access_key_id)
    set_request_region(request.region)
    if control.is_control_path(request.path):
        await _send(send, await control.answer(request))
    else:
        await _answer_api_call(request, scope, receive, send)


async def _answer_api_call(request, scope, receive, send):
    call = identify(request)
    entry = LogEntry(call, get_account_id(), request.region)
    struck = faults.strike(call)
    entry.struck_by(struck)
    epoch = background.epoch()
    await asyncio.sleep(_waiting_seconds(call, struck))
    await _pause(struck)
    if epoch != background.epoch():  # the state it was meant for is gone
        entry.finish("dropped-by-restore")
        _cut_connection(send)
        return
    kinds = [fault["kind"] for fault in struck]
    refused = next((kind for kind in kinds if kind in faults.ANSWERED_KINDS), None)
    if "hang" in kinds:
        entry.finish("hanging")
        faults.hold(struck)
        await _wait_for_disconnect(receive)
    elif "drop-before" in kinds:
        entry.finish("dropped-before")
        _cut_connection(send)
    elif refused:
        answer = error_answer(refused, call, request)
        entry.finish(answer.status, refused)
        await _send(send, answer)
    else:
        await _carry_out(call, entry, struck, request, scope, receive, send)


async def _carry_out(call, entry, struck, request, scope, receive, send):
    kinds = [fault["kind"] for fault in struck]
    with background.answering():
        book.set_cause(entry.name)
        answer = dispatch.answer(call, request) or await _ask_ministack(scope, request.body)
        if call.is_mutating:
            book.scan()
    entry.finish(answer.status, error_text(answer.status, answer.body))
    if "drop-after" in kinds:
        entry.fields["status"] = f"dropped-after ({answer.status})"
        _cut_connection(send)
    elif "hang-after" in kinds:
        entry.fields["status"] = f"hanging-after ({answer.status})"
        faults.hold(struck)
        await _wait_for_disconnect(receive)
    else:
        await _send(send, answer)


def _waiting_seconds(call, struck):
    delays = [fault.get("ms", faults.DEFAULT_DELAY_MS) for fault in struck if fault["kind"] == "delay"]
    return faults.latency_seconds(call) + sum(delays) / 1000


async def _pause(struck):
    """Wait until the list of faults is replaced: meanwhile a test does what somebody else may do."""
    pauses = [fault for fault in struck if fault["kind"] == "pause"]
    faults.hold(pauses)
    while any(faults.is_in_force(fault) for fault in pauses):
        await asyncio.sleep(PAUSE_POLL_SECONDS)


async def _ask_ministack(scope, body):
    """Let ministack answer; its answer is held back until it is complete."""
    answer = Answer(0, {}, b"")
    pieces = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        if pieces:
            return pieces.pop()
        await asyncio.sleep(A_LONG_TIME)
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]}
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    await ministack_app.app(scope, receive, send)
    return answer


async def _read_body(receive):
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _wait_for_disconnect(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send, answer):
    headers = {name.lower(): str(value) for name, value in answer.headers.items()}
    headers.setdefault("content-length", str(len(answer.body)))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


def _cut_connection(send):
    """Close the TCP connection without a byte of answer.

    hypercorn offers no call for this: from its `send` we reach through HTTPStream and H11Protocol to the
    TCPServer, which owns the socket.
    """
    http_stream = send.__self__
    protocol = http_stream.send.__self__
    server = protocol.send.__self__
    server.writer.transport.abort()
