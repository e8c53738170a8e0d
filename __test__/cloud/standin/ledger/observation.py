"""What exists now: stateful resources with their live configuration and data, and the stacks that own them."""

import pickle
import re
from dataclasses import dataclass
from typing import NamedTuple

import ministack.services.cloudformation as ministack_cloudformation
from ministack.services import cognito, dynamodb, kinesis, s3

USER_POOL = "AWS::Cognito::UserPool"
USER_POOL_CLIENT = "AWS::Cognito::UserPoolClient"
USER_POOL_GROUP = "AWS::Cognito::UserPoolGroup"
IDENTITY_PROVIDER = "AWS::Cognito::UserPoolIdentityProvider"
USER_POOL_DOMAIN = "AWS::Cognito::UserPoolDomain"
IDENTITY_POOL = "AWS::Cognito::IdentityPool"
BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
STREAM = "AWS::Kinesis::Stream"
OBSERVED_TYPES = {
    USER_POOL,
    USER_POOL_CLIENT,
    USER_POOL_GROUP,
    IDENTITY_PROVIDER,
    USER_POOL_DOMAIN,
    IDENTITY_POOL,
    BUCKET,
    TABLE,
    STREAM,
}
# resources whose physical id in a stack is only unique inside their pool
INSIDE_A_POOL = (USER_POOL_GROUP, IDENTITY_PROVIDER)

# members that change by themselves
VOLATILE = {"LastModifiedDate", "CreationDate", "EstimatedNumberOfUsers", "Status", "_members"}
POOL_MEMBERS = {"_users", "_clients", "_groups", "_identity_providers"}
TABLE_VOLATILE = {
    "items",
    "ItemCount",
    "TableSizeBytes",
    "TableStatus",
    "TableId",
    "CreationDateTime",
    "Tags",
}
STREAM_VOLATILE = {"shards", "CreationTimestamp", "StreamStatus"}
BUCKET_SETTINGS = {
    "versioning": s3._bucket_versioning,
    "policy": s3._bucket_policies,
    "notification": s3._bucket_notifications,
    "tags": s3._bucket_tags,
    "encryption": s3._bucket_encryption,
    "lifecycle": s3._bucket_lifecycle,
    "cors": s3._bucket_cors,
    "acl": s3._bucket_acl,
    "website": s3._bucket_websites,
    "accelerate": s3._bucket_accelerate_config,
    "logging": s3._bucket_logging_config,
}


class ResourceKey(NamedTuple):
    """What makes a physical resource one and the same."""

    account: str
    region: str
    type: str
    id: str


@dataclass
class Observation:
    """One resource as it is now. A new incarnation under an old id is another resource."""

    incarnation: str
    configuration: dict
    data: dict
    members: frozenset | None = None  # what the data is, one by one, where that is told apart cheaply


_last_plain: dict[ResourceKey, tuple[bytes, dict]] = {}  # pickled configuration and its plain form


def observe():
    """Every stateful resource that exists now."""
    found = {}
    for add in (_user_pools, _identity_pools, _buckets, _tables, _streams):
        for key, incarnation, configuration, data, *members in add():
            found[key] = Observation(str(incarnation), _plain_configuration(key, configuration), data, *members)
    return found


def _plain_configuration(key, configuration):
    """The plain form; that of the last time when nothing has changed, for this is done after every effect."""
    try:
        pickled = pickle.dumps(configuration)
    except (pickle.PicklingError, AttributeError, TypeError):
        return plain(configuration)
    last_pickled, last_plain = _last_plain.get(key, (None, None))
    if pickled != last_pickled:
        last_plain = plain(configuration)
        _last_plain[key] = (pickled, last_plain)
    return last_plain


def owners():
    """`<stack>/<logical id>` of all stacks that hold an observed resource, by (account, region, type, id)."""
    found = {}
    for (account, region, name), stack in list(ministack_cloudformation._stacks._data.items()):
        if stack.get("StackStatus") == "DELETE_COMPLETE":
            continue
        for logical_id, record in list((stack.get("_resources") or {}).items()):
            resource_type, physical_id = record["ResourceType"], record["PhysicalResourceId"]
            if resource_type not in OBSERVED_TYPES:  # a large app has thousands, and this is done after every effect
                continue
            if resource_type in INSIDE_A_POOL and "|" not in str(physical_id):
                physical_id = f"{(record.get('Properties') or {}).get('UserPoolId')}|{physical_id}"
            key = ResourceKey(account, region, resource_type, physical_id)
            found.setdefault(key, []).append(f"{name}/{logical_id}")
    return found


