//! The schema files: copied, with what Gen 1 took for granted said outright.

use std::collections::{BTreeMap, BTreeSet};

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};

use super::{many_to_many, operations, predictions};
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
    let defaults = Defaults::of(data);
    let open_types = open_types(data);
    for file in &data.schema {
        let edited = edit(
            context,
            data,
            file,
            &defaults,
            &open_types,
            &mut schema.functions,
            findings,
        );
        schema.with_environment |= edited.contains(ENVIRONMENT);
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
        for call in function_calls(&parsed.document()) {
            if let Some(function) = function_of(backend, &call) {
                functions.insert(function.to_owned());
            }
        }
    }
    functions
}

/// What Gen 1 takes for granted where the schema says nothing. Gen 2 lets in nobody but IAM there.
struct Defaults {
    /// Rule of models. In the CLI's sandbox mode it is whoever has the API key.
    model: Option<&'static str>,
    /// The schema says so; else only the resolvers that are deployed could tell.
    model_is_known: bool,
    /// Rule of fields that have a resolver by their directive: whoever passes the default mode.
    operation: Option<&'static str>,
    /// Directive of AppSync for types and fields that no rule belongs to.
    directive: Option<&'static str>,
}

impl Defaults {
    fn of(data: &GraphqlApi) -> Self {
        let (operation, directive) = match data.default_mode {
            AuthorizationMode::ApiKey { .. } => (Some("{ allow: public }"), Some("@aws_api_key")),
            AuthorizationMode::UserPool => (Some("{ allow: private }"), Some("@aws_cognito_user_pools")),
            AuthorizationMode::OpenIdConnect { .. } => (Some("{ allow: private, provider: oidc }"), Some("@aws_oidc")),
            AuthorizationMode::Lambda { .. } => (Some("{ allow: custom }"), Some("@aws_lambda")),
            // IAM principals of the account keep their access in Gen 2; no rule could say just that.
            AuthorizationMode::Iam => (None, None),
        };
        let has_api_key = std::iter::once(&data.default_mode)
            .chain(&data.additional_modes)
            .any(|mode| matches!(mode, AuthorizationMode::ApiKey { .. }));
        let sandbox = has_api_key
            && data
                .schema
                .iter()
                .any(|file| global_rule(&Parser::new(&file.text).parse().document()).is_some());
        Self {
            model: if sandbox { Some("{ allow: public }") } else { operation },
            model_is_known: sandbox,
            operation,
            directive,
        }
    }
}

/// A change of the text: bytes from and to, and what stands there instead.
pub(super) type Edit = (usize, usize, String);

fn edit(
    context: &Context<'_>,
    data: &GraphqlApi,
    file: &SchemaFile,
    defaults: &Defaults,
    open_types: &BTreeSet<String>,
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
            let denied = data.denied_models.contains(&name);
            if denied {
                findings.add(
                    "no-auth-models",
                    Severity::Info,
                    format!(
                        "model {name} has no @auth rule, and its deployed resolvers let in nobody; Gen 2 does the same"
                    ),
                    &location(file, &file.text, trimmed_end(&file.text, model.syntax())),
                    "Add @auth to the generated schema if somebody shall use the model.",
                );
            } else if !directives.iter().any(|directive| is_named(directive, "auth")) {
                let unprotected = Unprotected {
                    what: format!("model {name}"),
                    after: model,
                    rule: defaults.model,
                    is_known: defaults.model_is_known,
                };
                explicit_rule(&mut edits, &unprotected, data, file, findings);
            }
        } else if matches!(name.as_str(), "Query" | "Mutation" | "Subscription") {
            for field in fields.into_iter().flat_map(|fields| fields.field_definitions()) {
                let on_field: Vec<cst::Directive> = field
                    .directives()
                    .into_iter()
                    .flat_map(|list| list.directives())
                    .collect();
                let protected = on_field.iter().any(is_protection);
                let resolver = on_field
                    .iter()
                    .rfind(|directive| RESOLVERS.iter().any(|name| is_named(directive, name)));
                if let (false, None, Some(directive)) = (protected, resolver, defaults.directive) {
                    let end = trimmed_end(&file.text, field.syntax());
                    edits.push((end, end, format!(" {directive}")));
                }
                if let (false, Some(resolver)) = (protected, resolver) {
                    let field = field.name().map(|name| name.text().to_string()).unwrap_or_default();
                    let unprotected = Unprotected {
                        what: format!("field {name}.{field}"),
                        after: resolver,
                        rule: defaults.operation,
                        is_known: true,
                    };
                    explicit_rule(&mut edits, &unprotected, data, file, findings);
                }
            }
        } else if open_types.contains(&name)
            && let (cst::Definition::ObjectTypeDefinition(object), Some(directive)) = (&definition, defaults.directive)
        {
            let end = end_of_head(&file.text, object);
            edits.push((end, end, format!(" {directive}")));
            findings.add(
                "no-auth-types",
                Severity::Info,
                format!("type {name} says nothing of who may read it; Gen 1's default {directive} is said outright"),
                &location(file, &file.text, end),
                "Look over the directive in the generated schema.",
            );
        }
    }
    for call in function_calls(&document) {
        let (start, end) = call.place;
        match function_of(context.backend, &call) {
            Some(function) if context.is_generated(function) => {
                edits.push((start, end, format!("\"{function}\"")));
                functions.insert(function.to_owned(), function.to_owned());
            }
            // The whole name says where the function is.
            _ if call.is_elsewhere(context.backend) => findings.add(
                "schema-function-elsewhere",
                Severity::Info,
                format!(
                    "the schema calls function {} in {}; it goes on calling the same one",
                    call.name,
                    call.elsewhere()
                ),
                &location(file, &file.text, start),
                "Look whether that function lets in the Gen 2 API's role where its account or its policy names Gen 1's.",
            ),
            _ => findings.add(
                "schema-function-unknown",
                Severity::Warning,
                unknown_function(context.backend, &call.name),
                &location(file, &file.text, start),
                "The schema goes on calling it by its full name, as in Gen 1. Correct the name in the schema if it is wrong.",
            ),
        }
    }
    edits.extend(predictions::edits(data, file));
    edits.extend(many_to_many::edits(data, file, defaults.model));
    for (offset, variable) in unknown_variables(&document) {
        findings.add(
            "schema-variable-unknown",
            Severity::Manual,
            format!(
                "{} has the variable ${{{variable}}}, which nobody replaces, in Gen 1 neither",
                file.path
            ),
            &location(file, &file.text, offset),
            "Write its value into the generated schema.",
        );
    }
    apply(&file.text, edits)
}

