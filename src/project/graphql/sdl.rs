//! The part of the GraphQL schema language that a Gen 1 schema is made of: types, fields, directives.

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};
use serde_json::{Map, Number, Value};

use crate::project::error::{Malformed, Syntax};

/// The types of a schema file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchemaDocument {
    /// Types and type extensions in order.
    pub types: Vec<TypeDefinition>,
}

/// Kind of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `type`
    Object,
    /// `interface`
    Interface,
    /// `input`
    Input,
    /// `enum`
    Enum,
    /// `union`
    Union,
    /// `scalar`
    Scalar,
}

/// A type, or an extension of one.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDefinition {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: TypeKind,
    /// `extend type ...`
    pub extension: bool,
    /// Line in its file, from 1.
    pub line: u32,
    /// Directives in order.
    pub directives: Vec<Directive>,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Name of the innermost type.
    pub type_name: String,
    /// It is a list.
    pub list: bool,
    /// Line in its file, from 1.
    pub line: u32,
    /// Directives in order.
    pub directives: Vec<Directive>,
    /// The default value, for fields of an input type.
    pub default: Option<Value>,
}

/// A directive.
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// Name, without the at sign.
    pub name: String,
    /// Arguments; enum values and variables are texts.
    pub arguments: Map<String, Value>,
    /// Line in its file, from 1.
    pub line: u32,
}

impl TypeDefinition {
    /// The first directive of that name.
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }

    /// It is one of the operation types.
    pub fn is_operation(&self) -> bool {
        matches!(self.name.as_str(), "Query" | "Mutation" | "Subscription")
    }

    /// Every directive of the type and of its fields.
    pub fn all_directives(&self) -> impl Iterator<Item = &Directive> {
        self.directives
            .iter()
            .chain(self.fields.iter().flat_map(|field| &field.directives))
    }
}

impl Field {
    /// The first directive of that name.
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }
}

impl SchemaDocument {
    /// Parses a schema file.
    ///
    /// # Errors
    /// Every syntax error, with line and column.
    pub fn parse(path: &str, text: &str) -> Result<Self, Vec<Malformed>> {
        let lines = Lines::new(text);
        // The parser wants at least one definition.
        if is_blank(text) {
            return Ok(Self::default());
        }
        let tree = Parser::new(text).parse();
        let problems: Vec<Malformed> = tree
            .errors()
            .map(|error| {
                let (line, column) = lines.position(error.index());
                Malformed {
                    path: path.to_owned(),
                    line: line as usize,
                    column,
                    message: error.message().to_owned(),
                    syntax: Syntax::GraphQl,
                }
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let types = tree
            .document()
            .definitions()
            .filter_map(|definition| type_of(&definition, &lines))
            .collect();
        Ok(Self { types })
    }
}

/// Nothing but white space, commas and comments.
fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').lines().all(|line| {
        let line = line.trim_matches(|character: char| character.is_whitespace() || character == ',');
        line.is_empty() || line.starts_with('#')
    })
}

struct Lines {
    /// Byte positions at which lines begin.
    starts: Vec<usize>,
    text: String,
}

impl Lines {
    fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(position, _)| position + 1));
        Self {
            starts,
            text: text.to_owned(),
        }
    }

    fn position(&self, index: usize) -> (u32, usize) {
        let index = index.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= index);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self
            .text
            .get(start..index)
            .map_or(index - start, |before| before.chars().count())
            + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), column)
    }

    fn line_of(&self, node: &impl CstNode) -> u32 {
        self.position(node.syntax().text_range().start().into()).0
    }
}

