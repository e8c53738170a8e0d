"""Client request tokens: a call that is sent again with its token has no second effect."""

import functools

from ministack.core.responses import AccountRegionScopedDict
from ministack.services.cloudformation.helpers import _error, _p

TOKEN_MEMBERS = ("ClientRequestToken", "ClientToken")

_first_calls = AccountRegionScopedDict()  # (stack name, token) -> (action, parameters, answer)


def reset():
    """Forget all tokens."""
    _first_calls.clear()


def idempotent(action, handler):
    """Let an action answer a repeated call as it answered the first one.

    The same token with other parameters, or for another action on the stack, is an error.
    """

    @functools.wraps(handler)
    def with_token(parameters):
        token = next((_p(parameters, name) for name in TOKEN_MEMBERS if _p(parameters, name)), "")
        if not token:
            return handler(parameters)
        key = (_p(parameters, "StackName") or _p(parameters, "ChangeSetName"), token)
        first = _first_calls.get(key)
        if first is not None:
            first_action, first_parameters, answer = first
            if (first_action, first_parameters) == (action, parameters):
                return answer
            return _error("TokenAlreadyExistsException", f"Client request token {token} already exists")
        answer = handler(parameters)
        if answer[0] == 200:
            _first_calls[key] = (action, dict(parameters), answer)
        return answer

    return with_token
