"""Upload what templates point to: nested templates, Lambda code, AppSync assets, bucket deployments."""

import io
import json
import re
import zipfile

from standin.s3_url import split_s3_url
from standin.seed.literals import Literals

STUB_HANDLER = (
    "exports.handler = async () => ({});\n"
    "exports.onEvent = exports.handler;\n"
    "exports.isComplete = exports.handler;\n"
    "exports.onTimeout = exports.handler;\n"
)
STUB_PYTHON_HANDLER = "def handler(event, context):\n    return {}\n"
S3_LOCATION_PROPERTIES = (
    "DefinitionS3Location",
    "RequestMappingTemplateS3Location",
    "ResponseMappingTemplateS3Location",
    "CodeS3Location",
)
STUB_SCHEMA = b"type Query { a: String }"
STUB_MAPPING = b"{}"
SSM_PARAMETER_VALUE = "30"


def stub_zip(templates):
    """One Lambda package that answers under every handler name the templates use."""
    modules = {"index"}
    for template in templates:
        for resource in template.get("Resources", {}).values():
            if resource["Type"] == "AWS::Lambda::Function":
                handler = str(resource.get("Properties", {}).get("Handler", "index.handler"))
                modules.add(handler.rsplit(".", 1)[0])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for module in sorted(modules):
            archive.writestr(f"{module}.js", STUB_HANDLER)
        archive.writestr("index.py", STUB_PYTHON_HANDLER)
    return stream.getvalue()


class Uploader:
    """Uploads for the trees of one app folder."""

    def __init__(self, aws, stacks, rewrite):
        self._aws = aws
        self._stacks = stacks
        self._rewrite = rewrite
        self._stub = stub_zip(stacks.templates.values())

    def upload_tree(self, name):
        """Everything the stack and its nested stacks point to, the deepest first."""
        template = self._stacks.templates[name]
        values = {
            key: self._rewrite(value) if isinstance(value, str) else value
            for key, value in self._stacks.parameter_values(name).items()
        }
        literals = Literals(values, self._aws.region, self._aws.account)
        for logical_id, resource in template["Resources"].items():
            properties = resource.get("Properties") or {}
            if resource["Type"] == "AWS::CloudFormation::Stack":
                self._upload_nested(name, logical_id, properties, literals)
            self._upload_code(resource["Type"], properties, literals)
            self._upload_appsync(properties, literals)
            self._upload_deployment(resource["Type"], properties, literals)
        self._put_ssm_parameters(template, values)

    def _upload_nested(self, parent, logical_id, properties, literals):
        child = self._stacks.child(parent, logical_id)
        self.upload_tree(child)
        bucket, key = split_s3_url(self._rewrite(literals.text(properties["TemplateURL"])))
        body = json.dumps(self._stacks.templates[child], separators=(",", ":"), ensure_ascii=False)
        self._aws.put_object(bucket, key, self._rewrite(body).encode())

    def _upload_code(self, resource_type, properties, literals):
        member = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}.get(resource_type)
        code = properties.get(member) or {}
        if "S3Bucket" in code:
            bucket, key = literals.text(code["S3Bucket"]), literals.text(code["S3Key"])
            if bucket and key:
                self._aws.put_object(bucket, key, self._stub)

    def _upload_appsync(self, properties, literals):
        for name in S3_LOCATION_PROPERTIES:
            location = re.match(r"s3://([^/]+)/(.+)", literals.text(properties.get(name)) or "")
            if location:
                body = STUB_SCHEMA if name == "DefinitionS3Location" else STUB_MAPPING
                self._aws.put_object(location.group(1), self._rewrite(location.group(2)), body)

    def _upload_deployment(self, resource_type, properties, literals):
        if resource_type != "Custom::CDKBucketDeployment":
            return
        buckets, keys = properties.get("SourceBucketNames", []), properties.get("SourceObjectKeys", [])
        for bucket, key in zip(map(literals.text, buckets), map(literals.text, keys), strict=False):
            if bucket and key:
                self._aws.put_object(bucket, key, self._stub)

    def _put_ssm_parameters(self, template, values):
        for key, definition in template.get("Parameters", {}).items():
            if str(definition.get("Type", "")).startswith("AWS::SSM"):
                self._aws.put_parameter(values[key], SSM_PARAMETER_VALUE)
