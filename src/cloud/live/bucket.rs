//! Configuration of a bucket, which the service tells part by part.

use aws_sdk_s3::Client;

use super::{Settings, lines_without_request_id, tag_lines};
use crate::cloud::{call, error::CloudError};

/// The settings of a bucket: versioning, notifications, encryption, CORS, lifecycle, policy, public access, ownership, tags.
pub(super) async fn read(client: &Client, name: &str) -> Result<Settings, CloudError> {
    let bucket = Some(name);
    let (versioning, notification, encryption, cors, lifecycle, policy, access, ownership, tags) = tokio::join!(
        call::read(
            "s3",
            "GetBucketVersioning",
            bucket,
            client.get_bucket_versioning().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketNotificationConfiguration",
            bucket,
            client.get_bucket_notification_configuration().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketEncryption",
            bucket,
            client.get_bucket_encryption().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketCors",
            bucket,
            client.get_bucket_cors().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketLifecycleConfiguration",
            bucket,
            client.get_bucket_lifecycle_configuration().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketPolicy",
            bucket,
            client.get_bucket_policy().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetPublicAccessBlock",
            bucket,
            client.get_public_access_block().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketOwnershipControls",
            bucket,
            client.get_bucket_ownership_controls().bucket(name).send()
        ),
        call::read(
            "s3",
            "GetBucketTagging",
            bucket,
            client.get_bucket_tagging().bucket(name).send()
        ),
    );
    // The bucket itself is missing: every bucket answers this question.
    if matches!(&versioning, Err(error) if error.is_missing()) {
        return versioning.map(|_| Settings::default());
    }
    let mut settings = Settings::default();
    settings.add("versioning", versioning.map(|answer| lines_without_request_id(&answer)))?;
    settings.add(
        "notification",
        notification.map(|answer| lines_without_request_id(&answer)),
    )?;
    settings.add("encryption", encryption.map(|answer| lines_without_request_id(&answer)))?;
    settings.add("CORS", cors.map(|answer| lines_without_request_id(&answer)))?;
    settings.add("lifecycle", lifecycle.map(|answer| lines_without_request_id(&answer)))?;
    settings.add("policy", policy.map(|answer| answer.policy.into_iter().collect()))?;
    settings.add("public access", access.map(|answer| lines_without_request_id(&answer)))?;
    settings.add("ownership", ownership.map(|answer| lines_without_request_id(&answer)))?;
    let tags = tags.map(|answer| tag_lines(answer.tag_set().iter().map(|tag| (tag.key(), tag.value()))));
    settings.add("tags", tags)?;
    Ok(settings)
}
