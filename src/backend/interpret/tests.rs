use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    backend::{
        finding::Severity,
        interpret,
        model::{
            Attribute, AuthTrigger, AuthorizationMode, Backend, Effect, EnvironmentValue, EventSourceStream,
            Expression, Layer, ModuleFormat, Principal, Reference, Target, Trigger,
        },
    },
    deployment::{Deployment, Stack, StackResource, StackTree},
    project::{Project, fixture::ProjectFiles},
};

fn read(files: &ProjectFiles) -> Backend {
    interpret(&files.open(), None)
}

fn ids(backend: &Backend) -> Vec<&str> {
    backend.findings.iter().map(|finding| finding.id.as_str()).collect()
}

fn reference(target: Target, attribute: Attribute) -> Expression {
    Expression::Reference(Reference { target, attribute })
}

fn variable<'b>(backend: &'b Backend, function: &str, name: &str) -> &'b Expression {
    let function = backend.functions.iter().find(|found| found.name == function).unwrap();
    match &function.environment[name] {
        EnvironmentValue::Expression(expression) => expression,
        other => panic!("{other:?}"),
    }
}

/// The CLI's template of a user pool, as far as the tests need it.
fn auth_template() -> Value {
    json!({
        "Parameters": {
            "env": {"Type": "String"},
            "userPoolName": {"Type": "String"},
            "passwordPolicyMinLength": {"Type": "String"},
            "aliasAttributes": {"Type": "CommaDelimitedList", "Default": "email,phone_number"},
            "allowUnauthenticatedIdentities": {"Type": "String", "Default": "false"}
        },
        "Conditions": {"None": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
        "Resources": {
            "UserPool": {
                "Type": "AWS::Cognito::UserPool",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "UserPoolName": {"Fn::If": ["None", {"Ref": "userPoolName"}, {"Fn::Join": ["", [{"Ref": "userPoolName"}, "-", {"Ref": "env"}]]}]},
                    "AliasAttributes": {"Ref": "aliasAttributes"},
                    "Policies": {"PasswordPolicy": {"MinimumLength": {"Ref": "passwordPolicyMinLength"}, "RequireNumbers": "true"}}
                }
            },
            "UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "UserPool"}}},
            "UserPoolClient": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"GenerateSecret": "true", "UserPoolId": {"Ref": "UserPool"}}},
            "IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {"AllowUnauthenticatedIdentities": {"Ref": "allowUnauthenticatedIdentities"}}}
        },
        "Outputs": {
            "UserPoolId": {"Value": {"Ref": "UserPool"}},
            "UserPoolArn": {"Value": {"Fn::GetAtt": ["UserPool", "Arn"]}},
            "AppClientIDWeb": {"Value": {"Ref": "UserPoolClientWeb"}}
        }
    })
}

fn with_auth() -> ProjectFiles {
    ProjectFiles::default().resource(
        "auth",
        "users",
        "Cognito",
        auth_template(),
        json!({"env": "main", "userPoolName": "it's `${x}`", "passwordPolicyMinLength": "10"}),
    )
}

#[test]
fn user_pool_properties_are_evaluated_and_typed() {
    let backend = read(&with_auth());
    let auth = backend.auth.as_ref().unwrap();
    let pool = auth.user_pool.as_ref().unwrap();
    assert_eq!(
        Value::Object(pool.properties.clone()),
        json!({
            "UserPoolName": "it's `${x}`-main",
            "AliasAttributes": ["email", "phone_number"],
            "Policies": {"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": true}}
        })
    );
    assert_eq!(pool.deletion_policy.as_deref(), Some("Retain"));
    let client = auth.native_client.as_ref().unwrap();
    assert_eq!(client.properties["GenerateSecret"], json!(true));
    assert_eq!(
        Expression::from_property(&client.properties["UserPoolId"]),
        Some(reference(Target::UserPool, Attribute::Id))
    );
    assert_eq!(
        auth.identity_pool.as_ref().unwrap().properties["AllowUnauthenticatedIdentities"],
        json!(false)
    );
    assert_eq!(ids(&backend), Vec::<&str>::new());
}

