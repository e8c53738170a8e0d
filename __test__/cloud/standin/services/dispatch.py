"""Which of our services answers an API call."""

from standin.services import amplify, cloud_control, location, risk


def answer(call, request):
    """The answer of one of our services; `None` when the call is ministack's."""
    if call.service == "amplify":
        return amplify.answer(request)
    if call.service == "cloudcontrolapi" and call.action == "GetResource":
        return cloud_control.get_resource(call.parameters)
    if call.service == "cognito-idp" and call.action in risk.ACTIONS:
        return risk.answer(call.action, call.parameters)
    if call.service == "geo":
        return location.answer(request)
    return None
