use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::refactor::error::PairCandidate;

fn candidate(resource_type: &str, physical_id: &str, properties: &Value) -> Candidate {
    Candidate {
        id: PairCandidate {
            resource_type: resource_type.into(),
            stack: format!("stack-of-{physical_id}"),
            logical_id: "Logical".into(),
            physical_id: physical_id.into(),
        },
        properties: properties.as_object().unwrap().clone(),
        is_partial: false,
        deletion_policy: Some("Retain".into()),
        update_replace_policy: Some("Retain".into()),
        path: Vec::new(),
        nested_id: String::new(),
        parked: false,
    }
}

fn successor(resource_type: &str, before: Value, after: Value) -> Successor {
    Successor {
        group: "g".into(),
        source: candidate(resource_type, "gen1", &before),
        target: candidate(resource_type, "gen2", &after),
    }
}

/// Nothing has taken its place yet.
fn predict(successors: &[Successor]) -> Vec<PredictedChange> {
    super::predict(successors, &[])
}

fn predicted(resource_type: &str, before: Value, after: Value) -> Vec<(String, ChangeEffect, bool)> {
    predict(&[successor(resource_type, before, after)])
        .into_iter()
        .map(|change| (change.property.clone(), change.effect, change.blocks()))
        .collect()
}

fn effect(resource_type: &str, before: Value, after: Value) -> Option<ChangeEffect> {
    predicted(resource_type, before, after)
        .into_iter()
        .map(|(_, effect, _)| effect)
        .max()
}

const POOL: &str = "AWS::Cognito::UserPool";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const TABLE: &str = "AWS::DynamoDB::Table";
const BUCKET: &str = "AWS::S3::Bucket";

#[test]
fn names_are_what_post_refactor_sets_and_do_not_block() {
    for (resource_type, property) in [
        (BUCKET, "BucketName"),
        (TABLE, "TableName"),
        ("AWS::Kinesis::Stream", "Name"),
    ] {
        let of = |name: &str| json!({ property: name });
        let expected = vec![(property.to_owned(), ChangeEffect::Replace, false)];
        assert_eq!(predicted(resource_type, of("a"), of("b")), expected);
        assert_eq!(predicted(resource_type, of("a"), json!({})), expected);
        assert_eq!(predicted(resource_type, of("a"), of("a")), []);
        // A name that Gen 1 left to CloudFormation cannot be set afterwards.
        assert_eq!(
            predicted(resource_type, json!({}), of("b")),
            [(property.to_owned(), ChangeEffect::Replace, true)]
        );
    }
    let change = predict(&[successor(
        BUCKET,
        json!({"BucketName": "a"}),
        json!({"BucketName": "gen2"}),
    )])
    .remove(0);
    assert!(change.avoided_by_post_refactor);
    assert_eq!(
        (change.before.as_deref(), change.after.as_deref()),
        (Some("a"), Some("gen2"))
    );
}

#[test]
fn what_cannot_be_changed_blocks() {
    let keys = |sort: &str, kind: &str| {
        json!({
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": kind}, {"AttributeName": sort, "AttributeType": "S"}]
        })
    };
    let local =
        |index: &str| json!({"LocalSecondaryIndexes": [{"IndexName": index, "Projection": {"ProjectionType": "ALL"}}]});
    for (resource_type, before, after, expected) in [
        (
            CLIENT,
            json!({"GenerateSecret": "true"}),
            json!({"GenerateSecret": false}),
            ChangeEffect::Replace,
        ),
        (
            CLIENT,
            json!({"GenerateSecret": true}),
            json!({}),
            ChangeEffect::Replace,
        ),
        (
            CLIENT,
            json!({"UserPoolId": "one"}),
            json!({"UserPoolId": "other"}),
            ChangeEffect::Replace,
        ),
        (
            POOL,
            json!({"UsernameAttributes": ["email"]}),
            json!({}),
            ChangeEffect::Refused,
        ),
        (
            POOL,
            json!({}),
            json!({"AliasAttributes": ["email"]}),
            ChangeEffect::Refused,
        ),
        (
            POOL,
            json!({}),
            json!({"UsernameConfiguration": {"CaseSensitive": false}}),
            ChangeEffect::Refused,
        ),
        (TABLE, keys("at", "S"), keys("other", "S"), ChangeEffect::Replace),
        (TABLE, keys("at", "S"), keys("at", "N"), ChangeEffect::Replace),
        (TABLE, local("a"), json!({}), ChangeEffect::Refused),
        (
            "AWS::Cognito::UserPoolGroup",
            json!({"GroupName": "A"}),
            json!({"GroupName": "B"}),
            ChangeEffect::Replace,
        ),
        (
            "AWS::Cognito::UserPoolIdentityProvider",
            json!({"ProviderType": "OIDC"}),
            json!({"ProviderType": "SAML"}),
            ChangeEffect::Replace,
        ),
        (
            "AWS::SQS::Queue",
            json!({"FifoQueue": true}),
            json!({}),
            ChangeEffect::Replace,
        ),
    ] {
        let found = predicted(resource_type, before.clone(), after.clone());
        assert_eq!(
            found.iter().map(|(_, effect, _)| *effect).max(),
            Some(expected),
            "{before} {after}"
        );
        assert!(found.iter().any(|(_, _, blocks)| *blocks), "{before} {after}");
    }
}

