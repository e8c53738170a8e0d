//! A hosted UI goes with its user pool, forward and back, from every state in which a run can end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    fixture::{World, done, edit, proven, shop},
    interruption,
};
use crate::{
    backend::finding::Severity,
    cloudformation::Template,
    deployment::{
        HostedUi, LiveIdentityProvider, LiveResourceServer, Output, ProviderSetting, StackResource, UserPoolDomain,
    },
    error::CodedError,
    refactor::{
        HostedUiReading, KnownAttributes, PlanError, RefactorOperation, RefactorPlan, UpdatePurpose, UpdateStack,
        operation_files,
    },
};

const AUTH1: &str = "amplify-shop-dev-1a2b3-authshop-AAA";
const AUTH2: &str = "amplify-d1shop-main-branch-0123456789-auth179371D7-BBB";
const GEN1_POOL: &str = "amplify-shop-dev-1a2b3-authshop-AAA.UserPool";
const GEN2_POOL: &str = "amplify-d1shop-main-branch-0123456789-auth179371D7-BBB.amplifyAuthUserPool4BA7F805";

/// Logical ids of Gen 2.
const DOMAIN: &str = "amplifyAuthUserPoolDomain1F688B5B";
const GOOGLE: &str = "amplifyAuthGoogleIdPA9736819";
const SAML: &str = "amplifyAuthSamlIDP11111111";
const LIBRARY: &str = "LibraryServer";

fn provider(details: &[(&str, &str)], mapping: &[(&str, &str)]) -> LiveIdentityProvider {
    LiveIdentityProvider {
        details: details
            .iter()
            .map(|(name, value)| ((*name).into(), ProviderSetting::of(name, value)))
            .collect(),
        attribute_mapping: mapping
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        identifiers: Vec::new(),
    }
}

/// The same on both sides but for domain and client secret.
fn hosted_ui(domain: &str, secret: &str) -> HostedUi {
    let library = LiveResourceServer {
        name: "Library".into(),
        scopes: BTreeMap::from([("read".into(), "Read".into())]),
    };
    HostedUi {
        domain: Some(UserPoolDomain {
            name: domain.into(),
            managed_login_version: Some(1),
            certificate_arn: None,
        }),
        custom_domain: None,
        providers: [
            (
                "Google".to_owned(),
                provider(
                    &[
                        ("client_id", "google-id"),
                        ("client_secret", secret),
                        ("authorize_scopes", "openid email"),
                    ],
                    &[("email", "email")],
                ),
            ),
            ("Partner-One".to_owned(), provider(&[("MetadataURL", "https://p")], &[])),
        ]
        .into_iter()
        .collect(),
        resource_servers: [("library".to_owned(), library)].into_iter().collect(),
    }
}

fn known(gen1: &HostedUi, gen2: &HostedUi) -> KnownAttributes {
    let mut known = KnownAttributes::default();
    known.insert_hosted_ui(GEN1_POOL, HostedUiReading::Read(Box::new(gen1.clone())));
    known.insert_hosted_ui(GEN2_POOL, HostedUiReading::Read(Box::new(gen2.clone())));
    known
}

