use serde_json::{Value, json};

use super::{ids, read};
use crate::{
    backend::model::{Attribute, Backend, Expression, PipelineFunction, Reference, ResolverTemplate, Target},
    project::fixture::ProjectFiles,
};

const SCHEMA: &str = "type Post @model @auth(rules: [{allow: owner}]) { id: ID! }";

fn nested(file: &str, parameters: &Value) -> Value {
    json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": format!("https://x/stacks/{file}"), "Parameters": parameters}})
}

fn location(file: &str) -> Value {
    json!({"Fn::Join": ["", ["s3://", {"Ref": "S3DeploymentBucket"}, "/", {"Ref": "S3DeploymentRootKey"}, "/resolvers/", file]]})
}

fn function(name: &str, templates: Value) -> Value {
    let mut properties = json!({"Name": name, "ApiId": {"Ref": "api"}, "DataSourceName": "NONE_DS"});
    for (key, value) in templates.as_object().unwrap() {
        properties[key] = value.clone();
    }
    json!({"Type": "AWS::AppSync::FunctionConfiguration", "Properties": properties})
}

fn pipeline(field: &str, functions: &[&str]) -> Value {
    let ids: Vec<Value> = functions
        .iter()
        .map(|name| json!({"Fn::GetAtt": [name, "FunctionId"]}))
        .collect();
    json!({"Type": "AWS::AppSync::Resolver", "Properties": {"TypeName": "Mutation", "FieldName": field, "Kind": "PIPELINE",
        "PipelineConfig": {"Functions": ids}, "RequestMappingTemplate": "$util.qr($ctx.stash.put(\"typeName\", \"Mutation\"))\n$util.toJson({})",
        "ResponseMappingTemplate": "$util.toJson($ctx.prev.result)"}})
}

/// An API with the stack of one model and, if there is one, a stack of the user's own.
fn project(post: &Value, own: Option<&Value>) -> ProjectFiles {
    let passed = json!({"api": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}, "env": {"Ref": "env"}, "S3DeploymentBucket": {"Ref": "S3DeploymentBucket"},
        "S3DeploymentRootKey": {"Ref": "S3DeploymentRootKey"}});
    let to_own = json!({"AppSyncApiId": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}, "env": {"Ref": "env"}, "S3DeploymentBucket": {"Ref": "S3DeploymentBucket"},
        "S3DeploymentRootKey": {"Ref": "S3DeploymentRootKey"}});
    let parameters = |names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"Type": "String"})))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let mut resources = json!({"GraphQLAPI": {"Type": "AWS::AppSync::GraphQLApi", "Properties": {"IntrospectionConfig": "DISABLED", "QueryDepthLimit": "3"}},
        "Post": nested("Post.json", &passed)});
    if own.is_some() {
        resources["Minejson"] = nested("Mine-1.json", &to_own);
    }
    let mut files = ProjectFiles::default()
        .graphql("api", SCHEMA)
        .json_in_tree(
            "api/api/build/cloudformation-template.json",
            &json!({"Parameters": parameters(&["env", "S3DeploymentBucket", "S3DeploymentRootKey"]), "Resources": resources}),
        )
        .json_in_tree(
            "api/api/build/stacks/Post.json",
            &json!({"Parameters": parameters(&["api", "env", "S3DeploymentBucket", "S3DeploymentRootKey"]), "Resources": post,
                "Outputs": {"Source": {"Value": {"Fn::GetAtt": ["PostDataSource", "Name"]},
                    "Export": {"Name": {"Fn::Join": [":", [{"Ref": "api"}, "GetAtt:PostDataSource:Name"]]}}}}}),
        );
    if let Some(own) = own {
        let mut template = own.clone();
        template["Parameters"] = parameters(&["AppSyncApiId", "env", "S3DeploymentBucket", "S3DeploymentRootKey"]);
        files = files
            .json_in_tree("api/api/stacks/Mine-1.json", &template)
            .json_in_tree("api/api/build/stacks/Mine-1.json", &template);
    }
    files
}

fn pipelines(backend: &Backend) -> Vec<(&str, usize, Option<&str>, Option<&str>)> {
    fn name(template: &Option<ResolverTemplate>) -> Option<&str> {
        match template {
            Some(ResolverTemplate::File { name, .. } | ResolverTemplate::Text(name)) => Some(name),
            None => None,
        }
    }
    let functions: &[PipelineFunction] = &backend.data.as_ref().unwrap().pipeline_functions;
    functions
        .iter()
        .map(|function| {
            (
                function.slot.as_str(),
                function.position,
                name(&function.request),
                name(&function.response),
            )
        })
        .collect()
}

fn of_post() -> Value {
    json!({
        "Auth": function("MutationcreatePostauth0Function", json!({"RequestMappingTemplateS3Location": location("Mutation.createPost.auth.1.req.vtl")})),
        "First": function("MutationcreatePostpreUpdate0Function", json!({"RequestMappingTemplateS3Location": location("Mutation.createPost.preUpdate.4.req.vtl")})),
        "Second": function("MutationcreatePostpreUpdate1Function", json!({"RequestMappingTemplate": "$util.toJson({})",
            "ResponseMappingTemplateS3Location": location("Mutation.createPost.preUpdate.7.res.vtl")})),
        "Data": function("MutationCreatePostDataResolverFn", json!({"RequestMappingTemplate": "own text", "MaxBatchSize": "5"})),
        "PostDataSource": {"Type": "AWS::AppSync::DataSource", "Properties": {"Name": "PostTable", "Type": "NONE"}},
        "Create": pipeline("createPost", &["Auth", "First", "Second", "Data"]),
    })
}

