//! `@manyToMany` said as what it stands for: a join model with a relation to either side. Gen 2 would import the table of one
//! of the sides as that of the join model.

use std::collections::BTreeMap;

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};

use super::schema::{Edit, is_named, trimmed_end};
use crate::{
    backend::model::{GraphqlApi, SchemaFile},
    generate::typescript::camel_case,
};

/// What becomes of the schema's files.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    /// Changes by file.
    pub edits: BTreeMap<usize, Vec<Edit>>,
    /// Join models to be added to a file, by file.
    pub models: BTreeMap<usize, String>,
    /// Relations that do not have two sides, with the file and the place of one.
    pub incomplete: Vec<(String, usize, usize)>,
}

/// A field with `@manyToMany`.
#[derive(Debug)]
struct Side {
    file: usize,
    model: String,
    /// Primary key: names and types of its fields.
    key: Vec<(String, String)>,
    /// The list of rules of `@auth`, each as it is written.
    rules: Vec<String>,
    type_range: (usize, usize),
    directive_range: (usize, usize),
    limit: Option<String>,
}

/// Rewrites every relation of the schema. `default_rule` is that of models without one.
pub(super) fn rewrite(data: &GraphqlApi, default_rule: Option<&str>) -> Rewritten {
    let mut relations: BTreeMap<String, Vec<Side>> = BTreeMap::new();
    for (index, file) in data.schema.iter().enumerate() {
        for (relation, side) in sides(index, file) {
            relations.entry(relation).or_default().push(side);
        }
    }
    let mut rewritten = Rewritten::default();
    for (relation, sides) in relations {
        let [left, right] = sides.as_slice() else {
            let place = sides.first();
            let place = place.map_or((0, 0), |side| (side.file, side.directive_range.0));
            rewritten.incomplete.push((relation, place.0, place.1));
            continue;
        };
        for side in [left, right] {
            let edits = rewritten.edits.entry(side.file).or_default();
            edits.push((side.type_range.0, side.type_range.1, format!("[{relation}]")));
            edits.push((side.directive_range.0, side.directive_range.1, has_many(side)));
        }
        let model = join_model(&relation, left, right, default_rule);
        rewritten.models.entry(left.file).or_default().push_str(&model);
    }
    rewritten
}

fn sides(index: usize, file: &SchemaFile) -> Vec<(String, Side)> {
    let parsed = Parser::new(&file.text).parse();
    let mut sides = Vec::new();
    for definition in parsed.document().definitions() {
        let cst::Definition::ObjectTypeDefinition(object) = definition else {
            continue;
        };
        let model = object.name().map(|name| name.text().to_string()).unwrap_or_default();
        let fields: Vec<cst::FieldDefinition> = object
            .fields_definition()
            .into_iter()
            .flat_map(|fields| fields.field_definitions())
            .collect();
        for field in &fields {
            let directives = field.directives();
            let directive = directives
                .into_iter()
                .flat_map(|list| list.directives())
                .find(|directive| is_named(directive, "manyToMany"));
            let (Some(directive), Some(ty)) = (directive, field.ty()) else {
                continue;
            };
            let Some(relation) = text_argument(&directive, "relationName") else {
                continue;
            };
            let side = Side {
                file: index,
                model: model.clone(),
                key: primary_key(&fields),
                rules: rules(&object),
                type_range: range(&file.text, ty.syntax()),
                directive_range: range(&file.text, directive.syntax()),
                limit: argument(&directive, "limit").map(|value| value.syntax().text().to_string().trim().to_owned()),
            };
            sides.push((upper_first(&relation), side));
        }
    }
    sides
}

/// `type Relation @model @auth(...) { ... }`, with the names that Gen 1 gave its fields and indexes.
fn join_model(relation: &str, left: &Side, right: &Side, default_rule: Option<&str>) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for rule in left.rules.iter().chain(&right.rules) {
        if !rules.contains(&rule.as_str()) {
            rules.push(rule);
        }
    }
    if rules.is_empty() {
        rules.extend(default_rule);
    }
    let auth = if rules.is_empty() {
        String::new()
    } else {
        format!(" @auth(rules: [{}])", rules.join(", "))
    };
    let mut text = format!("\ntype {relation} @model{auth} {{\n  id: ID!\n");
    for side in [left, right] {
        let references = references(side);
        for (position, ((name, _), (_, ty))) in references.iter().zip(&side.key).enumerate() {
            let index = if position == 0 {
                index(side, &references)
            } else {
                String::new()
            };
            text.push_str(&format!("  {name}: {ty}!{index}\n"));
        }
    }
    for side in [left, right] {
        let fields: Vec<String> = references(side).iter().map(|(name, _)| format!("\"{name}\"")).collect();
        text.push_str(&format!(
            "  {}: {}! @belongsTo(fields: [{}])\n",
            camel_case(&side.model),
            side.model,
            fields.join(", ")
        ));
    }
    text.push_str("}\n");
    text
}

fn index(side: &Side, references: &[(String, String)]) -> String {
    let sort_keys: Vec<String> = references
        .iter()
        .skip(1)
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    let sort_keys = if sort_keys.is_empty() {
        String::new()
    } else {
        format!(", sortKeyFields: [{}]", sort_keys.join(", "))
    };
    format!(" @index(name: \"by{}\"{sort_keys})", upper_first(&side.model))
}

/// Fields of the join model that hold the side's key, with the key's own names.
fn references(side: &Side) -> Vec<(String, String)> {
    side.key
        .iter()
        .map(|(name, _)| {
            (
                format!("{}{}", camel_case(&side.model), upper_first(name)),
                name.clone(),
            )
        })
        .collect()
}

