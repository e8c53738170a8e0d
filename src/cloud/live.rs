//! Live configuration of the resources that move: read before and after, compared, and put back where CloudFormation wiped it.

mod answer;
mod bucket;
mod sign_in_page;
mod table;
mod user_pool;

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use user_pool::UserPool;

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

    /// A configuration that an earlier run recorded; `None` when the record is none that can be read.
    async fn recorded(&self, record: &RecordedConfiguration) -> Result<Option<LiveConfiguration>, CloudError>;

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
    /// Parts that could not be read, with the reason: they cannot be compared.
    pub not_read: Vec<String>,
    user_pool: Option<Arc<UserPool>>,
}

/// A configuration for the journal: what its service answered, by call. Only of what can be put back; secrets are never in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedConfiguration {
    /// CloudFormation type.
    pub resource_type: String,
    /// Physical id.
    pub physical_id: String,
    /// Answers by action.
    pub answers: Map<String, Value>,
}

/// Settings of a resource that several calls tell.
#[derive(Debug, Default)]
struct Settings {
    lines: Vec<String>,
    not_read: Vec<String>,
}

impl Settings {
    fn of(lines: Vec<String>) -> Self {
        Self {
            lines,
            not_read: Vec::new(),
        }
    }

    /// Adds a part that need not be there, and need not be readable. One that is not there sets nothing, like an empty one:
    /// tags that CloudFormation alone has set are as good as none.
    fn add(&mut self, part: &str, read: Result<Vec<String>, CloudError>) -> Result<(), CloudError> {
        match read {
            Ok(lines) => self
                .lines
                .extend(lines.into_iter().map(|line| format!("{part}: {line}"))),
            Err(error) if error.is_missing() => {}
            Err(error) if error.is_unavailable() => self.not_read.push(format!("{part}: {error}")),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Tags but those of CloudFormation, which name the owning stack: they change with it, and nobody else may set them.
fn tag_lines<'t>(tags: impl Iterator<Item = (&'t str, &'t str)>) -> Vec<String> {
    let mut lines: Vec<String> = tags
        .filter(|(key, _)| !key.starts_with("aws:"))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    lines.sort_unstable();
    lines
}

impl LiveConfiguration {
    /// For the journal; `None` when it could not be put back anyhow.
    pub fn record(&self) -> Option<RecordedConfiguration> {
        let pool = self.user_pool.as_ref()?;
        Some(RecordedConfiguration {
            resource_type: self.resource_type.clone(),
            physical_id: self.physical_id.clone(),
            answers: pool.answers().clone(),
        })
    }

    /// Others have configured the resource since, as a deployment does: what it has now is what they want.
    pub fn was_set_by_others(&self, now: &Self) -> bool {
        match (&self.user_pool, &now.user_pool) {
            (Some(before), Some(now)) => before.was_set_by_others(now),
            _ => false,
        }
    }

    /// The same, but for parts that could not be read this time: whoever read them before had other permissions.
    pub fn readable_differences(&self, after: &Self) -> Vec<String> {
        let is_unread = |line: &str| {
            after.not_read.iter().any(|unread| {
                let part = unread.split_once(": ").map_or(unread.as_str(), |(part, _)| part);
                line.strip_prefix("- ")
                    .and_then(|line| line.strip_prefix(part))
                    .is_some_and(|rest| rest.starts_with(": "))
            })
        };
        let mut differences = self.differences(after);
        differences.retain(|line| !is_unread(line));
        differences
    }

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

    async fn client(&self, id: &str, user_pool_id: &str) -> Result<Settings, CloudError> {
        let request = self
            .cognito
            .describe_user_pool_client()
            .user_pool_id(user_pool_id)
            .client_id(id);
        let (client, look, risk) = tokio::join!(
            call::read("cognito-idp", "DescribeUserPoolClient", Some(id), request.send()),
            sign_in_page::look(&self.cognito, user_pool_id, Some(id), None),
            sign_in_page::risk(&self.cognito, user_pool_id, Some(id), None),
        );
        let client = client?.user_pool_client.map(|mut client| {
            client.last_modified_date = None;
            client.creation_date = None;
            lines(&client)
        });
        let mut settings = Settings::of(client.unwrap_or_default());
        settings.add(
            sign_in_page::LOOK_PART,
            look.map(|(look, _)| sign_in_page::lines_of(look.as_ref())),
        )?;
        settings.add(
            sign_in_page::RISK_PART,
            risk.map(|(risk, _)| sign_in_page::lines_of(risk.as_ref())),
        )?;
        Ok(settings)
    }

    async fn group(&self, name: &str, user_pool_id: &str) -> Result<Vec<String>, CloudError> {
        let request = self.cognito.get_group().user_pool_id(user_pool_id).group_name(name);
        let answer = call::read("cognito-idp", "GetGroup", Some(name), request.send()).await?;
        Ok(answer
            .group
            .map(|mut group| {
                group.last_modified_date = None;
                group.creation_date = None;
                lines(&group)
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
        let tags = pool.identity_pool_tags.take().unwrap_or_default();
        let mut settings = lines_without_request_id(&pool);
        let tags = tag_lines(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        settings.extend(tags.into_iter().map(|tag| format!("tag {tag}")));
        let mut attached: Vec<String> = roles
            .roles
            .unwrap_or_default()
            .into_iter()
            .map(|(kind, arn)| format!("role {kind}: {arn}"))
            .collect();
        attached.extend(
            roles
                .role_mappings
                .unwrap_or_default()
                .into_iter()
                .map(|(provider, mapping)| format!("role mapping {provider}: {mapping:?}")),
        );
        attached.sort_unstable();
        settings.extend(attached);
        Ok(settings)
    }

    async fn stream(&self, name: &str) -> Result<Settings, CloudError> {
        let summary = self.kinesis.describe_stream_summary().stream_name(name);
        let tags = self.kinesis.list_tags_for_stream().stream_name(name);
        let (summary, tags) = tokio::join!(
            call::read("kinesis", "DescribeStreamSummary", Some(name), summary.send()),
            call::read("kinesis", "ListTagsForStream", Some(name), tags.send()),
        );
        let mut settings = Settings::of(
            summary?
                .stream_description_summary
                .map(|summary| lines(&summary))
                .unwrap_or_default(),
        );
        let tags = tags.map(|answer| {
            tag_lines(
                answer
                    .tags()
                    .iter()
                    .map(|tag| (tag.key(), tag.value().unwrap_or_default())),
            )
        });
        settings.add("tags", tags)?;
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
                let (pool, settings) = UserPool::read(&self.cognito, physical_id).await?;
                user_pool = pool.map(Arc::new);
                settings
            }
            ("AWS::Cognito::UserPoolClient", Some(pool)) => self.client(physical_id, pool).await?,
            ("AWS::Cognito::UserPoolGroup", Some(pool)) => Settings::of(self.group(physical_id, pool).await?),
            ("AWS::Cognito::IdentityPool", _) => Settings::of(self.identity_pool(physical_id).await?),
            ("AWS::DynamoDB::Table", _) => table::read(&self.dynamodb, physical_id).await?,
            ("AWS::Kinesis::Stream", _) => self.stream(physical_id).await?,
            ("AWS::S3::Bucket", _) => bucket::read(&self.s3, physical_id).await?,
            _ => return Ok(None),
        };
        Ok(Some(LiveConfiguration {
            resource_type: resource_type.to_owned(),
            physical_id: physical_id.to_owned(),
            settings: settings.lines,
            not_read: settings.not_read,
            user_pool,
        }))
    }

    async fn put_back(&self, before: &LiveConfiguration) -> Result<bool, CloudError> {
        match &before.user_pool {
            Some(pool) => {
                pool.put_back(&self.cognito, &before.physical_id).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    async fn recorded(&self, record: &RecordedConfiguration) -> Result<Option<LiveConfiguration>, CloudError> {
        let id = &record.physical_id;
        if !record.answers.contains_key(user_pool::POOL) {
            return Ok(None);
        }
        let (pool, settings) = UserPool::recorded(&self.cognito, id, &record.answers).await?;
        Ok(pool.map(|pool| LiveConfiguration {
            resource_type: record.resource_type.clone(),
            physical_id: id.clone(),
            settings: settings.lines,
            not_read: settings.not_read,
            user_pool: Some(Arc::new(pool)),
        }))
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
        } else if !is_unset(line) {
            settings.push(format!("{} {line}", path.join(" ")));
        }
    }
    settings
}

/// Services tell what is not set as absent, empty or off, and not always in the same way.
fn is_unset(line: &str) -> bool {
    let value = line.rsplit_once(": ").map_or(line, |(_, value)| value);
    matches!(value, "None" | "false" | "\"\"" | "[]" | "{}")
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
            not_read: Vec::new(),
            user_pool: None,
        };
        let part = |not_read: &[&str], settings: &[&str]| LiveConfiguration {
            not_read: not_read.iter().map(|line| (*line).to_owned()).collect(),
            settings: settings.iter().map(|line| (*line).to_owned()).collect(),
            ..configuration(None)
        };
        let before = part(&[], &["look: blue", "look at me: yes", "name: n"]);
        let after = part(&["look: denied"], &[]);
        assert_eq!(before.readable_differences(&after), ["- look at me: yes", "- name: n"]);
        assert!(configuration(Some(1)).differences(&configuration(Some(1))).is_empty());
        let differences = configuration(Some(1)).differences(&configuration(None));
        assert_eq!(differences, ["- Outer inner: Inner size: Some 1"]);
        assert_eq!(
            configuration(Some(1)).differences(&configuration(Some(2))),
            ["- Outer inner: Inner size: Some 1", "+ Outer inner: Inner size: Some 2"]
        );
    }
}
