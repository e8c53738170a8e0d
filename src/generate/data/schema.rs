//! The schema files: copied, with what Gen 1 took for granted said outright.

use std::collections::{BTreeMap, BTreeSet};

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};

use super::{many_to_many, operations};
use crate::{
    backend::{
        finding::Severity,
        model::{AuthorizationMode, Backend, GraphqlApi, SchemaFile, SourceLocation},
    },
    generate::{context::Context, findings::Findings},
};

const ENVIRONMENT: &str = "${env}";
/// Directives that give a field of an operation type its resolver.
const RESOLVERS: [&str; 4] = ["function", "http", "predictions", "sql"];

/// What becomes of the schema.
pub(super) struct Schema {
    /// Files by path below `amplify/data/`, in order.
    pub files: Vec<(String, String)>,
    /// Functions by the name that the schema has for them.
    pub functions: BTreeMap<String, String>,
    /// The text still names the environment.
    pub with_environment: bool,
}

pub(super) fn schema(context: &Context<'_>, data: &GraphqlApi, findings: &mut Findings) -> Schema {
    let mut schema = Schema {
        files: Vec::new(),
        functions: BTreeMap::new(),
        with_environment: false,
    };
    let mut taken = BTreeSet::new();
    let rule = default_rule(data);
    for file in &data.schema {
        let edited = edit(context, data, file, rule, &mut schema.functions, findings);
        schema.with_environment |= edited.contains(ENVIRONMENT);
        if edited.contains("${aws_") {
            findings.add(
                "schema-escapes",
                Severity::Warning,
                format!("{} names the region or the like with ${{aws_...}}", file.path),
                &location(file, &edited, edited.find("${aws_").unwrap_or_default()),
                "Gen 2's transformer replaces these names as Gen 1's did; check the URL after the first deployment.",
            );
        }
        let name = if data.schema.len() == 1 {
            "schema.graphql".to_owned()
        } else {
            format!("schema/{}", file_name(&mut taken, &file.path))
        };
        schema.files.push((name, edited));
    }
    schema
}

/// Functions by the names that the schema may have for them (`name` or `name-${env}`), for those that it names.
pub fn functions_by_name(backend: &Backend) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    for file in backend.data.iter().flat_map(|data| &data.schema) {
        let parsed = Parser::new(&file.text).parse();
        for (_, name) in function_names(&parsed.document()) {
            if let Some(function) = function_of(backend, &name) {
                functions.insert(function.to_owned());
            }
        }
    }
    functions
}

/// The rule for everything without one: Gen 1 lets in whoever passes the default mode, Gen 2 nobody but IAM.
fn default_rule(data: &GraphqlApi) -> Option<&'static str> {
    let public = data
        .schema
        .iter()
        .any(|file| global_rule(&Parser::new(&file.text).parse().document()).is_some());
    if public {
        return Some("{ allow: public }");
    }
    match data.default_mode {
        AuthorizationMode::ApiKey { .. } => Some("{ allow: public }"),
        AuthorizationMode::UserPool => Some("{ allow: private }"),
        AuthorizationMode::OpenIdConnect { .. } => Some("{ allow: private, provider: oidc }"),
        AuthorizationMode::Lambda { .. } => Some("{ allow: custom }"),
        // IAM principals of the account keep their access in Gen 2; no rule could say just that.
        AuthorizationMode::Iam => None,
    }
}

/// A change of the text: bytes from and to, and what stands there instead.
pub(super) type Edit = (usize, usize, String);

