//! `override.ts` files: whether their `override()` really does something.

/// The body of the exported function `override` holds a statement. The CLI's skeleton has comments at most.
/// A file without such a function that holds any code counts as one that does something: it is not the skeleton.
pub fn does_something(text: &str) -> bool {
    let code = without_comments(text);
    let Some(name) = function_named_override(&code) else {
        return code.lines().any(|line| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("import ")
        });
    };
    let Some(parameters) = code[name..].find('(').map(|at| name + at) else {
        return true;
    };
    let Some(after_parameters) = closing(&code, parameters, '(', ')') else {
        return true;
    };
    // A return type may hold braces only as an object type; the CLI's skeleton has none.
    let Some(open) = code[after_parameters..].find('{').map(|at| after_parameters + at) else {
        return true;
    };
    match closing(&code, open, '{', '}') {
        Some(end) => !code[open + 1..end].trim().trim_matches(';').is_empty(),
        None => true,
    }
}

/// Line, from 1, of the function `override`.
pub fn line(text: &str) -> Option<u32> {
    let at = text.find("override(")?;
    u32::try_from(text[..at].matches('\n').count() + 1).ok()
}

/// The line that names something, else the line of the function.
pub fn line_naming(text: &str, name: &str) -> Option<u32> {
    match text.find(name) {
        Some(at) => u32::try_from(text[..at].matches('\n').count() + 1).ok(),
        None => line(text),
    }
}

fn function_named_override(code: &str) -> Option<usize> {
    ["function override", "const override"]
        .iter()
        .find_map(|needle| code.find(needle).map(|at| at + needle.len()))
}

/// Position of the bracket that closes the one at `open`; texts are skipped.
fn closing(code: &str, open: usize, opening: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (position, character) in code[open..].char_indices() {
        if let Some(mark) = quote {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                character if character == mark => quote = None,
                _ => {}
            }
            continue;
        }
        match character {
            '"' | '\'' | '`' => quote = Some(character),
            character if character == opening => depth += 1,
            character if character == close => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(open + position);
                }
            }
            _ => {}
        }
    }
    None
}

/// Comments replaced by nothing; texts are kept.
pub(crate) fn without_comments(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(character) = characters.next() {
        if let Some(mark) = quote {
            clean.push(character);
            if character == '\\' {
                clean.extend(characters.next());
            } else if character == mark || character == '\n' && mark != '`' {
                quote = None;
            }
            continue;
        }
        match (character, characters.peek()) {
            ('/', Some('/')) => {
                for skipped in characters.by_ref() {
                    if skipped == '\n' {
                        clean.push('\n');
                        break;
                    }
                }
            }
            ('/', Some('*')) => {
                characters.next();
                let mut before = ' ';
                for skipped in characters.by_ref() {
                    if before == '*' && skipped == '/' {
                        break;
                    }
                    if skipped == '\n' {
                        clean.push('\n');
                    }
                    before = skipped;
                }
            }
            ('"' | '\'' | '`', _) => {
                quote = Some(character);
                clean.push(character);
            }
            _ => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skeleton_does_nothing() {
        for skeleton in [
            "import { AmplifyAuthCognitoStackTemplate } from '@aws-amplify/cli-extensibility-helper';\n\nexport function override(resources: AmplifyAuthCognitoStackTemplate) {\n\n}\n",
            "export function override(resources: T, amplifyProjectInfo: P) {\n  // resources.userPool.x = 1;\n  /* {\n */\n}\n",
            "",
            "// nothing\n",
        ] {
            assert!(!does_something(skeleton), "{skeleton}");
        }
    }

    #[test]
    fn statements_are_seen() {
        for code in [
            "export function override(resources: T) {\n  resources.userPool.userPoolName = '// x }';\n}",
            "export const override = (resources: T) => { resources.a = 1 }",
            "export function override(resources: T) { if (true) {} }",
            "module.exports = { override: go }",
        ] {
            assert!(does_something(code), "{code}");
        }
    }

    #[test]
    fn the_line_of_the_function() {
        assert_eq!(line("import x\n\nexport function override(r) {}"), Some(3));
    }
}