#[test]
fn triggers_are_read_from_the_pool_or_the_custom_resource_and_never_by_name() {
    let mut template = auth_template();
    template["Parameters"]["functionHookArn"] = json!({"Type": "String"});
    template["Resources"]["UserPool"]["Properties"]["LambdaConfig"] = json!({"PostConfirmation": {"Ref": "functionHookArn"}, "PreTokenGeneration": "arn:aws:lambda:eu-west-1:1:function:foreign"});
    let files = ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            template,
            json!({"env": "main", "userPoolName": "p", "passwordPolicyMinLength": 8,
                   "functionHookArn": {"Fn::GetAtt": ["functionHook", "Outputs.Arn"]}}),
        )
        .function("Hook", json!({}), json!({}))
        // Named like a trigger, and none.
        .function("usersPreSignup", json!({}), json!({}))
        .json_in_tree(
            "auth/users/build/auth-trigger-cloudformation-template.json",
            &json!({
                "Parameters": {"env": {"Type": "String"}, "userpoolId": {"Type": "String"}, "functionHookArn": {"Type": "String"},
                               "functionHookLambdaExecutionRole": {"Type": "String"}},
                "Resources": {
                    "CustomAuthTriggerResource": {"Type": "Custom::CustomAuthTriggerResourceOutputs", "Properties": {
                        "userpoolId": {"Ref": "userpoolId"},
                        "lambdaConfig": [{"triggerType": "PreSignUp", "lambdaFunctionName": "Hook", "lambdaFunctionArn": {"Ref": "functionHookArn"}}]}},
                    "AddToGroup": {"Type": "AWS::IAM::Policy", "Properties": {
                        "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "cognito-idp:AdminAddUserToGroup", "Resource": {"Ref": "userpoolId"}}},
                        "Roles": [{"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "functionHookLambdaExecutionRole"}]}]}]}]}]}}
                }
            }),
        );
    let backend = read(&files);
    let auth = backend.auth.as_ref().unwrap();
    let trigger = |event: &str| AuthTrigger {
        event: event.into(),
        function: "Hook".into(),
    };
    assert_eq!(auth.triggers, [trigger("PreSignUp"), trigger("PostConfirmation")]);
    assert!(!auth.user_pool.as_ref().unwrap().properties.contains_key("LambdaConfig"));
    assert!(ids(&backend).contains(&"auth-trigger-foreign"), "{:?}", ids(&backend));
    let grant = backend
        .grants
        .iter()
        .find(|grant| grant.policy == "AddToGroup")
        .expect("the policy of the trigger's template is a grant");
    assert_eq!(grant.principal, Principal::Function("Hook".into()));
    assert_eq!(grant.statement.actions, ["cognito-idp:AdminAddUserToGroup"]);
    assert_eq!(grant.statement.resources, [reference(Target::UserPool, Attribute::Id)]);
}

#[test]
fn groups_are_sorted_by_precedence_and_none_is_dropped() {
    let group = |name: &str, precedence: Value| {
        json!({"Type": "AWS::Cognito::UserPoolGroup", "Properties": {
            "GroupName": name, "Precedence": precedence, "Description": "d",
            "RoleArn": {"Fn::GetAtt": [format!("{name}GroupRole"), "Arn"]}}})
    };
    let role = |name: &str| {
        json!({"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": {"Fn::Join": ["", [{"Ref": "authusersUserPoolId"}, "-", name, "GroupRole"]]},
            "Policies": [{"PolicyName": "own", "PolicyDocument": {"Statement": [{"Effect": "Deny", "Action": ["s3:*"], "Resource": "*"}]}}]}})
    };
    let files = with_auth()
        .resource(
            "auth",
            "userPoolGroups",
            "Cognito-UserPool-Groups",
            json!({
                "Parameters": {"env": {"Type": "String"}, "authusersUserPoolId": {"Type": "String"}},
                "Resources": {
                    "B'sGroup": group("B's", json!(2)), "B'sGroupRole": role("B's"),
                    "AGroup": group("A", json!("1")), "AGroupRole": role("A")
                }
            }),
            json!({"env": "main", "authusersUserPoolId": {"Fn::GetAtt": ["authusers", "Outputs.UserPoolId"]}}),
        )
        .json_in_tree(
            "auth/userPoolGroups/user-pool-group-precedence.json",
            &json!([{"groupName": "Last"}, {"groupName": "A", "precedence": 1}]),
        );
    let backend = read(&files);
    let auth = backend.auth.as_ref().unwrap();
    let told: Vec<(&str, Option<i64>)> = auth
        .groups
        .iter()
        .map(|group| (group.name.as_str(), group.precedence))
        .collect();
    assert_eq!(told, [("A", Some(1)), ("B's", Some(2)), ("Last", None)]);
    assert!(auth.groups[0].role_properties.contains_key("RoleName"));
    let deny = backend
        .grants
        .iter()
        .find(|grant| grant.principal == Principal::Group("B's".into()))
        .unwrap();
    assert_eq!(deny.statement.effect, Effect::Deny);
}

#[test]
fn environment_variables_stay_references() {
    let files = with_auth()
        .graphql("api", "type Note @model { id: ID! }")
        .json_in_tree(
            "awscloudformation/build/api/api/build/cloudformation-template.json",
            &json!({
                "Parameters": {"env": {"Type": "String", "Default": "NONE"}},
                "Resources": {
                    "GraphQLAPI": {"Type": "AWS::AppSync::GraphQLApi", "Properties": {}},
                    "Note": {"Type": "AWS::CloudFormation::Stack", "Properties": {
                        "TemplateURL": {"Fn::Join": ["", ["https://", {"Ref": "AWS::Region"}, "/stacks/Note.json"]]},
                        "Parameters": {"api": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}, "env": {"Ref": "env"}}}}
                },
                "Outputs": {"GraphQLAPIIdOutput": {"Value": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}}}
            }),
        )
        .json_in_tree(
            "api/api/build/stacks/Note.json",
            &json!({
                "Parameters": {"api": {"Type": "String"}, "env": {"Type": "String"}},
                "Resources": {"NoteTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
                    "TableName": {"Fn::Join": ["", ["Note-", {"Ref": "api"}, "-", {"Ref": "env"}]]}}}},
                "Outputs": {"Name": {"Value": {"Ref": "NoteTable"}, "Export": {"Name": {"Fn::Join": [":", [{"Ref": "api"}, "GetAtt:NoteTable:Name"]]}}}}
            }),
        )
        .function(
            "f",
            json!({
                "LambdaFunction": {"Properties": {"Environment": {"Variables": {
                    "ENV": {"Ref": "env"},
                    "POOL": {"Ref": "authusersUserPoolId"},
                    "TABLE": {"Fn::ImportValue": {"Fn::Sub": "${apiapiGraphQLAPIIdOutput}:GetAtt:NoteTable:Name"}},
                    "STREAM": {"Fn::ImportValue": {"Fn::Sub": "${apiapiGraphQLAPIIdOutput}:GetAtt:OtherTable:StreamArn"}},
                    "TEXT": "a `${b}` \"c\"",
                    "NUMBER": 5,
                    "URL": {"Fn::Sub": "https://${AWS::Region}.x/${env}/${authusersUserPoolId}"},
                    "LOST": {"Ref": "nobody"},
                    "SECRET": {"Fn::Sub": "/amplify/dabc/${env}/AMPLIFY_f_SECRET"}
                }}}}
            }),
            json!({
                "authusersUserPoolId": {"Fn::GetAtt": ["authusers", "Outputs.UserPoolId"]},
                "apiapiGraphQLAPIIdOutput": {"Fn::GetAtt": ["apiapi", "Outputs.GraphQLAPIIdOutput"]}
            }),
        );
    let backend = read(&files);
    assert_eq!(variable(&backend, "f", "ENV"), &Expression::EnvironmentName);
    assert_eq!(
        variable(&backend, "f", "POOL"),
        &reference(Target::UserPool, Attribute::Id)
    );
    assert_eq!(
        variable(&backend, "f", "TABLE"),
        &reference(Target::ModelTable("Note".into()), Attribute::Name)
    );
    assert_eq!(
        variable(&backend, "f", "STREAM"),
        &reference(Target::ModelTable("Other".into()), Attribute::StreamArn)
    );
    assert_eq!(
        variable(&backend, "f", "TEXT"),
        &Expression::Literal("a `${b}` \"c\"".into())
    );
    assert_eq!(variable(&backend, "f", "NUMBER"), &Expression::Literal("5".into()));
    assert_eq!(
        variable(&backend, "f", "URL"),
        &Expression::Concat(vec![
            Expression::Literal("https://".into()),
            Expression::Region,
            Expression::Literal(".x/".into()),
            Expression::EnvironmentName,
            Expression::Literal("/".into()),
            reference(Target::UserPool, Attribute::Id),
        ])
    );
    assert_eq!(
        backend.functions[0].environment["SECRET"],
        EnvironmentValue::Secret("SECRET".into())
    );
    let lost = backend
        .findings
        .iter()
        .find(|finding| finding.id == "unresolved-value")
        .expect("what nobody knows is told");
    assert!(lost.message.contains("nobody"), "{}", lost.message);
    assert_eq!(
        backend.data.as_ref().unwrap().models[0].table_name.as_deref(),
        Some("Note-apiid-main")
    );
    assert_eq!(backend.data.as_ref().unwrap().default_mode, AuthorizationMode::UserPool);
}

