"""Cognito: identity providers, protected pools, reset of omitted members on update, role attachments."""

import copy

from ministack.core.responses import new_uuid
from ministack.services import cognito as ministack_cognito
from ministack.services.cloudformation import provisioners

from standin.resource_types import registry
from standin.resource_types.registry import require_success

IDENTITY_PROVIDER = "AWS::Cognito::UserPoolIdentityProvider"
IDENTITY_PROVIDER_MEMBERS = (
    "UserPoolId",
    "ProviderName",
    "ProviderType",
    "ProviderDetails",
    "AttributeMapping",
    "IdpIdentifiers",
)
# what an update of a pool does not reset when it is omitted
KEPT_POOL_MEMBERS = {"UserPoolTags", "DeletionProtection", "UserPoolTier"}
KEPT_CLIENT_MEMBERS = {"ClientName"}
NAME_PART = 40
# what Cognito itself takes the username of a federated user from
USERNAME_ATTRIBUTES = {
    "Facebook": "id",
    "Google": "sub",
    "LoginWithAmazon": "user_id",
    "SignInWithApple": "sub",
    "OIDC": "sub",
}


def install():
    """Define and correct the types."""
    _reset_omitted_members_on_update()
    _repeat_validity_of_passwords()
    _map_usernames()
    registry.define(
        IDENTITY_PROVIDER,
        create=_create_provider,
        update=_update_provider,
        delete=_delete_provider,
        **{"import": lambda identifier: (identifier["ProviderName"], {})},
    )
    _protect_user_pools()
    _refuse_existing_groups()
    registry.define(
        "AWS::Cognito::IdentityPoolRoleAttachment",
        create=_create_attachment,
        update=_update_attachment,
        delete=_delete_attachment,
    )


def _reset_omitted_members_on_update():
    """As on AWS, UpdateUserPool and UpdateUserPoolClient set what they do not name back to its default."""
    update_pool, update_client = (
        ministack_cognito._update_user_pool,
        ministack_cognito._update_user_pool_client,
    )
    pool_defaults = provisioners._COGNITO_USER_POOL_UPDATABLE
    client_defaults = provisioners._COGNITO_USER_POOL_CLIENT_UPDATABLE

    def update_whole_pool(data):
        answer = update_pool(_with_defaults(data, pool_defaults, KEPT_POOL_MEMBERS))
        pool, _ = ministack_cognito._resolve_pool(data.get("UserPoolId"))
        if pool and not pool.get("UserPoolAddOns"):
            # its one member is required: the service answers with a mode or without add-ons
            pool.pop("UserPoolAddOns", None)
        return answer

    ministack_cognito._update_user_pool = update_whole_pool
    ministack_cognito._update_user_pool_client = lambda data: update_client(
        _with_defaults(data, client_defaults, KEPT_CLIENT_MEMBERS)
    )


def _repeat_validity_of_passwords():
    """As on AWS, a pool tells in two places how long a temporary password is valid, and tells the same."""

    def repeating(call):
        def called(data):
            answer = call(data)
            for pool in ministack_cognito._user_pools.values():
                policies = pool["Policies"] = copy.deepcopy(pool.get("Policies") or {})
                invitation = pool["AdminCreateUserConfig"] = copy.deepcopy(pool.get("AdminCreateUserConfig") or {})
                policy = policies.setdefault("PasswordPolicy", {})
                days = policy.get("TemporaryPasswordValidityDays") or invitation.get("UnusedAccountValidityDays") or 7
                policy["TemporaryPasswordValidityDays"] = invitation["UnusedAccountValidityDays"] = days
            return answer

        return called

    ministack_cognito._create_user_pool = repeating(ministack_cognito._create_user_pool)
    ministack_cognito._update_user_pool = repeating(ministack_cognito._update_user_pool)


def _with_defaults(data, defaults, kept):
    omitted = {k: copy.deepcopy(v) for k, v in defaults.items() if k not in data and k not in kept}
    return {**data, **omitted}


