//! Templates of a GraphQL API's folder `stacks/`: stacks of the user's own below the API's. They go over as they are, with what
//! they name of Gen 1 by its name alone (functions, model tables, files in the deployment bucket) put in Gen 2's words.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    Interpretation, custom, id_of,
    index::main_resource,
    resolvers::{file_name, file_of_location},
};
use crate::{
    backend::{
        finding::Severity,
        model::{Attribute, CustomOrigin, CustomStack, Expression, Reference, ResolverFile, SourceLocation, Target},
    },
    cloudformation::{
        Template,
        evaluate::{EvaluatedTree, Evaluator, NoAttributes, ParameterValue, ParameterValues, PseudoParameters},
    },
    project::{GraphqlFolder, MetaResource, TemplateFile, join},
};

/// Properties that name a file in the deployment bucket, and those that hold the text itself.
const S3_LOCATIONS: [(&str, &str); 3] = [
    ("RequestMappingTemplateS3Location", "RequestMappingTemplate"),
    ("ResponseMappingTemplateS3Location", "ResponseMappingTemplate"),
    ("CodeS3Location", "Code"),
];

/// The stacks of the user's own, in the order of their files; without those that hold nothing but the CLI's placeholder.
pub(super) fn read(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
) -> Vec<CustomStack> {
    let mut found = Vec::new();
    for file in &folder.stacks {
        let stem = file_name(&file.path).rsplit_once('.').map_or("", |(stem, _)| stem);
        let logical_id = logical_id(&file.path);
        let path = format!("{}/{logical_id}", resource.logical_id);
        let template = deployed_template(interpretation, resource, folder, file, stem, &logical_id);
        if !template.resources().any(|found| !is_placeholder(found.logical_id)) {
            continue;
        }
        let location = SourceLocation {
            path: file.path.clone(),
            line: None,
        };
        let Some(stack) = interpretation.stacks.symbolic.at(&path) else {
            interpretation.finding(
                "custom-stack-not-deployed",
                Severity::Manual,
                format!(
                    "{} is not deployed: the stack of {} has no {logical_id}",
                    file.path,
                    resource.path()
                ),
                &location,
                "Push the API, or delete the file, and generate again.",
            );
            continue;
        };
        found.push(own_stack(
            interpretation,
            resource,
            folder,
            stem,
            &template,
            stack,
            location,
        ));
    }
    found
}

/// The CLI calls the stack of a file after the letters of its name.
pub(super) fn logical_id(path: &str) -> String {
    file_name(path).chars().filter(char::is_ascii_alphabetic).collect()
}

/// What the CLI puts into the template so that it has a resource.
fn is_placeholder(logical_id: &str) -> bool {
    logical_id == "EmptyResource"
}

fn deployed_template(
    interpretation: &Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
    file: &TemplateFile,
    stem: &str,
    logical_id: &str,
) -> Template {
    interpretation
        .deployed
        .and_then(|root| root.child(&resource.logical_id)?.child(logical_id))
        .and_then(|tree| Template::parse(&tree.stack.template_body, &tree.stack.name).ok())
        .or_else(|| Some(folder.built_stacks.get(stem)?.template.clone()))
        .unwrap_or_else(|| file.template.clone())
}

fn own_stack(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
    name: &str,
    template: &Template,
    stack: &EvaluatedTree,
    location: SourceLocation,
) -> CustomStack {
    let id = id_of(resource);
    let passed = custom::passed_parameters(interpretation, &stack.path);
    let resolver_files = resolver_files(interpretation, resource, folder, stack, &location);
    let mut imports = custom::imports(interpretation, template, &passed, &id);
    imports.extend(by_name(interpretation, template, &stack.path));
    let without_placeholder = without_placeholder(template, &resolver_files);
    CustomStack {
        origin: CustomOrigin::ApiFolder,
        imports,
        resolver_files,
        ..custom::own_stack(interpretation, name, id, &without_placeholder, stack, &passed, location)
    }
}

