use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{DateTime, config_bag::ConfigBag, date_time::Format};

use super::{call, configuration::SharedConfiguration, error::CloudError};
use crate::cloudformation::evaluate::partition_of;

const SERVICE: &str = "s3";

/// How often a conditional write is tried while another one on the same object is being decided.
const CONFLICT_ATTEMPTS: u32 = 6;

/// Pause before such an attempt.
const CONFLICT_PAUSE: Duration = Duration::from_millis(200);

/// Which content of an object is meant: its entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion(pub String);

/// An object as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// What it holds.
    pub content: Vec<u8>,
    /// For a write that must not overwrite a later content.
    pub version: ObjectVersion,
    /// How long ago it was written, by the clock of the service: clocks of machines differ.
    pub age: Duration,
}

/// What must hold for a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteCondition {
    /// There is no such object.
    Absent,
    /// It is the one that was read.
    Unchanged(ObjectVersion),
}

/// What became of a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionalWrite {
    /// It is written.
    Written(ObjectVersion),
    /// The condition does not hold; nothing was written.
    ConditionFailed,
}

/// What the engine asks of S3.
#[async_trait]
pub trait ObjectStoreApi: Send + Sync {
    /// An object; `None` when it is not there.
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, CloudError>;

    /// Writes an object, encrypted, and gives the URL by which CloudFormation reads it.
    async fn put(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<String, CloudError>;

    /// Removes an object; one that is not there is no error.
    async fn delete(&self, bucket: &str, key: &str) -> Result<(), CloudError>;

    /// An object with its version and age; `None` when it is not there.
    async fn stored(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, CloudError>;

    /// Writes an object, encrypted, if the condition holds at that moment: of several who try, one succeeds.
    async fn put_if(
        &self,
        bucket: &str,
        key: &str,
        content: Vec<u8>,
        condition: &WriteCondition,
    ) -> Result<ConditionalWrite, CloudError>;
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

    async fn stored(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, CloudError> {
        let resource = format!("{bucket}/{key}");
        let clock = ServiceClock::default();
        let request = self
            .client
            .get_object()
            .bucket(bucket)
            .key(key)
            .customize()
            .interceptor(clock.clone());
        let answer = match call::read(SERVICE, "GetObject", Some(&resource), request.send()).await {
            Ok(answer) => answer,
            Err(CloudError::Refused { code, .. }) if code == "NoSuchKey" => return Ok(None),
            Err(error) => return Err(error),
        };
        let version = ObjectVersion(answer.e_tag().unwrap_or_default().to_owned());
        let age = clock.since(answer.last_modified());
        let content = answer.body.collect().await.map_err(|error| CloudError::NoAnswer {
            service: SERVICE,
            action: "GetObject",
            resource: Some(resource),
            message: error.to_string(),
        })?;
        Ok(Some(StoredObject {
            content: content.to_vec(),
            version,
            age,
        }))
    }

    async fn put_if(
        &self,
        bucket: &str,
        key: &str,
        content: Vec<u8>,
        condition: &WriteCondition,
    ) -> Result<ConditionalWrite, CloudError> {
        let resource = format!("{bucket}/{key}");
        let mut attempt = 1;
        loop {
            let mut request = self
                .client
                .put_object()
                .bucket(bucket)
                .key(key)
                .server_side_encryption(aws_sdk_s3::types::ServerSideEncryption::Aes256)
                .body(ByteStream::from(content.clone()));
            request = match condition {
                WriteCondition::Absent => request.if_none_match("*"),
                WriteCondition::Unchanged(version) => request.if_match(&version.0),
            };
            match call::read(SERVICE, "PutObject", Some(&resource), request.send()).await {
                Ok(answer) => {
                    let version = ObjectVersion(answer.e_tag().unwrap_or_default().to_owned());
                    return Ok(ConditionalWrite::Written(version));
                }
                // `NoSuchKey`: the object that was read has been removed.
                Err(CloudError::Refused { code, .. }) if code == "PreconditionFailed" || code == "NoSuchKey" => {
                    return Ok(ConditionalWrite::ConditionFailed);
                }
                Err(CloudError::Refused { code, .. })
                    if code == "ConditionalRequestConflict" && attempt < CONFLICT_ATTEMPTS =>
                {
                    tokio::time::sleep(CONFLICT_PAUSE * attempt).await;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The time that an answer of the service bears.
#[derive(Clone, Debug, Default)]
struct ServiceClock(Arc<OnceLock<DateTime>>);

impl ServiceClock {
    /// Time between a moment of the service and its answer; by the clock of this machine when the answer bears no time.
    fn since(&self, moment: Option<&DateTime>) -> Duration {
        let now = self
            .0
            .get()
            .copied()
            .unwrap_or_else(|| DateTime::from(std::time::SystemTime::now()));
        let seconds = moment.map_or(0, |moment| now.secs() - moment.secs());
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }
}

impl Intercept for ServiceClock {
    fn name(&self) -> &'static str {
        "ServiceClock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _configuration: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        if let Some(time) = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok()) {
            // A repeated call sets it once: the earlier time makes an object look younger, never older.
            let _ = self.0.set(time);
        }
        Ok(())
    }
}