/// `@auth`, or a directive of AppSync that says who may come in.
fn is_protection(directive: &cst::Directive) -> bool {
    const OF_APPSYNC: [&str; 6] = [
        "aws_api_key",
        "aws_auth",
        "aws_cognito_user_pools",
        "aws_iam",
        "aws_lambda",
        "aws_oidc",
    ];
    is_named(directive, "auth") || OF_APPSYNC.iter().any(|name| is_named(directive, name))
}

/// Where the name of a type ends, with its interfaces and directives.
fn end_of_head(text: &str, object: &cst::ObjectTypeDefinition) -> usize {
    let directives = object.directives().map(|node| trimmed_end(text, node.syntax()));
    let interfaces = object
        .implements_interfaces()
        .map(|node| trimmed_end(text, node.syntax()));
    let name = object.name().map(|node| trimmed_end(text, node.syntax()));
    directives.or(interfaces).or(name).unwrap_or_default()
}

/// Types of objects without any word on who may read them, which no model leads to: models pass their own rules on.
fn open_types(data: &GraphqlApi) -> BTreeSet<String> {
    let mut leads_to: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut models, mut open) = (Vec::new(), BTreeSet::new());
    for file in &data.schema {
        for definition in Parser::new(&file.text).parse().document().definitions() {
            let (name, directives, fields, is_definition) = match &definition {
                cst::Definition::ObjectTypeDefinition(object) => {
                    (object.name(), object.directives(), object.fields_definition(), true)
                }
                cst::Definition::ObjectTypeExtension(object) => {
                    (object.name(), object.directives(), object.fields_definition(), false)
                }
                _ => continue,
            };
            let name = name.map(|name| name.text().to_string()).unwrap_or_default();
            let directives: Vec<cst::Directive> = directives.into_iter().flat_map(|list| list.directives()).collect();
            if directives.iter().any(|directive| is_named(directive, "model")) {
                models.push(name.clone());
            } else if is_definition
                && !matches!(name.as_str(), "Query" | "Mutation" | "Subscription")
                && !directives.iter().any(is_protection)
            {
                open.insert(name.clone());
            }
            let types = fields.into_iter().flat_map(|fields| fields.field_definitions());
            leads_to
                .entry(name)
                .or_default()
                .extend(types.filter_map(|field| innermost(&field.ty()?)));
        }
    }
    let mut reached = models;
    while let Some(name) = reached.pop() {
        for next in leads_to.get(&name).into_iter().flatten() {
            if open.remove(next) {
                reached.push(next.clone());
            }
        }
    }
    open
}

/// Name of the innermost type.
fn innermost(ty: &cst::Type) -> Option<String> {
    match ty {
        cst::Type::NamedType(named) => Some(named.name()?.text().to_string()),
        cst::Type::ListType(list) => innermost(&list.ty()?),
        cst::Type::NonNullType(inner) => match inner.named_type() {
            Some(named) => Some(named.name()?.text().to_string()),
            None => innermost(&inner.list_type()?.ty()?),
        },
    }
}