#[test]
fn what_means_the_same_is_no_change() {
    for (resource_type, before, after) in [
        (
            POOL,
            json!({"UsernameAttributes": ["email", "phone_number"]}),
            json!({"UsernameAttributes": ["phone_number", "email"]}),
        ),
        (
            POOL,
            json!({"UsernameConfiguration": {"CaseSensitive": true}}),
            json!({}),
        ),
        (
            POOL,
            json!({"Schema": [{"Name": "email", "Required": false, "Mutable": true}]}),
            json!({}),
        ),
        (
            POOL,
            json!({"Schema": [{"Name": "email", "Required": "true", "Mutable": "true", "AttributeDataType": "String"}]}),
            json!({"Schema": [{"Name": "email", "Required": true}]}),
        ),
        (
            POOL,
            json!({"Schema": [{"Name": "custom:a"}]}),
            json!({"Schema": [{"Name": "a", "AttributeDataType": "String", "Mutable": true}]}),
        ),
        (CLIENT, json!({"GenerateSecret": false}), json!({})),
        (
            CLIENT,
            json!({"RefreshTokenValidity": 30}),
            json!({"RefreshTokenValidity": 43200, "TokenValidityUnits": {"RefreshToken": "minutes"}}),
        ),
        (CLIENT, json!({}), json!({"TokenValidityUnits": {}})),
        (TABLE, json!({"BillingMode": "PROVISIONED"}), json!({})),
        (
            TABLE,
            json!({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}),
            json!({"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]}),
        ),
        (
            BUCKET,
            json!({"CorsConfiguration": {"CorsRules": [{"Id": "x", "AllowedMethods": ["GET"]}]}}),
            json!({"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"]}]}}),
        ),
    ] {
        assert_eq!(
            predicted(resource_type, before.clone(), after.clone()),
            [],
            "{before} {after}"
        );
    }
}

#[test]
fn attributes_of_users_can_only_be_added() {
    let of = |attributes: Value| json!({ "Schema": attributes });
    let custom = json!([{"Name": "custom:a", "AttributeDataType": "Number"}]);
    assert_eq!(
        effect(POOL, of(json!([])), of(custom.clone())),
        Some(ChangeEffect::Harmless)
    );
    assert_eq!(
        effect(POOL, of(custom.clone()), of(json!([]))),
        Some(ChangeEffect::Refused)
    );
    assert_eq!(
        effect(POOL, of(custom), of(json!([{"Name": "a"}]))),
        Some(ChangeEffect::Refused)
    );
    let required = of(json!([{"Name": "email", "Required": true}]));
    assert_eq!(
        effect(POOL, of(json!([])), required.clone()),
        Some(ChangeEffect::Refused)
    );
    assert_eq!(effect(POOL, required, of(json!([]))), Some(ChangeEffect::Refused));
    assert_eq!(
        effect(POOL, of(json!([])), of(json!([{"Name": "a", "Required": true}]))),
        Some(ChangeEffect::Refused)
    );
}

