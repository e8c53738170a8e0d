//! How a template gets to CloudFormation: in the request, or through a bucket when it is too large for that.

use sha2::{Digest, Sha256};

use super::StackUpdateError;
use crate::{
    cloud::{Cloud, CloudError, TemplateSource},
    cloudformation::simulate::{MAXIMUM_INLINE_TEMPLATE, MAXIMUM_TEMPLATE},
    plan::OperationEvents,
};

/// A template on its way to CloudFormation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateHandOver {
    body: String,
    place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    bucket: String,
    key: String,
}

impl TemplateHandOver {
    /// Decides how the template goes; puts nothing anywhere yet. The key of its object follows from stack and content:
    /// no two templates ever share one, and a run that knows nothing of an interrupted one removes what that one left.
    ///
    /// # Errors
    /// `TEMPLATE_TOO_LARGE`
    pub fn of(stack: &str, body: String, bucket: Option<&str>) -> Result<Self, StackUpdateError> {
        let size = body.len();
        if size <= MAXIMUM_INLINE_TEMPLATE {
            return Ok(Self { body, place: None });
        }
        let too_large = |reason| StackUpdateError::TemplateTooLarge {
            stack: stack.to_owned(),
            size,
            reason,
        };
        if size > MAXIMUM_TEMPLATE {
            return Err(too_large("CloudFormation takes at most 1 MB"));
        }
        let bucket = bucket
            .ok_or_else(|| too_large("a request holds at most 51,200, and no deployment bucket is known"))?
            .to_owned();
        let key = format!("gen2-migration/{stack}.{}.template.json", short_hash(&body));
        Ok(Self {
            body,
            place: Some(Place { bucket, key }),
        })
    }

    /// The template.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Key of the object in the deployment bucket, when there is one: recorded before it is written.
    pub fn key(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.key.as_str())
    }

    /// The template as a request takes it; from now on its object is in the bucket.
    ///
    /// # Errors
    /// When the object cannot be written.
    pub async fn source(&self, cloud: &Cloud) -> Result<TemplateSource, CloudError> {
        let Some(Place { bucket, key }) = &self.place else {
            return Ok(TemplateSource::Body(self.body.clone()));
        };
        let content = self.body.clone().into_bytes();
        Ok(TemplateSource::Url(cloud.objects.put(bucket, key, content).await?))
    }

    /// Removes the object. A failure is told and stops nothing: what the template is for has been decided by then.
    pub async fn remove(&self, cloud: &Cloud, events: OperationEvents<'_>) {
        if let Some(Place { bucket, key }) = &self.place {
            remove_object(cloud, bucket, key, events).await;
        }
    }
}

pub(super) async fn remove_object(cloud: &Cloud, bucket: &str, key: &str, events: OperationEvents<'_>) {
    if let Err(error) = cloud.objects.delete(bucket, key).await {
        events.warn(
            "TEMPLATE_LEFT_IN_BUCKET",
            format!("s3://{bucket}/{key} could not be removed: {error}"),
        );
    }
}

/// Enough of a hash to tell names and contents apart where there is no room for them.
pub fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand_over(size: usize, bucket: Option<&str>) -> Result<TemplateHandOver, StackUpdateError> {
        TemplateHandOver::of("auth", "x".repeat(size), bucket)
    }

    #[test]
    fn what_fits_into_a_request_needs_no_bucket() {
        assert_eq!(hand_over(MAXIMUM_INLINE_TEMPLATE, None).unwrap().key(), None);
        let large = hand_over(MAXIMUM_INLINE_TEMPLATE + 1, Some("bucket")).unwrap();
        assert!(large.key().unwrap().starts_with("gen2-migration/auth."));
        let other = hand_over(MAXIMUM_INLINE_TEMPLATE + 2, Some("bucket")).unwrap();
        assert_ne!(large.key(), other.key());
    }

    #[test]
    fn what_cannot_be_handed_over_is_named_with_its_limit() {
        for (size, bucket, limit) in [
            (MAXIMUM_INLINE_TEMPLATE + 1, None, "no deployment bucket is known"),
            (MAXIMUM_TEMPLATE + 1, Some("bucket"), "at most 1 MB"),
        ] {
            let error = hand_over(size, bucket).unwrap_err().to_string();
            assert!(error.contains("auth") && error.contains(limit), "{error}");
        }
    }
}
