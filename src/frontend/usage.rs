//! What a source file says about Gen 1.

use super::literals::{Literal, literals};
use crate::backend::model::Backend;

/// Names of the Gen 1 backend that frontends use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendNames {
    /// Names of REST APIs, as `apiName` of the client calls.
    pub rest_apis: Vec<String>,
    /// Names of deployed Kinesis streams.
    pub streams: Vec<String>,
}

impl BackendNames {
    /// The names of a backend.
    pub fn of(backend: &Backend) -> Self {
        Self {
            rest_apis: backend
                .rest_apis
                .iter()
                .map(|api| api.api_name.clone().unwrap_or_else(|| api.name.clone()))
                .collect(),
            streams: backend
                .streams
                .iter()
                .filter_map(|stream| stream.stream_name.clone())
                .collect(),
        }
    }
}

/// A place that knows Gen 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What it is.
    pub kind: UsageKind,
    /// File, relative to the project, with forward slashes.
    pub path: String,
    /// Line from 1.
    pub line: u32,
    /// What is written there.
    pub text: String,
}

/// Kind of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageKind {
    /// Imports `aws-exports` or `amplifyconfiguration`.
    ConfigurationImport,
    /// Names the file in another way.
    ConfigurationFile,
    /// Reads a key of the configuration, for example `aws_user_pools_id`.
    ConfigurationKey,
    /// Names a REST API.
    RestApiName,
    /// Names a Kinesis stream.
    StreamName,
    /// Uses DataStore.
    DataStore,
}

/// Names of the modules with the Gen 1 configuration.
const CONFIGURATION: [&str; 4] = [
    "aws-exports",
    "aws-exports.js",
    "amplifyconfiguration",
    "amplifyconfiguration.json",
];

/// Keys of the Gen 1 configuration.
const KEYS: [&str; 22] = [
    "aws_project_region",
    "aws_cognito_region",
    "aws_cognito_identity_pool_id",
    "aws_user_pools_id",
    "aws_user_pools_web_client_id",
    "aws_cognito_username_attributes",
    "aws_cognito_social_providers",
    "aws_cognito_signup_attributes",
    "aws_cognito_mfa_configuration",
    "aws_cognito_verification_mechanisms",
    "aws_appsync_graphqlEndpoint",
    "aws_appsync_region",
    "aws_appsync_authenticationType",
    "aws_appsync_apiKey",
    "aws_user_files_s3_bucket",
    "aws_user_files_s3_bucket_region",
    "aws_cloud_logic_custom",
    "aws_dynamodb_all_tables_region",
    "aws_mobile_analytics_app_id",
    "aws_mobile_analytics_app_region",
    "aws_content_delivery_bucket",
    "aws_bots_config",
];

/// Whether a module specifier is that of the Gen 1 configuration.
pub(super) fn is_configuration(specifier: &str) -> bool {
    let name = specifier.rsplit('/').next().unwrap_or(specifier);
    CONFIGURATION.contains(&name)
}

/// Whether the text is the module of an import, an export or a `require`.
pub(super) fn is_module(literal: &Literal<'_>) -> bool {
    let before = literal.before.as_str();
    let word = |word: &str| {
        before.strip_suffix(word).is_some_and(|rest| {
            !rest.ends_with(|character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '.'))
        })
    };
    let call = |name: &str| {
        before
            .strip_suffix('(')
            .map(str::trim_end)
            .and_then(|code| code.strip_suffix(name))
            .is_some_and(|rest| {
                !rest.ends_with(|character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '.'))
            })
    };
    word("from") || word("import") || call("require") || call("import")
}

/// Every place in a file, in order.
pub(super) fn usages_in(path: &str, text: &str, names: &BackendNames) -> Vec<Usage> {
    let native = [".swift", ".kt", ".dart"].iter().any(|ending| path.ends_with(ending));
    let mut found: Vec<(usize, UsageKind, String)> = Vec::new();
    for literal in literals(text) {
        let kind = if is_module(&literal) && is_configuration(literal.content) {
            UsageKind::ConfigurationImport
        } else if is_module(&literal) && is_datastore(&literal) {
            UsageKind::DataStore
        } else if is_configuration_file(literal.content, native) {
            UsageKind::ConfigurationFile
        } else if KEYS.contains(&literal.content) {
            UsageKind::ConfigurationKey
        } else if names.rest_apis.iter().any(|name| name == literal.content) && names_api(&literal) {
            UsageKind::RestApiName
        } else if names.streams.iter().any(|name| name == literal.content) {
            UsageKind::StreamName
        } else {
            continue;
        };
        found.push((literal.start, kind, literal.content.to_owned()));
    }
    let code = crate::project::overrides::without_comments(text);
    if !native {
        found.extend(keys_read(text, &code));
    }
    found.sort();
    found
        .into_iter()
        .map(|(position, kind, content)| Usage {
            kind,
            path: path.to_owned(),
            line: u32::try_from(text[..position].matches('\n').count() + 1).unwrap_or(u32::MAX),
            text: content,
        })
        .collect()
}

fn is_datastore(literal: &Literal<'_>) -> bool {
    match literal.content {
        "aws-amplify/datastore" | "@aws-amplify/datastore" => true,
        "aws-amplify" => {
            let import = literal.before.rsplit("import").next().unwrap_or_default();
            import
                .split(|character: char| !character.is_alphanumeric())
                .any(|word| word == "DataStore")
        }
        _ => false,
    }
}

fn is_configuration_file(content: &str, native: bool) -> bool {
    let name = content.rsplit('/').next().unwrap_or(content);
    name == "amplifyconfiguration.json"
        || native
            && matches!(
                name,
                "amplifyconfiguration" | "awsconfiguration" | "awsconfiguration.json"
            )
}

/// The text is given as the name of an API: `apiName: '...'`, `API.get('...'`, or a constant of such a name.
fn names_api(literal: &Literal<'_>) -> bool {
    let before: String = literal
        .before
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let lower = before.to_ascii_lowercase();
    lower.ends_with("apiname:")
        || lower.ends_with("apiname=")
        || lower.ends_with("api_name=")
        || ["get(", "post(", "put(", "patch(", "del(", "head("]
            .iter()
            .any(|call| before.ends_with(&format!("API.{call}")))
}

/// Keys read as properties: `config.aws_user_pools_id`, or taken apart: `{ aws_user_pools_id }`.
fn keys_read(text: &str, code: &str) -> Vec<(usize, UsageKind, String)> {
    let word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    KEYS.iter()
        .filter(|key| code.contains(**key))
        .flat_map(|key| {
            text.match_indices(key)
                .filter(move |(at, _)| {
                    let before = text[..*at].chars().next_back();
                    let after = text[at + key.len()..].chars().next();
                    !before.is_some_and(word) && !after.is_some_and(word)
                        // Texts in quotes are told as such.
                        && !before.is_some_and(|character| matches!(character, '"' | '\'' | '`'))
                })
                .filter(move |(at, _)| !in_comment(text, *at))
                .map(move |(at, _)| (at, UsageKind::ConfigurationKey, (*key).to_owned()))
        })
        .collect()
}

/// Whether a line comment or a block comment is open at a position.
fn in_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
    let in_line = text[line..at].contains("//") && !text[line..at].contains("://");
    let open = text[..at].rfind("/*");
    let close = text[..at].rfind("*/");
    in_line || open.is_some_and(|open| close.is_none_or(|close| close < open))
}
