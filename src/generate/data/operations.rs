//! `@model(mutations: { create: "addTag" })`: Gen 1 makes the operations that are named, Gen 2 the others as well, unless they
//! are said to be none.

use apollo_parser::cst::{self, CstNode};

use super::schema::{Edit, trimmed_end};

/// Arguments of `@model` with the operations that each may name.
const OPERATIONS: [(&str, &[&str]); 3] = [
    ("queries", &["get", "list"]),
    ("mutations", &["create", "update", "delete"]),
    ("subscriptions", &["onCreate", "onUpdate", "onDelete"]),
];

/// Says of every operation that is not named beside others that there is none.
pub(super) fn edits(text: &str, model: &cst::Directive) -> Vec<Edit> {
    let arguments = model.arguments().into_iter().flat_map(|list| list.arguments());
    arguments
        .filter_map(|argument| {
            let name = argument.name()?.text().to_string();
            let (_, operations) = OPERATIONS.iter().find(|(known, _)| *known == name)?;
            let Some(cst::Value::ObjectValue(object)) = argument.value() else {
                return None;
            };
            let named: Vec<String> = object
                .object_fields()
                .filter_map(|field| Some(field.name()?.text().to_string()))
                .collect();
            // With nothing but a level, either generation makes all subscriptions.
            if !named.iter().any(|name| operations.contains(&name.as_str())) {
                return None;
            }
            let missing: Vec<String> = operations
                .iter()
                .filter(|operation| !named.iter().any(|name| name == *operation))
                .map(|operation| format!(", {operation}: null"))
                .collect();
            let end = trimmed_end(text, object.syntax());
            let inside = text.get(..end)?.strip_suffix('}')?.trim_end().len();
            (!missing.is_empty()).then(|| (inside, inside, missing.concat()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use apollo_parser::Parser;

    use super::*;

    fn edited(schema: &str) -> String {
        let document = Parser::new(schema).parse().document();
        let mut text = schema.to_owned();
        for definition in document.definitions() {
            if let cst::Definition::ObjectTypeDefinition(object) = definition {
                let directives: Vec<_> = object
                    .directives()
                    .into_iter()
                    .flat_map(|list| list.directives())
                    .collect();
                let mut all: Vec<Edit> = directives
                    .iter()
                    .flat_map(|directive| edits(schema, directive))
                    .collect();
                all.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
                for (start, end, replacement) in all {
                    text.replace_range(start..end, &replacement);
                }
            }
        }
        text
    }

    #[test]
    fn operations_that_are_not_named_are_none() {
        assert_eq!(
            edited(
                r#"type Tag @model(queries: { get: "tag", list: null }, mutations: { create: "addTag" }) { id: ID! }"#
            ),
            r#"type Tag @model(queries: { get: "tag", list: null }, mutations: { create: "addTag", update: null, delete: null }) { id: ID! }"#
        );
        assert_eq!(
            edited(r#"type A @model(subscriptions: {level: public, onCreate: "made"}) { id: ID! }"#),
            r#"type A @model(subscriptions: {level: public, onCreate: "made", onUpdate: null, onDelete: null}) { id: ID! }"#
        );
    }

    #[test]
    fn what_is_said_whole_or_not_at_all_stays() {
        for schema in [
            "type A @model { id: ID! }",
            "type A @model(mutations: null) { id: ID! }",
            "type A @model(subscriptions: { level: off }) { id: ID! }",
            r#"type A @model(queries: { get: "a", list: "b" }) { id: ID! }"#,
        ] {
            assert_eq!(edited(schema), schema);
        }
    }
}
