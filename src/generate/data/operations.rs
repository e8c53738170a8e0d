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
            // With these levels and nothing else, either generation makes all subscriptions, or none. With the level that is
            // the default, Gen 1 makes none and Gen 2 all.
            let names_one = named.iter().any(|name| operations.contains(&name.as_str()));
            if !names_one && matches!(level(&object).as_deref(), Some("public" | "off")) {
                return None;
            }
            let missing: Vec<String> = operations
                .iter()
                .filter(|operation| !named.iter().any(|name| name == *operation))
                .map(|operation| format!("{operation}: null"))
                .collect();
            let end = trimmed_end(text, object.syntax());
            let inside = text.get(..end)?.strip_suffix('}')?.trim_end().len();
            let separator = if named.is_empty() { " " } else { ", " };
            (!missing.is_empty()).then(|| (inside, inside, format!("{separator}{}", missing.join(", "))))
        })
        .collect()
}

/// `level` of `subscriptions`.
fn level(subscriptions: &cst::ObjectValue) -> Option<String> {
    let mut fields = subscriptions.object_fields();
    let field = fields.find(|field| field.name().is_some_and(|name| name.text() == "level"))?;
    match field.value()? {
        cst::Value::EnumValue(value) => Some(value.name()?.text().to_string()),
        _ => None,
    }
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
    fn nothing_but_the_default_level_is_no_subscription() {
        assert_eq!(
            edited("type A @model(subscriptions: { level: on }) { id: ID! }"),
            "type A @model(subscriptions: { level: on, onCreate: null, onUpdate: null, onDelete: null }) { id: ID! }"
        );
        assert_eq!(
            edited("type A @model(queries: {}) { id: ID! }"),
            "type A @model(queries: { get: null, list: null}) { id: ID! }"
        );
    }

    #[test]
    fn what_is_said_whole_or_not_at_all_stays() {
        for schema in [
            "type A @model { id: ID! }",
            "type A @model(mutations: null) { id: ID! }",
            "type A @model(subscriptions: { level: off }) { id: ID! }",
            "type A @model(subscriptions: { level: public }) { id: ID! }",
            r#"type A @model(queries: { get: "a", list: "b" }) { id: ID! }"#,
        ] {
            assert_eq!(edited(schema), schema);
        }
    }
}