#[test]
fn conditions_on_the_environment_are_decided_while_its_name_stays_symbolic() {
    let files = ProjectFiles::default().function(
        "f",
        json!({
            "LambdaFunction": {"Properties": {"Environment": {"Variables": {
                "A": {"Fn::If": ["IsMain", {"Fn::Sub": "main-${env}"}, "other"]},
                "B": {"Fn::If": ["IsProd", "x", {"Ref": "AWS::NoValue"}]}
            }}}}
        }),
        json!({}),
    );
    let path = "function/f/build/f-cloudformation-template.json";
    let project = files.open();
    let mut template = Value::Object(
        project.resource_files["function/f"]
            .template
            .as_ref()
            .unwrap()
            .template
            .document()
            .clone(),
    );
    template["Conditions"] = json!({
        "IsMain": {"Fn::Equals": [{"Ref": "env"}, "main"]},
        "IsProd": {"Fn::Equals": [{"Ref": "env"}, "prod"]}
    });
    let backend = read(&files.json_in_tree(path, &template));
    assert_eq!(
        variable(&backend, "f", "A"),
        &Expression::Concat(vec![Expression::Literal("main-".into()), Expression::EnvironmentName])
    );
    assert!(!backend.functions[0].environment.contains_key("B"));
    assert_eq!(backend.functions[0].deployed_name.as_deref(), Some("f-main"));
}

