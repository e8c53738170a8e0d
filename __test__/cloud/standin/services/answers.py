"""JSON answers of REST services."""

import json

from ministack.core.responses import new_uuid

from standin.web.errors import Answer


def json_answer(status, document, error_type=None):
    """A JSON answer; with an error type in the header its SDK looks at."""
    headers = {"Content-Type": "application/json", "x-amzn-requestid": new_uuid()}
    if error_type:
        headers["x-amzn-errortype"] = error_type
    return Answer(status, headers, json.dumps(document, default=str).encode())


def error_json(status, error_type, message):
    """An error answer."""
    return json_answer(status, {"message": message, "__type": error_type}, error_type)


def page_of(items, query, key, size=25):
    """One page of a list, with the token of the next."""
    size = int((query.get("maxResults") or [size])[0] or size)
    start = int((query.get("nextToken") or ["0"])[0] or 0)
    document = {key: items[start : start + size]}
    if start + size < len(items):
        document["nextToken"] = str(start + size)
    return json_answer(200, document)
