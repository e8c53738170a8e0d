//! Shell commands of a build: finding and replacing Gen 1's deployment.

const PUSH: &str = "amplifyPush";

/// The command calls `amplifyPush`, or is a remark about it.
pub fn is_push(command: &str) -> bool {
    !is_comment(command) && next_push(command, 0).is_some()
}

/// The remark that Gen 1's default file has before the call.
pub fn is_cli_comment(command: &str) -> bool {
    is_comment(command) && (command.contains("Amplify CLI") || command.contains(PUSH))
}

fn is_comment(command: &str) -> bool {
    command.trim_start().starts_with('#') && command.trim().lines().count() == 1
}

/// The command deploys with Gen 2's pipeline command, or only makes its outputs.
pub fn is_gen2_deployment(command: &str) -> bool {
    !is_comment(command)
        && command.contains("ampx")
        && (command.contains("pipeline-deploy") || command.contains("generate outputs"))
}

/// The command calls Gen 1's CLI or its helper scripts.
pub fn is_gen1_command(command: &str) -> bool {
    if is_comment(command) {
        return false;
    }
    let words: Vec<&str> = command
        .split(|character: char| character.is_whitespace() || "&|;()\"'".contains(character))
        .filter(|word| !word.is_empty())
        .collect();
    let calls_cli = words.windows(2).any(|pair| {
        pair[0] == "amplify"
            && matches!(
                pair[1],
                "push" | "pull" | "init" | "env" | "codegen" | "publish" | "configure" | "status"
            )
    });
    // Gen 2's folder `amplify/` has no folder `backend`.
    let is_of_gen1 = |word: &&str| word.contains("amplify/backend/") || word.ends_with("amplify/backend");
    calls_cli
        || words.iter().any(is_of_gen1)
        || words.contains(&"@aws-amplify/cli")
        || words.iter().any(|word| word.starts_with("@aws-amplify/cli@"))
}

/// A command after the replacement.
#[derive(Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The new command.
    pub text: String,
    /// There was nothing else in it than one call.
    pub is_whole: bool,
    /// Flags that have no successor.
    pub dropped: Vec<String>,
}

/// Replaces every call with its flags in the raw text of a YAML scalar (quotes included).
pub fn replace_push(raw: &str, replacement: &str) -> Replaced {
    let mut text = String::with_capacity(raw.len() + replacement.len());
    let mut rest = 0;
    let mut dropped = Vec::new();
    let mut is_whole = true;
    while let Some(start) = next_push(raw, rest) {
        let end = end_of_call(raw, start + PUSH.len());
        let flags = raw[start + PUSH.len()..end].trim();
        if !flags.is_empty() && flags != "--simple" && flags != "-s" {
            dropped.push(flags.to_owned());
        }
        is_whole &= raw[rest..start].chars().all(|character| "\"' ".contains(character)) && rest == 0;
        text.push_str(&raw[rest..start]);
        text.push_str(replacement);
        rest = end;
    }
    is_whole &= rest > 0 && raw[rest..].chars().all(|character| "\"' ".contains(character));
    text.push_str(&raw[rest..]);
    Replaced {
        text,
        is_whole,
        dropped,
    }
}

/// The next call from `from` on: the name as a word of its own.
fn next_push(command: &str, from: usize) -> Option<usize> {
    let mut position = from;
    while let Some(found) = command[position..].find(PUSH) {
        let start = position + found;
        let end = start + PUSH.len();
        let is_boundary = |character: Option<char>| {
            character.is_none_or(|character| character.is_whitespace() || "\"'`&|;(){}".contains(character))
        };
        let line = command[..start].rfind('\n').map_or(0, |at| at + 1);
        let in_comment = command[line..start].trim_start().starts_with('#');
        if !in_comment
            && is_boundary(command[..start].chars().next_back())
            && is_boundary(command[end..].chars().next())
        {
            return Some(start);
        }
        position = end;
    }
    None
}

