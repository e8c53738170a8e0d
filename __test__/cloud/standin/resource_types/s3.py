"""S3 buckets: encryption, acceleration and tags by CloudFormation; a full bucket cannot be deleted."""

from ministack.services import s3 as ministack_s3
from ministack.services.cloudformation import provisioners

from standin.resource_types import registry

BUCKET = "AWS::S3::Bucket"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def install():
    """Correct the type."""

    def create(logical_id, properties, stack):
        name, attributes = former["create"](logical_id, properties, stack)
        _apply(name, properties, {})
        return name, attributes

    def update(physical_id, old, new, stack):
        name, attributes = former["update"](physical_id, old, new, stack)
        _apply(name, new, old if name == physical_id else {})
        return name, attributes

    def delete(physical_id, properties):
        bucket = ministack_s3._buckets.get(physical_id)
        if bucket is None:
            return
        if bucket.get("objects") or _has_versions(physical_id):
            raise ValueError(
                f"The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Bucket: {physical_id})"
            )
        former["delete"](physical_id, properties)
        ministack_s3._bucket_accelerate_config.pop(physical_id, None)

    former = registry.replace(BUCKET, create=create, update=update, delete=delete)


def _has_versions(bucket):
    return any(
        isinstance(key, tuple) and key[0] == bucket and versions
        for key, versions in ministack_s3._object_versions.items()
    )


def _apply(bucket, properties, old):
    _apply_versioning(bucket, properties, old)
    _apply_encryption(bucket, properties, old)
    _apply_acceleration(bucket, properties, old)
    tags = provisioners._tag_map(properties.get("Tags"))
    if tags or provisioners._tag_map(old.get("Tags")):
        ministack_s3._bucket_tags[bucket] = tags


def _apply_versioning(bucket, properties, old):
    status = (properties.get("VersioningConfiguration") or {}).get("Status")
    if status:
        ministack_s3._bucket_versioning[bucket] = status
    elif "VersioningConfiguration" in old:
        ministack_s3._bucket_versioning[bucket] = "Suspended"


def _apply_encryption(bucket, properties, old):
    configuration = properties.get("BucketEncryption")
    if configuration:
        rules = "".join(
            _encryption_rule(rule["ServerSideEncryptionByDefault"])
            for rule in configuration.get("ServerSideEncryptionConfiguration", [])
            if rule.get("ServerSideEncryptionByDefault")
        )
        ministack_s3._put_bucket_encryption(bucket, _document("ServerSideEncryptionConfiguration", rules))
    elif "BucketEncryption" in old:
        ministack_s3._delete_bucket_encryption(bucket)


def _encryption_rule(default):
    key = default.get("KMSMasterKeyID")
    key_element = f"<KMSMasterKeyID>{key}</KMSMasterKeyID>" if key else ""
    algorithm = f"<SSEAlgorithm>{default['SSEAlgorithm']}</SSEAlgorithm>"
    inner = f"<ApplyServerSideEncryptionByDefault>{algorithm}{key_element}</ApplyServerSideEncryptionByDefault>"
    return f"<Rule>{inner}</Rule>"


def _apply_acceleration(bucket, properties, old):
    configuration = properties.get("AccelerateConfiguration")
    if configuration:
        status = configuration["AccelerationStatus"]
    elif "AccelerateConfiguration" in old:
        status = "Suspended"
    else:
        return
    body = _document("AccelerateConfiguration", f"<Status>{status}</Status>")
    ministack_s3._put_bucket_accelerate(bucket, body)


def _document(root, inner):
    return f'<{root} xmlns="{NAMESPACE}">{inner}</{root}>'.encode()
