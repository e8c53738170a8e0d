use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{error::TemplateError, yaml};

/// A CloudFormation template. Order and numbers are kept as they were written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Template {
    /// Shared: templates are large, and most copies are never changed.
    document: Arc<Map<String, Value>>,
}

impl Template {
    /// Reads JSON, or YAML with short forms. `origin` (file or stack) is named in errors.
    ///
    /// # Errors
    /// When the text is not well-formed, with line and column, or when a section is not the object it must be.
    pub fn parse(body: &str, origin: &str) -> Result<Self, TemplateError> {
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        let value = if body.trim_start().starts_with('{') {
            // YAML flow mappings begin with a brace too; but what begins like JSON is most likely meant as JSON, so its
            // error is the one to show.
            serde_json::from_str(body)
                .or_else(|error| yaml::parse(body, origin).map_err(|_| json_error(&error, origin)))
        } else {
            yaml::parse(body, origin)
        }?;
        Self::from_value(value, origin)
    }

    /// Takes a template that was parsed elsewhere.
    ///
    /// # Errors
    /// When a section is not the object it must be.
    pub fn from_value(value: Value, origin: &str) -> Result<Self, TemplateError> {
        let Value::Object(document) = value else {
            return Err(shape(origin, "/", "is not an object"));
        };
        for section in ["Resources", "Parameters", "Conditions", "Mappings", "Outputs"] {
            if document.get(section).is_some_and(|section| !section.is_object()) {
                return Err(shape(origin, format!("/{section}"), "is not an object"));
            }
        }
        for section in ["Resources", "Parameters", "Outputs"] {
            for (name, entry) in entries(document.get(section)) {
                // `Fn::ForEach::...` blocks of the language extensions are arrays; evaluation reports them.
                if !entry.is_object() && !name.starts_with("Fn::") {
                    return Err(shape(origin, format!("/{section}/{name}"), "is not an object"));
                }
            }
        }
        for (logical_id, resource) in entries(document.get("Resources")) {
            if !logical_id.starts_with("Fn::") && !resource.get("Type").is_some_and(Value::is_string) {
                return Err(shape(origin, format!("/Resources/{logical_id}/Type"), "is not a text"));
            }
            if resource
                .get("Properties")
                .is_some_and(|properties| !properties.is_object() && !properties.is_null())
            {
                return Err(shape(
                    origin,
                    format!("/Resources/{logical_id}/Properties"),
                    "is not an object",
                ));
            }
        }
        Ok(Self {
            document: Arc::new(document),
        })
    }

    /// A template without anything.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The whole document.
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    /// The whole document, to be changed.
    pub fn document_mut(&mut self) -> &mut Map<String, Value> {
        Arc::make_mut(&mut self.document)
    }

