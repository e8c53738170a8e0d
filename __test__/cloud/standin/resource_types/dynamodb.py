"""DynamoDB tables: existing names, deletion protection, encryption, backups, time to live."""

import copy

from ministack.services import dynamodb as ministack_dynamodb
from ministack.services.cloudformation import provisioners

from standin.resource_types import registry

TABLE = "AWS::DynamoDB::Table"
NO_THROUGHPUT = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
INDEX_KINDS = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")


def install():
    """Correct the type."""

    def create(logical_id, properties, stack):
        properties = _typed(properties)
        name = properties.get("TableName")
        if name and name in ministack_dynamodb._tables:
            identity = f"Resource of type '{TABLE}' with identifier '{name}' already exists."
            raise ValueError(f"Table already exists: {name} ({identity})")
        name, attributes = former["create"](logical_id, properties, stack)
        table = ministack_dynamodb._tables[name]
        _set_encryption(table, properties)
        _set_capacity(table)
        _describe_indexes(table)
        _set_recovery(name, properties)
        _set_time_to_live(name, properties)
        return name, attributes

    def update(physical_id, old, new, stack, logical_id=None):
        old, new = _typed(old), _typed(new)
        name, attributes = former["update"](physical_id, old, new, stack, logical_id)
        _set_recovery(name, new, old)
        _set_time_to_live(name, new, old)
        return name, attributes

    def delete(physical_id, properties):
        table = ministack_dynamodb._tables.get(physical_id)
        if table and table.get("DeletionProtectionEnabled"):
            raise ValueError(
                "Resource cannot be deleted as it is currently protected against deletion. "
                f"Disable deletion protection first. (Table {physical_id})"
            )
        former["delete"](physical_id, properties)

    former = registry.replace(TABLE, create=create, update=update, delete=delete)


def _typed(properties):
    """A copy of its own (ministack keeps what it is given), with booleans as such."""
    typed = copy.deepcopy(properties)
    if "DeletionProtectionEnabled" in typed:
        typed["DeletionProtectionEnabled"] = provisioners._cfn_bool(typed["DeletionProtectionEnabled"])
    return typed


def _set_encryption(table, properties):
    encryption = properties.get("SSESpecification") or {}
    if provisioners._cfn_bool(encryption.get("SSEEnabled", False)):
        table["SSEDescription"] = {"Status": "ENABLED", "SSEType": encryption.get("SSEType", "KMS")}


def _set_capacity(table):
    if (table.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST":
        table["ProvisionedThroughput"] = dict(NO_THROUGHPUT)
        for index in table.get("GlobalSecondaryIndexes") or []:
            index["ProvisionedThroughput"] = dict(NO_THROUGHPUT)


def _describe_indexes(table):
    for kind in INDEX_KINDS:
        for index in table.get(kind) or []:
            index.setdefault("IndexArn", f"{table['TableArn']}/index/{index['IndexName']}")
            index.setdefault("ItemCount", 0)
            index.setdefault("IndexSizeBytes", 0)
            if kind == "GlobalSecondaryIndexes":
                index.setdefault("IndexStatus", "ACTIVE")


def _set_recovery(name, properties, old=None):
    member = "PointInTimeRecoverySpecification"
    wanted, former = properties.get(member), (old or {}).get(member)
    if wanted is not None or former is not None:
        enabled = (wanted or {}).get("PointInTimeRecoveryEnabled", False)
        ministack_dynamodb._pitr_settings[name] = provisioners._cfn_bool(enabled)


def _set_time_to_live(name, properties, old=None):
    member = "TimeToLiveSpecification"
    wanted, former = properties.get(member), (old or {}).get(member)
    if wanted and provisioners._cfn_bool(wanted.get("Enabled", False)):
        attribute = wanted["AttributeName"]
        setting = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
        ministack_dynamodb._ttl_settings[name] = setting
    elif wanted or former:
        ministack_dynamodb._ttl_settings[name] = {"TimeToLiveStatus": "DISABLED"}
