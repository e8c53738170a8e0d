use serde_json::{Value, json};

use super::{generated, get_att, strings, text, told};
use crate::project::fixture::ProjectFiles;

const CFN: &str = "customCloudformation";

fn template(generated: &crate::generate::Generated, folder: &str) -> Value {
    serde_json::from_str(&text(generated, &format!("amplify/custom/{folder}/template.json"))).unwrap()
}

fn topic(name: Value) -> Value {
    json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}},
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}, "Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}}
    })
}

#[test]
fn names_become_those_of_the_branch_wherever_the_environment_stands() {
    let named = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "jobs-${env}.fifo"}, "FifoQueue": true}},
            "Fixed": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "fixed.fifo", "FifoQueue": true}},
            "Record": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "api.example.com", "Type": "A"}},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "PolicyDocument": {}}},
            "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Name": "it's `${x}`", "Targets": [{"Arn": {"Fn::Sub": "arn:aws:sqs:${AWS::Region}:1:jobs-main.fifo"}}]}}
        }
    });
    let files = ProjectFiles::default().resource("custom", "q", CFN, named, json!({"env": "main"}));
    let same = generated(&files, "main");
    let code = text(&same, "amplify/custom/q/resource.ts");
    assert!(
        code.contains("getResource('Queue').addPropertyOverride('QueueName', `jobs-gen2-${nameSuffix}.fifo`)"),
        "{code}"
    );
    assert!(code.contains("'QueueName', `fixed-gen2-${nameSuffix}.fifo`"), "{code}");
    assert!(code.contains(r"'Name', `it's \`\${x}\`-gen2-${nameSuffix}`"), "{code}");
    assert!(!code.contains("'Policy'") && !code.contains("'Record'"), "{code}");
    assert_eq!(told(&same, "custom-name-taken").len(), 1);
    assert_eq!(told(&same, "custom-name-mentioned").len(), 1);
    let other = text(&generated(&files, "gen2-main"), "amplify/custom/q/resource.ts");
    assert!(other.contains("`jobs-${nameSuffix}.fifo`"), "{other}");
}

#[test]
fn a_topic_that_is_called_like_a_queue_elsewhere_is_no_mention_of_it() {
    let queue = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "jobs-${env}"}}}}
    });
    let other = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "jobs-${env}"}}}}
    });
    let mention = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Dimensions": [{"Name": "QueueName", "Value": {"Fn::Sub": "jobs-${env}"}}]}}}
    });
    let files = ProjectFiles::default()
        .resource("custom", "queue", CFN, queue, json!({"env": "main"}))
        .resource("custom", "topic", CFN, other, json!({"env": "main"}));
    assert!(told(&generated(&files, "main"), "custom-name-mentioned").is_empty());
    let files = files.resource("custom", "alarm", CFN, mention, json!({"env": "main"}));
    assert!(!told(&generated(&files, "main"), "custom-name-mentioned").is_empty());
}

#[test]
fn what_others_know_by_an_address_or_a_key_is_told() {
    let template = json!({
        "Parameters": {"env": {"Type": "String"}},
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Partner": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": "pool", "GenerateSecret": true}},
            "Absent": {"Type": "AWS::IAM::AccessKey", "Condition": "Never", "Properties": {"UserName": "u"}},
            "Topic": {"Type": "AWS::SNS::Topic"}
        }
    });
    let files = ProjectFiles::default().resource("custom", "c", CFN, template, json!({"env": "main"}));
    let generated = generated(&files, "main");
    let findings = told(&generated, "custom-address-anew");
    assert_eq!(findings.len(), 1);
    assert!(findings[0].contains("Partner (AWS::Cognito::UserPoolClient) of custom/c"));
}

