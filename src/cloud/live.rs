//! Live configuration of the resources that move: read before and after, compared, and put back where CloudFormation wiped it.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::UserPoolType;

use super::{call, configuration::SharedConfiguration, error::CloudError};

/// What the engine asks of the services behind the resources that move.
#[async_trait]
pub trait LiveConfigurationApi: Send + Sync {
    /// Configuration of a resource as its service tells it; `None` for types that are not read. App clients need the id of
    /// their user pool.
    async fn configuration(
        &self,
        resource_type: &str,
        physical_id: &str,
        user_pool_id: Option<&str>,
    ) -> Result<Option<LiveConfiguration>, CloudError>;

    /// Gives a user pool the configuration of before, all of it: the call resets whatever it does not name. Other types
    /// cannot be put back; `false` then.
    async fn put_back(&self, before: &LiveConfiguration) -> Result<bool, CloudError>;

    /// ARN of a table's stream, when it has one.
    async fn table_stream_arn(&self, table_name: &str) -> Result<Option<String>, CloudError>;

    /// Whether a table is protected from deletion.
    async fn table_deletion_protection(&self, table_name: &str) -> Result<bool, CloudError>;

    /// Protects a table from deletion, or ends that.
    async fn set_table_deletion_protection(&self, table_name: &str, protected: bool) -> Result<(), CloudError>;
}

/// Configuration of a resource at one time. Counters and times of change are left out; secrets are never in it.
#[derive(Clone, Debug)]
pub struct LiveConfiguration {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id.
    pub physical_id: String,
    /// One setting a line, in a stable order, for comparison.
    pub settings: Vec<String>,
    user_pool: Option<Arc<UserPoolType>>,
}

impl LiveConfiguration {
    /// Settings that are not the same in the other configuration, as `before -> after` lines.
    pub fn differences(&self, after: &Self) -> Vec<String> {
        let gone = self
            .settings
            .iter()
            .filter(|line| !after.settings.contains(line))
            .map(|line| format!("- {line}"));
        let new = after
            .settings
            .iter()
            .filter(|line| !self.settings.contains(line))
            .map(|line| format!("+ {line}"));
        gone.chain(new).collect()
    }
}

pub(super) struct LiveConfigurationClient {
    cognito: aws_sdk_cognitoidentityprovider::Client,
    cognito_identity: aws_sdk_cognitoidentity::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    kinesis: aws_sdk_kinesis::Client,
    s3: aws_sdk_s3::Client,
}

impl LiveConfigurationClient {
    pub(super) fn new(shared: &SharedConfiguration) -> Self {
        Self {
            cognito: shared.cognito(),
            cognito_identity: shared.cognito_identity(),
            dynamodb: shared.dynamodb(),
            kinesis: shared.kinesis(),
            s3: shared.s3(),
        }
    }

    async fn user_pool(&self, id: &str) -> Result<Option<UserPoolType>, CloudError> {
        let request = self.cognito.describe_user_pool().user_pool_id(id);
        let answer = call::read("cognito-idp", "DescribeUserPool", Some(id), request.send()).await?;
        Ok(answer.user_pool.map(|mut pool| {
            pool.last_modified_date = None;
            pool.creation_date = None;
            pool.estimated_number_of_users = 0;
            if let Some(tags) = &mut pool.user_pool_tags {
                // CloudFormation's own tags name the owning stack: they change with it, and nobody else may set them.
                tags.retain(|key, _| !key.starts_with("aws:"));
                if tags.is_empty() {
                    pool.user_pool_tags = None;
                }
            }
            pool
        }))
    }

    async fn client(&self, id: &str, user_pool_id: &str) -> Result<Vec<String>, CloudError> {
        let request = self
            .cognito
            .describe_user_pool_client()
            .user_pool_id(user_pool_id)
            .client_id(id);
        let answer = call::read("cognito-idp", "DescribeUserPoolClient", Some(id), request.send()).await?;
        Ok(answer
            .user_pool_client
            .map(|mut client| {
                client.last_modified_date = None;
                client.creation_date = None;
                lines(&client)
            })
            .unwrap_or_default())
    }

