"""Deploy the Gen 2 root of an app folder's `deployed-stacks`."""

import json
import re

from standin.seed import SeedError
from standin.seed.amplify_app import ensure_branch
from standin.seed.aws import CAPABILITIES
from standin.seed.uploads import Uploader


def deploy_gen2_root(environment, name):
    """Deploy one Gen 2 tree for an environment whose Gen 1 tree stands; returns its root stack."""
    stacks = environment.stacks
    _rewrite_tree(stacks, name, environment.identifiers)
    aws = environment.aws
    Uploader(aws, stacks, environment.identifiers.apply).upload_tree(name)
    bucket = asset_bucket(aws)
    key = f"{name}.json"
    aws.put_object(bucket, key, json.dumps(stacks.templates[name]).encode())
    branch = _branch_of(stacks.templates[name], name)
    ensure_branch(aws, environment.app_id, branch)
    aws.client("cloudformation").create_stack(
        StackName=name,
        TemplateURL=f"https://s3.{aws.region}.amazonaws.com/{bucket}/{key}",
        Parameters=_parameters(environment, name),
        Capabilities=CAPABILITIES,
        Tags=gen2_tags(environment.app_id, branch, "branch"),
    )
    return aws.wait_for_stack(name, "CREATE_COMPLETE")


def gen2_tags(app_id, branch, deployment_type):
    """The stack tags Amplify puts on a Gen 2 root."""
    values = {
        "amplify:app-id": app_id,
        "amplify:branch-name": branch,
        "amplify:deployment-type": deployment_type,
        "created-by": "amplify",
    }
    return [{"Key": key, "Value": value} for key, value in values.items()]


def asset_bucket(aws):
    """The CDK bootstrap bucket of the account and region."""
    return f"cdk-hnb659fds-assets-{aws.account}-{aws.region}"


def _branch_of(template, stack_name):
    """The branch the root links itself to, else the one its name shows (letters and digits only)."""
    for resource in template["Resources"].values():
        if resource["Type"] == "Custom::AmplifyBranchLinkerResource":
            return resource["Properties"]["branchName"]
    found = re.match(r"^amplify-.+-([^-]+)-(?:branch|sandbox)-[0-9a-f]{10}$", stack_name)
    if not found:
        raise SeedError(f"{stack_name} is no name of a Gen 2 root stack")
    return found.group(1)


def _rewrite_tree(stacks, root, identifiers):
    """Gen 2 templates name Gen 1's tables and buckets: use their present names."""
    prefix = root.rsplit("-", 1)[0]
    for name, template in stacks.templates.items():
        if name.startswith(prefix):
            stacks.templates[name] = json.loads(identifiers.apply(json.dumps(template, ensure_ascii=False)))


def _parameters(environment, name):
    declared = environment.stacks.templates[name].get("Parameters", {})
    return [
        {
            "ParameterKey": p["ParameterKey"],
            "ParameterValue": environment.identifiers.apply(p.get("ParameterValue", "")),
        }
        for p in environment.stacks.parameters[name]
        if p["ParameterKey"] in declared
    ]
