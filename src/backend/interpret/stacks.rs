//! The stack tree of the environment from its templates, evaluated twice: once with the environment's name put in, for
//! names and properties, and once with everything symbolic that is different in Gen 2.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::{
    cloudformation::{
        Template,
        evaluate::{
            Decided, EvaluatedTree, ParameterValue, ParameterValues, PseudoParameters, TemplateTree,
            evaluate_decided_tree, evaluate_tree,
        },
    },
    deployment::StackTree,
    project::{MetaResource, Project, TemplateFile},
};

/// Logical id of the stack that sets the triggers of the user pool.
pub(super) const AUTH_TRIGGER_STACK: &str = "AuthTriggerCustomLambdaStack";
/// Logical id of the stack with the policies of REST APIs.
pub(super) const API_GATEWAY_AUTH_STACK: &str = "APIGatewayAuthStack";
/// The parameter that every template of the CLI has. As a symbol, `{"Ref": "env"}` is the environment's name.
pub(super) const ENVIRONMENT_PARAMETER: &str = "env";

const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

/// The stack tree of the environment.
pub(super) struct Stacks {
    /// Evaluated with the environment's name. Region, account and what belongs to other resources stay symbolic.
    pub(super) literal: EvaluatedTree,
    /// Evaluated with the environment's name symbolic, too.
    pub(super) symbolic: EvaluatedTree,
    /// File (or stack) that each template came from, by logical path.
    sources: IndexMap<String, String>,
    /// Templates that could not be used, with the reason.
    pub(super) unusable: Vec<(String, String)>,
    /// The root template was put together from the entries of amplify-meta.json.
    pub(super) root_is_derived: bool,
}

impl Stacks {
    pub(super) fn read(project: &Project, deployed: Option<&StackTree>) -> Self {
        let mut reader = TreeReader {
            project,
            sources: IndexMap::new(),
            unusable: Vec::new(),
        };
        let (mut tree, root_is_derived) = reader.root(deployed);
        if let Some(stack_name) = &project.environment.stack_name {
            for (logical_id, nested) in &mut tree.nested {
                name_stack_in_parts(nested, &format!("{stack_name}-{logical_id}-"));
            }
        }
        for resource in project.resources.iter().filter(|resource| resource.category == "geo") {
            if let Some(nested) = tree.nested.get_mut(&resource.logical_id) {
                super::geo::decide_region(&mut nested.template, project.environment.region.as_deref());
            }
        }
        let environment = &project.environment.name;
        set_environment(&mut tree, environment, &Value::String(environment.clone()));
        let parameters = root_parameters();
        let pseudo = PseudoParameters {
            stack_name: project.environment.stack_name.clone(),
            ..PseudoParameters::default()
        };
        let literal = evaluate_tree(&tree, &parameters, &pseudo);
        set_environment(&mut tree, environment, &json!({ "Ref": ENVIRONMENT_PARAMETER }));
        name_rest_apis(&mut tree);
        let region = project.environment.region.as_deref().unwrap_or_default();
        // With a symbolic environment conditions could not be decided any more. What a mapping says for the environment or
        // the region is a value of that environment: no symbol can be looked up.
        let decided = Decided {
            conditions: &literal,
            keys: &[(ENVIRONMENT_PARAMETER, environment), ("AWS::Region", region)],
        };
        let symbolic = evaluate_decided_tree(&tree, &parameters, &pseudo, decided);
        Self {
            literal,
            symbolic,
            sources: reader.sources,
            unusable: reader.unusable,
            root_is_derived,
        }
    }

    /// File or stack that the template at a logical path came from.
    pub(super) fn source(&self, path: &str) -> &str {
        self.sources.get(path).map_or("", String::as_str)
    }
}

/// What the CLI passes to the root stack are names that the stack itself makes.
fn root_parameters() -> ParameterValues {
    [
        ("AuthRoleName", "AuthRole"),
        ("UnauthRoleName", "UnauthRole"),
        ("DeploymentBucketName", "DeploymentBucket"),
    ]
    .into_iter()
    .map(|(parameter, resource)| (parameter.to_owned(), ParameterValue::Value(json!({ "Ref": resource }))))
    .collect()
}

struct TreeReader<'p> {
    project: &'p Project,
    sources: IndexMap<String, String>,
    unusable: Vec<(String, String)>,
}