#[test]
fn parameters_get_values_of_their_type_and_secrets_none() {
    let declared = json!({
        "Parameters": {
            "env": {"Type": "String"}, "count": {"Type": "Number"}, "zones": {"Type": "CommaDelimitedList"},
            "arns": {"Type": "CommaDelimitedList"}, "image": {"Type": "AWS::SSM::Parameter::Value<String>"},
            "secret": {"Type": "String", "NoEcho": true, "Default": "x"}, "nobody": {"Type": "String"},
            "kept": {"Type": "String", "Default": "d"}, "functionfArn": {"Type": "String"},
            "authusersCreatedSNSRole": {"Type": "String"}, "forgotten": {"Type": "String", "NoEcho": true}
        },
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Used": {"Value": {"Fn::Sub": "${env}${count}${zones}${arns}${image}${secret}${nobody}${kept}${functionfArn}"}}}
    });
    let passed = json!({
        "env": "main", "count": "3", "zones": "a,'b'", "arns": {"Fn::Join": [",", [get_att("functionf", "Arn"), "x"]]},
        "authusersCreatedSNSRole": get_att("authusers", "CreatedSNSRole"),
        "image": "/golden/${image}", "secret": "hunter2", "functionfArn": get_att("functionf", "Arn")
    });
    let files = ProjectFiles::default()
        .function("f", json!({}), json!({}))
        .resource("custom", "c", CFN, declared, passed);
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/custom/c/resource.ts");
    for expected in [
        "env: environmentName,",
        "count: 3,",
        "zones: [\n        'a',\n        '\\'b\\'',\n      ],",
        "arns: Fn.split(',', `${backend.f.resources.lambda.functionArn},x`),",
        "functionfArn: backend.f.resources.lambda.functionArn,",
        "c.getParameter('image').default = '/golden/${image}';",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert!(!code.contains("hunter2") && !code.contains("kept"), "{code}");
    assert!(!template(&generated, "c").to_string().contains("hunter2"));
    let without = told(&generated, "custom-parameter-without-value");
    assert_eq!(without.len(), 2, "{without:?}");
    // What nothing refers to goes, and nobody has to find a value for it.
    let parameters = template(&generated, "c")["Parameters"].clone();
    assert!(parameters.get("authusersCreatedSNSRole").is_none() && parameters.get("forgotten").is_none());
    assert!(parameters.get("nobody").is_some());
    assert!(told(&generated, "custom-parameter-unresolved").is_empty());
}

#[test]
fn imports_become_parameters_exports_go_and_data_is_retained() {
    let stack = json!({
        "Description": "{\"createdBy\":\"Amplify\"}",
        "Parameters": {"env": {"Type": "String"}, "api": {"Type": "String"}, "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk"}},
        "Rules": {"CheckBootstrapVersion": {}},
        "Resources": {
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": {"Fn::ImportValue": {"Fn::Sub": "${api}:GetAtt:TodoTable:StreamArn"}}, "FunctionName": "f"}},
            "Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete"},
            "Stack": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://s3/x"}}
        },
        "Outputs": {"B": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "b"}}}
    });
    let files = ProjectFiles::default()
        .graphql("api", "type Todo @model { id: ID! }")
        .resource("custom", "c", CFN, stack, json!({"env": "main", "api": "apiid"}));
    let generated = generated(&files, "main");
    let included = template(&generated, "c");
    assert_eq!(
        included["Resources"]["Mapping"]["Properties"]["EventSourceArn"],
        json!({"Ref": "ImportedValue1"})
    );
    assert_eq!(included["Parameters"]["ImportedValue1"], json!({"Type": "String"}));
    assert_eq!(included["Resources"]["Bucket"]["DeletionPolicy"], "Retain");
    assert_eq!(included["Resources"]["Bucket"]["UpdateReplacePolicy"], "Retain");
    for gone in ["Description", "Rules"] {
        assert!(included.get(gone).is_none(), "{included}");
    }
    assert!(included["Parameters"].get("BootstrapVersion").is_none());
    assert!(included["Outputs"]["B"].get("Export").is_none());
    let code = text(&generated, "amplify/custom/c/resource.ts");
    assert!(
        code.contains("ImportedValue1: backend.data.resources.tables.Todo.tableStreamArn!,"),
        "{code}"
    );
    for id in [
        "custom-stateful-resource",
        "custom-export-dropped",
        "custom-nested-stack",
    ] {
        assert_eq!(told(&generated, id).len(), 1, "{id}");
    }
}

