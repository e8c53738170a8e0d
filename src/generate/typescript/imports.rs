use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::code::{Code, Statement};

/// Imports of a file, merged by module and sorted: packages first, then relative modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    values: BTreeMap<ModuleKey, BTreeSet<String>>,
    types: BTreeMap<ModuleKey, BTreeSet<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ModuleKey {
    /// 0 for Node's own, 1 for packages, 2 for files further up, 3 for files beside or below.
    rank: u8,
    module: String,
}

impl ModuleKey {
    fn new(module: &str) -> Self {
        let rank = match module {
            _ if module.starts_with("node:") => 0,
            _ if module.starts_with("../") => 2,
            _ if module.starts_with("./") => 3,
            _ => 1,
        };
        Self {
            rank,
            module: module.to_owned(),
        }
    }
}

/// One import declaration, for templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportLine {
    /// Module.
    pub module: String,
    /// Only types: erased when compiled.
    pub type_only: bool,
    /// Names.
    pub names: Vec<ImportName>,
}

/// An imported name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportName {
    /// Name.
    pub name: String,
    /// It is the last of its line.
    pub last: bool,
}

impl Imports {
    /// Adds a value (or something that is both value and type).
    pub fn add(&mut self, module: &str, name: &str) {
        self.values
            .entry(ModuleKey::new(module))
            .or_default()
            .insert(name.to_owned());
    }

    /// Adds a type.
    pub fn add_type(&mut self, module: &str, name: &str) {
        self.types
            .entry(ModuleKey::new(module))
            .or_default()
            .insert(name.to_owned());
    }

    /// Adds what an expression needs.
    pub fn add_code(&mut self, code: &Code) {
        code.walk(&mut |inner| {
            if let Code::Import(module, name) = inner {
                self.add(module, name);
            }
        });
    }

    /// Adds what statements need.
    pub fn add_statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            statement.walk(&mut |inner| {
                if let Code::Import(module, name) = inner {
                    self.add(module, name);
                }
            });
        }
    }

    /// The declarations in order.
    pub fn lines(&self) -> Vec<ImportLine> {
        let mut keys: BTreeSet<&ModuleKey> = self.values.keys().collect();
        keys.extend(self.types.keys());
        let mut lines = Vec::new();
        for key in keys {
            if let Some(names) = self.values.get(key) {
                lines.push(line(key, names.iter(), false));
            }
            if let Some(names) = self.types.get(key) {
                let values = self.values.get(key);
                let only: Vec<&String> = names
                    .iter()
                    .filter(|name| !values.is_some_and(|values| values.contains(*name)))
                    .collect();
                if !only.is_empty() {
                    lines.push(line(key, only.into_iter(), true));
                }
            }
        }
        lines
    }
}

fn line<'n>(key: &ModuleKey, names: impl ExactSizeIterator<Item = &'n String>, type_only: bool) -> ImportLine {
    let count = names.len();
    ImportLine {
        module: key.module.clone(),
        type_only,
        names: names
            .enumerate()
            .map(|(index, name)| ImportName {
                name: name.clone(),
                last: index + 1 == count,
            })
            .collect(),
    }
}
