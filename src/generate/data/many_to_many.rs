//! `@manyToMany`: the join model is written out. Gen 2's library knows the directive, but it would import the table of one of
//! the sides in place of the join model's own.

mod rules;

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};

use rules::{joined_rules, rules_of};

use super::schema::{Edit, is_named, trimmed_end};
use crate::backend::model::{GraphqlApi, Join, JoinSide, Model, SchemaFile};

/// The edits of one file: the fields of its sides, and behind it the join models whose first side it holds.
pub(super) fn edits(data: &GraphqlApi, file: &SchemaFile, default_rule: Option<&str>) -> Vec<Edit> {
    let document = Parser::new(&file.text).parse().document();
    let mut edits: Vec<Edit> = Vec::new();
    let mut written = String::new();
    for (model, join) in joins(data) {
        for (position, side) in join.sides.iter().enumerate() {
            let Some(field) = field_of(&document, side) else {
                continue;
            };
            edits.extend(field_edits(&file.text, &field, model, side));
            if position == 0 {
                written.push_str(&join_type(data, model, join, default_rule));
            }
        }
    }
    if !written.is_empty() {
        let end = file.text.trim_end().len();
        edits.push((end, file.text.len(), written));
    }
    edits
}

fn joins(data: &GraphqlApi) -> impl Iterator<Item = (&Model, &Join)> {
    data.models
        .iter()
        .filter_map(|model| Some((model, model.join.as_ref()?)))
}

fn field_of(document: &cst::Document, side: &JoinSide) -> Option<cst::FieldDefinition> {
    let fields = document
        .definitions()
        .filter_map(|definition| match definition {
            cst::Definition::ObjectTypeDefinition(object) => Some((object.name()?, object.fields_definition()?)),
            cst::Definition::ObjectTypeExtension(object) => Some((object.name()?, object.fields_definition()?)),
            _ => None,
        })
        .filter(|(name, _)| name.text() == side.model.as_str())
        .flat_map(|(_, fields)| fields.field_definitions());
    let mut named = fields.filter(|field| field.name().is_some_and(|name| name.text() == side.field.as_str()));
    named.find(|field| many_to_many(field).is_some())
}

fn many_to_many(field: &cst::FieldDefinition) -> Option<cst::Directive> {
    field
        .directives()?
        .directives()
        .find(|directive| is_named(directive, "manyToMany"))
}

/// `tags: [Tag] @manyToMany(relationName: "PostTags")` becomes `tags: [PostTags] @hasMany(indexName: "byPost", fields: ["id"])`.
fn field_edits(text: &str, field: &cst::FieldDefinition, model: &Model, side: &JoinSide) -> Vec<Edit> {
    let (Some(ty), Some(directive)) = (field.ty(), many_to_many(field)) else {
        return Vec::new();
    };
    let range = |node: &apollo_parser::SyntaxNode| {
        let start = usize::from(node.text_range().start());
        (start, trimmed_end(text, node))
    };
    let (type_start, type_end) = range(ty.syntax());
    let (start, end) = range(directive.syntax());
    let limit = side.limit.map(|limit| format!(", limit: {limit}")).unwrap_or_default();
    let fields = quoted(side.keys.iter().map(|key| key.field.as_str()));
    vec![
        (type_start, type_end, format!("[{}]", model.name)),
        (
            start,
            end,
            format!("@hasMany(indexName: \"{}\", fields: [{fields}]{limit})", side.index),
        ),
    ]
}

/// The type that Gen 1 made, with the rules of both sides as Gen 1 joined them.
fn join_type(data: &GraphqlApi, model: &Model, join: &Join, default_rule: Option<&str>) -> String {
    let mut rules = joined_rules(join.sides.iter().flat_map(|side| rules_of(data, &side.model)));
    if rules.is_empty() {
        rules.extend(default_rule.map(str::to_owned));
    }
    let auth = match rules.as_slice() {
        [] => String::new(),
        rules => format!(" @auth(rules: [{}])", rules.join(", ")),
    };
    let mut lines = vec![format!("type {} @model{auth} {{", model.name), "  id: ID!".to_owned()];
    for side in &join.sides {
        for (position, key) in side.keys.iter().enumerate() {
            let index = if position == 0 { index_of(side) } else { String::new() };
            lines.push(format!("  {}: {}!{index}", key.name, key.type_name));
        }
    }
    for side in &join.sides {
        let fields = quoted(side.keys.iter().map(|key| key.name.as_str()));
        lines.push(format!(
            "  {}: {}! @belongsTo(fields: [{fields}])",
            side.reference, side.model
        ));
    }
    format!(
        "\n\n\"\"\"Made by @manyToMany in Gen 1.\"\"\"\n{}\n}}\n",
        lines.join("\n")
    )
}

fn index_of(side: &JoinSide) -> String {
    let sort_keys = quoted(side.keys.iter().skip(1).map(|key| key.name.as_str()));
    let sort_keys = if sort_keys.is_empty() {
        String::new()
    } else {
        format!(", sortKeyFields: [{sort_keys}]")
    };
    format!(" @index(name: \"{}\"{sort_keys})", side.index)
}

/// The text of a node on one line, comments left out.
pub(super) fn plain(node: &apollo_parser::SyntaxNode) -> String {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| token.kind() != apollo_parser::SyntaxKind::COMMENT);
    let text: String = tokens
        .map(|token| match token.kind() {
            apollo_parser::SyntaxKind::WHITESPACE => " ".to_owned(),
            _ => token.text().to_owned(),
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
