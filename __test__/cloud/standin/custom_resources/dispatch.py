"""Send a custom resource's request to what answers for its type, and keep a log of all requests."""

import json
from dataclasses import dataclass

from ministack.core.responses import new_uuid, now_iso
from ministack.services import lambda_svc as ministack_lambda

from standin.custom_resources import auth, branch_linker, buckets, reference_auth, tables
from standin.ledger import book

MASKED_VALUE = "****"
SECRET_MARK = "Creds"

log: list[dict] = []  # every invocation


@dataclass
class CustomResourceRequest:
    """What CloudFormation sends to a custom resource."""

    kind: str  # Create, Update or Delete
    resource_type: str
    logical_id: str
    stack: dict
    physical_id: str | None
    properties: dict
    old_properties: dict


HANDLERS = {
    "Custom::AmplifyBranchLinkerResource": branch_linker.link,
    "Custom::AmplifyDynamoDBTable": tables.manage,
    "Custom::AmplifyRefAuth": reference_auth.describe,
    "Custom::AmplifySecretFetcherResource": auth.fetch_secrets,
    "Custom::CDKBucketDeployment": buckets.deploy_files,
    "Custom::CustomAuthTriggerResourceOutputs": auth.connect_triggers,
    "Custom::ImportedAmplifyDynamoDBTable": tables.import_table,
    "Custom::LambdaCallout": auth.answer_callout,
    "Custom::S3AutoDeleteObjects": buckets.delete_objects,
    "Custom::S3BucketNotifications": buckets.set_notifications,
}


def is_custom(resource_type):
    """Whether CloudFormation calls somebody else to make resources of this type."""
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


def invoke(request):
    """Answer a request: (physical id, attributes)."""
    _require_function(request)
    _note(request)
    handler = HANDLERS.get(request.resource_type)
    physical_id, data = (handler(request) if handler else None) or (None, {})
    chosen = physical_id or request.physical_id or _generated_id(request)
    return chosen, dict(data)


def _require_function(request):
    token = str(request.properties.get("ServiceToken", ""))
    if ":lambda:" in token and request.kind != "Delete":
        record, *_ = ministack_lambda._get_func_record_for_ref(token)
        if record is None:
            raise ValueError(f"Custom resource ServiceToken {token} not found: Function not found")


def _note(request):
    entry = {
        "at": now_iso(),
        "request": request.kind,
        "type": request.resource_type,
        "stack": request.stack["StackName"],
        "logicalId": request.logical_id,
        "physicalId": request.physical_id,
        "properties": {k: v for k, v in request.properties.items() if SECRET_MARK not in k},
    }
    log.append(entry)
    if MASKED_VALUE in json.dumps(request.properties) and request.kind != "Delete":
        entry["masked"] = True
        where = f"{request.stack['StackName']}/{request.logical_id}"
        text = f"{where}: a custom resource received '{MASKED_VALUE}' as a value"
        book.note_hazard("masked-noecho-value-used", text, request.stack["StackName"])


def _generated_id(request):
    return f"{request.stack['StackName']}-{request.logical_id}-{new_uuid()[:12].upper()}"
