//! Setup functions: what a file does to the backend once it is defined.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    context::Context,
    reference::Handle,
    typescript::{Code, ImportLine, Imports, Statement},
};

/// A file with one exported setup function, for the templates.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupFile {
    /// Imports.
    pub imports: Vec<ImportLine>,
    /// Name of the function.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its body.
    pub statements: Vec<Statement>,
}

/// A parameter with its type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    name: String,
    #[serde(rename = "type")]
    type_name: String,
    last: bool,
}

/// The call of a setup function, for `backend.ts`.
#[derive(Clone, Debug)]
pub struct SetupCall {
    /// Module relative to `amplify/`, for example `./auth/overrides`.
    pub module: String,
    /// Name of the function.
    pub function: String,
    /// What it gets besides the backend.
    pub handles: BTreeSet<Handle>,
    /// The constant that its result is kept in.
    pub result: Option<String>,
}

impl SetupFile {
    /// A file at that depth (`root` leads to `amplify/`).
    pub fn new(
        context: &Context<'_>,
        root: &str,
        name: &str,
        handles: &BTreeSet<Handle>,
        statements: Vec<Statement>,
    ) -> Self {
        Self::with_imports(context, root, name, handles, statements, Imports::default())
    }

    /// The same for a file whose template needs imports of its own.
    pub fn with_imports(
        context: &Context<'_>,
        root: &str,
        name: &str,
        handles: &BTreeSet<Handle>,
        statements: Vec<Statement>,
        mut imports: Imports,
    ) -> Self {
        imports.add_statements(&statements);
        imports.add_type(&format!("{root}/backend"), "AppBackend");
        let mut parameters = vec![("backend".to_owned(), "AppBackend".to_owned())];
        for handle in handles {
            let (parameter, module, type_name) = match handle {
                Handle::NativeAppClient => (
                    "nativeAppClient".to_owned(),
                    "aws-cdk-lib/aws-cognito".to_owned(),
                    "CfnUserPoolClient",
                ),
                Handle::Tables => ("tables".to_owned(), format!("{root}/storage/tables"), "Tables"),
                Handle::Stream(stream) => (
                    handle_name(context, &Handle::Stream(stream.clone())),
                    "aws-cdk-lib/aws-kinesis".to_owned(),
                    "CfnStream",
                ),
                Handle::RestApi(api) => (
                    handle_name(context, &Handle::RestApi(api.clone())),
                    "aws-cdk-lib/aws-apigateway".to_owned(),
                    "RestApi",
                ),
                Handle::Layers => ("layers".to_owned(), format!("{root}/layers/resource"), "Layers"),
                Handle::Geo => ("geo".to_owned(), format!("{root}/geo/resource"), "Geo"),
                Handle::CustomStack(stack) => (
                    handle_name(context, &Handle::CustomStack(stack.clone())),
                    "aws-cdk-lib/cloudformation-include".to_owned(),
                    "CfnInclude",
                ),
            };
            imports.add_type(&module, type_name);
            parameters.push((parameter, type_name.to_owned()));
        }
        let count = parameters.len();
        Self {
            imports: imports.lines(),
            name: name.to_owned(),
            parameters: parameters
                .into_iter()
                .enumerate()
                .map(|(index, (name, type_name))| Parameter {
                    name,
                    type_name,
                    last: index + 1 == count,
                })
                .collect(),
            statements,
        }
    }
}

/// The constant of `backend.ts` that holds something.
pub fn handle_name(context: &Context<'_>, handle: &Handle) -> String {
    match handle {
        Handle::NativeAppClient => "nativeAppClient".to_owned(),
        Handle::Tables => "tables".to_owned(),
        Handle::Geo => "geo".to_owned(),
        Handle::Layers => "layers".to_owned(),
        Handle::Stream(name) => context
            .names
            .streams
            .get(name)
            .map_or_else(|| name.clone(), |name| name.identifier.clone()),
        Handle::RestApi(name) => context
            .names
            .rest_apis
            .get(name)
            .map_or_else(|| name.clone(), |name| name.identifier.clone()),
        Handle::CustomStack(name) => context
            .names
            .custom_stacks
            .get(name)
            .map_or_else(|| name.clone(), |name| name.identifier.clone()),
    }
}

impl SetupCall {
    /// `function(backend, ...)`, kept in a constant where one of `used` is its result.
    pub fn statement(&self, context: &Context<'_>, used: &BTreeSet<String>) -> Statement {
        let arguments = std::iter::once("backend".to_owned())
            .chain(self.handles.iter().map(|handle| handle_name(context, handle)))
            .map(Code::Name)
            .collect();
        let call = Code::import(&self.module, &self.function).call(arguments);
        match &self.result {
            Some(result) if used.contains(result) => Statement::Const(result.clone(), call),
            _ => Statement::Expression(call),
        }
    }
}
