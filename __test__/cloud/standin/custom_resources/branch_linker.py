"""The custom resource that tells the Amplify service which stack a branch's backend is."""

from standin.services import amplify


def link(request):
    """Point the branch to the stack; a branch that does not exist is an error, as on AWS."""
    properties = request.properties
    app = amplify.apps.get(properties.get("appId"))
    if app is None:
        return
    branch = app["_branches"].get(properties.get("branchName"))
    if request.kind == "Delete":
        if branch:
            branch.pop("backend", None)
        return
    if branch is None:
        raise ValueError(f"Branch {properties.get('branchName')} not found for app {properties.get('appId')}")
    branch["backend"] = {"stackArn": request.stack["StackId"]}
