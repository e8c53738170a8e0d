use serde_json::{Value, json};

use super::{ids, read};
use crate::{
    backend::model::{Attribute, EventSourceStream, Expression, Layer, ModuleFormat, Reference, Target, Trigger},
    project::fixture::ProjectFiles,
};

#[test]
fn event_sources_schedules_and_notifications_are_triggers() {
    let table = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {"DynamoDBTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": {"Fn::Join": ["-", ["t", {"Ref": "env"}]]},
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}}}},
        "Outputs": {"StreamArn": {"Value": {"Fn::GetAtt": ["DynamoDBTable", "StreamArn"]}}}
    });
    let bucket = json!({
        "Parameters": {"env": {"Type": "String"}, "functionfooArn": {"Type": "String"}, "functionfoobarArn": {"Type": "String"}},
        "Resources": {"S3Bucket": {"Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": {"Fn::Join": ["", ["b", {"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}, "-", {"Ref": "env"}]]},
            "NotificationConfiguration": {"LambdaConfigurations": [
                {"Event": "s3:ObjectCreated:*", "Function": {"Ref": "functionfooArn"}},
                {"Event": "s3:ObjectRemoved:*", "Function": {"Ref": "functionfooArn"}},
                {"Event": "s3:ObjectCreated:Put", "Function": {"Ref": "functionfoobarArn"},
                 "Filter": {"S3Key": {"Rules": [{"Name": "Prefix", "Value": {"Fn::Join": ["", ["p/", {"Ref": "AWS::Region"}]]}}, {"Name": "suffix", "Value": ".png"}]}}}
            ]}}}}
    });
    let mapping = |source: Value| {
        json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "FunctionName": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "EventSourceArn": source,
            "BatchSize": "50", "StartingPosition": "TRIM_HORIZON", "Enabled": false, "ParallelizationFactor": 2}})
    };
    let files = ProjectFiles::default()
        .resource("storage", "t", "DynamoDB", table, json!({"env": "main"}))
        .resource(
            "storage",
            "b",
            "S3",
            bucket,
            json!({"env": "main", "functionfooArn": {"Fn::GetAtt": ["functionfoo", "Outputs.Arn"]},
                   "functionfoobarArn": {"Fn::GetAtt": ["functionfoobar", "Outputs.Arn"]}}),
        )
        .function("foo", json!({
            "M": mapping(json!({"Ref": "storagetStreamArn"})),
            "N": mapping(json!("arn:aws:kinesis:eu-west-1:1:stream/other")),
            "Rule": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(5 minutes)", "State": "DISABLED",
                     "Targets": [{"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "Id": {"Ref": "LambdaFunction"}}]}},
            "None": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "NONE", "Targets": []}},
            "Pattern": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["x"]}, "Targets": [{"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}}]}}
        }), json!({"storagetStreamArn": {"Fn::GetAtt": ["storaget", "Outputs.StreamArn"]}}))
        .function("foobar", json!({}), json!({}));
    let backend = read(&files);
    assert_eq!(backend.buckets[0].bucket_name, None);
    assert_eq!(backend.buckets[0].properties["BucketName"], "b12ab-main");
    assert!(!backend.buckets[0].properties.contains_key("NotificationConfiguration"));
    let sources: Vec<&EventSourceStream> = backend
        .triggers
        .iter()
        .filter_map(|trigger| match trigger {
            Trigger::EventSource {
                source,
                batch_size: Some(50),
                enabled: false,
                properties,
                ..
            } => {
                assert_eq!(properties["ParallelizationFactor"], json!(2));
                Some(source)
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        sources,
        [
            &EventSourceStream::Reference(Reference {
                target: Target::Table("t".into()),
                attribute: Attribute::StreamArn
            }),
            &EventSourceStream::Arn(Expression::Literal("arn:aws:kinesis:eu-west-1:1:stream/other".into())),
        ]
    );
    let schedules: Vec<&Trigger> = backend
        .triggers
        .iter()
        .filter(|trigger| matches!(trigger, Trigger::Schedule { .. }))
        .collect();
    assert_eq!(
        schedules,
        [&Trigger::Schedule {
            function: "foo".into(),
            expression: "rate(5 minutes)".into(),
            enabled: false,
            description: None
        }]
    );
    let notifications: Vec<&Trigger> = backend
        .triggers
        .iter()
        .filter(|trigger| matches!(trigger, Trigger::Bucket { .. }))
        .collect();
    assert_eq!(
        notifications,
        [
            &Trigger::Bucket {
                bucket: "b".into(),
                function: "foo".into(),
                events: vec!["s3:ObjectCreated:*".into(), "s3:ObjectRemoved:*".into()],
                prefix: None,
                suffix: None
            },
            &Trigger::Bucket {
                bucket: "b".into(),
                function: "foobar".into(),
                events: vec!["s3:ObjectCreated:Put".into()],
                prefix: Some("p/eu-west-1".into()),
                suffix: Some(".png".into())
            },
        ]
    );
    // What is more than a schedule goes over with what else was added to the template.
    let added = &backend.custom_stacks[0];
    assert_eq!(added.name, "function/foo");
    assert!(
        added.template["Resources"]
            .as_object()
            .unwrap()
            .values()
            .any(|resource| resource["Type"] == "AWS::Events::Rule")
    );
}

#[test]
fn layers_module_formats_and_extra_settings() {
    let files = ProjectFiles::default()
        .resource(
            "function",
            "mylayer",
            "LambdaLayer",
            json!({"Parameters": {"env": {"Type": "String"}}, "Resources": {"LambdaLayerVersion1": {"Type": "AWS::Lambda::LayerVersion"}},
                   "Outputs": {"Arn": {"Value": {"Ref": "LambdaLayerVersion1"}}}}),
            json!({"env": "main"}),
        )
        .function(
            "f",
            json!({
                "LambdaFunction": {"Properties": {
                    "Handler": "src/app.main", "Runtime": "nodejs20.x", "Timeout": "30",
                    "Layers": [{"Ref": "functionmylayerArn"}, "arn:aws:lambda:eu-west-1:1:layer:sharp:3"],
                    "VpcConfig": {"SubnetIds": ["s-1"]}, "EphemeralStorage": {"Size": 1024}, "Architectures": ["arm64"]
                }},
                "LambdaExecutionRole": {"Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/X"]}},
                "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Threshold": 1}}
            }),
            json!({"functionmylayerArn": {"Fn::GetAtt": ["functionmylayer", "Outputs.Arn"]}}),
        )
        .in_tree("function/f/src/src/app.mjs", "export const main = 1")
        .function("py", json!({"LambdaFunction": {"Properties": {"Runtime": "python3.12"}}}), json!({}))
        .function("gone", json!({"LambdaFunction": {"Properties": {"Handler": "other.handler"}}}), json!({}))
        .entry("function", "unpushed", json!({"service": "Lambda"}));
    let backend = read(&files);
    let function = |name: &str| backend.functions.iter().find(|function| function.name == name).unwrap();
    let f = function("f");
    assert_eq!(
        f.layers,
        [
            Layer::Project("mylayer".into()),
            Layer::External("arn:aws:lambda:eu-west-1:1:layer:sharp:3".into())
        ]
    );
    assert_eq!(
        (f.module_format, f.timeout_seconds, f.ephemeral_storage_mb),
        (ModuleFormat::EsModule, Some(30), Some(1024))
    );
    assert_eq!(f.architecture.as_deref(), Some("arm64"));
    assert_eq!(f.other_properties.keys().collect::<Vec<_>>(), ["VpcConfig"]);
    assert_eq!(
        f.managed_policies,
        [Expression::Literal("arn:aws:iam::aws:policy/X".into())]
    );
    assert_eq!(function("py").module_format, ModuleFormat::NotNode);
    assert_eq!(backend.extra_resources.len(), 1);
    assert_eq!(backend.extra_resources[0].logical_id, "Alarm");
    assert!(backend.custom_stacks[0].template["Resources"].get("Alarm").is_some());
    for id in ["function-entry-missing", "function-template-missing"] {
        assert!(ids(&backend).contains(&id), "{id}: {:?}", ids(&backend));
    }
    // The inventory holds the function that nobody can read, too.
    assert!(backend.resources.iter().any(|resource| resource.id.name == "unpushed"));
}