fn edit(
    context: &Context<'_>,
    data: &GraphqlApi,
    file: &SchemaFile,
    rule: Option<&str>,
    functions: &mut BTreeMap<String, String>,
    findings: &mut Findings,
) -> String {
    let parsed = Parser::new(&file.text).parse();
    let document = parsed.document();
    let mut edits: Vec<Edit> = Vec::new();
    if let Some(input) = global_rule(&document) {
        edits.push((input.0, input.1, String::new()));
    }
    for definition in document.definitions() {
        let (name, directives, fields) = match &definition {
            cst::Definition::ObjectTypeDefinition(object) => {
                (object.name(), object.directives(), object.fields_definition())
            }
            cst::Definition::ObjectTypeExtension(object) => {
                (object.name(), object.directives(), object.fields_definition())
            }
            _ => continue,
        };
        let name = name.map(|name| name.text().to_string()).unwrap_or_default();
        let directives: Vec<cst::Directive> = directives.into_iter().flat_map(|list| list.directives()).collect();
        if let Some(model) = directives.iter().find(|directive| is_named(directive, "model")) {
            if !data.operations_are_merged {
                edits.extend(operations::edits(&file.text, model));
            }
            if !directives.iter().any(|directive| is_named(directive, "auth")) {
                explicit_rule(
                    &mut edits,
                    &file.text,
                    model,
                    rule,
                    &format!("model {name}"),
                    data,
                    file,
                    findings,
                );
            }
        } else if matches!(name.as_str(), "Query" | "Mutation" | "Subscription") {
            for field in fields.into_iter().flat_map(|fields| fields.field_definitions()) {
                let on_field: Vec<cst::Directive> = field
                    .directives()
                    .into_iter()
                    .flat_map(|list| list.directives())
                    .collect();
                let protected = on_field.iter().any(|directive| is_named(directive, "auth"));
                let resolver = on_field
                    .iter()
                    .rfind(|directive| RESOLVERS.iter().any(|name| is_named(directive, name)));
                if let (false, Some(resolver)) = (protected, resolver) {
                    let field = field.name().map(|name| name.text().to_string()).unwrap_or_default();
                    explicit_rule(
                        &mut edits,
                        &file.text,
                        resolver,
                        rule,
                        &format!("field {name}.{field}"),
                        data,
                        file,
                        findings,
                    );
                }
            }
        }
    }
    for ((start, end), name) in function_names(&document) {
        match function_of(context.backend, &name) {
            Some(function) if context.is_generated(function) => {
                edits.push((start, end, format!("\"{function}\"")));
                functions.insert(function.to_owned(), function.to_owned());
            }
            _ => findings.add(
                "schema-function-unknown",
                Severity::Warning,
                unknown_function(context.backend, &name),
                &location(file, &file.text, start),
                "The schema goes on calling it by its full name, as in Gen 1. Correct the name in the schema if it is wrong.",
            ),
        }
    }
    edits.extend(many_to_many::edits(data, file, rule));
    apply(&file.text, edits)
}

#[allow(clippy::too_many_arguments)]
fn explicit_rule(
    edits: &mut Vec<Edit>,
    text: &str,
    after: &cst::Directive,
    rule: Option<&str>,
    what: &str,
    data: &GraphqlApi,
    file: &SchemaFile,
    findings: &mut Findings,
) {
    let end = trimmed_end(text, after.syntax());
    let place = location(file, text, end);
    match rule {
        Some(rule) => {
            edits.push((end, end, format!(" @auth(rules: [{rule}])")));
            findings.add(
                "no-auth-models",
                Severity::Info,
                format!("{what} has no @auth rule; in Gen 2 only IAM would get at it, so Gen 1's default {rule} is said outright"),
                &place,
                "Look over the rule in the generated schema.",
            );
        }
        None => findings.add(
            "no-auth-models",
            Severity::Warning,
            format!(
                "{what} of {} has no @auth rule, and the API's default is IAM",
                data.name
            ),
            &place,
            "Nothing has to be done if only roles outside of the app use it. Else add @auth to the generated schema.",
        ),
    }
}

/// `input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }`, which Gen 2 does not know: from and to.
fn global_rule(document: &cst::Document) -> Option<(usize, usize)> {
    document.definitions().find_map(|definition| match definition {
        cst::Definition::InputObjectTypeDefinition(input)
            if input.name().is_some_and(|name| name.text() == "AMPLIFY") =>
        {
            let range = input.syntax().text_range();
            Some((usize::from(range.start()), usize::from(range.end())))
        }
        _ => None,
    })
}

