"""Register an app, its backend environments and its branches with the Amplify service."""

from botocore.exceptions import ClientError

BUILD_SPEC = """\
version: 1
backend:
  phases:
    build:
      commands:
        - amplifyPush --simple
frontend:
  phases:
    build:
      commands: [npm ci, npm run build]
"""
VARIABLES = {"_CUSTOM_IMAGE": "amplify:al2023", "USER_DISABLE_TESTS": "true"}


def register_environment(environment):
    """The app with this backend environment and its Gen 1 branch; what is registered already stays."""
    folder_app = environment.folder.seed.get("app") or {}
    aws, app_id = environment.aws, environment.app_id
    arn = f"arn:aws:amplify:{aws.region}:{aws.account}:apps/{app_id}/backendenvironments/{environment.name}"
    branch = {"branchName": environment.name, "backendEnvironmentArn": arn, "environmentVariables": {}}
    existing = find_app(aws, app_id) or {}
    variables = existing.get("environmentVariables") or folder_app.get("environmentVariables") or VARIABLES
    register(
        aws,
        {
            "appId": app_id,
            "name": existing.get("name") or folder_app.get("name") or environment.folder.project_name,
            "environmentVariables": variables,
            "buildSpec": folder_app.get("buildSpec", BUILD_SPEC),
            "repository": folder_app.get("repository", f"https://github.com/example/{app_id}"),
            "backendEnvironments": [
                {
                    "environmentName": environment.name,
                    "stackName": environment.root_stack,
                    "deploymentArtifacts": environment.bucket,
                }
            ],
            "branches": [branch, *folder_app.get("branches", [])],
        },
    )


def ensure_branch(aws, app_id, branch):
    """Create a branch that does not exist, and its app; the Gen 2 root links itself to it."""
    amplify = aws.client("amplify")
    if find_app(aws, app_id) is None:
        register(aws, {"appId": app_id, "name": app_id})
    if branch not in {b["branchName"] for b in amplify.list_branches(appId=app_id)["branches"]}:
        amplify.create_branch(appId=app_id, branchName=branch)


def register(aws, app):
    """Register or extend an app."""
    aws.control("POST", "/_amplify/seed", app)


def find_app(aws, app_id):
    """A registered app, `None` when there is none."""
    try:
        return aws.client("amplify").get_app(appId=app_id)["app"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise
