//! Variants of auth: what is said in `defineAuth`, what an override sets, what is told.

use serde_json::{Map, Value, json};

use super::{generated, text, told};
use crate::{
    backend::{finding::Severity, interpret},
    generate::{GenerateOptions, Generated, generate},
    project::fixture::ProjectFiles,
};

/// A project with a user pool and whatever else its stack holds.
fn with_auth(pool: Value, more: Value, config: Value) -> ProjectFiles {
    let mut resources = Map::from_iter([(
        "UserPool".to_owned(),
        json!({"Type": "AWS::Cognito::UserPool", "Properties": pool}),
    )]);
    resources.extend(more.as_object().cloned().unwrap_or_default());
    ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            json!({"Parameters": {"env": {"Type": "String"}}, "Resources": resources}),
            json!({"env": "main"}),
        )
        .json_in_tree("auth/users/cli-inputs.json", &json!({ "cognitoConfig": config }))
}

fn auth(pool: Value, more: Value, config: Value) -> Generated {
    generated(&with_auth(pool, more, config), "main")
}

fn definition(generated: &Generated) -> String {
    text(generated, "amplify/auth/resource.ts")
}

fn overrides(generated: &Generated) -> String {
    text(generated, "amplify/auth/overrides.ts")
}

fn contains(code: &str, expected: &[&str]) {
    for part in expected {
        assert!(code.contains(part), "{part}\n--- in\n{code}");
    }
}

fn web_client(properties: Value) -> Value {
    json!({"UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": properties}})
}

