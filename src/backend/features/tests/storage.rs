use serde_json::{Value, json};

use super::{differ, features, kinds, project};
use crate::backend::model::FeatureKind as K;

#[test]
fn storage_features() {
    let bucket = |role: Value, tail: &str| {
        json!({
            "Parameters": {"role": {"Type": "String"}},
            "Resources": {
                "S3Bucket": {"Type": "AWS::S3::Bucket"},
                "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [role], "PolicyDocument": {"Statement": [
                    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "S3Bucket"}, tail]]}}]}}}
            }
        })
    };
    let with = |role: Value, tail: &str| {
        project().resource(
            "storage",
            "s",
            "S3",
            bucket(role, tail),
            json!({"role": {"Ref": "AuthRoleName"}}),
        )
    };
    let base = with(json!({"Ref": "role"}), "/public/*");
    assert_eq!(kinds(&base), []);
    differ(
        &base,
        &with(json!({"Ref": "role"}), "/uploads/*"),
        &[K::StorageUploadsPrefix],
    );
    differ(
        &base,
        &project().entry("storage", "s", json!({"service": "S3", "serviceType": "imported"})),
        &[K::StorageImported],
    );
    differ(
        &base,
        &base.clone().json_in_tree(
            "storage/s/cli-inputs.json",
            &json!({"adminTriggerFunction": {"triggerFunction": "x"}}),
        ),
        &[K::StorageAdminTrigger],
    );

    let table = |more: Value| {
        let mut properties = json!({
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]});
        for (name, value) in more.as_object().into_iter().flatten() {
            properties[name] = value.clone();
        }
        project().resource(
            "storage",
            "t",
            "DynamoDB",
            json!({"Resources": {"DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}),
            json!({}),
        )
    };
    let plain = table(json!({}));
    let index = |projection: &str| json!([{"IndexName": "i", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "Projection": {"ProjectionType": projection}}]);
    differ(&plain, &table(json!({"GlobalSecondaryIndexes": index("ALL")})), &[]);
    differ(
        &plain,
        &table(json!({"GlobalSecondaryIndexes": index("KEYS_ONLY")})),
        &[K::TableProjection],
    );
    differ(
        &plain,
        &table(json!({"LocalSecondaryIndexes": index("ALL")})),
        &[K::TableLocalIndexes],
    );
    differ(
        &plain,
        &table(json!({"TimeToLiveSpecification": {"Enabled": true, "AttributeName": "ttl"}})),
        &[K::TableTimeToLive],
    );
    differ(
        &plain,
        &table(json!({"TimeToLiveSpecification": {"Enabled": false, "AttributeName": "ttl"}})),
        &[],
    );
    differ(
        &plain,
        &table(json!({"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true"}})),
        &[K::TablePointInTimeRecovery],
    );
    differ(&plain, &table(json!({"SSESpecification": {"SSEEnabled": false}})), &[]);
    differ(
        &plain,
        &table(json!({"SSESpecification": {"SSEEnabled": true}})),
        &[K::TableEncryption],
    );
    differ(
        &plain,
        &table(json!({"BillingMode": "PAY_PER_REQUEST"})),
        &[K::TableOnDemand],
    );
    let scaled = project().resource("storage", "t", "DynamoDB", json!({"Resources": {
        "DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}},
        "Scaling": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget"}}}), json!({}));
    differ(&plain, &scaled, &[K::TableAutoscaling]);
}

#[test]
fn features_of_the_project() {
    let base = project();
    differ(
        &base,
        &base
            .clone()
            .file("amplify/hooks/README.md", "x")
            .file("amplify/hooks/pre-push.sh.sample", "x"),
        &[],
    );
    differ(
        &base,
        &base.clone().file("amplify/hooks/post-push.js", "x"),
        &[K::Hooks],
    );
    let environments = |one: Value, two: Value| {
        let provider =
            json!({"StackName": "amplify-app-main-12ab", "Region": "eu-west-1", "DeploymentBucketName": "b"});
        project()
            .json(
                "amplify/team-provider-info.json",
                &json!({
                "main": {"awscloudformation": provider, "categories": {"function": {"f": one}}},
                "prod": {"awscloudformation": {}, "categories": {"function": {"f": two}}}}),
            )
            .json("amplify/.config/local-env-info.json", &json!({"envName": "main"}))
    };
    differ(
        &base,
        &environments(json!({"a": 1, "s3Key": "x"}), json!({"a": 1, "s3Key": "y"})),
        &[],
    );
    let secret = environments(json!({"key": "hunter2"}), json!({"key": "other"}));
    differ(&base, &secret, &[K::EnvironmentParameters]);
    assert!(
        !format!("{:?}", features(&secret)).contains("hunter2"),
        "values may be secrets"
    );
    differ(
        &base,
        &base.clone().json(
            "package.json",
            &json!({"dependencies": {"aws-amplify": "^6.16.2"}, "devDependencies": {"typescript": "~5.1.0"}}),
        ),
        &[],
    );
    differ(
        &base,
        &base
            .clone()
            .json("package.json", &json!({"dependencies": {"aws-amplify": "^5.3.0"}})),
        &[K::ToolVersions],
    );
    let custom = |kind: &str| {
        project()
            .entry("custom", "c", json!({"service": "customCloudformation"}))
            .json_in_tree(
                "custom/c/c-cloudformation-template.json",
                &json!({"Resources": {"R": {"Type": kind}}}),
            )
    };
    differ(&base, &custom("AWS::SNS::Topic"), &[]);
    differ(&base, &custom("AWS::RDS::DBInstance"), &[K::StatefulExtras]);
    let two = |version: &str| {
        project()
            .function("f", json!({}), json!({}))
            .function("g", json!({}), json!({}))
            .json_in_tree(
                "function/f/src/package.json",
                &json!({"dependencies": {"axios": "1.0.0"}}),
            )
            .json_in_tree(
                "function/g/src/package.json",
                &json!({"dependencies": {"axios": version}}),
            )
    };
    differ(&two("1.0.0"), &two("2.0.0"), &[K::DependencyConflicts]);
}

#[test]
fn groups_and_several_triggers_of_a_bucket() {
    let groups = json!({
        "Parameters": {"pool": {"Type": "String"}},
        "Resources": {
            "AGroup": {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"GroupName": "A", "RoleArn": {"Fn::GetAtt": ["AGroupRole", "Arn"]}}},
            "AGroupRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Join": ["", [{"Ref": "pool"}, "-AGroupRole"]]}}}
        }
    });
    let users = json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}}, "Outputs": {"UserPoolId": {"Value": {"Ref": "UserPool"}}}});
    let pool = json!({"Fn::GetAtt": ["authusers", "Outputs.UserPoolId"]});
    let notification = |event: &str, rules: Value| json!({"Event": event, "Function": {"Ref": "f"}, "Filter": {"S3Key": {"Rules": rules}}});
    let files = project()
        .resource("auth", "users", "Cognito", users, json!({}))
        .resource("auth", "userPoolGroups", "Cognito-UserPool-Groups", groups, json!({"pool": pool}))
        .function("f", json!({}), json!({}))
        .resource("storage", "s", "S3", json!({
            "Parameters": {"pool": {"Type": "String"}, "f": {"Type": "String"}},
            "Resources": {
                "S3Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"NotificationConfiguration": {"LambdaConfigurations": [
                    notification("s3:ObjectCreated:*", json!([{"Name": "prefix", "Value": "a/"}])),
                    notification("s3:ObjectCreated:*", json!([{"Name": "prefix", "Value": "b/"}]))]}}},
                "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Fn::Join": ["-", [{"Ref": "pool"}, "AGroupRole"]]}],
                    "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "S3Bucket"}, "/*"]]}}]}}}
            }
        }), json!({"pool": pool, "f": {"Fn::GetAtt": ["functionf", "Outputs.Arn"]}}));
    let found = kinds(&files);
    assert!(
        found.contains(&K::StorageGroups) && found.contains(&K::StorageMultiTrigger),
        "{found:?}"
    );
}
