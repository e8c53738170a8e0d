/// A single-quoted string literal.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        match character {
            '\'' => quoted.push_str("\\'"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            character => push_visible(&mut quoted, character),
        }
    }
    quoted.push('\'');
    quoted
}

/// Text between the backticks of a template literal, outside of `${...}`.
pub fn template_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '`' => escaped.push_str("\\`"),
            '\\' => escaped.push_str("\\\\"),
            '$' if characters.peek() == Some(&'{') => escaped.push_str("\\$"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            character => push_visible(&mut escaped, character),
        }
    }
    escaped
}

/// Control characters, line separators and bidirectional marks are written as escapes, so that what is read is what runs.
fn push_visible(text: &mut String, character: char) {
    let hidden = character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        );
    if hidden {
        text.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
    } else {
        text.push(character);
    }
}