#[test]
fn every_form_of_signing_in_is_what_the_pool_has() {
    let cases: [(Value, &str, &str); 5] = [
        (
            json!({"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
            "    email: true,\n",
            "cfnUserPool.usernameConfiguration = undefined;",
        ),
        (
            json!({"UsernameAttributes": ["phone_number"], "AutoVerifiedAttributes": ["phone_number"]}),
            "    phone: true,\n",
            "cfnUserPool.usernameConfiguration = undefined;",
        ),
        (
            json!({"UsernameAttributes": ["email", "phone_number"], "AutoVerifiedAttributes": ["email", "phone_number"]}),
            "    email: true,\n    phone: true,\n",
            "cfnUserPool.usernameConfiguration = undefined;",
        ),
        (
            json!({"AutoVerifiedAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": true}}),
            "    email: true,\n",
            "cfnUserPool.usernameAttributes = undefined;",
        ),
        (
            json!({"AliasAttributes": ["email", "phone_number", "preferred_username"]}),
            "    email: true,\n    phone: true,\n",
            "cfnUserPool.aliasAttributes = [\n    'email',\n    'phone_number',\n    'preferred_username',\n  ];",
        ),
    ];
    for (pool, said, set) in cases {
        let generated = auth(pool, json!({}), json!({}));
        contains(&definition(&generated), &[said]);
        contains(&overrides(&generated), &[set]);
    }
    let phone = auth(json!({"UsernameAttributes": ["phone_number"]}), json!({}), json!({}));
    assert!(!definition(&phone).contains("email: true"), "{}", definition(&phone));
}

#[test]
fn bounds_of_numbers_may_be_negative_or_missing() {
    let schema = json!([
        {"Name": "email", "Required": true, "Mutable": true},
        {"Name": "debt", "AttributeDataType": "Number", "Mutable": true, "NumberAttributeConstraints": {"MinValue": "-5", "MaxValue": "0"}},
        {"Name": "points", "AttributeDataType": "Number", "Mutable": true, "NumberAttributeConstraints": {"MinValue": "1"}},
        {"Name": "rank", "AttributeDataType": "Number", "Mutable": true},
        {"Name": "joined", "AttributeDataType": "DateTime", "Mutable": false},
        {"Name": "founder", "AttributeDataType": "Boolean", "Mutable": true}
    ]);
    let generated = auth(
        json!({"UsernameAttributes": ["email"], "Schema": schema}),
        json!({}),
        json!({}),
    );
    let code = definition(&generated);
    contains(
        &code,
        &[
            "'custom:debt': {\n      dataType: 'Number',\n      mutable: true,\n      min: -5,\n      max: 0,\n    },",
            "'custom:points': {\n      dataType: 'Number',\n      mutable: true,\n      min: 1,\n    },",
            "'custom:rank': {\n      dataType: 'Number',\n      mutable: true,\n    },",
            "'custom:joined': {\n      dataType: 'DateTime',\n      mutable: false,\n    },",
        ],
    );
    assert!(
        !code.contains("NaN") && !overrides(&generated).contains("schema"),
        "{code}"
    );
}

#[test]
fn attributes_that_the_definition_cannot_say_are_said_once() {
    let schema =
        json!([{"Name": "audit", "AttributeDataType": "String", "Mutable": true, "DeveloperOnlyAttribute": true}]);
    let generated = auth(json!({ "Schema": schema }), json!({}), json!({}));
    assert!(!definition(&generated).contains("userAttributes"));
    contains(&overrides(&generated), &["developerOnlyAttribute: true,"]);
}

#[test]
fn messages_stay_texts_whatever_they_hold() {
    let generated = auth(
        json!({
            "AutoVerifiedAttributes": ["email"],
            "EmailVerificationSubject": "It's `you` ${me}",
            "EmailVerificationMessage": "\"{####}\" or ${process.exit()} \\ `now` ü"
        }),
        json!({}),
        json!({}),
    );
    contains(
        &definition(&generated),
        &[
            "verificationEmailSubject: 'It\\'s `you` ${me}',",
            "verificationEmailBody: (createCode) => `\"${createCode()}\" or \\${process.exit()} \\\\ \\`now\\` ü`,",
        ],
    );
}

#[test]
fn links_of_cognito_are_set_as_they_are() {
    let template = json!({"DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailMessageByLink": "{##Click `here`##}", "EmailSubjectByLink": "It's you"});
    let generated = auth(json!({ "VerificationMessageTemplate": template }), json!({}), json!({}));
    contains(
        &overrides(&generated),
        &[
            "defaultEmailOption: 'CONFIRM_WITH_LINK',",
            "emailMessageByLink: '{##Click `here`##}',",
            "emailSubjectByLink: 'It\\'s you',",
        ],
    );
}

#[test]
fn token_validity_keeps_its_unit() {
    let client = json!({
        "RefreshTokenValidity": "90", "AccessTokenValidity": 30, "IdTokenValidity": 2,
        "TokenValidityUnits": {"RefreshToken": "minutes", "AccessToken": "minutes", "IdToken": "hours"}
    });
    let generated = auth(json!({}), web_client(client), json!({}));
    contains(
        &overrides(&generated),
        &[
            "cfnUserPoolClient.refreshTokenValidity = 90;",
            "cfnUserPoolClient.tokenValidityUnits = {\n    refreshToken: 'minutes',\n    accessToken: 'minutes',\n    idToken: 'hours',\n  };",
        ],
    );
}

#[test]
fn settings_of_the_web_client_are_those_of_gen_1() {
    let client = json!({
        "ReadAttributes": ["email", "custom:points"], "WriteAttributes": ["email"], "GenerateSecret": "true",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "EnableTokenRevocation": "false", "AuthSessionValidity": "5"
    });
    let generated = auth(json!({}), web_client(client), json!({}));
    contains(
        &overrides(&generated),
        &[
            "cfnUserPoolClient.readAttributes = [\n    'email',\n    'custom:points',\n  ];",
            "cfnUserPoolClient.generateSecret = true;",
            "cfnUserPoolClient.enableTokenRevocation = false;",
            "cfnUserPoolClient.authSessionValidity = 5;",
            "cfnUserPoolClient.preventUserExistenceErrors = undefined;",
            "cfnUserPoolClient.callbackUrLs = undefined;",
        ],
    );
}

/// Gen 2's own pool does not have them: they are named once the Gen 1 pool is in its place.
#[test]
fn providers_made_in_the_console_are_kept_for_the_clients_that_offer_them() {
    let mut clients = web_client(json!({}));
    clients["UserPoolClient"] = json!({"Type": "AWS::Cognito::UserPoolClient", "Properties": {}});
    let files = with_auth(json!({}), clients, json!({}));
    let project = files.open();
    let mut backend = interpret(&project, None);
    let auth = backend.auth.as_mut().unwrap();
    auth.web_client.as_mut().unwrap().live_identity_providers = vec!["COGNITO".into(), "Bob's `Okta`".into()];
    auth.native_client.as_mut().unwrap().live_identity_providers = vec!["Okta".into()];
    let options = GenerateOptions { branch: "main".into() };
    let generated = generate(&backend, project.files(), &options).unwrap();
    let own = [
        "backend.auth.resources.cfnResources.cfnUserPoolClient.supportedIdentityProviders = [\n    'COGNITO',\n    'Bob\\'s `Okta`',\n  ];",
        "nativeAppClient.supportedIdentityProviders = [\n    'Okta',\n  ];",
    ];
    let backend_file = text(&generated, "amplify/backend.ts");
    let (_, after) = backend_file.split_once("function postRefactor() {").unwrap();
    contains(after, &own);
    assert!(!overrides(&generated).contains("Okta"));
}

#[test]
fn groups_keep_name_precedence_and_rights() {
    let names = ["Bob's `Team`", "größte ${x}", "no role"];
    let mut resources = Map::new();
    for (index, name) in names.iter().enumerate() {
        let mut group = json!({"UserPoolId": "p", "GroupName": name});
        if index < 2 {
            group["Precedence"] = json!((index + 1) * 10);
            group["RoleArn"] = json!({"Fn::GetAtt": [format!("G{index}GroupRole"), "Arn"]});
            let policy = json!({"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}});
            let role = json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}});
            resources.insert(format!("G{index}GroupRole"), role);
        }
        resources.insert(
            format!("G{index}"),
            json!({"Type": "AWS::Cognito::UserPoolGroup", "Properties": group}),
        );
    }
    let identity = json!({"IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}});
    let files = with_auth(json!({}), identity, json!({})).resource(
        "auth",
        "userPoolGroups",
        "Cognito-UserPool-Groups",
        json!({ "Resources": resources }),
        json!({}),
    );
    let generated = generated(&files, "main");
    contains(
        &definition(&generated),
        &["groups: [\n    'Bob\\'s `Team`',\n    'größte ${x}',\n    'no role',\n  ],"],
    );
    contains(
        &overrides(&generated),
        &[
            "groups['Bob\\'s `Team`'].cfnUserGroup.precedence = 10;",
            "groups['größte ${x}'].role.addToPrincipalPolicy(",
            "groups['no role'].cfnUserGroup.precedence = undefined;",
            "groups['no role'].cfnUserGroup.roleArn = undefined;",
        ],
    );
    assert_eq!(overrides(&generated).matches("'s3:GetObject'").count(), 2);
}

#[test]
fn a_hosted_ui_needs_no_provider_and_no_address() {
    let client = json!({"AllowedOAuthFlows": ["implicit"], "AllowedOAuthScopes": ["openid", "shop/read"], "CallbackURLs": [], "LogoutURLs": []});
    let generated = auth(
        json!({}),
        web_client(client),
        json!({"hostedUI": true, "hostedUIDomainName": "sign-in"}),
    );
    let code = definition(&generated);
    contains(
        &code,
        &[
            "callbackUrls: [\n        `https://${hostName}.dabc.amplifyapp.com/`,\n      ],",
            "logoutUrls: [\n        `https://${hostName}.dabc.amplifyapp.com/`,\n      ],",
        ],
    );
    assert!(!code.contains("[],") && !code.contains("scopes"), "{code}");
    contains(
        &overrides(&generated),
        &[
            "cfnUserPoolClient.allowedOAuthFlows = [\n    'implicit',\n  ];",
            "cfnUserPoolClient.allowedOAuthScopes = [\n    'openid',\n    'shop/read',\n  ];",
        ],
    );
    contains(&text(&generated, "amplify/backend.ts"), &[".domain = 'sign-in-main';"]);
}

fn provider(name: &str, kind: &str, details: Value, mapping: Value) -> Value {
    json!({"Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": {
        "UserPoolId": {"Ref": "UserPool"}, "ProviderName": name, "ProviderType": kind, "ProviderDetails": details, "AttributeMapping": mapping}})
}

#[test]
fn oidc_and_saml_providers_are_carried_over_without_their_secrets() {
    let oidc = |secret: &str| json!({"client_id": "id-of-app", "client_secret": secret, "oidc_issuer": "https://id.example.com", "attributes_request_method": "POST", "authorize_scopes": "openid email", "attributes_url_add_attributes": "false"});
    let saml = json!({"MetadataURL": "https://saml.example.com/m", "IDPSignout": "true", "RequestSigningAlgorithm": "rsa-sha256"});
    let providers = json!({
        "One": provider("My-Oidc", "OIDC", oidc("first-secret"), json!({"username": "sub", "email": "mail"})),
        "Two": provider("My_Oidc", "OIDC", oidc("second-secret"), json!({"email": "email"})),
        "Three": provider("Saml-1", "SAML", saml.clone(), json!({"email": "mail"})),
        "Four": provider("it's `4`", "SAML", saml, json!({"custom:x": "x"})),
    });
    let generated = auth(json!({"UsernameAttributes": ["email"]}), providers, json!({}));
    let code = definition(&generated);
    contains(
        &code,
        &[
            "name: 'My-Oidc',\n          clientId: secret('MY_OIDC_CLIENT_ID'),\n          clientSecret: secret('MY_OIDC_CLIENT_SECRET'),",
            "clientSecret: secret('MY_OIDC_2_CLIENT_SECRET'),",
            "attributeRequestMethod: 'POST',",
            "saml: {\n        name: 'Saml-1',",
            "idpSignout: true,",
        ],
    );
    let set = overrides(&generated);
    contains(
        &set,
        &[
            "attributeMapping = {\n    username: 'sub',\n    email: 'mail',\n  };",
            "addPropertyOverride('ProviderDetails.attributes_url_add_attributes', 'false');",
            "new UserPoolIdentityProviderSaml(backend.auth.stack, 'it\\'s `4`', {",
            "addPropertyOverride('ProviderDetails.RequestSigningAlgorithm', 'rsa-sha256');",
        ],
    );
    for file in [code, set] {
        for hidden in ["first-secret", "second-secret", "id-of-app"] {
            assert!(!file.contains(hidden), "{file}");
        }
    }
    assert_eq!(told(&generated, "auth-social-secrets").len(), 2);
}

#[test]
fn a_mapping_without_the_address_gets_none() {
    let meta = json!([{"ProviderName": "Google", "authorize_scopes": "openid,email", "AttributeMapping": {"name": "name", "username": "sub"}}]);
    let generated = auth(
        json!({"UsernameAttributes": ["email"]}),
        json!({}),
        json!({"hostedUIProviderMeta": meta.to_string()}),
    );
    contains(
        &definition(&generated),
        &["scopes: [\n          'openid',\n          'email',\n        ],"],
    );
    contains(
        &overrides(&generated),
        &[
            "const cfnGoogleIdP = userPool.node.scope!.node.findChild('GoogleIdP').node.defaultChild as CfnUserPoolIdentityProvider;",
            "cfnGoogleIdP.attributeMapping = {\n    name: 'name',\n    username: 'sub',\n  };",
        ],
    );
}

#[test]
fn triggers_of_every_kind_are_connected() {
    let arn = |function: &str| json!({"Fn::GetAtt": [format!("function{function}"), "Outputs.Arn"]});
    let events = [
        "PreSignUp",
        "CustomMessage",
        "UserMigration",
        "PostConfirmation",
        "PreAuthentication",
        "PostAuthentication",
    ];
    let challenges = [
        "DefineAuthChallenge",
        "CreateAuthChallenge",
        "VerifyAuthChallengeResponse",
    ];
    let mut configuration = Map::new();
    for event in events.iter().chain(&challenges) {
        configuration.insert((*event).to_owned(), json!({"Ref": "hook"}));
    }
    configuration.insert(
        "PreTokenGenerationConfig".into(),
        json!({"LambdaArn": {"Ref": "hook"}, "LambdaVersion": "V2_0"}),
    );
    configuration.insert(
        "CustomEmailSender".into(),
        json!({"LambdaArn": {"Ref": "hook"}, "LambdaVersion": "V1_0"}),
    );
    configuration.insert(
        "CustomSMSSender".into(),
        json!({"LambdaArn": {"Ref": "hook"}, "LambdaVersion": "V1_0"}),
    );
    configuration.insert("KMSKeyID".into(), json!("arn:aws:kms:eu-west-1:123456789012:key/k"));
    let template = json!({
        "Parameters": {"env": {"Type": "String"}, "hook": {"Type": "String"}},
        "Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool", "Properties": {"LambdaConfig": configuration}}}
    });
    let files = ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            template,
            json!({"env": "main", "hook": arn("any")}),
        )
        .function("any", json!({}), json!({}));
    let generated = generated(&files, "main");
    let code = definition(&generated);
    for event in events.iter().chain(&challenges) {
        let key = format!("{}{}: anyFunction,", event[..1].to_lowercase(), &event[1..]);
        contains(&code, &[&key]);
    }
    contains(
        &overrides(&generated),
        &[
            "(userPool as UserPool).addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, backend.anyFunction.resources.lambda, LambdaVersion.V2_0);",
            "addPropertyOverride('LambdaConfig.KMSKeyID', 'arn:aws:kms:eu-west-1:123456789012:key/k');",
            "addPropertyOverride('LambdaConfig.CustomEmailSender', {\n    LambdaArn: backend.anyFunction.resources.lambda.functionArn,\n    LambdaVersion: 'V1_0',\n  });",
            "backend.anyFunction.resources.lambda.addPermission('CustomSMSSender', {",
        ],
    );
    assert!(told(&generated, "auth-trigger-not-generated").is_empty());
}

