//! `.gitignore`: Gen 1's block goes, Gen 2's lines come, everything else stays byte by byte.

use super::Edited;
use crate::backend::finding::{Finding, Severity};

const BEGIN: &str = "#amplify-do-not-edit-begin";
const END: &str = "#amplify-do-not-edit-end";
const HEADER: &str = "# amplify";
/// What Gen 2 and its client configuration leave in a work tree. Build folders are the user's own affair.
const IGNORED: [&str; 5] = [
    ".amplify",
    "amplify_outputs*",
    "amplifyconfiguration*",
    "aws-exports*",
    "node_modules",
];

/// Edits the file; an absent one is made.
pub fn edit_gitignore(text: Option<&str>) -> Edited {
    let text = text.unwrap_or_default();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut findings = Vec::new();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut position = 0;
    while let Some(line) = lines.get(position) {
        if line.trim() != BEGIN {
            kept.push(line);
            position += 1;
            continue;
        }
        match lines[position..].iter().position(|line| line.trim() == END) {
            Some(length) => {
                // The separating blank line that the Amplify CLI wrote before its block is not taken: it may be the user's.
                position += length + 1;
            }
            None => {
                findings.push(Finding {
                    id: "gitignore-block-open".into(),
                    severity: Severity::Manual,
                    feature: "gitignore".into(),
                    message: format!("The block of Gen 1 that begins with {BEGIN} has no end: it was left as it is."),
                    path: ".gitignore".into(),
                    line: u32::try_from(position + 1).ok(),
                    remedy: "Remove the lines of Gen 1 by hand.".into(),
                });
                kept.extend(&lines[position..]);
                break;
            }
        }
    }
    let mut text: String = kept.concat();
    let missing: Vec<&str> = IGNORED
        .into_iter()
        .filter(|wanted| !text.lines().any(|line| line.trim_end() == *wanted))
        .collect();
    if missing.is_empty() {
        return Edited { text, findings };
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(newline);
    }
    if text.lines().next_back().is_some_and(|line| !line.trim().is_empty()) {
        text.push_str(newline);
    }
    for line in std::iter::once(HEADER).chain(missing) {
        text.push_str(line);
        text.push_str(newline);
    }
    Edited { text, findings }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: &str = "# amplify\n.amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\nnode_modules\n";

    fn edited(text: &str) -> String {
        edit_gitignore(Some(text)).text
    }

    #[test]
    fn an_absent_file_is_made() {
        assert_eq!(edit_gitignore(None).text, ALL);
    }

    #[test]
    fn only_the_block_goes() {
        let text =
            "a\n\n\n# mine\nbuild/\n#amplify-do-not-edit-begin\n!build/\nnode_modules/\n#amplify-do-not-edit-end\nb\n";
        assert_eq!(edited(text), format!("a\n\n\n# mine\nbuild/\nb\n\n{ALL}"));
    }

    #[test]
    fn user_lines_between_two_blocks_stay() {
        let block = "#amplify-do-not-edit-begin\nx\n#amplify-do-not-edit-end\n";
        let text = format!("{block}mine\n{block}");
        assert_eq!(edited(&text), format!("mine\n\n{ALL}"));
    }

    #[test]
    fn a_block_without_end_is_reported_and_kept() {
        let text = "a\n#amplify-do-not-edit-begin\n!amplify/x\n";
        let result = edit_gitignore(Some(text));
        assert!(result.text.starts_with(text));
        assert_eq!(result.findings[0].line, Some(2));
    }

    #[test]
    fn lines_are_compared_as_a_whole() {
        let text = "!build/\nnode_modules_old\n/.amplify\n";
        assert_eq!(edited(text), format!("{text}\n{ALL}"));
        assert!(!edited("").lines().any(|line| line == "build" || line == "dist"));
    }

    #[test]
    fn only_what_is_missing_is_added() {
        assert_eq!(
            edited("node_modules\n.amplify\n"),
            "node_modules\n.amplify\n\n# amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\n"
        );
    }

    #[test]
    fn line_endings_stay() {
        let text = "a\r\n#amplify-do-not-edit-begin\r\nx\r\n#amplify-do-not-edit-end\r\nlast";
        assert_eq!(edited(text), format!("a\r\nlast\r\n\r\n{}", ALL.replace('\n', "\r\n")));
    }

    proptest! {
        #[test]
        fn twice_is_once_and_no_user_line_is_lost(
            lines in prop::collection::vec("(#amplify-do-not-edit-(begin|end)|node_modules|[ !a-z#/]{0,8})", 0..12),
            ending in "\r?\n",
        ) {
            let text: String = lines.iter().map(|line| format!("{line}{ending}")).collect();
            let once = edited(&text);
            prop_assert_eq!(edited(&once), once.clone());
            let mut depth = false;
            let user: Vec<&str> = lines
                .iter()
                .filter(|line| {
                    depth |= line.as_str() == BEGIN;
                    let is_user = !depth;
                    depth &= line.as_str() != END;
                    is_user
                })
                .map(String::as_str)
                .collect();
            let mut rest = once.lines();
            for line in user {
                prop_assert!(rest.any(|kept| kept == line), "{:?} is lost", line);
            }
        }
    }
}
