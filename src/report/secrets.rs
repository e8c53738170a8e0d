//! Secrets that users wrote into their own files, which the report shows.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

/// A key that names a secret, and the text that is its value, however both are quoted.
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b([\w-]*(?:client_?secret|private_?key|provider_?creds)["'`]?\]?\s*[:=]\s*)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)"#,
    )
    .ok()
});

/// The text with a placeholder for the values of secrets; nothing at all when they cannot be told apart.
pub(super) fn without_secrets(text: &str) -> Cow<'_, str> {
    let Some(secret) = SECRET.as_ref() else {
        return Cow::Borrowed("");
    };
    secret.replace_all(text, |found: &Captures<'_>| {
        let quote = found[2].chars().next().unwrap_or('\'');
        format!("{}{quote}(secret){quote}", &found[1])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_not_shown() {
        for (text, shown) in [
            (
                "client_id: 'id', client_secret: 'it\\'s me', other: 'x'",
                "client_id: 'id', client_secret: '(secret)', other: 'x'",
            ),
            (
                "details[\"clientSecret\"] = `a${b}`;",
                "details[\"clientSecret\"] = `(secret)`;",
            ),
            ("clientSecret = `a${b}`;", "clientSecret = `(secret)`;"),
            (
                r#"{"hostedUIProviderCreds": "[{\"client_secret\":\"abc\"}]", "hostedUI": true}"#,
                r#"{"hostedUIProviderCreds": "(secret)", "hostedUI": true}"#,
            ),
            ("private_key:\n  \"-----BEGIN\\nx\"", "private_key:\n  \"(secret)\""),
            (
                r#""userpoolClientGenerateSecret": false"#,
                r#""userpoolClientGenerateSecret": false"#,
            ),
        ] {
            assert_eq!(without_secrets(text), shown, "{text}");
        }
    }
}
