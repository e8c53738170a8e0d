//! Texts in quotes in the sources of a JavaScript or TypeScript app, with where they are and what stands before them.
//! Comments are skipped. A text in single or double quotes ends with its line, so that an apostrophe in JSX does no harm.

/// A text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal<'t> {
    /// What is between the quotes, as it is written.
    pub(super) content: &'t str,
    /// Byte position of the content.
    pub(super) start: usize,
    /// Code before the opening quote, without comments and white space at its end; at most the last 200 bytes.
    pub(super) before: String,
}

const BEFORE: usize = 200;

/// Every text in quotes, in order.
pub(super) fn literals(text: &str) -> Vec<Literal<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut before = String::new();
    let mut position = 0;
    while position < bytes.len() {
        match (bytes[position], bytes.get(position + 1)) {
            (b'/', Some(b'/')) => position = end_of_line(bytes, position),
            (b'/', Some(b'*')) => {
                position = text[position + 2..]
                    .find("*/")
                    .map_or(bytes.len(), |end| position + 2 + end + 2);
            }
            (quote @ (b'"' | b'\'' | b'`'), _) => {
                let start = position + 1;
                match end_of_literal(bytes, start, quote) {
                    Some(end) => {
                        found.push(Literal {
                            content: &text[start..end],
                            start,
                            before: tail(&before),
                        });
                        // The text itself is no code.
                        before.push('"');
                        before.push('"');
                        position = end + 1;
                    }
                    None => {
                        before.push(char::from(quote));
                        position = start;
                    }
                }
            }
            _ => {
                let character = text[position..].chars().next().unwrap_or(' ');
                before.push(character);
                position += character.len_utf8();
            }
        }
        if before.len() > 4 * BEFORE {
            before = tail(&before);
        }
    }
    found
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |at| from + at)
}

/// Position of the closing quote.
fn end_of_literal(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut position = start;
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 2,
            b'\n' if quote != b'`' => return None,
            byte if byte == quote => return Some(position),
            _ => position += 1,
        }
    }
    None
}

fn tail(code: &str) -> String {
    let code = code.trim_end();
    let mut start = code.len().saturating_sub(BEFORE);
    while !code.is_char_boundary(start) {
        start += 1;
    }
    code[start..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_apostrophes_do_no_harm() {
        let text = "// 'no'\n/* \"no\" */ import a from /* x */ './a';\n<p>don't</p>\nconst b = \"b\\\"c\" + `d\ne`;";
        let found: Vec<(&str, bool)> = literals(text)
            .into_iter()
            .map(|literal| (literal.content, literal.before.ends_with("from")))
            .collect();
        assert_eq!(found, [("./a", true), ("b\\\"c", false), ("d\ne", false)]);
        for literal in literals(text) {
            assert_eq!(
                &text[literal.start..literal.start + literal.content.len()],
                literal.content
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_scanned(text in "[\\PC\n'\"`\\\\/*]*") {
            for literal in literals(&text) {
                proptest::prop_assert_eq!(&text[literal.start..literal.start + literal.content.len()], literal.content);
            }
        }
    }
}
