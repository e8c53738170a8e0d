"""CloudFormation resource types: what ministack lacks, and where it is more lenient than AWS."""

from standin.resource_types import (
    cdk,
    coercion,
    cognito,
    drift,
    dynamodb,
    elasticsearch,
    imports,
    kinesis,
    lambda_functions,
    location,
    replacement,
    s3,
)


def install():
    """Put all types in place; scalars are coerced last, around the other changes."""
    for module in (cdk, cognito, dynamodb, elasticsearch, kinesis, lambda_functions, location, s3, coercion):
        module.install()
    imports.install()
    replacement.install()
    drift.install()