#[test]
fn the_key_of_the_captcha_is_a_secret() {
    let more = json!({"LambdaFunction": {"Properties": {"Environment": {"Variables": {"RECAPTCHASECRET": {"Ref": "RECAPTCHASECRET"}}}}}});
    let files = with_auth(json!({}), json!({}), json!({})).function(
        "verify",
        more,
        json!({"RECAPTCHASECRET": "the-key-itself"}),
    );
    let generated = generated(&files, "main");
    contains(
        &text(&generated, "amplify/function/verify/resource.ts"),
        &["RECAPTCHASECRET: secret('RECAPTCHASECRET'),"],
    );
    for (path, bytes) in generated.tree.iter() {
        assert!(!String::from_utf8_lossy(bytes).contains("the-key-itself"), "{path}");
    }
    assert!(
        generated
            .findings
            .iter()
            .all(|finding| !finding.message.contains("the-key-itself"))
    );
}

#[test]
fn identity_pools_without_user_pool_and_user_pools_without_identity_pool() {
    let identity = json!({"IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {
        "AllowUnauthenticatedIdentities": "true", "AllowClassicFlow": "true",
        "SupportedLoginProviders": {"graph.facebook.com": "42"},
        "OpenIdConnectProviderARNs": [{"Fn::GetAtt": ["OpenIdLambdaInputs", "providerArn"]}],
        "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/corp"]}},
        "OpenIdLambdaInputs": {"Type": "Custom::LambdaCallout"}});
    let files =
        ProjectFiles::default().resource("auth", "users", "Cognito", json!({ "Resources": identity }), json!({}));
    let only_identities = generated(&files, "main");
    contains(
        &overrides(&only_identities),
        &[
            "cfnUserPool.adminCreateUserConfig = {\n    allowAdminCreateUserOnly: true,\n  };",
            "cfnIdentityPool.cognitoIdentityProviders = undefined;",
            "cfnIdentityPool.allowClassicFlow = true;",
            "'graph.facebook.com': '42',",
            "`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:oidc-provider/accounts.google.com`,",
            "cfnIdentityPool.samlProviderArns = [",
        ],
    );
    assert_eq!(told(&only_identities, "auth-identity-pool-only").len(), 1);
    assert!(told(&only_identities, "unresolved-value").is_empty());
    let only_users = auth(json!({}), json!({}), json!({}));
    contains(
        &overrides(&only_users),
        &["cfnIdentityPool.allowUnauthenticatedIdentities = false;"],
    );
    assert_eq!(told(&only_users, "auth-user-pool-only").len(), 1);
}