/// The shop with a hosted UI. Gen 1's domain and Google are made by functions, its SAML provider by the stack itself; Gen 2
/// has all of them as resources, and takes Google's secret from its secret store.
fn club() -> World {
    let mut world = shop();
    let google = json!({
        "ProviderName": "Google", "ProviderType": "Google", "UserPoolId": { "Ref": "amplifyAuthUserPool4BA7F805" },
        "ProviderDetails": {
            "client_id": { "Fn::GetAtt": ["Secrets", "GOOGLE_CLIENT_ID"] },
            "client_secret": { "Fn::GetAtt": ["Secrets", "GOOGLE_CLIENT_SECRET"] },
            "authorize_scopes": "openid email"
        },
        "AttributeMapping": { "email": "email" }
    });
    let saml = |pool: &str| json!({ "ProviderName": "Partner-One", "ProviderType": "SAML", "UserPoolId": { "Ref": pool }, "ProviderDetails": { "MetadataURL": "https://p" } });
    edit(world.gen2_stack("auth179371D7"), |template| {
        let resources = &mut template["Resources"];
        resources["Secrets"] =
            json!({ "Type": "Custom::AmplifySecretFetcherResource", "Properties": { "ServiceToken": "arn" } });
        resources[DOMAIN] = json!({
            "Type": "AWS::Cognito::UserPoolDomain",
            "Properties": { "Domain": "gen2-hash", "UserPoolId": { "Ref": "amplifyAuthUserPool4BA7F805" } }
        });
        resources[GOOGLE] = json!({ "Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": google, "DeletionPolicy": "Retain" });
        resources[SAML] = json!({
            "Type": "AWS::Cognito::UserPoolIdentityProvider", "DependsOn": [GOOGLE], "Properties": saml("amplifyAuthUserPool4BA7F805")
        });
        resources[LIBRARY] = json!({
            "Type": "AWS::Cognito::UserPoolResourceServer",
            "Properties": {
                "Identifier": "library", "Name": "Library", "UserPoolId": { "Ref": "amplifyAuthUserPool4BA7F805" },
                "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Read" }]
            }
        });
        let web = &mut resources["amplifyAuthUserPoolAppClient2626C6F8"];
        web["Properties"]["SupportedIdentityProviders"] = json!([{ "Ref": GOOGLE }, { "Ref": SAML }, "COGNITO"]);
        web["DependsOn"] = json!([LIBRARY, DOMAIN]);
        template["Outputs"]["domain"] = json!({ "Value": { "Ref": DOMAIN } });
    });
    for (logical_id, resource_type, physical_id) in [
        ("Secrets", "Custom::AmplifySecretFetcherResource", "secrets"),
        (DOMAIN, "AWS::Cognito::UserPoolDomain", "gen2-hash"),
        (GOOGLE, "AWS::Cognito::UserPoolIdentityProvider", "Google"),
        (SAML, "AWS::Cognito::UserPoolIdentityProvider", "Partner-One"),
        (LIBRARY, "AWS::Cognito::UserPoolResourceServer", "library"),
    ] {
        own(&mut world, AUTH2, logical_id, resource_type, physical_id);
    }
    output(&mut world, AUTH2, "domain", "gen2-hash");
    edit(world.gen1_stack("authshop"), |template| {
        template["Resources"]["PartnerOne"] =
            json!({ "Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": saml("UserPool") });
        template["Outputs"]["HostedUIDomain"] = json!({ "Value": "shop-dev" });
    });
    own(
        &mut world,
        AUTH1,
        "PartnerOne",
        "AWS::Cognito::UserPoolIdentityProvider",
        "Partner-One",
    );
    output(&mut world, AUTH1, "HostedUIDomain", "shop-dev");
    world.known = Some(known(
        &hosted_ui("shop-dev", "s3cret"),
        &hosted_ui("gen2-hash", "s3cret"),
    ));
    world
}

fn own(world: &mut World, stack: &str, logical_id: &str, resource_type: &str, physical_id: &str) {
    let owned = StackResource {
        resource_type: resource_type.into(),
        physical_id: Some(physical_id.into()),
        status: "CREATE_COMPLETE".into(),
    };
    world.stack_mut(stack).resources.insert(logical_id.into(), owned);
}

fn output(world: &mut World, stack: &str, key: &str, value: &str) {
    world.stack_mut(stack).outputs.push(Output {
        output_key: key.into(),
        output_value: value.into(),
        export_name: None,
        description: None,
    });
}

fn updates(plan: &RefactorPlan, purpose: UpdatePurpose) -> Vec<&UpdateStack> {
    plan.operations
        .iter()
        .filter_map(|operation| match &operation.operation {
            RefactorOperation::UpdateStack(update) if update.purpose == purpose => Some(update),
            _ => None,
        })
        .collect()
}

fn ids(update: &UpdateStack) -> Vec<&str> {
    update
        .resources
        .iter()
        .map(|resource| resource.logical_id.as_str())
        .collect()
}

fn template(world: &World, stack: &str) -> Template {
    world.templates()[stack].clone()
}