    async fn identity_pool(&self, id: &str) -> Result<Vec<String>, CloudError> {
        let pool = self.cognito_identity.describe_identity_pool().identity_pool_id(id);
        let roles = self.cognito_identity.get_identity_pool_roles().identity_pool_id(id);
        let (pool, roles) = tokio::join!(
            call::read("cognito-identity", "DescribeIdentityPool", Some(id), pool.send()),
            call::read("cognito-identity", "GetIdentityPoolRoles", Some(id), roles.send()),
        );
        let (mut pool, roles) = (pool?, roles?);
        pool.identity_pool_tags = None;
        let mut settings = lines_without_request_id(&pool);
        let mut attached: Vec<String> = roles
            .roles
            .unwrap_or_default()
            .into_iter()
            .map(|(kind, arn)| format!("role {kind}: {arn}"))
            .collect();
        attached.sort();
        settings.extend(attached);
        Ok(settings)
    }

    async fn table(&self, name: &str) -> Result<Vec<String>, CloudError> {
        let request = self.dynamodb.describe_table().table_name(name);
        let answer = call::read("dynamodb", "DescribeTable", Some(name), request.send()).await?;
        Ok(answer
            .table
            .map(|mut table| {
                table.item_count = None;
                table.table_size_bytes = None;
                table.table_status = None;
                for index in table.global_secondary_indexes.iter_mut().flatten() {
                    index.item_count = None;
                    index.index_size_bytes = None;
                }
                for index in table.local_secondary_indexes.iter_mut().flatten() {
                    index.item_count = None;
                    index.index_size_bytes = None;
                }
                lines(&table)
            })
            .unwrap_or_default())
    }

    async fn stream(&self, name: &str) -> Result<Vec<String>, CloudError> {
        let request = self.kinesis.describe_stream_summary().stream_name(name);
        let answer = call::read("kinesis", "DescribeStreamSummary", Some(name), request.send()).await?;
        Ok(answer
            .stream_description_summary
            .map(|summary| lines(&summary))
            .unwrap_or_default())
    }

    async fn bucket(&self, name: &str) -> Result<Vec<String>, CloudError> {
        let versioning = self.s3.get_bucket_versioning().bucket(name);
        let notification = self.s3.get_bucket_notification_configuration().bucket(name);
        let (versioning, notification) = tokio::join!(
            call::read("s3", "GetBucketVersioning", Some(name), versioning.send()),
            call::read(
                "s3",
                "GetBucketNotificationConfiguration",
                Some(name),
                notification.send()
            ),
        );
        let (versioning, notification) = (versioning?, notification?);
        let mut settings = vec![format!("versioning: {:?}", versioning.status())];
        settings.extend(
            notification
                .lambda_function_configurations()
                .iter()
                .map(|configuration| format!("notification: {configuration:?}")),
        );
        Ok(settings)
    }
}

#[async_trait]
impl LiveConfigurationApi for LiveConfigurationClient {
    async fn configuration(
        &self,
        resource_type: &str,
        physical_id: &str,
        user_pool_id: Option<&str>,
    ) -> Result<Option<LiveConfiguration>, CloudError> {
        let mut user_pool = None;
        let settings = match (resource_type, user_pool_id) {
            ("AWS::Cognito::UserPool", _) => {
                let pool = self.user_pool(physical_id).await?;
                let settings = pool.as_ref().map(lines).unwrap_or_default();
                user_pool = pool.map(Arc::new);
                settings
            }
            ("AWS::Cognito::UserPoolClient", Some(pool)) => self.client(physical_id, pool).await?,
            ("AWS::Cognito::IdentityPool", _) => self.identity_pool(physical_id).await?,
            ("AWS::DynamoDB::Table", _) => self.table(physical_id).await?,
            ("AWS::Kinesis::Stream", _) => self.stream(physical_id).await?,
            ("AWS::S3::Bucket", _) => self.bucket(physical_id).await?,
            _ => return Ok(None),
        };
        Ok(Some(LiveConfiguration {
            resource_type: resource_type.to_owned(),
            physical_id: physical_id.to_owned(),
            settings,
            user_pool,
        }))
    }