#[test]
fn links_lead_to_the_page_that_is_there() {
    let bucket = json!({"CustomMessageConfirmationBucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": {"Fn::Join": ["-", ["usersverificationbucket", {"Ref": "env"}]]}}}});
    let pool = json!({"LambdaConfig": {"CustomMessage": {"Fn::GetAtt": ["functionmail", "Outputs.Arn"]}}});
    let mut template =
        json!({"Parameters": {"env": {"Type": "String"}, "mail": {"Type": "String"}}, "Resources": bucket});
    template["Resources"]["UserPool"] = json!({"Type": "AWS::Cognito::UserPool", "Properties": pool});
    template["Resources"]["UserPool"]["Properties"]["LambdaConfig"]["CustomMessage"] = json!({"Ref": "mail"});
    let files = ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            template,
            json!({"env": "main", "mail": {"Fn::GetAtt": ["functionmail", "Outputs.Arn"]}}),
        )
        .function("mail", json!({}), json!({}))
        .in_tree("auth/users/assets/index.html", "<html>");
    let generated = generated(&files, "main");
    assert_eq!(text(&generated, "amplify/auth/verification-page/index.html"), "<html>");
    contains(
        &text(&generated, "amplify/auth/verification-page.ts"),
        &[
            "if (isMigratedBranch) {\n    return;",
            "bucketName: `usersverificationbucket-${environment}`,",
            "backend.mail.addEnvironment('ENV', environment);",
        ],
    );
    assert!(told(&generated, "extra-resource").is_empty());
    assert_eq!(told(&generated, "auth-verification-page").len(), 1);
}

