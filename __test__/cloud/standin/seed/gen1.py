"""Deploy one environment of a Gen 1 app the way the Amplify CLI does: bucket and roles first, then the tree."""

import json
import re

from standin.seed import SeedError, imported_auth
from standin.seed.aws import CAPABILITIES
from standin.seed.identifiers import Identifiers
from standin.seed.uploads import Uploader

ROOT_TEMPLATE_KEY = "amplify-cfn-templates/nested-cloudformation-stack.yml"
FIRST_TYPES = ("AWS::S3::Bucket", "AWS::IAM::Role")
FEDERATED_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
    ],
}
REFERENCE = re.compile(r'"(?:Ref|Fn::GetAtt)": ?\[?"([A-Za-z0-9]+)')


class Gen1Environment:
    """A deployed environment: its root stack, its tree and how the fixture's identifiers are called now."""

    def __init__(self, aws, folder, source_env, retarget):
        self.aws = aws
        self.folder = folder
        self.source_env = source_env
        self.retarget = retarget
        self.name = retarget.new_env
        self.info = retarget.document(folder.environment(source_env))
        self.app_id = self.info.get("AmplifyAppId") or retarget.new_app_id
        self.root_stack = self.info["StackName"]
        self.bucket = self.info["DeploymentBucketName"]
        self.stacks = folder.stacks.retargeted(retarget)
        self.identifiers = Identifiers()
        self.root_stack_id = None
        self.live_names = {}  # name in deployed-stacks -> name in the cloud

    def deploy(self):
        """Create the root with bucket and roles, upload everything else, update the root to the full template."""
        if self.aws.stack(self.root_stack):
            raise SeedError(f"stack {self.root_stack} is deployed already; seed it as another environment")
        self._create_roles_of_others()
        imported_auth.create(
            self.aws, self.retarget.document(self.folder.team_provider_info[self.source_env]), self.identifiers
        )
        template = self._with_provider_credentials(self._renamed(self.stacks.templates[self.root_stack]))
        cloudformation = self.aws.client("cloudformation")
        common = {
            "StackName": self.root_stack,
            "Parameters": self._root_parameters(),
            "Capabilities": CAPABILITIES,
            "Tags": self.folder.stack_tags(self.name),
        }
        cloudformation.create_stack(TemplateBody=json.dumps(first_template(template)), **common)
        self.aws.wait_for_stack(self.root_stack, "CREATE_COMPLETE")
        Uploader(self.aws, self.stacks, self.identifiers.apply).upload_tree(self.root_stack)
        self.aws.put_object(self.bucket, ROOT_TEMPLATE_KEY, json.dumps(template).encode())
        url = f"https://s3.amazonaws.com/{self.bucket}/{ROOT_TEMPLATE_KEY}"
        cloudformation.update_stack(TemplateURL=url, **common)
        self.root_stack_id = self.aws.wait_for_stack(self.root_stack, "UPDATE_COMPLETE")["StackId"]
        self._learn_tree(self.root_stack, self.root_stack)
        self.identifiers.set(self.info["StackId"], self.root_stack_id)

    def _create_roles_of_others(self):
        """Roles that the app's policies name and no stack of it makes: those of an imported identity pool."""
        iam = self.aws.client("iam")
        for name in self.folder.seed.get("roles", []):
            try:
                iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(FEDERATED_TRUST))
            except iam.exceptions.EntityAlreadyExistsException:
                continue

    def child_outputs(self, logical_id):
        """Outputs of the nested stack of the root with this logical id; `None` when there is none."""
        for resource in self.aws.stack_resources(self.root_stack):
            if resource["LogicalResourceId"] == logical_id:
                return outputs_of(self.aws.stack(resource["PhysicalResourceId"]))
        return None

    def _renamed(self, document):
        """The document with every identifier that is known so far as it is called now."""
        return json.loads(self.identifiers.apply(json.dumps(document)))

    def _root_parameters(self):
        declared = self.stacks.templates[self.root_stack].get("Parameters", {})
        return [
            {"ParameterKey": p["ParameterKey"], "ParameterValue": p.get("ParameterValue", "")}
            for p in self._renamed(self.stacks.parameters[self.root_stack])
            if p["ParameterKey"] in declared
        ]

    def _with_provider_credentials(self, template):
        """Fixtures carry no secrets of sign-in providers: make some up, and remember them for the project."""
        for resource in template["Resources"].values():
            parameters = (resource.get("Properties") or {}).get("Parameters") or {}
            credentials = parameters.get("hostedUIProviderCreds")
            if not isinstance(credentials, str) or "ProviderName" not in credentials:
                continue
            made_up = json.dumps(
                [_provider_credentials(entry["ProviderName"]) for entry in json.loads(credentials)],
                separators=(",", ":"),
            )
            parameters["hostedUIProviderCreds"] = made_up
            self.identifiers.set(_inside_json(credentials), _inside_json(made_up))
        return template

    def _learn_tree(self, fixture_name, live_name):
        """Compare outputs and parameters of each stack with the fixture's, to learn the new identifiers."""
        self.live_names[fixture_name] = live_name
        if fixture_name != live_name:
            self.identifiers.set(fixture_name, live_name)
        stack = self.aws.stack(live_name)
        outputs = outputs_of(stack)
        for output in self.stacks.outputs[fixture_name]:
            self.identifiers.learn(output.get("OutputValue"), outputs.get(output["OutputKey"]))
        parameters = {p["ParameterKey"]: p.get("ParameterValue") for p in stack.get("Parameters", [])}
        for parameter in self.stacks.parameters[fixture_name]:
            self.identifiers.learn(parameter.get("ParameterValue"), parameters.get(parameter["ParameterKey"]))
        for resource in self.aws.stack_resources(live_name):
            if resource["ResourceType"] == "AWS::CloudFormation::Stack":
                child = self.stacks.child(fixture_name, resource["LogicalResourceId"])
                self._learn_tree(child, resource["PhysicalResourceId"].split("/")[1])


def first_template(template):
    """The root as `amplify init` deploys it: buckets and roles that need nothing else, and their outputs."""
    first = json.loads(json.dumps(template))
    candidates = {
        logical_id: {key: value for key, value in resource.items() if key != "DependsOn"}
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] in FIRST_TYPES
    }
    first["Resources"] = {
        logical_id: resource
        for logical_id, resource in candidates.items()
        if not _resource_references(resource, template)
    }
    first["Outputs"] = {
        name: output
        for name, output in template.get("Outputs", {}).items()
        if _resource_references(output, template) <= set(first["Resources"])
    }
    return first


def outputs_of(stack):
    """Outputs of a described stack as a dictionary."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _resource_references(value, template):
    return {name for name in REFERENCE.findall(json.dumps(value)) if name in template["Resources"]}


def _provider_credentials(provider):
    name = provider.lower()
    return {
        "ProviderName": provider,
        "client_id": f"id-{name}-1234567890",
        "client_secret": f"secret-{name}-abcdef",
    }


def _inside_json(text):
    """The text as it stands inside the quotes of a JSON file."""
    return json.dumps(text)[1:-1]