impl TreeReader<'_> {
    fn root(&mut self, deployed: Option<&StackTree>) -> (TemplateTree, bool) {
        let file = self.project.tree.root_template.as_ref();
        let found = self.template("", deployed, file);
        let derived = found.is_none();
        let mut template = found.unwrap_or_else(root_skeleton);
        for resource in &self.project.resources {
            if template.resource(&resource.logical_id).is_none() && self.file_of(resource).is_some() {
                let parameters = derived_parameters(self.project, resource, self.file_of(resource));
                template.insert("Resources", resource.logical_id.clone(), nested_stack(parameters));
            }
        }
        self.add_helper_stacks(&mut template);
        let mut nested = IndexMap::new();
        let logical_ids: Vec<String> = nested_stacks(&template)
            .map(|(logical_id, _)| logical_id.to_owned())
            .collect();
        for logical_id in logical_ids {
            let child = deployed.and_then(|tree| tree.child(&logical_id));
            if let Some(tree) = self.nested(&logical_id, child) {
                fill_parameters(self.project, &mut template, &logical_id, &tree.template);
                nested.insert(logical_id, tree);
            }
        }
        (TemplateTree { template, nested }, derived)
    }

    fn file_of(&self, resource: &MetaResource) -> Option<&TemplateFile> {
        self.project.files_of(resource)?.template.as_ref()
    }

    /// Stacks that belong to no single resource, where the root template does not have them.
    fn add_helper_stacks(&self, template: &mut Template) {
        let helpers = [
            (AUTH_TRIGGER_STACK, &self.project.auth_trigger_template),
            (API_GATEWAY_AUTH_STACK, &self.project.api_gateway_auth_template),
        ];
        for (logical_id, file) in helpers {
            let (Some(file), None) = (file, template.resource(logical_id)) else {
                continue;
            };
            let mut parameters = Map::new();
            for declared in file.template.parameters() {
                if let Some(value) = self.helper_parameter(declared.name) {
                    parameters.insert(declared.name.to_owned(), value);
                }
            }
            template.insert("Resources", logical_id, nested_stack(parameters));
        }
    }

    /// Parameters of the helper stacks are outputs of resources: by their name alone, or category, name and output.
    fn helper_parameter(&self, name: &str) -> Option<Value> {
        let output = |resource: &MetaResource, output: &str| json!({ "Fn::GetAtt": [resource.logical_id, format!("Outputs.{output}")] });
        match name {
            "authRoleName" => return Some(json!({ "Ref": "AuthRole" })),
            "unauthRoleName" => return Some(json!({ "Ref": "UnauthRole" })),
            "userpoolId" | "userpoolArn" => {
                let pool = self
                    .project
                    .resources
                    .iter()
                    .find(|resource| resource.service.as_deref() == Some("Cognito"))?;
                let attribute = if name == "userpoolId" {
                    "UserPoolId"
                } else {
                    "UserPoolArn"
                };
                return Some(output(pool, attribute));
            }
            _ => {}
        }
        self.project.resources.iter().find_map(|resource| {
            if resource.category == "api" && resource.name == name {
                return Some(output(resource, "ApiId"));
            }
            let attribute = name.strip_prefix(&format!("{}{}", resource.category, resource.name))?;
            let attribute = match attribute {
                "LambdaExecutionRole" => "LambdaExecutionRoleArn",
                other => other,
            };
            (!attribute.is_empty()).then(|| output(resource, attribute))
        })
    }

    fn nested(&mut self, logical_id: &str, deployed: Option<&StackTree>) -> Option<TemplateTree> {
        let project = self.project;
        let resource = project
            .resources
            .iter()
            .find(|resource| resource.logical_id == logical_id);
        let file = match (resource, logical_id) {
            (Some(resource), _) => project.files_of(resource)?.template.as_ref(),
            (None, AUTH_TRIGGER_STACK) => project.auth_trigger_template.as_ref(),
            (None, API_GATEWAY_AUTH_STACK) => project.api_gateway_auth_template.as_ref(),
            (None, _) => None,
        };
        let template = self.template(logical_id, deployed, file)?;
        let built = resource.and_then(|resource| Some(&project.graphql.get(&resource.name)?.built_stacks));
        let mut nested = IndexMap::new();
        let children: Vec<(String, String)> = nested_stacks(&template)
            .map(|(logical_id, url)| (logical_id.to_owned(), url))
            .collect();
        for (child, url) in children {
            let path = format!("{logical_id}/{child}");
            let file = built.and_then(|built| built.get(&file_stem(&url)).or_else(|| built.get(&child)));
            let stack = deployed.and_then(|tree| tree.child(&child));
            if let Some(template) = self.template(&path, stack, file) {
                nested.insert(
                    child,
                    TemplateTree {
                        template,
                        nested: IndexMap::new(),
                    },
                );
            }
        }
        Some(TemplateTree { template, nested })
    }

    /// The deployed template, else the one in the project.
    fn template(&mut self, path: &str, deployed: Option<&StackTree>, file: Option<&TemplateFile>) -> Option<Template> {
        if let Some(tree) = deployed {
            match Template::parse(&tree.stack.template_body, &tree.stack.name) {
                Ok(template) => {
                    let source = file.map_or_else(|| tree.stack.name.clone(), |file| file.path.clone());
                    self.sources.insert(path.to_owned(), source);
                    return Some(template);
                }
                Err(error) => self.unusable.push((tree.stack.name.clone(), error.to_string())),
            }
        }
        let file = file?;
        self.sources.insert(path.to_owned(), file.path.clone());
        Some(file.template.clone())
    }
}

