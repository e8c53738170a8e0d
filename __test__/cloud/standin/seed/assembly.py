"""Deploy a synthesised Gen 2 backend (`cdk.out`), or update the one that is deployed already."""

import io
import os
import re
import zipfile

from botocore.exceptions import ClientError

from standin.seed import SeedError
from standin.seed.amplify_app import ensure_branch
from standin.seed.app_folder import GEN2_ROOT, read_json
from standin.seed.aws import CAPABILITIES
from standin.seed.gen2 import asset_bucket, gen2_tags
from standin.seed.uploads import SSM_PARAMETER_VALUE, stub_zip

NO_UPDATES = "No updates are to be performed"


class Assembly:
    """A cloud assembly of one Gen 2 root stack."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        manifest = read_json(os.path.join(self.folder, "manifest.json"))
        if manifest is None:
            raise SeedError(f"{folder} is no cloud assembly: it has no manifest.json")
        roots = {
            name: artifact
            for name, artifact in manifest["artifacts"].items()
            if artifact["type"] == "aws:cloudformation:stack"
        }
        if len(roots) != 1:
            raise SeedError(f"{folder} holds {len(roots)} root stacks, not one")
        ((artifact_id, artifact),) = roots.items()
        properties = artifact["properties"]
        self.stack_name = properties.get("stackName") or artifact_id
        self.tags = properties.get("tags") or {}
        self.template_file = properties["templateFile"]
        self.template = read_json(os.path.join(self.folder, self.template_file))
        self.assets = read_json(os.path.join(self.folder, f"{artifact_id}.assets.json"), {}).get("files", {})
        if not GEN2_ROOT.match(self.stack_name):
            raise SeedError(f"{self.stack_name} is no name of a Gen 2 root stack")

    @property
    def is_sandbox(self):
        return self.tags.get("amplify:deployment-type") == "sandbox"

    def check_belongs_to(self, app_id, branch):
        """The app and branch asked for must be those the backend was synthesised for."""
        for tag, wanted in (("amplify:app-id", app_id), ("amplify:branch-name", branch)):
            if wanted and wanted != self.tags.get(tag):
                raise SeedError(f"{self.stack_name} was synthesised with {tag} {self.tags.get(tag)}, not {wanted}")

    def templates(self):
        """All templates of the assembly: the root and the nested ones."""
        return [
            read_json(os.path.join(self.folder, file))
            for file in sorted(os.listdir(self.folder))
            if file.endswith(".template.json")
        ]


def deploy_assembly(aws, assembly, app_id=None, branch=None, parameters=None):
    """Create or update the root stack: (stack, "created" | "updated" | "unchanged")."""
    assembly.check_belongs_to(app_id, branch)
    app_id = app_id or assembly.tags["amplify:app-id"]
    branch = branch or assembly.tags["amplify:branch-name"]
    _upload_assets(aws, assembly)
    _put_bootstrap_parameters(aws, assembly)
    if not assembly.is_sandbox:
        ensure_branch(aws, app_id, branch)
    outcome = _create_or_update(aws, assembly, app_id, branch, parameters or {})
    return aws.stack(assembly.stack_name), outcome


def _create_or_update(aws, assembly, app_id, branch, parameters):
    name = assembly.stack_name
    existing = aws.stack(name)
    deployment_type = assembly.tags.get("amplify:deployment-type", "branch")
    bucket, key = asset_bucket(aws), f"{name}.template.json"
    with open(os.path.join(assembly.folder, assembly.template_file), "rb") as stream:
        aws.put_object(bucket, key, stream.read())
    request = {
        "StackName": name,
        "TemplateURL": f"https://s3.{aws.region}.amazonaws.com/{bucket}/{key}",
        "Parameters": _parameters(assembly, existing, parameters),
        "Capabilities": CAPABILITIES,
        "Tags": gen2_tags(app_id, branch, deployment_type),
    }
    cloudformation = aws.client("cloudformation")
    if existing is None:
        cloudformation.create_stack(**request)
        aws.wait_for_stack(name, "CREATE_COMPLETE")
        return "created"
    try:
        cloudformation.update_stack(**request)
    except ClientError as error:
        if NO_UPDATES in str(error):
            return "unchanged"
        raise
    aws.wait_for_stack(name, "UPDATE_COMPLETE")
    return "updated"


def _parameters(assembly, existing, given):
    """Given values, else the previous ones of parameters that have no default."""
    previous = {p["ParameterKey"] for p in (existing or {}).get("Parameters", [])}
    declared = assembly.template.get("Parameters", {})
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise SeedError(f"{assembly.stack_name} has no parameters {', '.join(unknown)}")
    chosen = [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in given.items()]
    for key, definition in declared.items():
        if key not in given and key in previous and "Default" not in definition:
            chosen.append({"ParameterKey": key, "UsePreviousValue": True})
    return chosen


def _put_bootstrap_parameters(aws, assembly):
    """CDK roots read the bootstrap version from SSM."""
    for definition in assembly.template.get("Parameters", {}).values():
        if str(definition.get("Type", "")).startswith("AWS::SSM") and "Default" in definition:
            aws.put_parameter(definition["Default"], SSM_PARAMETER_VALUE)


def _upload_assets(aws, assembly):
    """Nested templates and data as they are; a stub in the place of every Lambda package."""
    templates = assembly.templates()
    deployed_keys = _bucket_deployment_keys(templates)
    stub = stub_zip(templates)
    for asset in assembly.assets.values():
        source = asset["source"]
        path = os.path.join(assembly.folder, source["path"])
        for destination in asset["destinations"].values():
            bucket = _filled(destination["bucketName"], aws)
            key = _filled(destination["objectKey"], aws)
            aws.put_object(bucket, key, _asset_body(path, source["packaging"], key, deployed_keys, stub))


def _asset_body(path, packaging, key, deployed_keys, stub):
    is_package = packaging == "zip" or path.endswith(".zip")
    if is_package and key not in deployed_keys:
        return stub
    if packaging == "zip":
        return _zip_of_folder(path)
    with open(path, "rb") as stream:
        return stream.read()


def _bucket_deployment_keys(templates):
    """Keys whose content a bucket deployment copies to a bucket: these must be the real thing."""
    return {
        key
        for template in templates
        for resource in template.get("Resources", {}).values()
        if resource["Type"] == "Custom::CDKBucketDeployment"
        for key in resource["Properties"].get("SourceObjectKeys", [])
        if isinstance(key, str)
    }


def _zip_of_folder(folder):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for parent, _, files in os.walk(folder):
            for file in sorted(files):
                path = os.path.join(parent, file)
                archive.write(path, os.path.relpath(path, folder))
    return stream.getvalue()


def _filled(text, aws):
    values = {"AWS::AccountId": aws.account, "AWS::Region": aws.region, "AWS::Partition": "aws"}
    return re.sub(r"\$\{([^}]+)\}", lambda match: values.get(match.group(1), match.group(0)), text)


def outcome_document(stack, outcome, assembly):
    """What the command line prints."""
    return {
        "stackName": stack["StackName"],
        "stackId": stack["StackId"],
        "status": stack["StackStatus"],
        "outcome": outcome,
        "appId": assembly.tags.get("amplify:app-id"),
        "branch": assembly.tags.get("amplify:branch-name"),
        "outputs": {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
    }


def parse_parameters(pairs):
    """`NAME=VALUE` arguments as a dictionary."""
    parsed = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SeedError(f"{pair} is not NAME=VALUE")
        parsed[name] = value
    return parsed