/// Names of functions in `@function`, with their place (quotes included).
fn function_names(document: &cst::Document) -> Vec<((usize, usize), String)> {
    let mut names = Vec::new();
    for node in document.syntax().descendants() {
        let Some(directive) = cst::Directive::cast(node) else {
            continue;
        };
        if !is_named(&directive, "function") {
            continue;
        }
        for argument in directive.arguments().into_iter().flat_map(|list| list.arguments()) {
            if argument.name().is_none_or(|name| name.text() != "name") {
                continue;
            }
            if let Some(cst::Value::StringValue(value)) = argument.value() {
                let range = value.syntax().text_range();
                let token = value.syntax().text().to_string();
                let start = usize::from(range.start());
                let end = start + token.trim_end().len();
                names.push(((start, end), String::from(value)));
            }
        }
    }
    names
}

/// The function of the backend that a name in the schema means.
fn function_of<'b>(backend: &'b Backend, name: &str) -> Option<&'b str> {
    let bare = name.strip_suffix("-${env}").unwrap_or(name);
    backend
        .functions
        .iter()
        .find(|function| function.name == bare || function.deployed_name.as_deref() == Some(name))
        .map(|function| function.name.as_str())
}

fn unknown_function(backend: &Backend, name: &str) -> String {
    let bare = name.strip_suffix("-${env}").unwrap_or(name);
    let similar = backend
        .functions
        .iter()
        .find(|function| function.name.eq_ignore_ascii_case(bare));
    match similar {
        Some(function) => format!(
            "the schema calls function {name}, which is no function of this backend ({} differs in upper and lower case, which counts)",
            function.name
        ),
        None => format!("the schema calls function {name}, which is no generated function of this backend"),
    }
}

pub(super) fn is_named(directive: &cst::Directive, name: &str) -> bool {
    directive.name().is_some_and(|directive| directive.text() == name)
}

/// Where a node ends, white space after it left out.
pub(super) fn trimmed_end(text: &str, node: &apollo_parser::SyntaxNode) -> usize {
    let range = node.text_range();
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    text.get(start..end).map_or(end, |own| {
        // Comments after a directive belong to the node as well; the directive itself ends with a name or a parenthesis.
        let mut length = own.trim_end().len();
        while let Some(line_start) = own[..length].rfind('\n') {
            if own[line_start..length].trim_start().starts_with('#') {
                length = own[..line_start].trim_end().len();
            } else {
                break;
            }
        }
        start + length
    })
}

fn location(file: &SchemaFile, text: &str, offset: usize) -> SourceLocation {
    let line = text
        .get(..offset)
        .and_then(|before| u32::try_from(before.matches('\n').count() + 1).ok());
    SourceLocation {
        path: file.path.clone(),
        line,
    }
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(start, end, _)| (*start, *end));
    let mut edited = String::with_capacity(text.len());
    let mut position = 0;
    for (start, end, replacement) in edits {
        if start < position {
            continue;
        }
        edited.push_str(text.get(position..start).unwrap_or_default());
        edited.push_str(&replacement);
        position = end;
    }
    edited.push_str(text.get(position..).unwrap_or_default());
    edited
}

fn file_name(taken: &mut BTreeSet<String>, path: &str) -> String {
    let base = path
        .rsplit('/')
        .next()
        .unwrap_or("schema.graphql")
        .trim_end_matches(".graphql");
    let name = std::iter::once(format!("{base}.graphql"))
        .chain((2u32..).map(|number| format!("{base}-{number}.graphql")))
        .find(|name| !taken.contains(&name.to_lowercase()))
        .unwrap_or_else(|| format!("{base}.graphql"));
    taken.insert(name.to_lowercase());
    name
}