fn root_skeleton() -> Template {
    let mut template = Template::empty();
    for (logical_id, resource_type) in [
        ("DeploymentBucket", "AWS::S3::Bucket"),
        ("AuthRole", "AWS::IAM::Role"),
        ("UnauthRole", "AWS::IAM::Role"),
    ] {
        template.insert("Resources", logical_id, json!({ "Type": resource_type }));
    }
    for parameter in ["DeploymentBucketName", "AuthRoleName", "UnauthRoleName"] {
        template.insert("Parameters", parameter, json!({ "Type": "String" }));
    }
    template
}

fn nested_stack(parameters: Map<String, Value>) -> Value {
    json!({ "Type": NESTED_STACK, "Properties": { "Parameters": parameters } })
}

/// Logical ids of nested stacks with the text of their template URL.
fn nested_stacks(template: &Template) -> impl Iterator<Item = (&str, String)> {
    template
        .resources()
        .filter(|resource| resource.resource_type() == NESTED_STACK)
        .map(|resource| {
            (
                resource.logical_id,
                resource.property("TemplateURL").map(last_text).unwrap_or_default(),
            )
        })
}

/// The last literal text in a value: the end of a joined URL.
fn last_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .rev()
            .map(last_text)
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
        Value::Object(entries) => entries
            .iter()
            .filter(|(key, _)| *key != "Ref" && *key != "Fn::GetAtt")
            .map(|(_, value)| last_text(value))
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn file_stem(url: &str) -> String {
    let name = url.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// What the CLI would pass to the stack of a resource: its parameters, the values of the environment, outputs of what it
/// depends on under the name category, resource, output.
fn derived_parameters(project: &Project, resource: &MetaResource, file: Option<&TemplateFile>) -> Map<String, Value> {
    let mut parameters = Map::new();
    if let Some(files) = project.files_of(resource) {
        for (name, value) in &files.parameters {
            parameters.insert(name.clone(), parameter_text(value));
        }
    }
    if let Some(values) = project.environment.parameters_of(&resource.category, &resource.name) {
        for (name, value) in values {
            parameters.insert(name.clone(), parameter_text(value));
        }
    }
    for dependency in &resource.depends_on {
        let logical_id = project
            .resource(&dependency.category, &dependency.resource)
            .map_or_else(
                || format!("{}{}", dependency.category, dependency.resource),
                |target| target.logical_id.clone(),
            );
        for attribute in &dependency.attributes {
            parameters.insert(
                format!("{}{}{attribute}", dependency.category, dependency.resource),
                json!({ "Fn::GetAtt": [logical_id, format!("Outputs.{attribute}")] }),
            );
        }
    }
    if let Some(file) = file {
        // CloudFormation refuses parameters that the template does not declare, and so would the evaluation of a guess.
        parameters.retain(|name, _| file.template.parameter(name).is_some());
        for (name, role) in [
            ("authRoleName", json!({ "Ref": "AuthRole" })),
            ("unauthRoleName", json!({ "Ref": "UnauthRole" })),
            ("authRoleArn", json!({ "Fn::GetAtt": ["AuthRole", "Arn"] })),
            ("unauthRoleArn", json!({ "Fn::GetAtt": ["UnauthRole", "Arn"] })),
        ] {
            if file.template.parameter(name).is_some() {
                parameters.entry(name).or_insert(role);
            }
        }
    }
    parameters
}

/// A parameter as a parent stack passes it: lists joined by commas.
fn parameter_text(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::String(
            items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(","),
        ),
        other => other.clone(),
    }
}