fn type_of(definition: &cst::Definition, lines: &Lines) -> Option<TypeDefinition> {
    use cst::Definition as D;
    let fields = |fields: Option<cst::FieldsDefinition>| -> Vec<Field> {
        fields
            .into_iter()
            .flat_map(|fields| fields.field_definitions())
            .filter_map(|field| field_of(&field, lines))
            .collect()
    };
    let inputs = |fields: Option<cst::InputFieldsDefinition>| -> Vec<Field> {
        fields
            .into_iter()
            .flat_map(|fields| fields.input_value_definitions())
            .filter_map(|field| input_field_of(&field, lines))
            .collect()
    };
    let (kind, extension, directives, fields) = match definition {
        D::ObjectTypeDefinition(it) => (TypeKind::Object, false, it.directives(), fields(it.fields_definition())),
        D::ObjectTypeExtension(it) => (TypeKind::Object, true, it.directives(), fields(it.fields_definition())),
        D::InterfaceTypeDefinition(it) => (
            TypeKind::Interface,
            false,
            it.directives(),
            fields(it.fields_definition()),
        ),
        D::InterfaceTypeExtension(it) => (
            TypeKind::Interface,
            true,
            it.directives(),
            fields(it.fields_definition()),
        ),
        D::InputObjectTypeDefinition(it) => (
            TypeKind::Input,
            false,
            it.directives(),
            inputs(it.input_fields_definition()),
        ),
        D::InputObjectTypeExtension(it) => (
            TypeKind::Input,
            true,
            it.directives(),
            inputs(it.input_fields_definition()),
        ),
        D::EnumTypeDefinition(it) => (TypeKind::Enum, false, it.directives(), Vec::new()),
        D::EnumTypeExtension(it) => (TypeKind::Enum, true, it.directives(), Vec::new()),
        D::UnionTypeDefinition(it) => (TypeKind::Union, false, it.directives(), Vec::new()),
        D::UnionTypeExtension(it) => (TypeKind::Union, true, it.directives(), Vec::new()),
        D::ScalarTypeDefinition(it) => (TypeKind::Scalar, false, it.directives(), Vec::new()),
        D::ScalarTypeExtension(it) => (TypeKind::Scalar, true, it.directives(), Vec::new()),
        _ => return None,
    };
    let name = definition.name()?;
    Some(TypeDefinition {
        name: name.text().to_string(),
        kind,
        extension,
        line: lines.line_of(&name),
        directives: directives_of(directives, lines),
        fields,
    })
}

fn field_of(field: &cst::FieldDefinition, lines: &Lines) -> Option<Field> {
    let name = field.name()?;
    let (type_name, list) = named_type(&field.ty()?)?;
    Some(Field {
        name: name.text().to_string(),
        type_name,
        list,
        line: lines.line_of(&name),
        directives: directives_of(field.directives(), lines),
        default: None,
    })
}

fn input_field_of(field: &cst::InputValueDefinition, lines: &Lines) -> Option<Field> {
    let name = field.name()?;
    let (type_name, list) = named_type(&field.ty()?)?;
    Some(Field {
        name: name.text().to_string(),
        type_name,
        list,
        line: lines.line_of(&name),
        directives: directives_of(field.directives(), lines),
        default: field
            .default_value()
            .and_then(|default| default.value())
            .map(|default| value_of(&default)),
    })
}

/// Name of the innermost type, and whether it is in a list.
fn named_type(ty: &cst::Type) -> Option<(String, bool)> {
    match ty {
        cst::Type::NamedType(named) => Some((named.name()?.text().to_string(), false)),
        cst::Type::ListType(list) => Some((named_type(&list.ty()?)?.0, true)),
        cst::Type::NonNullType(inner) => match (inner.named_type(), inner.list_type()) {
            (Some(named), _) => Some((named.name()?.text().to_string(), false)),
            (None, Some(list)) => Some((named_type(&list.ty()?)?.0, true)),
            (None, None) => None,
        },
    }
}