#[test]
fn policies_keep_deny_conditions_and_not_resources() {
    let files = ProjectFiles::default().function(
        "f",
        json!({
            "Own": {"Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{"Ref": "LambdaExecutionRole"}],
                "PolicyDocument": {"Statement": [
                    {"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["a", "b"],
                     "Condition": {"StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}}},
                    {"Effect": "Deny", "Action": ["s3:Get*", ["s3:Put*"]], "Resource": "*"},
                    {"Effect": "Allow", "Resource": "*"},
                    {"Effect": "Allow", "Action": {"Ref": "nobody"}, "Resource": "*"}
                ]}}},
            "Foreign": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "Roles": ["some-other-role"], "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}}
        }),
        json!({}),
    );
    let backend = read(&files);
    let statements: Vec<_> = backend.grants.iter().map(|grant| &grant.statement).collect();
    assert_eq!(statements.len(), 2);
    assert_eq!(
        (statements[0].not_actions.as_slice(), statements[0].not_resources.len()),
        (&["iam:*".to_owned()][..], 2)
    );
    assert_eq!(
        statements[0].conditions["StringEquals"]["aws:RequestedRegion"],
        [Expression::Region]
    );
    assert_eq!(statements[1].effect, Effect::Deny);
    assert_eq!(statements[1].actions, ["s3:Get*", "s3:Put*"]);
    let unreadable = ids(&backend)
        .iter()
        .filter(|id| **id == "policy-statement-unreadable")
        .count();
    assert_eq!(unreadable, 2);
    assert!(ids(&backend).contains(&"policy-of-unknown-role"));
}

#[test]
fn custom_policies_that_were_not_deployed_into_the_template_are_read_from_the_file() {
    let policies = json!([{"Action": ["ses:SendEmail"], "Resource": ["arn:aws:ses:*:*:identity/${env}.example"]}]);
    let files = ProjectFiles::default()
        .function("f", json!({}), json!({}))
        .json_in_tree("function/f/custom-policies.json", &policies);
    let backend = read(&files);
    let grant = backend
        .grants
        .iter()
        .find(|grant| grant.policy == "CustomLambdaExecutionPolicy")
        .unwrap();
    assert_eq!(
        grant.statement.resources,
        [Expression::Concat(vec![
            Expression::Literal("arn:aws:ses:*:*:identity/".into()),
            Expression::EnvironmentName,
            Expression::Literal(".example".into()),
        ])]
    );
    assert!(grant.location.path.ends_with("custom-policies.json"));
    let deployed = ProjectFiles::default()
        .function(
            "f",
            json!({"CustomLambdaExecutionPolicy": {"Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{"Ref": "LambdaExecutionRole"}],
                "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "x"}]}}}}),
            json!({}),
        )
        .json_in_tree("function/f/custom-policies.json", &policies);
    assert_eq!(read(&deployed).grants.len(), 1);
}

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
    assert!(ids(&backend).contains(&"event-rule-unsupported"));
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
    for id in ["extra-resource", "function-entry-missing", "function-template-missing"] {
        assert!(ids(&backend).contains(&id), "{id}: {:?}", ids(&backend));
    }
    // The inventory holds the function that nobody can read, too.
    assert!(backend.resources.iter().any(|resource| resource.id.name == "unpushed"));
}

#[test]
fn rest_access_is_that_of_the_policies() {
    let uri = json!({"Fn::Join": ["", ["arn:aws:apigateway:", {"Ref": "AWS::Region"}, ":lambda:path/", {"Ref": "functionfArn"}, "/invocations"]]});
    let method = |security: Value| json!({"x-amazon-apigateway-any-method": {"security": security, "x-amazon-apigateway-integration": {"uri": uri}}, "options": {}});
    let sigv4 = json!([{"sigv4": []}]);
    let api = json!({
        "Parameters": {"env": {"Type": "String"}, "functionfArn": {"Type": "String"}},
        "Resources": {"shop": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop", "Body": {
            "paths": {
                "/items": method(sigv4.clone()), "/items/{proxy+}": method(sigv4.clone()),
                "/items/{id}": method(sigv4.clone()), "/items/{id}/{proxy+}": method(sigv4),
                "/open": method(Value::Null), "/open/{proxy+}": method(Value::Null)
            },
            "securityDefinitions": {"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"}}}}}},
        "Outputs": {"ApiId": {"Value": {"Ref": "shop"}}, "ApiName": {"Value": "shop"}, "RootUrl": {"Value": "https://x"}}
    });
    let allow = |role: &str, tails: &[&str]| {
        let resources: Vec<Value> = tails
            .iter()
            .map(|tail| json!({"Fn::Join": ["", ["arn:aws:execute-api:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":", {"Ref": "shop"}, "/", {"Ref": "env"}, tail]]}))
            .collect();
        json!({"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": role}], "PolicyDocument": {"Statement": [
            {"Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": resources}]}}})
    };
    let base = ProjectFiles::default()
        .function("f", json!({
            "LambdaFunction": {"Properties": {"Environment": {"Variables": {"NAME": {"Ref": "apishopApiName"}, "URL": {"Ref": "apishopRootUrl"}}}}}
        }), json!({"apishopApiName": {"Fn::GetAtt": ["apishop", "Outputs.ApiName"]}, "apishopRootUrl": {"Fn::GetAtt": ["apishop", "Outputs.RootUrl"]}}))
        .resource("api", "shop", "API Gateway", api, json!({"env": "main", "functionfArn": {"Fn::GetAtt": ["functionf", "Outputs.Arn"]}}));
    let deployed = base.clone().json_in_tree(
        "api/APIGatewayAuthStack.json",
        &json!({
            "Parameters": {"env": {"Type": "String"}, "authRoleName": {"Type": "String"}, "unauthRoleName": {"Type": "String"}, "shop": {"Type": "String"}},
            "Resources": {
                "A": allow("authRoleName", &["/GET/items", "/GET/items/*", "/*/items/*", "/POST/items/*/*", "/GET/elsewhere"]),
                "U": allow("unauthRoleName", &["/GET/items", "/GET/items/*"])
            }
        }),
    );
    let backend = read(&deployed);
    let api = &backend.rest_apis[0];
    let paths: Vec<(&str, bool, &[String], &[String])> = api
        .paths
        .iter()
        .map(|path| {
            (
                path.path.as_str(),
                path.access.open,
                path.access.authenticated.as_slice(),
                path.access.guest.as_slice(),
            )
        })
        .collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        paths,
        [
            ("/items", false, words(&["GET"]).as_slice(), words(&["GET"]).as_slice()),
            (
                "/items/{id}",
                false,
                words(&["GET", "*"]).as_slice(),
                words(&["GET"]).as_slice()
            ),
            ("/open", true, &[], &[]),
        ]
    );
    assert!(ids(&backend).contains(&"rest-policy-unreadable"), "{:?}", ids(&backend));
    assert_eq!(
        variable(&backend, "f", "NAME"),
        &reference(Target::RestApi("shop".into()), Attribute::Name)
    );
    assert_eq!(
        variable(&backend, "f", "URL"),
        &reference(Target::RestApi("shop".into()), Attribute::Url)
    );

    let by_inputs = base.json_in_tree(
        "api/shop/cli-inputs.json",
        &json!({"paths": {"/items": {"lambdaFunction": "f", "permissions": {"setting": "protected", "auth": ["create", "read", "update", "delete"], "guest": ["read", "update"]}}}}),
    );
    let backend = read(&by_inputs);
    let items = &backend.rest_apis[0].paths[0];
    assert_eq!(
        (items.access.authenticated.as_slice(), items.access.guest.as_slice()),
        (words(&["*"]).as_slice(), words(&["GET", "PUT", "PATCH"]).as_slice())
    );
    assert!(ids(&backend).contains(&"rest-policies-derived"));
}

