"""Custom resources around user pools: triggers, secrets, and the callouts of Gen 1's auth templates."""

import json

from ministack.services import cognito as ministack_cognito
from ministack.services import iam as ministack_iam
from ministack.services import ssm as ministack_ssm

from standin.custom_resources import geo, pinpoint

FEDERATED_PRINCIPAL = "cognito-identity.amazonaws.com"


def connect_triggers(request):
    """Set the Lambda triggers of a user pool; none remain when the resource goes."""
    pool_id = request.properties.get("userpoolId")
    pool = ministack_cognito._user_pools.get(pool_id)
    if request.kind == "Delete":
        if pool is not None:
            pool["LambdaConfig"] = {}
        return None
    if pool is None:
        raise ValueError("User pool does not exist")
    configured = request.properties.get("lambdaConfig") or []
    pool["LambdaConfig"] = {c["triggerType"]: c["lambdaFunctionArn"] for c in configured}
    return (request.physical_id or f"{request.logical_id}-{pool_id}"), {}


def fetch_secrets(request):
    """The values of Gen 2 secrets: those of the branch, else the shared ones, else made up."""
    properties = request.properties
    names = properties.get("secretNames") or []
    namespace, branch = properties.get("namespace"), properties.get("name")
    values = {}
    for name in names if isinstance(names, list) else json.loads(names):
        paths = (
            f"/amplify/{namespace}/{branch}-branch-{properties.get('hash', '')}/{name}",
            f"/amplify/shared/{namespace}/{name}",
        )
        found = (ministack_ssm.resolve_parameter_value(path, None, decrypt=True) for path in paths)
        values[name] = next((value for value in found if value), f"{name}-value")
    return None, values


def answer_callout(request):
    """Gen 1 gives every function it calls out to the same type; the properties tell which one it is."""
    properties = request.properties
    pool_id = properties.get("userPoolId") or properties.get("userpoolId")
    if "hostedUIDomainName" in properties:
        _set_domain(request.kind, pool_id, properties["hostedUIDomainName"])
        return None
    if "hostedUIProviderMeta" in properties:
        if request.kind != "Delete":
            _set_identity_providers(pool_id, properties)
        return None
    if "idpId" in properties and "authRoleName" in properties:
        _set_trust(request.kind, properties["idpId"], properties.get("authRoleName"), "authenticated")
        _set_trust(request.kind, properties["idpId"], properties.get("unauthRoleName"), "unauthenticated")
        return None
    if pool_id and "clientId" in json.dumps(properties):
        return None, {"userpoolClientSecret": ""}
    return geo.answer_callout(request) or pinpoint.answer_callout(request)


def _set_domain(kind, pool_id, domain):
    pool = ministack_cognito._user_pools.get(pool_id)
    if pool is None:
        return
    current = pool.get("Domain")
    if kind == "Delete":
        if current == domain:
            _call("delete_user_pool_domain", UserPoolId=pool_id, Domain=domain)
        return
    if current == domain:
        return
    if current:
        _call("delete_user_pool_domain", UserPoolId=pool_id, Domain=current)
    if domain:
        _call("create_user_pool_domain", UserPoolId=pool_id, Domain=domain)


def _set_identity_providers(pool_id, properties):
    wanted = json.loads(properties["hostedUIProviderMeta"])
    credentials = json.loads(properties["hostedUIProviderCreds"])
    pool = ministack_cognito._user_pools.get(pool_id)
    if not credentials or pool is None:
        return
    present = pool.setdefault("_identity_providers", {})
    secrets = {entry["ProviderName"]: entry for entry in credentials}
    for provider in wanted:
        name = provider["ProviderName"]
        details = {key: value for key, value in secrets.get(name, {}).items() if key != "ProviderName"}
        _call(
            "update_identity_provider" if name in present else "create_identity_provider",
            UserPoolId=pool_id,
            ProviderName=name,
            ProviderType=name,
            AttributeMapping=provider.get("AttributeMapping", {}),
            ProviderDetails={**details, "authorize_scopes": provider.get("authorize_scopes", "")},
        )
    for name in set(present) - {provider["ProviderName"] for provider in wanted}:
        _call("delete_identity_provider", UserPoolId=pool_id, ProviderName=name)


def _set_trust(kind, identity_pool_id, role_name, authentication):
    """Let the identity pool's users assume the role; deny it to everybody when the resource goes."""
    role = ministack_iam._roles.get(role_name)
    if role is None:
        return
    statement = {
        "Sid": "",
        "Effect": "Deny" if kind == "Delete" else "Allow",
        "Principal": {"Federated": FEDERATED_PRINCIPAL},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    if kind != "Delete":
        statement["Condition"] = {
            "StringEquals": {f"{FEDERATED_PRINCIPAL}:aud": identity_pool_id},
            "ForAnyValue:StringLike": {f"{FEDERATED_PRINCIPAL}:amr": authentication},
        }
    role["AssumeRolePolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _call(action, **parameters):
    status, _, body = getattr(ministack_cognito, f"_{action}")(parameters)
    if status >= 400:
        raise ValueError(f"custom resource: {body!r}")