#[test]
fn gen2_lets_its_own_go_and_takes_over_those_of_the_pool_that_it_gets() {
    let plan = proven(club().forward().unwrap());
    let [release] = updates(&plan, UpdatePurpose::Release)[..] else {
        panic!("one release");
    };
    assert_eq!(ids(release), [DOMAIN, GOOGLE, SAML, LIBRARY]);
    assert_eq!(release.allowed_changes.released, [DOMAIN, GOOGLE, SAML, LIBRARY]);
    for resource in &release.resources {
        assert_eq!(resource.user_pool_id, GEN2_POOL);
        let before = release.before.resource(&resource.logical_id).unwrap();
        assert_eq!(
            (before.deletion_policy(), before.update_replace_policy()),
            (Some("Retain"), Some("Retain"))
        );
    }
    let [adopt] = updates(&plan, UpdatePurpose::Adopt)[..] else {
        panic!("one adoption");
    };
    // The SAML provider is a resource of Gen 1's stack: it moves with the user pool.
    assert_eq!(ids(adopt), [DOMAIN, GOOGLE, LIBRARY]);
    let identifiers: Vec<Value> = adopt
        .imports()
        .iter()
        .map(|import| json!(import.resource_identifier))
        .collect();
    assert_eq!(
        identifiers,
        [
            json!({ "UserPoolId": GEN1_POOL, "Domain": "shop-dev" }),
            json!({ "UserPoolId": GEN1_POOL, "ProviderName": "Google" }),
            json!({ "UserPoolId": GEN1_POOL, "Identifier": "library" }),
        ]
    );
    let end = done(&club(), &plan);
    let owned = &end.gen2.nested["auth179371D7"].stack.resources;
    assert_eq!(owned[DOMAIN].physical_id.as_deref(), Some("shop-dev"));
    assert_eq!(owned[SAML].physical_id.as_deref(), Some("Partner-One"));
    assert!(!end.gen1.nested["authshop"].stack.resources.contains_key("PartnerOne"));
}

#[test]
fn the_template_says_what_is_live_and_never_a_secret() {
    let mut world = club();
    let mut gen1 = hosted_ui("shop-dev", "gen1-very-secret");
    gen1.providers
        .get_mut("Google")
        .unwrap()
        .details
        .insert("authorize_scopes".into(), ProviderSetting::Plain("openid".into()));
    world.known = Some(known(&gen1, &hosted_ui("gen2-hash", "gen2-very-secret")));
    let plan = proven(world.forward().unwrap());
    let end = done(&world, &plan);
    let live = template(&end, AUTH2);
    let details = live
        .resource(GOOGLE)
        .unwrap()
        .property("ProviderDetails")
        .unwrap()
        .clone();
    assert_eq!(
        details,
        json!({
            "client_id": { "Fn::GetAtt": ["Secrets", "GOOGLE_CLIENT_ID"] },
            "client_secret": { "Fn::GetAtt": ["Secrets", "GOOGLE_CLIENT_SECRET"] },
            "authorize_scopes": "openid"
        })
    );
    assert_eq!(
        live.resource(DOMAIN).unwrap().property("Domain"),
        Some(&json!("shop-dev"))
    );
    assert_eq!(
        live.resource(DOMAIN).unwrap().property("UserPoolId"),
        Some(&json!({ "Ref": "amplifyAuthUserPool4BA7F805" }))
    );
    let written: Vec<String> = operation_files(&plan.operations)
        .into_iter()
        .map(|file| file.contents)
        .chain([
            serde_json::to_string(&plan.record).unwrap(),
            format!("{:?}", plan.findings),
        ])
        .collect();
    assert!(!written.iter().any(|text| text.contains("very-secret")));
    let told = |id: &str, severity: Severity, text: &str| {
        plan.findings
            .iter()
            .any(|finding| finding.id == id && finding.severity == severity && finding.message.contains(text))
    };
    assert!(told(
        "refactor-hosted-ui-secret-differs",
        Severity::Manual,
        "ProviderDetails.client_secret"
    ));
    assert!(told(
        "refactor-hosted-ui-differs",
        Severity::Warning,
        "ProviderDetails.authorize_scopes"
    ));
}

