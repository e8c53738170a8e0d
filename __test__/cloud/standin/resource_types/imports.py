"""Types that an IMPORT change set can bring in, beside those of ministack."""

from ministack.services import cognito as ministack_cognito
from ministack.services import kinesis as ministack_kinesis
from ministack.services.cloudformation import changesets, provisioners

from standin.resource_types import registry


def install():
    """Extend ministack's table: identifier members, and what is wrong with an identifier."""
    registry.replace(
        "AWS::Cognito::UserPoolDomain",
        **{
            "import": lambda identifier: (
                identifier["Domain"],
                provisioners._cognito_user_pool_domain_attributes(identifier["Domain"]),
            )
        },
    )
    changesets._IMPORT_LOOKUPS.update(
        {
            "AWS::Cognito::UserPoolDomain": (("UserPoolId", "Domain"), _domain_problem),
            "AWS::Cognito::UserPoolIdentityProvider": (("UserPoolId", "ProviderName"), _provider_problem),
            "AWS::Kinesis::Stream": (("Name",), _stream_problem),
        }
    )


def _domain_problem(pool_id, domain):
    if ministack_cognito._pool_domain_map.get(domain) == pool_id:
        return None
    return changesets._cognito_error(f"Domain {domain} does not exist in user pool {pool_id}.")


def _provider_problem(pool_id, name):
    pool = ministack_cognito._user_pools.get(pool_id)
    if pool and name in (pool.get("_identity_providers") or {}):
        return None
    return changesets._cognito_error(f"Identity provider {name} does not exist.")


def _stream_problem(name):
    return None if name in ministack_kinesis._streams else f"Stream {name} not found"
