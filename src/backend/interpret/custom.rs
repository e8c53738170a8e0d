//! Stacks of the custom category: the deployed template as it is, and what its parameters and imports stand for.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Interpretation, id_of};
use crate::{
    backend::{
        features::STATEFUL_TYPES,
        finding::Severity,
        model::{CustomLanguage, CustomOrigin, CustomStack, Expression, PhysicalName, ResourceId, SourceLocation},
    },
    cloudformation::{
        Template,
        evaluate::{EvaluatedTree, Evaluator, NoAttributes, ParameterValue, ParameterValues, PseudoParameters},
    },
    project::{MetaResource, files_below},
};

const IMPORT: &str = "Fn::ImportValue";

/// What tools make in the folder of a custom resource.
const NOT_SOURCES: [&str; 6] = [
    "node_modules",
    "build",
    ".npmrc",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
];

/// Types whose property `Name` is the name that no two of them can have at once.
const NAMED_BY_NAME: [&str; 20] = [
    "AWS::AppConfig::Application",
    "AWS::Athena::WorkGroup",
    "AWS::Batch::JobQueue",
    "AWS::Cloud9::EnvironmentEC2",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::Events::ApiDestination",
    "AWS::Events::Archive",
    "AWS::Events::Connection",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::Glue::Job",
    "AWS::Kinesis::Stream",
    "AWS::Pipes::Pipe",
    "AWS::Scheduler::Schedule",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
    "AWS::WAFv2::IPSet",
    "AWS::WAFv2::WebACL",
];

/// Names that several resources may have, although the property is called after the type.
const SHARED_NAMES: [&str; 5] = [
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::IAM::Policy",
    "AWS::IAM::UserPolicy",
    "AWS::Lambda::LayerVersion",
];

/// Names that belong to the world outside of the stack.
const FIXED_NAMES: [(&str, &str); 5] = [
    ("AWS::ApiGateway::DomainName", "DomainName"),
    ("AWS::ApiGatewayV2::DomainName", "DomainName"),
    ("AWS::AppSync::DomainName", "DomainName"),
    ("AWS::Route53::RecordSet", "Name"),
    ("AWS::SES::EmailIdentity", "EmailIdentity"),
];

/// Types that others know by an address or by keys, which AWS gives to every resource anew.
pub(super) const KNOWN_OUTSIDE: [&str; 11] = [
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::AppRunner::Service",
    "AWS::AppSync::ApiKey",
    "AWS::AppSync::GraphQLApi",
    "AWS::CloudFront::Distribution",
    "AWS::Cognito::UserPoolClient",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::IAM::AccessKey",
    "AWS::Lambda::Url",
];

pub(super) fn read(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let id = id_of(resource);
    let location = interpretation.location_of(resource);
    let (Some(template), Some(stack)) = (
        deployed_template(interpretation, resource),
        interpretation.symbolic_stack(resource),
    ) else {
        interpretation.finding(
            "custom-template-missing",
            Severity::Manual,
            format!("the template of {} is missing, so nobody knows what it deploys", resource.path()),
            &location,
            "Fetch the deployed backend with `amplify pull`; a CDK resource has its template in the folder build once it was built.",
        );
        return;
    };
    let passed = passed_parameters(interpretation, &resource.logical_id);
    let directory = interpretation
        .project
        .tree
        .resource_directory(&resource.category, &resource.name);
    let custom = CustomStack {
        language: match resource.service.as_deref() {
            Some("customCDK") => CustomLanguage::Cdk,
            _ => CustomLanguage::CloudFormation,
        },
        imports: imports(interpretation, &template, &passed, &id),
        source_files: source_files(interpretation, resource, &location),
        directory,
        ..own_stack(interpretation, &resource.name, id, &template, stack, &passed, location)
    };
    interpretation.backend.custom_stacks.push(custom);
}

