"""AWS::CDK::Metadata, which stands for nothing."""

from ministack.core.responses import new_uuid

from standin.resource_types import registry


def install():
    """Define the type."""
    registry.define(
        "AWS::CDK::Metadata",
        create=lambda logical_id, properties, stack: (new_uuid(), {}),
        update=lambda physical_id, old, new, stack: (physical_id, {}),
        delete=lambda physical_id, properties: None,
    )
