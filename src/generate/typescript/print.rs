use super::{
    code::{Code, Entry, Part, Statement},
    identifier::is_identifier,
    string::{quote, template_text},
};

const INDENT: &str = "  ";

/// The expression as text, one element a line. `level` is the depth of the line it begins on.
pub fn print(code: &Code, level: usize) -> String {
    let mut text = String::new();
    write(&mut text, code, level);
    text
}

/// The statement as text, without indentation before its first line.
pub fn print_statement(statement: &Statement, level: usize) -> String {
    match statement {
        Statement::Const(name, value) => format!("const {name} = {};", print(value, level)),
        Statement::Destructure(names, value) => {
            format!("const {{ {} }} = {};", names.join(", "), print(value, level))
        }
        Statement::Assign(target, value) => format!("{} = {};", print(target, level), print(value, level)),
        Statement::Expression(value) => format!("{};", print(value, level)),
        Statement::Return(value) => format!("return {};", print(value, level)),
        Statement::If(condition, statements) => {
            print_block(&format!("if ({})", print(condition, level)), statements, level)
        }
        Statement::ForOf(name, list, statements) => print_block(
            &format!("for (const {name} of {})", print(list, level)),
            statements,
            level,
        ),
    }
}

fn print_block(head: &str, statements: &[Statement], level: usize) -> String {
    let mut text = format!("{head} {{\n");
    for inner in statements {
        text.push_str(&INDENT.repeat(level + 1));
        text.push_str(&print_statement(inner, level + 1));
        text.push('\n');
    }
    text.push_str(&INDENT.repeat(level));
    text.push('}');
    text
}

fn write(text: &mut String, code: &Code, level: usize) {
    match code {
        Code::Undefined => text.push_str("undefined"),
        Code::Null => text.push_str("null"),
        Code::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        Code::Number(number) => text.push_str(&number.to_string()),
        Code::Text(value) => text.push_str(&quote(value)),
        Code::Template(parts) => write_template(text, parts, level),
        Code::Name(name) | Code::Import(_, name) => text.push_str(name),
        Code::Member(object, property) => {
            write_operand(text, object, level);
            if is_identifier(property) {
                text.push('.');
                text.push_str(property);
            } else {
                text.push('[');
                text.push_str(&quote(property));
                text.push(']');
            }
        }
        Code::Index(object, key) => {
            write_operand(text, object, level);
            text.push('[');
            write(text, key, level);
            text.push(']');
        }
        Code::NonNull(value) => {
            write_operand(text, value, level);
            text.push('!');
        }
        Code::As(value, class) => {
            write(text, value, level);
            text.push_str(" as ");
            write(text, class, level);
        }
        Code::InstanceOf(value, class) => {
            write_operand(text, value, level);
            text.push_str(" instanceof ");
            write_operand(text, class, level);
        }
        Code::Call(callee, arguments) => {
            write_operand(text, callee, level);
            write_arguments(text, arguments, level);
        }
        Code::New(class, arguments) => {
            text.push_str("new ");
            write_operand(text, class, level);
            write_arguments(text, arguments, level);
        }
        Code::Array(items) => write_block(text, '[', items, ']', level, |text, item, level| {
            write(text, item, level);
        }),
        Code::Object(entries) => write_block(text, '{', entries, '}', level, write_entry),
        Code::Arrow(parameters, body) => {
            text.push_str(&format!("({}) => ", parameters.join(", ")));
            // A body that begins with a brace would be read as a block.
            if matches!(**body, Code::Object(_)) {
                text.push('(');
                write(text, body, level);
                text.push(')');
            } else {
                write(text, body, level);
            }
        }
    }
}

/// What stands before `.`, `[`, `(` or `!`.
fn write_operand(text: &mut String, code: &Code, level: usize) {
    if matches!(
        code,
        Code::As(..) | Code::InstanceOf(..) | Code::Arrow(..) | Code::New(..) | Code::Number(_) | Code::Object(_)
    ) {
        text.push('(');
        write(text, code, level);
        text.push(')');
    } else {
        write(text, code, level);
    }
}

fn write_template(text: &mut String, parts: &[Part], level: usize) {
    text.push('`');
    for part in parts {
        match part {
            Part::Text(value) => text.push_str(&template_text(value)),
            Part::Code(code) => {
                text.push_str("${");
                write(text, code, level);
                text.push('}');
            }
        }
    }
    text.push('`');
}

fn write_arguments(text: &mut String, arguments: &[Code], level: usize) {
    text.push('(');
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        match argument {
            Code::Array(items) if items.iter().all(|item| matches!(item, Code::Text(_))) => {
                write_words(text, items, level);
            }
            argument => write(text, argument, level),
        }
    }
    text.push(')');
}

/// A list of words as an argument stands on one line: `to(['read', 'write'])`.
fn write_words(text: &mut String, words: &[Code], level: usize) {
    text.push('[');
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write(text, word, level);
    }
    text.push(']');
}

fn write_entry(text: &mut String, entry: &Entry, level: usize) {
    match entry {
        Entry::Property(key, Code::Name(name) | Code::Import(_, name)) if key == name => text.push_str(name),
        Entry::Property(key, value) => {
            if is_identifier(key) {
                text.push_str(key);
            } else if key == "__proto__" {
                text.push_str("['__proto__']");
            } else {
                text.push_str(&quote(key));
            }
            text.push_str(": ");
            write(text, value, level);
        }
        Entry::Computed(key, value) => {
            text.push('[');
            write(text, key, level);
            text.push_str("]: ");
            write(text, value, level);
        }
    }
}

fn write_block<T>(
    text: &mut String,
    open: char,
    items: &[T],
    close: char,
    level: usize,
    write_item: impl Fn(&mut String, &T, usize),
) {
    text.push(open);
    if !items.is_empty() {
        for item in items {
            text.push('\n');
            text.push_str(&INDENT.repeat(level + 1));
            write_item(text, item, level + 1);
            text.push(',');
        }
        text.push('\n');
        text.push_str(&INDENT.repeat(level));
    }
    text.push(close);
}