#[test]
fn further_clients_and_own_domains_are_told() {
    let more = json!({
        "BackOffice": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "UserPool"}}},
        "Domain": {"Type": "AWS::Cognito::UserPoolDomain", "Properties": {"Domain": "auth.example.com", "CustomDomainConfig": {"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/c"}}}
    });
    let generated = auth(json!({}), more, json!({}));
    let finding = |id: &str| generated.findings.iter().find(|finding| finding.id == id).unwrap();
    assert!(
        finding("extra-resource")
            .remedy
            .contains("DeletionPolicy Retain on the client")
    );
    assert!(finding("auth-custom-domain").message.contains("auth.example.com"));
}

#[test]
fn every_mode_and_factor_of_mfa() {
    let cases: [(Value, &[&str]); 5] = [
        (
            json!({"MfaConfiguration": "OFF"}),
            &["multifactor: {\n    mode: 'OFF',\n  },"],
        ),
        (
            json!({"MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"], "SmsAuthenticationMessage": "`{####}` ${x}"}),
            &[
                "mode: 'REQUIRED',",
                "smsMessage: (createCode) => `\\`${createCode()}\\` \\${x}`,",
            ],
        ),
        (
            json!({"MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"]}),
            &["mode: 'OPTIONAL',\n    totp: true,\n  },"],
        ),
        (
            json!({"MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]}),
            &["mode: 'REQUIRED',\n    totp: true,\n    sms: true,\n  },"],
        ),
        (
            json!({"MfaConfiguration": "OPTIONAL", "EnabledMfas": ["EMAIL_OTP"]}),
            &["defineAuth({"],
        ),
    ];
    for (pool, expected) in cases {
        contains(&definition(&auth(pool, json!({}), json!({}))), expected);
    }
    let email = auth(
        json!({"MfaConfiguration": "OPTIONAL", "EnabledMfas": ["EMAIL_OTP"]}),
        json!({}),
        json!({}),
    );
    contains(
        &overrides(&email),
        &[
            "cfnUserPool.mfaConfiguration = 'OPTIONAL';",
            "cfnUserPool.enabledMfas = [\n    'EMAIL_OTP',\n  ];",
        ],
    );
}

