//! Templates that are too large for a request go through the deployment bucket.

use super::run::Run;
use crate::{
    cloud::{CloudError, TemplateSource},
    cloudformation::Template,
};

/// Largest template in a request, in bytes.
const INLINE_LIMIT: usize = 51_200;

/// A template as a request takes it, and the object to remove afterwards.
pub(super) struct Upload {
    pub(super) source: TemplateSource,
    key: Option<String>,
}

impl Upload {
    pub(super) async fn of(
        run: &Run<'_>,
        operation: &str,
        stack: &str,
        template: &Template,
    ) -> Result<Self, CloudError> {
        let body = template.to_compact();
        if body.len() <= INLINE_LIMIT {
            return Ok(Self {
                source: TemplateSource::Body(body),
                key: None,
            });
        }
        let key = format!("gen2-migration/{}/{operation}.{stack}.template.json", run.id);
        let url = run
            .cloud
            .objects
            .put(&run.target.deployment_bucket, &key, body.into_bytes())
            .await?;
        Ok(Self {
            source: TemplateSource::Url(url),
            key: Some(key),
        })
    }

    /// Removes the object. It holds no secret, so a failure is told and does not stop the run.
    pub(super) async fn remove(&self, run: &Run<'_>) {
        let Some(key) = &self.key else { return };
        if let Err(error) = run.cloud.objects.delete(&run.target.deployment_bucket, key).await {
            run.warn(
                "TEMPLATE_LEFT_IN_BUCKET",
                format!(
                    "s3://{}/{key} could not be removed: {error}",
                    run.target.deployment_bucket
                ),
            );
        }
    }
}
