use serde_json::{Value, json};

use super::{auth, differ, features, project};
use crate::backend::model::FeatureKind as K;

#[test]
fn overrides_count_when_they_do_something() {
    let skeleton = "export function override(resources: T) {\n  // nothing\n}\n";
    let real = "import { T } from 'x';\n\nexport function override(resources: T) {\n  resources.userPool.userPoolName = 'x';\n}\n";
    let base = auth(&json!({}), json!({}));
    differ(&base, &base.clone().in_tree("auth/users/override.ts", skeleton), &[]);
    let with = base.clone().in_tree("auth/users/override.ts", real);
    differ(&base, &with, &[K::Overrides]);
    let found = features(&with);
    assert_eq!(found[0].location.line, Some(3));
    assert!(found[0].location.path.ends_with("auth/users/override.ts"));
    differ(
        &base,
        &base.clone().in_tree("awscloudformation/override.ts", skeleton),
        &[],
    );
    differ(
        &base,
        &base.clone().in_tree("awscloudformation/override.ts", real),
        &[K::ProjectOverride],
    );
}

#[test]
fn auth_features_come_from_the_inputs_and_the_template() {
    let base = auth(&json!({}), json!({}));
    for (config, expected) in [
        (json!({"authProvidersUserPool": ["Google"]}), vec![K::AuthSocialGoogle]),
        (
            json!({"hostedUIProviderMeta": "[{\"ProviderName\":\"SignInWithApple\"},{\"ProviderName\":\"LoginWithAmazon\"}]"}),
            vec![K::AuthSocialApple, K::AuthSocialAmazon],
        ),
        (
            json!({"authProvidersUserPool": ["Facebook"], "hostedUI": true}),
            vec![K::AuthSocialFacebook, K::AuthOauth],
        ),
        (json!({"hostedUIDomainName": "x"}), vec![K::AuthOauth]),
        (
            json!({"thirdPartyAuth": true, "authProviders": ["graph.facebook.com"]}),
            vec![K::AuthThirdPartyIdentityPool],
        ),
        (
            json!({"adminQueries": true, "adminQueryGroup": "Admin"}),
            vec![K::AuthAdminQueries],
        ),
        (
            json!({"userpoolClientSetAttributes": true}),
            vec![K::AuthAttributesReadWrite],
        ),
        (
            json!({"triggers": {"PreSignup": ["email-filter-allowlist"]}}),
            vec![K::AuthTriggerTemplate],
        ),
        (
            json!({"triggers": "{\"CustomMessage\":[\"verification-link\"]}"}),
            vec![K::AuthVerificationLink],
        ),
        (json!({"triggers": {"PostConfirmation": ["custom"]}}), vec![]),
    ] {
        differ(&base, &auth(&config, json!({})), &expected);
    }
    let provider = |kind: &str| json!({"P": {"Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": {"ProviderName": "x", "ProviderType": kind}}});
    differ(&base, &auth(&json!({}), provider("OIDC")), &[K::AuthOidc]);
    differ(&base, &auth(&json!({}), provider("SAML")), &[K::AuthSaml]);
    differ(&base, &auth(&json!({}), provider("Google")), &[]);
    differ(
        &base,
        &auth(&json!({}), json!({"IdentityPool": null})),
        &[K::AuthUserPoolOnly],
    );
    differ(
        &base,
        &auth(&json!({}), json!({"UserPool": null, "UserPoolClientWeb": null})),
        &[K::AuthIdentityPoolOnly],
    );
    let client = json!({"UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ReadAttributes": ["email"], "CallbackURLs": ["https://x/"]}}});
    differ(
        &base,
        &auth(&json!({}), client),
        &[K::AuthAttributesReadWrite, K::AuthOauth],
    );
    let login = json!({"IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {"SupportedLoginProviders": {"accounts.google.com": "x"}}}});
    differ(&base, &auth(&json!({}), login), &[K::AuthThirdPartyIdentityPool]);
    let imported = project().entry(
        "auth",
        "users",
        json!({"service": "Cognito", "serviceType": "imported"}),
    );
    differ(&project(), &imported, &[K::AuthImported]);
}

#[test]
fn policies_of_groups() {
    let base =
        auth(&json!({}), json!({})).entry("auth", "userPoolGroups", json!({"service": "Cognito-UserPool-Groups"}));
    let precedence = |policies: Value| {
        base.clone().json_in_tree(
            "auth/userPoolGroups/user-pool-group-precedence.json",
            &json!([{"groupName": "A", "precedence": 1, "customPolicies": policies}]),
        )
    };
    differ(&base, &precedence(json!([])), &[]);
    differ(
        &base,
        &precedence(json!([{"PolicyName": "x"}])),
        &[K::CustomGroupPolicies],
    );
}