#[test]
fn imported_resources_are_referred_to_by_their_ids() {
    let files = ProjectFiles::default()
        .entry("auth", "users", json!({"service": "Cognito", "serviceType": "imported",
            "output": {"UserPoolId": "eu-west-1_AbC", "AppClientIDWeb": "web", "IdentityPoolId": "eu-west-1:1"}}))
        .entry("storage", "pics", json!({"service": "S3", "serviceType": "imported", "output": {"BucketName": "pics-bucket"}}))
        .function("f", json!({
            "LambdaFunction": {"Properties": {"Environment": {"Variables": {
                "POOL": {"Ref": "pool"}, "ARN": {"Fn::Sub": "arn:aws:cognito-idp:${AWS::Region}:1:userpool/${pool}"},
                "BUCKET": "pics-bucket", "OTHER": "pics-bucket-2"
            }}}}
        }), json!({"pool": "eu-west-1_AbC"}));
    let backend = read(&files);
    let imported = backend.auth.as_ref().unwrap().imported.as_ref().unwrap();
    assert_eq!(imported.user_pool_id.as_deref(), Some("eu-west-1_AbC"));
    assert_eq!(
        variable(&backend, "f", "POOL"),
        &reference(Target::UserPool, Attribute::Id)
    );
    assert_eq!(variable(&backend, "f", "ARN").references().len(), 1);
    assert_eq!(
        variable(&backend, "f", "BUCKET"),
        &reference(Target::Bucket("pics".into()), Attribute::Name)
    );
    assert_eq!(variable(&backend, "f", "OTHER").as_literal(), Some("pics-bucket-2"));
    assert!(backend.buckets[0].imported);
    assert_eq!(ids(&backend), Vec::<&str>::new());
}

