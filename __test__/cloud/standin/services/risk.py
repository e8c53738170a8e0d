"""Risk configurations of user pools and their clients, which ministack does not know."""

from ministack.core.responses import now_epoch
from ministack.services import cognito

from standin.services.answers import error_json, json_answer

# kept in the pool, so that snapshots hold it
KEY = "_risk_configurations"
MEMBERS = (
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
)
ACTIONS = ("DescribeRiskConfiguration", "SetRiskConfiguration")


def answer(action, parameters):
    """Answer one of the two actions."""
    pool_id, client_id = parameters.get("UserPoolId"), parameters.get("ClientId")
    pool = cognito._user_pools.get(pool_id)
    if pool is None:
        return error_json(400, "ResourceNotFoundException", f"User pool {pool_id} does not exist.")
    if client_id and client_id not in (pool.get("_clients") or {}):
        return error_json(400, "ResourceNotFoundException", f"User pool client {client_id} does not exist.")
    configurations = pool.setdefault(KEY, {})
    identity = {"UserPoolId": pool_id, **({"ClientId": client_id} if client_id else {})}
    if action == "SetRiskConfiguration":
        # what is not named is unset
        given = {name: parameters[name] for name in MEMBERS if parameters.get(name) is not None}
        configurations[client_id or "ALL"] = {**given, "LastModifiedDate": now_epoch()}
    return json_answer(200, {"RiskConfiguration": {**identity, **configurations.get(client_id or "ALL", {})}})
