use serde_json::{Value, json};

use super::{ids, read, reference, variable, with_auth};
use crate::{
    backend::{
        interpret,
        model::{Attribute, AuthorizationMode, EnvironmentValue, Expression, Target},
    },
    project::{MemoryFiles, Project, fixture::ProjectFiles},
};

#[test]
fn environment_variables_stay_references() {
    let files = with_auth()
        // Both were renamed: their tables, and what exports them, keep the old names.
        .graphql(
            "api",
            "type Memo @model @mapsTo(name: \"Note\") { id: ID! } type Another @model @mapsTo(name: \"Other\") { id: ID! }",
        )
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
                "Outputs": {
                    "Name": {"Value": {"Ref": "NoteTable"}, "Export": {"Name": {"Fn::Join": [":", [{"Ref": "api"}, "GetAtt:NoteTable:Name"]]}}},
                    "Shared": {"Value": {"Ref": "NoteTable"}, "Export": {"Name": {"Fn::Sub": "shared-${env}-table"}}}
                }
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
                    "TABLE_BY_NAME": {"Fn::ImportValue": "shared-main-table"},
                    "OUTSIDE": {"Fn::ImportValue": {"Fn::Sub": "network-${env}:${AWS::Region}:Subnet"}},
                    "LOST_EXPORT": {"Fn::ImportValue": {"Fn::Sub": "${nobody}-x"}},
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
        &reference(Target::ModelTable("Memo".into()), Attribute::Name)
    );
    assert_eq!(
        variable(&backend, "f", "STREAM"),
        &reference(Target::ModelTable("Another".into()), Attribute::StreamArn)
    );
    // Whether the name of an export spells out the environment or not.
    assert_eq!(
        variable(&backend, "f", "TABLE_BY_NAME"),
        &reference(Target::ModelTable("Memo".into()), Attribute::Name)
    );
    // What no stack of the app exports has the environment's name for good.
    assert_eq!(
        variable(&backend, "f", "OUTSIDE"),
        &Expression::Import(Box::new(Expression::Concat(vec![
            Expression::Literal("network-main:".into()),
            Expression::Region,
            Expression::Literal(":Subnet".into()),
        ])))
    );
    let imported = backend.findings.iter().find(|finding| finding.id == "value-imported");
    let imported = imported.expect("what comes from outside is told");
    assert!(
        imported.message.contains("network-main:${AWS::Region}:Subnet"),
        "{}",
        imported.message
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
    let lost: Vec<&str> = backend
        .findings
        .iter()
        .filter(|finding| finding.id == "unresolved-value")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(lost.len(), 2, "what nobody knows is told: {lost:?}");
    assert!(lost.iter().all(|message| message.contains("nobody")), "{lost:?}");
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
fn without_the_root_template_dependencies_tell_how_resources_are_connected() {
    let template = json!({
        "Parameters": {"env": {"Type": "String"}, "storagetName": {"Type": "String", "Default": "storagetName"}, "limit": {"Type": "String"}, "own": {"Type": "String"}},
        "Resources": {
            "LambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs22.x", "Handler": "index.handler",
                "Environment": {"Variables": {"TABLE": {"Ref": "storagetName"}, "LIMIT": {"Ref": "limit"}, "OWN": {"Ref": "own"}, "ENV": {"Ref": "env"}}}}}
        }
    });
    let provider = json!({"StackName": "amplify-app-main-12ab", "Region": "eu-west-1", "DeploymentBucketName": "b"});
    let files: MemoryFiles = [
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
