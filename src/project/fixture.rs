//! Small projects in memory, for tests.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{CURRENT_CLOUD_BACKEND, MemoryFiles, Project, ProjectError};

/// Files of a project that grows by what a test needs.
#[derive(Clone)]
pub(crate) struct ProjectFiles {
    files: BTreeMap<String, Vec<u8>>,
    meta: Value,
    root: Value,
}

impl Default for ProjectFiles {
    fn default() -> Self {
        let provider = json!({
            "StackName": "amplify-app-main-12ab",
            "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/amplify-app-main-12ab/x",
            "DeploymentBucketName": "amplify-app-main-12ab-deployment",
            "Region": "eu-west-1",
            "AmplifyAppId": "dabc",
            "AuthRoleName": "amplify-app-main-12ab-authRole",
            "UnauthRoleName": "amplify-app-main-12ab-unauthRole",
        });
        let files = Self {
            files: BTreeMap::new(),
            meta: json!({ "providers": { "awscloudformation": provider } }),
            root: json!({
                "Parameters": {
                    "AuthRoleName": {"Type": "String", "Default": "AuthRoleName"},
                    "UnauthRoleName": {"Type": "String", "Default": "UnAuthRoleName"},
                    "DeploymentBucketName": {"Type": "String", "Default": "DeploymentBucket"}
                },
                "Resources": {
                    "DeploymentBucket": {"Type": "AWS::S3::Bucket"},
                    "AuthRole": {"Type": "AWS::IAM::Role"},
                    "UnauthRole": {"Type": "AWS::IAM::Role"}
                }
            }),
        };
        files.json(
            "amplify/team-provider-info.json",
            &json!({ "main": { "awscloudformation": provider, "categories": {} } }),
        )
    }
}

impl ProjectFiles {
    /// A file, relative to the project.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }

    /// A JSON file, relative to the project.
    pub(crate) fn json(self, path: &str, value: &Value) -> Self {
        self.file(path, &serde_json::to_string_pretty(value).unwrap())
    }

    /// A file in the tree.
    pub(crate) fn in_tree(self, path: &str, text: &str) -> Self {
        self.file(&format!("{CURRENT_CLOUD_BACKEND}/{path}"), text)
    }

    /// A JSON file in the tree.
    pub(crate) fn json_in_tree(self, path: &str, value: &Value) -> Self {
        self.json(&format!("{CURRENT_CLOUD_BACKEND}/{path}"), value)
    }

    /// An entry of amplify-meta.json.
    pub(crate) fn entry(mut self, category: &str, name: &str, entry: Value) -> Self {
        self.meta[category][name] = entry;
        self
    }

    /// A resource with its template, and its stack in the root template.
    pub(crate) fn resource(
        self,
        category: &str,
        name: &str,
        service: &str,
        template: Value,
        parameters: Value,
    ) -> Self {
        let path = format!("{category}/{name}/build/{name}-cloudformation-template.json");
        let mut files = self
            .entry(category, name, json!({ "service": service }))
            .json_in_tree(&path, &template);
        files.root["Resources"][format!("{category}{name}")] =
            json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "Parameters": parameters } });
        files
    }

    /// A resource of the root template.
    pub(crate) fn in_root(mut self, logical_id: &str, resource: Value) -> Self {
        self.root["Resources"][logical_id] = resource;
        self
    }

    /// A Node.js function with the CLI's resources; `more` is laid over its template's resources.
    pub(crate) fn function(self, name: &str, more: Value, parameters: Value) -> Self {
        let mut resources = json!({
            "LambdaFunction": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": {"Fn::Join": ["", [name, "-", {"Ref": "env"}]]},
                    "Handler": "index.handler",
                    "Runtime": "nodejs22.x",
                    "Role": {"Fn::GetAtt": ["LambdaExecutionRole", "Arn"]}
                }
            },
            "LambdaExecutionRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Join": ["-", [format!("{name}Role"), {"Ref": "env"}]]}}}
        });
        overlay(&mut resources, &more);
        let mut declared = Map::from_iter([("env".to_owned(), json!({"Type": "String"}))]);
        for parameter in parameters.as_object().into_iter().flatten() {
            declared.insert(parameter.0.clone(), json!({"Type": "String"}));
        }
        let mut passed = parameters;
        passed["env"] = json!("main");
        self.resource(
            "function",
            name,
            "Lambda",
            json!({
                "Parameters": declared,
                "Resources": resources,
                "Outputs": {
                    "Name": {"Value": {"Ref": "LambdaFunction"}},
                    "Arn": {"Value": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}},
                    "LambdaExecutionRoleArn": {"Value": {"Fn::GetAtt": ["LambdaExecutionRole", "Arn"]}}
                }
            }),
            passed,
        )
        .in_tree(
            &format!("function/{name}/src/index.js"),
            "exports.handler = async () => ({});\n",
        )
    }

    /// A GraphQL API with this schema.
    pub(crate) fn graphql(self, name: &str, schema: &str) -> Self {
        self.entry(
            "api",
            name,
            json!({
                "service": "AppSync",
                "output": {
                    "GraphQLAPIIdOutput": "apiid",
                    "authConfig": {
                        "defaultAuthentication": {"authenticationType": "AMAZON_COGNITO_USER_POOLS"},
                        "additionalAuthenticationProviders": []
                    }
                }
            }),
        )
        .in_tree(&format!("api/{name}/schema.graphql"), schema)
    }

    /// Reads the project.
    pub(crate) fn read(&self) -> Result<Project, ProjectError> {
        self.read_environment(None)
    }

    /// Reads the project for an environment.
    pub(crate) fn read_environment(&self, environment: Option<&str>) -> Result<Project, ProjectError> {
        let meta = format!("{CURRENT_CLOUD_BACKEND}/amplify-meta.json");
        let root = format!("{CURRENT_CLOUD_BACKEND}/awscloudformation/build/root-cloudformation-stack.json");
        let mut files = self.files.clone();
        files.entry(meta).or_insert_with(|| self.meta.to_string().into_bytes());
        files.entry(root).or_insert_with(|| self.root.to_string().into_bytes());
        let files: MemoryFiles = files.into_iter().collect();
        Project::from_files(Box::new(files), "project".to_owned(), environment)
    }

    /// Reads the project, which has to work.
    pub(crate) fn open(&self) -> Project {
        self.read().unwrap()
    }
}

/// Lays objects over objects; anything else replaces what was there.
fn overlay(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                overlay(below.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}
