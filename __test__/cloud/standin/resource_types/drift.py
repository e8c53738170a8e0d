"""Drift: live values of Cognito and Kinesis resources to compare with, and AWS's way to report trust policies."""

import json

from ministack.services import cognito as ministack_cognito
from ministack.services import kinesis as ministack_kinesis
from ministack.services.cloudformation import drift as ministack_drift

POOL_PROPERTIES = (
    "MfaConfiguration",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "EmailVerificationSubject",
    "EmailVerificationMessage",
)
CLIENT_PROPERTIES = ("ClientName", "CallbackURLs", "LogoutURLs")
IDENTITY_POOL_PROPERTIES = ("IdentityPoolName", "AllowUnauthenticatedIdentities")
TRUST = "AssumeRolePolicyDocument"


def install():
    """Extend ministack's table of readers, and its report on roles."""
    ministack_drift._DRIFT_READERS.update(
        {
            "AWS::Cognito::UserPool": (_user_pool, frozenset({"UserPoolName", *POOL_PROPERTIES})),
            "AWS::Cognito::UserPoolClient": (_client, frozenset(CLIENT_PROPERTIES)),
            "AWS::Cognito::IdentityPool": (_identity_pool, frozenset(IDENTITY_POOL_PROPERTIES)),
            "AWS::Cognito::UserPoolGroup": (_pool_member("_groups"), frozenset()),
            "AWS::Cognito::UserPoolIdentityProvider": (_pool_member("_identity_providers"), frozenset()),
            "AWS::Cognito::UserPoolDomain": (_domain, frozenset()),
            "AWS::Cognito::IdentityPoolRoleAttachment": (_role_attachment, frozenset()),
            "AWS::Kinesis::Stream": (_stream, frozenset()),
        }
    )
    ministack_drift.DRIFT_DETECTABLE_STATUSES |= {"IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
    detect = ministack_drift.detect_resource_drift

    def detect_resource_drift(stack, logical_id, record, timestamp):
        return _with_whole_trust_document(detect(stack, logical_id, record, timestamp))

    ministack_drift.detect_resource_drift = detect_resource_drift


def _with_whole_trust_document(drift):
    """AWS reports a changed trust policy as one difference of the whole document."""
    differences = drift.get("PropertyDifferences") or []
    others = [d for d in differences if not d["PropertyPath"].startswith(f"/{TRUST}")]
    if drift.get("ResourceType") == "AWS::IAM::Role" and len(others) < len(differences):
        whole = {
            "PropertyPath": f"/{TRUST}",
            "ExpectedValue": _compact(json.loads(drift["ExpectedProperties"])[TRUST]),
            "ActualValue": _compact(json.loads(drift["ActualProperties"])[TRUST]),
            "DifferenceType": "NOT_EQUAL",
        }
        drift["PropertyDifferences"] = [*others, whole]
    return drift


def _compact(document):
    return json.dumps(document, separators=(",", ":"))


def _picked(members, names):
    return {name: members[name] for name in names if name in members}


def _user_pool(physical_id, properties):
    pool = ministack_cognito._user_pools.get(physical_id)
    return None if pool is None else {"UserPoolName": pool.get("Name"), **_picked(pool, POOL_PROPERTIES)}


def _client(physical_id, properties):
    pool = ministack_cognito._user_pools.get(properties.get("UserPoolId", "")) or {}
    client = (pool.get("_clients") or {}).get(physical_id)
    return None if client is None else _picked(client, (*CLIENT_PROPERTIES, "SupportedIdentityProviders"))


def _identity_pool(physical_id, properties):
    pool = ministack_cognito._identity_pools.get(physical_id)
    return None if pool is None else _picked(pool, IDENTITY_POOL_PROPERTIES)


def _pool_member(store):
    def read(physical_id, properties):
        pool = ministack_cognito._user_pools.get(properties.get("UserPoolId", "")) or {}
        return {} if physical_id in (pool.get(store) or {}) else None

    return read


def _domain(physical_id, properties):
    return {} if physical_id in ministack_cognito._pool_domain_map else None


def _role_attachment(physical_id, properties):
    pool = ministack_cognito._identity_pools.get(properties.get("IdentityPoolId")) or {}
    return {} if pool.get("_roles") else None


def _stream(physical_id, properties):
    return {} if physical_id in ministack_kinesis._streams else None
