"""Cloud Control GetResource, from what stacks recorded and from the live services."""

import json

import ministack.services.cloudformation as ministack_cloudformation
from ministack.core.responses import get_region
from ministack.services import cognito, dynamodb, iam, kinesis, lambda_svc, s3

from standin.services.answers import error_json, json_answer

UNREADABLE_TYPES = (
    "Custom::",
    "AWS::CDK::",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::Stack",
)
# types whose absence in the service means that there is no such resource, whatever a stack says
LIVE_TYPES = (
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::IdentityPool",
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
)
POOL_MEMBER_STORES = {
    "AWS::Cognito::UserPoolClient": "_clients",
    "AWS::Cognito::UserPoolGroup": "_groups",
    "AWS::Cognito::UserPoolIdentityProvider": "_identity_providers",
}
SHOWN_POOL_MEMBERS = (
    "Policies",
    "LambdaConfig",
    "MfaConfiguration",
    "AutoVerifiedAttributes",
    "UsernameAttributes",
    "DeletionProtection",
    "UserPoolTags",
    "EmailConfiguration",
)


def get_resource(parameters):
    """Answer GetResource."""
    resource_type, identifier = parameters.get("TypeName", ""), parameters.get("Identifier", "")
    if resource_type.startswith(UNREADABLE_TYPES):
        message = f"Resource type {resource_type} does not support READ action"
        return error_json(400, "UnsupportedActionException", message)
    live = _live_properties(resource_type, identifier)
    record = _stack_record(resource_type, identifier)
    if live is None and resource_type == "AWS::Cognito::UserPoolClient" and "|" not in identifier:
        expected = "[/properties/UserPoolId, /properties/ClientId]"
        message = f"Identifier {identifier} is not valid for identifier {expected}"
        return error_json(400, "ValidationException", message)
    if live is None and (record is None or resource_type in LIVE_TYPES):
        message = f"Resource of type '{resource_type}' with identifier '{identifier}' was not found."
        return error_json(400, "ResourceNotFoundException", f"AWS::CloudFormation {message}")
    properties = {**_recorded_properties(record), **(live or {})}
    description = {"Identifier": identifier, "Properties": json.dumps(properties, default=str)}
    return json_answer(200, {"TypeName": resource_type, "ResourceDescription": description})


def _stack_record(resource_type, identifier):
    found = None
    for stack in ministack_cloudformation._stacks.values():
        if stack["StackStatus"] == "DELETE_COMPLETE":
            continue
        for record in (stack.get("_resources") or {}).values():
            is_same = record["PhysicalResourceId"] in (identifier, identifier.split("|")[-1])
            if record["ResourceType"] == resource_type and is_same:
                found = record
    return found


def _recorded_properties(record):
    if record is None:
        return {}
    return {**(record.get("Properties") or {}), **_nested(record.get("Attributes"))}


def _nested(attributes):
    """`A.B` attributes as nested objects."""
    document = {}
    for name, value in (attributes or {}).items():
        target = document
        *parents, last = name.split(".")
        for parent in parents:
            inner = target.setdefault(parent, {})
            target = inner if isinstance(inner, dict) else document
        target[last] = value
    return document


def _live_properties(resource_type, identifier):
    """Properties from the service itself; `None` for a type not known here or a resource that is not there."""
    if resource_type in POOL_MEMBER_STORES:
        return _pool_member(resource_type, identifier)
    reader = LIVE_READERS.get(resource_type)
    if reader is None:
        return None
    store, read = reader
    return read(identifier, store[identifier]) if identifier in store else None


def _pool_member(resource_type, identifier):
    pool_id, _, name = identifier.partition("|")
    pool = cognito._user_pools.get(pool_id) or {}
    member = (pool.get(POOL_MEMBER_STORES[resource_type]) or {}).get(name)
    if member is None:
        return None
    return {k: v for k, v in member.items() if not k.startswith("_") and "Date" not in k}


def _user_pool(pool_id, pool):
    provider = f"cognito-idp.{get_region()}.amazonaws.com/{pool_id}"
    return {
        "UserPoolId": pool_id,
        "UserPoolName": pool.get("Name"),
        "Arn": cognito._pool_arn(pool_id),
        "ProviderName": provider,
        "ProviderURL": f"https://{provider}",
        **{name: pool[name] for name in SHOWN_POOL_MEMBERS if name in pool},
    }


def _identity_pool(pool_id, pool):
    members = {k: v for k, v in pool.items() if not k.startswith("_") and k != "IdentityPoolId"}
    return {"Id": pool_id, "Name": pool["IdentityPoolName"], **members}


def _bucket(name, _bucket_record):
    region = get_region()
    return {
        "BucketName": name,
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
    }


def _table(name, table):
    properties = {
        "TableName": name,
        "Arn": table["TableArn"],
        "KeySchema": table["KeySchema"],
        "AttributeDefinitions": table["AttributeDefinitions"],
        "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
    }
    if table.get("LatestStreamArn"):
        properties["StreamArn"] = table["LatestStreamArn"]
    return properties


def _stream(name, stream):
    return {"Name": name, "Arn": stream["StreamARN"], "ShardCount": len(stream["shards"])}


def _role(name, role):
    document = role["AssumeRolePolicyDocument"]
    return {
        "RoleName": name,
        "Arn": role["Arn"],
        "RoleId": role.get("RoleId"),
        "AssumeRolePolicyDocument": json.loads(document) if isinstance(document, str) else document,
    }


def _function(name, function):
    configuration = function["config"]
    return {
        "FunctionName": name,
        "Arn": configuration["FunctionArn"],
        "Runtime": configuration.get("Runtime"),
        "Role": configuration.get("Role"),
    }


LIVE_READERS = {
    "AWS::Cognito::UserPool": (cognito._user_pools, _user_pool),
    "AWS::Cognito::IdentityPool": (cognito._identity_pools, _identity_pool),
    "AWS::S3::Bucket": (s3._buckets, _bucket),
    "AWS::DynamoDB::Table": (dynamodb._tables, _table),
    "AWS::Kinesis::Stream": (kinesis._streams, _stream),
    "AWS::IAM::Role": (iam._roles, _role),
    "AWS::Lambda::Function": (lambda_svc._functions, _function),
}
