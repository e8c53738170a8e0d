"""What `referenceAuth` asks of the user pool and identity pool that it is given, and what it tells of them.

As in `lambda/reference_auth_initializer` of `@aws-amplify/backend-auth`.
"""

import json

from ministack.services import cognito as ministack_cognito

REQUIREMENTS = {
    "RequireNumbers": "REQUIRES_NUMBERS",
    "RequireLowercase": "REQUIRES_LOWERCASE",
    "RequireUppercase": "REQUIRES_UPPERCASE",
    "RequireSymbols": "REQUIRES_SYMBOLS",
}
SOCIAL_PROVIDERS = {
    "Google": "GOOGLE",
    "Facebook": "FACEBOOK",
    "SignInWithApple": "SIGN_IN_WITH_APPLE",
    "LoginWithAmazon": "LOGIN_WITH_AMAZON",
}


def describe(request):
    """Refuse what does not belong together; otherwise tell the settings."""
    if request.kind == "Delete":
        return None
    properties = request.properties
    pool = ministack_cognito._user_pools.get(properties.get("userPoolId"))
    if pool is None:
        raise ValueError("Failed to retrieve the specified UserPool.")
    identities = ministack_cognito._identity_pools.get(properties.get("identityPoolId"))
    if identities is None:
        raise ValueError("An error occurred while retrieving the identity pool details.")
    client = pool.get("_clients", {}).get(properties.get("userPoolClientId"))
    if client is None:
        raise ValueError("An error occurred while retrieving the user pool client details.")
    providers = list(pool.get("_identity_providers", {}).values())
    _validate(pool, client, providers, identities, properties)
    return None, _settings(pool, client, providers, identities, properties)


def _validate(pool, client, providers, identities, properties):
    connected = identities.get("CognitoIdentityProviders") or []
    if not connected:
        raise ValueError("The specified identity pool does not have any cognito identity providers.")
    if pool.get("AliasAttributes"):
        raise ValueError(
            "The specified user pool is configured with alias attributes which are not currently supported."
        )
    if providers:
        _validate_oauth(pool, client)
    role_arns = {group.get("RoleArn") for group in pool.get("_groups", {}).values()}
    for group, role_arn in (properties.get("groups") or {}).items():
        if role_arn not in role_arns:
            raise ValueError(
                f"The group '{group}' with role '{role_arn}' does not match any group for the specified user pool."
            )
    wanted = (f"cognito-idp.{properties['region']}.amazonaws.com/{pool['Id']}", client["ClientId"])
    if wanted not in [(provider["ProviderName"], provider["ClientId"]) for provider in connected]:
        raise ValueError(
            "The user pool and user pool client pair do not match any cognito identity providers for the specified"
            " identity pool."
        )
    roles = identities.get("_roles") or {}
    for kind, name in (("authenticated", "authRoleArn"), ("unauthenticated", "unauthRoleArn")):
        if roles.get(kind) != properties.get(name):
            raise ValueError(f"The provided {name} does not match the {kind} role for the specified identity pool.")
    if client.get("ClientSecret"):
        raise ValueError("The specified user pool client is not configured as a web client.")


def _validate_oauth(pool, client):
    if not (pool.get("Domain") or pool.get("CustomDomain")):
        raise ValueError("You must configure a domain for your UserPool if external login providers are enabled.")
    for member, purpose in (("LogoutURLs", "sign-out"), ("CallbackURLs", "callback")):
        if not client.get(member):
            raise ValueError(
                f'Your UserPool client must have "Allowed {purpose} URLs" configured if external login providers are'
                " enabled."
            )


def _settings(pool, client, providers, identities, properties):
    policy = (pool.get("Policies") or {}).get("PasswordPolicy") or {}
    custom_domain, domain = pool.get("CustomDomain"), pool.get("Domain") or ""
    required = [a["Name"].lower() for a in pool.get("SchemaAttributes") or [] if a.get("Required")]
    return {
        "userPoolId": pool["Id"],
        "webClientId": client["ClientId"],
        "identityPoolId": identities["IdentityPoolId"],
        "signupAttributes": _listed(required),
        "usernameAttributes": _listed(a.lower() for a in pool.get("UsernameAttributes") or []),
        "verificationMechanisms": _listed(pool.get("AutoVerifiedAttributes") or []),
        "passwordPolicyMinLength": str(policy.get("MinimumLength", "")),
        "passwordPolicyRequirements": _listed(text for name, text in REQUIREMENTS.items() if policy.get(name)),
        "mfaConfiguration": pool.get("MfaConfiguration") or "OFF",
        "mfaTypes": _listed(_mfa_types(pool)),
        "socialProviders": _listed(_provider_names(providers)),
        "oauthCognitoDomain": custom_domain or f"{domain}.auth.{properties['region']}.amazoncognito.com",
        "allowUnauthenticatedIdentities": "true" if identities.get("AllowUnauthenticatedIdentities") else "false",
        "oauthScope": _listed(client.get("AllowedOAuthScopes") or []),
        "oauthRedirectSignIn": ",".join(client.get("CallbackURLs") or []),
        "oauthRedirectSignOut": ",".join(client.get("LogoutURLs") or []),
        "oauthResponseType": ",".join(client.get("AllowedOAuthFlows") or []),
        "oauthClientId": client["ClientId"],
    }


def _mfa_types(pool):
    if pool.get("SmsConfiguration"):
        yield "SMS_MFA"
    if (pool.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"):
        yield "TOTP"


def _provider_names(providers):
    for provider in providers:
        kind = provider.get("ProviderType")
        if kind in ("OIDC", "SAML"):
            yield provider["ProviderName"]
        elif kind in SOCIAL_PROVIDERS:
            yield SOCIAL_PROVIDERS[kind]


def _listed(values):
    return json.dumps(list(values), separators=(",", ":"))
