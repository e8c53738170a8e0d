use serde_json::{Value, json};

use super::{generated, text, told};
use crate::project::fixture::ProjectFiles;

fn package(dependencies: &Value) -> String {
    json!({ "name": "f", "dependencies": dependencies }).to_string()
}

#[test]
fn a_function_that_needs_another_version_keeps_its_packages() {
    let none = || json!({});
    let files = ProjectFiles::default()
        .file("package.json", r#"{"dependencies": {"left-pad": "1.1.0"}}"#)
        .function("a", none(), none())
        .in_tree(
            "function/a/src/package.json",
            &package(&json!({"uuid": "^9.0.0", "zod": ">=3"})),
        )
        .function("b", none(), none())
        .in_tree(
            "function/b/src/package.json",
            &package(&json!({"uuid": "^9.1.0", "zod": "^3.2.0"})),
        )
        .function("old", none(), none())
        .in_tree("function/old/src/package.json", &package(&json!({"uuid": "^3.4.0"})))
        .function("padded", none(), none())
        .in_tree(
            "function/padded/src/package.json",
            &package(&json!({"left-pad": "^2.0.0"})),
        );
    let generated = generated(&files, "main");
    let ranges = |package: &str| -> Vec<String> {
        generated.dependencies[package]
            .iter()
            .map(|wish| wish.range.clone())
            .collect()
    };
    assert_eq!(ranges("uuid"), ["^9.1.0", "^9.1.0"]);
    assert_eq!(ranges("zod"), ["^3.2.0", "^3.2.0"]);
    assert!(!generated.dependencies.contains_key("left-pad"));
    for name in ["old", "padded"] {
        let code = text(&generated, &format!("amplify/function/{name}/resource.ts"));
        assert!(code.contains("code: nodeCode("), "{code}");
        let own = text(&generated, &format!("amplify/function/{name}/source/src/package.json"));
        assert!(own.contains("dependencies"), "{own}");
    }
    assert_eq!(told(&generated, "function-kept-as-package").len(), 2);
    assert!(text(&generated, "amplify/function/a/resource.ts").contains("entry: './handler.ts'"));
}

#[test]
fn what_is_set_on_the_execution_role_stays_on_it() {
    let role = json!({
        "LambdaExecutionRole": {"Type": "AWS::IAM::Role", "Properties": {
            "PermissionsBoundary": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/boundary"},
            "MaxSessionDuration": 7200,
            "Tags": [{"Key": "team", "Value": "fleet"}],
            "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}}]}
        }}
    });
    let generated = generated(&ProjectFiles::default().function("f", role, json!({})), "main");
    let wiring = text(&generated, "amplify/function/f/wiring.ts");
    let of_role = "(backend.f.resources.lambda.role!.node.defaultChild as CfnRole)";
    for expected in [
        format!("{of_role}.permissionsBoundary = `arn:aws:iam::${{Aws.ACCOUNT_ID}}:policy/boundary`;"),
        format!("{of_role}.maxSessionDuration = 7200;"),
        "Tags.of(backend.f.resources.lambda.role!).add('team', 'fleet');".to_owned(),
    ] {
        assert!(wiring.contains(&expected), "{expected}\n{wiring}");
    }
    // Somebody else may assume the role: that is not given without a word, nor taken.
    assert_eq!(told(&generated, "function-role-property").len(), 1);
    let plain = json!({
        "LambdaExecutionRole": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": ["lambda.amazonaws.com"]}}]}
        }}
    });
    let generated = self::generated(&ProjectFiles::default().function("f", plain, json!({})), "main");
    assert!(told(&generated, "function-role-property").is_empty());
    assert!(
        !generated
            .tree
            .paths()
            .any(|path| path == "amplify/function/f/wiring.ts")
    );
}

#[test]
fn what_a_stack_outside_the_app_exports_is_imported_again() {
    let with_network = json!({"LambdaFunction": {"Properties": {
        "VpcConfig": {
            "SubnetIds": [{"Fn::ImportValue": {"Fn::Sub": "network-${env}-${AWS::Region}"}}],
            "SecurityGroupIds": [{"Fn::ImportValue": "network'Group"}]
        },
        "Environment": {"Variables": {"TOPIC": {"Fn::ImportValue": "shared-Topic"}}}
    }}});
    let generated = generated(&ProjectFiles::default().function("f", with_network, json!({})), "main");
    let wiring = text(&generated, "amplify/function/f/wiring.ts");
    for expected in [
        "Fn.importValue(`network-main-${Aws.REGION}`)",
        "Fn.importValue('network\\'Group')",
    ] {
        assert!(wiring.contains(expected), "{expected}\n{wiring}");
    }
    let resource = text(&generated, "amplify/function/f/resource.ts");
    assert!(resource.contains("TOPIC: Fn.importValue('shared-Topic')"), "{resource}");
    assert_eq!(told(&generated, "value-imported").len(), 3);
    for lost in ["unresolved-value", "function-property-unresolved"] {
        assert!(told(&generated, lost).is_empty(), "{lost}");
    }
}