#[test]
fn the_deployed_pipeline_tells_where_a_template_runs() {
    let files = project(&of_post(), None)
        .in_tree("api/api/resolvers/Mutation.createPost.preUpdate.4.req.vtl", "4")
        .in_tree("api/api/resolvers/Mutation.createPost.preUpdate.7.res.vtl", "7")
        .in_tree("api/api/resolvers/Mutation.nothing.req.vtl", "unused")
        .in_tree("api/api/resolvers/README.md", "");
    let backend = read(&files);
    assert_eq!(
        pipelines(&backend),
        [
            ("preUpdate", 0, Some("Mutation.createPost.preUpdate.4.req.vtl"), None),
            ("preUpdate", 1, None, Some("Mutation.createPost.preUpdate.7.res.vtl")),
            // Without override.ts a text is the transformer's own; the batch size is nobody's default.
            ("data", 0, None, None),
        ]
    );
    let unused: Vec<&str> = backend
        .findings
        .iter()
        .filter(|finding| finding.id == "resolver-file-unused")
        .map(|finding| finding.path.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(unused, ["Mutation.nothing.req.vtl"]);
    let data = backend.data.as_ref().unwrap();
    assert_eq!(data.other_properties["QueryDepthLimit"], json!(3));
    assert_eq!(data.pipeline_functions[2].settings["MaxBatchSize"], json!(5));
}

#[test]
fn texts_that_override_ts_sets_are_taken_over_and_changed_surroundings_told() {
    let mut post = of_post();
    post["Create"]["Properties"]["RequestMappingTemplate"] = json!("#set( $mine = 1 )");
    let files = project(&post, None).in_tree(
        "api/api/override.ts",
        "export function override(resources: any) {\n  resources.models['Post'].modelIamRole.roleName = 'x';\n}",
    );
    let backend = read(&files);
    assert_eq!(pipelines(&backend), [("data", 0, Some("own text"), None)]);
    for id in ["resolver-template-overridden", "override-not-taken-over"] {
        assert!(ids(&backend).contains(&id), "{id}: {:?}", ids(&backend));
    }
}

#[test]
fn a_stack_of_the_users_own_goes_over_with_what_it_names() {
    let own = json!({
        "Resources": {
            "EmptyResource": {"Type": "Custom::EmptyResource", "Condition": "AlwaysFalse"},
            "Field": {"Type": "AWS::AppSync::Resolver", "Properties": {"TypeName": "Query", "FieldName": "x",
                "DataSourceName": {"Fn::ImportValue": {"Fn::Sub": "${AppSyncApiId}:GetAtt:PostDataSource:Name"}},
                "RequestMappingTemplateS3Location": {"Fn::Sub": "s3://${S3DeploymentBucket}/${S3DeploymentRootKey}/resolvers/Query.x.req.vtl"},
                "ResponseMappingTemplateS3Location": {"Fn::Sub": "s3://${S3DeploymentBucket}/${S3DeploymentRootKey}/resolvers/Query.x.res.vtl"}}},
        },
        "Conditions": {"AlwaysFalse": {"Fn::Equals": ["true", "false"]}},
        "Outputs": {"EmptyOutput": {"Value": ""}},
    });
    let files = project(&of_post(), Some(&own)).in_tree("api/api/resolvers/Query.x.req.vtl", "request");
    let backend = read(&files);
    let [stack] = backend.data.as_ref().unwrap().stacks.as_slice() else {
        panic!("{:?}", backend.findings);
    };
    assert_eq!(
        (stack.name.as_str(), stack.stack_path.as_str()),
        ("Mine-1", "apiapi/Minejson")
    );
    assert!(stack.template.get("Outputs").is_none() && stack.template.get("Conditions").is_none());
    assert_eq!(
        stack.parameters.keys().collect::<Vec<_>>(),
        ["AppSyncApiId", "env"],
        "the deployment bucket is not needed any more"
    );
    assert_eq!(
        stack.parameters["AppSyncApiId"],
        Expression::Reference(Reference {
            target: Target::GraphqlApi,
            attribute: Attribute::Id
        })
    );
    assert_eq!(
        stack.imports.values().collect::<Vec<_>>(),
        [&Expression::Literal("PostTable".to_owned())]
    );
    let files: Vec<(&str, bool)> = stack
        .resolver_files
        .iter()
        .map(|file| (file.name.as_str(), file.path.is_some()))
        .collect();
    assert_eq!(files, [("Query.x.req.vtl", true), ("Query.x.res.vtl", false)]);
    assert!(ids(&backend).contains(&"resolver-file-missing"), "{:?}", ids(&backend));
}

#[test]
fn a_stack_that_is_not_deployed_is_told() {
    let own = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}});
    let files = project(&of_post(), None).json_in_tree("api/api/stacks/New.json", &own);
    let backend = read(&files);
    assert!(backend.data.as_ref().unwrap().stacks.is_empty());
    assert!(
        ids(&backend).contains(&"custom-stack-not-deployed"),
        "{:?}",
        ids(&backend)
    );
}