    /// A section, for example `Mappings`; empty when it is not there.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        entries(self.document.get(name))
    }

    /// Puts an entry into a section: in its place when it is there already, else at the end. Makes the section if needed.
    pub fn insert(&mut self, section: &str, name: impl Into<String>, entry: Value) {
        let entries = Arc::make_mut(&mut self.document)
            .entry(section)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(entries) = entries {
            entries.insert(name.into(), entry);
        }
    }

    /// Takes an entry out of a section; the others keep their order.
    pub fn remove(&mut self, section: &str, name: &str) -> Option<Value> {
        Arc::make_mut(&mut self.document)
            .get_mut(section)?
            .as_object_mut()?
            .shift_remove(name)
    }

    /// Resources in the order of the template.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.section("Resources").filter_map(|(logical_id, definition)| {
            Some(Resource {
                logical_id,
                definition: definition.as_object()?,
            })
        })
    }

    /// The resource with this logical id.
    pub fn resource(&self, logical_id: &str) -> Option<Resource<'_>> {
        let (logical_id, definition) = self.document.get("Resources")?.as_object()?.get_key_value(logical_id)?;
        Some(Resource {
            logical_id,
            definition: definition.as_object()?,
        })
    }

    /// Declared parameters in the order of the template.
    pub fn parameters(&self) -> impl Iterator<Item = ParameterDeclaration<'_>> {
        self.section("Parameters").filter_map(|(name, declaration)| {
            Some(ParameterDeclaration {
                name,
                declaration: declaration.as_object()?,
            })
        })
    }

    /// The declaration of a parameter.
    pub fn parameter(&self, name: &str) -> Option<ParameterDeclaration<'_>> {
        let (name, declaration) = self.document.get("Parameters")?.as_object()?.get_key_value(name)?;
        Some(ParameterDeclaration {
            name,
            declaration: declaration.as_object()?,
        })
    }

    /// The expression of a condition.
    pub fn condition(&self, name: &str) -> Option<&Value> {
        self.document.get("Conditions")?.as_object()?.get(name)
    }

    /// Conditions in the order of the template.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.section("Conditions")
    }

    /// Outputs in the order of the template.
    pub fn outputs(&self) -> impl Iterator<Item = OutputDeclaration<'_>> {
        self.section("Outputs").filter_map(|(name, declaration)| {
            Some(OutputDeclaration {
                name,
                declaration: declaration.as_object()?,
            })
        })
    }

    /// Macros of the template (`Transform`), names as written.
    pub fn transforms(&self) -> Vec<&str> {
        match self.document.get("Transform") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// JSON without white space, as it is sent to the service.
    pub fn to_compact(&self) -> String {
        serde_json::to_string(self.document()).unwrap_or_default()
    }

    /// JSON with two spaces of indentation and no newline at the end, as it is written to files.
    pub fn to_pretty(&self) -> String {
        serde_json::to_string_pretty(self.document()).unwrap_or_default()
    }
}

impl TryFrom<Value> for Template {
    type Error = TemplateError;

    fn try_from(value: Value) -> Result<Self, TemplateError> {
        Self::from_value(value, "template")
    }
}

impl From<Template> for Value {
    fn from(template: Template) -> Self {
        Self::Object(Arc::unwrap_or_clone(template.document))
    }
}

/// A resource of a template.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'template> {
    /// Logical id.
    pub logical_id: &'template str,
    /// The whole definition.
    pub definition: &'template Map<String, Value>,
}

impl<'template> Resource<'template> {
    /// `Type`
    pub fn resource_type(&self) -> &'template str {
        self.text("Type").unwrap_or_default()
    }

    /// `Properties`, when there are any.
    pub fn properties(&self) -> Option<&'template Map<String, Value>> {
        self.definition.get("Properties")?.as_object()
    }

    /// A property by name.
    pub fn property(&self, name: &str) -> Option<&'template Value> {
        self.properties()?.get(name)
    }

    /// `DependsOn` as a list, whether it was written as a text or as a list.
    pub fn depends_on(&self) -> Vec<&'template str> {
        match self.definition.get("DependsOn") {
            Some(Value::String(logical_id)) => vec![logical_id],
            Some(Value::Array(logical_ids)) => logical_ids.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Name of its `Condition`.
    pub fn condition(&self) -> Option<&'template str> {
        self.text("Condition")
    }

    /// `DeletionPolicy`
    pub fn deletion_policy(&self) -> Option<&'template str> {
        self.text("DeletionPolicy")
    }

    /// `UpdateReplacePolicy`
    pub fn update_replace_policy(&self) -> Option<&'template str> {
        self.text("UpdateReplacePolicy")
    }

    /// A value of its `Metadata`, for example `aws:cdk:path`.
    pub fn metadata(&self, key: &str) -> Option<&'template Value> {
        self.definition.get("Metadata")?.get(key)
    }

    fn text(&self, key: &str) -> Option<&'template str> {
        self.definition.get(key)?.as_str()
    }
}

/// A parameter as its template declares it.
#[derive(Clone, Copy, Debug)]
pub struct ParameterDeclaration<'template> {
    /// Name.
    pub name: &'template str,
    /// The whole declaration.
    pub declaration: &'template Map<String, Value>,
}