#[test]
fn models_are_read_from_the_syntax_tree_and_an_unknown_table_is_told() {
    let schema = "# type Ghost @model { id: ID! }\n\"\"\" type Phantom @model { id: ID! } \"\"\"\ntype A implements N & M @auth(rules: [{allow: owner}]) @model { id: ID! }\ninterface N @model { id: ID! }\ntype B @model{id:ID!}\ntype Query { x: Int @function(name: \"nobody-${env}\") y: Int @function(name: \"outside\") }\n";
    let backend = read(&ProjectFiles::default().graphql("api", schema));
    let data = backend.data.as_ref().unwrap();
    let models: Vec<(&str, bool)> = data
        .models
        .iter()
        .map(|model| (model.name.as_str(), model.has_auth))
        .collect();
    assert_eq!(models, [("A", true), ("B", false)]);
    let unknown: Vec<&_> = backend
        .findings
        .iter()
        .filter(|finding| finding.id == "model-table-unknown")
        .collect();
    assert_eq!(unknown.len(), 2);
    assert_eq!(unknown[0].line, Some(3));
    assert_eq!(
        ids(&backend)
            .iter()
            .filter(|id| **id == "function-directive-unknown")
            .count(),
        1
    );
}

#[test]
fn without_the_root_template_dependencies_tell_how_resources_are_connected() {
    let template = json!({
        "Parameters": {"env": {"Type": "String"}, "storagetName": {"Type": "String", "Default": "storagetName"}, "limit": {"Type": "String"}, "own": {"Type": "String"}},
        "Resources": {
            "LambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs22.x", "Handler": "index.handler",
                "Environment": {"Variables": {"TABLE": {"Ref": "storagetName"}, "LIMIT": {"Ref": "limit"}, "OWN": {"Ref": "own"}, "ENV": {"Ref": "env"}}}}}
        }
    });
    let provider = json!({"StackName": "amplify-app-main-12ab", "Region": "eu-west-1", "DeploymentBucketName": "b"});
    let files: crate::project::MemoryFiles = [
        ("amplify/team-provider-info.json", json!({"main": {"awscloudformation": provider, "categories": {"function": {"f": {"limit": "7"}}}}})),
        ("amplify/backend/amplify-meta.json", json!({
            "providers": {"awscloudformation": provider},
            "storage": {"t": {"service": "DynamoDB", "output": {"Name": "t-main"}}},
            "function": {"f": {"service": "Lambda", "dependsOn": [{"category": "storage", "resourceName": "t", "attributes": ["Name"]}]}}})),
        ("amplify/backend/function/f/f-cloudformation-template.json", template),
        ("amplify/backend/function/f/parameters.json", json!({"own": "x", "undeclared": 1})),
        ("amplify/backend/storage/t/cli-inputs.json", json!({"partitionKey": {"fieldName": "id", "fieldType": "number"},
            "sortKey": {"fieldName": "at", "fieldType": "string"},
            "gsi": [{"name": "byX", "partitionKey": {"fieldName": "x", "fieldType": "boolean"}}]})),
    ]
    .into_iter()
    .map(|(path, value)| (path, value.to_string()))
    .collect();
    let project = Project::from_files(Box::new(files), "p".into(), None).unwrap();
    let backend = interpret(&project, None);
    assert_eq!(
        variable(&backend, "f", "TABLE"),
        &reference(Target::Table("t".into()), Attribute::Name)
    );
    assert_eq!(variable(&backend, "f", "LIMIT").as_literal(), Some("7"));
    assert_eq!(variable(&backend, "f", "OWN").as_literal(), Some("x"));
    assert_eq!(variable(&backend, "f", "ENV"), &Expression::EnvironmentName);
    let table = &backend.tables[0];
    assert_eq!(
        (table.partition_key.attribute_type.as_str(), table.sort_key.is_some()),
        ("N", true)
    );
    assert_eq!(table.global_indexes[0].partition_key.attribute_type, "S");
    assert!(ids(&backend).contains(&"root-template-missing"));
}

