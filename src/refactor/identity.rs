//! Which nested stack belongs to what, by exact identity.

use md5::{Digest, Md5};

/// A Gen 2 nested stack by its logical id: a name, and the eight hexadecimal digits of CDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CategoryStackId<'id> {
    /// What stands between category and digits: empty for the stack of a whole category.
    pub(super) name: &'id str,
}

/// Reads a logical id as `<category><name><8 hex>`.
pub(super) fn category_stack<'id>(category: &str, logical_id: &'id str) -> Option<CategoryStackId<'id>> {
    let rest = logical_id.strip_prefix(category)?;
    let name = without_hash(rest)?;
    name.chars()
        .all(|character| character.is_ascii_alphanumeric())
        .then_some(CategoryStackId { name })
}

/// A logical id of CDK without the hash at its end; `None` when there is none.
pub(super) fn without_hash(logical_id: &str) -> Option<&str> {
    let at = logical_id.len().checked_sub(8)?;
    if !logical_id.is_char_boundary(at) {
        return None;
    }
    let (name, hash) = logical_id.split_at(at);
    let is_hash = hash
        .chars()
        .all(|character| character.is_ascii_digit() || ('A'..='F').contains(&character));
    is_hash.then_some(name)
}

/// What CDK ends the logical id of a construct with, by the ids of the constructs from its stack down to it.
pub(super) fn path_hash(constructs: &[&str]) -> String {
    let digest = Md5::digest(constructs.join("/"));
    digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}

/// What CDK ends the logical id of a nested stack with, by the id of the stack in the root.
pub(super) fn nested_stack_hash(id: &str) -> String {
    path_hash(&[&format!("{id}.NestedStack"), &format!("{id}.NestedStackResource")])
}

/// The hash at the end of a logical id of CDK.
pub(super) fn hash_of(logical_id: &str) -> Option<&str> {
    logical_id.strip_prefix(without_hash(logical_id)?)
}

/// A name as CDK writes it into logical ids, without regard to case.
pub(super) fn normalised(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_cdk() {
        // From synthesised backends.
        assert_eq!(path_hash(&["table-1st", "Resource"]), "6895108C");
        assert_eq!(path_hash(&["orders", "Resource"]), "46FA7C19");
        assert_eq!(path_hash(&["attachments", "Bucket", "Resource"]), "0A9FC97E");
        assert_eq!(nested_stack_hash("storage"), "0EC3F24A");
        assert_eq!(nested_stack_hash("analytics-shopevents"), "70B495FF");
        assert_eq!(hash_of("table1st6895108C"), Some("6895108C"));
        assert_eq!(hash_of("KinesisStream"), None);
    }

    #[test]
    fn logical_ids_are_read_exactly() {
        assert_eq!(
            category_stack("auth", "auth179371D7"),
            Some(CategoryStackId { name: "" })
        );
        assert_eq!(
            category_stack("storage", "storageactivityA346F297"),
            Some(CategoryStackId { name: "activity" })
        );
        assert_eq!(category_stack("storage", "storagefoo"), None);
        assert_eq!(category_stack("storage", "storage0ec3f24a"), None);
        assert_eq!(category_stack("auth", "authors"), None);
        assert_eq!(category_stack("auth", "data7552DF31"), None);
        assert_eq!(category_stack("auth", "authüüü12345678"), None);
    }
}