#[test]
fn code_that_compares_the_environment_is_told_with_its_line() {
    let files = ProjectFiles::default().function("f", json!({}), json!({})).in_tree(
        "function/f/src/index.js",
        "const stage = process.env.ENV;\nexports.handler = async () => stage === 'prod';\n",
    );
    let generated = generated(&files, "main");
    let finding = generated
        .findings
        .iter()
        .find(|finding| finding.id == "function-environment-name")
        .unwrap();
    assert_eq!(finding.line, Some(2));
    assert!(finding.path.ends_with("function/f/src/index.js"));
    let code = text(&generated, "amplify/branch.ts");
    assert!(!code.contains("environmentName") || code.contains("isMigratedBranch ? 'main' : branchName"));
}

#[test]
fn secrets_of_one_name_stay_apart() {
    let secret = |function: &str| json!({"LambdaFunction": {"Properties": {"Environment": {"Variables": {"TOKEN": format!("/amplify/dabc/main/AMPLIFY_{function}_TOKEN")}}}}});
    let files = ProjectFiles::default()
        .function("one", secret("one"), json!({}))
        .function("two", secret("two"), json!({}))
        .in_tree(
            "function/two/src/index.js",
            "new GetParameterCommand({ Name: process.env.TOKEN });",
        );
    let generated = generated(&files, "main");
    let one = text(&generated, "amplify/function/one/resource.ts");
    assert!(one.contains("TOKEN: secret('one_TOKEN'),"), "{one}");
    let two = text(&generated, "amplify/function/two/wiring.ts");
    assert!(
        two.contains("addEnvironment('TOKEN', secretPath(backend, 'two_TOKEN'))"),
        "{two}"
    );
    let script = text(&generated, "amplify/copy-secrets.mjs");
    for function in ["one", "two"] {
        assert!(
            script.contains(&format!(
                "name: '{function}_TOKEN',\n    from: '/amplify/dabc/main/AMPLIFY_{function}_TOKEN',"
            )),
            "{script}"
        );
    }
}

#[test]
fn a_rule_with_input_an_alias_and_its_event_source_go_over_together() {
    let more = json!({
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)", "Targets": [
            {"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "Id": "T", "Input": "{\"full\":true}"}]}},
        "RulePermission": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "LambdaFunction"},
            "Principal": "events.amazonaws.com", "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}},
        "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "LambdaFunction"}, "FunctionVersion": "$LATEST", "Name": "live"}},
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Alias"}, "EventSourceArn": "arn:aws:sqs:eu-west-1:1:q"}},
        "Other": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": {"Ref": "deploymentBucketName"}, "S3Key": "k"}}}
    });
    let files = ProjectFiles::default().function(
        "f",
        more,
        json!({"deploymentBucketName": {"Ref": "DeploymentBucketName"}}),
    );
    let generated = generated(&files, "main");
    let template: Value = serde_json::from_str(&text(&generated, "amplify/custom/function-f/template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(
        resources.keys().collect::<Vec<_>>(),
        ["Rule", "RulePermission", "Alias", "Mapping"]
    );
    assert_eq!(
        resources["Mapping"]["Properties"]["FunctionName"],
        json!({"Ref": "Alias"})
    );
    assert_eq!(
        resources["Rule"]["Properties"]["Targets"][0]["Input"],
        "{\"full\":true}"
    );
    let left = told(&generated, "extra-resource");
    assert!(left.len() == 1 && left[0].contains("Other"), "{left:?}");
}

#[test]
fn tags_of_the_project_are_on_everything() {
    let files = ProjectFiles::default()
        .function("f", json!({}), json!({}))
        .json_in_tree(
            "tags.json",
            &json!([
                {"Key": "user:Stack", "Value": "{project-env}"},
                {"Key": "cost's", "Value": "media-{project-env}"}
            ]),
        );
    let generated = generated(&files, "main");
    let code = text(&generated, "amplify/tags.ts");
    assert!(
        code.contains("Tags.of(backend.stack).add('cost\\'s', 'media-main');"),
        "{code}"
    );
    assert!(!code.contains("user:Stack"));
    assert!(text(&generated, "amplify/backend.ts").contains("tagBackend(backend);"));
}

#[test]
fn typescript_functions_bring_the_types_that_they_are_checked_with() {
    let manifest = json!({
        "name": "t",
        "devDependencies": { "@types/aws-lambda": "^8.10.92", "@types/node": "^16.0.0", "jest": "^29.0.0" }
    });
    let files = ProjectFiles::default()
        .function("t", json!({}), json!({}))
        .in_tree("function/t/src/package.json", &manifest.to_string())
        .in_tree(
            "function/t/src/index.ts",
            "import { Handler } from 'aws-lambda';\nimport { x } from 'unknown-package';\nexport const handler: Handler = async () => x;\n",
        )
        .function("js", json!({}), json!({}))
        .in_tree("function/js/src/package.json", r#"{"devDependencies": {"@types/other": "^1.0.0"}}"#);
    let generated = generated(&files, "main");
    let wanted: Vec<(&String, &str)> = generated
        .dev_dependencies
        .iter()
        .map(|(package, wishes)| (package, wishes[0].range.as_str()))
        .collect();
    assert_eq!(wanted, [(&"@types/aws-lambda".to_owned(), "^8.10.92")]);
    // The package with the types is no package to load; another one is.
    let undeclared = told(&generated, "function-undeclared-package");
    assert_eq!(undeclared.len(), 1, "{undeclared:?}");
}