/// A stack of the user's own with what can be told of every template.
pub(super) fn own_stack(
    interpretation: &Interpretation<'_>,
    name: &str,
    resource: ResourceId,
    template: &Template,
    stack: &EvaluatedTree,
    passed: &Map<String, Value>,
    location: SourceLocation,
) -> CustomStack {
    let mut parameters = IndexMap::new();
    let mut parameters_without_value = Vec::new();
    for declared in template.parameters() {
        match passed.get(declared.name) {
            Some(value) if !declared.no_echo() => {
                parameters.insert(
                    declared.name.to_owned(),
                    parameter_value(interpretation, value, &resource),
                );
            }
            None if declared.default().is_some() => {}
            // A secret, or something that nobody passes.
            _ => parameters_without_value.push(declared.name.to_owned()),
        }
    }
    CustomStack {
        name: name.to_owned(),
        stack_path: stack.path.clone(),
        origin: CustomOrigin::Category,
        language: CustomLanguage::CloudFormation,
        parameters,
        parameters_without_value,
        imports: IndexMap::new(),
        physical_names: physical_names(interpretation, stack, &resource),
        // The value of a parameter stands in the template.
        stateful: existing(template, stack, |kind| {
            STATEFUL_TYPES.contains(&kind) && kind != "AWS::SSM::Parameter"
        }),
        known_outside: existing(template, stack, |kind| KNOWN_OUTSIDE.contains(&kind)),
        resolver_files: Vec::new(),
        template: template.document().clone(),
        source_files: Vec::new(),
        directory: String::new(),
        resource,
        location,
    }
}

/// Resources of these types, without those that a condition says do not exist.
fn existing(template: &Template, stack: &EvaluatedTree, is_wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    template
        .resources()
        .filter(|found| is_wanted(found.resource_type()))
        .filter(|found| stack.template.resource(found.logical_id).is_some())
        .map(|found| (found.logical_id.to_owned(), found.resource_type().to_owned()))
        .collect()
}

/// The template as it was deployed, else as it lies in the project.
fn deployed_template(interpretation: &Interpretation<'_>, resource: &MetaResource) -> Option<Template> {
    let deployed = interpretation
        .deployed
        .and_then(|tree| tree.child(&resource.logical_id))
        .and_then(|tree| Template::parse(&tree.stack.template_body, &tree.stack.name).ok());
    deployed.or_else(|| {
        let files = interpretation.project.files_of(resource)?;
        Some(files.template.as_ref()?.template.clone())
    })
}

/// What its parent passes to the stack at a logical path, evaluated.
pub(super) fn passed_parameters(interpretation: &Interpretation<'_>, path: &str) -> Map<String, Value> {
    interpretation
        .stacks
        .symbolic
        .resource(path)
        .and_then(|stack| stack.property("Parameters")?.as_object().cloned())
        .unwrap_or_default()
}

/// A list is passed as one text.
fn parameter_value(interpretation: &Interpretation<'_>, value: &Value, owner: &ResourceId) -> Expression {
    let Value::Array(items) = value else {
        return interpretation.decoder.expression(value, owner);
    };
    let mut parts = Vec::new();
    for item in items {
        if !parts.is_empty() {
            parts.push(Expression::Literal(",".to_owned()));
        }
        parts.push(interpretation.decoder.expression(item, owner));
    }
    Expression::concat(parts)
}

/// Every `Fn::ImportValue` of the template, evaluated with the parameters.
pub(super) fn imports(
    interpretation: &Interpretation<'_>,
    template: &Template,
    passed: &Map<String, Value>,
    owner: &ResourceId,
) -> IndexMap<String, Expression> {
    let mut found = Vec::new();
    for section in ["Resources", "Outputs"] {
        if let Some(section_value) = template.document().get(section) {
            collect_imports(section_value, &format!("/{section}"), &mut found);
        }
    }
    if found.is_empty() {
        return IndexMap::new();
    }
    let parameters: ParameterValues = passed
        .iter()
        .map(|(name, value)| (name.clone(), ParameterValue::Value(value.clone())))
        .collect();
    let evaluator = Evaluator::new(template, &parameters, PseudoParameters::default(), &NoAttributes);
    found
        .into_iter()
        .map(|(pointer, import)| {
            // Without a value there is only the import itself to tell about.
            let value = evaluator.value(&import).value.unwrap_or(import);
            let expression = data_source_name(interpretation, &value)
                .unwrap_or_else(|| interpretation.decoder.expression(&value, owner));
            (pointer, expression)
        })
        .collect()
}

/// Stacks of models export the names of their data sources, which are the same in Gen 2.
fn data_source_name(interpretation: &Interpretation<'_>, import: &Value) -> Option<Expression> {
    let exported = interpretation.decoder.index.export(import.get(IMPORT)?)?;
    let [path, attribute] = exported.get("Fn::GetAtt")?.as_array()?.as_slice() else {
        return None;
    };
    let source = interpretation.stacks.symbolic.resource(path.as_str()?)?;
    (source.resource_type() == "AWS::AppSync::DataSource" && attribute == "Name").then(|| {
        source
            .property("Name")?
            .as_str()
            .map(|name| Expression::Literal(name.to_owned()))
    })?
}

