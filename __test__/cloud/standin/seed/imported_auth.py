"""The user pools and identity pools that an app has imported: they exist, and no stack of the app makes them."""


def create(aws, environment_info, identifiers):
    """Create what the auth category of an environment in team-provider-info.json names, and learn the new ids."""
    for imported in (environment_info.get("categories") or {}).get("auth", {}).values():
        if imported.get("userPoolId"):
            pool_id, clients = _create_user_pool(aws, imported, identifiers)
            if imported.get("identityPoolId"):
                _create_identity_pool(aws, imported, pool_id, clients, identifiers)


def _create_user_pool(aws, imported, identifiers):
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName=imported.get("userPoolName") or "imported",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
    )["UserPool"]
    identifiers.set(imported["userPoolId"], pool["Id"])
    clients = []
    # Gen 1 lets the same client be both.
    for old in dict.fromkeys([imported.get("webClientId"), imported.get("nativeClientId")]):
        if old:
            name = "web" if old == imported.get("webClientId") else "native"
            made = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName=name)["UserPoolClient"]
            identifiers.set(old, made["ClientId"])
            clients.append(made["ClientId"])
    return pool["Id"], clients


def _create_identity_pool(aws, imported, pool_id, clients, identifiers):
    cognito = aws.client("cognito-identity")
    provider = f"cognito-idp.{aws.region}.amazonaws.com/{pool_id}"
    pool = cognito.create_identity_pool(
        IdentityPoolName=imported.get("identityPoolName") or "imported",
        AllowUnauthenticatedIdentities=bool(imported.get("allowUnauthenticatedIdentities")),
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": client} for client in clients],
    )
    identifiers.set(imported["identityPoolId"], pool["IdentityPoolId"])
    roles = {"authenticated": imported.get("authRoleArn"), "unauthenticated": imported.get("unauthRoleArn")}
    cognito.set_identity_pool_roles(
        IdentityPoolId=pool["IdentityPoolId"], Roles={kind: arn for kind, arn in roles.items() if arn}
    )
