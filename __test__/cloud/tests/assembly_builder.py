"""Write a small cloud assembly of a Gen 2 backend, in the form CDK gives it."""

import json
import os

from building_blocks import in_pool, retained, table, user_pool

ASSET_BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
PROVIDER_ROLE = "arn:aws:iam::123456789012:role/provider"


def write_assembly(folder, app_id="notes", branch="main", **choices):
    """Write one; returns the root stack's name."""
    name = f"amplify-{app_id}-{''.join(c for c in branch if c.isalnum())}-branch-0123456789"
    _Builder(folder, name, app_id, branch, **choices).write()
    return name


class _Builder:
    def __init__(self, folder, name, app_id, branch, imported=None, output="1", table_name=None):
        self.folder = folder
        self.name = name
        self.app_id = app_id
        self.branch = branch
        self.imported = imported
        self.output = output
        self.table_name = table_name
        self.files = {}

    def write(self):
        os.makedirs(self.folder, exist_ok=True)
        self._lambda_asset("provider")
        self._folder_asset("schema", {"model-schema.graphql": "type Note @model { id: ID! }"})
        self._nested("auth", self._auth())
        self._nested("data", self._data())
        self._nested("storage", self._storage())
        self._dump(f"{self.name}.template.json", self._root())
        self._dump(f"{self.name}.assets.json", {"version": "55.0.0", "files": self.files})
        tags = {
            "amplify:app-id": self.app_id,
            "amplify:branch-name": self.branch,
            "amplify:deployment-type": "branch",
        }
        artifact = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{self.name}.template.json", "tags": tags},
        }
        self._dump("manifest.json", {"version": "55.0.0", "artifacts": {self.name: artifact}})

    # ------------------------------------------------------------------ templates
    def _root(self):
        return {
            "Parameters": {
                "BootstrapVersion": {
                    "Type": "AWS::SSM::Parameter::Value<String>",
                    "Default": "/cdk-bootstrap/hnb659fds/version",
                }
            },
            "Resources": {
                "auth": self._stack("auth"),
                "data": self._stack("data"),
                "storage": self._stack("storage", pool={"Fn::GetAtt": ["auth", "Outputs.Pool"]}),
                "linkerHandler": self._function(),
                "linker": {
                    "Type": "Custom::AmplifyBranchLinkerResource",
                    "Properties": {
                        "ServiceToken": {"Fn::GetAtt": ["linkerHandler", "Arn"]},
                        "appId": self.app_id,
                        "branchName": self.branch,
                    },
                },
            },
            "Outputs": {
                "userPoolId": {"Value": {"Fn::GetAtt": ["auth", "Outputs.Pool"]}},
                "extra": {"Value": self.output},
            },
        }

    def _auth(self):
        return {
            "Resources": {
                "Pool": retained(user_pool()),
                "Client": in_pool("Client"),
                "Group": in_pool("Group", GroupName="Admins"),
            },
            "Outputs": {"Pool": {"Value": {"Ref": "Pool"}}},
        }

    def _data(self):
        kind = "Custom::ImportedAmplifyDynamoDBTable" if self.imported else "Custom::AmplifyDynamoDBTable"
        definition = {
            "ServiceToken": {"Fn::GetAtt": ["manager", "Arn"]},
            "tableName": self.imported or "Note-api-NONE",
            "attributeDefinitions": [{"attributeName": "id", "attributeType": "S"}],
            "keySchema": [{"attributeName": "id", "keyType": "HASH"}],
            "billingMode": "PAY_PER_REQUEST",
            "streamSpecification": {"streamViewType": "NEW_AND_OLD_IMAGES"},
            "sseSpecification": {"sseEnabled": False},
            "deletionProtectionEnabled": True,
            "isImported": bool(self.imported),
        }
        deployment = {
            "ServiceToken": {"Fn::GetAtt": ["manager", "Arn"]},
            "SourceBucketNames": [{"Fn::Sub": ASSET_BUCKET}],
            "SourceObjectKeys": ["schema.zip"],
            "DestinationBucketName": {"Ref": "codegen"},
        }
        return {
            "Resources": {
                "manager": self._function(),
                "NoteTable": retained({"Type": kind, "Properties": definition}),
                "codegen": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {"Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]},
                },
                "deployment": {"Type": "Custom::CDKBucketDeployment", "Properties": deployment},
                "emptier": {
                    "Type": "Custom::S3AutoDeleteObjects",
                    "Properties": {
                        "ServiceToken": {"Fn::GetAtt": ["manager", "Arn"]},
                        "BucketName": {"Ref": "codegen"},
                    },
                },
            }
        }

    def _storage(self):
        named = {"TableName": self.table_name} if self.table_name else {}
        return {
            "Parameters": {"pool": {"Type": "String"}},
            "Resources": {
                "Files": retained({"Type": "AWS::S3::Bucket"}),
                "Orders": retained(table(**named)),
                "Clicks": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
            },
        }

    def _function(self):
        return {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": {"Fn::Sub": ASSET_BUCKET}, "S3Key": "provider.zip"},
                "Handler": "framework.onEvent",
                "Runtime": "nodejs20.x",
                "Role": PROVIDER_ROLE,
            },
        }

    def _stack(self, nested, **parameters):
        parts = [
            "https://s3.",
            {"Ref": "AWS::Region"},
            ".",
            {"Ref": "AWS::URLSuffix"},
            "/",
            {"Fn::Sub": ASSET_BUCKET},
            f"/{nested}.json",
        ]
        properties = {"TemplateURL": {"Fn::Join": ["", parts]}}
        if parameters:
            properties["Parameters"] = parameters
        return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}

    # ------------------------------------------------------------------ files
    def _nested(self, name, body):
        self._dump(f"{name}.nested.template.json", body)
        self._asset(name, f"{name}.nested.template.json", "file", f"{name}.json")

    def _lambda_asset(self, name):
        self._folder_asset(name, {"framework.js": "exports.onEvent = async () => { throw new Error() };"})

    def _folder_asset(self, name, files):
        folder = os.path.join(self.folder, f"asset.{name}")
        os.makedirs(folder, exist_ok=True)
        for file, text in files.items():
            with open(os.path.join(folder, file), "w", encoding="utf-8") as stream:
                stream.write(text)
        self._asset(name, f"asset.{name}", "zip", f"{name}.zip")

    def _asset(self, name, path, packaging, key):
        destination = {"bucketName": ASSET_BUCKET, "objectKey": key}
        self.files[name] = {
            "source": {"path": path, "packaging": packaging},
            "destinations": {"current": destination},
        }

    def _dump(self, file, document):
        with open(os.path.join(self.folder, file), "w", encoding="utf-8") as stream:
            json.dump(document, stream)