#[test]
fn telephone_numbers_without_text_messages_as_a_factor() {
    let generated = auth(
        json!({"UsernameAttributes": ["email", "phone_number"], "MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"]}),
        json!({}),
        json!({}),
    );
    assert!(!definition(&generated).contains("multifactor"), "defineAuth refuses it");
    contains(
        &overrides(&generated),
        &["cfnUserPool.enabledMfas = [\n    'SOFTWARE_TOKEN_MFA',\n  ];"],
    );
}

#[test]
fn text_messages_go_out_with_the_role_that_the_pool_has() {
    let pool = |arn: Value| json!({"UsernameAttributes": ["phone_number"], "SmsConfiguration": {"ExternalId": "x", "SnsCallerArn": arn}});
    let theirs = auth(pool(json!("arn:aws:iam::1:role/theirs")), json!({}), json!({}));
    contains(&overrides(&theirs), &["snsCallerArn: 'arn:aws:iam::1:role/theirs',"]);
    assert!(!overrides(&theirs).contains("new Role("));
    let own = json!({"SNSRole": {"Type": "AWS::IAM::Role"}});
    let ours = auth(pool(json!({"Fn::GetAtt": ["SNSRole", "Arn"]})), own, json!({}));
    contains(&overrides(&ours), &["snsCallerArn: smsRole.roleArn,"]);
}