/// Where the flags of a call end: at the next separator of the shell, the end of the line or the quote around it.
fn end_of_call(command: &str, from: usize) -> usize {
    let rest = &command[from..];
    let mut length = 0;
    while let Some(next) = rest[length..].find(|character| "&|;()\"'`\n\r}#".contains(character)) {
        let at = length + next;
        // A quote at the beginning of a word is the value of a flag, up to its partner.
        let value = rest[at..].strip_prefix(['"', '\'']).filter(|_| opens_word(&rest[..at]));
        let partner = value.and_then(|value| {
            let quote = rest[at..].chars().next()?;
            let line = value.split('\n').next()?;
            Some(at + 1 + line.find(quote)? + 1)
        });
        match partner {
            Some(after) => length = after,
            None => {
                length = at;
                return from + rest[..length].trim_end().len();
            }
        }
    }
    // `2>&1` belongs to the call's words up to the separator; white space before it does not.
    from + rest.trim_end().len()
}

fn opens_word(before: &str) -> bool {
    before.ends_with(|character: char| character.is_whitespace() || character == '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_whole_words() {
        for call in [
            "amplifyPush",
            "amplifyPush --simple",
            "cd x && amplifyPush --simple",
            "if [ a ]; then amplifyPush; fi",
            "bash -c \"amplifyPush --simple\"",
            "echo a\namplifyPush --simple\n",
        ] {
            assert!(is_push(call), "{call}");
        }
        for other in [
            "# amplifyPush",
            "./amplifyPush.sh",
            "myamplifyPush",
            "amplifyPusher",
            "amplify push",
        ] {
            assert!(!is_push(other), "{other}");
        }
    }

    #[test]
    fn only_the_call_is_replaced() {
        let cases = [
            ("amplifyPush --simple", "R", true),
            ("'amplifyPush --simple'", "'R'", true),
            ("\"amplifyPush\"", "\"R\"", true),
            ("cd x && amplifyPush --simple && echo ok", "cd x && R && echo ok", false),
            (
                "if a; then amplifyPush --simple; else b; fi",
                "if a; then R; else b; fi",
                false,
            ),
            ("|\n  a\n  amplifyPush --simple\n  b\n", "|\n  a\n  R\n  b\n", false),
            ("amplifyPush || amplifyPush", "R || R", false),
            ("amplifyPush \"", "R \"", true),
        ];
        for (before, after, is_whole) in cases {
            let replaced = replace_push(before, "R");
            assert_eq!(
                (replaced.text.as_str(), replaced.is_whole),
                (after, is_whole),
                "{before}"
            );
            assert!(replaced.dropped.is_empty());
        }
    }

    #[test]
    fn flags_without_successor_are_named() {
        assert_eq!(
            replace_push("amplifyPush -e prod --simple", "R").dropped,
            ["-e prod --simple"]
        );
        for (before, after, dropped) in [
            (
                "amplifyPush --simple --environment \"prod 2\" # push",
                "R # push",
                "--simple --environment \"prod 2\"",
            ),
            ("cd 'a b' && amplifyPush -e='x' && b", "cd 'a b' && R && b", "-e='x'"),
            ("bash -c \"amplifyPush -e 'x y'\"", "bash -c \"R\"", "-e 'x y'"),
        ] {
            let replaced = replace_push(before, "R");
            assert_eq!(replaced.text, after);
            assert_eq!(replaced.dropped, [dropped]);
        }
    }

    #[test]
    fn commands_of_gen_1() {
        for command in [
            "amplify pull --yes",
            "npm i -g @aws-amplify/cli",
            "npx amplify codegen",
            "a && amplify env list",
            "npm ci --prefix amplify/backend/function/x/src",
            "cd ./amplify/backend && npm ci",
        ] {
            assert!(is_gen1_command(command), "{command}");
        }
        for command in [
            "npm ci",
            "npx ampx generate outputs",
            "# amplify pull",
            "amplify-extra push",
            "tsc amplify/backend.ts",
        ] {
            assert!(!is_gen1_command(command), "{command}");
        }
    }
}