/// The template without the placeholder, without locations in the deployment bucket that are resolved, and without
/// parameters that only these needed.
fn without_placeholder(template: &Template, resolver_files: &[ResolverFile]) -> Template {
    let mut template = template.clone();
    for file in resolver_files {
        let properties = template.document_mut().get_mut("Resources").and_then(|resources| {
            resources
                .get_mut(&file.logical_id)?
                .get_mut("Properties")?
                .as_object_mut()
        });
        if let Some(properties) = properties {
            properties.shift_remove(&format!("{}S3Location", file.property));
        }
    }
    template.remove("Resources", "EmptyResource");
    template.remove("Outputs", "EmptyOutput");
    for (section, name) in [
        ("Conditions", "AlwaysFalse"),
        ("Parameters", "S3DeploymentBucket"),
        ("Parameters", "S3DeploymentRootKey"),
    ] {
        let is_used = ["Resources", "Outputs", "Conditions"]
            .iter()
            .filter_map(|other| template.document().get(*other))
            .any(|value| names(value, name, section == "Conditions"));
        if !is_used {
            template.remove(section, name);
        }
    }
    for section in ["Outputs", "Conditions", "Parameters", "Metadata"] {
        if template
            .document()
            .get(section)
            .and_then(Value::as_object)
            .is_some_and(Map::is_empty)
        {
            template.document_mut().shift_remove(section);
        }
    }
    template
}

/// Whether a value refers to a parameter or condition of that name.
fn names(value: &Value, name: &str, condition: bool) -> bool {
    match value {
        Value::String(text) => !condition && text.contains(&format!("${{{name}}}")),
        Value::Array(items) => items.iter().any(|item| names(item, name, condition)),
        Value::Object(entries) => entries.iter().any(|(key, inner)| match key.as_str() {
            "Ref" if !condition => inner == name,
            "Condition" if condition && inner.is_string() => inner == name,
            "Fn::If" if condition => inner[0] == name || names(inner, name, condition),
            _ => names(inner, name, condition),
        }),
        _ => false,
    }
}

/// Resolvers and functions that take templates or code from the deployment bucket.
fn resolver_files(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    folder: &GraphqlFolder,
    stack: &EvaluatedTree,
    location: &SourceLocation,
) -> Vec<ResolverFile> {
    let directory = interpretation
        .project
        .files_of(resource)
        .map(|files| files.directory.clone())
        .unwrap_or_default();
    let mut files = Vec::new();
    for found in stack.template.resources() {
        if !matches!(
            found.resource_type(),
            "AWS::AppSync::Resolver" | "AWS::AppSync::FunctionConfiguration"
        ) {
            continue;
        }
        for (by_location, property) in S3_LOCATIONS {
            let Some(name) = found.property(by_location).and_then(file_of_location) else {
                continue;
            };
            let own = folder.resolvers.iter().find(|path| file_name(path) == name).cloned();
            let built = join(&directory, &format!("build/resolvers/{name}"));
            let path = own.or_else(|| {
                let is_there = interpretation.project.files().has_file(&built).unwrap_or(false);
                is_there.then_some(built)
            });
            if path.is_none() {
                interpretation.finding(
                    "resolver-file-missing",
                    Severity::Blocker,
                    format!(
                        "{} of {} comes from resolvers/{name}, which is not in the project: the field would have no {property}",
                        by_location, found.logical_id
                    ),
                    location,
                    "Fetch the deployed backend with `amplify pull`, so that the file is there, and generate again.",
                );
            }
            files.push(ResolverFile {
                logical_id: found.logical_id.to_owned(),
                resource_type: found.resource_type().to_owned(),
                property: property.to_owned(),
                name,
                path,
            });
        }
    }
    files
}

/// Values that name a function or a model's table by its Gen 1 name, by JSON pointer: in Gen 2 they are references.
fn by_name(interpretation: &Interpretation<'_>, template: &Template, path: &str) -> IndexMap<String, Expression> {
    let literal = interpretation.stacks.literal.at(path);
    let parameters: ParameterValues = literal
        .map(|stack| stack.parameters.clone())
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, ParameterValue::Value(value)))
        .collect();
    let evaluator = Evaluator::new(template, &parameters, PseudoParameters::default(), &NoAttributes);
    let known = KnownNames::of(interpretation);
    let mut found = IndexMap::new();
    if let Some(resources) = template.document().get("Resources") {
        collect(&evaluator, &known, resources, "/Resources", &mut found);
    }
    found
}

fn collect(
    evaluator: &Evaluator<'_>,
    known: &KnownNames,
    value: &Value,
    pointer: &str,
    found: &mut IndexMap<String, Expression>,
) {
    let is_call = value
        .as_object()
        .is_some_and(|entries| entries.len() == 1 && entries.keys().all(|key| key.starts_with("Fn::")));
    if is_call || value.is_string() {
        let is_name = pointer.ends_with("/FunctionName");
        let evaluated = evaluator.value(value).value;
        if let Some(expression) = evaluated.and_then(|value| known.translated(&value, is_name)) {
            found.insert(pointer.to_owned(), expression);
            return;
        }
    }
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                collect(evaluator, known, inner, &format!("{pointer}/{escaped}"), found);
            }
        }
        Value::Array(items) => {
            for (position, inner) in items.iter().enumerate() {
                collect(evaluator, known, inner, &format!("{pointer}/{position}"), found);
            }
        }
        _ => {}
    }
}

