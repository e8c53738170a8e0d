const BLOCK_BEGIN: &str = "#amplify-do-not-edit-begin";
const BLOCK_END: &str = "#amplify-do-not-edit-end";

/// What Gen 2 makes and nobody commits.
const GEN2: [&str; 3] = ["node_modules", ".amplify", "amplify_outputs*"];

/// The user's file without the CLI's block. What the block kept out of git stays out, unless it lay in the Gen 1 folder.
pub(super) fn edit(text: &str) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut kept: Vec<&str> = Vec::new();
    let mut from_block: Vec<&str> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        match line.trim() {
            BLOCK_BEGIN => in_block = true,
            BLOCK_END => in_block = false,
            pattern if in_block => {
                let gen1 = pattern.is_empty()
                    || pattern.starts_with(['!', '#'])
                    || pattern.trim_start_matches('/').starts_with("amplify/")
                    || pattern == "**.sample";
                if !gen1 {
                    from_block.push(pattern);
                }
            }
            _ => kept.push(line.trim_end_matches('\r')),
        }
    }
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    let mut added: Vec<&str> = Vec::new();
    for pattern in GEN2.into_iter().chain(from_block) {
        let known = kept.iter().chain(&added).any(|line| same(line, pattern));
        if !known {
            added.push(pattern);
        }
    }
    let mut lines: Vec<&str> = kept;
    if !added.is_empty() {
        if !lines.is_empty() {
            lines.push("");
        }
        lines.push("# amplify");
        lines.extend(added);
    }
    let mut edited = lines.join(line_end);
    edited.push_str(line_end);
    edited
}

fn same(line: &str, pattern: &str) -> bool {
    fn bare(text: &str) -> &str {
        text.trim().trim_start_matches('/').trim_end_matches('/')
    }
    bare(line) == bare(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_goes_and_what_it_hid_stays_hidden() {
        let text = "# mine\ndist\n!keep\n\n#amplify-do-not-edit-begin\namplify/\\#current-cloud-backend\n!build/\ndist/\nnode_modules/\naws-exports.js\n**.sample\n#amplify-do-not-edit-end\n";
        let edited = edit(text);
        assert_eq!(
            edited,
            "# mine\ndist\n!keep\n\n# amplify\nnode_modules\n.amplify\namplify_outputs*\naws-exports.js\n"
        );
        assert_eq!(edit(&edited), edited);
    }

    #[test]
    fn line_ends_stay_and_an_absent_file_is_made() {
        assert_eq!(edit(""), "# amplify\nnode_modules\n.amplify\namplify_outputs*\n");
        let edited = edit("a\r\nb\r\n");
        assert_eq!(
            edited,
            "a\r\nb\r\n\r\n# amplify\r\nnode_modules\r\n.amplify\r\namplify_outputs*\r\n"
        );
        assert_eq!(edit(&edited), edited);
    }

    #[test]
    fn a_block_without_end_is_taken_to_the_end_of_the_file() {
        let edited = edit("x\n#amplify-do-not-edit-begin\ndist/\n");
        assert!(!edited.contains("do-not-edit") && edited.contains("dist/"));
    }
}