def _map_usernames():
    """As on AWS, providers whose users have an id of their own map it to the username, asked for or not."""

    def mapped(request, provider_type):
        source = USERNAME_ATTRIBUTES.get(provider_type)
        if source is None or "AttributeMapping" not in request:
            return request
        return {**request, "AttributeMapping": {"username": source, **(request["AttributeMapping"] or {})}}

    def create(data):
        return former_create(mapped({"AttributeMapping": {}, **data}, data.get("ProviderType")))

    def update(data):
        pool = ministack_cognito._user_pools.get(data.get("UserPoolId", "")) or {}
        provider = (pool.get("_identity_providers") or {}).get(data.get("ProviderName")) or {}
        return former_update(mapped(data, provider.get("ProviderType")))

    former_create = ministack_cognito._create_identity_provider
    former_update = ministack_cognito._update_identity_provider
    ministack_cognito._create_identity_provider = create
    ministack_cognito._update_identity_provider = update


def _provider_request(properties):
    request = {name: properties[name] for name in IDENTITY_PROVIDER_MEMBERS if name in properties}
    for name in ("ProviderDetails", "AttributeMapping"):
        if name in request:
            request[name] = {key: _text(value) for key, value in (request[name] or {}).items()}
    return request


def _text(value):
    """Cognito takes text only; CloudFormation writes whatever a template says as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _create_provider(logical_id, properties, stack):
    require_success(ministack_cognito._create_identity_provider(_provider_request(properties)), IDENTITY_PROVIDER)
    return properties["ProviderName"], {}


def _update_provider(physical_id, old, new, stack):
    request = {"IdpIdentifiers": [], "AttributeMapping": {}, **_provider_request(new)}
    require_success(ministack_cognito._update_identity_provider(request), IDENTITY_PROVIDER)
    return physical_id, {}


def _delete_provider(physical_id, properties):
    pool = ministack_cognito._user_pools.get(properties.get("UserPoolId", ""))
    if pool and physical_id in (pool.get("_identity_providers") or {}):
        request = {"UserPoolId": properties["UserPoolId"], "ProviderName": physical_id}
        require_success(ministack_cognito._delete_identity_provider(request), IDENTITY_PROVIDER)


def _protect_user_pools():
    def delete(physical_id, properties):
        pool = ministack_cognito._user_pools.get(physical_id)
        if pool and pool.get("DeletionProtection") == "ACTIVE":
            raise ValueError(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        if pool and (pool.get("Domain") or pool.get("CustomDomain")):
            raise ValueError("User pool cannot be deleted. It has a domain configured that should be deleted first.")
        former["delete"](physical_id, properties)

    former = registry.replace("AWS::Cognito::UserPool", delete=delete)


def _refuse_existing_groups():
    def create(logical_id, properties, stack):
        pool = ministack_cognito._user_pools.get(properties.get("UserPoolId", "")) or {}
        name = properties.get("GroupName")
        if name in (pool.get("_groups") or {}):
            raise ValueError(f"A group with the name {name} already exists. (Service: CognitoIdentityProvider)")
        return former["create"](logical_id, properties, stack)

    former = registry.replace("AWS::Cognito::UserPoolGroup", create=create)


def _create_attachment(logical_id, properties, stack):
    """AWS gives it a made-up physical id, where ministack takes the pool's."""
    _, attributes = provisioners._cognito_identity_pool_role_attachment_apply(properties)
    random = new_uuid().replace("-", "")[:12].upper()
    return f"{stack[:NAME_PART]}-{logical_id[:NAME_PART]}-{random}", attributes


def _update_attachment(physical_id, old, new, stack):
    _, attributes = provisioners._cognito_identity_pool_role_attachment_apply(new)
    return physical_id, attributes


def _delete_attachment(physical_id, properties):
    pool_id = properties.get("IdentityPoolId")
    provisioners._cognito_identity_pool_role_attachment_delete(pool_id, properties)
