//! Edits of the common ways to import the configuration. Only the text in the quotes changes, so that everything else
//! stays as it was.

use super::{
    literals::{Literal, literals},
    usage::{is_configuration, is_module},
};

/// The text of a file with imports of the Gen 1 configuration turned into imports of `amplify_outputs.json` in the root
/// of the project; `None` when there is nothing to edit. Editing twice changes nothing more.
///
/// Only default imports, `import ... = require(...)`, side-effect free `require` and `import(...)` are edited: a namespace
/// or named import reads keys that Gen 2 does not have.
pub fn edited(path: &str, text: &str) -> Option<String> {
    let replacement = outputs_from(path);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for literal in literals(text) {
        if is_configuration(literal.content)
            && is_module(&literal)
            && is_plain(&literal, &text[literal.start + literal.content.len()..])
            && is_relative(literal.content)
        {
            result.push_str(&text[done..literal.start]);
            result.push_str(&replacement);
            done = literal.start + literal.content.len();
        }
    }
    (done > 0).then(|| {
        result.push_str(&text[done..]);
        result
    })
}

fn is_relative(specifier: &str) -> bool {
    specifier.starts_with("./") || specifier.starts_with("../")
}

/// Nothing but the whole configuration is imported.
fn is_plain(literal: &Literal<'_>, after: &str) -> bool {
    let before = literal.before.as_str();
    let Some(clause) = before.strip_suffix("from") else {
        // A bare import has no name at all.
        return before.ends_with('(') && is_whole(before, after);
    };
    let clause = clause.rsplit("import").next().unwrap_or_default().trim();
    !clause.is_empty()
        && clause
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '_' | '$'))
}

/// `require(...)` and `import(...)` give the whole, unless a member of it is taken at once, in front or behind. `default` is
/// the whole of what `import(...)` gives, and nothing of what `require(...)` gives.
fn is_whole(before: &str, after: &str) -> bool {
    let call = before.trim_end_matches('(').trim_end();
    let (left, is_import) = match call.strip_suffix("import") {
        Some(left) => (left, true),
        None => (call.strip_suffix("require").unwrap_or(before), false),
    };
    let words = |character: char| character.is_whitespace() || character == '(';
    let left = left.trim_end_matches(words);
    let left = left.strip_suffix("await").unwrap_or(left).trim_end_matches(words);
    let taken_in_front = left
        .strip_suffix('=')
        .map(str::trim_end)
        .filter(|target| target.ends_with('}'))
        .map(|target| target.rsplit('{').next().unwrap_or_default().trim_end_matches('}'));
    let mut right = after.trim_start_matches(['\'', '"', '`']).trim_start();
    while let Some(rest) = right.strip_prefix(')') {
        right = rest.trim_start();
    }
    let right = match right.strip_prefix(".default") {
        Some(rest) if is_import => rest,
        _ => right,
    };
    let is_default = |names: &str| is_import && names.trim_start().starts_with("default:") && !names.contains(',');
    taken_in_front.is_none_or(is_default) && !right.starts_with(['.', '[', '_']) && !right.starts_with("?.")
}

/// `amplify_outputs.json` in the root of the project, seen from a file.
fn outputs_from(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./amplify_outputs.json".to_owned(),
        depth => format!("{}amplify_outputs.json", "../".repeat(depth)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_imports_are_edited_and_nothing_else() {
        for (path, before, after) in [
            (
                "src/main.tsx",
                "import config from './aws-exports';",
                "import config from '../amplify_outputs.json';",
            ),
            (
                "App.js",
                "import awsExports from \"./src/aws-exports.js\" // x",
                "import awsExports from \"./amplify_outputs.json\" // x",
            ),
            (
                "src/a/b.ts",
                "const c = require( '../amplifyconfiguration.json' );",
                "const c = require( '../../amplify_outputs.json' );",
            ),
            (
                "src/x.js",
                "const c = await import('./aws-exports');",
                "const c = await import('../amplify_outputs.json');",
            ),
            (
                "src/x.js",
                "const c = (await import('./aws-exports')).default;",
                "const c = (await import('../amplify_outputs.json')).default;",
            ),
            (
                "src/x.js",
                "const { default: c } = await import('./aws-exports');",
                "const { default: c } = await import('../amplify_outputs.json');",
            ),
        ] {
            let edit = edited(path, before).unwrap();
            assert_eq!(edit, after);
            assert_eq!(edited(path, &edit), None, "editing twice changes nothing");
        }
        for text in [
            "import * as config from './aws-exports';",
            "import { aws_user_pools_id } from './aws-exports';",
            "// import config from './aws-exports';",
            "const text = './aws-exports';",
            "import config from '@company/aws-exports';",
            "import './aws-exports-else';",
            "const { default: config } = require('./aws-exports.js');",
            "const { aws_user_pools_id } = await import('./aws-exports');",
            "const config = require('./aws-exports').default;",
            "const id = (await import('./aws-exports')) .aws_user_pools_id;",
            "const id = require('./aws-exports')['aws_user_pools_id'];",
            "import('./aws-exports').then((m) => m.default);",
        ] {
            assert_eq!(edited("src/x.js", text), None, "{text}");
        }
    }

    #[test]
    fn line_ends_and_everything_around_stay() {
        let text = "import a from 'a';\r\nimport c from './aws-exports';\r\n\r\nconst x = `é`;\r\n";
        assert_eq!(
            edited("src/x.js", text).unwrap(),
            "import a from 'a';\r\nimport c from '../amplify_outputs.json';\r\n\r\nconst x = `é`;\r\n"
        );
    }
}