impl<'template> ParameterDeclaration<'template> {
    /// `Type`; `String` when it is missing.
    pub fn parameter_type(&self) -> &'template str {
        self.declaration.get("Type").and_then(Value::as_str).unwrap_or("String")
    }

    /// `NoEcho`: the value is a secret. The service takes `true` and `"true"`.
    pub fn no_echo(&self) -> bool {
        match self.declaration.get("NoEcho") {
            Some(Value::Bool(no_echo)) => *no_echo,
            Some(Value::String(no_echo)) => no_echo.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// `Default` as text.
    pub fn default(&self) -> Option<String> {
        match self.declaration.get("Default")? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            Value::Array(items) => Some(
                items
                    .iter()
                    .map(|item| scalar_text(item).unwrap_or_default())
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            value => scalar_text(value),
        }
    }
}

/// An output as its template declares it.
#[derive(Clone, Copy, Debug)]
pub struct OutputDeclaration<'template> {
    /// Name.
    pub name: &'template str,
    /// The whole declaration.
    pub declaration: &'template Map<String, Value>,
}

impl<'template> OutputDeclaration<'template> {
    /// `Value`
    pub fn value(&self) -> Option<&'template Value> {
        self.declaration.get("Value")
    }

    /// Name of its `Condition`.
    pub fn condition(&self) -> Option<&'template str> {
        self.declaration.get("Condition")?.as_str()
    }

    /// `Export.Name`
    pub fn export_name(&self) -> Option<&'template Value> {
        self.declaration.get("Export")?.get("Name")
    }
}

/// A scalar as CloudFormation writes it into a text.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn entries(section: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    section
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, entry)| (name.as_str(), entry))
}

fn json_error(error: &serde_json::Error, origin: &str) -> TemplateError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    TemplateError::Syntax {
        origin: origin.into(),
        line: error.line(),
        column: error.column(),
        message: message.into(),
    }
}

fn shape(origin: &str, path: impl Into<String>, message: &str) -> TemplateError {
    TemplateError::Shape {
        origin: origin.into(),
        path: path.into(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_survive() {
        let body = r#"{"Resources":{"B":{"Type":"T","Properties":{"z":1,"a":1.0,"m":123456789012345678,"f":1e3,"d":0.1}},"A":{"Type":"T"}}}"#;
        let template = Template::parse(body, "stack").unwrap();
        assert_eq!(template.to_compact().replace("1000.0", "1e3"), body);
        assert_eq!(
            template
                .resources()
                .map(|resource| resource.logical_id)
                .collect::<Vec<_>>(),
            ["B", "A"]
        );
        assert!(template.to_pretty().starts_with("{\n  \"Resources\": {\n    \"B\""));
        assert!(!template.to_pretty().ends_with('\n'));
    }

    #[test]
    fn syntax_errors_name_origin_line_and_column() {
        let error = Template::parse("{\n  \"Resources\": {,}\n}", "amplify/backend/t.json").unwrap_err();
        assert!(error.to_string().starts_with("amplify/backend/t.json:2:17"), "{error}");
    }

    #[test]
    fn shapes_are_checked() {
        for (body, path) in [
            ("[]", "/"),
            ("{\"Resources\": []}", "/Resources"),
            ("{\"Resources\": {\"A\": 1}}", "/Resources/A"),
            ("{\"Resources\": {\"A\": {}}}", "/Resources/A/Type"),
            (
                "{\"Resources\": {\"A\": {\"Type\": \"T\", \"Properties\": []}}}",
                "/Resources/A/Properties",
            ),
            ("{\"Parameters\": {\"A\": []}}", "/Parameters/A"),
        ] {
            match Template::parse(body, "s").unwrap_err() {
                TemplateError::Shape { path: found, .. } => assert_eq!(found, path),
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn depends_on_is_a_list() {
        let template = Template::parse(
            r#"{"Resources":{"A":{"Type":"T","DependsOn":"B"},"B":{"Type":"T","DependsOn":["C","D"]},"C":{"Type":"T"}}}"#,
            "s",
        )
        .unwrap();
        assert_eq!(template.resource("A").unwrap().depends_on(), ["B"]);
        assert_eq!(template.resource("B").unwrap().depends_on(), ["C", "D"]);
        assert!(template.resource("C").unwrap().depends_on().is_empty());
    }

    #[test]
    fn byte_order_mark_is_ignored() {
        assert!(Template::parse("\u{feff}{\"Resources\":{}}", "s").is_ok());
    }
}
