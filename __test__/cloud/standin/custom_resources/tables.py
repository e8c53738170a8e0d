"""The tables of the data construct: made by its table manager, or imported from Gen 1.

An import only ever looks at the table. It fails when there is none, or when the table is not what the backend
expects, which is how the real table manager protects production data.
"""

import copy
import json

from ministack.services import dynamodb as ministack_dynamodb
from ministack.services.cloudformation import provisioners

NO_THROUGHPUT = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
DEFAULT_STREAM = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
DEFAULT_KEYS = [{"AttributeName": "id", "KeyType": "HASH"}]
DEFAULT_ATTRIBUTES = [{"AttributeName": "id", "AttributeType": "S"}]


def import_table(request):
    """Check that the table exists and is what the backend expects; never create, change or delete it."""
    name = request.properties.get("tableName")
    if request.kind == "Delete":
        return request.physical_id, {}
    table = ministack_dynamodb._tables.get(name)
    if table is None:
        raise ValueError(f"Requested resource not found: Table: {name} not found")
    _require_equal(_comparable_definition(request.properties), _comparable_table(table))
    return name, _attributes(table)


def manage(request):
    """Create a table of the data construct. Like the real manager, never delete one."""
    name = request.properties.get("tableName")
    if _is_true(request.properties.get("isImported")):
        return import_table(request)
    if request.kind == "Delete":
        return request.physical_id, {}
    if name not in ministack_dynamodb._tables:
        create = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["create"]
        create(request.logical_id, _table_properties(request.properties), request.stack["StackName"])
    return name, _attributes(ministack_dynamodb._tables[name])


def _attributes(table):
    arn = table["TableArn"]
    return {
        "TableArn": arn,
        "TableName": table["TableName"],
        "TableStreamArn": table.get("LatestStreamArn") or f"{arn}/stream/none",
    }


def _table_properties(definition):
    """The custom resource's properties in the words of AWS::DynamoDB::Table."""
    properties = {
        "TableName": definition.get("tableName"),
        "KeySchema": _capitalized(definition.get("keySchema")) or DEFAULT_KEYS,
        "AttributeDefinitions": _capitalized(definition.get("attributeDefinitions")) or DEFAULT_ATTRIBUTES,
        "BillingMode": definition.get("billingMode", "PROVISIONED"),
        "StreamSpecification": _capitalized(definition.get("streamSpecification")) or DEFAULT_STREAM,
        "DeletionProtectionEnabled": _is_true(definition.get("deletionProtectionEnabled")),
    }
    if _is_true((definition.get("sseSpecification") or {}).get("sseEnabled")):
        properties["SSESpecification"] = {"SSEEnabled": True}
    for name in ("globalSecondaryIndexes", "localSecondaryIndexes", "provisionedThroughput"):
        if definition.get(name):
            properties[_capital(name)] = _capitalized(definition[name])
    if definition.get("pointInTimeRecoverySpecification"):
        properties["PointInTimeRecoverySpecification"] = definition["pointInTimeRecoverySpecification"]
    if properties["BillingMode"] == "PAY_PER_REQUEST":
        properties.pop("ProvisionedThroughput", None)
        for index in properties.get("GlobalSecondaryIndexes", []):
            index.pop("ProvisionedThroughput", None)
    return properties


def _comparable_definition(definition):
    properties = _table_properties(definition)
    stream = properties["StreamSpecification"]
    on_demand = properties["BillingMode"] == "PAY_PER_REQUEST"
    throughput = NO_THROUGHPUT if on_demand else properties.get("ProvisionedThroughput", NO_THROUGHPUT)
    return {
        "AttributeDefinitions": _sorted(properties["AttributeDefinitions"]),
        "KeySchema": _sorted(properties["KeySchema"]),
        "GlobalSecondaryIndexes": [
            _comparable_index(index, on_demand) for index in _sorted(properties.get("GlobalSecondaryIndexes"))
        ],
        "BillingMode": properties["BillingMode"],
        "ProvisionedThroughput": _numbers(throughput),
        "StreamViewType": stream.get("StreamViewType"),
        "ServerSideEncryption": "SSESpecification" in properties,
        "DeletionProtectionEnabled": properties["DeletionProtectionEnabled"],
    }


def _comparable_table(table):
    on_demand = (table.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST"
    return {
        "AttributeDefinitions": _sorted(table["AttributeDefinitions"]),
        "KeySchema": _sorted(table["KeySchema"]),
        "GlobalSecondaryIndexes": [
            _comparable_index(index, on_demand) for index in _sorted(table.get("GlobalSecondaryIndexes"))
        ],
        "BillingMode": "PAY_PER_REQUEST" if on_demand else "PROVISIONED",
        "ProvisionedThroughput": _numbers(NO_THROUGHPUT if on_demand else table["ProvisionedThroughput"]),
        "StreamViewType": (table.get("StreamSpecification") or {}).get("StreamViewType"),
        "ServerSideEncryption": bool(table.get("SSEDescription")),
        "DeletionProtectionEnabled": bool(table.get("DeletionProtectionEnabled")),
    }


def _comparable_index(index, on_demand):
    throughput = NO_THROUGHPUT if on_demand else index.get("ProvisionedThroughput", NO_THROUGHPUT)
    projection = index.get("Projection") or {}
    return {
        "IndexName": index["IndexName"],
        "KeySchema": _sorted(index["KeySchema"]),
        "ProjectionType": projection.get("ProjectionType"),
        "NonKeyAttributes": sorted(projection.get("NonKeyAttributes") or []),
        "ProvisionedThroughput": _numbers(throughput),
    }


def _require_equal(expected, actual):
    differences = [
        f"{name} does not match the expected value.\nImported Value: {json.dumps(actual[name])}\n"
        f"Expected: {json.dumps(expected[name])}"
        for name in expected
        if expected[name] != actual[name]
    ]
    if differences:
        text = "\n".join(differences)
        raise ValueError(f"Imported table properties did not match the expected table properties.\n{text}")


def _sorted(members):
    def key(member):
        return member.get("AttributeName") or member.get("IndexName") or ""

    return sorted(copy.deepcopy(members or []), key=key)


def _numbers(throughput):
    return {name: int(throughput.get(name) or 0) for name in NO_THROUGHPUT}


def _capitalized(value):
    if isinstance(value, list):
        return [_capitalized(item) for item in value]
    if isinstance(value, dict):
        return {_capital(name): _capitalized(member) for name, member in value.items()}
    return value


def _capital(name):
    return name[:1].upper() + name[1:]


def _is_true(value):
    return value in (True, "true")