#[test]
fn what_is_deployed_wins_over_the_files() {
    let project = with_auth().open();
    let stack = |name: &str, template: &Value, resources: Vec<(&str, &str, &str)>| Stack {
        name: name.into(),
        id: name.into(),
        status: "UPDATE_COMPLETE".into(),
        status_reason: None,
        description: None,
        parent_id: None,
        template_body: template.to_string(),
        parameters: Vec::new(),
        outputs: Vec::new(),
        tags: indexmap::IndexMap::new(),
        resources: resources
            .into_iter()
            .map(|(logical_id, resource_type, physical_id)| {
                (
                    logical_id.to_owned(),
                    StackResource {
                        resource_type: resource_type.into(),
                        physical_id: Some(physical_id.into()),
                        status: "CREATE_COMPLETE".into(),
                    },
                )
            })
            .collect(),
        last_updated: None,
        role_arn: None,
    };
    let mut deployed = auth_template();
    deployed["Resources"]["UserPool"]["Properties"]["MfaConfiguration"] = json!("OFF");
    let root = json!({"Resources": {"authusers": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {
        "env": "main", "userPoolName": "deployed", "passwordPolicyMinLength": "9"}}}}});
    let tree = |template: &Value, body: Option<&str>| StackTree {
        stack: stack("root", template, vec![]),
        nested: indexmap::IndexMap::from([(
            "authusers".to_owned(),
            StackTree {
                stack: {
                    let mut nested = stack(
                        "nested",
                        &deployed,
                        vec![("UserPool", "AWS::Cognito::UserPool", "eu-west-1_Live")],
                    );
                    if let Some(body) = body {
                        nested.template_body = body.into();
                    }
                    nested
                },
                nested: indexmap::IndexMap::new(),
            },
        )]),
    };
    let backend = interpret(
        &project,
        Some(&Deployment {
            root: tree(&root, None),
        }),
    );
    let pool = backend.auth.as_ref().unwrap().user_pool.as_ref().unwrap();
    assert_eq!(pool.physical_id.as_deref(), Some("eu-west-1_Live"));
    assert_eq!(pool.properties["UserPoolName"], "deployed-main");
    assert_eq!(pool.properties["MfaConfiguration"], "OFF");
    // A deployed template that cannot be read never stops the run.
    let backend = interpret(
        &project,
        Some(&Deployment {
            root: tree(&root, Some("{")),
        }),
    );
    assert!(ids(&backend).contains(&"template-unusable"));
    assert!(backend.auth.as_ref().unwrap().user_pool.is_some());
}