fn has_many(side: &Side) -> String {
    let fields: Vec<String> = side.key.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let limit = side
        .limit
        .as_ref()
        .map(|limit| format!(", limit: {limit}"))
        .unwrap_or_default();
    format!(
        "@hasMany(indexName: \"by{}\", fields: [{}]{limit})",
        upper_first(&side.model),
        fields.join(", ")
    )
}

/// Names and types of the fields of the primary key; `id` where no field has `@primaryKey`.
fn primary_key(fields: &[cst::FieldDefinition]) -> Vec<(String, String)> {
    let name_of = |field: &cst::FieldDefinition| field.name().map(|name| name.text().to_string()).unwrap_or_default();
    let type_of = |name: &str| {
        fields
            .iter()
            .find(|field| name_of(field) == name)
            .and_then(|field| field.ty())
            .map_or_else(|| "ID".to_owned(), |ty| named_type(&ty))
    };
    let mut names = vec!["id".to_owned()];
    for field in fields {
        let primary = field
            .directives()
            .into_iter()
            .flat_map(|list| list.directives())
            .find(|directive| is_named(directive, "primaryKey"));
        if let Some(directive) = primary {
            names = vec![name_of(field)];
            if let Some(cst::Value::ListValue(sort_keys)) = argument(&directive, "sortKeyFields") {
                names.extend(sort_keys.values().filter_map(|value| match value {
                    cst::Value::StringValue(text) => Some(String::from(text)),
                    _ => None,
                }));
            } else if let Some(single) = text_argument(&directive, "sortKeyFields") {
                names.push(single);
            }
        }
    }
    names
        .into_iter()
        .map(|name| {
            let ty = type_of(&name);
            (name, ty)
        })
        .collect()
}

fn named_type(ty: &cst::Type) -> String {
    ty.syntax()
        .text()
        .to_string()
        .chars()
        .filter(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

/// Every rule of the type's `@auth`, as it is written.
fn rules(object: &cst::ObjectTypeDefinition) -> Vec<String> {
    object
        .directives()
        .into_iter()
        .flat_map(|list| list.directives())
        .filter(|directive| is_named(directive, "auth"))
        .filter_map(|directive| match argument(&directive, "rules")? {
            cst::Value::ListValue(rules) => Some(rules),
            _ => None,
        })
        .flat_map(|rules| rules.values())
        .map(|rule| rule.syntax().text().to_string().trim().to_owned())
        .collect()
}

fn argument(directive: &cst::Directive, name: &str) -> Option<cst::Value> {
    directive
        .arguments()
        .into_iter()
        .flat_map(|list| list.arguments())
        .find(|argument| argument.name().is_some_and(|found| found.text() == name))?
        .value()
}

fn text_argument(directive: &cst::Directive, name: &str) -> Option<String> {
    match argument(directive, name)? {
        cst::Value::StringValue(text) => Some(String::from(text)),
        _ => None,
    }
}

/// The bytes of a node, white space and comments after it left out.
fn range(text: &str, node: &apollo_parser::SyntaxNode) -> (usize, usize) {
    (usize::from(node.text_range().start()), trimmed_end(text, node))
}

fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::model::{AuthorizationMode, SourceLocation};

    fn api(schema: &str) -> GraphqlApi {
        GraphqlApi {
            name: "api".to_owned(),
            api_id: None,
            schema: vec![SchemaFile {
                path: "schema.graphql".to_owned(),
                text: schema.to_owned(),
            }],
            default_mode: AuthorizationMode::UserPool,
            additional_modes: Vec::new(),
            models: Vec::new(),
            log_config: None,
            xray_enabled: false,
            admin_role_names: Vec::new(),
            transform_configuration: serde_json::Map::new(),
            conflict_resolution: false,
            location: SourceLocation {
                path: "api".to_owned(),
                line: None,
            },
        }
    }

    #[test]
    fn the_join_model_has_the_keys_and_the_rules_of_both_sides() {
        let rewritten = rewrite(
            &api(
                "type Post @model @auth(rules: [{ allow: owner }]) {\n  id: ID!\n  tags: [Tag] @manyToMany(relationName: \"postTags\", limit: 7)\n}\n\
                 type Tag @model @auth(rules: [{ allow: owner }, { allow: private }]) {\n  label: String! @primaryKey(sortKeyFields: [\"size\"])\n  size: Int!\n  posts: [Post] @manyToMany(relationName: \"postTags\")\n}\n",
            ),
            None,
        );
        assert_eq!(
            rewritten.models[&0],
            "\ntype PostTags @model @auth(rules: [{ allow: owner }, { allow: private }]) {\n  id: ID!\n  \
             postId: ID! @index(name: \"byPost\")\n  \
             tagLabel: String! @index(name: \"byTag\", sortKeyFields: [\"tagSize\"])\n  tagSize: Int!\n  \
             post: Post! @belongsTo(fields: [\"postId\"])\n  tag: Tag! @belongsTo(fields: [\"tagLabel\", \"tagSize\"])\n}\n"
        );
        let texts: Vec<&str> = rewritten.edits[&0].iter().map(|(_, _, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "[PostTags]",
                "@hasMany(indexName: \"byPost\", fields: [\"id\"], limit: 7)",
                "[PostTags]",
                "@hasMany(indexName: \"byTag\", fields: [\"label\", \"size\"])",
            ]
        );
    }

    #[test]
    fn a_relation_with_one_side_is_told() {
        let rewritten = rewrite(
            &api(
                "type Post @model { id: ID! tags: [Tag] @manyToMany(relationName: \"postTags\") }\ntype Tag @model { id: ID! }",
            ),
            None,
        );
        assert_eq!(rewritten.incomplete.len(), 1);
        assert!(rewritten.models.is_empty());
    }
}
