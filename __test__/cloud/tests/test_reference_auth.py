"""`referenceAuth`: what it tells of an imported user pool, and what it refuses."""

import pytest

ROLE = "arn:aws:iam::123456789012:role/"
SETTINGS = ["userPoolId", "usernameAttributes", "allowUnauthenticatedIdentities", "oauthClientId", "mfaConfiguration"]


@pytest.fixture
def imported(cloud):
    """Somebody else's pools: the properties that fit them."""
    cognito, identities = cloud.client("cognito-idp"), cloud.client("cognito-identity")
    pool = cognito.create_user_pool(PoolName="theirs", UsernameAttributes=["email"])["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    identity_pool = identities.create_identity_pool(
        IdentityPoolName="theirs",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[{"ProviderName": f"cognito-idp.us-east-1.amazonaws.com/{pool}", "ClientId": client}],
    )["IdentityPoolId"]
    roles = {"authenticated": f"{ROLE}in", "unauthenticated": f"{ROLE}out"}
    identities.set_identity_pool_roles(IdentityPoolId=identity_pool, Roles=roles)
    return {
        "ServiceToken": "arn:aws:sns:us-east-1:123456789012:t",
        "userPoolId": pool,
        "userPoolClientId": client,
        "identityPoolId": identity_pool,
        "authRoleArn": f"{ROLE}in",
        "unauthRoleArn": f"{ROLE}out",
        "groups": {},
        "region": "us-east-1",
    }


def template(properties):
    return {
        "Resources": {"Reference": {"Type": "Custom::AmplifyRefAuth", "Properties": properties}},
        "Outputs": {name: {"Value": {"Fn::GetAtt": ["Reference", name]}} for name in SETTINGS},
    }


def test_the_settings_are_told(cloud, imported):
    outputs = cloud.create("a", template(imported))["Outputs"]
    assert {output["OutputKey"]: output["OutputValue"] for output in outputs} == {
        "userPoolId": imported["userPoolId"],
        "usernameAttributes": '["email"]',
        "allowUnauthenticatedIdentities": "true",
        "oauthClientId": imported["userPoolClientId"],
        "mfaConfiguration": "OFF",
    }


@pytest.mark.parametrize(
    ("property_name", "value", "reason"),
    [
        ("userPoolId", "us-east-1_nobody", "Failed to retrieve the specified UserPool"),
        ("userPoolClientId", "nobody", "retrieving the user pool client details"),
        ("identityPoolId", "us-east-1:nobody", "retrieving the identity pool details"),
        ("authRoleArn", f"{ROLE}other", "authRoleArn does not match the authenticated role"),
        ("unauthRoleArn", f"{ROLE}other", "unauthRoleArn does not match the unauthenticated role"),
        ("groups", {"Admins": f"{ROLE}admins"}, "does not match any group"),
    ],
)
def test_what_does_not_belong_together_is_refused(cloud, imported, property_name, value, reason):
    cloud.create("a", template({**imported, property_name: value}), status="ROLLBACK_COMPLETE")
    events = cloud.cloudformation.describe_stack_events(StackName=cloud.name("a"))["StackEvents"]
    assert any(reason in event.get("ResourceStatusReason", "") for event in events)