#[test]
fn a_role_from_elsewhere_and_an_image_are_told() {
    let files = ProjectFiles::default().function(
        "f",
        json!({"LambdaFunction": {"Properties": {"Role": "arn:aws:iam::1:role/x", "PackageType": "Image"}}}),
        json!({}),
    );
    let backend = read(&files);
    assert!(ids(&backend).contains(&"function-foreign-role"));
    assert!(backend.functions[0].other_properties.contains_key("PackageType"));
}

#[test]
fn stacks_of_the_user_are_told_apart_from_those_of_the_transformer() {
    let nested = |file: &str| json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": format!("https://x/stacks/{file}")}});
    let own = json!({"Resources": {"EmptyResource": {"Type": "Custom::EmptyResource"}, "Mine": {"Type": "AWS::AppSync::Resolver"}}});
    let files = ProjectFiles::default()
        .graphql("api", "type A @model @searchable @auth(rules: [{allow: owner}]) { id: ID! }")
        .json_in_tree(
            "api/api/build/cloudformation-template.json",
            &json!({"Resources": {
                "GraphQLAPI": {"Type": "AWS::AppSync::GraphQLApi"}, "Role": {"Type": "AWS::IAM::Role"},
                "SearchableStack": nested("SearchableStack.json"), "CustomResourcesjson": nested("CustomResources.json")}}),
        )
        .json_in_tree("api/api/stacks/CustomResources.json", &own)
        .json_in_tree("api/api/build/stacks/CustomResources.json", &own)
        .json_in_tree(
            "api/api/build/stacks/SearchableStack.json",
            &json!({"Resources": {
                "OpenSearchDomain": {"Type": "AWS::Elasticsearch::Domain"}, "Streaming": {"Type": "AWS::Lambda::Function"},
                "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Fn::GetAtt": ["Streaming", "Arn"]}, "EventSourceArn": "x"}}}}),
        );
    let backend = read(&files);
    assert!(backend.extra_resources.is_empty(), "{:?}", backend.extra_resources);
    let data = backend.data.as_ref().unwrap();
    assert!(data.search.as_ref().is_some_and(|search| search.is_known));
    let [own] = data.stacks.as_slice() else {
        panic!("{:?}", data.stacks);
    };
    assert_eq!(own.stack_path, "apiapi/CustomResourcesjson");
    assert_eq!(
        own.template["Resources"],
        json!({"Mine": {"Type": "AWS::AppSync::Resolver"}})
    );
    assert!(
        backend.triggers.is_empty() && !ids(&backend).contains(&"event-source-unknown"),
        "{:?}",
        ids(&backend)
    );
}