/// Names of the environment's functions and tables.
struct KnownNames {
    /// Deployed name and resource name.
    functions: Vec<(String, String)>,
    /// What the name of a model's table begins with, and the model.
    tables: Vec<(String, String)>,
    /// What follows the id of the API in the name of a model's table.
    suffix: String,
    /// Logical paths of the API.
    apis: Vec<String>,
}

impl KnownNames {
    fn of(interpretation: &Interpretation<'_>) -> Self {
        let project = interpretation.project;
        let functions = project
            .resources
            .iter()
            .filter(|resource| resource.category == "function" && resource.service.as_deref() == Some("Lambda"));
        let deployed_name = |resource: &MetaResource| {
            let by_template = || {
                let stack = interpretation.literal_stack(resource)?;
                let function = main_resource(stack, "AWS::Lambda::Function", "LambdaFunction")?;
                Some(function.property("FunctionName")?.as_str()?.to_owned())
            };
            resource.output_text("Name").map(str::to_owned).or_else(by_template)
        };
        let mut tables = Vec::new();
        let mut apis = Vec::new();
        for (logical_id, stack) in &interpretation.stacks.symbolic.nested {
            for found in stack.template.resources() {
                let path = format!("{logical_id}/{}", found.logical_id);
                if interpretation.decoder.index.target(&path) == Some(&Target::GraphqlApi) {
                    apis.push(path);
                }
            }
            for nested in stack.nested.values() {
                for found in nested.template.resources() {
                    let path = format!("{}/{}", nested.path, found.logical_id);
                    if let Some(Target::ModelTable(model)) = interpretation.decoder.index.target(&path) {
                        tables.push((format!("{model}-"), model.clone()));
                    }
                }
            }
        }
        Self {
            functions: functions
                .filter_map(|resource| Some((deployed_name(resource)?, resource.name.clone())))
                .collect(),
            tables,
            suffix: format!("-{}", project.environment.name),
            apis,
        }
    }

    /// The value in references, when it names something by its name.
    fn translated(&self, value: &Value, is_name: bool) -> Option<Expression> {
        let parts = self.parts(value)?;
        self.function(&parts, is_name).or_else(|| self.tables_in(&parts))
    }