#[test]
fn broken_and_unknown_entries_are_listed_and_stop_nothing() {
    let files = ProjectFiles::default()
        .entry("function", "", json!({"service": "Lambda"}))
        .entry("storage", "half", json!({}))
        .entry("weird", "x`${y}`", json!({"service": "Something"}))
        .entry("auth", "a", json!({"service": "Cognito"}))
        .entry("auth", "b", json!({"service": "Cognito"}))
        .entry("api", "r", json!({"service": "API Gateway"}))
        .entry("analytics", "k", json!({"service": "Kinesis"}))
        .entry("storage", "s", json!({"service": "S3"}))
        .entry("storage", "d", json!({"service": "DynamoDB"}))
        .entry("hosting", "amplifyhosting", json!({"service": "amplifyhosting"}));
    let backend = read(&files);
    assert_eq!(backend.resources.len(), 10);
    for id in [
        "resource-without-service",
        "auth-second-resource",
        "auth-template-missing",
        "rest-template-missing",
        "stream-template-missing",
        "storage-template-missing",
        "table-keys-unknown",
        "function-template-missing",
    ] {
        assert!(ids(&backend).contains(&id), "{id}: {:?}", ids(&backend));
    }
    assert!(
        backend
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Blocker)
    );
}

/// Gen 1 projects of the sample apps, and those of the corpus beside the project where it is there.
fn projects(folder: &str) -> Vec<(String, PathBuf)> {
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(&apps)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path().join("gen1-project"),
            )
        })
        .filter(|(_, project)| project.join("amplify").is_dir())
        .collect();
    found.sort();
    found
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn snapshot(folder: &str, prefix: &str) {
    let projects = projects(folder);
    if projects.is_empty() {
        eprintln!("SKIPPED: there are no apps in {folder}");
    }
    for (name, path) in projects {
        let project = Project::open(&path, None).unwrap();
        let backend = interpret(&project, None);
        insta::assert_json_snapshot!(format!("{prefix}-{name}"), backend);
    }
}

#[test]
fn sample_apps() {
    snapshot("__test__/apps", "sample");
}

#[test]
fn corpus_apps() {
    snapshot("../shared/corpus", "corpus");
}
