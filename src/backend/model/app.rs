use serde::{Deserialize, Serialize};

/// Names and ids of an app and of the environment being migrated (`team-provider-info.json`, `project-config.json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Name of the project.
    pub name: String,
    /// Amplify app id; absent in projects that were never connected to the console.
    pub app_id: Option<String>,
    /// Environment being migrated.
    pub environment: String,
    /// Every environment in `team-provider-info.json`.
    pub environments: Vec<String>,
    /// Region of the environment.
    pub region: String,
    /// Account id, from the ids of the root stack or roles, when known.
    pub account_id: Option<String>,
    /// Name of the Gen 1 root stack.
    pub root_stack_name: String,
    /// Deployment bucket.
    pub deployment_bucket: String,
    /// Name of the role of signed-in users.
    pub authenticated_role_name: Option<String>,
    /// Name of the role of guests.
    pub unauthenticated_role_name: Option<String>,
    /// `features.graphqltransformer.transformerversion` of `cli.json`; 1 is refused.
    pub transformer_version: Option<u32>,
    /// Where in the project the Gen 1 backend was read from, relative, for example `amplify/#current-cloud-backend`.
    pub source_tree: String,
    /// Tags of `tags.json` that the user added to the CLI's own two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(String, String)>,
}

impl App {
    /// Address of a branch on Amplify Hosting; `None` where the app's id is not known.
    pub fn hosting_address(&self, branch: &str) -> Option<String> {
        let host: String = branch
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        Some(format!("https://{host}.{}.amplifyapp.com/", self.app_id.as_ref()?))
    }
}