#[test]
fn account_recovery_in_every_form() {
    let mechanisms = |names: &[&str]| -> Value {
        let listed: Vec<Value> = names
            .iter()
            .enumerate()
            .map(|(index, name)| json!({"Name": name, "Priority": index + 1}))
            .collect();
        json!({"AccountRecoverySetting": {"RecoveryMechanisms": listed}})
    };
    for (names, recovery) in [
        (&["verified_email"][..], "EMAIL_ONLY"),
        (&["verified_phone_number"], "PHONE_ONLY_WITHOUT_MFA"),
        (
            &["verified_email", "verified_phone_number"],
            "EMAIL_AND_PHONE_WITHOUT_MFA",
        ),
        (
            &["verified_phone_number", "verified_email"],
            "PHONE_WITHOUT_MFA_AND_EMAIL",
        ),
        (&["admin_only"], "NONE"),
    ] {
        let generated = auth(mechanisms(names), json!({}), json!({}));
        contains(&definition(&generated), &[&format!("accountRecovery: '{recovery}',")]);
        assert!(!overrides(&generated).contains("accountRecovery"), "{recovery}");
    }
    let unset = auth(json!({}), json!({}), json!({}));
    contains(&definition(&unset), &["accountRecovery: 'PHONE_AND_EMAIL',"]);
}