def plain(value):
    """A copy that can be JSON, without `aws:` tags and without empty members: unset and empty are the same."""
    if isinstance(value, dict):
        members = {str(k): plain(v) for k, v in value.items() if not str(k).startswith("aws:")}
        return {name: member for name, member in members.items() if member not in (None, {}, [], "")}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value if not _is_aws_tag(item)]
    if isinstance(value, set):
        return sorted(plain(item) for item in value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _is_aws_tag(item):
    return isinstance(item, dict) and str(item.get("Key", "")).startswith("aws:")


def _without(members, names):
    return {name: member for name, member in members.items() if name not in names}


def _user_pools():
    for (account, region, pool_id), pool in list(cognito._user_pools._data.items()):

        def key(resource_type, resource_id, account=account, region=region):
            return ResourceKey(account, region, resource_type, resource_id)

        configuration = _without(pool, VOLATILE | POOL_MEMBERS)
        configuration = {k: v for k, v in configuration.items() if not k.startswith("_sess")}
        yield (
            key(USER_POOL, pool_id),
            pool.get("CreationDate"),
            configuration,
            {"users": len(pool.get("_users") or {})},
        )
        for client_id, client in list((pool.get("_clients") or {}).items()):
            yield key(USER_POOL_CLIENT, client_id), client.get("CreationDate"), _without(client, VOLATILE), {}
        for name, group in list((pool.get("_groups") or {}).items()):
            if not re.match(re.escape(pool_id) + "_", name):  # Cognito's own groups of federated users
                members = {"members": len(group.get("_members") or [])}
                identity = key(USER_POOL_GROUP, f"{pool_id}|{name}")
                yield identity, group.get("CreationDate"), _without(group, VOLATILE), members
        for name, provider in list((pool.get("_identity_providers") or {}).items()):
            identity = key(IDENTITY_PROVIDER, f"{pool_id}|{name}")
            yield identity, provider.get("CreationDate"), _without(provider, VOLATILE), {}
        for member in ("Domain", "CustomDomain"):
            if pool.get(member):
                custom = pool.get("_custom_domain_config") if member == "CustomDomain" else None
                configuration = {"UserPoolId": pool_id, "Domain": pool[member], "custom": custom}
                yield key(USER_POOL_DOMAIN, pool[member]), pool_id, configuration, {}


def _identity_pools():
    for (account, region, pool_id), pool in list(cognito._identity_pools._data.items()):
        configuration = _without(pool, VOLATILE | {"_identities"})
        data = {"identities": len(pool.get("_identities") or {})}
        yield ResourceKey(account, region, IDENTITY_POOL, pool_id), pool_id, configuration, data


def _buckets():
    for scoped_key, bucket in list(s3._buckets._data.items()):
        account, name = _account_and_name(scoped_key)
        settings = _bucket_settings(account, name)
        configuration = {**_without(bucket, {"objects", "created"}), **settings}
        objects = frozenset(bucket.get("objects") or {})
        yield (
            ResourceKey(account, bucket.get("region"), BUCKET, name),
            bucket.get("created"),
            configuration,
            {"objects": len(objects)},
            objects,
        )


def _bucket_settings(account, name):
    settings = {}
    for label, store in BUCKET_SETTINGS.items():
        for scoped_key, value in list(store._data.items()):
            if _account_and_name(scoped_key) == (account, name):
                settings[label] = plain(value)
    return settings


def _account_and_name(scoped_key):
    if isinstance(scoped_key, tuple):
        return scoped_key[0], scoped_key[-1]
    account, _, name = str(scoped_key).partition("\x00")
    return account, name


def _tables():
    for (account, region, name), table in list(dynamodb._tables._data.items()):
        scoped = (account, region, name)
        configuration = {k: v for k, v in _without(table, TABLE_VOLATILE).items() if not callable(v)}
        configuration["pitr"] = bool(dynamodb._pitr_settings._data.get(scoped))
        configuration["ttl"] = dynamodb._ttl_settings._data.get(scoped)
        configuration["tags"] = dynamodb._tags._data.get((account, region, table.get("TableArn")))
        items = list((table.get("items") or {}).values())
        count = sum(len(item) if isinstance(item, dict) else 1 for item in items)
        yield ResourceKey(account, region, TABLE, name), table.get("TableId"), configuration, {"items": count}


def _streams():
    for (account, region, name), stream in list(kinesis._streams._data.items()):
        shards = stream.get("shards") or {}
        configuration = _without(stream, STREAM_VOLATILE)
        configuration["shards"] = sorted(shards) if isinstance(shards, dict) else len(shards)
        yield ResourceKey(account, region, STREAM, name), stream.get("CreationTimestamp"), configuration, {}