#[test]
fn nothing_else_may_happen_in_the_change_sets_of_a_release_and_an_adoption() {
    let plan = proven(club().forward().unwrap());
    for purpose in [UpdatePurpose::Release, UpdatePurpose::Adopt] {
        for update in updates(&plan, purpose) {
            let names: Vec<&str> = ids(update);
            for resource in update
                .after
                .resources()
                .filter(|resource| !names.contains(&resource.logical_id))
            {
                assert_eq!(
                    Some(resource.definition),
                    update.before.resource(resource.logical_id).map(|it| it.definition)
                );
            }
            assert_eq!(
                update.before.document().get("Outputs"),
                update.after.document().get("Outputs")
            );
            assert!(update.allowed_changes.policies.is_empty() && update.allowed_changes.added.is_empty());
        }
    }
}

#[test]
fn a_run_that_ended_anywhere_is_finished_by_the_next() {
    interruption::finished_by_the_next(&club());
}

#[test]
fn a_run_that_ended_anywhere_can_be_taken_back() {
    interruption::taken_back(&club());
}

#[test]
fn a_rollback_that_ended_anywhere_is_finished_by_the_next() {
    interruption::rollback_finished_by_the_next(&club());
}

#[test]
fn a_domain_that_gen1_has_not_is_known_before_the_first_change() {
    let mut world = club();
    let mut gen1 = hosted_ui("shop-dev", "s");
    gen1.domain = None;
    world.known = Some(known(&gen1, &hosted_ui("gen2-hash", "s")));
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_HOSTED_UI_DOMAIN");
    assert!(error.to_string().contains("gen2-hash") && error.resolution().contains("Nothing was changed"));
    // A custom domain is another thing than a prefix.
    gen1.custom_domain = Some(UserPoolDomain {
        name: "sign-in.example.com".into(),
        managed_login_version: Some(1),
        certificate_arn: Some("arn:aws:acm:us-east-1:123456789012:certificate/1".into()),
    });
    world.known = Some(known(&gen1, &hosted_ui("gen2-hash", "s")));
    assert_eq!(world.forward().unwrap_err().code(), "REFACTOR_HOSTED_UI_DOMAIN");
}

#[test]
fn custom_domains_are_taken_over_with_their_certificate() {
    let mut world = club();
    let custom = |name: &str, certificate: &str| {
        Some(UserPoolDomain {
            name: name.into(),
            managed_login_version: Some(1),
            certificate_arn: Some(format!("arn:aws:acm:us-east-1:123456789012:certificate/{certificate}")),
        })
    };
    edit(world.gen2_stack("auth179371D7"), |template| {
        template["Resources"][DOMAIN]["Properties"]["CustomDomainConfig"] =
            json!({ "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/2" });
    });
    let (mut gen1, mut gen2) = (hosted_ui("shop-dev", "s"), hosted_ui("gen2-hash", "s"));
    gen1.custom_domain = custom("sign-in.example.com", "1");
    (gen2.domain, gen2.custom_domain) = (None, custom("gen2.example.com", "2"));
    world.known = Some(known(&gen1, &gen2));
    let plan = proven(world.forward().unwrap());
    let end = template(&done(&world, &plan), AUTH2);
    let domain = end.resource(DOMAIN).unwrap();
    assert_eq!(domain.property("Domain"), Some(&json!("sign-in.example.com")));
    assert_eq!(
        domain.property("CustomDomainConfig").unwrap()["CertificateArn"],
        "arn:aws:acm:us-east-1:123456789012:certificate/1"
    );
    // The prefix of Gen 1 has no counterpart: it stays, and that is told.
    assert!(
        plan.findings.iter().any(
            |finding| finding.id == "refactor-hosted-ui-only-gen1" && finding.message.contains("amazoncognito.com")
        )
    );
}

