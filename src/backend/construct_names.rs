//! What constructs of Gen 2 are called after the Gen 1 resources that they take over: `generate` writes these names, and
//! `refactor` recognises by them what was deployed.

use std::collections::BTreeSet;

use indexmap::IndexMap;

/// Members that every object has. A lookup of such a key in an object finds them: in TypeScript before an index signature,
/// and in the CDK in tables of children and of path parts.
const OBJECT_MEMBERS: &[&str] = &[
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Constructs of `defineAuth` and `defineData`.
const AMPLIFY_CONSTRUCTS: [&str; 2] = ["amplifyAuth", "amplifyData"];

/// Whether every object has a member of that name.
pub fn is_object_member(name: &str) -> bool {
    OBJECT_MEMBERS.contains(&name)
}

/// Names for the constructs of everything that holds data, by Gen 1 resource name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConstructNames {
    /// Ids of the constructs of buckets that the app owns: `name` of `defineStorage`.
    pub buckets: IndexMap<String, String>,
    /// Ids of the constructs of tables.
    pub tables: IndexMap<String, String>,
    /// Files of Kinesis streams, which their stacks are called after.
    pub streams: IndexMap<String, String>,
    taken: BTreeSet<String>,
}

impl ConstructNames {
    /// Names for these resources, each list in the order of `amplify-meta.json`; the same lists always give the same names.
    pub fn of<'n>(
        owned_buckets: impl IntoIterator<Item = &'n str>,
        tables: impl IntoIterator<Item = &'n str>,
        streams: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let mut names = Self::default();
        for bucket in owned_buckets {
            names.buckets.insert(bucket.into(), construct_id("storage", bucket));
        }
        names.taken.extend(names.buckets.values().cloned());
        names.taken.extend(AMPLIFY_CONSTRUCTS.map(str::to_owned));
        for table in tables {
            let id = names.unique_id("table", table);
            names.tables.insert(table.into(), id);
        }
        let mut files = BTreeSet::new();
        for stream in streams {
            names.streams.insert(stream.into(), unique_file(&mut files, stream));
        }
        names
    }

    /// An id that no other construct has: functions may share a stack with buckets and tables.
    pub fn unique_id(&mut self, kind: &str, name: &str) -> String {
        let plain = construct_id(kind, name);
        let with_kind = format!("{kind}-{plain}");
        let id = [plain, with_kind.clone()]
            .into_iter()
            .chain((2u32..).map(|number| format!("{with_kind}-{number}")))
            .find(|candidate| !self.taken.contains(candidate))
            .unwrap_or(with_kind);
        self.taken.insert(id.clone());
        id
    }
}

/// The stack that a stream of this file lies in.
pub fn stream_stack(file: &str) -> String {
    format!("analytics-{file}")
}

/// The id of a construct: the resource's own name where the CDK and Gen 2 can work with it.
pub fn construct_id(kind: &str, name: &str) -> String {
    let plain = harmless(name);
    if plain.is_empty() {
        return kind.to_owned();
    }
    let begins_with_letter = plain.starts_with(|first: char| first.is_ascii_alphabetic());
    if begins_with_letter && !is_object_member(&plain) {
        plain
    } else {
        format!("{kind}-{plain}")
    }
}

/// A name for a file or folder: the resource's own where that is harmless, unique even where case does not count.
pub fn unique_file(taken: &mut BTreeSet<String>, name: &str) -> String {
    let mut base = harmless(name);
    if base.is_empty() {
        base.push_str("unnamed");
    }
    let unique = std::iter::once(base.clone())
        .chain((2u32..).map(|number| format!("{base}-{number}")))
        .find(|candidate| !taken.contains(&candidate.to_lowercase()))
        .unwrap_or(base);
    taken.insert(unique.to_lowercase());
    unique
}

/// The name with a dash for everything but letters, digits, dashes and underscores.
fn harmless(name: &str) -> String {
    name.chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() || matches!(character, '-' | '_') {
                character
            } else {
                '-'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_where_they_can_be_and_unique() {
        let names = ConstructNames::of(
            ["files", "1st"],
            [
                "orders",
                "1st",
                "table-1st",
                "constructor",
                "files",
                "amplifyData",
                "Orders",
            ],
            ["events", "Events", "events-2"],
        );
        assert_eq!(names.buckets["files"], "files");
        assert_eq!(names.buckets["1st"], "storage-1st");
        assert_eq!(
            names.tables.values().collect::<Vec<_>>(),
            [
                "orders",
                "table-1st",
                "table-table-1st",
                "table-constructor",
                "table-files",
                "table-amplifyData",
                "Orders"
            ]
        );
        assert_eq!(
            names.streams.values().collect::<Vec<_>>(),
            ["events", "Events-2", "events-2-2"]
        );
    }
}
