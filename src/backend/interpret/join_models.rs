//! The models that `@manyToMany` makes: a type of its own with a table of its own, between two others.

use std::collections::HashMap;

use serde_json::Value;

use super::{Interpretation, data::DeployedTable};
use crate::{
    backend::{
        finding::Severity,
        model::{Join, JoinKey, JoinSide, SourceLocation},
    },
    project::{
        GraphqlFolder,
        graphql::sdl::{Directive, Field, TypeDefinition},
    },
};

/// A field with `@manyToMany`.
struct Relation<'f> {
    ty: &'f TypeDefinition,
    field: &'f Field,
    directive: &'f Directive,
    path: &'f str,
}

/// Name, place and sides of every join model, in the order of the schema. A relation that has not two sides is a finding.
pub(super) fn joins(
    interpretation: &mut Interpretation<'_>,
    folder: &GraphqlFolder,
    tables: &HashMap<String, DeployedTable>,
) -> Vec<(String, SourceLocation, Join)> {
    let mut joins = Vec::new();
    for (name, relations) in relations(folder) {
        let Some(first) = relations.first() else { continue };
        let location = SourceLocation {
            path: first.path.to_owned(),
            line: Some(first.directive.line),
        };
        let [one, other] = relations.as_slice() else {
            interpretation.finding(
                "many-to-many-incomplete",
                Severity::Blocker,
                format!("the relation {name} has {} sides instead of two", relations.len()),
                &location,
                "Give both models a field with @manyToMany and this relationName, push, and generate again.",
            );
            continue;
        };
        let table = tables.get(&name);
        let sides = [one, other].map(|relation| side(folder, relation, table));
        joins.push((name, location, Join { sides: sides.into() }));
    }
    joins
}

/// The fields by the name of the join model: that of the relation with a capital letter.
fn relations(folder: &GraphqlFolder) -> Vec<(String, Vec<Relation<'_>>)> {
    let mut found: Vec<(String, Vec<Relation<'_>>)> = Vec::new();
    for file in &folder.schema {
        for ty in &file.document.types {
            for field in &ty.fields {
                let Some(directive) = field.directive("manyToMany") else {
                    continue;
                };
                let Some(name) = directive.arguments.get("relationName").and_then(Value::as_str) else {
                    continue;
                };
                let name = with_first(name, char::to_ascii_uppercase);
                let relation = Relation {
                    ty,
                    field,
                    directive,
                    path: &file.path,
                };
                match found.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, relations)) => relations.push(relation),
                    None => found.push((name, vec![relation])),
                }
            }
        }
    }
    found
}

fn side(folder: &GraphqlFolder, relation: &Relation<'_>, table: Option<&DeployedTable>) -> JoinSide {
    let model = relation.ty.name.clone();
    let index = format!("by{model}");
    let prefix = with_first(&model, char::to_ascii_lowercase);
    let key = primary_key(folder, &model);
    let deployed = table
        .and_then(|table| table.indexes.get(&index))
        .filter(|attributes| attributes.len() == key.len());
    let keys = key
        .into_iter()
        .enumerate()
        .map(|(position, (field, type_name))| JoinKey {
            name: match deployed.and_then(|attributes| attributes.get(position)) {
                Some(attribute) => attribute.clone(),
                None => format!("{prefix}{}", with_first(&field, char::to_ascii_uppercase)),
            },
            type_name,
            field,
        })
        .collect();
    JoinSide {
        field: relation.field.name.clone(),
        limit: relation
            .directive
            .arguments
            .get("limit")
            .and_then(Value::as_u64)
            .and_then(|limit| u32::try_from(limit).ok()),
        reference: prefix,
        model,
        index,
        keys,
    }
}

/// Fields of the primary key with their types: those of `@primaryKey`, else `id`.
fn primary_key(folder: &GraphqlFolder, model: &str) -> Vec<(String, String)> {
    let fields = || {
        let types = folder.schema.iter().flat_map(|file| &file.document.types);
        types.filter(|ty| ty.name == model).flat_map(|ty| &ty.fields)
    };
    let type_of = |name: &str| {
        let field = fields().find(|field| field.name == name);
        field.map_or_else(|| "ID".to_owned(), |field| field.type_name.clone())
    };
    let own = fields().find_map(|field| Some((field, field.directive("primaryKey")?)));
    let Some((field, directive)) = own else {
        return vec![("id".to_owned(), type_of("id"))];
    };
    let sort_keys = directive.arguments.get("sortKeyFields");
    let sort_keys = sort_keys.and_then(Value::as_array).into_iter().flatten();
    std::iter::once(field.name.as_str())
        .chain(sort_keys.filter_map(Value::as_str))
        .map(|name| (name.to_owned(), type_of(name)))
        .collect()
}

fn with_first(text: &str, change: impl Fn(&char) -> char) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| change(&first))
        .into_iter()
        .chain(characters)
        .collect()
}
