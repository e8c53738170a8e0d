"""Which service and action an HTTP request is, and its parameters, for the request log and for faults."""

import glob
import gzip
import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs

import botocore
from ministack.core.router import extract_access_key_id, extract_region

# signing name of a service whose actions are told by path -> its folder in botocore's data
REST_SERVICES = {
    "amplify": "amplify",
    "appsync": "appsync",
    "lambda": "lambda",
    "apigateway": "apigateway",
    "s3": "s3",
    "geo": "location",
    "mobiletargeting": "pinpoint",
}
READING_ACTION = re.compile(
    r"^(Get|List|Describe|Head|BatchGet|batchGet|Query|Scan|Select|Validate|Detect|Lookup|Simulate|Test|AssumeRole)"
)
S3_OBJECT_ACTIONS = {"PUT": "PutObject", "GET": "GetObject", "DELETE": "DeleteObject", "HEAD": "HeadObject"}
S3_OBJECT_QUERY_KEYS = {"x-id", "uploadId", "partNumber", "versionId"}
S3_CONDITIONS = {"if-match", "if-none-match"}
LOGGED_MEMBERS = 40
LOGGED_TEXT = 200
LOGGED_JSON = 300
SECRET_WORDS = ("secret", "password", "creds")


@dataclass
class HttpRequest:
    """One HTTP request as it came in."""

    method: str
    path: str
    raw_path: str
    headers: dict[str, str]
    query: dict[str, list[str]]
    body: bytes

    @classmethod
    def from_scope(cls, scope, body):
        return cls(
            method=scope["method"],
            path=scope["path"],
            raw_path=scope.get("raw_path", scope["path"].encode()).decode().split("?")[0],
            headers={k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]},
            query=parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True),
            body=body,
        )

    @property
    def access_key_id(self):
        return extract_access_key_id(self.headers, self.query) or None

    @property
    def region(self):
        return extract_region(self.headers, self.query)


@dataclass
class ApiCall:
    """The AWS API call a request makes."""

    service: str
    action: str
    parameters: dict = field(default_factory=dict)
    is_conditional_write: bool = False

    @property
    def is_mutating(self):
        return not READING_ACTION.match(self.action)

    def matches(self, pattern):
        """Whether a pattern covers all of `Action` or of `service:Action`."""
        return bool(pattern.fullmatch(self.action) or pattern.fullmatch(f"{self.service}:{self.action}"))

    def loggable_parameters(self):
        """The parameters without secrets and bulk."""
        return {name: _loggable(name, value) for name, value in list(self.parameters.items())[:LOGGED_MEMBERS]}


def identify(request):
    """The API call of a request; an unknown one has its method and path for an action."""
    service = _signing_name(request)
    target = request.headers.get("x-amz-target", "")
    cbor = re.match(r"^/service/[^/]+/operation/(\w+)$", request.path)
    if target:
        return ApiCall(service, target.split(".")[-1], _json_object(request.body))
    if cbor:
        return ApiCall(service, cbor.group(1))
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        return _query_call(service, form)
    if "Action" in request.query:
        return _query_call(service, request.query)
    if service == "s3":
        return _s3_call(request)
    return _rest_call(service, request)


def _signing_name(request):
    presigned = (request.query.get("X-Amz-Credential") or [""])[0]
    for text in (request.headers.get("authorization", ""), f"Credential={presigned}"):
        found = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", text)
        if found:
            return found.group(1)
    return "unknown" if request.headers.get("x-amz-target") else "s3"


def _query_call(service, form):
    values = {name: value[0] for name, value in form.items()}
    action = values.pop("Action", "?")
    values.pop("Version", None)
    return ApiCall(service, action, values)


def _rest_call(service, request):
    action = f"{request.method} {request.path}"
    if service in REST_SERVICES:
        action = _rest_action(service, request) or action
    parameters = {"path": request.path}
    if "json" in request.headers.get("content-type", ""):
        parameters.update(_json_object(request.body))
    return ApiCall(service, action, parameters)


def _s3_call(request):
    bucket, _, key = request.path.strip("/").partition("/")
    parameters = {"Bucket": bucket, **({"Key": key} if key else {})}
    if key and set(request.query) <= S3_OBJECT_QUERY_KEYS and request.method in S3_OBJECT_ACTIONS:
        is_copy = request.method == "PUT" and "x-amz-copy-source" in request.headers
        is_conditional = request.method == "PUT" and not request.headers.keys().isdisjoint(S3_CONDITIONS)
        action = "CopyObject" if is_copy else S3_OBJECT_ACTIONS[request.method]
        return ApiCall("s3", action, parameters, is_conditional)
    action = _rest_action("s3", request) or f"{request.method} {request.path}"
    return ApiCall("s3", action, parameters)


def _rest_action(service, request):
    """The operation whose method, path and query keys fit best: most query keys first.

    Of S3's twins with equal keys the newer `...Configuration` name is meant, of the others the shorter one.
    """
    best_score, best_name = -1, None
    for method, path, keys, name in _operations(service):
        if method != request.method or not path.match(request.path) or not all(k in request.query for k in keys):
            continue
        twin_wins = len(keys) == best_score and service == "s3" and (len(name) > len(best_name)) == bool(keys)
        if len(keys) > best_score or twin_wins:
            best_score, best_name = len(keys), name
    return best_name


@cache
def _operations(service):
    found = []
    folder = os.path.join(os.path.dirname(botocore.__file__), "data", REST_SERVICES[service])
    for file in sorted(glob.glob(os.path.join(folder, "*", "service-2.json*"))):
        with gzip.open(file) if file.endswith(".gz") else open(file, "rb") as stream:
            model = json.load(stream)
        for name, operation in model["operations"].items():
            path, _, query = operation["http"]["requestUri"].partition("?")
            keys = sorted(parse_qs(query, keep_blank_values=True))
            found.append((operation["http"]["method"], _path_pattern(path), keys, name))
    return found


def _path_pattern(path):
    parts = re.split(r"(\{[^}]*\})", path)
    pattern = ""
    for part in parts:
        if part.startswith("{"):
            pattern += "(.+)" if part.endswith("+}") else "([^/]+)"
        else:
            pattern += re.escape(part)
    return re.compile(f"^{pattern}/?$")


def _json_object(body):
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _loggable(name, value):
    if isinstance(value, (str, int, float, bool)):
        if any(word in name.lower() for word in SECRET_WORDS):
            return "<redacted>"
        if name.endswith("TemplateBody"):
            return f"<{len(str(value))} chars>"
        if isinstance(value, str) and len(value) >= LOGGED_TEXT:
            return value[:LOGGED_TEXT] + "..."
        return value
    if isinstance(value, (dict, list)) and len(json.dumps(value, default=str)) < LOGGED_JSON:
        return value
    return f"<{len(str(value))} chars>"
