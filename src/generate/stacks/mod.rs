//! Which nested stack every function is in, so that no two stacks need each other.

use std::collections::BTreeMap;

/// Stacks of functions.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: BTreeMap<String, String>,
}

/// Where Gen 2 puts functions by itself.
pub const DEFAULT_GROUP: &str = "function";

impl Groups {
    /// `resourceGroupName` of a function; `None` where it is Gen 2's own choice.
    pub fn group_name(&self, function: &str) -> Option<&str> {
        self.groups
            .get(function)
            .map(String::as_str)
            .filter(|group| *group != DEFAULT_GROUP)
    }

    /// Assigns a function.
    pub fn assign(&mut self, function: &str, group: &str) {
        self.groups.insert(function.to_owned(), group.to_owned());
    }
}
