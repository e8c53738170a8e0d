"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
function override(resources) {
    const { userPool, userPoolClient, userPoolClientWeb } = resources;
    userPool.schema = [
        ...userPool.schema,
        { name: 'balance', attributeDataType: 'Number', mutable: true, numberAttributeConstraints: { minValue: '-5', maxValue: '1000' } },
        { name: 'points', attributeDataType: 'Number', mutable: true, numberAttributeConstraints: { minValue: '0' } },
        { name: 'nickname_at_door', attributeDataType: 'String', mutable: true, stringAttributeConstraints: { maxLength: '40' } },
        { name: 'joined', attributeDataType: 'DateTime', mutable: false },
        { name: 'founder', attributeDataType: 'Boolean', mutable: false },
        { name: 'audit', attributeDataType: 'String', mutable: true, developerOnlyAttribute: true },
    ];
    userPool.addPropertyOverride('Policies.PasswordPolicy.TemporaryPasswordValidityDays', 3);
    userPool.accountRecoverySetting = { recoveryMechanisms: [{ name: 'verified_email', priority: 1 }] };
    userPool.deviceConfiguration = { challengeRequiredOnNewDevice: true, deviceOnlyRememberedOnUserPrompt: true };
    userPool.userPoolAddOns = { advancedSecurityMode: 'AUDIT' };
    userPool.deletionProtection = 'ACTIVE';
    userPool.emailConfiguration = {
        emailSendingAccount: 'DEVELOPER',
        from: 'The "club" <hello@club.example.com>',
        replyToEmailAddress: 'office@club.example.com',
        sourceArn: 'arn:aws:ses:us-east-1:123456789012:identity/club.example.com',
    };
    userPool.adminCreateUserConfig = {
        allowAdminCreateUserOnly: false,
        inviteMessageTemplate: {
            emailSubject: 'You are invited, {username}',
            emailMessage: 'Hello {username}, your "first" password is {####} — `keep` it.',
            smsMessage: '{username}: {####}',
        },
    };
    for (const client of [userPoolClient, userPoolClientWeb]) {
        client.explicitAuthFlows = ['ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'];
        client.preventUserExistenceErrors = 'ENABLED';
        client.accessTokenValidity = 30;
        client.idTokenValidity = 2;
        client.tokenValidityUnits = { refreshToken: 'days', accessToken: 'minutes', idToken: 'hours' };
        client.enableTokenRevocation = true;
        client.authSessionValidity = 5;
    }
    // members of the club's directory and of its partners sign in without an account of their own
    resources.addCfnResource({
        type: 'AWS::Cognito::UserPoolIdentityProvider',
        properties: {
            UserPoolId: { Ref: 'UserPool' },
            ProviderName: 'Club-Directory',
            ProviderType: 'OIDC',
            ProviderDetails: {
                client_id: 'club-directory',
                client_secret: 'directory-not-a-real-secret',
                attributes_request_method: 'GET',
                oidc_issuer: 'https://id.club.example.com',
                authorize_scopes: 'openid email',
            },
            AttributeMapping: { email: 'email', 'custom:audit': 'aud' },
            IdpIdentifiers: ['club.example.com'],
        },
    }, 'ClubDirectory');
    for (const [logicalId, name] of [
        ['PartnerOne', 'Partner-One'],
        ['PartnerTwo', 'Partner_Two'],
    ]) {
        resources.addCfnResource({
            type: 'AWS::Cognito::UserPoolIdentityProvider',
            properties: {
                UserPoolId: { Ref: 'UserPool' },
                ProviderName: name,
                ProviderType: 'SAML',
                ProviderDetails: { MetadataURL: `https://${name.toLowerCase().replace('_', '-')}.example.com/saml/metadata`, IDPSignout: 'true' },
                AttributeMapping: { email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress' },
            },
        }, logicalId);
    }
    resources.addCfnResource({
        type: 'AWS::Cognito::UserPoolResourceServer',
        properties: {
            UserPoolId: { Ref: 'UserPool' },
            Identifier: 'library',
            Name: "The club's library",
            Scopes: [
                { ScopeName: 'read', ScopeDescription: 'Look `books` up' },
                { ScopeName: 'lend', ScopeDescription: 'Lend "books"' },
            ],
        },
    }, 'LibraryServer');
    userPoolClientWeb.addPropertyOverride('SupportedIdentityProviders', [
        'Facebook',
        'Google',
        'LoginWithAmazon',
        'SignInWithApple',
        'COGNITO',
        'Club-Directory',
        'Partner-One',
        'Partner_Two',
    ]);
    userPoolClientWeb.addPropertyOverride('AllowedOAuthScopes', ['email', 'openid', 'profile', 'library/read']);
    userPoolClientWeb.addOverride('DependsOn', [
        'HostedUIProvidersCustomResourceInputs',
        'UserPool',
        'ClubDirectory',
        'PartnerOne',
        'PartnerTwo',
        'LibraryServer',
    ]);
}
exports.override = override;