fn collect_imports(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(entries) if entries.len() == 1 && entries.contains_key(IMPORT) => {
            found.push((pointer.to_owned(), value.clone()));
        }
        Value::Object(entries) => {
            for (key, inner) in entries {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                collect_imports(inner, &format!("{pointer}/{escaped}"), found);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect_imports(inner, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

pub(super) fn physical_names(
    interpretation: &Interpretation<'_>,
    stack: &EvaluatedTree,
    owner: &ResourceId,
) -> Vec<PhysicalName> {
    let literal = interpretation.stacks.literal.at(&stack.path);
    stack
        .template
        .resources()
        .filter_map(|found| {
            let resource_type = found.resource_type();
            let (property, fixed) = name_property(resource_type)?;
            let name = interpretation.decoder.expression(found.property(&property)?, owner);
            let text = literal
                .and_then(|stack| stack.template.resource(found.logical_id)?.property(&property)?.as_str())
                .unwrap_or_default();
            Some(PhysicalName {
                mentions: mentions(
                    &interpretation.stacks.literal,
                    text,
                    &Named {
                        stack: &stack.path,
                        logical_id: found.logical_id,
                        resource_type,
                        property: &property,
                    },
                ),
                logical_id: found.logical_id.to_owned(),
                resource_type: resource_type.to_owned(),
                property,
                name,
                fixed,
            })
        })
        .collect()
}

/// The property that holds a resource's own name, and whether the name is fixed.
fn name_property(resource_type: &str) -> Option<(String, bool)> {
    if let Some((_, property)) = FIXED_NAMES.iter().find(|(fixed, _)| *fixed == resource_type) {
        return Some(((*property).to_owned(), true));
    }
    if SHARED_NAMES.contains(&resource_type) {
        return None;
    }
    if NAMED_BY_NAME.contains(&resource_type) {
        return Some(("Name".to_owned(), false));
    }
    let (vendor, kind) = resource_type.rsplit_once("::")?;
    vendor.starts_with("AWS::").then(|| (format!("{kind}Name"), false))
}

/// Other places of the environment's templates in which a name stands, as `stack resource`.
fn mentions(tree: &EvaluatedTree, name: &str, own: &Named<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if !name.is_empty() {
        collect_mentions(tree, name, own, &mut found);
    }
    found
}

/// A resource that a template names, and where it does.
struct Named<'a> {
    stack: &'a str,
    logical_id: &'a str,
    resource_type: &'a str,
    property: &'a str,
}

fn collect_mentions(tree: &EvaluatedTree, name: &str, own: &Named<'_>, found: &mut Vec<String>) {
    for resource in tree.template.resources() {
        // What is passed to a nested stack is found in the stack itself.
        if resource.resource_type() == "AWS::CloudFormation::Stack" {
            continue;
        }
        let named = resource.properties().into_iter().flatten().any(|(property, value)| {
            let is_itself = tree.path == own.stack && resource.logical_id == own.logical_id && property == own.property;
            let is_name =
                name_property(resource.resource_type()).is_some_and(|(named, fixed)| named == *property && !fixed);
            // A name beside it in the same stack becomes one of the branch, too. Elsewhere, a topic that is called as a
            // queue is does not speak of the queue.
            let is_of_its_own =
                is_name && (tree.path == own.stack || resource.resource_type() != own.resource_type && *value == name);
            !is_itself && !is_of_its_own && holds_word(value, name)
        });
        if named {
            let place = if tree.path.is_empty() {
                "root stack"
            } else {
                tree.path.as_str()
            };
            found.push(format!("{place} {}", resource.logical_id));
        }
    }
    for nested in tree.nested.values() {
        collect_mentions(nested, name, own, found);
    }
}

/// A text in the value holds the name, and not as a part of a longer word.
fn holds_word(value: &Value, name: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    match value {
        Value::String(text) => text.match_indices(name).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(word)
                && !text[at + name.len()..].chars().next().is_some_and(word)
        }),
        Value::Array(items) => items.iter().any(|item| holds_word(item, name)),
        Value::Object(entries) => entries.values().any(|inner| holds_word(inner, name)),
        _ => false,
    }
}

fn source_files(
    interpretation: &mut Interpretation<'_>,
    resource: &MetaResource,
    location: &SourceLocation,
) -> Vec<String> {
    let directory = interpretation
        .project
        .tree
        .resource_directory(&resource.category, &resource.name);
    match files_below(interpretation.project.files(), &directory, &NOT_SOURCES) {
        Ok(files) => files,
        Err(error) => {
            interpretation.finding(
                "custom-sources-unreadable",
                Severity::Warning,
                format!("the folder of {} cannot be read: {error}", resource.path()),
                location,
                "Make the folder readable and generate again.",
            );
            Vec::new()
        }
    }
}
