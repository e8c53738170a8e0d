//! The mark of the Amplify app: a variable that names the environment being migrated.

use indexmap::IndexMap;

use super::{Execution, without_effect};
use crate::{
    error::Result,
    lock::{LockError, MARKER_VARIABLE, record::Intent},
    plan::OperationOutcome,
};

impl Execution<'_> {
    pub(super) async fn mark_app(&self, id: &str) -> Result<OperationOutcome> {
        let (app, environment) = (&self.request.app_id, &self.request.environment);
        let mut variables = self.variables().await?;
        match variables.get(MARKER_VARIABLE) {
            Some(marked) if marked == environment => return Ok(OperationOutcome::AlreadyDone),
            Some(marked) if !marked.is_empty() => {
                return Err(LockError::OtherEnvironmentMarked {
                    app: app.clone(),
                    marked: marked.clone(),
                    environment: environment.clone(),
                }
                .into());
            }
            _ => {}
        }
        let intent = Intent::MarkApp {
            app: app.clone(),
            environment: environment.clone(),
        };
        self.intend(id, &intent).await?;
        variables.insert(MARKER_VARIABLE.to_owned(), environment.clone());
        self.request
            .cloud
            .amplify
            .set_environment_variables(app, &variables)
            .await?;
        if self.variables().await?.get(MARKER_VARIABLE) != Some(environment) {
            return Err(without_effect("the mark", app));
        }
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    pub(super) async fn unmark_app(&self, id: &str) -> Result<OperationOutcome> {
        let app = &self.request.app_id;
        let mut variables = self.variables().await?;
        // Another environment's mark is not ours to remove.
        if variables.get(MARKER_VARIABLE) != Some(&self.request.environment) {
            return Ok(OperationOutcome::AlreadyDone);
        }
        self.intend(id, &Intent::UnmarkApp { app: app.clone() }).await?;
        variables.shift_remove(MARKER_VARIABLE);
        let amplify = &self.request.cloud.amplify;
        amplify.set_environment_variables(app, &variables).await?;
        let mut left = self.variables().await?;
        if left.contains_key(MARKER_VARIABLE) && variables.is_empty() {
            // The service may take an empty map for "no change"; an entry without a name stands for "none".
            variables.insert(String::new(), String::new());
            amplify.set_environment_variables(app, &variables).await?;
            left = self.variables().await?;
        }
        if left.contains_key(MARKER_VARIABLE) {
            return Err(without_effect("the removal of the mark", app));
        }
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    /// Read right before they are written: the service replaces all of them.
    async fn variables(&self) -> Result<IndexMap<String, String>> {
        let app = self.request.cloud.amplify.app(&self.request.app_id).await?;
        let app = app.ok_or_else(|| LockError::AppNotFound {
            app: self.request.app_id.clone(),
        })?;
        Ok(app.environment_variables)
    }
}