fn directives_of(directives: Option<cst::Directives>, lines: &Lines) -> Vec<Directive> {
    directives
        .into_iter()
        .flat_map(|directives| directives.directives())
        .filter_map(|directive| {
            let arguments = directive
                .arguments()
                .into_iter()
                .flat_map(|arguments| arguments.arguments())
                .filter_map(|argument| Some((argument.name()?.text().to_string(), value_of(&argument.value()?))))
                .collect();
            Some(Directive {
                name: directive.name()?.text().to_string(),
                arguments,
                line: lines.line_of(&directive),
            })
        })
        .collect()
}

fn value_of(value: &cst::Value) -> Value {
    match value {
        cst::Value::StringValue(text) => Value::String(text.into()),
        cst::Value::IntValue(number) => number_of(&number.syntax().text().to_string()),
        cst::Value::FloatValue(number) => number_of(&number.syntax().text().to_string()),
        cst::Value::BooleanValue(truth) => Value::Bool(truth.true_token().is_some()),
        cst::Value::NullValue(_) => Value::Null,
        cst::Value::EnumValue(name) => Value::String(name.syntax().text().to_string().trim().to_owned()),
        cst::Value::Variable(variable) => Value::String(variable.syntax().text().to_string().trim().to_owned()),
        cst::Value::ListValue(list) => Value::Array(list.values().map(|value| value_of(&value)).collect()),
        cst::Value::ObjectValue(object) => Value::Object(
            object
                .object_fields()
                .filter_map(|field| Some((field.name()?.text().to_string(), value_of(&field.value()?))))
                .collect(),
        ),
    }
}

fn number_of(text: &str) -> Value {
    let text = text.trim();
    text.parse::<Number>()
        .map_or_else(|_| Value::String(text.to_owned()), Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_fields_and_directives_in_any_order() {
        let text = r#"
# type Ghost @model { id: ID! }
"""
A block with type Phantom @model { id: ID! } and a ` backtick
"""
type Post implements Node & Other @auth(rules: [{ allow: owner, ownerField: "o", operations: [read] }]) @model {
  id: ID! @primaryKey(sortKeyFields: ["created"])
  created: AWSDateTime!
  comments(limit: Int): [Comment!]! @hasMany(indexName: "by\u0050ost", fields: ["id"])
}
extend type Query { count: Int @function(name: "count-${env}") }
input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }
"#;
        let document = SchemaDocument::parse("schema.graphql", text).unwrap();
        let names: Vec<&str> = document.types.iter().map(|ty| ty.name.as_str()).collect();
        assert_eq!(names, ["Post", "Query", "AMPLIFY"]);
        let post = &document.types[0];
        assert_eq!(post.line, 6);
        assert!(post.directive("model").is_some());
        assert_eq!(
            post.directive("auth").unwrap().arguments["rules"],
            json!([{"allow": "owner", "ownerField": "o", "operations": ["read"]}])
        );
        assert_eq!(
            (
                post.fields[2].type_name.as_str(),
                post.fields[2].list,
                post.fields[2].line
            ),
            ("Comment", true, 9)
        );
        assert_eq!(post.fields[2].directives[0].arguments["indexName"], "byPost");
        assert!(document.types[1].extension);
        assert_eq!(document.types[2].fields[0].default, Some(json!({"allow": "public"})));
    }

    #[test]
    fn syntax_errors_have_line_and_column() {
        let problems =
            SchemaDocument::parse("a.graphql", "type A @model {\n  id: ID!\n  name String\n}\n").unwrap_err();
        assert_eq!((problems[0].line, problems[0].path.as_str()), (3, "a.graphql"));
        assert!(problems[0].column >= 3, "{problems:?}");
        assert!(SchemaDocument::parse("a", "type A {").is_err());
        assert!(SchemaDocument::parse("a", "{{{{").is_err());
    }

    #[test]
    fn an_empty_file_is_no_error() {
        assert!(
            SchemaDocument::parse("a", "\u{feff}\n # only a comment\r\n")
                .unwrap()
                .types
                .is_empty()
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = SchemaDocument::parse("a", &text);
        }
    }
}
