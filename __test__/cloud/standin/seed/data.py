"""Users, objects, items and records, so that a loss shows in the ledger.

`seed.json` says which; without it every pool, bucket and table gets three of its kind.
"""

import base64
import json
from decimal import Decimal

from boto3.dynamodb.types import TypeSerializer

from standin.seed import SeedError

DEFAULT_COUNT = 3
DATA_KEYS = ("users", "objects", "items", "records")
POOL = "AWS::Cognito::UserPool"
BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
STREAM = "AWS::Kinesis::Stream"


def put_data(environment):
    """Put the data of one environment: its own part of seed.json, else the general one, else the default."""
    seed = environment.folder.seed
    wanted = (seed.get("environments") or {}).get(environment.name) or seed
    resources = _Resources(environment)
    if not any(key in wanted for key in DATA_KEYS):
        _put_default_data(environment.aws, resources)
        return
    for user in wanted.get("users", []):
        _put_user(environment.aws, resources.find(POOL, user.get("auth")), user)
    for item in wanted.get("objects", []):
        bucket = resources.find(BUCKET, item.get("storage"))
        environment.aws.client("s3").put_object(Bucket=bucket, Key=item["key"], Body=_object_body(item))
    for item in wanted.get("items", []):
        table = resources.find(TABLE, item.get("model") or item.get("storage"))
        environment.aws.client("dynamodb").put_item(TableName=table, Item=_marshal(item["item"]))
    for record in wanted.get("records", []):
        stream = resources.find(STREAM, record.get("analytics"))
        _put_record(environment.aws, stream, record)


def protect_tables(environment):
    """Enable deletion protection of every table, as `lock` does; a table import asks for it."""
    for table in _Resources(environment).all(TABLE):
        environment.aws.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=True)


class _Resources:
    """The stateful resources of an environment, by type and by what seed.json may call them."""

    def __init__(self, environment):
        self._rows = []
        root = environment.root_stack
        for fixture_name, live_name in environment.live_names.items():
            for resource in environment.aws.stack_resources(live_name):
                physical_id = resource["PhysicalResourceId"]
                if physical_id == environment.bucket:
                    continue
                names = _names(root, fixture_name, resource["LogicalResourceId"], physical_id)
                self._rows.append((resource["ResourceType"], physical_id, names))

    def all(self, resource_type):
        return [physical_id for kind, physical_id, _ in self._rows if kind == resource_type]

    def find(self, resource_type, name):
        """The one resource of a type, or the one of this name."""
        rows = [(physical_id, names) for kind, physical_id, names in self._rows if kind == resource_type]
        found = [physical_id for physical_id, names in rows if name is None or name in names]
        if len(found) != 1:
            known = ", ".join(sorted(min(names, key=len) for _, names in rows)) or "none"
            raise SeedError(f"seed.json: {name or 'the only'} {resource_type} is {len(found)} of: {known}")
        return found[0]


def _names(root, stack, logical_id, physical_id):
    """A resource may be named by physical id, logical id, its category resource or its model."""
    names = {physical_id, logical_id}
    category_part = stack.removeprefix(f"{root}-").split("-")
    if stack != root:
        child_logical_id = category_part[0]
        names.add(child_logical_id)
        for category in ("storage", "auth", "analytics", "function", "api", "custom"):
            if child_logical_id.startswith(category):
                names.add(child_logical_id.removeprefix(category))
        if len(category_part) > 2:  # a model's stack below the API's
            names.discard(child_logical_id)
            names = {n for n in names if not child_logical_id.endswith(n)} | {category_part[2]}
    return names


def _put_user(aws, pool, user):
    cognito = aws.client("cognito-idp")
    attributes = [{"Name": name, "Value": str(value)} for name, value in user.get("attributes", {}).items()]
    name = user["username"]
    cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS")
    if user.get("password"):
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=user["password"], Permanent=True)
    for group in user.get("groups", []):
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)


def _object_body(item):
    if "base64" in item:
        return base64.b64decode(item["base64"])
    body = item.get("body", "")
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _marshal(item):
    serializer = TypeSerializer()
    exact = json.loads(json.dumps(item), parse_float=Decimal)
    return {name: serializer.serialize(value) for name, value in exact.items()}


def _put_record(aws, stream, record):
    data = record["data"]
    body = data if isinstance(data, str) else json.dumps(data)
    key = record.get("partitionKey", "seed")
    aws.client("kinesis").put_record(StreamName=stream, Data=body.encode(), PartitionKey=key)


def _put_default_data(aws, resources):
    for pool in resources.all(POOL):
        for number in range(DEFAULT_COUNT):
            _put_user(aws, pool, _default_user(aws, pool, number))
    for bucket in resources.all(BUCKET):
        for number in range(DEFAULT_COUNT):
            body = f"production data {number}".encode()
            aws.client("s3").put_object(Bucket=bucket, Key=f"public/file{number}.txt", Body=body)
    for table in resources.all(TABLE):
        description = aws.client("dynamodb").describe_table(TableName=table)["Table"]
        for number in range(DEFAULT_COUNT):
            aws.client("dynamodb").put_item(TableName=table, Item=_default_item(description, number))


def _default_user(aws, pool, number):
    description = aws.client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]
    kinds = description.get("UsernameAttributes") or []
    email, phone = f"user{number}@example.com", f"+1555010000{number}"
    if "email" in kinds:
        return {"username": email, "attributes": {"email": email}}
    if "phone_number" in kinds:
        return {"username": phone, "attributes": {"phone_number": phone}}
    return {"username": f"user{number}", "attributes": {"email": email}}


def _default_item(description, number):
    types = {d["AttributeName"]: d["AttributeType"] for d in description["AttributeDefinitions"]}
    values = {"N": str(number), "S": f"v{number}", "B": f"v{number}".encode()}
    return {
        key["AttributeName"]: {types[key["AttributeName"]]: values[types[key["AttributeName"]]]}
        for key in description["KeySchema"]
    }