#[test]
fn what_only_one_side_has_is_told_and_stops_nothing() {
    let mut world = club();
    let mut gen1 = hosted_ui("shop-dev", "s");
    gen1.providers.shift_remove("Google");
    gen1.providers
        .insert("Apple's `${own}`".into(), LiveIdentityProvider::default());
    world.known = Some(known(&gen1, &hosted_ui("gen2-hash", "s")));
    let plan = proven(world.forward().unwrap());
    let told = |id: &str, text: &str| {
        plan.findings
            .iter()
            .any(|finding| finding.id == id && finding.message.contains(text))
    };
    assert!(told("refactor-hosted-ui-only-gen2", GOOGLE));
    assert!(told("refactor-hosted-ui-only-gen1", "Apple's `${own}`"));
    let end = done(&world, &plan);
    assert!(!end.gen2.nested["auth179371D7"].stack.resources.contains_key(GOOGLE));
    // It comes back with the rollback, and again nothing is left open.
    let back = proven(end.rollback(Some(&plan.record)).unwrap());
    assert_eq!(done(&end, &back).owners(), world.owners());
    assert_eq!(proven(end.forward_again(&plan.record).unwrap()).operations, []);
}

#[test]
fn what_another_stack_owns_is_known_before_the_first_change() {
    let mut world = club();
    // A stack of groups that declares Google on the same user pool.
    edit(world.gen1_stack("authuserPoolGroups"), |template| {
        template["Resources"]["Mine"] = json!({
            "Type": "AWS::Cognito::UserPoolIdentityProvider",
            "Properties": { "ProviderName": "Google", "ProviderType": "Google", "UserPoolId": { "Ref": "pool" }, "ProviderDetails": {} }
        });
    });
    let stack = "amplify-shop-dev-1a2b3-authuserPoolGroups-AAA";
    own(
        &mut world,
        stack,
        "Mine",
        "AWS::Cognito::UserPoolIdentityProvider",
        "Google",
    );
    let error = world.forward().unwrap_err();
    assert_eq!(error.code(), "REFACTOR_HOSTED_UI_OWNED", "{error}");
    assert!(
        error.resolution().contains(r#""LogicalResourceId":"Mine""#),
        "{}",
        error.resolution()
    );
}

#[test]
fn a_redeployment_between_is_taken_back_as_well() {
    let before = club();
    let plan = proven(before.forward().unwrap());
    let mut world = done(&before, &plan);
    // The template is Gen 2's own again, with the domain of Gen 1, and with a provider that it made on the Gen 1 user pool.
    let original = before.gen2.nested["auth179371D7"].stack.template_body.clone();
    let stack = world.stack_mut(AUTH2);
    stack.template_body = original;
    edit(stack, |template| {
        template["Resources"][DOMAIN]["Properties"]["Domain"] = json!("shop-dev");
        template["Resources"]["New"] = json!({
            "Type": "AWS::Cognito::UserPoolIdentityProvider",
            "Properties": { "ProviderName": "Facebook", "ProviderType": "Facebook", "UserPoolId": { "Ref": "amplifyAuthUserPool4BA7F805" } }
        });
    });
    own(
        &mut world,
        AUTH2,
        "New",
        "AWS::Cognito::UserPoolIdentityProvider",
        "Facebook",
    );
    assert_eq!(proven(world.forward_again(&plan.record).unwrap()).operations, []);
    let back = proven(world.rollback(Some(&plan.record)).unwrap());
    let [release] = updates(&back, UpdatePurpose::Release)[..] else {
        panic!("one release");
    };
    assert_eq!(ids(release), [DOMAIN, GOOGLE, LIBRARY, "New"]);
    assert!(
        back.findings
            .iter()
            .any(|finding| finding.id == "refactor-hosted-ui-left-on-pool" && finding.message.contains("Facebook"))
    );
    assert_eq!(done(&world, &back).owners(), before.owners());
}

#[test]
fn what_is_gone_from_the_parked_pool_does_not_stop_the_way_back() {
    let before = club();
    let plan = proven(before.forward().unwrap());
    let mut world = done(&before, &plan);
    let mut gen2 = hosted_ui("gen2-hash", "s3cret");
    gen2.providers.clear();
    world.known = Some(known(&hosted_ui("shop-dev", "s3cret"), &gen2));
    let back = proven(world.rollback(Some(&plan.record)).unwrap());
    let [adopt] = updates(&back, UpdatePurpose::Adopt)[..] else {
        panic!("one adoption");
    };
    assert_eq!(ids(adopt), [DOMAIN, LIBRARY]);
    assert!(
        back.findings
            .iter()
            .any(|finding| finding.id == "refactor-hosted-ui-not-taken-back" && finding.message.contains(GOOGLE))
    );
}

#[test]
fn the_hosted_uis_of_both_pools_are_asked_for_once() {
    let mut world = club();
    world.known = Some(KnownAttributes::default());
    let PlanError::HostedUiNeeded(pools) = world.forward().unwrap_err() else {
        panic!("they are needed");
    };
    assert_eq!(pools, [GEN1_POOL, GEN2_POOL]);
    // An app without any of it needs no such reading.
    let mut plain = shop();
    plain.known = Some(KnownAttributes::default());
    assert!(plain.forward().is_ok());
}

#[test]
fn what_may_not_be_read_is_presumed_from_the_stack_and_told() {
    let mut world = club();
    world.known = None;
    edit(world.gen1_stack("authshop"), |template| {
        template["Parameters"]["hostedUIProviderMeta"] = json!({ "Type": "String" });
    });
    world.stack_mut(AUTH1).parameters.push(crate::deployment::Parameter {
        parameter_key: "hostedUIProviderMeta".into(),
        parameter_value: Some(r#"[{"ProviderName":"Google"}]"#.into()),
        resolved_value: None,
    });
    let plan = proven(world.forward().unwrap());
    let [adopt] = updates(&plan, UpdatePurpose::Adopt)[..] else {
        panic!("one adoption");
    };
    assert_eq!(ids(adopt), [DOMAIN, GOOGLE]);
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.id == "refactor-hosted-ui-unknown" && finding.severity == Severity::Manual)
    );
}

