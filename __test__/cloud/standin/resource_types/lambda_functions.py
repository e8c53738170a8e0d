"""Lambda functions: a function that exists cannot be created."""

from ministack.services import lambda_svc as ministack_lambda

from standin.resource_types import registry


def install():
    """Correct the type."""

    def create(logical_id, properties, stack):
        name = properties.get("FunctionName")
        if name and name in ministack_lambda._functions:
            raise ValueError(f"Function already exist: {name}")
        return former["create"](logical_id, properties, stack)

    former = registry.replace("AWS::Lambda::Function", create=create)
