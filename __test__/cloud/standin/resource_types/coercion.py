"""CloudFormation coerces scalars to the type their schema wants; ministack stores them as they come."""

from standin.resource_types import registry

COERCED_TYPES = (
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    "AWS::Cognito::UserPoolIdentityProvider",
)
INTEGER_MEMBERS = {
    "MinimumLength",
    "TemporaryPasswordValidityDays",
    "UnusedAccountValidityDays",
    "RefreshTokenValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "AuthSessionValidity",
    "Priority",
    "Precedence",
    "PasswordHistorySize",
}
TEXT_MAPS = {
    "UserPoolTags",
    "IdentityPoolTags",
    "ProviderDetails",
    "AttributeMapping",
    "SupportedLoginProviders",
}
TEXT_MEMBERS = {"Name", "Value"}


def coerce(value, member=None):
    """A property value with its numbers and booleans as such."""
    if isinstance(value, dict):
        return value if member in TEXT_MAPS else {name: coerce(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [coerce(item, member) for item in value]
    if not isinstance(value, str):
        return value
    if member in INTEGER_MEMBERS and value.strip().lstrip("-").isdigit():
        return int(value)
    if value in ("true", "false") and member not in TEXT_MEMBERS:
        return value == "true"
    return value


def install():
    """Coerce the properties of Cognito's types before they are created or updated."""
    for resource_type in COERCED_TYPES:
        handlers = registry.HANDLERS[resource_type]
        handlers["create"] = _coercing_create(handlers["create"])
        handlers["update"] = _coercing_update(handlers["update"])


def _coercing_create(create):
    return lambda logical_id, properties, stack: create(logical_id, coerce(properties), stack)


def _coercing_update(update):
    def coercing(physical_id, old, new, *rest):
        return update(physical_id, coerce(old), coerce(new), *rest)

    return coercing
