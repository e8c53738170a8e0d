use serde_json::{Value, json};

use super::{generated, get_att, strings, text, told};
use crate::project::fixture::ProjectFiles;

/// A geo resource as the CLI writes it, without its function.
fn resource(custom: &str, properties: Value, region: &str) -> Value {
    let mut properties = properties;
    properties["region"] = json!({"Fn::FindInMap": ["RegionMapping", {"Ref": "AWS::Region"}, "locationServiceRegion"]});
    json!({
        "Mappings": {"RegionMapping": {"eu-west-1": {"locationServiceRegion": region}}},
        "Parameters": strings(&["env", "isDefault", "authRoleName"]),
        "Resources": {
            custom: {"Type": "Custom::LambdaCallout", "Properties": properties},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "p", "Roles": [{"Ref": "authRoleName"}],
                "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": ["geo:GetMapTile"], "Resource": {"Fn::GetAtt": [custom, "MapArn"]}}]}
            }}
        },
        "Outputs": {
            "Name": {"Value": {"Fn::GetAtt": [custom, "MapName"]}},
            "Arn": {"Value": {"Fn::GetAtt": [custom, "MapArn"]}}
        }
    })
}

fn map(name: &str, region: &str) -> Value {
    let name = json!({"Fn::Join": ["-", [name, {"Ref": "env"}]]});
    resource(
        "CustomMap",
        json!({"mapName": name, "mapStyle": "Vector'`${x}`"}),
        region,
    )
}

fn passed(is_default: &str) -> Value {
    json!({"env": "main", "isDefault": is_default, "authRoleName": {"Ref": "AuthRole"}})
}

#[test]
fn several_maps_keep_their_styles_and_the_default() {
    let files = ProjectFiles::default()
        .resource(
            "auth",
            "users",
            "Cognito",
            json!({"Resources": {"UserPool": {"Type": "AWS::Cognito::UserPool"}, "IdentityPool": {"Type": "AWS::Cognito::IdentityPool"}}}),
            json!({"env": "main"}),
        )
        .resource("geo", "a", "Map", map("a", "eu-west-1"), passed("false"))
        .resource("geo", "b's", "Map", map("b", "eu-west-1"), passed("true"));
    let generated = generated(&files, "gen2");
    let code = text(&generated, "amplify/geo/resource.ts");
    for expected in [
        "a: new CfnMap(stack, 'a', {",
        "bS: new CfnMap(stack, 'b-s', {",
        "mapName: `b-${nameSuffix}`,",
        "style: 'Vector\\'`${x}`',",
        "default: geo.bS.mapName,",
        "geo.a.attrMapArn,",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert!(!code.contains("search_indices"), "{code}");
}

#[test]
fn a_function_refers_to_the_new_resource() {
    let variables = json!({"LambdaFunction": {"Properties": {"Environment": {"Variables": {"GEO_A_NAME": {"Ref": "geoaName"}, "GEO_A_ARN": {"Ref": "geoaArn"}}}}}});
    let files = ProjectFiles::default()
        .resource("geo", "a", "Map", map("a", "eu-west-1"), passed("true"))
        .function(
            "f",
            variables,
            json!({"geoaName": get_att("geoa", "Name"), "geoaArn": get_att("geoa", "Arn")}),
        );
    let generated = generated(&files, "gen2");
    let wiring = text(&generated, "amplify/function/f/wiring.ts");
    assert!(wiring.contains("'GEO_A_NAME', geo.a.ref"), "{wiring}");
    assert!(wiring.contains("'GEO_A_ARN', geo.a.attrMapArn"), "{wiring}");
    // There is no auth: the permission of signed-in users is nobody's, and told.
    assert_eq!(told(&generated, "grant-unresolved").len(), 1);
}

#[test]
fn a_resource_in_another_region_is_told_and_left() {
    let files = ProjectFiles::default().resource("geo", "a", "Map", map("a", "eu-central-1"), passed("true"));
    let generated = generated(&files, "gen2");
    let told = told(&generated, "geo-other-region");
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("eu-central-1"), "{told:?}");
    assert!(generated.tree.get("amplify/geo/resource.ts").is_none());
}

#[test]
fn geofences_are_copied_by_a_script() {
    let name = json!({"Fn::Join": ["-", ["fences", {"Ref": "env"}]]});
    let collection = resource("CustomGeofenceCollection", json!({"collectionName": name}), "eu-west-1");
    let files = ProjectFiles::default().resource("geo", "fences", "GeofenceCollection", collection, passed("true"));
    let generated = generated(&files, "feature/x");
    let script = text(&generated, "amplify/geo/copy-geofences.mjs");
    assert!(script.contains("const nameSuffix = 'feature-x-217d2b';"), "{script}");
    assert!(
        script.contains("from: 'fences-main',\n    to: `fences-${nameSuffix}`,"),
        "{script}"
    );
    assert_eq!(told(&generated, "geo-geofences").len(), 1);
}
