use serde_json::{Value, json};

use super::{generated, text, told};
use crate::project::fixture::ProjectFiles;

#[test]
fn imported_buckets_are_named_and_functions_keep_their_rights_on_them() {
    let bucket = |name: &str| json!({"service": "S3", "serviceType": "imported", "output": {"BucketName": name, "Region": "eu-west-1"}});
    let policy = json!({"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": [{"Ref": "LambdaExecutionRole"}], "PolicyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my.bucket.with.dots/*"}]}}});
    let files = ProjectFiles::default()
        .entry("storage", "dots", bucket("my.bucket.with.dots"))
        .entry("storage", "more", bucket("another-bucket"))
        .function("reader", json!({"AmplifyResourcesPolicy": policy}), json!({}));
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/storage/overrides.ts");
    for expected in [
        "bucket_name: 'my.bucket.with.dots',\n      buckets: [",
        "name: 'more',\n          bucket_name: 'another-bucket',",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    let wiring = text(&generated, "amplify/function/reader/wiring.ts");
    assert!(
        wiring.contains("`arn:aws:s3:::my.bucket.with.dots/*`") || wiring.contains("my.bucket.with.dots/*"),
        "{wiring}"
    );
    assert!(told(&generated, "storage-imported").is_empty());
    assert!(generated.tree.get("amplify/storage/resource.ts").is_none());
}

#[test]
fn streams_without_users_have_no_policies_of_users_and_functions_use_them() {
    let stream = |name: &str| {
        json!({
            "Resources": {"KinesisStream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": {"Fn::Join": ["-", [name, {"Ref": "env"}]]}, "ShardCount": 1}}},
            "Parameters": {"env": {"Type": "String"}},
            "Outputs": {"kinesisStreamArn": {"Value": {"Fn::GetAtt": ["KinesisStream", "Arn"]}}}
        })
    };
    let files = ProjectFiles::default()
        .resource("analytics", "one", "Kinesis", stream("one"), json!({"env": "main"}))
        .resource("analytics", "two", "Kinesis", stream("two"), json!({"env": "main"}))
        .function(
            "feed",
            json!({"LambdaFunction": {"Properties": {"Environment": {"Variables": {"STREAM": {"Ref": "analyticstwokinesisStreamArn"}}}}}}),
            json!({"analyticstwokinesisStreamArn": {"Fn::GetAtt": ["analyticstwo", "Outputs.kinesisStreamArn"]}}),
        );
    let generated = generated(&files, "main");
    for name in ["one", "two"] {
        let code = text(&generated, &format!("amplify/analytics/{name}.ts"));
        assert!(!code.contains("backend.auth"), "{code}");
    }
    let wiring = text(&generated, "amplify/function/feed/wiring.ts");
    assert!(wiring.contains("addEnvironment('STREAM', two.attrArn)"), "{wiring}");
}

#[test]
fn scaling_of_a_table_goes_over_beside_the_table() {
    let template = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {
            "DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": {"Fn::Join": ["-", ["parts", {"Ref": "env"}]]},
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
            }},
            "ScalingRole": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
            "ScalingPolicy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "s", "Roles": [{"Ref": "ScalingRole"}],
                "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "dynamodb:UpdateTable", "Resource": {"Fn::GetAtt": ["DynamoDBTable", "Arn"]}}]}}},
            "ReadScaling": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "DependsOn": ["ScalingPolicy", "DynamoDBTable"], "Properties": {
                "ResourceId": {"Fn::Join": ["/", ["table", {"Ref": "DynamoDBTable"}]]},
                "RoleARN": {"Fn::GetAtt": ["ScalingRole", "Arn"]}, "MaxCapacity": 50, "MinCapacity": 5,
                "ScalableDimension": "dynamodb:table:ReadCapacityUnits", "ServiceNamespace": "dynamodb"
            }}
        }
    });
    let files = ProjectFiles::default().resource("storage", "parts", "DynamoDB", template, json!({"env": "main"}));
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/custom/storage-parts/resource.ts");
    for expected in [
        "export function createPartsResources(backend: AppBackend, tables: Tables) {",
        "const stack = tables.parts.stack;",
        "preserveLogicalIds: false,",
        "DynamoDBTable: tables.parts.tableName,",
        "DynamoDBTableArn: tables.parts.tableArn,",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    let template: Value =
        serde_json::from_str(&text(&generated, "amplify/custom/storage-parts/template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(
        resources.keys().collect::<Vec<_>>(),
        ["ScalingRole", "ScalingPolicy", "ReadScaling"]
    );
    assert_eq!(resources["ReadScaling"]["DependsOn"], json!(["ScalingPolicy"]));
    assert!(told(&generated, "extra-resource").is_empty());
}

#[test]
fn statements_of_the_users_are_added_to_the_policy_of_the_bucket() {
    let template = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {
            "S3Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Join": ["-", ["media", {"Ref": "env"}]]}}},
            "OnlyFromUs": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "S3Bucket"}, "PolicyDocument": {"Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["S3Bucket", "Arn"]}, "/*"]]},
                 "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}]}}}
        }
    });
    let files = ProjectFiles::default().resource("storage", "media", "S3", template, json!({"env": "main"}));
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/storage/overrides.ts");
    for expected in [
        "backend.storage.resources.bucket.addToResourcePolicy(PolicyStatement.fromJson({",
        "Principal: '*',",
        "Resource: `${backend.storage.resources.bucket.bucketArn}/*`,",
        "'aws:SourceIp': '192.0.2.0/24',",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert!(told(&generated, "extra-resource").is_empty());
}

#[test]
fn a_bucket_that_tells_event_bridge_goes_on_to() {
    let bucket = |notifications: Value| {
        let template = json!({
            "Resources": {"S3Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"NotificationConfiguration": notifications}}}
        });
        let files = ProjectFiles::default().resource("storage", "photos", "S3", template, json!({}));
        generated(&files, "main")
    };
    let on = bucket(json!({"EventBridgeConfiguration": {"EventBridgeEnabled": true}}));
    assert!(
        text(&on, "amplify/storage/overrides.ts")
            .contains("backend.storage.resources.bucket.enableEventBridgeNotification();")
    );
    assert!(told(&on, "storage-notification-unsupported").is_empty());
    let off = bucket(json!({"EventBridgeConfiguration": {"EventBridgeEnabled": false}}));
    let code = off
        .tree
        .get("amplify/storage/overrides.ts")
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(!code.unwrap_or_default().contains("enableEventBridgeNotification"));
}
