use serde_json::json;

use super::{generated, text, told};
use crate::project::fixture::ProjectFiles;

#[test]
fn the_existing_pinpoint_app_is_named_and_permissions_on_it_stay() {
    let template = json!({
        "Resources": {
            "Outputs": {"Type": "Custom::LambdaCallout", "Properties": {}},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": [{"Ref": "role"}], "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Action": ["mobiletargeting:PutEvents"], "Resource": {"Fn::Join": ["", ["arn:aws:mobiletargeting:*:*:apps/", {"Fn::GetAtt": ["Outputs", "Id"]}, "*"]]}}]}}}
        },
        "Parameters": {"role": {"Type": "String"}},
        "Outputs": {"Id": {"Value": {"Fn::GetAtt": ["Outputs", "Id"]}}}
    });
    let files = ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}}}),
            json!({"env": "main"}),
        )
        .resource("analytics", "pin", "Pinpoint", template, json!({"role": {"Ref": "AuthRole"}}))
        .entry("analytics", "pin", json!({"service": "Pinpoint", "output": {"Id": "it's `${id}`", "Region": "us-east-1"}}))
        .entry("notifications", "pin", json!({"service": "Pinpoint", "output": {"Region": "us-east-1", "SMS": {"Enabled": true, "ApplicationId": "x1"}, "Email": {"Enabled": false}}}));
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/services/resource.ts");
    for expected in [
        "app_id: 'it\\'s `${id}`',",
        "amazon_pinpoint_app_id: 'x1',",
        "channels: [\n        'SMS',\n      ],",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    let auth = text(&generated, "amplify/auth/overrides.ts");
    assert!(
        auth.contains("'arn:aws:mobiletargeting:*:*:apps/it\\'s `${id}`*'"),
        "{auth}"
    );
    assert!(told(&generated, "category-unsupported").is_empty());
    assert_eq!(told(&generated, "service-kept").len(), 2);
}

#[test]
fn predictions_and_bots_give_frontends_what_gen_1_gave_them() {
    let files = ProjectFiles::default()
        .entry("predictions", "labels", json!({"service": "Rekognition", "identifyType": "identifyLabels", "output": {"region": "eu-west-1", "type": "ALL"}}))
        .entry("predictions", "speak", json!({"service": "Polly", "convertType": "speechGenerator", "output": {"region": "eu-west-1", "voice": "Bianca", "language": "it-IT"}}))
        .entry("interactions", "bot", json!({"service": "Lex", "output": {"BotName": "bot_main", "Region": "eu-west-1"}}))
        .entry("interactions", "silent", json!({"service": "Lex"}));
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/services/resource.ts");
    for expected in [
        "identifyLabels: {",
        "type: 'ALL',",
        "VoiceId: 'Bianca',",
        "bot_main: {",
        "alias: '$LATEST',",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert_eq!(told(&generated, "service-kept").len(), 4);
    assert_eq!(told(&generated, "service-outputs-missing").len(), 1);
}

#[test]
fn what_is_in_a_stack_that_nothing_is_generated_for_is_named() {
    let files = ProjectFiles::default()
        .resource(
            "hosting",
            "S3AndCloudFront",
            "S3AndCloudFront",
            json!({"Resources": {"SiteBucket": {"Type": "AWS::S3::Bucket"}, "Distribution": {"Type": "AWS::CloudFront::Distribution"}}}),
            json!({}),
        )
        .entry("hosting", "amplifyhosting", json!({"service": "amplifyhosting"}))
        .resource(
            "search",
            "kendra",
            "Kendra",
            json!({"Resources": {"Index": {"Type": "AWS::Kendra::Index"}}}),
            json!({}),
        );
    let generated = generated(&files, "main");
    let hosting = told(&generated, "hosting");
    assert_eq!(hosting.len(), 2);
    assert!(
        hosting[0]
            .ends_with("in its stack: SiteBucket (AWS::S3::Bucket), Distribution (AWS::CloudFront::Distribution)"),
        "{hosting:?}"
    );
    assert!(hosting[1].ends_with("backend"), "{hosting:?}");
    assert_eq!(
        told(&generated, "category-unsupported"),
        ["search/kendra (Kendra) is not generated; in its stack: Index (AWS::Kendra::Index)"]
    );
}
