use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;

use super::{call, configuration::SharedConfiguration, error::CloudError};
use crate::cloudformation::evaluate::partition_of;

const SERVICE: &str = "s3";

/// What the engine asks of S3.
#[async_trait]
pub trait ObjectStoreApi: Send + Sync {
    /// An object; `None` when it is not there.
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, CloudError>;

    /// Writes an object, encrypted, and gives the URL by which CloudFormation reads it.
    async fn put(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<String, CloudError>;

    /// Removes an object; one that is not there is no error.
    async fn delete(&self, bucket: &str, key: &str) -> Result<(), CloudError>;
}

pub(super) struct S3Client {
    client: aws_sdk_s3::Client,
    region: String,
}

impl S3Client {
    pub(super) fn new(shared: &SharedConfiguration) -> Self {
        Self {
            client: shared.s3(),
            region: shared.region.clone(),
        }
    }
}

#[async_trait]
impl ObjectStoreApi for S3Client {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, CloudError> {
        let resource = format!("{bucket}/{key}");
        let request = self.client.get_object().bucket(bucket).key(key);
        let answer = match call::read(SERVICE, "GetObject", Some(&resource), request.send()).await {
            Ok(answer) => answer,
            Err(CloudError::Refused { code, .. }) if code == "NoSuchKey" || code == "NoSuchBucket" => return Ok(None),
            Err(error) => return Err(error),
        };
        let content = answer.body.collect().await.map_err(|error| CloudError::NoAnswer {
            service: SERVICE,
            action: "GetObject",
            resource: Some(resource),
            message: error.to_string(),
        })?;
        Ok(Some(content.to_vec()))
    }

    async fn put(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<String, CloudError> {
        let resource = format!("{bucket}/{key}");
        let request = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .server_side_encryption(aws_sdk_s3::types::ServerSideEncryption::Aes256)
            .body(ByteStream::from(content));
        call::read(SERVICE, "PutObject", Some(&resource), request.send()).await?;
        let suffix = partition_of(&self.region).1;
        Ok(format!("https://{bucket}.s3.{}.{suffix}/{key}", self.region))
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), CloudError> {
        let resource = format!("{bucket}/{key}");
        let request = self.client.delete_object().bucket(bucket).key(key);
        call::read(SERVICE, "DeleteObject", Some(&resource), request.send())
            .await
            .map(drop)
    }
}
