//! TypeScript as data. Everything that reaches generated code is a [`Code`] value or an identifier from a [`Scope`], and
//! only [`print`] turns it into text: a hostile name can become a string, never code.

mod code;
mod identifier;
mod imports;
mod print;
mod property;
mod string;
#[cfg(test)]
mod tests;

pub use crate::backend::construct_names::is_object_member;
pub use code::{Code, Entry, Part, Statement};
pub use identifier::{Scope, is_identifier};
pub use imports::{ImportLine, ImportName, Imports};
pub use print::{print, print_statement};
pub use property::{camel_case, properties_to_code};
pub use string::{quote, template_text};
