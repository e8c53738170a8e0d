"""Seeding app folders: our own apps, and the corpus where CORPUS names it."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile

import pytest
from conftest import app_folders
from driver import error

from standin.seed.aws import CAPABILITIES

APPS = app_folders()
pytestmark = pytest.mark.skipif(not APPS, reason="no app folder")


def name_of(folder):
    return os.path.basename(folder)


def read(path):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def output_of(project, *command):
    return subprocess.run(["git", "-C", str(project), *command], capture_output=True, text=True).stdout


@pytest.mark.parametrize("folder", APPS, ids=name_of)
def test_an_app(own_cloud, folder, tmp_path):
    project = tmp_path / "project"
    gen2 = ["--gen2", "--protect-tables"] if has_gen2(folder) else []
    seeded = own_cloud.seed("app", "--app", folder, "--out", str(project), *gen2)
    check_stacks(own_cloud, seeded)
    check_project(own_cloud, seeded, project)
    check_app(own_cloud, seeded)
    check_data(own_cloud, seeded, folder)
    check_stability(own_cloud, seeded)
    check_drift(own_cloud, seeded)
    ledger = own_cloud.control("GET", "/_ledger")
    assert (ledger["violations"], ledger["hazards"]) == ([], [])


def has_gen2(folder):
    stacks = os.listdir(os.path.join(folder, "deployed-stacks"))
    return any(re.search(r"-branch-[0-9a-f]{10}\.template\.json$", name) for name in stacks)


def check_stacks(cloud, seeded):
    cloudformation = cloud.client("cloudformation", seeded["region"])
    root = cloudformation.describe_stacks(StackName=seeded["gen1Root"])["Stacks"][0]
    assert (root["StackStatus"], root["StackId"]) == ("UPDATE_COMPLETE", seeded["gen1RootId"])
    if seeded["gen2Root"]:
        gen2 = cloudformation.describe_stacks(StackName=seeded["gen2Root"])["Stacks"][0]
        assert gen2["StackStatus"] == "CREATE_COMPLETE"


def check_project(cloud, seeded, project):
    amplify = project / "amplify"
    info = read(amplify / "team-provider-info.json")[seeded["env"]]["awscloudformation"]
    assert info["StackId"] == seeded["gen1RootId"]
    assert read(amplify / ".config" / "local-env-info.json")["envName"] == seeded["env"]
    meta = read(amplify / "#current-cloud-backend" / "amplify-meta.json")
    assert meta["providers"]["awscloudformation"]["StackId"] == seeded["gen1RootId"]
    pools = [a["output"]["UserPoolId"] for a in meta.get("auth", {}).values() if "UserPoolId" in a["output"]]
    for pool in pools:
        cloud.client("cognito-idp", seeded["region"]).describe_user_pool(UserPoolId=pool)
    s3 = cloud.client("s3", seeded["region"])
    stored = s3.get_object(Bucket=seeded["deploymentBucket"], Key="#current-cloud-backend.zip")
    archive = zipfile.ZipFile(io.BytesIO(stored["Body"].read()))
    assert json.loads(archive.read("amplify-meta.json")) == meta
    assert output_of(project, "status", "--porcelain") == ""
    assert output_of(project, "rev-list", "--count", "HEAD").strip() == "1"


def check_app(cloud, seeded):
    amplify = cloud.client("amplify", seeded["region"])
    assert amplify.get_app(appId=seeded["appId"])["app"]["name"]
    environment = amplify.get_backend_environment(appId=seeded["appId"], environmentName=seeded["env"])
    assert environment["backendEnvironment"]["stackName"] == seeded["gen1Root"]


def check_data(cloud, seeded, folder):
    """Every pool and bucket of the app has data, and all of it is production."""
    rows = [r for r in cloud.control("GET", "/_ledger")["resources"] if r["production"]]
    expected = read(os.path.join(folder, "seed.json")) if os.path.exists(os.path.join(folder, "seed.json")) else {}
    users = sum(r["data"].get("users", 0) for r in rows)
    items = sum(r["data"].get("items", 0) for r in rows)
    if expected:
        assert (users, items) == (len(expected.get("users", [])), len(expected.get("items", [])))
    else:
        assert users >= 3


def check_stability(cloud, seeded):
    """An update of the root without a change is refused: the whole evaluated tree is stable."""
    cloudformation = cloud.client("cloudformation", seeded["region"])
    stack = cloudformation.describe_stacks(StackName=seeded["gen1Root"])["Stacks"][0]
    previous = [{"ParameterKey": p["ParameterKey"], "UsePreviousValue": True} for p in stack["Parameters"]]
    with error("ValidationError", "No updates are to be performed"):
        cloudformation.update_stack(
            StackName=seeded["gen1Root"],
            UsePreviousTemplate=True,
            Capabilities=CAPABILITIES,
            Parameters=previous,
        )


def check_drift(cloud, seeded):
    """What lock looks at: only the trust that Amplify itself rewrites has drifted, as on AWS."""
    cloudformation = cloud.client("cloudformation", seeded["region"])
    drifted = []
    for page in cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if stack["StackName"].startswith(seeded["gen1Root"]):
                cloudformation.detect_stack_drift(StackName=stack["StackId"])
                drifts = cloudformation.describe_stack_resource_drifts(StackName=stack["StackId"])
                drifted += [
                    (d["LogicalResourceId"], p["PropertyPath"])
                    for d in drifts["StackResourceDrifts"]
                    if d["StackResourceDriftStatus"] in ("MODIFIED", "DELETED")
                    # the CLI's function for the hosted UI deletes providers that it does not know
                    and d["ResourceType"] != "AWS::Cognito::UserPoolIdentityProvider"
                    for p in d.get("PropertyDifferences") or [{"PropertyPath": "deleted"}]
                ]
    trust = "/AssumeRolePolicyDocument"
    assert set(drifted) <= {("AuthRole", trust), ("UnauthRole", trust)}


def test_two_environments_under_other_names(own_cloud, tmp_path):
    project, folder = tmp_path / "project", APPS[0]
    (source, *_) = read(os.path.join(folder, "gen1-project", "amplify", "team-provider-info.json"))
    arguments = ["--app", folder, "--env", f"{source}=qa", "--env", f"{source}=live", "--out", str(project)]
    seeded = own_cloud.seed("app", *arguments)
    assert [e["env"] for e in seeded["environments"]] == ["qa", "live"]
    assert len({e["gen1RootId"] for e in seeded["environments"]}) == 2
    info = read(project / "amplify" / "team-provider-info.json")
    ids = {env: part["awscloudformation"]["StackId"] for env, part in info.items()}
    assert ids == {e["env"]: e["gen1RootId"] for e in seeded["environments"]}
    environments = own_cloud.client("amplify", seeded["region"]).list_backend_environments(appId=seeded["appId"])[
        "backendEnvironments"
    ]
    assert {e["environmentName"] for e in environments} == {"qa", "live"}
    assert own_cloud.violations() == []


def test_another_account_region_and_app_id(own_cloud, tmp_path):
    project = tmp_path / "project"
    where = ["--region", "ap-southeast-2", "--account", "210987654321", "--app-id", "x7"]
    seeded = own_cloud.seed("app", "--app", APPS[0], "--out", str(project), *where)
    assert ":ap-southeast-2:210987654321:" in seeded["gen1RootId"]
    app = own_cloud.client("amplify", "ap-southeast-2", "210987654321").get_app(appId="x7")["app"]
    assert app["appId"] == "x7"
    info = read(project / "amplify" / "team-provider-info.json")[seeded["env"]]["awscloudformation"]
    assert (info["Region"], info["AmplifyAppId"]) == ("ap-southeast-2", "x7")
    assert "123456789012" not in json.dumps(info)


def test_all_apps_in_one_cloud(own_cloud):
    # atlas is made from shop and has its table names, which an account and region have once only; guests has imported
    # its user pool, which no stack owns
    for folder in (folder for folder in APPS if os.path.basename(folder) not in ("atlas", "guests")):
        own_cloud.seed("app", "--app", folder)
    rows = [r for r in own_cloud.control("GET", "/_ledger")["resources"] if r["production"]]
    # Gen 1 makes the hosted UI by custom resources: no stack owns its domain and providers
    hosted_ui = ("AWS::Cognito::UserPoolDomain", "AWS::Cognito::UserPoolIdentityProvider")
    assert [r for r in rows if len(r["owners"]) != (0 if r["type"] in hosted_ui else 1)] == []
    assert own_cloud.violations() == []


def test_without_data_and_marks(own_cloud):
    own_cloud.seed("app", "--app", APPS[0], "--no-data", "--no-mark")
    rows = own_cloud.control("GET", "/_ledger")["resources"]
    assert sum(r["data"].get("users", 0) for r in rows) == 0
    assert not any(r["production"] for r in rows)


def test_an_environment_that_is_not_there_or_deployed_already(own_cloud):
    text = own_cloud.seed("app", "--app", APPS[0], "--env", "nobody", expect_success=False)
    assert "environment nobody is not deployed; deployed are:" in text
    own_cloud.seed("app", "--app", APPS[0])
    text = own_cloud.seed("app", "--app", APPS[0], expect_success=False)
    assert "is deployed already" in text


@pytest.fixture
def folder(tmp_path):
    """A copy of an app folder that a test may spoil."""
    return shutil.copytree(APPS[0], tmp_path / "app")


def test_seed_json_must_name_what_exists(own_cloud, folder):
    (folder / "seed.json").write_text('{"objects": [{"storage": "nobody", "key": "k", "body": "x"}]}')
    text = own_cloud.seed("app", "--app", str(folder), expect_success=False)
    assert "nobody AWS::S3::Bucket" in text


def test_broken_json_names_its_file(own_cloud, folder):
    (folder / "seed.json").write_text("{")
    text = own_cloud.seed("app", "--app", str(folder), expect_success=False)
    assert "seed.json" in text


def test_a_missing_nested_template_is_named(own_cloud, folder):
    stacks = folder / "deployed-stacks"
    lost = next(f for f in sorted(stacks.iterdir()) if re.search(r"-auth.*\.template\.json$", f.name))
    lost.unlink()
    text = own_cloud.seed("app", "--app", str(folder), expect_success=False)
    assert "no template for nested stack auth" in text


def test_an_app_without_seed_json_gets_default_data(own_cloud, folder):
    (folder / "seed.json").unlink(missing_ok=True)
    own_cloud.seed("app", "--app", str(folder))
    rows = [r for r in own_cloud.control("GET", "/_ledger")["resources"] if r["production"]]
    assert sum(r["data"].get("users", 0) for r in rows) == 3
    assert all(r["data"]["items"] == 3 for r in rows if r["type"] == "AWS::DynamoDB::Table")