#[test]
fn indexes_are_made_one_at_a_time_and_never_changed() {
    let index = |name: &str, projection: &str| json!({"IndexName": name, "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}], "Projection": {"ProjectionType": projection}});
    let of = |indexes: Vec<Value>| json!({ "GlobalSecondaryIndexes": indexes });
    let (one, two, three) = (index("a", "ALL"), index("b", "ALL"), index("c", "ALL"));
    let effect = |before: Vec<&Value>, after: Vec<&Value>| {
        effect(
            TABLE,
            of(before.into_iter().cloned().collect()),
            of(after.into_iter().cloned().collect()),
        )
    };
    assert_eq!(effect(vec![&one], vec![&one, &two]), Some(ChangeEffect::Interrupt));
    assert_eq!(effect(vec![&one], vec![]), Some(ChangeEffect::Interrupt));
    assert_eq!(effect(vec![&one], vec![&two]), Some(ChangeEffect::Refused));
    assert_eq!(effect(vec![], vec![&two, &three]), Some(ChangeEffect::Refused));
    assert_eq!(
        effect(vec![&one], vec![&index("a", "KEYS_ONLY")]),
        Some(ChangeEffect::Refused)
    );
    assert_eq!(effect(vec![&one, &two], vec![&two, &one]), None);
}

#[test]
fn loss_of_protection_is_told() {
    let tags = |value: &str| json!({"Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": value}]});
    assert_eq!(effect(BUCKET, json!({}), tags("true")), Some(ChangeEffect::Unprotected));
    assert_eq!(effect(BUCKET, json!({}), tags("no")), Some(ChangeEffect::Harmless));
    let protected = json!({"DeletionProtectionEnabled": true});
    assert_eq!(
        effect(TABLE, protected.clone(), json!({})),
        Some(ChangeEffect::Unprotected)
    );
    assert_eq!(effect(TABLE, json!({}), protected), Some(ChangeEffect::Harmless));
    assert_eq!(
        effect(
            POOL,
            json!({"DeletionProtection": "ACTIVE"}),
            json!({"DeletionProtection": "INACTIVE"})
        ),
        Some(ChangeEffect::Unprotected)
    );
    let mut weak = successor(BUCKET, json!({}), json!({}));
    weak.target.deletion_policy = Some("Delete".into());
    weak.target.update_replace_policy = None;
    let properties: Vec<String> = predict(&[weak]).into_iter().map(|change| change.property).collect();
    assert_eq!(properties, ["DeletionPolicy", "UpdateReplacePolicy"]);
}

#[test]
fn unknown_is_not_harmless() {
    assert_eq!(
        effect(POOL, json!({"Invented": 1}), json!({})),
        Some(ChangeEffect::Unknown)
    );
    assert_eq!(
        effect("AWS::New::Thing", json!({"A": 1}), json!({"A": 2})),
        Some(ChangeEffect::Unknown)
    );
    let symbolic = json!({"GenerateSecret": {"Ref": "secret"}});
    let found = predicted(CLIENT, json!({"GenerateSecret": true}), symbolic);
    assert_eq!(found, [("GenerateSecret".to_owned(), ChangeEffect::Unknown, false)]);
}