    /// Text and pseudo parameters; `None` when there is anything else.
    fn parts(&self, value: &Value) -> Option<Vec<Expression>> {
        match value {
            Value::String(text) => Some(vec![Expression::Literal(text.clone())]),
            Value::Object(entries) if entries.len() == 1 => match entries.iter().next()? {
                (key, Value::Array(arguments)) if key == "Fn::Join" => match arguments.as_slice() {
                    [Value::String(delimiter), Value::Array(items)] if delimiter.is_empty() => {
                        let parts: Option<Vec<_>> = items.iter().map(|item| self.parts(item)).collect();
                        Some(parts?.concat())
                    }
                    _ => None,
                },
                (key, Value::String(name)) if key == "Ref" => match name.as_str() {
                    "AWS::Region" => Some(vec![Expression::Region]),
                    "AWS::AccountId" => Some(vec![Expression::AccountId]),
                    "AWS::Partition" => Some(vec![Expression::Partition]),
                    _ => None,
                },
                (key, Value::Array(arguments)) if key == "Fn::GetAtt" => {
                    let is_api = arguments
                        .first()
                        .and_then(Value::as_str)
                        .is_some_and(|path| self.apis.iter().any(|api| api == path));
                    (is_api && arguments.get(1).is_some_and(|attribute| attribute == "ApiId")).then(|| {
                        vec![Expression::Reference(Reference {
                            target: Target::GraphqlApi,
                            attribute: Attribute::Id,
                        })]
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn function(&self, parts: &[Expression], is_name: bool) -> Option<Expression> {
        let (first, last) = (parts.first()?, parts.last()?);
        let (Expression::Literal(first), Expression::Literal(last)) = (first, last) else {
            return None;
        };
        let reference = |name: &str, attribute| {
            Expression::Reference(Reference {
                target: Target::Function(name.to_owned()),
                attribute,
            })
        };
        self.functions.iter().find_map(|(deployed, name)| {
            if first.starts_with("arn:") && last.ends_with(&format!(":function:{deployed}")) {
                return Some(reference(name, Attribute::Arn));
            }
            (is_name && parts.len() == 1 && last == deployed).then(|| reference(name, Attribute::Name))
        })
    }

    /// `<model>-<id of the API>-<environment>`, wherever it stands in a text.
    fn tables_in(&self, parts: &[Expression]) -> Option<Expression> {
        let mut translated: Vec<Expression> = Vec::new();
        let mut changed = false;
        let mut rest = parts.to_vec();
        rest.reverse();
        while let Some(part) = rest.pop() {
            let is_id = matches!(&part, Expression::Reference(reference) if reference.target == Target::GraphqlApi);
            let table = is_id.then(|| self.around(translated.last(), rest.last())).flatten();
            let Some((before, model, after)) = table else {
                translated.push(part);
                continue;
            };
            changed = true;
            translated.pop();
            rest.pop();
            translated.push(Expression::Literal(before));
            translated.push(Expression::Reference(Reference {
                target: Target::ModelTable(model),
                attribute: Attribute::Name,
            }));
            if !after.is_empty() {
                rest.push(Expression::Literal(after));
            }
        }
        changed.then(|| Expression::concat(translated))
    }

    /// The text before the name of a table, its model, and the text after it.
    fn around(&self, before: Option<&Expression>, after: Option<&Expression>) -> Option<(String, String, String)> {
        let (Some(Expression::Literal(before)), Some(Expression::Literal(after))) = (before, after) else {
            return None;
        };
        let after = after.strip_prefix(&self.suffix)?;
        let is_whole = |text: &str| !text.ends_with(|character: char| character.is_alphanumeric() || character == '_');
        self.tables.iter().find_map(|(start, model)| {
            let text = before.strip_suffix(start.as_str()).filter(|text| is_whole(text))?;
            Some((text.to_owned(), model.clone(), after.to_owned()))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known() -> KnownNames {
        KnownNames {
            functions: vec![("greet-live".to_owned(), "greet".to_owned())],
            tables: vec![("Post-".to_owned(), "Post".to_owned())],
            suffix: "-live".to_owned(),
            apis: vec!["apiforum/GraphQLAPI".to_owned()],
        }
    }

    fn joined(parts: Value) -> Value {
        json!({ "Fn::Join": ["", parts] })
    }

    #[test]
    fn functions_by_their_arn() {
        let arn = |end: &str| {
            joined(
                json!(["arn:aws:lambda:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, format!(":function:{end}")]),
            )
        };
        let expected = Expression::Reference(Reference {
            target: Target::Function("greet".to_owned()),
            attribute: Attribute::Arn,
        });
        assert_eq!(known().translated(&arn("greet-live"), false), Some(expected));
        for other in ["greet-live2", "greet", "xgreet-live", "greet-live:1"] {
            assert_eq!(known().translated(&arn(other), false), None, "{other}");
        }
        assert_eq!(known().translated(&json!("greet-live"), false), None);
        assert!(known().translated(&json!("greet-live"), true).is_some());
    }

    #[test]
    fn tables_of_models_by_their_name() {
        let id = json!({"Fn::GetAtt": ["apiforum/GraphQLAPI", "ApiId"]});
        let table = Expression::Reference(Reference {
            target: Target::ModelTable("Post".to_owned()),
            attribute: Attribute::Name,
        });
        assert_eq!(
            known().translated(&joined(json!(["Post-", id, "-live"])), false),
            Some(table.clone())
        );
        assert_eq!(
            known().translated(
                &joined(json!(["arn:aws:dynamodb:x:table/Post-", id, "-live/index/*"])),
                false
            ),
            Some(Expression::concat([
                Expression::Literal("arn:aws:dynamodb:x:table/".to_owned()),
                table,
                Expression::Literal("/index/*".to_owned()),
            ]))
        );
        for other in ["BlogPost-", "Posts-", "P-"] {
            assert_eq!(
                known().translated(&joined(json!([other, id, "-live"])), false),
                None,
                "{other}"
            );
        }
    }

    #[test]
    fn parameters_stay_while_something_refers_to_them() {
        let value = json!({"A": {"Fn::Sub": "s3://${S3DeploymentBucket}/x"}, "B": {"Fn::If": ["C", 1, 2]}});
        assert!(names(&value, "S3DeploymentBucket", false));
        assert!(!names(&value, "S3DeploymentRootKey", false));
        assert!(names(&value, "C", true));
        assert!(!names(&value, "D", true));
    }
}
