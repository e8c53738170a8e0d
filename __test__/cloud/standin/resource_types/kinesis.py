"""Kinesis streams: a stream that exists cannot be created."""

from ministack.core.responses import get_account_id
from ministack.services import kinesis as ministack_kinesis

from standin.resource_types import registry

STREAM = "AWS::Kinesis::Stream"


def install():
    """Correct the type, and let it be imported."""

    def create(logical_id, properties, stack):
        name = properties.get("Name")
        if name in ministack_kinesis._streams:
            raise ValueError(f"Stream {name} under account {get_account_id()} already exists.")
        return former["create"](logical_id, properties, stack)

    def import_stream(identifier):
        name = identifier["Name"]
        return name, {"Arn": ministack_kinesis._streams[name]["StreamARN"]}

    former = registry.replace(STREAM, create=create, **{"import": import_stream})