#[test]
fn users_notice() {
    for (resource_type, before, after, expected) in [
        (
            POOL,
            json!({"LambdaConfig": {"PreSignUp": "a"}}),
            json!({}),
            ChangeEffect::Interrupt,
        ),
        (
            CLIENT,
            json!({"CallbackURLs": ["a"]}),
            json!({"CallbackURLs": ["b"]}),
            ChangeEffect::Interrupt,
        ),
        (
            CLIENT,
            json!({"CallbackURLs": ["a"]}),
            json!({"CallbackURLs": ["b", "a"]}),
            ChangeEffect::Harmless,
        ),
        (
            TABLE,
            json!({"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}}),
            json!({}),
            ChangeEffect::Interrupt,
        ),
        (
            POOL,
            json!({"SmsConfiguration": {"SnsCallerArn": "role of one"}}),
            json!({"SmsConfiguration": {"SnsCallerArn": "role of two"}}),
            ChangeEffect::Interrupt,
        ),
        (
            BUCKET,
            json!({"NotificationConfiguration": {"LambdaConfigurations": ["a"]}}),
            json!({}),
            ChangeEffect::Interrupt,
        ),
        (
            "AWS::Cognito::IdentityPoolRoleAttachment",
            json!({"Roles": {"authenticated": "role of one"}}),
            json!({"Roles": {"authenticated": "role of two"}}),
            ChangeEffect::Interrupt,
        ),
        (
            "AWS::Cognito::IdentityPool",
            json!({"CognitoIdentityProviders": [{"ClientId": "web"}, {"ClientId": "native"}]}),
            json!({"CognitoIdentityProviders": [{"ClientId": "web"}]}),
            ChangeEffect::Interrupt,
        ),
        (
            POOL,
            json!({"UserPoolTags": {"a": "1"}}),
            json!({"UserPoolTags": {"a": "2"}}),
            ChangeEffect::Harmless,
        ),
        (
            BUCKET,
            json!({"AccessControl": "Private"}),
            json!({}),
            ChangeEffect::Harmless,
        ),
    ] {
        assert_eq!(
            effect(resource_type, before.clone(), after.clone()),
            Some(expected),
            "{before} {after}"
        );
    }
}

/// An earlier run has moved the pool: what names the parked one means the pool that is in its place.
#[test]
fn references_to_what_is_parked_already_mean_what_is_in_its_place() {
    let group = || {
        successor(
            "AWS::Cognito::UserPoolGroup",
            json!({"GroupName": "Admin", "UserPoolId": "gen1-pool"}),
            json!({"GroupName": "Admin", "UserPoolId": "parked-pool"}),
        )
    };
    let blocks = |superseded: &[(String, String)]| {
        let changes = super::predict(&[group()], superseded);
        changes.iter().any(PredictedChange::blocks)
    };
    assert!(blocks(&[]));
    assert!(!blocks(&[("parked-pool".into(), "gen1-pool".into())]));
    assert!(blocks(&[("parked-pool".into(), "somebodys-pool".into())]));
}

#[test]
fn references_to_gen2s_own_resources_mean_those_that_take_their_place() {
    let mut pool = successor(POOL, json!({}), json!({}));
    pool.source.id.physical_id = "eu-west-1_one".into();
    pool.target.id.physical_id = "eu-west-1_two".into();
    let mut client = successor(
        CLIENT,
        json!({"UserPoolId": "eu-west-1_one"}),
        json!({"UserPoolId": "eu-west-1_two"}),
    );
    client.source.id.physical_id = "client1".into();
    client.target.id.physical_id = "client2".into();
    let mut identities = successor(
        "AWS::Cognito::IdentityPoolRoleAttachment",
        json!({"RoleMappings": {"x": {"IdentityProvider": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_one:client1", "Type": "Token"}}}),
        json!({"RoleMappings": {"y": {"IdentityProvider": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_two:client2", "Type": "Token"}}}),
    );
    identities.source.id.physical_id = "attached1".into();
    identities.target.id.physical_id = "attached2".into();
    let changes = predict(&[pool, client, identities]);
    // The label of the mapping stays within the mapping's own definition.
    assert!(
        changes.iter().all(|change| change.effect < ChangeEffect::Unknown),
        "{changes:?}"
    );
    assert!(!changes.iter().any(|change| change.property == "UserPoolId"));
}

#[test]
fn a_name_is_no_reference() {
    // Gen 2 names its table itself, and that is its physical id: not to be taken for a reference to itself.
    let mut table = successor(TABLE, json!({"TableName": "gen1"}), json!({"TableName": "gen2"}));
    table.source.id.physical_id = "gen1".into();
    table.target.id.physical_id = "gen2".into();
    let changes = predict(&[table]);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].after.as_deref(), Some("gen2"));
}

#[test]
fn whole_ids_only() {
    let renamed = Renamed {
        ids: vec![("photos".into(), "old".into())],
    };
    for (text, expected) in [
        ("photos", "old"),
        ("arn:aws:s3:::photos/*", "arn:aws:s3:::old/*"),
        ("photos-old", "photos-old"),
        ("my-photos", "my-photos"),
        ("photos,photos", "old,old"),
        ("", ""),
        ("ü photos é", "ü old é"),
    ] {
        assert_eq!(renamed.text(text), expected);
    }
}

#[test]
fn secrets_are_not_shown() {
    let details =
        |secret: &str| json!({"ProviderDetails": {"client_id": "a", "client_secret": secret, "private_key": [secret]}});
    let changes = predict(&[successor(
        "AWS::Cognito::UserPoolIdentityProvider",
        details("one-secret"),
        details("other-secret"),
    )]);
    let text = serde_json::to_string(&changes).unwrap();
    assert!(
        changes.len() == 2 && !text.contains("one-secret") && !text.contains("other-secret"),
        "{text}"
    );
    let whole = predict(&[successor(
        "AWS::Cognito::UserPoolIdentityProvider",
        json!({"ProviderDetails": [{"client_secret": "one-secret"}]}),
        json!({}),
    )]);
    assert!(
        !serde_json::to_string(&whole).unwrap().contains("one-secret"),
        "{whole:?}"
    );
}

#[test]
fn every_kind_has_its_finding() {
    let changes = predict(&[successor(
        POOL,
        json!({"LambdaConfig": {"PreSignUp": "a"}, "DeletionProtection": "ACTIVE", "Invented": "x"}),
        json!({}),
    )]);
    let ids: Vec<String> = findings(&changes).into_iter().map(|finding| finding.id).collect();
    assert_eq!(
        ids,
        [
            "refactor-unprotected",
            "refactor-next-deployment-unknown",
            "refactor-next-deployment"
        ]
    );
    let changes = predict(&[successor(BUCKET, json!({"BucketName": "a"}), json!({}))]);
    let found = findings(&changes);
    assert_eq!(found[0].id, "refactor-post-refactor");
    assert!(
        found[0].message.contains("BucketName: a -> not set"),
        "{}",
        found[0].message
    );
}

proptest! {
    /// A definition never differs from itself, and no change of a property that the table does not have is harmless.
    #[test]
    fn nothing_is_harmless_by_default(name in "[A-Z][a-z]{3,8}Xy", left in any::<i32>(), right in any::<i32>()) {
        let of = |value: i32| Value::Object(Map::from_iter([(name.clone(), value.into())]));
        prop_assert_eq!(predicted(TABLE, of(left), of(left)), vec![]);
        let expected = (left != right).then_some(ChangeEffect::Unknown);
        prop_assert_eq!(effect(TABLE, of(left), of(right)), expected);
    }
}
