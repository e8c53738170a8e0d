//! Handlebars for shape. What a template interpolates plainly becomes a string literal; identifiers, expressions and
//! statements go through helpers that refuse anything else.

use std::sync::OnceLock;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    error::GenerateError,
    typescript::{Code, Statement, is_identifier, print, print_statement, quote},
};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name, ".hbs")))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "analytics-stream",
    "auth-overrides",
    "auth-resource",
    "auth-verification-page",
    "backend",
    "branch",
    "bundling-command",
    "bundling-dotnet",
    "bundling-go",
    "bundling-java",
    "bundling-node",
    "bundling-python",
    "copy-secrets",
    "custom-stack",
    "data-overrides",
    "data-predictions",
    "data-reindex-search",
    "data-resolver-template",
    "data-resolvers",
    "data-resource",
    "function-provided",
    "function-resource",
    "function-wiring",
    "geo-copy-geofences",
    "geo-resource",
    "handler-common-js",
    "handler-es-module",
    "handler-modules",
    "imports",
    "kept-services",
    "layer-code",
    "layers-resource",
    "parameters",
    "rest-api",
    "secret-path",
    "storage-overrides",
    "storage-resource",
    "storage-tables",
];

/// Renders a template.
pub fn render(template: &'static str, view: &impl Serialize) -> Result<String, GenerateError> {
    let failed = |error: String| GenerateError::Template {
        template,
        message: error,
    };
    registry()
        .as_ref()
        .map_err(|error| failed(error.clone()))?
        .render(template, view)
        .map_err(|error| failed(error.to_string()))
}

fn registry() -> &'static Result<Handlebars<'static>, String> {
    static REGISTRY: OnceLock<Result<Handlebars<'static>, String>> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        handlebars.register_escape_fn(quote);
        handlebars.register_helper("id", Box::new(Identifier));
        handlebars.register_helper("ts", Box::new(Printed::<Code>(print, std::marker::PhantomData)));
        handlebars.register_helper(
            "statement",
            Box::new(Printed::<Statement>(print_statement, std::marker::PhantomData)),
        );
        for (name, source) in TEMPLATES {
            handlebars
                .register_template_string(name, source)
                .map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(handlebars)
    })
}

/// `{{id name}}`: an identifier, checked.
struct Identifier;

impl HelperDef for Identifier {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = parameter(helper)?.as_str().unwrap_or_default().to_owned();
        if !is_identifier(&name) {
            return Err(other(format!("{name:?} is no identifier")));
        }
        out.write(&name)?;
        Ok(())
    }
}

/// `{{ts code indent=1}}` and `{{statement this indent=1}}`.
struct Printed<T>(fn(&T, usize) -> String, std::marker::PhantomData<T>);

impl<T: DeserializeOwned + Send + Sync> HelperDef for Printed<T> {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value: T = serde_json::from_value(parameter(helper)?.clone()).map_err(|error| other(error.to_string()))?;
        let indent = helper
            .hash_get("indent")
            .and_then(|indent| indent.value().as_u64())
            .unwrap_or(0);
        let indent = usize::try_from(indent).map_err(|error| other(error.to_string()))?;
        out.write(&self.0(&value, indent))?;
        Ok(())
    }
}

fn parameter<'h>(helper: &'h Helper<'_>) -> Result<&'h serde_json::Value, RenderError> {
    helper
        .param(0)
        .map(handlebars::PathAndJson::value)
        .ok_or_else(|| RenderErrorReason::ParamNotFoundForIndex("value", 0).into())
}

fn other(message: String) -> RenderError {
    RenderErrorReason::Other(message).into()
}
