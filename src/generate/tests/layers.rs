use serde_json::{Value, json};

use super::{generated, get_att, strings, text, told};
use crate::project::fixture::ProjectFiles;

fn layer(principals: &[Value]) -> Value {
    let mut resources = json!({
        "Old": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"LayerName": "x"}},
        "Version": {"Type": "AWS::Lambda::LayerVersion", "Properties": {
            "LayerName": {"Fn::Sub": "x-${env}"}, "CompatibleRuntimes": {"Ref": "runtimes"}, "Description": "it's `${x}`"}}
    });
    for (index, principal) in principals.iter().enumerate() {
        resources[format!("Permission{index}")] = json!({"Type": "AWS::Lambda::LayerVersionPermission", "Properties": {
            "Action": "lambda:GetLayerVersion", "LayerVersionArn": {"Ref": "Version"}, "Principal": principal}});
    }
    json!({
        "Parameters": {"env": {"Type": "String"}, "runtimes": {"Type": "List<String>"}},
        "Resources": resources,
        "Outputs": {"Arn": {"Value": {"Ref": "Version"}}}
    })
}

fn project(name: &str) -> ProjectFiles {
    ProjectFiles::default().resource(
        "function",
        name,
        "LambdaLayer",
        layer(&[json!({"Ref": "AWS::AccountId"}), json!("*")]),
        json!({"env": "main", "runtimes": "nodejs22.x,python3.11"}),
    )
}

fn using(files: ProjectFiles, layer: &str, source: &str) -> ProjectFiles {
    let parameter = format!("function{layer}Arn");
    let more = json!({"LambdaFunction": {"Properties": {"Layers": [
        "arn:aws:lambda:eu-west-1:1:layer:other:7", {"Ref": parameter}, "arn:aws:lambda:eu-west-1:123456789012:layer:x-main:1"]}}});
    files
        .function(
            "f",
            more,
            json!({ parameter: get_att(&format!("function{layer}"), "Arn") }),
        )
        .in_tree("function/f/src/index.js", source)
}

#[test]
fn content_permissions_and_order() {
    let files = project("it's")
        .in_tree("function/it's/opt/data.txt", "data\n")
        .in_tree(
            "function/it's/lib/nodejs/package.json",
            "{\"dependencies\":{\"left-pad\":\"^1.3.0\"}}",
        )
        .in_tree("function/it's/lib/nodejs/node_modules/left-pad/index.js", "installed\n")
        .in_tree("function/it's/lib/python/Pipfile", "[packages]\nrequests = \"*\"\n");
    let source = "const pad = require('left-pad');\nexports.handler = () => require('/opt/nodejs/own');\n";
    let generated = generated(&using(files, "it's", source), "main");
    let code = text(&generated, "amplify/layers/resource.ts");
    for expected in [
        "itS: new LayerVersion(stack, 'it-s', {",
        "layerVersionName: `it-s-${nameSuffix}`,",
        "layerCode(fileURLToPath(new URL('./it-s', import.meta.url)), '3.11')",
        "new Runtime('nodejs22.x'),",
        "description: 'it\\'s `${x}`',",
        "principal: Aws.ACCOUNT_ID,",
        "principal: '*',",
        "removalPolicy: RemovalPolicy.RETAIN,",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert_eq!(text(&generated, "amplify/layers/it-s/opt/data.txt"), "data\n");
    assert_eq!(
        text(&generated, "amplify/layers/it-s/lib/python/requirements.txt"),
        "requests\n"
    );
    assert!(!generated.tree.paths().any(|path| path.contains("node_modules")));
    let wiring = text(&generated, "amplify/function/f/wiring.ts");
    let layers: Vec<usize> = ["layer:other:7", "layers.itS.layerVersionArn", "layer:x-main:1"]
        .iter()
        .map(|part| wiring.find(part).unwrap_or_else(|| panic!("{part}\n{wiring}")))
        .collect();
    assert!(layers.is_sorted(), "{wiring}");
    let definition = text(&generated, "amplify/function/f/resource.ts");
    assert!(definition.contains("'/opt/*': 'it-s:1',"), "{definition}");
    assert_eq!(generated.dependencies["left-pad"][0].range, "^1.3.0");
    // The third is a version of the Gen 1 layer itself.
    assert_eq!(told(&generated, "lambda-layer-version").len(), 1);
}

#[test]
fn a_layer_without_content_or_template_is_told() {
    let nothing = generated(&using(project("x"), "x", "exports.handler = 1;\n"), "main");
    assert_eq!(told(&nothing, "lambda-layer-content-missing").len(), 1);
    assert!(nothing.tree.get("amplify/layers/resource.ts").is_none());
    let backend = text(&nothing, "amplify/backend.ts");
    assert!(!backend.contains("layers"), "{backend}");

    let files = ProjectFiles::default().resource(
        "function",
        "x",
        "LambdaLayer",
        json!({"Parameters": strings(&["env"]), "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}),
        json!({"env": "main"}),
    );
    assert_eq!(
        told(&generated(&files, "main"), "lambda-layer-template-missing").len(),
        1
    );
}