#[test]
fn what_a_stack_owns_and_does_not_exist_stays_behind() {
    let mut world = club();
    let mut gen1 = hosted_ui("shop-dev", "s");
    gen1.providers.shift_remove("Partner-One");
    world.known = Some(known(&gen1, &hosted_ui("gen2-hash", "s")));
    let plan = proven(world.forward().unwrap());
    let told = |id: &str| {
        plan.findings
            .iter()
            .any(|finding| finding.id == id && finding.message.contains("Partner"))
    };
    assert!(told("refactor-hosted-ui-gone") && told("refactor-hosted-ui-only-gen2"));
    let end = done(&world, &plan);
    assert!(end.gen1.nested["authshop"].stack.resources.contains_key("PartnerOne"));
    assert!(!end.gen2.nested["auth179371D7"].stack.resources.contains_key(SAML));
    let back = proven(end.rollback(Some(&plan.record)).unwrap());
    assert_eq!(done(&end, &back).owners(), world.owners());
}

#[test]
fn pool_groups_and_hosted_ui_share_one_preparation() {
    let plan = proven(club().forward().unwrap());
    let prepared: Vec<&str> = updates(&plan, UpdatePurpose::Prepare)
        .into_iter()
        .map(|update| update.stack.name.as_str())
        .filter(|stack| *stack == AUTH2)
        .collect();
    assert_eq!(prepared.len(), 1);
    let moves: Vec<&str> = plan
        .operations
        .iter()
        .filter_map(|operation| match &operation.operation {
            RefactorOperation::CreateAndExecuteStackRefactor(refactor) if refactor.target.stack.name == AUTH2 => {
                Some(refactor.source.stack.name.as_str())
            }
            _ => None,
        })
        .collect();
    assert_eq!(moves, [AUTH1, "amplify-shop-dev-1a2b3-authuserPoolGroups-AAA"]);
}

#[test]
fn groups_keep_the_role_that_they_have() {
    let before = club();
    let end = done(&before, &proven(before.forward().unwrap()));
    let moved = template(&end, AUTH2);
    let group = moved.resource("amplifyAuthAdminGroupCC42FF04").unwrap();
    assert_eq!(group.property("UserPoolId"), Some(&json!(GEN1_POOL)));
    assert_eq!(
        group.property("RoleArn"),
        Some(&json!(
            "arn:aws:iam::123456789012:role/amplify-shop-dev-1a2b3-authuserPoolGroups-AAA.AdminGroupRole"
        ))
    );
    // The role itself stays where it is, and its stack stays.
    assert!(
        end.gen1.nested["authuserPoolGroups"]
            .stack
            .resources
            .contains_key("AdminGroupRole")
    );
}