    async fn put_back(&self, before: &LiveConfiguration) -> Result<bool, CloudError> {
        let Some(pool) = before.user_pool.as_deref() else {
            return Ok(false);
        };
        let mut pool = pool.clone();
        if let Some(configuration) = &mut pool.admin_create_user_config {
            // Deprecated in favour of the password policy's TemporaryPasswordValidityDays; the service refuses both together.
            configuration.unused_account_validity_days = 0;
        }
        let request = self
            .cognito
            .update_user_pool()
            .user_pool_id(&before.physical_id)
            .set_policies(pool.policies)
            .set_deletion_protection(pool.deletion_protection)
            .set_lambda_config(pool.lambda_config)
            .set_auto_verified_attributes(pool.auto_verified_attributes)
            .set_sms_verification_message(pool.sms_verification_message)
            .set_email_verification_message(pool.email_verification_message)
            .set_email_verification_subject(pool.email_verification_subject)
            .set_verification_message_template(pool.verification_message_template)
            .set_sms_authentication_message(pool.sms_authentication_message)
            .set_user_attribute_update_settings(pool.user_attribute_update_settings)
            .set_mfa_configuration(pool.mfa_configuration)
            .set_device_configuration(pool.device_configuration)
            .set_email_configuration(pool.email_configuration)
            .set_sms_configuration(pool.sms_configuration)
            .set_user_pool_tags(pool.user_pool_tags)
            .set_admin_create_user_config(pool.admin_create_user_config)
            .set_user_pool_add_ons(pool.user_pool_add_ons)
            .set_account_recovery_setting(pool.account_recovery_setting)
            .set_user_pool_tier(pool.user_pool_tier);
        call::read(
            "cognito-idp",
            "UpdateUserPool",
            Some(&before.physical_id),
            request.send(),
        )
        .await?;
        Ok(true)
    }

    async fn table_stream_arn(&self, table_name: &str) -> Result<Option<String>, CloudError> {
        let request = self.dynamodb.describe_table().table_name(table_name);
        let answer = call::read("dynamodb", "DescribeTable", Some(table_name), request.send()).await?;
        Ok(answer.table.and_then(|table| table.latest_stream_arn))
    }

    async fn table_deletion_protection(&self, table_name: &str) -> Result<bool, CloudError> {
        let request = self.dynamodb.describe_table().table_name(table_name);
        let answer = call::read("dynamodb", "DescribeTable", Some(table_name), request.send()).await?;
        Ok(answer
            .table
            .and_then(|table| table.deletion_protection_enabled)
            .unwrap_or(false))
    }

    async fn set_table_deletion_protection(&self, table_name: &str, protected: bool) -> Result<(), CloudError> {
        let request = self
            .dynamodb
            .update_table()
            .table_name(table_name)
            .deletion_protection_enabled(protected);
        call::read("dynamodb", "UpdateTable", Some(table_name), request.send())
            .await
            .map(drop)
    }
}

/// The settings of an answer one by one: the debug form hides secrets and has a stable order but for maps, whose lines
/// are compared as a set.
fn lines(value: &impl std::fmt::Debug) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    let mut settings = Vec::new();
    for line in format!("{value:#?}").lines() {
        let line = line.trim().trim_end_matches(',');
        if line.ends_with(['{', '[', '(']) {
            path.push(line.trim_end_matches(['{', '[', '(', ' ']).to_owned());
        } else if matches!(line, "}" | "]" | ")") {
            path.pop();
        } else {
            settings.push(format!("{} {line}", path.join(" ")));
        }
    }
    settings
}

/// The same, without the id that each answer has of its own.
fn lines_without_request_id(value: &impl std::fmt::Debug) -> Vec<String> {
    lines(value)
        .into_iter()
        .filter(|line| !line.contains("_request_id"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_their_path_and_differences_name_both_sides() {
        #[derive(Debug)]
        #[allow(dead_code)]
        struct Inner {
            size: Option<u32>,
        }
        #[derive(Debug)]
        #[allow(dead_code)]
        struct Outer {
            name: &'static str,
            inner: Inner,
        }
        let configuration = |size| LiveConfiguration {
            resource_type: "T".into(),
            physical_id: "p".into(),
            settings: lines(&Outer {
                name: "n",
                inner: Inner { size },
            }),
            user_pool: None,
        };
        assert!(configuration(Some(1)).differences(&configuration(Some(1))).is_empty());
        let differences = configuration(Some(1)).differences(&configuration(None));
        assert_eq!(
            differences,
            ["- Outer inner: Inner size: Some 1", "+ Outer inner: Inner size: None"]
        );
    }
}
