//! JSON as the Amplify CLI reads it: a byte order mark, comments and trailing commas are tolerated.

use serde_json::Value;

use super::error::{Malformed, Syntax};

/// Parses a file. Line and column of an error count from 1 in the file as it is.
pub fn parse(path: &str, bytes: &[u8]) -> Result<Value, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        Malformed {
            path: path.to_owned(),
            line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
            column: 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count(),
            message: "the file is not valid UTF-8".to_owned(),
            syntax: Syntax::Json,
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Malformed {
            path: path.to_owned(),
            line: 1,
            column: 1,
            message: "the file is empty".to_owned(),
            syntax: Syntax::Json,
        });
    }
    serde_json::from_str(text)
        // What is tolerated is not what is wrong with the file: the second error is the one to show.
        .or_else(|_| serde_json::from_str(&without_comments(text)))
        .map_err(|error| Malformed {
            path: path.to_owned(),
            line: error.line(),
            column: error.column().max(1),
            message: without_position(&error.to_string()),
            syntax: Syntax::Json,
        })
}

/// serde_json ends its messages with the position, which we give separately.
fn without_position(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(position) => message[..position].to_owned(),
        None => message.to_owned(),
    }
}

/// Comments and trailing commas replaced by spaces, so that positions stay.
fn without_comments(text: &str) -> String {
    let mut clean: Vec<char> = text.chars().collect();
    let mut position = 0;
    let mut comma = None;
    let mut last = '{';
    while position < clean.len() {
        match clean[position] {
            '"' => {
                comma = None;
                last = '"';
                position = end_of_string(&clean, position);
            }
            '/' if clean.get(position + 1) == Some(&'/') => {
                while position < clean.len() && clean[position] != '\n' {
                    clean[position] = ' ';
                    position += 1;
                }
            }
            '/' if clean.get(position + 1) == Some(&'*') => {
                let end = (position + 2..clean.len())
                    .find(|at| clean[*at] == '/' && clean[*at - 1] == '*' && *at > position + 2)
                    .map_or(clean.len(), |at| at + 1);
                for character in &mut clean[position..end] {
                    if *character != '\n' {
                        *character = ' ';
                    }
                }
                position = end;
            }
            ',' => {
                // A comma after nothing is no trailing one.
                comma = (!matches!(last, '{' | '[' | ',')).then_some(position);
                last = ',';
                position += 1;
            }
            '}' | ']' => {
                if let Some(comma) = comma.take() {
                    clean[comma] = ' ';
                }
                last = clean[position];
                position += 1;
            }
            character => {
                if !character.is_whitespace() {
                    comma = None;
                    last = character;
                }
                position += 1;
            }
        }
    }
    clean.into_iter().collect()
}

/// The position after the string that starts at `start`.
fn end_of_string(text: &[char], start: usize) -> usize {
    let mut position = start + 1;
    while position < text.len() {
        match text[position] {
            '\\' => position += 2,
            '"' => return position + 1,
            _ => position += 1,
        }
    }
    text.len()
}

/// Line, from 1, of the first place in a JSON text where all of `keys` were seen one after the other. For findings: a
/// good guess costs nothing, so a wrong one only points a few lines off.
pub fn line_of(text: &str, keys: &[&str]) -> Option<u32> {
    let mut from = 0;
    for key in keys {
        let quoted = Value::from(*key).to_string();
        from += text[from..].find(&quoted)?;
    }
    u32::try_from(text[..from].matches('\n').count() + 1).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_trailing_commas_and_a_byte_order_mark_are_tolerated() {
        let text = "\u{feff}{ // a \"comment\"\n \"a\": \"//no\\\"t\", /* x, */ \"b\": [1, 2, ], }";
        assert_eq!(
            parse("x.json", text.as_bytes()).unwrap(),
            json!({"a": "//no\"t", "b": [1, 2]})
        );
    }

    #[test]
    fn an_error_tells_line_and_column() {
        let error = parse("a/b.json", b"{\n  \"a\": 1\n  \"b\": 2\n}").unwrap_err();
        assert_eq!((error.path.as_str(), error.line, error.column), ("a/b.json", 3, 3));
        assert!(!error.message.contains("line"), "{}", error.message);
    }

    #[test]
    fn the_error_is_the_real_one_and_not_a_comment_before_it() {
        let error = parse("x.json", b"{\n  // tolerated\n  \"a\": 1,\n  oops\n}").unwrap_err();
        assert_eq!((error.line, error.column), (4, 3));
    }

    #[test]
    fn an_empty_file_says_so() {
        for text in ["", " \r\n", "\u{feff}"] {
            let error = parse("x.json", text.as_bytes()).unwrap_err();
            assert_eq!(
                (error.line, error.column, error.message.as_str()),
                (1, 1, "the file is empty")
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_an_error() {
        let error = parse("x.json", b"{\n\"\xff\"}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 2));
    }

    #[test]
    fn commas_outside_of_lists_stay_errors() {
        for text in ["{,}", "[1,,2]", "{\"a\":,}", "", "/* open", "{\"a\": 1} x"] {
            assert!(parse("x", text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_line_of_nested_keys() {
        let text = "{\n \"a\": {\n  \"b\": 1\n },\n \"c\": {\n  \"b\": 2\n }\n}";
        assert_eq!(line_of(text, &["c", "b"]), Some(6));
        assert_eq!(line_of(text, &["c", "z"]), None);
    }

    proptest::proptest! {
        #[test]
        fn plain_json_is_read_as_it_is(text in "\\PC*") {
            let value = json!({ "key": text, "list": [text] });
            let printed = serde_json::to_string_pretty(&value).unwrap();
            proptest::prop_assert_eq!(parse("x", printed.as_bytes()).unwrap(), value.clone());
            proptest::prop_assert_eq!(without_comments(&printed), printed);
        }
    }
}
