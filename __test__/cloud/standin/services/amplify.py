"""The Amplify service: apps, backend environments, branches."""

import json
import time
import urllib.parse

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid

from standin.services.answers import error_json, json_answer, page_of

apps = AccountRegionScopedDict()

UPDATABLE_APP_MEMBERS = (
    "name",
    "description",
    "platform",
    "environmentVariables",
    "buildSpec",
    "customRules",
    "enableBranchAutoBuild",
    "enableBasicAuth",
    "iamServiceRoleArn",
    "repository",
    "enableBranchAutoDeletion",
    "customHeaders",
)
UPDATABLE_BRANCH_MEMBERS = (
    "description",
    "framework",
    "stage",
    "enableNotification",
    "enableAutoBuild",
    "environmentVariables",
    "buildSpec",
    "ttl",
    "displayName",
    "backendEnvironmentArn",
    "backend",
    "enableBasicAuth",
    "enablePullRequestPreview",
)


def register(document):
    """Register an app, or add backend environments and branches to one that is registered."""
    app = _new_app(document)
    former = apps.get(document["appId"])
    if former:
        app["_environments"] = {**former["_environments"], **app["_environments"]}
        app["_branches"] = {**former["_branches"], **app["_branches"]}
        app["createTime"] = former["createTime"]
    apps[document["appId"]] = app
    return public(app)


def public(app):
    """An app as GetApp shows it."""
    return {name: value for name, value in app.items() if not name.startswith("_")}


def answer(request):
    """Answer a request to the service."""
    path = [part for part in request.raw_path.split("/") if part]
    document = json.loads(request.body or b"{}")
    if path[:1] == ["tags"]:
        return json_answer(200, {"tags": {}})
    if path[:1] != ["apps"]:
        return _no_route(request)
    if len(path) == 1:
        return _answer_apps(request, document)
    app = apps.get(path[1])
    if app is None:
        return _not_found(f"App {path[1]} not found.")
    if len(path) == 2:
        return _answer_app(request, app, document)
    if path[2] == "backendenvironments":
        return _answer_environments(request, app, path[3:], document)
    if path[2] == "branches":
        return _answer_branches(request, app, path[3:], document)
    return _no_route(request)


def _answer_apps(request, document):
    if request.method == "POST":
        app_id = "d" + new_uuid().replace("-", "")[:13]
        return json_answer(200, {"app": register({**document, "appId": app_id})})
    return page_of([public(app) for app in apps.values()], request.query, "apps")


def _answer_app(request, app, document):
    if request.method == "POST":
        _update(app, document, UPDATABLE_APP_MEMBERS)
    if request.method == "DELETE":
        apps.pop(app["appId"], None)
    return json_answer(200, {"app": public(app)})


def _answer_environments(request, app, rest, document):
    environments = app["_environments"]
    if not rest:
        if request.method == "POST":
            name = document["environmentName"]
            environments[name] = _new_environment(app, document)
            return json_answer(200, {"backendEnvironment": environments[name]})
        return page_of(list(environments.values()), request.query, "backendEnvironments")
    name = urllib.parse.unquote(rest[0])
    if name not in environments:
        return _not_found(f"Backend environment {name} not found for app {app['appId']}")
    if request.method == "DELETE":
        return json_answer(200, {"backendEnvironment": environments.pop(name)})
    return json_answer(200, {"backendEnvironment": environments[name]})


def _answer_branches(request, app, rest, document):
    branches = app["_branches"]
    if not rest:
        if request.method == "POST":
            name = document["branchName"]
            if name in branches:
                return error_json(400, "BadRequestException", f"Branch {name} already exists")
            branches[name] = _new_branch(app, document)
            return json_answer(200, {"branch": branches[name]})
        return page_of(list(branches.values()), request.query, "branches")
    name = urllib.parse.unquote(rest[0])
    if name not in branches:
        return _not_found(f"Branch {name} not found for app {app['appId']}")
    if len(rest) > 1:
        return page_of([], request.query, "jobSummaries")
    if request.method == "POST":
        _update(branches[name], document, UPDATABLE_BRANCH_MEMBERS)
    if request.method == "DELETE":
        return json_answer(200, {"branch": branches.pop(name)})
    return json_answer(200, {"branch": branches[name]})


def _update(item, document, members):
    item.update({name: document[name] for name in members if name in document}, updateTime=time.time())


def _not_found(message):
    return error_json(404, "NotFoundException", message)


def _no_route(request):
    return _not_found(f"No route {request.method} {request.path}")


def _new_app(document):
    now = time.time()
    app_id = document["appId"]
    app = {
        "appId": app_id,
        "appArn": f"arn:aws:amplify:{get_region()}:{get_account_id()}:apps/{app_id}",
        "name": document["name"],
        "tags": document.get("tags", {}),
        "description": document.get("description", ""),
        "repository": document.get("repository", ""),
        "platform": document.get("platform", "WEB"),
        "createTime": now,
        "updateTime": now,
        "environmentVariables": document.get("environmentVariables", {}),
        "defaultDomain": f"{app_id}.amplifyapp.com",
        "enableBranchAutoBuild": False,
        "enableBasicAuth": False,
        "enableBranchAutoDeletion": False,
        "customRules": document.get("customRules", []),
        "buildSpec": document.get("buildSpec", ""),
        "enableAutoBranchCreation": False,
        "_environments": {},
        "_branches": {},
    }
    for environment in document.get("backendEnvironments", []):
        app["_environments"][environment["environmentName"]] = _new_environment(app, environment)
    for branch in document.get("branches", []):
        app["_branches"][branch["branchName"]] = _new_branch(app, branch)
    return app


def _new_environment(app, document):
    now = time.time()
    arn = f"{app['appArn']}/backendenvironments/{document['environmentName']}"
    return {"backendEnvironmentArn": arn, "createTime": now, "updateTime": now, **document}


def _new_branch(app, document):
    now = time.time()
    return {
        "branchArn": f"{app['appArn']}/branches/{document['branchName']}",
        "tags": {},
        "stage": "PRODUCTION",
        "displayName": document["branchName"],
        "enableNotification": False,
        "createTime": now,
        "updateTime": now,
        "environmentVariables": {},
        "enableAutoBuild": True,
        "customDomains": [],
        "framework": "",
        "activeJobId": "",
        "totalNumberOfJobs": "0",
        "enableBasicAuth": False,
        "ttl": "5",
        "enablePullRequestPreview": False,
        "description": "",
        **document,
    }
