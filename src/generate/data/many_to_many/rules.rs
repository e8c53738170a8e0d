//! The rules of a join model: Gen 1 applied those of the first side, then those of the second, role by role, and a later rule
//! for a role took the place of an earlier one. Gen 2 refuses two rules for one role.

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};

use super::plain;
use crate::{backend::model::GraphqlApi, generate::data::schema::is_named};

/// A rule of `@auth`.
pub(super) struct Rule {
    /// Its fields and their values as they are written, but for white space.
    fields: Vec<(String, String)>,
    /// The names of static groups, in quotes; each is a role of its own.
    groups: Vec<String>,
    /// As it is written, but for white space.
    text: String,
}

/// The rules of a model: those of its first `@auth`, which is the one that counts.
pub(super) fn rules_of(data: &GraphqlApi, model: &str) -> Vec<Rule> {
    for file in &data.schema {
        for definition in Parser::new(&file.text).parse().document().definitions() {
            let (name, directives) = match &definition {
                cst::Definition::ObjectTypeDefinition(object) => (object.name(), object.directives()),
                cst::Definition::ObjectTypeExtension(object) => (object.name(), object.directives()),
                _ => continue,
            };
            if name.is_none_or(|name| name.text() != model) {
                continue;
            }
            let mut directives = directives.into_iter().flat_map(|list| list.directives());
            if let Some(auth) = directives.find(|directive| is_named(directive, "auth")) {
                return rules_in(&auth);
            }
        }
    }
    Vec::new()
}

fn rules_in(auth: &cst::Directive) -> Vec<Rule> {
    let arguments = auth.arguments().into_iter().flat_map(|list| list.arguments());
    let rules = arguments.filter(|argument| argument.name().is_some_and(|name| name.text() == "rules"));
    rules
        .filter_map(|argument| argument.value())
        .flat_map(|value| match value {
            cst::Value::ListValue(list) => list.values().collect(),
            // GraphQL takes a single value for a list of one.
            single => vec![single],
        })
        .map(|value| rule(&value))
        .collect()
}

fn rule(value: &cst::Value) -> Rule {
    let mut rule = Rule {
        fields: Vec::new(),
        groups: Vec::new(),
        text: plain(value.syntax()),
    };
    let cst::Value::ObjectValue(object) = value else {
        return rule;
    };
    for field in object.object_fields() {
        let (Some(name), Some(value)) = (field.name(), field.value()) else {
            continue;
        };
        if name.text() == "groups" {
            rule.groups = match &value {
                cst::Value::ListValue(list) => list.values().map(|group| plain(group.syntax())).collect(),
                single => vec![plain(single.syntax())],
            };
        } else {
            rule.fields.push((name.text().to_string(), plain(value.syntax())));
        }
    }
    rule
}

/// The rules of both sides, without the roles that a later rule speaks of, too.
pub(super) fn joined_rules(rules: impl Iterator<Item = Rule>) -> Vec<String> {
    let mut joined: Vec<Rule> = Vec::new();
    for later in rules {
        if joined.iter().any(|rule| rule.text == later.text) {
            continue;
        }
        for earlier in &mut joined {
            earlier.leave_to(&later);
        }
        joined.retain(|rule| !rule.text.is_empty());
        joined.push(later);
    }
    joined.into_iter().map(|rule| rule.text).collect()
}

impl Rule {
    fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Who the rule is about, single groups aside. Fields that are not said are what Amplify takes for them.
    fn subject(&self) -> [&str; 5] {
        let allow = self.field("allow").unwrap_or_default();
        let provider = match allow {
            "public" => "apiKey",
            "custom" => "function",
            _ => "userPools",
        };
        let owner_field = if allow == "owner" { "\"owner\"" } else { "" };
        [
            allow,
            self.field("provider").unwrap_or(provider),
            self.field("ownerField").unwrap_or(owner_field),
            self.field("groupsField").unwrap_or_default(),
            self.field("groupClaim")
                .or_else(|| self.field("identityClaim"))
                .unwrap_or_default(),
        ]
    }

    /// Takes out what a later rule decides; a rule that is about nobody any more has no text.
    fn leave_to(&mut self, later: &Self) {
        if self.subject() != later.subject() {
            return;
        }
        let count = self.groups.len();
        self.groups.retain(|group| !later.groups.contains(group));
        if self.groups.len() == count && count > 0 {
            return;
        }
        self.text = if self.groups.is_empty() {
            String::new()
        } else {
            let fields = self.fields.iter().map(|(name, value)| format!("{name}: {value}"));
            let groups = format!("groups: [{}]", self.groups.join(", "));
            format!("{{ {} }}", fields.chain([groups]).collect::<Vec<_>>().join(", "))
        };
    }
}
