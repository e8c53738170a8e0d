//! override.ts of a GraphQL API. What it sets is in the deployed templates and is taken from there; what Gen 2 keeps to itself
//! is found by its name in the script.

use super::Interpretation;
use crate::{
    backend::{finding::Severity, model::SourceLocation},
    project::{MetaResource, overrides},
};

/// Parts of the API that override.ts can reach and that are not taken over property by property.
const NOT_TAKEN_OVER: [(&str, &str); 15] = [
    (
        "CloudwatchLogsAccess",
        "the log policy of the function that fills the search domain",
    ),
    ("GraphQLAPIDefaultApiKey", "the API key"),
    ("GraphQLAPIKey", "the API key"),
    ("GraphQLAPITransformerSchema", "the schema as it is deployed"),
    ("OpenSearchAccessIAMRole", "the role of the search data source"),
    ("OpenSearchDataSource", "the search data source"),
    (
        "OpenSearchStreamingLambdaIAMRole",
        "the role of the function that fills the search domain",
    ),
    ("httpDataSourceServiceRole", "the role of an HTTP data source"),
    ("httpsDataSource", "an HTTP data source"),
    ("lambdaDataSource", "a Lambda data source"),
    ("lambdaDataSourceRole", "the role of a Lambda data source"),
    (
        "lambdaDataSourceServiceRoleDefaultPolicy",
        "the policy of a Lambda data source",
    ),
    ("modelIamRole", "the role of a model's data source"),
    ("modelIamRoleDefaultPolicy", "the policy of a model's data source"),
    ("predictions", "the parts behind @predictions"),
];

pub(super) fn check(interpretation: &mut Interpretation<'_>, resource: &MetaResource) {
    let script = interpretation
        .project
        .files_of(resource)
        .and_then(|files| files.override_script.clone());
    let Some((path, text)) = script else {
        return;
    };
    for (line, name, what) in not_taken_over(&text) {
        interpretation.finding(
            "override-not-taken-over",
            Severity::Manual,
            format!("override.ts names {name}: what it changes of {what} is not carried over"),
            &SourceLocation {
                path: path.clone(),
                line: Some(line),
            },
            "If Gen 2 needs the change, make it in amplify/data/overrides.ts on backend.data.resources.cfnResources.",
        );
    }
}

fn not_taken_over(text: &str) -> Vec<(u32, &'static str, &'static str)> {
    let code = overrides::without_comments(text);
    let mut found = Vec::new();
    for (position, line) in code.lines().enumerate() {
        for word in line.split(|character: char| !(character.is_alphanumeric() || character == '_')) {
            if let Some((name, what)) = NOT_TAKEN_OVER.iter().find(|(name, _)| *name == word)
                && let Ok(line) = u32::try_from(position + 1)
            {
                found.push((line, *name, *what));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_with_their_line_and_not_in_comments() {
        let text = "export function override(resources) {\n  // resources.api.GraphQLAPIKey.expires = 1;\n  resources.models['A'].modelIamRole.roleName = 'x';\n  const { predictions } = resources;\n  resources.api.GraphQLAPI.name = 'y';\n}";
        let found: Vec<(u32, &str)> = not_taken_over(text)
            .into_iter()
            .map(|(line, name, _)| (line, name))
            .collect();
        assert_eq!(found, [(3, "modelIamRole"), (4, "predictions")]);
    }
}
