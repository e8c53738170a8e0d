//! Places in the text of a JSON object, so that entries can be added without touching anything else. Works on text that a
//! parser has accepted before.

use std::ops::Range;

/// An entry of an object by its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name, decoded.
    pub key: String,
    /// From the opening quote of the key to the end of the value.
    pub span: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

/// The entries of the object that begins at `open` (the place of its brace), and the place after its closing brace.
/// `None` when there is no object or its text is not valid JSON.
pub fn entries(text: &str, open: usize) -> Option<(Vec<Entry>, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(open) != Some(&b'{') {
        return None;
    }
    let mut found = Vec::new();
    let mut position = skip_space(bytes, open + 1);
    while bytes.get(position)? != &b'}' {
        let key_end = end_of_string(bytes, position)?;
        let key = serde_json::from_str(text.get(position..key_end)?).ok()?;
        let colon = skip_space(bytes, key_end);
        let value = skip_space(bytes, colon + 1);
        let value_end = end_of_value(bytes, value)?;
        found.push(Entry {
            key,
            span: position..value_end,
            value: value..value_end,
        });
        position = skip_space(bytes, value_end);
        if bytes.get(position) == Some(&b',') {
            position = skip_space(bytes, position + 1);
        }
    }
    Some((found, position + 1))
}

/// Adds `"key": value` at its place in the alphabet. The layout is that of the neighbours; `indent` and `newline` are for
/// an object that is empty.
pub fn insert_sorted(text: &mut String, open: usize, key: &str, value: &str, layout: &Layout) {
    let Some((entries, end)) = entries(text, open) else {
        return;
    };
    let entry = format!("{}: {value}", quoted(key));
    let before = entries.iter().find(|entry| entry.key.as_str() > key);
    match (before, entries.last()) {
        (Some(next), _) => {
            let gap = gap_before(text, next.span.start);
            text.insert_str(next.span.start, &format!("{entry},{gap}"));
        }
        (None, Some(last)) => {
            let gap = gap_before(text, last.span.start);
            text.insert_str(last.span.end, &format!(",{gap}{entry}"));
        }
        (None, None) => {
            let (inner, outer) = layout.gaps(depth(text, open) + 1);
            text.replace_range(open + 1..end - 1, &format!("{inner}{entry}{outer}"));
        }
    }
}

/// Adds an entry after the one named `after`, else at the end.
pub fn insert_after(text: &mut String, open: usize, after: &str, key: &str, value: &str, layout: &Layout) {
    let Some((entries, end)) = entries(text, open) else {
        return;
    };
    let entry = format!("{}: {value}", quoted(key));
    match entries.iter().rfind(|entry| entry.key == after).or(entries.last()) {
        Some(previous) => {
            let gap = gap_before(text, previous.span.start);
            text.insert_str(previous.span.end, &format!(",{gap}{entry}"));
        }
        None => {
            let (inner, outer) = layout.gaps(depth(text, open) + 1);
            text.replace_range(open + 1..end - 1, &format!("{inner}{entry}{outer}"));
        }
    }
}

/// How a file is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    indent: String,
    newline: &'static str,
}

impl Layout {
    /// Of a text: the indentation of its first entry, two spaces when there is none.
    pub fn of(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let indent = text
            .find('{')
            .and_then(|open| {
                let rest = &text[open + 1..];
                let space = &rest[..rest.len() - rest.trim_start().len()];
                space.rsplit_once('\n').map(|(_, indent)| indent.to_owned())
            })
            .filter(|indent| !indent.is_empty())
            .unwrap_or_else(|| "  ".to_owned());
        Self { indent, newline }
    }

    fn gaps(&self, depth: usize) -> (String, String) {
        (
            format!("{}{}", self.newline, self.indent.repeat(depth)),
            format!("{}{}", self.newline, self.indent.repeat(depth.saturating_sub(1))),
        )
    }
}

/// A text as JSON.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Line and column from 1 of a place.
pub fn line_and_column(text: &str, position: usize) -> (usize, usize) {
    let before = text.get(..position).unwrap_or(text);
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
    (line, column)
}

/// White space between the previous token and the entry at `position`.
fn gap_before(text: &str, position: usize) -> String {
    let before = &text[..position];
    let gap = &before[before.trim_end().len()..];
    let is_first = before.trim_end().ends_with('{');
    if gap.is_empty() && !is_first {
        return String::new();
    }
    // `{ "a": 1 }` on one line: entries are separated by one space whatever follows the brace.
    if gap.contains('\n') {
        gap.to_owned()
    } else {
        " ".to_owned()
    }
}

/// Objects and lists that are open around the one at `open`.
fn depth(text: &str, open: usize) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut position = 0;
    while position < open {
        match bytes[position] {
            b'"' => {
                position = end_of_string(bytes, position).unwrap_or(open);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        position += 1;
    }
    depth
}

fn skip_space(bytes: &[u8], mut position: usize) -> usize {
    while bytes.get(position).is_some_and(u8::is_ascii_whitespace) {
        position += 1;
    }
    position
}

fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut position = start + 1;
    loop {
        match bytes.get(position)? {
            b'\\' => position += 2,
            b'"' => return Some(position + 1),
            _ => position += 1,
        }
    }
}

fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start)? {
        b'"' => end_of_string(bytes, start),
        b'{' | b'[' => {
            let mut depth = 0_usize;
            let mut position = start;
            loop {
                match bytes.get(position)? {
                    b'"' => {
                        position = end_of_string(bytes, position)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(position + 1);
                        }
                    }
                    _ => {}
                }
                position += 1;
            }
        }
        _ => {
            let length = bytes[start..]
                .iter()
                .take_while(|byte| !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace())
                .count();
            Some(start + length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_by_their_places() {
        let text = "{ \"a\\\"b\": [1, {\"x\": \"}\"}], \"c\": -1.5e3,\n\"d\": {} }";
        let (entries, end) = entries(text, 0).unwrap();
        assert_eq!(end, text.len());
        let seen: Vec<(&str, &str)> = entries
            .iter()
            .map(|entry| (entry.key.as_str(), &text[entry.value.clone()]))
            .collect();
        assert_eq!(seen, [("a\"b", "[1, {\"x\": \"}\"}]"), ("c", "-1.5e3"), ("d", "{}")]);
    }

    #[test]
    fn additions_follow_the_layout() {
        let cases = [
            (
                "{\n\t\"a\": 1,\n\t\"c\": 1\n}",
                "{\n\t\"a\": 1,\n\t\"b\": 2,\n\t\"c\": 1\n}",
            ),
            ("{\n    \"a\": 1\n}", "{\n    \"a\": 1,\n    \"b\": 2\n}"),
            ("{\"c\":1}", "{\"b\": 2, \"c\":1}"),
            ("{\"a\":1}", "{\"a\":1, \"b\": 2}"),
            ("{}", "{\n  \"b\": 2\n}"),
            ("{ }", "{\n  \"b\": 2\n}"),
        ];
        for (before, after) in cases {
            let mut text = before.to_owned();
            insert_sorted(&mut text, 0, "b", "2", &Layout::of(before));
            assert_eq!(text, after);
        }
    }
}
