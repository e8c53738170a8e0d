use std::collections::BTreeSet;

/// Words that no binding may be called in a module (ECMAScript, strict mode), and globals that generated code uses.
const RESERVED: &[&str] = &[
    "abstract",
    "any",
    "arguments",
    "as",
    "async",
    "await",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "constructor",
    "continue",
    "debugger",
    "declare",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "globalThis",
    "if",
    "implements",
    "import",
    "in",
    "infinity",
    "instanceof",
    "interface",
    "is",
    "let",
    "module",
    "namespace",
    "new",
    "never",
    "null",
    "number",
    "object",
    "of",
    "package",
    "private",
    "process",
    "protected",
    "prototype",
    "public",
    "require",
    "return",
    "set",
    "static",
    "string",
    "super",
    "switch",
    "symbol",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "undefined",
    "unknown",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "Infinity",
    "NaN",
    "Object",
    "Promise",
    "ReturnType",
    "String",
    "URL",
    "Error",
    "Symbol",
    "Array",
    "exports",
    "__proto__",
    "__dirname",
    "__filename",
    "hasOwnProperty",
    "toString",
    "valueOf",
];

/// Names in use; hands out identifiers that are legal and unique.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// A scope in which these names are taken besides the reserved words.
    pub fn with_taken<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        Self {
            taken: names.into_iter().map(Into::into).collect(),
        }
    }

    /// An identifier close to `name`; where that is taken, with `kind` added (`auth` and `Function` give `authFunction`),
    /// then with a number.
    pub fn declare(&mut self, name: &str, kind: &str) -> String {
        let base = legal(name);
        let with_kind = format!("{base}{kind}");
        let identifier = std::iter::once(base)
            .chain(std::iter::once(with_kind.clone()))
            .chain((2u32..).map(|number| format!("{with_kind}{number}")))
            .find(|candidate| self.is_free(candidate))
            .unwrap_or(with_kind);
        self.taken.insert(identifier.clone());
        identifier
    }

    fn is_free(&self, identifier: &str) -> bool {
        !self.taken.contains(identifier) && !RESERVED.contains(&identifier)
    }
}

/// The name with everything that no identifier may hold taken out: `my-items` gives `myItems`, `1st` gives `_1st`.
fn legal(name: &str) -> String {
    let mut identifier = String::new();
    let mut capitalise = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '_' || character == '$' {
            if identifier.is_empty() && character.is_ascii_digit() {
                identifier.push('_');
            }
            identifier.push(if capitalise {
                character.to_ascii_uppercase()
            } else {
                character
            });
            capitalise = false;
        } else {
            capitalise = !identifier.is_empty();
        }
    }
    if identifier.is_empty() {
        identifier.push_str("unnamed");
    }
    identifier
}

/// The text can stand where JavaScript wants a property name without quotes.
pub fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$')
        && characters.all(|rest| rest.is_ascii_alphanumeric() || rest == '_' || rest == '$')
        // `__proto__: x` in a literal sets the prototype; quoted it would too, so the printer computes it.
        && text != "__proto__"
}
