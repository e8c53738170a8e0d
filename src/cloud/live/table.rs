//! Configuration of a table.

use aws_sdk_dynamodb::Client;

use super::{Settings, lines, tag_lines};
use crate::cloud::{call, error::CloudError};

/// The settings of a table: keys, indexes, capacity, stream, protection, restore, expiry, tags.
pub(super) async fn read(client: &Client, name: &str) -> Result<Settings, CloudError> {
    let table = client.describe_table().table_name(name);
    let backups = client.describe_continuous_backups().table_name(name);
    let expiry = client.describe_time_to_live().table_name(name);
    let (table, backups, expiry) = tokio::join!(
        call::read("dynamodb", "DescribeTable", Some(name), table.send()),
        call::read("dynamodb", "DescribeContinuousBackups", Some(name), backups.send()),
        call::read("dynamodb", "DescribeTimeToLive", Some(name), expiry.send()),
    );
    let Some(mut table) = table?.table else {
        return Ok(Settings::default());
    };
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
    let mut settings = Settings::of(lines(&table));
    let backups = backups.map(|answer| {
        let description = answer.continuous_backups_description;
        let recovery = description.and_then(|description| description.point_in_time_recovery_description);
        // The times between which it can be restored go on by themselves.
        let status =
            recovery.map(|recovery| (recovery.point_in_time_recovery_status, recovery.recovery_period_in_days));
        vec![format!("{status:?}")]
    });
    settings.add("point-in-time recovery", backups)?;
    let expiry = expiry.map(|answer| {
        answer
            .time_to_live_description
            .map(|expiry| lines(&expiry))
            .unwrap_or_default()
    });
    settings.add("time to live", expiry)?;
    if let Some(arn) = &table.table_arn {
        let tags = client.list_tags_of_resource().resource_arn(arn);
        let tags = call::read("dynamodb", "ListTagsOfResource", Some(name), tags.send()).await;
        let tags = tags.map(|answer| tag_lines(answer.tags().iter().map(|tag| (tag.key(), tag.value()))));
        settings.add("tags", tags)?;
    }
    Ok(settings)
}