#[test]
fn rights_of_users_go_to_the_roles_of_the_imported_identity_pool() {
    let policy = json!({"Resources": {"Rights": {"Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": "p", "Roles": [{"Ref": "role"}],
        "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "polly:SynthesizeSpeech", "Resource": "*"}]}}}},
        "Parameters": {"role": {"Type": "String"}}});
    let of_environment = json!({"main": {
        "awscloudformation": {"StackName": "amplify-app-main-12ab", "Region": "eu-west-1", "DeploymentBucketName": "d",
            "AuthRoleName": "amplify-app-main-12ab-authRole", "UnauthRoleName": "amplify-app-main-12ab-unauthRole"},
        "categories": {"auth": {"borrowed": {
            "userPoolId": "p", "webClientId": "w", "nativeClientId": "n", "identityPoolId": "i",
            "authRoleArn": "arn:aws:iam::1:role/theirs", "authRoleName": "theirs",
            "unauthRoleArn": "arn:aws:iam::1:role/guests", "unauthRoleName": "guests"}}}}});
    let files = |role: &str| {
        ProjectFiles::default()
            .json("amplify/team-provider-info.json", &of_environment)
            .entry(
                "auth",
                "borrowed",
                json!({"service": "Cognito", "serviceType": "imported"}),
            )
            .resource("predictions", "speak", "Polly", policy.clone(), json!({ "role": role }))
    };
    let theirs = generated(&files("theirs"), "main");
    contains(
        &definition(&theirs),
        &["referenceAuth({", "authRoleArn: 'arn:aws:iam::1:role/theirs',"],
    );
    contains(
        &overrides(&theirs),
        &["backend.auth.resources.authenticatedUserIamRole.addToPrincipalPolicy("],
    );
    // Nobody gets the role of the environment, so its rights are not given to the imported one.
    let ours = generated(&files("amplify-app-main-12ab-authRole"), "main");
    assert!(ours.tree.get("amplify/auth/overrides.ts").is_none());
    assert_eq!(told(&ours, "policy-of-unknown-role").len(), 1);
}

#[test]
fn an_imported_user_pool_alone_is_told_before_anything_else() {
    let entry = json!({"service": "Cognito", "serviceType": "imported", "output": {"UserPoolId": "p", "AppClientIDWeb": "w", "AppClientID": "n"}});
    let alone = ProjectFiles::default().entry("auth", "borrowed", entry);
    let severity = |files: &ProjectFiles| {
        let generated = generated(files, "main");
        assert!(generated.tree.get("amplify/auth/resource.ts").is_none());
        let finding = generated.findings.iter().find(|finding| finding.id == "auth-imported");
        finding.unwrap().severity
    };
    assert_eq!(severity(&alone), Severity::Manual);
    let with_api = alone.graphql("api", "type A @model @auth(rules: [{allow: owner}]) { id: ID! }");
    assert_eq!(severity(&with_api), Severity::Blocker);
}

#[test]
fn another_role_for_users_is_told() {
    let roles = |role: Value| {
        json!({"IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}, "Own": {"Type": "AWS::IAM::Role"},
        "Map": {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": {"IdentityPoolId": {"Ref": "IdentityPool"}, "Roles": {"authenticated": role}}}})
    };
    let own = auth(json!({}), roles(json!({"Fn::GetAtt": ["Own", "Arn"]})), json!({}));
    assert_eq!(told(&own, "auth-identity-roles").len(), 1);
    let named = auth(json!({}), roles(json!("arn:aws:iam::1:role/r")), json!({}));
    assert!(told(&named, "auth-identity-roles").is_empty());
}

#[test]
fn tags_of_the_pool_are_added_to_those_of_amplify() {
    let pool = json!({"UsernameAttributes": ["email"], "UserPoolTags": {"team": "fleet", "cost center": {"Ref": "AWS::Region"}}});
    let code = overrides(&auth(pool, json!({}), json!({})));
    contains(
        &code,
        &[
            "Tags.of(cfnUserPool).add('team', 'fleet');",
            "Tags.of(cfnUserPool).add('cost center', Aws.REGION);",
        ],
    );
}