/// Adds what the root template does not pass, although the template declares it and the files tell it.
fn fill_parameters(project: &Project, root: &mut Template, logical_id: &str, child: &Template) {
    let resource = project
        .resources
        .iter()
        .find(|resource| resource.logical_id == logical_id);
    let known = resource.map(|resource| {
        let file = project.files_of(resource).and_then(|files| files.template.as_ref());
        derived_parameters(project, resource, file)
    });
    let Some(definition) = root
        .document_mut()
        .get_mut("Resources")
        .and_then(|resources| resources.get_mut(logical_id))
    else {
        return;
    };
    if !definition["Properties"]["Parameters"].is_object() {
        definition["Properties"]["Parameters"] = Value::Object(Map::new());
    }
    let Some(passed) = definition["Properties"]["Parameters"].as_object_mut() else {
        return;
    };
    for (name, value) in known.into_iter().flatten() {
        if child.parameter(&name).is_some() {
            passed.entry(name).or_insert(value);
        }
    }
    if child.parameter(ENVIRONMENT_PARAMETER).is_some() {
        passed
            .entry(ENVIRONMENT_PARAMETER)
            .or_insert_with(|| Value::String(project.environment.name.clone()));
    }
}

/// Passes `value` to every nested stack of the root instead of the environment's name.
fn set_environment(tree: &mut TemplateTree, environment: &str, value: &Value) {
    let symbol = json!({ "Ref": ENVIRONMENT_PARAMETER });
    if value == &symbol {
        tree.template
            .insert("Parameters", ENVIRONMENT_PARAMETER, json!({ "Type": "String" }));
    }
    let Some(Value::Object(resources)) = tree.template.document_mut().get_mut("Resources") else {
        return;
    };
    for resource in resources
        .values_mut()
        .filter(|resource| resource["Type"] == NESTED_STACK)
    {
        if let Some(passed) = resource["Properties"]["Parameters"].get_mut(ENVIRONMENT_PARAMETER)
            && (*passed == environment || *passed == symbol)
        {
            *passed = value.clone();
        }
    }
}

/// The CLI takes parts of a nested stack's name to make names unique. The name begins with that of the root stack, which
/// is all that such a part ever is.
fn name_stack_in_parts(tree: &mut TemplateTree, stack_name: &str) {
    for section in ["Resources", "Outputs"] {
        if let Some(section) = tree.template.document_mut().get_mut(section) {
            name_stack_in_splits(section, stack_name);
        }
    }
}

fn name_stack_in_splits(value: &mut Value, stack_name: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| name_stack_in_splits(item, stack_name)),
        Value::Object(entries) => {
            if let (1, Some(Value::Array(arguments))) = (entries.len(), entries.get_mut("Fn::Split"))
                && let [delimiter, text] = arguments.as_mut_slice()
                && *delimiter == "-"
                && *text == json!({ "Ref": "AWS::StackName" })
            {
                *text = Value::String(stack_name.to_owned());
            }
            entries
                .values_mut()
                .for_each(|value| name_stack_in_splits(value, stack_name));
        }
        _ => {}
    }
}

/// The outputs `ApiName` and `RootUrl` of a REST API are texts that would lose what they refer to: they are made
/// attributes of the API.
fn name_rest_apis(tree: &mut TemplateTree) {
    for nested in tree.nested.values_mut() {
        let Some(api) = nested
            .template
            .resources()
            .find(|resource| resource.resource_type() == "AWS::ApiGateway::RestApi")
            .map(|resource| resource.logical_id.to_owned())
        else {
            continue;
        };
        for output in ["ApiName", "RootUrl"] {
            if nested.template.outputs().any(|declared| declared.name == output) {
                let value = json!({ "Value": { "Fn::GetAtt": [api, output] } });
                nested.template.insert("Outputs", output, value);
            }
        }
    }
}