/// A model or field without `@auth`.
struct Unprotected<'d> {
    what: String,
    /// The directive that the rule is written behind.
    after: &'d cst::Directive,
    /// Gen 1's default; there is none where IAM is the API's default.
    rule: Option<&'static str>,
    /// The rule is what the deployed API does, and no guess.
    is_known: bool,
}

fn explicit_rule(
    edits: &mut Vec<Edit>,
    unprotected: &Unprotected<'_>,
    data: &GraphqlApi,
    file: &SchemaFile,
    findings: &mut Findings,
) {
    let what = &unprotected.what;
    let end = trimmed_end(&file.text, unprotected.after.syntax());
    let place = location(file, &file.text, end);
    let mut write = |rule: &str| edits.push((end, end, format!(" @auth(rules: [{rule}])")));
    match unprotected.rule {
        Some(rule) if unprotected.is_known => {
            write(rule);
            findings.add(
                "no-auth-models",
                Severity::Info,
                format!("{what} has no @auth rule; in Gen 2 only IAM would get at it, so Gen 1's default {rule} is said outright"),
                &place,
                "Look over the rule in the generated schema.",
            );
        }
        Some(rule) => {
            write(rule);
            findings.add(
                "no-auth-models",
                Severity::Warning,
                format!(
                    "{what} has no @auth rule, and the resolvers that are deployed for it are not among the files: it gets {rule}, the default of the API, although the deployed resolvers may let in nobody"
                ),
                &place,
                "Run `amplify pull`, so that build/resolvers of the API is there, and generate again; or look over the rule in the generated schema.",
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

/// A `@function` directive.
struct FunctionCall {
    /// Place of the name, quotes included.
    place: (usize, usize),
    name: String,
    region: Option<String>,
    account: Option<String>,
}

impl FunctionCall {
    /// It is a function of another region or account, even if one of this backend bears its name.
    fn is_elsewhere(&self, backend: &Backend) -> bool {
        let app = &backend.app;
        self.region.as_deref().is_some_and(|region| region != app.region)
            || self
                .account
                .as_deref()
                .is_some_and(|account| app.account_id.as_deref() != Some(account))
    }

    fn elsewhere(&self) -> String {
        let region = self.region.as_ref().map(|region| format!("region {region}"));
        let account = self.account.as_ref().map(|account| format!("account {account}"));
        region.into_iter().chain(account).collect::<Vec<_>>().join(", ")
    }
}

/// The `@function` directives of a document.
fn function_calls(document: &cst::Document) -> Vec<FunctionCall> {
    let mut calls = Vec::new();
    for node in document.syntax().descendants() {
        let Some(directive) = cst::Directive::cast(node) else {
            continue;
        };
        if !is_named(&directive, "function") {
            continue;
        }
        let argument = |wanted: &str| -> Option<cst::StringValue> {
            let mut arguments = directive.arguments()?.arguments();
            let found = arguments.find(|argument| argument.name().is_some_and(|name| name.text() == wanted))?;
            match found.value()? {
                cst::Value::StringValue(value) => Some(value),
                _ => None,
            }
        };
        if let Some(value) = argument("name") {
            let token = value.syntax().text().to_string();
            let start = usize::from(value.syntax().text_range().start());
            calls.push(FunctionCall {
                place: (start, start + token.trim_end().len()),
                name: String::from(value),
                region: argument("region").map(String::from),
                account: argument("accountId").map(String::from),
            });
        }
    }
    calls
}

/// Variables in the arguments of directives that neither the CLI nor Gen 2's transformer replaces.
fn unknown_variables(document: &cst::Document) -> Vec<(usize, String)> {
    let mut unknown = Vec::new();
    for node in document.syntax().descendants() {
        let Some(value) = cst::StringValue::cast(node) else {
            continue;
        };
        let Some(directive) = value.syntax().ancestors().find_map(cst::Directive::cast) else {
            continue;
        };
        let in_url = is_named(&directive, "http");
        let text = value.syntax().text().to_string();
        let start = usize::from(value.syntax().text_range().start());
        for (position, _) in text.match_indices("${") {
            let Some((name, _)) = text[position + 2..].split_once('}') else {
                continue;
            };
            if name != "env" && !(name == "aws_region" && in_url) {
                unknown.push((start + position, name.to_owned()));
            }
        }
    }
    unknown
}

/// The function of the backend that a directive means.
fn function_of<'b>(backend: &'b Backend, call: &FunctionCall) -> Option<&'b str> {
    if call.is_elsewhere(backend) {
        return None;
    }
    let bare = call.name.strip_suffix("-${env}").unwrap_or(&call.name);
    backend
        .functions
        .iter()
        .find(|function| function.name == bare || function.deployed_name.as_deref() == Some(&call.name))
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
