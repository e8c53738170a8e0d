"""Custom resources on buckets: files deployed by CDK, objects deleted with the stack, notifications."""

import io
import zipfile

from ministack.services import s3 as ministack_s3
from ministack.services.cloudformation import provisioners

AUTO_DELETE_TAG = "aws-cdk:auto-delete-objects"


def deploy_files(request):
    """Unpack the source archives into the destination bucket."""
    properties = request.properties
    destination = properties.get("DestinationBucketName")
    data = {"DestinationBucketArn": f"arn:aws:s3:::{destination}"}
    if request.kind == "Delete":
        return None, data
    prefix = (properties.get("DestinationBucketKeyPrefix") or "").strip("/")
    keys = []
    for bucket, key in zip(
        properties.get("SourceBucketNames") or [], properties.get("SourceObjectKeys") or [], strict=True
    ):
        archive = ministack_s3._get_object_data(bucket, key)
        if archive is None:
            raise ValueError(f"bucket deployment: s3://{bucket}/{key} does not exist")
        for name, body in _members(archive):
            target = f"{prefix}/{name}" if prefix else name
            status, _, answer = ministack_s3._put_object(destination, target, body, {})
            if status >= 400:
                raise ValueError(f"bucket deployment to {destination}: {answer!r}")
        keys.append(key)
    return None, {**data, "SourceObjectKeys": keys}


def _members(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name in files.namelist():
            if not name.endswith("/"):
                yield name, files.read(name)


def delete_objects(request):
    """Empty the bucket when the resource goes, or when it comes to stand for another bucket."""
    new, old = request.properties.get("BucketName"), request.old_properties.get("BucketName")
    if request.kind == "Delete":
        _empty(new)
    elif request.kind == "Update" and old != new:
        _empty(old)


def _empty(bucket):
    """Like CDK's function, only for a bucket that carries its tag."""
    if bucket not in ministack_s3._buckets:
        return
    if (ministack_s3._bucket_tags.get(bucket) or {}).get(AUTO_DELETE_TAG) != "true":
        return
    ministack_s3._buckets[bucket]["objects"].clear()
    for key in list(ministack_s3._object_versions.keys()):
        if isinstance(key, tuple) and key[0] == bucket:
            ministack_s3._object_versions.pop(key, None)


def set_notifications(request):
    """Set the Lambda notifications of a bucket; none remain when the resource goes."""
    bucket = request.properties.get("BucketName")
    if bucket not in ministack_s3._buckets:
        return
    wanted = request.properties.get("NotificationConfiguration") or {}
    configurations = [] if request.kind == "Delete" else wanted.get("LambdaFunctionConfigurations") or []
    lambdas = [_lambda_notification(c, event) for c in configurations for event in c.get("Events", [])]
    provisioners._s3_apply_notification(bucket, {"LambdaConfigurations": lambdas} if lambdas else {})


def _lambda_notification(configuration, event):
    notification = {"Event": event, "Function": configuration.get("LambdaFunctionArn")}
    if configuration.get("Filter"):
        rules = configuration["Filter"]["Key"]["FilterRules"]
        notification["Filter"] = {"S3Key": {"Rules": rules}}
    return notification
