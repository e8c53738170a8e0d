use serde_json::{Value, json};

use super::{differ, features, kinds, project};
use crate::backend::model::FeatureKind as K;

#[test]
fn function_features() {
    let base = project().function("f", json!({}), json!({}));
    assert_eq!(kinds(&base), [K::FunctionCommonJs]);
    let parameters = |value: Value| base.clone().json_in_tree("function/f/function-parameters.json", &value);
    differ(&base, &parameters(json!({"lambdaLayers": [], "secretNames": []})), &[]);
    differ(&base, &parameters(json!({"secretNames": ["S"]})), &[K::FunctionSecrets]);
    differ(
        &base,
        &parameters(json!({"permissions": {"function": {"g": ["read"]}}})),
        &[K::FunctionAccessFunction],
    );
    differ(
        &base,
        &parameters(json!({"permissions": {"geo": {"m": ["read"]}}})),
        &[K::FunctionAccessGeo],
    );
    differ(
        &base,
        &parameters(json!({"permissions": {"predictions": {"m": ["read"]}}})),
        &[K::FunctionAccessPredictions],
    );
    differ(
        &base,
        &parameters(json!({"permissions": {"interactions": {"m": ["read"]}}})),
        &[K::FunctionAccessInteractions],
    );
    let rest = parameters(json!({"permissions": {"api": {"r": ["read"]}}})).entry(
        "api",
        "r",
        json!({"service": "API Gateway"}),
    );
    differ(&base, &rest, &[K::FunctionAccessRest]);
    let pinpoint = parameters(json!({"permissions": {"analytics": {"p": ["read"]}}})).entry(
        "analytics",
        "p",
        json!({"service": "Pinpoint"}),
    );
    differ(&base, &pinpoint, &[K::FunctionAccessPinpoint]);
    differ(
        &base,
        &base.clone().json_in_tree(
            "function/f/custom-policies.json",
            &json!([{"Action": [], "Resource": []}]),
        ),
        &[],
    );
    differ(
        &base,
        &base.clone().json_in_tree(
            "function/f/custom-policies.json",
            &json!([{"Action": ["s3:*"], "Resource": ["*"]}]),
        ),
        &[K::CustomPolicies],
    );
    differ(
        &base,
        &base.clone().json(
            "package.json",
            &json!({"scripts": {"amplify:f": "tsc", "amplify:g": "tsc"}}),
        ),
        &[K::FunctionBuildScript],
    );
    differ(
        &base,
        &base
            .clone()
            .in_tree("function/f/src/lib.js", "// require(x)\nconst a = require('./b')"),
        &[],
    );
    let dynamic = base
        .clone()
        .in_tree("function/f/src/lib.js", "\nmodule.exports = (n) => require(`./${n}`)");
    differ(&base, &dynamic, &[K::DynamicRequire]);
    assert_eq!(
        features(&dynamic)
            .iter()
            .find(|feature| feature.kind == K::DynamicRequire)
            .unwrap()
            .location
            .line,
        Some(2)
    );
    let with = |resources: Value| project().function("f", resources, json!({}));
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"Layers": ["arn:aws:lambda:x:1:layer:l:1"]}}})),
        &[K::LambdaLayers],
    );
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"Layers": []}}})),
        &[],
    );
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"Runtime": "nodejs16.x"}}})),
        &[K::FunctionRuntime],
    );
    differ(
        &base,
        &with(json!({"LambdaFunction": {"Properties": {"VpcConfig": {"SubnetIds": []}}}})),
        &[K::FunctionSettings],
    );
    differ(
        &base,
        &with(json!({"Q": {"Type": "AWS::SQS::Queue"}})),
        &[K::FunctionExtraResources, K::StatefulExtras],
    );
    let python = with(json!({"LambdaFunction": {"Properties": {"Runtime": "python3.12"}}}));
    assert_eq!(kinds(&python), [K::FunctionRuntime]);
}

#[test]
fn what_starts_functions() {
    let table = json!({
        "Resources": {"DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}}},
        "Outputs": {"StreamArn": {"Value": {"Fn::GetAtt": ["DynamoDBTable", "StreamArn"]}}}
    });
    let stream = json!({"Resources": {"KinesisStream": {"Type": "AWS::Kinesis::Stream"}}, "Outputs": {"kinesisStreamArn": {"Value": {"Fn::GetAtt": ["KinesisStream", "Arn"]}}}});
    let with = |source: Value| {
        project()
            .resource("storage", "t", "DynamoDB", table.clone(), json!({}))
            .resource("analytics", "k", "Kinesis", stream.clone(), json!({}))
            .function(
                "f",
                json!({"M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "LambdaFunction"}, "EventSourceArn": source}}}),
                json!({"table": {"Fn::GetAtt": ["storaget", "Outputs.StreamArn"]}, "stream": {"Fn::GetAtt": ["analyticsk", "Outputs.kinesisStreamArn"]}}),
            )
    };
    let base = project().function("f", json!({}), json!({}));
    differ(&base, &with(json!({"Ref": "table"})), &[K::FunctionTriggerStorageTable]);
    differ(&base, &with(json!({"Ref": "stream"})), &[K::FunctionTriggerKinesis]);
    differ(
        &base,
        &with(json!({"Fn::ImportValue": "x:GetAtt:NoteTable:StreamArn"})),
        &[K::FunctionTriggerModel],
    );
    differ(&base, &with(json!("arn:aws:sqs:x:1:q")), &[K::FunctionTriggerRawArn]);
    let rule = |schedule: &str| {
        project().function(
            "f",
            json!({"R": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": schedule, "Targets": [{"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "Id": "x"}]}}}),
            json!({}),
        )
    };
    differ(&base, &rule("rate(5 minutes)"), &[]);
    differ(&base, &rule("NONE"), &[]);
    differ(&base, &rule("rate(7 minutes)"), &[K::FunctionScheduleUnsupported]);
}
