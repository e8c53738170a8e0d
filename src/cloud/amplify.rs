use async_trait::async_trait;
use indexmap::IndexMap;

use super::{call, configuration::SharedConfiguration, error::CloudError};

const SERVICE: &str = "amplify";

/// What the engine asks of Amplify.
#[async_trait]
pub trait AmplifyApi: Send + Sync {
    /// An app; `None` when there is none with this id.
    async fn app(&self, app_id: &str) -> Result<Option<AmplifyApp>, CloudError>;

    /// Replaces all environment variables of an app, and sends nothing else.
    async fn set_environment_variables(
        &self,
        app_id: &str,
        variables: &IndexMap<String, String>,
    ) -> Result<(), CloudError>;
}

/// An Amplify app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmplifyApp {
    /// Name.
    pub name: String,
    /// Environment variables, sorted by name.
    pub environment_variables: IndexMap<String, String>,
    /// Build specification that is kept in the console instead of an `amplify.yml`.
    pub build_spec: Option<String>,
}

pub(super) struct AmplifyClient {
    client: aws_sdk_amplify::Client,
}

impl AmplifyClient {
    pub(super) fn new(shared: &SharedConfiguration) -> Self {
        Self {
            client: shared.amplify(),
        }
    }
}

#[async_trait]
impl AmplifyApi for AmplifyClient {
    async fn app(&self, app_id: &str) -> Result<Option<AmplifyApp>, CloudError> {
        let request = self.client.get_app().app_id(app_id);
        let answer = match call::read(SERVICE, "GetApp", Some(app_id), request.send()).await {
            Ok(answer) => answer,
            Err(CloudError::Refused { code, .. }) if code == "NotFoundException" => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(answer.app().map(|app| {
            let mut environment_variables: IndexMap<String, String> = app
                .environment_variables()
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            environment_variables.sort_keys();
            AmplifyApp {
                name: app.name().to_owned(),
                environment_variables,
                build_spec: app.build_spec().map(str::to_owned),
            }
        }))
    }

    async fn set_environment_variables(
        &self,
        app_id: &str,
        variables: &IndexMap<String, String>,
    ) -> Result<(), CloudError> {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let request = self
            .client
            .update_app()
            .app_id(app_id)
            .set_environment_variables(Some(variables));
        call::read(SERVICE, "UpdateApp", Some(app_id), request.send())
            .await
            .map(drop)
    }
}
