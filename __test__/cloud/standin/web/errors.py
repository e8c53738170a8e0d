"""Error answers in the protocol of each service, as its SDK expects them."""

import json
from dataclasses import dataclass

from ministack.core.responses import get_account_id

REST_JSON_SERVICES = ("amplify", "appsync", "lambda", "apigateway", "geo", "mobiletargeting", "backup")
THROTTLED_JSON = {
    "amplify": "LimitExceededException",
    "lambda": "TooManyRequestsException",
    "apigateway": "TooManyRequestsException",
    "appsync": "TooManyRequestsException",
    "cognito-idp": "TooManyRequestsException",
    "cognito-identity": "TooManyRequestsException",
}
INTERNAL = "The request processing has failed because of an unknown error, exception or failure."
EXPIRED = "The security token included in the request is expired"


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def error_answer(kind, call, request):
    """The answer for a fault of this kind: throttle, error500, refuse, expired, unknown-action or conflict."""
    if call.service == "s3":
        return _xml_answer("s3", *_s3_error(kind, call))
    if request.headers.get("x-amz-target") or call.service in REST_JSON_SERVICES:
        return _json_answer(*_json_error(kind, call, bool(request.headers.get("x-amz-target"))))
    return _xml_answer("query", *_query_error(kind, call))


def refusal_text(call):
    """AWS's sentence for a call that the caller's policy does not allow."""
    user = f"arn:aws:iam::{get_account_id()}:user/stand-in"
    return (
        f"User: {user} is not authorized to perform: {call.service}:{call.action} "
        f"because no identity-based policy allows the {call.service}:{call.action} action"
    )


def _s3_error(kind, call):
    return {
        "throttle": (503, "SlowDown", "Please reduce your request rate."),
        "error500": (500, "InternalError", INTERNAL),
        "refuse": (403, "AccessDenied", refusal_text(call)),
        "expired": (400, "ExpiredToken", "The provided token has expired."),
        "unknown-action": (
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        ),
        "conflict": (
            409,
            "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation against this resource.",
        ),
    }[kind]


def _query_error(kind, call):
    return {
        "throttle": (400, "Throttling", "Rate exceeded"),
        "error500": (500, "InternalFailure", INTERNAL),
        "refuse": (403, "AccessDenied", refusal_text(call)),
        "expired": (403, "ExpiredToken", EXPIRED),
        "unknown-action": (400, "InvalidAction", f"Could not find operation {call.action}"),
    }[kind]


def _json_error(kind, call, by_target):
    throttled = THROTTLED_JSON.get(call.service, "ThrottlingException" if by_target else "TooManyRequestsException")
    refused = "NotAuthorizedException" if call.service.startswith("cognito") else "AccessDeniedException"
    return {
        "throttle": (400 if by_target else 429, throttled, "Rate exceeded"),
        "error500": (500, "InternalFailureException", INTERNAL),
        "refuse": (400 if by_target else 403, refused, refusal_text(call)),
        "expired": (400 if by_target else 403, "ExpiredTokenException", EXPIRED),
        "unknown-action": (400, "UnknownOperationException", f"Unknown operation {call.action}"),
    }[kind]


def _xml_answer(protocol, status, code, message):
    if protocol == "s3":
        text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
        return Answer(status, {"content-type": "application/xml"}, text.encode())
    side = "Receiver" if status >= 500 else "Sender"
    text = (
        f"<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    )
    return Answer(status, {"content-type": "text/xml"}, text.encode())


def _json_answer(status, code, message):
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
    return Answer(status, headers, json.dumps({"__type": code, "message": message}).encode())