#[test]
fn stacks_that_need_each_other_come_in_order_and_functions_on_both_sides_are_kept_apart() {
    // `publish` sends to the topic that calls `notify`.
    let subscribed = json!({
        "Parameters": strings(&["env", "functionnotifyArn"]),
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "lambda", "TopicArn": {"Ref": "Topic"}, "Endpoint": {"Ref": "functionnotifyArn"}}}
        },
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}}
    });
    let watching = json!({
        "Parameters": strings(&["env", "customtopicsTopicArn"]),
        "Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "customtopicsTopicArn"}}}}
    });
    let environment = json!({"LambdaFunction": {"Properties": {"Environment": {"Variables": {"TOPIC": {"Ref": "customtopicsTopicArn"}}}}}});
    let files = ProjectFiles::default()
        .resource(
            "custom",
            "a-watch",
            CFN,
            watching,
            json!({"env": "main", "customtopicsTopicArn": get_att("customtopics", "TopicArn")}),
        )
        .resource(
            "custom",
            "topics",
            "customCDK",
            subscribed,
            json!({"env": "main", "functionnotifyArn": get_att("functionnotify", "Arn")}),
        )
        .in_tree("custom/topics/cdk-stack.ts", "export class cdkStack {} // `${x}`\n")
        .function(
            "publish",
            environment,
            json!({"customtopicsTopicArn": get_att("customtopics", "TopicArn")}),
        )
        .function("notify", json!({}), json!({}));
    let generated = generated(&files, "main");
    let backend = text(&generated, "amplify/backend.ts");
    let position = |code: &str| backend.find(code).unwrap_or_else(|| panic!("{code}\n{backend}"));
    assert!(position("const topics = createTopics(backend);") < position("createAWatch(backend, topics);"));
    assert!(position("createTopics(backend);") < position("wirePublish(backend, topics);"));
    let wiring = text(&generated, "amplify/function/publish/wiring.ts");
    assert!(wiring.contains("'TOPIC', topics.getResource('Topic').ref"), "{wiring}");
    let groups = ["publish", "notify"].map(|name| text(&generated, &format!("amplify/function/{name}/resource.ts")));
    assert_ne!(
        groups[0].contains("resourceGroupName"),
        groups[1].contains("resourceGroupName"),
        "one of them leaves the stack of functions"
    );
    assert!(told(&generated, "circular-dependency").is_empty());
    assert_eq!(
        text(&generated, "amplify/custom/topics/gen1-source/cdk-stack.ts.txt"),
        "export class cdkStack {} // `${x}`\n"
    );
    assert_eq!(told(&generated, "custom-cdk-compiled").len(), 1);
}

#[test]
fn odd_names_of_stacks_stay_names() {
    let mut files = ProjectFiles::default();
    for name in ["class", "1st", "it's", "template", "stack", "a-b", "a.b"] {
        files = files.resource(
            "custom",
            name,
            CFN,
            topic(json!({"Fn::Sub": "t-${env}"})),
            json!({"env": "main"}),
        );
    }
    let generated = generated(&files, "main");
    let paths = generated.tree.paths().filter(|path| path.ends_with("/resource.ts"));
    let stacks: Vec<String> = paths.map(|path| text(&generated, path)).collect();
    for constant in [
        "classStack",
        "_1st",
        "itS",
        "templateStack",
        "stackStack",
        "aB",
        "aBStack",
    ] {
        assert!(
            stacks
                .iter()
                .any(|stack| stack.contains(&format!("const {constant} = new CfnInclude"))),
            "{constant}\n{stacks:?}"
        );
    }
    assert_eq!(
        generated
            .tree
            .paths()
            .filter(|path| path.ends_with("template.json"))
            .count(),
        7
    );
}

#[test]
fn a_stack_without_template_is_told() {
    let files = ProjectFiles::default().entry("custom", "gone", json!({"service": "customCDK"}));
    let generated = generated(&files, "main");
    assert_eq!(told(&generated, "custom-template-missing").len(), 1);
    assert_eq!(told(&generated, "category-unsupported").len(), 1);
    assert!(!generated.tree.paths().any(|path| path.starts_with("amplify/custom")));
}
