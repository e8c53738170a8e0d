use serde_json::{Value, json};

use super::{generated, text, told};
use crate::{generate::Generated, project::fixture::ProjectFiles};

fn function(runtime: &str, handler: &str, files: &[(&str, &str)]) -> Generated {
    let more = json!({"LambdaFunction": {"Properties": {
        "Runtime": runtime, "Handler": handler, "Architectures": ["arm64"], "EphemeralStorage": {"Size": "1024"},
        "Layers": ["arn:aws:lambda:eu-west-1:1:layer:x:1"],
        "Environment": {"Variables": {"TOKEN": "/amplify/dabc/main/AMPLIFY_it's_TOKEN", "GREETING": "`${x}`"}}
    }}});
    let mut project = ProjectFiles::default().function("it's", more, json!({}));
    for (path, content) in files {
        project = project.in_tree(&format!("function/it's/{path}"), content);
    }
    generated(&project, "main")
}

fn resource(generated: &Generated) -> String {
    text(generated, "amplify/function/it-s/resource.ts")
}

#[test]
fn python_with_the_packages_of_its_pipfile() {
    let pipfile = "[packages]\nsrc = {editable = true, path = \"./src\"}\nrequests = \"*\"\nboto3 = \"==1.34.0\"\n\
        pg = {version = \">=1\", extras = [\"binary\", \"pool\"], markers = \"python_version > '3.8'\"}\n\
        own = {path = \"../own\"}\nlib = {git = \"https://example.com/lib.git\", ref = \"v1\"}\n";
    let generated = function(
        "python3.8",
        "index.handler",
        &[("Pipfile", pipfile), ("src/index.py", "x = 1\n")],
    );
    assert_eq!(
        text(&generated, "amplify/function/it-s/source/requirements.txt"),
        "boto3==1.34.0\nlib @ git+https://example.com/lib.git@v1\npg[binary,pool]>=1 ; python_version > '3.8'\nrequests\n"
    );
    assert_eq!(text(&generated, "amplify/function/it-s/source/src/index.py"), "x = 1\n");
    assert_eq!(text(&generated, "amplify/function/it-s/source/Pipfile"), pipfile);
    let code = resource(&generated);
    for expected in [
        "(scope) => new Function(scope, 'it-s', {",
        "runtime: new Runtime('python3.12', RuntimeFamily.PYTHON),",
        "architecture: Architecture.ARM_64,",
        "ephemeralStorageSize: Size.mebibytes(1024),",
        "LayerVersion.fromLayerVersionArn(scope, 'it\\'sLayer1', 'arn:aws:lambda:eu-west-1:1:layer:x:1'),",
        "GREETING: '`${x}`',",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    // The path of the parameter: only Node.js gets the secret itself.
    let wiring = text(&generated, "amplify/function/it-s/wiring.ts");
    for expected in [
        "backend.itS.addEnvironment('TOKEN', secretPath(backend, 'TOKEN'));",
        "secretArn(backend, 'TOKEN'),",
    ] {
        assert!(wiring.contains(expected), "{expected}\n{wiring}");
    }
    assert!(generated.tree.get("amplify/function/bundling/python.ts").is_some());
    for id in ["function-runtime", "function-secrets", "function-python-packages"] {
        assert_eq!(told(&generated, id).len(), 1, "{id}: {:?}", generated.findings);
    }
}

#[test]
fn locked_versions_win_and_a_broken_file_is_told() {
    let lock = json!({"default": {"requests": {"version": "==2.32.0", "markers": "python_version >= '3.8'"}, "src": {"editable": true, "path": "./src"}}});
    let generated = function(
        "python3.12",
        "index.handler",
        &[("Pipfile", "not toml ["), ("Pipfile.lock", &lock.to_string())],
    );
    assert_eq!(
        text(&generated, "amplify/function/it-s/source/requirements.txt"),
        "requests==2.32.0 ; python_version >= '3.8'\n"
    );
    let broken = function("python3.12", "index.handler", &[("Pipfile", "not toml [")]);
    assert!(
        broken
            .tree
            .get("amplify/function/it-s/source/requirements.txt")
            .is_none()
    );
    assert_eq!(told(&broken, "function-python-packages").len(), 1);
}

#[test]
fn go_java_and_dotnet() {
    type Files<'f> = &'f [(&'f str, &'f str)];
    let cases: [(&str, &str, Files<'_>, &str); 5] = [
        (
            "go1.x",
            "main",
            &[("src/main.go", "package main\n")],
            "'provided.al2023', RuntimeFamily.OTHER",
        ),
        (
            "provided.al2",
            "bootstrap",
            &[("src/main.go", "package main\n"), ("src/go.mod", "module x\n")],
            "'provided.al2', RuntimeFamily.OTHER",
        ),
        (
            "java17",
            "example.Handler::handleRequest",
            &[("build.gradle", "x\n"), ("src/main/java/example/Handler.java", "x\n")],
            "'java17', RuntimeFamily.JAVA",
        ),
        (
            "dotnet6",
            "X::X.Y::Z",
            &[("src/x.csproj", "x\n"), ("src/bin/x.dll", "x\n")],
            "'dotnet8', RuntimeFamily.DOTNET_CORE",
        ),
        (
            "dotnet8",
            "X::X.Y::Z",
            &[("src/x.csproj", "x\n")],
            "'dotnet8', RuntimeFamily.DOTNET_CORE",
        ),
    ];
    for (runtime, handler, files, expected) in cases {
        let build = match runtime {
            "java17" => "javaCode(",
            runtime if runtime.starts_with("dotnet") => "dotnetCode(",
            _ => "goCode(",
        };
        let generated = function(runtime, handler, files);
        let code = resource(&generated);
        assert!(code.contains(build) && code.contains(expected), "{runtime}\n{code}");
        // The runtime of the function, and that of the image in which its code is built.
        let runtimes = if build == "goCode(" { 1 } else { 2 };
        assert_eq!(code.matches(expected).count(), runtimes, "{runtime}\n{code}");
        let started = if build == "goCode(" { "bootstrap" } else { handler };
        assert!(code.contains(&format!("handler: '{started}',")), "{code}");
        assert!(!code.contains("RuntimeFamily.NODEJS"));
        for (path, content) in files.iter().filter(|(path, _)| !path.contains("/bin/")) {
            assert_eq!(
                text(&generated, &format!("amplify/function/it-s/source/{path}")),
                *content
            );
        }
        assert!(
            generated
                .tree
                .get("amplify/function/it-s/source/src/bin/x.dll")
                .is_none()
        );
        assert!(generated.tree.get("amplify/function/it-s/handler.ts").is_none());
    }
}

#[test]
fn what_nobody_can_build_is_told() {
    let generated = function("ruby3.3", "x.handler", &[("src/x.rb", "x\n")]);
    assert!(generated.tree.get("amplify/function/it-s/resource.ts").is_none());
    let told = told(&generated, "function-runtime");
    assert!(told.iter().any(|message| message.contains("ruby3.3")), "{told:?}");
}

#[test]
fn permissions_and_triggers_are_those_of_any_function() {
    let more: Value = json!({
        "LambdaFunction": {"Properties": {"Runtime": "python3.12"}},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": [{"Ref": "LambdaExecutionRole"}],
            "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}]}}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(7 days)", "Targets": [{"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "Id": "x"}]}}
    });
    let files = ProjectFiles::default()
        .function("f", more, json!({}))
        .in_tree("function/f/src/index.py", "x = 1\n");
    let wiring = text(&generated(&files, "main"), "amplify/function/f/wiring.ts");
    assert!(
        wiring.contains("'ses:SendEmail'") && wiring.contains("rate(7 days)"),
        "{wiring}"
    );
}
